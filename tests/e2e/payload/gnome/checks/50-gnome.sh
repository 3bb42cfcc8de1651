# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# A whole GNOME on Xorg: viewers come and leave while one types, and no part of GNOME is disturbed.

check "autologin" wait_for_desktop
make_docker

# The desktop's programs, with their process ids.
desktop_programs() {
	pgrep -l -u exouser '^(Xorg|gnome-|gsd-|dbus-daemon|gvfsd|at-spi|ibus|mutter|gjs)' |
		sort -k2
}
is_gnome_up() {
	[ "$(pgrep -c -u exouser '^gsd-')" -ge 10 ] && pgrep -u exouser -x gnome-shell
}
check "GNOME's shell and daemons run" eventually 120 is_gnome_up
# some of them start late, and some end when they are idle
sleep 20

as_user env LC_ALL=C.UTF-8 xterm -fn fixed -geometry 80x24+200+150 \
	-e 'stty -ixon; cat >/tmp/typed' &
xterm=$!
check "an xterm opens" as_user timeout 60 xdotool search --sync --onlyvisible --class xterm
# GNOME begins with its overview
check "a viewer closes the overview" viewer "$password" frame 60 press ff1b frame 60
sleep 2
as_user timeout 10 xdotool search --onlyvisible --class xterm windowactivate --sync

desktop_programs >before
check "200 viewers come and leave while one types" come_and_go 200
wc -c wanted typed /tmp/typed
viewer "$password" frame 60 type 'seen by a viewer\n'
sleep 3
check "a viewer saves its picture" viewer "$password" frame 60 save /e2e/picture
check "which is what is on the screen" as_user python3 -B screen.py /e2e/picture
desktop_programs >after
cat after
check "every program of the desktop is still the same" diff before after
kill $xterm

no_crash() {
	! journalctl -b --no-pager -o short | grep -Ei \
		-e 'segfault|core ?dump|trap int3|killed by signal|terminated by signal|Oh no' \
		-e 'unrecoverable|X Error|BadValue|BadMatch|gpudesk.*(assert|error)'
}
check "the journal has no crash" no_crash
check "nothing of gpudesk runs in the end" eventually 90 not processes
