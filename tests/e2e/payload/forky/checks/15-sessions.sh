# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# GDM without WaylandEnable: `gpudesk setup --session openbox` was run before it started.

account=/var/lib/AccountsService/users/exouser gdm_conf=/etc/gdm3/daemon.conf
schemas=/usr/share/gdm/gdm.schemas

# started_by_gdm PROGRAM SESSION
started_by_gdm() {
	tr '\0' '\n' <"/proc/$(pgrep -u exouser -x "$1" | head -1)/environ" | grep -x "GDMSESSION=$2"
}

# doctor_says RESULT CHECK PATTERN
doctor_says() {
	gpudesk doctor --all >doctor.log
	grep -E "^$1 +$2 " doctor.log | tee /dev/stderr | grep -qE "$3"
}

# chosen SESSION - whether it is in AccountsService's file and in GDM's
chosen() {
	cat $account $gdm_conf
	grep -qx "Session=$1" $account && grep -qx SessionType=x11 $account &&
		grep -qx "FallbackSession=$1" $gdm_conf
}

cat /var/log/e2e-setup.log
check "this GDM has no WaylandEnable" not grep -q daemon/WaylandEnable $schemas
check "it has FallbackSession" grep -q daemon/FallbackSession $schemas
check "setup wrote no WaylandEnable" not grep -q WaylandEnable $gdm_conf
check "setup chose the session" chosen openbox
check "AccountsService's file is root's alone" test "$(stat -c '%U %a' $account)" = "root 600"
check "autologin" wait_for_desktop
check "starts that session" eventually 60 started_by_gdm openbox openbox
check "on X" test "$(loginctl show-session "$(session)" -p Type --value)" = x11
check "doctor is content with it" doctor_says ok wayland 'exouser gets the X session openbox'
check "and with what is installed" doctor_says ok x-session 'installed, such as xfce'
