# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Machines as people have them today, which `gpudesk setup` takes over. Their VNC servers are
# stand-ins that only hold the port; the driver of the NVIDIA card is the dummy one.

export DEBIAN_FRONTEND=noninteractive

# All that --undo must restore: /etc with modes and owners, what is enabled, what runs.
machine_state() {
	(
		cd / || exit
		find etc -xdev ! -name '*-' ! -name .pwd.lock -printf '%p %y %m %u %g %l\n' | sort
		find etc -xdev -type f ! -name '*-' ! -name .pwd.lock -exec md5sum {} + | sort -k 2
		find var/lib/pam -type f -exec md5sum {} + | sort -k 2
		find var/lib/gpudesk 2>/dev/null
	)
	systemctl list-unit-files --no-legend --no-pager 'gpudesk*' '*vnc*' gdm.service \
		display-manager.service | awk '{ print $1, $2 }' | sort
	systemctl list-units --all --no-legend --plain --no-pager '*.socket' '*vnc*.service' \
		gdm.service | awk '$1 ~ /gpudesk|vnc|gdm/ && $3 == "active" { print $1 }'
	systemctl get-default
}

# same_as FILE - whether the machine is in that state
same_as() {
	machine_state >now.state
	diff "$1" now.state
}

# with_card COMMAND... - runs it with an NVIDIA card and its driver in sysfs
with_card() {
	local device=$PWD/pci/0000:04:00.0
	mkdir -p "$device"
	echo 0x030200 >"$device/class"
	echo 0x10de >"$device/vendor"
	echo 0x20b7 >"$device/device"
	ln -sfn ../../../bus/pci/drivers/nvidia "$device/driver"
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount sh -c 'mount --bind "$1" /sys/bus/pci/devices && shift && exec "$@"' sh \
		"$PWD/pci" "$@"
}

# The same for the unit that adapts Xorg's configuration when GDM starts.
card_is_in() {
	mkdir -p /run/systemd/system/gpudesk-xorg.service.d "$PWD/pci"
	printf '[Service]\nBindReadOnlyPaths=%s:/sys/bus/pci/devices\n' "$PWD/pci" \
		>/run/systemd/system/gpudesk-xorg.service.d/card.conf
	systemctl daemon-reload
}
card_is_out() {
	rm -r /run/systemd/system/gpudesk-xorg.service.d
	systemctl daemon-reload
}

# set_up [ARGUMENT...] - its output is in setup.log
set_up() {
	local status=0
	with_card gpudesk setup "$@" >setup.log 2>&1 </dev/null || status=$?
	cat setup.log
	return $status
}

# doctor_finds CHECK... - whether these checks, and maybe others, complain
doctor_finds() {
	local check
	with_card gpudesk doctor --all >doctor.log 2>&1
	cat doctor.log
	for check; do
		grep -qE "^(FAIL|warn) +$check " doctor.log || { echo "not of $check"; return 1; }
	done
}

# Whether nothing fails, but for the missing real card.
doctor_is_content() {
	with_card gpudesk doctor --all >doctor.log 2>&1
	cat doctor.log
	! grep '^FAIL' doctor.log | grep -v '^FAIL *rendering '
}

# An X server that uses the dummy driver for NVIDIA's, and notes which file has the card.
stand_in_for_driver() {
	mkdir -p /usr/lib/xorg/real
	[ -e /usr/lib/xorg/real/Xorg ] || mv /usr/lib/xorg/Xorg /usr/lib/xorg/real/Xorg
	cat >/usr/lib/xorg/Xorg <<'END'
#!/bin/sh
directory=$(mktemp -d /tmp/xorg.conf.XXXXXX)
for file in /etc/X11/xorg.conf.d/*.conf; do
	[ -e "$file" ] || continue
	sed '/BusID/d; s/"nvidia"/"dummy"/' "$file" >"$directory/${file##*/}"
	! grep -q '"nvidia"' "$file" || echo "$file" >"/tmp/xorg.card.$(id -un)"
