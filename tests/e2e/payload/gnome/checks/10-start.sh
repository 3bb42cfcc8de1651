# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# A whole GNOME on Xorg, and what the other parts need of it.

check "autologin" wait_for_desktop
make_docker

is_gnome_up() {
	[ "$(pgrep -c -u exouser '^gsd-')" -ge 10 ] && pgrep -u exouser -x gnome-shell
}
check "GNOME's shell and daemons run" eventually 120 is_gnome_up
# some of them start late, and some end when they are idle
sleep 20
# GNOME begins with its overview
check "a viewer closes the overview" viewer "$password" frame 60 press ff1b frame 60
sleep 2

# as_session COMMAND... - as_user, with the session's bus
as_session() {
	as_user XDG_RUNTIME_DIR=/run/user/1001 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1001/bus \
		"$@"
}
