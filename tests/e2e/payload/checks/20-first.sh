# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# Autologin, the record, the first connections, and what they leave.

check "autologin" wait_for_desktop
id=$(session)

# has_line PATTERN - whether a whole line of the session's record matches
has_line() {
	cat "$records/$id"
	grep -qxE "$1" "$records/$id"
}

for line in USER=exouser UID=1001 "SESSION=$id" SERVICE=gdm-autologin TYPE=x11 SEAT=seat0 \
	"VTNR=$(loginctl show-session "$id" -p VTNr --value)" \
	"LEADER=$(loginctl show-session "$id" -p Leader --value)" \
	"XAUTHORITY=$xauthority" 'OPENED=20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z'; do
	check "the record has $line" has_line "$line"
done
check "the record belongs to root, and all may read it" \
	test "$(stat -c '%U %a' "$records/$id")" = "root 644"
check "there is no other record" test "$(ls -A $records)" = "$id"
check "nothing of gpudesk runs" not processes

# docker starts late, and its containers later
make_docker

paint 336699
check "the first connection shows what is painted on the screen" \
	viewer $password frame 90 pixel 3 3 336699 30

# a viewer that stays
as_user xterm -fn fixed -geometry 80x24+200+150 -e sh -c 'cd /tmp && exec sh' &
as_user timeout 60 xdotool search --sync --onlyvisible --class xterm >/dev/null
rm -f typed stay
start_viewer stays $password frame 60 click 400 300 type 'touch /tmp/typed\n' await stay 200 \
	move 123 234 make moved await left 200
check "a key reaches an xterm: a file appears" eventually 90 test -e /tmp/typed
check "the scraper is connected to X while there is a viewer" eventually 20 scraper_has_x
check "the scraper runs as exouser" scraper_pid
: >stay
pointer_is() {
	as_user xdotool getmouselocation | grep -q "x:$1 y:$2 "
}
check "the pointer moves" eventually 60 pointer_is 123 234

start_viewer second $view_password frame 60 move 321 432 type 'touch /tmp/view-only\n' \
	make looked await left 200
check "a second viewer, with the view-only password" eventually 60 test -e looked
paint 996633
start_viewer third $password pixel 3 3 996633 60
check "a third one sees what changed meanwhile" viewer_ended third 0 60
check "the view-only viewer's pointer is ignored" pointer_is 123 234
check "and its keys" not test -e /tmp/view-only

: >left
check "the first viewer leaves" viewer_ended stays 0 30
check "the view-only viewer leaves" viewer_ended second 0 30
check "the scraper disconnects from X after the last viewer" eventually 20 not scraper_has_x
check "the scraper ends after idle_timeout" eventually $((idle_timeout + 20)) not scraper_pid
check "nothing of gpudesk runs" eventually 60 not processes
check "the sockets still listen" are_listening
check "the proxy has noted where full access came from" \
	test "$(stat -c '%U %a' /run/gpudesk-proxy/known-sources)" = "gpudesk 600"
check_picture "another viewer sees the desktop"
