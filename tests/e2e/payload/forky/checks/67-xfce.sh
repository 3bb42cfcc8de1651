# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# Another session is chosen while AccountsService runs, which has the old choice in memory.

systemctl start accounts-daemon
old=$(session)
gpudesk setup --yes --session xfce --restart-desktop >setup.log 2>&1
cat setup.log
check "setup chooses another session" chosen xfce
check "GDM has restarted" eventually 60 session_is_not "$old"
check "the desktop is back" wait_for_desktop
check "it is Xfce" eventually 120 pgrep -u exouser -x xfwm4
check "by GDM's choice" started_by_gdm xfce4-session xfce
check "doctor says so" doctor_says ok wayland 'exouser gets the X session xfce'
check_picture "a viewer sees it"
gpudesk setup --yes >setup.log 2>&1
check "setup leaves the choice alone" not grep -q 'X session' setup.log

# At the login screen the user chooses GNOME on Wayland.
mkdir -p /usr/share/wayland-sessions
cat >/usr/share/wayland-sessions/gnome.desktop <<'END'
[Desktop Entry]
Name=GNOME
Exec=gnome-session
TryExec=gnome-session
END
choose() {
	busctl call org.freedesktop.Accounts /org/freedesktop/Accounts/User1001 \
		org.freedesktop.Accounts.User "$@"
}
choose_wayland() {
	choose SetSession s gnome && choose SetSessionType s wayland
}
choice_is() {
	busctl get-property org.freedesktop.Accounts /org/freedesktop/Accounts/User1001 \
		org.freedesktop.Accounts.User Session | tee /dev/stderr | grep -qx "s \"$1\""
}
check "the user chooses a Wayland session" choose_wayland
check "doctor finds it" doctor_says FAIL wayland 'the Wayland session gnome.*gpudesk setup'
gpudesk setup --yes >setup.log 2>&1
cat setup.log
check "setup chooses the fallback session again" chosen xfce
check "AccountsService knows it" choice_is xfce
check "doctor is content" doctor_says ok wayland xfce
