# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# desktop_timeout: the desktop ends some time after its last viewer, unless another user is present,
# and comes back with the next viewer.

stop_unit=gpudesk-desktop-stop@exouser

is_desktop_gone() {
	! pgrep -x Xorg && ! systemctl is-active --quiet gdm
}

# The processes of exouser's sessions; the user manager goes on for a while.
session_processes() {
	grep -hs . /sys/fs/cgroup/user.slice/user-1001.slice/session-*.scope/cgroup.procs
}

# said PATTERN - whether gpudesk-desktop logged it since forget_said
said() {
	journalctl -b --no-pager -o cat --cursor-file=said.cursor -t gpudesk-desktop >>said.log
	grep -E "$1" said.log
}

forget_said() {
	said . >/dev/null
	: >said.log
}

# The next viewer gets a new session, and sees what is painted there.
check_fresh_desktop() {
	local name=$1
	shift
	start_viewer fresh $password frame 300
	check "$name" viewer_ended fresh 0 300
	check "and gets a fresh desktop" wait_for_desktop
	check "in another session" test "$(session)" != "$old"
	old=$(session)
	check_picture "and that desktop is shown"
}

# long enough for the proxy to end first, 30 s after the viewer came
session_wait=3min configure start_desktop=yes desktop_timeout=50s
forget_said
wait_for_desktop || restart_gdm
old=$(session)
# What crashed sessions left runs forever, but is no session any more.
for scope in /sys/fs/cgroup/user.slice/user-1001.slice/session-*.scope; do
	[ "${scope##*/}" = "session-$old.scope" ] || systemctl stop "${scope##*/}"
done
# A program that does not notice the end of the X server: one that only computes.
scope=/sys/fs/cgroup/user.slice/user-1001.slice/session-$old.scope
sh -c "echo \$\$ >$scope/cgroup.procs; exec runuser -u exouser -- nohup sleep 3000" \
	>/dev/null 2>&1 &
eventually 30 grep -x $! $scope/cgroup.procs

check_picture "a viewer looks at the desktop and leaves"
left=$(date +%s)
check "a timer is set when the scraper has ended" eventually 60 systemctl is-active $stop_unit.timer
check "nothing of gpudesk runs meanwhile" eventually 60 not processes
check "the desktop is still there" test "$(session)" = "$old"
check "GDM and Xorg are gone after desktop_timeout" eventually 300 is_desktop_gone
check "not before" test $(($(date +%s) - left)) -ge 50
check "the journal says why" eventually 60 said 'stopping gdm.*last viewer of exouser'
check "no process of the user's session is left" eventually 180 not session_processes
check "nothing of gpudesk runs" eventually 60 not processes
check "the timer is gone" not systemctl is-active $stop_unit.timer
check "GDM has not failed" not systemctl is-failed gdm
check_fresh_desktop "the viewer comes back"

# A viewer in time
session_wait=3min configure start_desktop=yes desktop_timeout=15s
check_picture "a viewer leaves"
eventually 60 systemctl is-active $stop_unit.timer
rm -f in-time stay
start_viewer in-time $password frame 60 make in-time await stay 300
eventually 60 test -e in-time
check "a viewer comes in time: the desktop goes on" \
	eventually 120 said "desktop is not stopped: a viewer has connected meanwhile"
check "and has lost nothing" test "$(session)" = "$old"

# Other users, who come while that viewer is there
systemd-run --quiet --unit=away -p User=root -p PAMName=login \
	-p 'Environment=XDG_SESSION_TYPE=tty XDG_SESSION_CLASS=user' sleep 3000
is_logged_in() {
	loginctl --no-legend list-sessions | grep -E ' root +[^s]| root *$'
}
check "a user logs in, as with ssh" eventually 30 is_logged_in
: >stay
check "the viewer leaves" viewer_ended in-time 0 60
check "the desktop goes on for the session's sake" \
	eventually 120 said "is kept: root is logged in \(session .*; checking again in 60 s"
systemd-run --quiet --unit=lock systemd-inhibit --what=idle --who=training --why="epoch 3" sleep 3000
eventually 30 systemd-inhibit --list
systemctl stop away
check "then for an inhibitor lock's" \
	eventually 180 said "is kept: training holds an inhibitor lock \(epoch 3\)"
check "it is the same all the time" test "$(session)" = "$old"
check "nothing of gpudesk runs meanwhile" eventually 60 not processes
systemctl stop lock
# A slow display manager
mkdir -p /run/systemd/system/gdm.service.d
printf '[Service]\nExecStopPost=/bin/sleep 10\n' >/run/systemd/system/gdm.service.d/slow.conf
systemctl daemon-reload
is_stopping() {
	[ "$(systemctl is-active gdm)" = deactivating ]
}
check "it is stopped when both are gone" eventually 180 is_stopping
eventually 60 not pgrep -x Xorg
check_fresh_desktop "a viewer comes while it is being stopped"
rm -r /run/systemd/system/gdm.service.d
systemctl daemon-reload

# Wrong passwords are no viewers
eventually 60 systemctl is-active $stop_unit.timer
before=$(systemctl show $stop_unit.timer -p NextElapseUSecMonotonic --value)
check_refused_password() {
	! viewer wrongpwd frame 60
}
check "a wrong password is refused" check_refused_password
check "and delays nothing" \
	test "$(systemctl show $stop_unit.timer -p NextElapseUSecMonotonic --value)" = "$before"

# Switched off: nothing could bring the desktop back
rm -f off.viewing
start_viewer off $password frame 60 make off.viewing end 60
eventually 60 test -e off.viewing
systemctl stop $stop_unit.timer gpudesk.socket
check "stopping gpudesk.socket ends the viewer" viewer_ended off 0 60
check "and sets no timer" not systemctl is-active $stop_unit.timer
systemctl start gpudesk.socket

check_picture "a viewer comes and leaves again"
eventually 60 systemctl is-active $stop_unit.timer
session_wait=3min configure start_desktop=yes
check "desktop_timeout = never is heeded meanwhile" \
	eventually 180 said "desktop is not stopped: desktop_timeout = never"
check "the desktop stays" test "$(session)" = "$old"
check_picture "and is shown"
check "no timer is set then" not systemctl is-active $stop_unit.timer
