#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nspawn.sh IMAGE PAYLOAD LOG - as qemu.sh, but in a systemd-nspawn container: at native speed, with
# the dummy X driver. GDM needs real virtual consoles, so this takes the HOST's /dev/tty0 to tty9:
# only for a throw-away machine without a screen, one at a time. Its PID 1 need not be systemd.
set -eu
image=$1 payload=$2 log=$3
if ls /sys/class/drm/card* >/dev/null 2>&1; then
	echo "e2e: this host has a screen, so its consoles are not taken: use qemu" >&2
	exit 96
fi
exec 9>"${image%/*}/nspawn.lock"
flock 9
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{low,rw,e2e}
tar -C "$payload" -cf "$work/e2e/payload.tar" .
: >"$work/e2e/log" # the place for $log

# the X server's settings, in place of those for the virtual machine's display
sed 's/1024x768/1280x800/' "$(dirname "$0")/../xorg-dummy.conf" >"$work/10-dummy.conf"

echo "e2e: systemd-nspawn"
export work image log
# all mounts are made in a namespace of their own and go with it
# shellcheck disable=SC2016
unshare --mount --propagation private bash -c '
	set -eu
	mount -o loop,ro "$image/disk.img" "$work/low"
	mount -t tmpfs tmpfs "$work/rw"
	mkdir "$work/rw/up" "$work/rw/work" "$work/rw/root"
	root=$work/rw/root
	mount -t overlay overlay \
		-o "lowerdir=$work/low,upperdir=$work/rw/up,workdir=$work/rw/work" "$root"
	rm -f "$root/etc/X11/xorg.conf.d/10-kms.conf"
	cp "$work/10-dummy.conf" "$root/etc/X11/xorg.conf.d/"
	# one clean cgroup2 tree, whatever the host has
	umount -R /sys/fs/cgroup 2>/dev/null || umount -lR /sys/fs/cgroup
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	consoles=()
	for n in 0 1 2 3 4 5 6 7 8 9; do consoles+=(--bind=/dev/tty$n); done
	export SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes	# udevd runs, .device units exist
	boot() { # NUMBER - in a cgroup of its own
		mkdir -p "/sys/fs/cgroup/e2e-$$-$1"
		echo $BASHPID >"/sys/fs/cgroup/e2e-$$-$1/cgroup.procs"
		exec timeout "${E2E_TIMEOUT:-1500}" systemd-nspawn --quiet --directory="$root" \
			--machine=e2e --boot --private-network --keep-unit --register=no \
			--link-journal=no --console=pipe --resolv-conf=off --timezone=off \
			--bind="$work/e2e:/e2e" --bind="$log:/e2e/log" "${consoles[@]}" \
			</dev/null >>"$work/console" 2>&1
	}
	for number in 1 2 3 4 5 6 7 8 9; do
		(boot $number) && ended=0 || ended=$?
		[ $ended = 133 ] || break # it reboots
	done
	exit $ended
' 9>&- && ended=0 || ended=$?
[ -z "${E2E_PICTURES:-}" ] || find "$work/e2e" -name '*.ppm' -exec cp -t "$E2E_PICTURES" {} +
status=$(sed -n 's/^E2E-STATUS=\([0-9]*\).*/\1/p' "$log" | tail -1)
if [ -z "$status" ]; then
	echo "e2e: systemd-nspawn failed or ran out of time ($ended); the console's end:" >&2
	tail -20 "$work/console" >&2
	exit 97
fi
exit "$status"
