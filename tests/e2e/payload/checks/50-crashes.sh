# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# Sessions that crash or are killed. Stale records may be left, but none is ever used: each
# connection gets the picture of a live desktop, or a reason, and stays.

# check_answer NAME
check_answer() {
	local output
	if ! output=$(viewer $password answer 90 2>&1); then
		fail "$1" "$output"
	elif [[ $output = *"told: "* ]]; then
		pass "$1: \"${output##*told: }\""
	elif wait_for_desktop; then
		check_picture "$1: a picture"
	else
		fail "$1" "$output"
	fi
}

# Starts a viewer and waits until it is connected. It leaves when it has been told that the session
# has ended, and then seen another desktop, or why there is none.
view() {
	rm -f viewing
	start_viewer "$1" $password frame 60 make viewing status "session has ended" 120 answer 60
	check "$1: a viewer is there" eventually 90 test -e viewing
}

is_active() {
	[ "$(loginctl show-session "$1" -p State --value 2>/dev/null)" = active ]
}

# Some GDMs log in again, which may take a while.
session_wait=1min configure start_desktop=no

view terminate-session
old=$(session)
loginctl terminate-session "$old"
check "terminate-session: the viewer is told, and goes on" viewer_ended terminate-session 0 60
check "terminate-session: the scraper ends" eventually 30 not scraper_pid
check "terminate-session: the session ends" eventually 60 not is_active "$old"
check_answer "terminate-session: the next viewer"

# GDM logs in automatically once at each start. Now only its login screen is up; if allowed, a
# connection restarts GDM.
session_wait=3min configure start_desktop=yes
check "at the login screen a connection brings the desktop back" \
	viewer $password frame 300
check "with another automatic login" wait_for_desktop
check_picture "and that desktop is shown"
session_wait=1min configure start_desktop=no

view worker-killed
old=$(session)
kill -9 "$(loginctl show-session "$old" -p Leader --value)"
check "worker-killed: the session ends" eventually 60 not is_active "$old"
check "worker-killed: the viewer is told, and goes on" viewer_ended worker-killed 0 60
check_answer "worker-killed: the next viewer"

restart_gdm
view xorg-killed
old=$(session)
for pid in $(pgrep -x Xorg); do
	! grep -q "/session-$old.scope" "/proc/$pid/cgroup" || kill -9 "$pid"
done
check "xorg-killed: the viewer is told, and goes on" viewer_ended xorg-killed 0 60
check "xorg-killed: the scraper ends" eventually 30 not scraper_pid
check_answer "xorg-killed: the next viewer"

restart_gdm
view gdm-stopped
systemctl stop gdm
check "gdm-stopped: the viewer is told" viewer_ended gdm-stopped 0 60
check "gdm-stopped: the scraper's end" eventually 30 not scraper_pid
check_told "gdm-stopped: the next viewer" "does not seem to be running" $password
configure start_desktop=no
