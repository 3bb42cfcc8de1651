# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# What an intruder in one of our programs, or another user of this machine, can do: how much is
# tried, and what succeeds.

has_session || restart_gdm
configure start_desktop=no
id mallory >/dev/null 2>&1 || useradd -m -u 1002 mallory
loginctl enable-linger mallory
eventually 30 mountpoint -q /run/user/1002
as_user env XDG_RUNTIME_DIR=/run/user/1001 systemctl --user start pulseaudio.socket

# Secrets, and places to write to.
for secret in /root/e2e-secret /var/lib/e2e-secret /home/mallory/e2e-secret /home/exouser/e2e-mine \
	/etc/ssh/e2e-host-key /run/user/1002/e2e-secret; do
	install -D -m 0600 /dev/stdin "$secret" <<<secret
done
chown mallory: /home/mallory/e2e-secret /run/user/1002/e2e-secret
chown exouser: /home/exouser/e2e-mine
install -d -m 1777 /run/e2e-shared
python3 - <<'END' &
import socket, time
bait = socket.socket(socket.AF_UNIX)
bait.bind("\0e2e-abstract")
bait.listen(500)
time.sleep(900)
END
bait=$!

# started_as USER - sets $outside to an idle process of that user
started_as() {
	runuser -u "$1" -- sleep 900 &
	eventually 20 pgrep -u "$1" -x sleep
	outside=$(pgrep -n -u "$1" -x sleep)
}

started_as mallory
stranger=$outside

# probed SERVICE [USER] - runs the probe in place of the service, by its unit, with the output in
# the file probed; USER is the service's, if other programs run as that user too
probed() {
	local drop_in=/run/systemd/system/$1.d
	outside=0
	[ -z "$2" ] || started_as "$2"
	install -m 0755 probe /usr/libexec/gpudesk/e2e-probe
	mkdir -p "$drop_in"
	printf '%s\n' '[Service]' ExecStart= \
		"ExecStart=/usr/libexec/gpudesk/e2e-probe $stranger $outside" \
		ExecStopPost= Type=exec StandardOutput=truncate:/run/e2e-probed >"$drop_in/e2e.conf"
	rm -f /run/e2e-probed
	systemctl daemon-reload
	systemctl stop "$1"
	systemctl start "$1"
	eventually 120 grep -q '^tried' /run/e2e-probed
	eventually 20 not systemctl is-active "$1"
	cp /run/e2e-probed probed
	[ "$outside" = 0 ] || kill "$outside"
	rm -r "$drop_in" /usr/libexec/gpudesk/e2e-probe
	systemctl daemon-reload
	echo "     $1: $(tail -n 1 probed)"
}

# only_these FILE NAME... - whether those attempts succeeded, and no others
only_these() {
	diff <(printf 'got %s\n' "${@:2}" | grep -v '^got $' | sort) <(grep '^got' "$1" | sort) &&
		grep -q '^tried [0-9][0-9][0-9]' "$1"
}

probed gpudesk.service ""
check "the proxy's sandbox: it reaches the scraper, and nothing else" only_these probed \
	"connect /run/gpudesk/scraper/exouser.sock" "connect /run/systemd/notify"
check "no other process runs as its user" not pgrep -u gpudesk

# A program that may type into a user's desktop may also read what that user owns.
probed gpudesk-scraper@exouser.service exouser
check "the scraper's: it reads what its user may, and nothing else" only_these probed \
	"read /home/exouser/e2e-mine" "connect /run/user/1001/bus" \
	"connect /run/user/1001/systemd/private" "connect /run/user/1001/pulse/native" \
	"connect /run/gpudesk/desktop/exouser.sock" \
	"connect /run/systemd/notify" "connect /run/systemd/userdb/io.systemd.DynamicUser" \
	"open memory the same user's"

# The user's systemd is what makes it as mighty as its user.
probed gpudesk-sound@exouser.service exouser
systemctl stop gpudesk-sound@exouser.socket
check "gpudesk-sound's: it reaches what its user's programs listen at, and nothing else" only_these \
	probed "connect /run/user/1001/bus" "connect /run/user/1001/systemd/private" \
	"connect /run/user/1001/pulse/native" "connect /run/systemd/notify" \
	"open memory the same user's"

# It runs as root, whom systemd trusts.
for service in gpudesk-desktop gpudesk-desktop-stop; do
	probed $service@exouser.service root
	check "$service's: it reaches systemd, and nothing else" only_these probed \
		"connect /run/dbus/system_bus_socket" "connect /run/systemd/notify"
done

kill "$bait" "$stranger"
as_user env XDG_RUNTIME_DIR=/run/user/1001 systemctl --user stop pulseaudio.socket pulseaudio.service
loginctl disable-linger mallory

# Another user, while there is a viewer.
rm -f viewing left
start_viewer isolation $password frame 60 make viewing await left 120
eventually 60 test -e viewing
x_pid=$(pgrep -x -u exouser Xorg | tail -n 1)
runuser -u mallory -- python3 -B stranger.py "$(scraper_pid)" "$x_pid" "$display" >strange 2>&1
echo "     another user: $(tail -n 1 strange)"
check "another user sees nothing of it and changes nothing" only_these strange

runuser -u mallory -- python3 -B false_display.py 0 1 2 7 >false 2>&1
runuser -u mallory -- python3 -B false_display.py 7 8 9 >false 2>&1 &
eventually 20 grep -q listening false
: >left
check "the viewer leaves" viewer_ended isolation 0 60
systemctl stop gpudesk-scraper@exouser.service
check_picture "with false X servers present, the right one is shown"
check "and the false ones were sent nothing" not grep got false
kill "$(pgrep -u mallory -f false_display)"
for number in 7 8 9; do rm -f /tmp/.X11-unix/X$number; done
rm -f /root/e2e-secret /var/lib/e2e-secret /home/exouser/e2e-mine
