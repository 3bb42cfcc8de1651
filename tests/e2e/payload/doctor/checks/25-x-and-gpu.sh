# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2016,SC2034,SC2086
# Machines on which X has no session, or does not draw on the NVIDIA card. The card, its kernel
# module and Secure Boot are directories in place of sysfs's, seen by doctor alone; nvidia-smi and
# modinfo are scripts that print what the real ones do.

gdm_conf=/etc/gdm3/daemon.conf
sessions=/usr/share/xsessions

broken "Xorg is not installed" FAIL xorg 'Xorg is not installed.*apt-get install xserver-xorg' "" \
	'mkdir away; for x in X Xorg; do [ ! -e /usr/bin/$x ] || mv /usr/bin/$x away/; done' \
	'mv away/* /usr/bin/; rmdir away'
broken "this is RHEL 10" FAIL xorg 'Rocky Linux 10.0 has no Xorg server.*grdctl' \
	"gdm wayland autologin pam system vglusers" \
	'mkdir away; for x in X Xorg; do [ ! -e /usr/bin/$x ] || mv /usr/bin/$x away/; done
	 keep /etc/os-release /usr/lib/os-release; rm /etc/os-release
	 printf "ID=rocky\nVERSION_ID=10.0\nPRETTY_NAME=\"Rocky Linux 10.0\"\n" >/etc/os-release' \
	'mv away/* /usr/bin/; rmdir away; rm /etc/os-release; put_back'
broken "there is no X session" FAIL x-session 'no X session installed.*apt-get install' "" \
	"mv $sessions $sessions.away" "mv $sessions.away $sessions"
gdm_50() {
	keep /usr/share/gdm/gdm.schemas
	sed -i s,daemon/WaylandEnable,daemon/Gone, /usr/share/gdm/gdm.schemas
	mkdir -p /usr/share/wayland-sessions
	cp "$(grep -l openbox $sessions/*.desktop | head -1)" /usr/share/wayland-sessions/e2e.desktop
	rm -rf away.accounts
	mv /var/lib/AccountsService/users away.accounts 2>/dev/null || :
}
gdm_43='rm /usr/share/wayland-sessions/e2e.desktop; put_back
	[ ! -e away.accounts ] || { rm -rf /var/lib/AccountsService/users
	mv away.accounts /var/lib/AccountsService/users; }'
# In a container logind has no graphics device, which such a GDM needs.
broken "GDM knows no WaylandEnable" FAIL wayland \
	'the Wayland session e2e.*WaylandEnable.*gpudesk setup' "gdm" gdm_50 "$gdm_43"
broken "TimedLogin beside automatic login" warn autologin 'TimedLogin too.*logs alice in' "" \
	'keep $gdm_conf
	 sed -i "s/^\[daemon\]/&\nTimedLoginEnable=true\nTimedLogin=alice/" $gdm_conf' 'put_back'

# ---- with an NVIDIA card ----
sys=$PWD/gpu pci=$PWD/gpu/bus/pci/devices modules=$PWD/gpu/module
efivars=$PWD/gpu/firmware/efi/efivars

# as_with_card COMMAND... - runs it where $sys is /sys, with the rest of the real one
as_with_card() {
	unshare --mount sh -c 'sys=$1 && shift
		for real in /sys/*; do
			name=${real##*/}
			case "$name" in
			bus | module | firmware) ;;
			*) mkdir -p "$sys/$name" && mount --rbind "$real" "$sys/$name" ;;
			esac
		done
		mount --rbind "$sys" /sys && exec "$@"' sh "$sys" "$@"
}
gpudesk() {
	as_with_card /usr/bin/gpudesk "$@"
}
pci_device() { # ADDRESS CLASS VENDOR DRIVER
	mkdir -p "$pci/$1"
	echo "$2" >"$pci/$1/class"
	echo "$3" >"$pci/$1/vendor"
	echo 0x20b7 >"$pci/$1/device"
	rm -f "$pci/$1/driver"
	[ -z "$4" ] || ln -s "../../../bus/pci/drivers/$4" "$pci/$1/driver"
}
script() { # PATH LINE... - a program that prints that, and fails if the first one is "fail"
	local path=$1 status=0
	shift
	[ "$1" != fail ] || { status=9; shift; }
	{
		printf '#!/bin/sh\ncat <<END\n'
		printf '%s\n' "$@"
		printf 'END\nexit %s\n' $status
	} >"$path"
	chmod 0755 "$path"
}
smi=/usr/bin/nvidia-smi modinfo=/sbin/modinfo drivers=/usr/lib/xorg/modules/drivers
xorg_file=/etc/X11/xorg.conf.d/20-gpudesk.conf
device() { # LINE... - what setup writes, in short
	{
		printf 'Section "Device"\n\tIdentifier "gpudesk"\n\tDriver "nvidia"\n'
		printf '\t%s\n' "$@" 'Option "HardDPMS" "false"'
		printf 'EndSection\nSection "Screen"\n\tIdentifier "gpudesk"\n\tDevice "gpudesk"\nEndSection\n'
	} >$xorg_file
}
licensed=('vGPU Software Licensed Product' '    Product Name   : NVIDIA RTX Virtual Workstation')
healthy_gpu() {
	rm -rf gpu
	pci_device 0000:04:00.0 0x030200 0x10de nvidia
	mkdir -p "$modules/nvidia" "$efivars"
	echo 550.54.15 >"$modules/nvidia/version"
	script $smi "${licensed[@]}" '    License Status : Licensed'
	script $modinfo 550.54.15
	cp $drivers/dummy_drv.so $drivers/nvidia_drv.so
	ln -sfn libnvidia-ml.so.550.54.15 /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1
	mv /etc/X11/xorg.conf.d/10-dummy.conf dummy.away 2>/dev/null || :
	device 'BusID "PCI:4:0:0"'
}
mv $modinfo modinfo.away
healthy_gpu
examine
echo "     ${said//$'\n'/$'\n'     }"
check "an NVIDIA card, with all that it needs" says ok nvidia-version '550.54.15'
check "its configuration" says ok bus-id 'PCI:4:0:0 is the card at 0000:04:00.0 .*20-gpudesk.conf:1'
check "its driver for Xorg" says ok x-driver nvidia_drv.so
# The picture that the running X server shows is still the dummy driver's.
check "which does not draw" says FAIL rendering 'the CPU draws .*, not the card at 0000:04:00.0'
baseline=$(complaints)

