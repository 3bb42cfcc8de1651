#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# build-image.sh CACHE SUITE - makes, or reuses, CACHE/KEY/{disk.img,vmlinuz,initrd.gz}, and prints
# that folder: a machine of Debian's SUITE with GDM (autologin of exouser, uid 1001, on Xorg), openbox,
# and a runner (guest/), which runs the test from a second disk. KEY covers this script and guest/*,
# without comments, so that a changed recipe is built again. Nothing of it is installed on the host.
# With E2E_GNOME=1 the desktop is a whole GNOME instead, drawn in software. GPUDESK_APT_OPTION is one
# more line of apt.conf.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${1:?cache directory} suite=${2:?suite}
gnome=${E2E_GNOME:-0}

# What differs: the version of GNOME, the packages of its session, other desktops, two libraries.
case "$suite" in
bookworm)
	gnome_version=43 gnome_session=gnome-session
	desktops=openbox libraries=libnettle8,libsodium23
	;;
trixie)
	gnome_version=48 gnome_session=gnome-session,gnome-session-xsession
	desktops=openbox libraries=libnettle8t64,libsodium23
	;;
forky) # GNOME has no session for X any more
	gnome_version=51 gnome_session=gnome-session
	desktops=openbox,xfce4-session,xfwm4 libraries=libnettle8t64,libsodium26
	;;
*)
	echo "e2e: there is no machine of Debian's '$suite'" >&2
	exit 2
	;;
