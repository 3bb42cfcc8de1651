# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# What the checks share. A check prints "ok NAME", or "FAIL NAME" and its output.

password=sekret12 view_password=onlylook
xauthority=/run/user/1001/gdm/Xauthority
records=/run/gpudesk/sessions
libexec=/usr/libexec/gpudesk
idle_timeout=4 # s
session_wait=6s
: "${passed:=0}" "${failed:=0}"

pass() {
	passed=$((passed + 1))
	echo "ok   $1"
}

# fail NAME [TEXT] - the text says why
fail() {
	failed=$((failed + 1))
	echo "FAIL $1"
	[ -z "${2:-}" ] || echo "     | ${2//$'\n'/$'\n'     | }"
}

# check NAME COMMAND... - passes if the command succeeds; it may set variables
check() {
	local name=$1 status=0
	shift
	"$@" >check.log 2>&1 || status=$?
	if [ $status = 0 ]; then
		pass "$name"
	else
		fail "$name" "$* ($status)"$'\n'"$(cat check.log)"
	fi
}

# eventually SECONDS COMMAND... - whether it succeeds in time
eventually() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $deadline ] || return 1
		sleep 0.2
	done
}

not() {
	! "$@"
}

phase() {
	echo "## $* (up $(cut -d' ' -f1 /proc/uptime) s)"
}

# write_password PASSWORD [VIEW-ONLY PASSWORD]
write_password() {
	install -d -m 0700 -o exouser -g exouser /home/exouser/.vnc
	{ printf '%s\n' "$@"; } | tigervncpasswd -f >/home/exouser/.vnc/passwd
	chmod 0600 /home/exouser/.vnc/passwd
	chown exouser: /home/exouser/.vnc/passwd
}

# configure KEY=VALUE... - beside what all checks need; ends proxy and scraper, which then read it
configure() {
	{
		echo "idle_timeout = ${idle_timeout}s"
		echo "session_wait = $session_wait"
		printf '%s\n' "$@"
	} >/etc/gpudesk.conf
	systemctl stop gpudesk.service gpudesk-scraper@exouser.service 2>/dev/null
}

# The running processes of gpudesk; fails if there are none.
processes() {
	pgrep -a -f "^$libexec/"
}

# All of them start with gpudesk.socket, but not before it.
are_listening() {
	local socket
	for socket in gpudesk gpudesk-{scraper,control,desktop}@exouser; do
		eventually 10 systemctl is-active "$socket.socket" || return
	done
}

scraper_pid() {
	pgrep -x -u exouser gpudesk-scraper
}

# sessions PROPERTY=VALUE... - the ids of logind's sessions with those properties
sessions() {
	local id properties wanted
	for id in $(loginctl --no-legend list-sessions | awk '{ print $1 }'); do
		properties=$(loginctl show-session --all "$id")
		for wanted; do
			grep -qxF "$wanted" <<<"$properties" || continue 2
		done
		echo "$id"
	done
}

# The id of exouser's graphical session, if it is not closing.
session() {
	local id
	for id in $(sessions Name=exouser Seat=seat0); do
		if [ "$(loginctl show-session "$id" -p State --value)" != closing ]; then
			echo "$id"
			return
		fi
	done
}

has_session() {
	[ -n "$(session)" ]
}

# is_registered SESSION - GDM registers one only after 10 s; a logout before that makes it log in
# again
is_registered() {
	[ $(($(date +%s) - $(stat -c %Y "$records/$1"))) -gt 12 ]
}

# Whether GDM's login screen is there; sets $greeter_display.
is_greeter_up() {
	local id
	# Greeters that ended may linger as closing sessions. GDM 50's are on Wayland.
	for id in $(sessions Class=greeter); do
		greeter_display=$(find_display "$id") && return 0
		greeter_display=none
		[ "$(loginctl show-session "$id" -p Type -p State --value | xargs)" != "wayland active" ] ||
			return 0
	done
	return 1
}

# A session of exouser with its record and window manager; sets $display.
wait_for_desktop() {
	local id
	eventually 120 has_session || return
	id=$(session)
	eventually 60 find_display "$id" || return
	display=$(find_display "$id")
	eventually 60 test -s "$records/$id" || return
	eventually 60 has_window_manager
}

# Without one, a window that opens gets no focus.
has_window_manager() {
	as_user xprop -root _NET_SUPPORTING_WM_CHECK | grep -q 'window id'
}

