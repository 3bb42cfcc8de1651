#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# customize.sh ROOT GUEST GNOME - the settings of the test machine; GNOME is 1 or 0
set -eu
root=$1 guest=$2 desktop=openbox
[ "$3" = 0 ] || desktop=gnome
echo e2e >"$root/etc/hostname"
echo "127.0.0.1 localhost e2e" >"$root/etc/hosts"
: >"$root/etc/fstab"
: >"$root/etc/machine-id"
: >"$root/etc/default/locale"
chroot "$root" useradd -m -u 1001 -s /bin/bash exouser
chroot "$root" sh -c 'echo exouser:exopass | chpasswd; echo root:root | chpasswd'
cat >"$root/etc/gdm3/daemon.conf" <<'END'
[daemon]
WaylandEnable=false
AutomaticLoginEnable=true
AutomaticLogin=exouser
END
mkdir -p "$root/var/lib/AccountsService/users"
cat >"$root/var/lib/AccountsService/users/exouser" <<END
[User]
Session=$desktop
XSession=$desktop
SystemAccount=false
END
# the virtual machine has a kernel mode setting device; X itself needs no GL
mkdir -p "$root/etc/X11/xorg.conf.d"
cat >"$root/etc/X11/xorg.conf.d/10-kms.conf" <<'END'
Section "Device"
	Identifier "kms"
	Driver "modesetting"
	Option "AccelMethod" "none"
EndSection
END
# GDM's greeter session runs "gnome-session" from a PATH that starts with /usr/local/bin
[ $desktop = gnome ] || install -m755 "$guest/scripted-greeter" "$root/usr/local/bin/gnome-session"
install -m755 "$guest/runner" "$root/usr/local/sbin/e2e-runner"
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
for unit in e2e-setup e2e-run; do
	install -m644 "$guest/$unit.service" "$root/etc/systemd/system/"
	ln -sf "../$unit.service" "$root/etc/systemd/system/multi-user.target.wants/"
done
chroot "$root" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
	e2scrub_reap.service fstrim.timer getty@tty1.service
# A session has no sound server but the one that 82-sound.sh starts.
chroot "$root" systemctl --quiet --global disable pulseaudio.socket pulseaudio.service \
	pipewire.socket pipewire.service pipewire-pulse.socket pipewire-pulse.service \
	wireplumber.service
mkdir -p "$root/var/log/journal"
