# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Long output goes to a log. Sourced by the scripts whose own output is to stay short.

# What tells why it failed: the failed tests with the lines above them, or else the end. make's
# lines for the files that it built are left out.
relevant() { # LOG
	grep -Ev '^  [A-Z]{2,7} ' "$1" | {
		lines=$(cat)
		printf '%s\n' "$lines" | grep -B 20 '^FAIL ' || printf '%s\n' "$lines" | tail -n 20
	} | tail -n 100
}

# Call it as a command of its own: in a condition, the shell goes on after an error in COMMAND.
quietly() { # LOG COMMAND...: appends the output to the log, and shows the end of it on failure
	quiet_log=$1
	shift
	set +e # or the subshell's own -e has no effect
	(
		set -e
		"$@"
	) >>"$quiet_log" 2>&1 </dev/null
	quiet_status=$?
	set -e
	[ $quiet_status -ne 0 ] || return 0
	{
		relevant "$quiet_log"
		echo "Failed; the whole log is in $quiet_log"
	} >&2
	return $quiet_status
}
