# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Checks that need an NVIDIA card or SELinux, on trees of files with sysfs, /dev and Xorg's files.
tree=$PWD/tree

# card ADDRESS VENDOR DRIVER
card() {
	local device=$tree/sys/bus/pci/devices/$1
	mkdir -p "$device"
	echo 0x030200 >"$device/class"
	echo "$2" >"$device/vendor"
	echo 0x20b0 >"$device/device"
	[ -z "$3" ] || ln -sfn "../../../bus/pci/drivers/$3" "$device/driver"
}

# xorg LINE... - a Device section for NVIDIA's driver
xorg() {
	mkdir -p "$tree/etc/X11/xorg.conf.d"
	{
		printf 'Section "Device"\n\tIdentifier "Card0"\n\tDriver "nvidia"\n'
		printf '\t%s\n' "$@"
		echo EndSection
	} >"$tree/etc/X11/xorg.conf.d/00-xorg-js2.conf"
}

new_tree() {
	rm -rf "$tree"
	mkdir -p "$tree"/etc/pam.d "$tree"/dev "$tree"/home/exouser
	cp /etc/os-release "$tree/etc/"
	echo 'exouser:x:1001:1001::/home/exouser:/bin/bash
Debian-gdm:x:110:110::/var/lib/gdm3:/bin/false' >"$tree/etc/passwd"
	echo 'vglusers:x:990:' >"$tree/etc/group"
}

new_tree
card 0000:3b:00.0 0x10de nvidia
xorg 'BusID "PCI:59:0:0"' 'Option "HardDPMS" "false"'
on_tree "an NVIDIA card with its driver" ok nvidia-driver 'loaded, for the card at 0000:3b:00.0'
on_tree "the documented configuration" ok bus-id 'PCI:59:0:0 is the card at 0000:3b:00.0'
on_tree "HardDPMS off" ok hard-dpms 'off'
card 0000:3b:00.0 0x10de nouveau
on_tree "nouveau has the card" FAIL nvidia-driver 'driven by nouveau'
rm "$tree/sys/bus/pci/devices/0000:3b:00.0/driver"
on_tree "the driver is not loaded" FAIL nvidia-driver 'has no driver: nvidia is not loaded'
card 0000:3b:00.0 0x10de vfio-pci
on_tree "the card is passed through" FAIL nvidia-driver 'driven by vfio-pci'
xorg 'BusID "PCI:3b:0:0"'
on_tree "BusID in hexadecimal letters" FAIL bus-id \
	'conf:4: BusID "PCI:3b:0:0": that is the hexadecimal address.*BusID "PCI:59:0:0"'
new_tree
card 0000:10:00.0 0x10de nvidia
xorg 'BusID "PCI:10:0:0"'
on_tree "BusID in hexadecimal digits" FAIL bus-id 'hexadecimal address.*BusID "PCI:16:0:0"'
new_tree
card 0001:04:00.0 0x10de nvidia
xorg 'BusID "PCI:4:0:0"'
on_tree "BusID without the PCI domain" FAIL bus-id 'in another PCI domain.*BusID "PCI:4@1:0:0"'
new_tree
card 0000:05:00.0 0x10de nvidia
xorg 'BusID "PCI:4:0:0"'
on_tree "BusID of a machine that this one was copied from" FAIL bus-id \
	'"PCI:4:0:0": no card is there.*BusID "PCI:5:0:0"'
on_tree "HardDPMS not off" warn hard-dpms 'not switched off'
new_tree
xorg
on_tree "NVIDIA's driver without a card" FAIL bus-id 'driver nvidia, but there is no NVIDIA card'
card 0000:05:00.0 0x10de nvidia
card 0000:06:00.0 0x10de nvidia
on_tree "two cards and no BusID" warn bus-id 'there are 2 NVIDIA cards'
: >"$tree/dev/nvidia0"
chgrp 990 "$tree/dev/nvidia0"
chmod 0660 "$tree/dev/nvidia0"
on_tree "VirtualGL restricts the card, GDM is not in its group" FAIL vglusers \
	'only the group vglusers may open /dev/nvidia0, and Debian-gdm is not'
echo 'vglusers:x:990:Debian-gdm,exouser' >"$tree/etc/group"
on_tree "GDM and the user are in its group" ok vglusers 'Debian-gdm and exouser are in vglusers'
mkdir -p "$tree"/sys/fs/selinux "$tree"/var/log/audit
echo 1 >"$tree/sys/fs/selinux/enforce"
echo 'type=AVC msg=audit(1700000000.123:45): avc:  denied  { write } for pid=7' \
	'comm="gpudesk-scraper" name="passwd"' >"$tree/var/log/audit/audit.log"
on_tree "SELinux refuses the scraper something" FAIL selinux 'denied gpudesk something 1 time, last.*passwd'
