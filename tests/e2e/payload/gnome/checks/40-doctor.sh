# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2317
# What doctor says of GNOME's own defaults and of a desktop that the CPU draws; and what setup makes
# of it. 50-gnome.sh goes on with that desktop.

check "autologin, for doctor" wait_for_desktop

doctor_says() { # RESULT CHECK PATTERN
	gpudesk doctor --all >doctor.log 2>&1
	awk -v result="$1" -v check="$2" '$1 == result && $2 == check' doctor.log |
		grep -E -m 1 -- "$3" || { cat doctor.log; return 1; }
}
as_exouser() {
	runuser -u exouser -- env -u DCONF_PROFILE gsettings get "$@"
}
check "without a card, the CPU draws" doctor_says warn rendering 'the CPU draws \(llvmpipe'
check "GNOME blanks and locks" doctor_says warn screen-lock 'blanks and locks the screen after 300 s'
# gpudesk sees the kernel of a machine that can suspend, beside the rest of the real /sys.
mkdir -p sys/power
echo "freeze mem" >sys/power/state
gpudesk() {
	unshare --mount sh -c 'for real in /sys/*; do
			[ "$real" != /sys/power ] || continue
			mkdir -p ".$real" && mount --rbind "$real" ".$real"
		done
		mount --rbind sys /sys && exec /usr/bin/gpudesk "$@"' sh "$@"
}
check "where the kernel can suspend, GDM does" doctor_says warn suspend \
	'GDM suspends the machine when it idles at the login screen'
check "there is a session for X" doctor_says ok x-session 'installed, such as'
cp -a /etc/dconf dconf.before
check "gpudesk setup" gpudesk setup --yes
check "GNOME does neither" doctor_says ok screen-lock 'does not blank'
check "nor does anything suspend" doctor_says ok suspend 'neither GDM nor GNOME suspends'
check "the user's session sees that" \
	test "$(as_exouser org.gnome.desktop.screensaver lock-enabled)" = false
check "gpudesk setup --undo" gpudesk setup --undo --yes
check "dconf is as it was" diff -r dconf.before /etc/dconf
check "GNOME blanks and locks again" doctor_says warn screen-lock 'blanks and locks'
check "and GDM suspends" doctor_says warn suspend 'GDM suspends'
unset -f gpudesk
systemctl start gpudesk.socket
