# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# What viewers see while there is no desktop: each picture is read, letter by letter, and none is
# black. E2E_PICTURES keeps them.

autostart=/home/exouser/.config/openbox/autostart
gdm_conf=/etc/gdm3/daemon.conf
pictures=.
[ ! -d /e2e ] || pictures=/e2e

# A desktop has a background, here of this colour.
background=2e5c7f
runuser -u exouser -- mkdir -p "${autostart%/*}"
echo "xsetroot -solid '#$background'" >$autostart
cp $gdm_conf gdm.saved

# check_shot NAME FILE PATTERN - what the status screen says
check_shot() {
	check_kept "$1" "$2" status "$3" 60
}

# check_kept NAME FILE STEP... - what a viewer sees, whose picture is kept
check_kept() {
	local output
	if output=$(viewer $password follow never_black frame 60 "${@:3}" \
		save "$pictures/$2.ppm" 2>&1); then
		pass "$1: \"${output##*status: }\""
	else
		fail "$1" "wanted: ${*:3}"$'\n'"$output"
	fi
	sed -n 's/\(.* ms after the password\)/     first picture: \1/p' <<<"$output"
}

stop_all() {
	systemctl stop gdm gpudesk.service gpudesk-scraper@exouser.service
	eventually 60 not has_session
	eventually 60 not processes
}

log_in() {
	echo "exouser exopass" >/run/e2e-login
	wait_for_desktop
	rm -f /run/e2e-login
}

# ---- GDM is stopped ----

session_wait=1min configure start_desktop=no
stop_all
check "GDM is stopped, and nothing of gpudesk runs" not processes
check_shot "a viewer is told" 1-stopped \
	"^exouser's desktop cannot be shown yet.*display manager does not seem.*sudo gpudesk doctor"

session_wait=3min configure start_desktop=yes
stop_all
start_viewer from-nothing $password follow never_black frame 60 \
	status "^Starting exouser's desktop\.\.\. \[[.x]\] display manager" 60 \
	save $pictures/2-starting.ppm pixel 3 3 $background 200 save $pictures/3-desktop.ppm
start_viewer looks-on $view_password follow never_black status "^(Starting|Waiting for) exouser's" 60 \
	pixel 3 3 $background 200
check "another starts the desktop, and sees how, until that has been drawn" \
	viewer_ended from-nothing 0 250
sed -n 's/\(.* ms after the password\)/     first picture: \1/p' from-nothing.log
check "one that may only look, too" viewer_ended looks-on 0 60
check "it is a session of GDM's" wait_for_desktop

# ---- a logout, and the way back ----

session_wait=3min configure start_desktop=no
old=$(session)
eventually 60 is_registered "$old"
rm -f viewing ended back
steps=(follow never_black pixel 3 3 "$background" 60 make viewing
	status "^exouser's session has ended.*GDM shows its login screen.*sudo gpudesk doctor" 120
	save "$pictures/4-logout.ppm" make ended
	pixel 3 3 "$background" 200 save "$pictures/5-back.ppm" make back
	pixel 3 3 204060 60)
start_viewer logout $password "${steps[@]}"
eventually 60 test -e viewing
scraper=$(scraper_pid)
as_user openbox --exit
check "after a logout, a viewer sees GDM's login screen named" eventually 120 test -e ended
check "the session is over" eventually 60 not test -e "$records/$old"
check "a login with a password" log_in
check "the same connection shows the next desktop" eventually 120 test -e back
paint 204060
check "and what happens there; none of its pictures was black" \
	viewer_ended logout 0 200
check "by the same process" test "$(scraper_pid)" = "$scraper"
check "in another session" test "$(session)" != "$old"

# ---- the X server is killed ----

restart_gdm
paint $background
old=$(session)
eventually 60 is_registered "$old"
rm -f viewing ended back
start_viewer killed $password "${steps[@]}"
eventually 60 test -e viewing
for pid in $(pgrep -x Xorg); do
	! grep -q "/session-$old.scope" "/proc/$pid/cgroup" || kill -9 "$pid"
done
check "the X server is killed: the viewer sees it" eventually 120 test -e ended
check "another login" log_in
check "the same connection shows the next desktop" eventually 120 test -e back
paint 204060
check "and what happens there" viewer_ended killed 0 200

# ---- GDM's login screen, without automatic login ----

sed -i /AutomaticLoginEnable/d $gdm_conf
systemctl restart gdm
eventually 60 is_greeter_up
configure start_desktop=no
check_shot "at the login screen" 6-greeter \
	"^exouser's desktop cannot be shown yet.*GDM shows its login screen.*set up automatic login.*doctor"
configure start_desktop=yes
check_status "where the desktop may be started, automatic login's being off is named" \
	"shows its login screen.*AutomaticLoginEnable=true.*sudo gpudesk doctor"
check "whom nobody logged in" not has_session
cp gdm.saved $gdm_conf

# ---- a Wayland session, as logind knows it ----

configure start_desktop=no
systemctl stop gdm
eventually 60 not is_greeter_up
systemd-run --quiet --unit=wayland -p User=exouser -p PAMName=login -p 'Environment=
	XDG_SESSION_TYPE=wayland XDG_SESSION_CLASS=user XDG_SEAT=seat0 XDG_VTNR=7' sleep 600
check "a Wayland session" eventually 30 has_session
check_shot "a Wayland session" 7-wayland \
	"^exouser's desktop cannot be shown yet.*is a Wayland session.*WaylandEnable=false.*doctor"
systemctl stop wayland
eventually 60 not has_session

# ---- too many viewers ----

restart_gdm
paint $background
configure start_desktop=no max_viewers=1
rm -f viewing left
start_viewer only $password follow never_black pixel 3 3 $background 60 make viewing await left 200 \
	pixel 3 3 204060 60
eventually 60 test -e viewing
before=$(date +%s)
start_viewer one-more $password follow never_black \
	status "^Connection refused\. .*max_viewers" 60 save $pictures/8-refused.ppm type 'x' end 60
check "a viewer too many sees why, and is disconnected" viewer_ended one-more 0 90
check "after 10 s" test $(($(date +%s) - before)) -ge 9
: >left
paint 204060
check "the other one stays" viewer_ended only 0 60

rm -f $autostart
configure start_desktop=no
