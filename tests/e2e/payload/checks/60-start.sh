# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# With start_desktop = yes a connection starts the desktop, and disturbs no other user.

session_wait=3min configure start_desktop=yes
start_viewer starts $password frame 300
check "a connection starts GDM and shows the desktop" viewer_ended starts 0 300
check "by GDM's automatic login" wait_for_desktop
check_picture "and that desktop is shown"

old=$(session)
check_picture "the next connection sees the same desktop"
check "whose session stays" test "$(session)" = "$old"

# A user at a text console, which a display manager would take away when it starts.
systemctl stop gdm
eventually 60 not has_session
systemd-run --quiet --unit=console -p User=root -p PAMName=login -p TTYPath=/dev/tty8 \
	-p StandardInput=tty sleep 600
is_at_console() {
	loginctl --no-legend list-sessions | grep -q 'root *seat0 *tty8'
}
check "a user logs in at a text console" eventually 30 is_at_console
check_refused "a connection does not disturb that user" "root is logged in" $password
check "and GDM is not started" not systemctl is-active gdm
systemctl stop console

# After a logout
start_viewer starts $password frame 300
check "when that user has left, the desktop starts" viewer_ended starts 0 300
wait_for_desktop
old=$(session)
eventually 60 is_registered "$old"
as_user openbox --exit
check "a logout brings the login screen" eventually 120 is_greeter_up
start_viewer back $password frame 300
check "a connection brings the desktop back" viewer_ended back 0 300
check "by automatic login" wait_for_desktop
check "in a new session" test "$(session)" != "$old"
check_picture "and that desktop is shown"