done
# the console's card, which Xorg finds by itself
grep -qs '"Device"' "$directory"/*.conf ||
	echo 'Section "Device" Identifier "console" Driver "dummy" EndSection' >"$directory/99.conf"
exec /usr/lib/xorg/real/Xorg "$@" -configdir "$directory"
END
	chmod 0755 /usr/lib/xorg/Xorg
	rm -f /etc/X11/xorg.conf.d/10-*.conf
	cp /usr/lib/xorg/modules/drivers/{dummy,nvidia}_drv.so
	cat >/etc/X11/xorg.conf.d/05-flags.conf <<'END'
Section "ServerFlags"
	Option "AutoAddDevices" "false"
	Option "AutoAddGPU" "false"
EndSection
END
}

# was_card_in FILE - whether the user's last X server had the card from that file
was_card_in() {
	cat /tmp/xorg.card.exouser
	[ "$(cat /tmp/xorg.card.exouser)" = "$1" ]
}

# server_at PATH - makes a program there that holds the port
server_at() {
	cat >"$1" <<'END'
#!/usr/bin/python3
import signal, socket, sys
if "-kill" in sys.argv:
    sys.exit(0)
address = sys.argv[sys.argv.index("-interface") + 1] if "-interface" in sys.argv else "0.0.0.0"
server = socket.create_server((address, 5901))
signal.pause()
END
	chmod 0755 "$1"
}

holds_port() {
	systemctl is-active "$1" && ss -lntH 'sport = :5901' | grep -q "$2:5901"
}

# As before setup.
without_gpudesk() {
	systemctl disable --now gpudesk.socket gpudesk-{scraper,control,desktop}@exouser.socket
	pam-auth-update --disable gpudesk
	: >/etc/gpudesk.conf
}

# check_killed N... - after a kill at that change, --undo restores all
check_killed() {
	local n status
	for n; do
		status=0
		set_up --yes --die-after "$n" >/dev/null 2>&1 || status=$?
		check "killed after change $n: setup was killed" test $status = 137
		check "killed after change $n: setup --undo" set_up --undo --yes
		check "killed after change $n: all is as before" same_as before.state
	done
}

is_retired() {
	! systemctl is-active "$1" && ! systemctl is-enabled "$1"
}

# check_moving_over OLD-UNIT OLD-ADDRESS CHECK... - takes the machine over; these checks of doctor
# complain before
check_moving_over() {
	machine_state >before.state
	check "doctor complains of: ${*:3}" doctor_finds "${@:3}"
	check "a dry run" set_up --dry-run
	check "changes nothing" same_as before.state
	check "without a terminal and --yes it fails" not set_up
	check_killed 3 10 25 35 45 55
	check "the old server runs again" eventually 30 holds_port "$1" "$2"
	set_up --yes --die-after 30 >/dev/null 2>&1
	check "gpudesk setup, after one that was killed" set_up --yes --restart-desktop
	sed 's/^/     /' setup.log
	check "the old server is gone" is_retired "$1"
	check "gpudesk's sockets listen" are_listening
	check "the desktop comes up" wait_for_desktop
	check_picture "a viewer sees the desktop"
	machine_state >after.state
	check "gpudesk setup again" set_up --yes --restart-desktop
	check "finds nothing to change" grep -q "nothing to change" setup.log
	check "and says what doctor finds" grep -qE "^(NOT )?READY" setup.log
	check "and changes nothing" same_as after.state
	check "doctor finds nothing wrong" doctor_is_content
	sed 's/^/     /' doctor.log
}

# check_undo OLD-UNIT OLD-ADDRESS - takes it back
check_undo() {
	check "gpudesk setup --undo" set_up --undo --yes --restart-desktop
	check "the old server runs again" eventually 30 holds_port "$1" "$2"
	check "every byte and every unit is as it was" same_as before.state
	check "gpudesk setup --undo again" set_up --undo --yes
	check "finds nothing to undo" grep -q "Nothing to undo" setup.log
}

# reboot_into STAGE - the machine starts again, and ./run goes on with this part and that stage
reboot_into() {
	mkdir -p /var/lib/e2e
	printf '%s\n' "part=$part" "stage=$1" "passed=$passed" "failed=$failed" >/var/lib/e2e/stage
	sync
	systemctl reboot
	sleep infinity
}

# The processes that listen at 5901; systemd's are sockets of gpudesk's.
owners() {
	ss -lntpH 'sport = :5901' | grep -oP 'users:\(\("\K[^"]*' | sort -u | tr '\n' ' '
}

# port_is_ours, port_is_of UNIT - who has 5901 after a boot: one of the two, and alone
port_is_ours() {
	eventually 60 systemctl is-active gpudesk.socket
	echo "5901: $(owners)"
	[ "$(owners)" = "systemd " ] && not systemctl is-active vncserver@1.service &&
		not systemctl is-enabled vncserver@1.service
}

port_is_of() {
	eventually 60 holds_port "$1" 0.0.0.0
	echo "5901: $(owners)"
	holds_port "$1" 0.0.0.0 && [ "$(owners)" = "vncserver " ] &&
		not systemctl is-active gpudesk.socket && not systemctl is-enabled gpudesk.socket
}