# find_display SESSION - the display of the X server in that session, by its cgroup
find_display() {
	local pid
	for pid in $(pgrep -x Xorg); do
		grep -q "/session-$1.scope" "/proc/$pid/cgroup" || continue
		ss -xlpH | awk -v pid="pid=$pid," '
			index($0, pid) && match($0, /\/tmp\/\.X11-unix\/X[0-9]+/) {
				print ":" substr($0, RSTART + 16, RLENGTH - 16); found = 1; exit
			}
			END { exit !found }' && return
	done
	return 1
}

# as_user COMMAND... - on exouser's desktop
as_user() {
	runuser -u exouser -- env DISPLAY="$display" XAUTHORITY=$xauthority "$@"
}

paint() {
	as_user xsetroot -solid "#$1"
}

# viewer PASSWORD STEP... - from the container's side of the bridge; see viewer.py
viewer() {
	ip netns exec guac python3 -B viewer.py 172.17.0.1 5901 "$@"
}

# start_viewer NAME PASSWORD STEP... - in the background; its output and status in NAME.{log,status}
start_viewer() {
	local name=$1
	shift
	rm -f "$name.log" "$name.status"
	(
		viewer "$@" >"$name.log" 2>&1
		echo $? >"$name.status"
	) &
}

# viewer_ended NAME STATUS SECONDS - whether it ends in time with that status
viewer_ended() {
	eventually "$3" test -s "$1.status" || { echo "it is still running"; return 1; }
	cat "$1.log"
	[ "$(cat "$1.status")" = "$2" ]
}

# check_told NAME PATTERN PASSWORD - the status screen tells a viewer a reason that matches
check_told() {
	local output
	if output=$(viewer "$3" status "$2" 60 2>&1); then
		pass "$1: \"${output##*told: }\""
	else
		fail "$1" "$output"
	fi
}

# check_refused NAME PATTERN PASSWORD - a viewer gets no picture, for a reason that matches
check_refused() {
	local output status
	output=$(viewer "$3" frame 60 2>&1) && status=0 || status=$?
	if [ $status = 3 ] && grep -qE "$2" <<<"$output"; then
		pass "$1: \"${output#*: }\""
	else
		fail "$1" "wanted: $2"$'\n'"($status) $output"
	fi
}

# check_picture NAME - a viewer sees what was just painted on the desktop
check_picture() {
	local output colour
	colour=$(printf '%02x%02x%02x' $((RANDOM % 256)) $((RANDOM % 256)) $((RANDOM % 256)))
	if output=$(paint "$colour" 2>&1 && viewer "$password" pixel 3 3 "$colour" 60 2>&1); then
		pass "$1"
	else
		fail "$1" "$output"
	fi
}

# Whether the scraper is connected to an X server. The server's end, which has the path, belongs to
# the network namespace that the connection was made in: the scraper's.
scraper_has_x() {
	local pid
	pid=$(scraper_pid) && nsenter -t "$pid" -n ss -xH 2>/dev/null | grep -q '\.X11-unix/X'
}

# come_and_go TIMES - see comings_and_goings.py; the window that has the focus writes /tmp/typed
come_and_go() {
	ip netns exec guac python3 -B comings_and_goings.py 172.17.0.1 5901 "$password" "$1" \
		>wanted || return
	eventually 60 typed_as_wanted || { diff wanted typed; return 1; }
	as_user python3 -B keys_down.py
}

# Without what the other viewers typed.
typed_as_wanted() {
	tr -cd 'a-z \n' </tmp/typed >typed
	cmp wanted typed
}

session_is_not() {
	[ "$(session)" != "$1" ]
}

restart_gdm() {
	local old
	old=$(session)
	systemctl restart gdm
	# The old one may take a moment to end.
	[ -z "$old" ] || eventually 60 session_is_not "$old"
	wait_for_desktop
}

# Makes what docker does: its bridge, and the network namespace of a container, "guac".
make_docker() {
	ip link add docker0 type bridge
	ip addr add 172.17.0.1/16 dev docker0
	ip link set docker0 up
	ip netns add guac
	ip link add guac0 type veth peer name eth0 netns guac
	ip link set guac0 master docker0 up
	ip -n guac addr add 172.17.0.2/16 dev eth0
	ip -n guac link set eth0 up
	ip -n guac link set lo up
}
