#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# qemu.sh IMAGE PAYLOAD LOG - boots the image in qemu, has PAYLOAD/setup (before GDM) and
# PAYLOAD/run (after the autologin) run in it, leaves their output in LOG, and exits with run's
# status. The image is never written to.
set -eu
image=$1 payload=$2 log=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -C "$payload" -cf "$work/payload.tar" .
truncate -s %512 "$work/payload.tar"

# KVM only where it truly runs this kernel: /dev/kvm may open, and yet not.
accel="tcg,thread=multi" cpu=max
if [ -w /dev/kvm ] && timeout 8 qemu-system-x86_64 -accel kvm -cpu host -m 512 -nodefaults \
	-display none -serial stdio -no-reboot -kernel "$image/vmlinuz" \
	-initrd "$image/initrd.gz" -append "console=ttyS0 quiet e2e.probe" \
	</dev/null 2>/dev/null | grep -q E2E-PROBE-OK; then
	accel=kvm cpu=host
fi
echo "e2e: qemu, $accel"

: >"$log"
timeout "${E2E_TIMEOUT:-1500}" qemu-system-x86_64 -accel "$accel" -cpu "$cpu" -smp 2 -m 2048 \
	-nodefaults -vga std -display none \
	-drive "file=$image/disk.img,format=raw,if=virtio,snapshot=on" \
	-drive "file=$work/payload.tar,format=raw,if=virtio,readonly=on" \
	-device virtio-rng-pci -nic none \
	-serial "file:$work/console" -serial "file:$log" \
	-kernel "$image/vmlinuz" -initrd "$image/initrd.gz" \
	-append "console=ttyS0 quiet mitigations=off systemd.show_status=0 panic=-1" </dev/null &&
	ended=0 || ended=$?
status=$(sed -n 's/^E2E-STATUS=\([0-9]*\).*/\1/p' "$log" | tail -1)
if [ "$ended" != 0 ] || [ -z "$status" ]; then
	echo "e2e: qemu failed or ran out of time ($ended); the console's end:" >&2
	tail -20 "$work/console" >&2
	exit 97
fi
exit "$status"