broken "a driver for computing alone" FAIL x-driver 'no nvidia_drv.so.*install xserver-xorg-video-nvidia' "" \
	'rm $drivers/nvidia_drv.so' healthy_gpu
broken "the driver and its libraries differ" FAIL nvidia-version \
	'driver is 550.54.15, its libraries are 550.90.07.*nvidia-smi: Failed to initialize NVML: Driver/library version mismatch' \
	"" 'ln -sfn libnvidia-ml.so.550.90.07 /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1
	 script $smi fail "Failed to initialize NVML: Driver/library version mismatch" "NVML library version: 550.90"' \
	healthy_gpu
broken "the driver was updated, without a reboot" FAIL nvidia-version \
	'updated to 550.90.07, but 550.54.15 is loaded.*reboot' "" 'script $modinfo 550.90.07' healthy_gpu
broken "the card has fallen off the bus" FAIL nvidia-version 'nvidia-smi fails: Unable to determine' "" \
	'script $smi fail "Unable to determine the device handle for GPU0000:04:00.0: GPU is lost."' \
	healthy_gpu
broken "a vGPU without a licence" FAIL vgpu-license \
	'"Unlicensed \(Restricted\)" of NVIDIA RTX Virtual Workstation.*nvidia-gridd' "" \
	'script $smi "${licensed[@]}" "    License Status : Unlicensed (Restricted)"' healthy_gpu
broken "nouveau is loaded" FAIL nvidia-driver 'no driver: nouveau is loaded, nvidia is not' \
	"nvidia-version x-driver" \
	'pci_device 0000:04:00.0 0x030200 0x10de ""; rm -r $modules/nvidia; rm $modinfo
	 mkdir $modules/nouveau' healthy_gpu
broken "Secure Boot refuses the module" FAIL nvidia-driver \
	'nvidia 550.54.15 is installed but not loaded; Secure Boot is on.*Key was rejected.*mokutil' \
	"nvidia-version x-driver" \
	'pci_device 0000:04:00.0 0x030200 0x10de ""; rm -r $modules/nvidia
	 printf "\006\000\000\000\001" >$efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c' \
	healthy_gpu
broken "no BusID beside a virtual console's VGA" warn bus-id \
	'no BusID, so Xorg first takes the card at 0000:01:00.0.*BusID "PCI:4:0:0"' "" \
	'pci_device 0000:01:00.0 0x030000 0x1234 bochs-drm; echo 1 >$pci/0000:01:00.0/boot_vga; device' \
	healthy_gpu
broken "the image has moved to another card" FAIL bus-id 'no card is there.*BusID "PCI:9:0:0"' "" \
	'rm -r $pci/*; pci_device 0000:09:00.0 0x030200 0x10de nvidia' healthy_gpu
broken "the image has moved to a machine without one" FAIL bus-id \
	'there is no NVIDIA card, so Xorg does not start.*gpudesk setup' "rendering" \
	'rm -r $pci/*' healthy_gpu
own=/etc/X11/xorg.conf
broken "another Screen wins" warn bus-id "Xorg uses the Device section at $own:1, with driver dummy" \
	"hard-dpms" \
	'printf "%s\n" "Section \"Device\" Identifier \"own\" Driver \"dummy\" EndSection" \
		"Section \"Screen\" Identifier \"own\" Device \"own\" EndSection" \
		"Section \"ServerLayout\" Identifier \"own\" Screen \"own\" EndSection" >$own' 'rm $own'
broken "a layout names a Screen that is not there" FAIL bus-id \
	"$own:1: the ServerLayout section names a section that does not exist" "hard-dpms" \
	'echo "Section \"ServerLayout\" Identifier \"own\" Screen \"lost\" EndSection" >$own' 'rm $own'

rm -rf gpu $smi $modinfo $drivers/nvidia_drv.so $xorg_file /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1
mv modinfo.away $modinfo
[ ! -e dummy.away ] || mv dummy.away /etc/X11/xorg.conf.d/10-dummy.conf
unset -f gpudesk
examine
baseline=$(complaints)
