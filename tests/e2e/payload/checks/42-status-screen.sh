# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# What viewers with the right password see while there is no desktop. They read it from the picture,
# pixel by pixel, and keep the pictures, which differ.

# The desktop draws something by itself, as others do. One that is all of one colour is shown after
# 5 s.
desktop_colour=224488
install -d -o exouser -g exouser /home/exouser/.config{,/openbox}
echo "xsetroot -solid '#$desktop_colour'; xterm -geometry +200+150 &" \
	>/home/exouser/.config/openbox/autostart

# has_stage NAME - the viewer makes that file
has_stage() {
	eventually 300 test -e "$1.stage" -o -s seer.status
	cat seer.log
	test -e "$1.stage"
}

# saw PATTERN - what the viewer was told
saw() {
	cat seer.log
	grep -qE "$1" seer.log
}

# sees_new_desktop OLD STAGE - the viewer shows what is painted on another session's desktop now
sees_new_desktop() {
	has_stage coloured && wait_for_desktop && [ "$(session)" != "$1" ] && rm coloured.stage &&
		paint 885522 && has_stage "$2"
}

kill_xorg() {
	local pid
	for pid in $(pgrep -x Xorg); do
		! grep -q "/session-$1.scope" "/proc/$pid/cgroup" || kill -9 "$pid"
	done
}

# From a display manager that is stopped to the desktop; then the session ends twice: one connection
# lives through it all.
systemctl stop gdm
eventually 60 not has_session
session_wait=3min configure start_desktop=yes
rm -f ./*.stage
ended=(status "exouser's session has ended\. .*\[.\] display manager" 120)
back=(pixel 3 3 "$desktop_colour" 300 make coloured.stage pixel 3 3 885522 60)
start_viewer seer $password \
	status "^Starting exouser's desktop\.\.\. \[.\] display manager" 60 save starting.ppm \
	frame 300 pixel 3 3 $desktop_colour 60 save desktop.ppm make there.stage \
	"${ended[@]}" save ended.ppm make ended.stage "${back[@]}" make back.stage \
	"${ended[@]}" make killed.stage "${back[@]}" lit make killed-back.stage
check "GDM is stopped: a viewer sees that the desktop is being started" \
	eventually 60 saw "told: Starting exouser's desktop"
check "and then the desktop" has_stage there
wait_for_desktop
old=$(session)
eventually 60 is_registered "$old"
as_user openbox --exit
check "a logout: the viewer is told" has_stage ended
check "and sees the next session's desktop" sees_new_desktop "$old" back
old=$(session)
kill_xorg "$old"
check "X is killed: the viewer is told" has_stage killed
check "and sees the next session's desktop" sees_new_desktop "$old" killed-back
check "in one connection, with no black picture" viewer_ended seer 0 30
echo "     $(tail -n 1 seer.log)"

# The login screen, without automatic login
cp /etc/gdm3/daemon.conf daemon.saved
sed -i 's/^AutomaticLoginEnable=.*/AutomaticLoginEnable=false/' /etc/gdm3/daemon.conf
systemctl restart gdm
eventually 60 not has_session
check "the login screen comes up" eventually 120 is_greeter_up
session_wait=3min configure start_desktop=yes
check "at the login screen, a viewer that would start the desktop is told how it comes" \
	viewer "$password" status "\[x\] display manager \[\.\] login .*shows its login screen\. \
.*Log in there as exouser, or set AutomaticLoginEnable=true and AutomaticLogin=exouser in \
/etc/gdm3/daemon\.conf" 60 save asked.ppm
check "and nothing restarts GDM for it" is_greeter_up
session_wait=3min configure start_desktop=no
login_screen="^exouser's desktop cannot be shown yet\. \[x\] display manager \[\.\] login \
.*GDM shows its login screen\. .*set up automatic login \
.*Administrator: run \"sudo gpudesk doctor\" on the machine\."
rm -f ./*.stage
start_viewer looker $view_password status "$login_screen" 60 save looker.ppm frame 300
start_viewer seer $password status "$login_screen" 60 save greeter.ppm make waits.stage \
	frame 300 pixel 3 3 $desktop_colour 60 lit
check "at the login screen a viewer is told why there is no desktop, and what to do" has_stage waits
echo "     $(grep told: seer.log)"
echo "exouser exopass" >/run/e2e-login
check "with a login it sees the desktop" viewer_ended seer 0 300
check "and so does one that may only look" viewer_ended looker 0 60
rm -f /run/e2e-login
cp daemon.saved /etc/gdm3/daemon.conf

# A Wayland session, as PAM and logind know it
systemctl stop gdm
eventually 60 not has_session
systemd-run --quiet --unit=wayland -p User=exouser -p PAMName=gdm-autologin -p TTYPath=/dev/tty7 \
	-p 'Environment=XDG_SESSION_TYPE=wayland XDG_SESSION_CLASS=user XDG_SEAT=seat0 XDG_VTNR=7' \
	sleep 600
check "a Wayland session" eventually 30 grep -rqx TYPE=wayland $records
start_viewer seer $password \
	status "is a Wayland session, .*Run: sudo gpudesk setup; .*sudo gpudesk doctor" 60 \
	save wayland.ppm frame 300 pixel 3 3 $desktop_colour 60 lit
check "a viewer is told that it cannot be shown" eventually 60 saw "told: .*Wayland"
echo "     $(grep told: seer.log)"
systemctl stop wayland
systemctl start gdm
check "with an Xorg session it sees the desktop" viewer_ended seer 0 300
wait_for_desktop

# Too many viewers
configure start_desktop=no max_viewers=1
rm -f ./*.stage left
start_viewer seer $password frame 60 make sees.stage await left 120
check "one viewer is enough" has_stage sees
began=$SECONDS
start_viewer second $password status '^Connection refused\. .*max_viewers' 60 save refused.ppm \
	end 60
check "a second one is told so" eventually 60 grep -q told: second.log
check "and disconnected" viewer_ended second 0 60
check "after 10 s" test $((SECONDS - began)) -ge 9
echo "     $(grep told: second.log)"
touch left
check "the first one has seen the desktop all the time" viewer_ended seer 0 30

pictures=$(md5sum {starting,desktop,ended,asked,greeter,wayland,refused}.ppm | cut -c-32 | sort -u |
	wc -l)
check "no picture is like another" test "$pictures" = 7
[ ! -d /e2e ] || cp ./*.ppm /e2e/ # for E2E_PICTURES, and docs/images/status-*.png
rm ./*.ppm /home/exouser/.config/openbox/autostart
configure start_desktop=no
