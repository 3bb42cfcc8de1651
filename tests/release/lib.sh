# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Checks, with a line for each. Sourced.

failed=0 passed=0

check() { # WHAT COMMAND...: prints "ok WHAT", or "FAIL WHAT" after the command's output
	local what=$1 output
	shift
	if output=$( (set -e; "$@") 2>&1 </dev/null); then
		echo "ok $what"
		passed=$((passed + 1))
	else
		printf '%s\n' "$output" | sed 's/^/  /'
		echo "FAIL $what"
		failed=$((failed + 1))
	fi
}

# refused WORDS COMMAND... - whether the command fails and says that
refused() {
	local words=$1 output
	shift
	if output=$("$@" 2>&1); then
		echo "$output"
		echo "was not refused"
		return 1
	fi
	echo "$output"
	grep -Eq "$words" <<<"$output"
}
