# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Many viewers come and leave while one types: 50 where the machine is emulated.

times=200
systemd-detect-virt --container --quiet || times=50

restart_gdm
# xterm draws only the line that is typed
as_user env LC_ALL=C.UTF-8 xterm -fn fixed -geometry 80x24+200+150 -e 'cat >/tmp/typed' &
xterm=$!
as_user timeout 60 xdotool search --sync --onlyvisible --class xterm >/dev/null
viewer "$password" frame 60 click 400 300
check "$times viewers come and leave while one types" come_and_go "$times"
kill $xterm
rm -f /tmp/typed

# The monitor, if the X server can switch it off.
has_dpms() {
	as_user xset q | grep -q 'DPMS is'
}
monitor_is() {
	as_user xset q | grep -q "Monitor is $1"
}
if has_dpms; then
	as_user xset +dpms
	as_user xset dpms force off
	check "the monitor is off" eventually 10 monitor_is Off
	check "a viewer moves the pointer" viewer "$password" move 111 222 frame 60
	check "switches the monitor on" eventually 30 monitor_is On
	as_user xset -dpms
fi