esac
key=$({
	echo "suite $suite, gnome $gnome"
	grep -vh '^#' "$here/build-image.sh" "$here"/guest/*
} | sha256sum | cut -c1-16)
mkdir -p "$cache"
exec 9>"$cache/image.lock"
flock 9
out=$(realpath "$cache")/$key
if [ -e "$out/done" ]; then
	echo "$out"
	exit 0
fi
mkdir -p "$out"
work=$(mktemp -d "$out/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

# 0. A stand-in for GNOME's shell and session, which gdm3 depends on, but an autologin into
#    openbox and the scripted greeter never run: saves 0.5 GB.
stub=$work/stub
mkdir -p "$stub/pkg/DEBIAN"
stub_version=$gnome_version.99
cat >"$stub/pkg/DEBIAN/control" <<END
Package: e2e-gnome-stub
Version: $stub_version
Architecture: all
Maintainer: e2e test <root@localhost>
Provides: gnome-shell (= $stub_version), gnome-session-bin (= $stub_version),
 gnome-session-common (= $stub_version), gnome-settings-daemon (= $stub_version)
Conflicts: gnome-shell, gnome-session-bin, gnome-session-common, gnome-settings-daemon
Description: stands in for what gdm3 depends on in a test machine
END
dpkg-deb --root-owner-group -b "$stub/pkg" "$stub/e2e-gnome-stub.deb" >&2
{
	cat "$stub/pkg/DEBIAN/control"
	echo "Filename: ./e2e-gnome-stub.deb"
	echo "Size: $(stat -c %s "$stub/e2e-gnome-stub.deb")"
	echo "SHA256: $(sha256sum "$stub/e2e-gnome-stub.deb" | cut -d' ' -f1)"
} >"$stub/Packages"

gnome_packages=e2e-gnome-stub gnome_archive=("deb [trusted=yes] file://$stub ./")
if [ "$gnome" != 0 ]; then
	gnome_packages=$gnome_session,libgl1-mesa-dri,gir1.2-gtk-3.0,gjs,ibus,ibus-gtk3,ibus-hangul
	gnome_archive=()
fi

# 1. The root file system: the machine, what gpudesk is linked with, what the checks use.
packages=$gnome_packages,systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,udev,kmod,init,\
gdm3,accountsservice,xserver-xorg-core,xserver-xorg-video-dummy,xserver-xorg-input-libinput,\
$desktops,python3,python3-gi,gir1.2-gdm-1.0,\
libvncserver1,$libraries,libjansson4,zlib1g,libjpeg62-turbo,libxkbcommon0,libx11-6,\
libx11-xcb1,libxext6,libxdamage1,libxfixes3,libxtst6,libxrandr2,libxcb1,libxcb-shm0,\
libxcb-dpms0,libxcb-xfixes0,libxcb-xkb1,libnss-extrausers,xterm,x11-utils,x11-xserver-utils,\
xauth,xdotool,tigervnc-tools,iproute2,procps,nftables,\
pulseaudio,pulseaudio-utils,pipewire,pipewire-pulse,wireplumber
mapfile -t archives < <("$here/../../packaging/archives" "$suite")
# its kernel and a static busybox, which are not installed
mkdir "$work/boot"
cat >"$work/download" <<'END'
set -eu
needs() { # ROOT PACKAGE PATTERN - what it depends on
	chroot "$1" apt-cache depends "$2" | awk -v what="^$3" '/ Depends:/ && $2 ~ what { print $2 }'
}
kernel=$(needs "$1" linux-image-amd64 linux-image- | head -1)
kernel="$kernel $(needs "$1" "$kernel" 'linux-(binary|modules)-')" # Debian 14 has split it
chroot "$1" sh -c 'cd /tmp && exec apt-get -qq -o APT::Sandbox::User=root download "$@"' sh \
	$kernel busybox-static
mv "$1"/tmp/*.deb "$2"
END
mmdebstrap --mode=root --variant=minbase --format=directory --quiet \
	--aptopt='APT::Install-Recommends "false"' ${GPUDESK_APT_OPTION:+--aptopt="$GPUDESK_APT_OPTION"} \
	--dpkgopt='path-exclude=/usr/share/doc/*' \
	--dpkgopt='path-exclude=/usr/share/man/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/help/*' \
	--dpkgopt='path-exclude=/usr/share/backgrounds/*' \
	--hook-dir=/usr/share/mmdebstrap/hooks/file-mirror-automount \
	--include="$packages" --customize-hook="sh '$work/download' \"\$1\" '$work/boot'" \
	"$suite" "$root" \
	"${archives[@]}" "${gnome_archive[@]}" >&2

# 2. Kernel and busybox, unpacked. Debian 13's modules are compressed, which busybox cannot read.
for package in "$work"/boot/linux-*.deb; do
	dpkg -x "$package" "$work/kernel"
done
dpkg -x "$work"/boot/busybox-static*.deb "$work/busybox"
[ -d "$work/kernel/lib" ] || mv "$work/kernel/usr/lib" "$work/kernel/lib"
find "$work/kernel/lib" -name '*.ko.xz' -print0 | xargs -0 -r xz -d
busybox=$(find "$work/busybox" -name busybox -type f -perm -1)
version=$(ls "$work/kernel/lib/modules")
modules=$work/kernel/lib/modules/$version
cp "$(find "$work/kernel" -name "vmlinuz*" -type f | head -1)" "$out/vmlinuz"

# 3. The initramfs: busybox, and the modules between the firmware and the root disk, in order.
initrd=$work/initrd
mkdir -p "$initrd"/{bin,proc,sys,dev,new,m}
cp "$busybox" "$initrd/bin/"
for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk \
	crc16 mbcache jbd2 crc32c_generic libcrc32c ext4; do
	file=$(find "$modules" -name "$module.ko" | head -1)
	[ -n "$file" ] || continue # built into newer kernels
	cp "$file" "$initrd/m/"
	echo "$module" >>"$initrd/m/order"
done
cat >"$initrd/init" <<'END'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs d /dev; $b mount -t proc p /proc; $b mount -t sysfs s /sys
for m in $($b cat /m/order); do $b insmod /m/$m.ko || $b echo "initrd: insmod $m failed"; done
# a probe boot (is this accelerator able to run Debian's kernel?) ends here
$b grep -q e2e.probe /proc/cmdline && { $b echo E2E-PROBE-OK; $b poweroff -f; }
i=0; while [ ! -b /dev/vda ] && [ $i -lt 100 ]; do $b sleep 0.1; i=$((i+1)); done
$b mount -t ext4 -o rw /dev/vda /new || { $b echo "initrd: no root disk"; $b poweroff -f; }
$b mount --move /dev /new/dev; $b umount /proc; $b umount /sys
exec $b switch_root /new /sbin/init
END
chmod +x "$initrd/init"
(cd "$initrd" && find . | cpio -o -H newc --quiet | gzip -1) >"$out/initrd.gz"

# 4. The modules that the machine needs (23 MB of 390).
target=$root/lib/modules/$version
mkdir -p "$target"
(
	cd "$modules"
	{
		find kernel/drivers/gpu/drm -maxdepth 1 -name '*.ko'
		find kernel/drivers/gpu/drm/{clients,tiny,ttm,virtio} \
			kernel/drivers/{virtio,input,video,i2c,firmware} \
			kernel/drivers/hid/hid.ko kernel/drivers/hid/hid-generic.ko \
			kernel/drivers/net/{dummy,veth}.ko kernel/drivers/char/hw_random \
			kernel/net/{bridge,802,llc,9p} \
			kernel/fs/{9p,fuse,autofs,netfs,fscache,configfs} \
			kernel/lib kernel/crypto -name '*.ko' 2>/dev/null || :
	} | sort -u | cpio -pdm --quiet "$target"
	for file in modules.builtin modules.builtin.modinfo modules.order; do
		[ ! -e $file ] || cp $file "$target/" # newer kernels have not all of them
	done
)
chroot "$root" depmod "$version"

# 5. The machine's settings.
bash "$here/guest/customize.sh" "$root" "$here/guest" "$gnome"

# 6. The disk. Without a journal: it is never written to for keeps.
truncate -s 3G "$out/disk.img"
mke2fs -q -F -t ext4 -O ^has_journal -m 0 -L e2e -d "$root" "$out/disk.img"
: >"$out/done"
echo "$out"
