# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Viewers come and leave while one types, and no part of GNOME is disturbed.

# The desktop's programs, with their process ids.
desktop_programs() {
	pgrep -l -u exouser '^(Xorg|gnome-|gsd-|dbus-daemon|gvfsd|at-spi|ibus|mutter|gjs)' |
		sort -k2
}

as_user env LC_ALL=C.UTF-8 xterm -fn fixed -geometry 80x24+200+150 \
	-e 'stty -ixon; cat >/tmp/typed' &
xterm=$!
check "an xterm opens" as_user timeout 60 xdotool search --sync --onlyvisible --class xterm
as_user timeout 10 xdotool search --onlyvisible --class xterm windowactivate --sync

desktop_programs >before
check "200 viewers come and leave while one types" come_and_go 200
wc -c wanted typed /tmp/typed
viewer "$password" frame 60 type 'seen by a viewer\n'
sleep 3
check "a viewer saves its picture" viewer "$password" frame 60 save /e2e/gnome.ppm
check "which is what is on the screen" as_user python3 -B screen.py /e2e/gnome.ppm
desktop_programs >after
cat after
check "every program of the desktop is still the same" diff before after
kill $xterm
