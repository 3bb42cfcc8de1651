# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# What all of this left behind.

journal() {
	journalctl -b --no-pager -o cat -u 'gpudesk*' "$@"
}

no_secret_in_journal() {
	! journal | grep -E "$password|$view_password|wrongpwd"
}

# But that 70-directory-user.sh's user was unknown at first.
no_error_in_journal() {
	! journal -p err | grep -vF "${domain_user:-no such user}"
}

no_unit_failed() {
	! systemctl --no-legend --plain list-units --state=failed 'gpudesk*' | grep .
}

# Since 75-faults.sh, which kills programs on purpose.
no_call_refused() {
	! journalctl -b --no-pager -o cat -k --since "@${faults_over:-0}" |
		grep -E 'type=1326|segfault|oom-kill|general protection'
}

start_viewer last $password frame 120 make last.viewing end 60
eventually 120 test -e last.viewing
check "stopping gpudesk.socket" systemctl stop gpudesk.socket
check "disconnects the viewer" viewer_ended last 0 30
check "leaves no process" eventually 20 not processes
no_socket() {
	! ss -lxtH | grep -E '/run/gpudesk/|:5901 '
}
check "and no listening socket" eventually 10 no_socket
check "starting it again" systemctl start gpudesk.socket
check_picture "viewers are accepted again"

check "nothing of gpudesk runs in the end" eventually 90 not processes
check "the sockets listen" are_listening
check "no unit has failed" no_unit_failed
check "no secret is in the journal" no_secret_in_journal
check "no error is in the journal" no_error_in_journal
check "no program was killed by the kernel" no_call_refused
check "no temporary file is left beside the records" \
	test "$(find $records -name '.*' -type f | wc -l)" = 0
