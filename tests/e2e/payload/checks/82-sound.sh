# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# Sound, with the user's PulseAudio and with pipewire-pulse: who hears the desktop, what else a
# listener may do (nothing), and the sandbox of gpudesk-sound.

sound_unit=gpudesk-sound@exouser
sound_drop_in=/run/systemd/system/$sound_unit.service.d

# A process in the user's runtime directory, as the desktop's programs are.
as_desktop() {
	as_user env HOME=/home/exouser XDG_RUNTIME_DIR=/run/user/1001 "$@"
}

user_units() {
	as_desktop systemctl --user --quiet "$@"
}

plays_tone() {
	as_desktop pactl list short sink-inputs | grep .
}

# What the packages of a sound server enable.
declare -A sound_sockets=(
	[pulseaudio]=pulseaudio.socket
	[pipewire-pulse]="pipewire.socket pipewire-pulse.socket wireplumber.service"
)

# start_sound_server SERVER - with a null sink, which plays a tone of 440 Hz
start_sound_server() {
	user_units start ${sound_sockets[$1]} || return
	eventually 60 as_desktop pactl load-module module-null-sink sink_name=e2e || return
	eventually 60 as_desktop pactl set-default-sink e2e || return
	python3 -B sound.py play |
		as_desktop pacat --playback --raw --device=e2e >pacat.log 2>&1 &
	eventually 60 plays_tone
}

stop_sound_server() {
	user_units stop ${sound_sockets[$1]} $1.service
	[ $1 != pipewire-pulse ] || user_units stop pipewire.service
}

# What a listener might change in the user's server, without whether a sink is at work.
server_state() {
	local what
	as_desktop pactl get-default-sink || return
	as_desktop pactl get-default-source
	as_desktop pactl get-sink-volume e2e
	as_desktop pactl get-sink-mute e2e
	for what in modules sinks sources sink-inputs; do
		as_desktop pactl list short $what | cut -f 1-3
	done
}

# is_as_it_was FILE - whether that is still the server's state
is_as_it_was() {
	server_state >state.now && diff "$1" state.now
}

# listener NAMESPACE PROGRAM [OPTION]... - one of PulseAudio's clients, from there; "": from here
listener() {
	local namespace=$1 program=$2
	shift 2
	${namespace:+ip netns exec} $namespace timeout ${listen_time:-60} env HOME=/tmp/listener \
		$program --server=tcp:172.17.0.1:4713 "$@"
}

record() {
	listener "$1" parec --raw -d @DEFAULT_MONITOR@
}

hears_tone() {
	record guac | python3 -B sound.py hear
}

# hears_nothing NAMESPACE - whether the connection is ended at once, without sound
hears_nothing() {
	local status=0
	record "$1" >heard || status=$?
	echo "($status) $(stat -c %s heard) bytes"
	[ $status != 0 ] && [ $status != 124 ] && [ ! -s heard ]
}

# refused_to PROGRAM [OPTION]... - whether it fails, which the log says in one line
refused_to() {
	local status=0
	journalctl -b -q -u $sound_unit.service --cursor-file=sound.cursor >/dev/null
	listener guac "$@" </dev/zero || status=$?
	echo "($status)"
	[ $status != 0 ] && [ $status != 124 ] || return 1
	eventually 10 new_lines || return 1
	cat sound.lines
	[ "$(wc -l <sound.lines)" = 1 ]
}

# The lines with a peer and a reason since refused_to() has begun.
new_lines() {
	local cursor
	cursor=$(cat sound.cursor)
	journalctl -b -q -o cat -u $sound_unit.service --after-cursor="$cursor" |
		grep -E '^172\.17\.0\.2:[0-9]+: [^:]+: ' >sound.lines
}

sound_pid() {
	pgrep -x -u exouser gpudesk-sound
}

# sound_exits_after TIME - without a listener
sound_exits_after() {
	mkdir -p $sound_drop_in
	printf '%s\n' '[Service]' ExecStart= "ExecStart=$libexec/gpudesk-sound --exit-idle-time $1" \
		>$sound_drop_in/e2e.conf
	systemctl daemon-reload
	systemctl stop $sound_unit.service 2>/dev/null
}

# Whether the service listens on its port, and has no process yet.
waits_for_listeners() {
	systemctl is-active $sound_unit.socket && holds_sound_port && ! sound_pid
}

holds_sound_port() {
	ss -ltnH | grep -F 172.17.0.1:4713
}

doctor_on_sound() {
	gpudesk doctor --all 2>&1 | tee doctor.log | grep -E "^ *$1 +sound +"
}

# What `gpudesk setup` writes: it may make the first directory.
settings() {
	local where="/etc/systemd/system /etc/gdm3 /etc/X11 /etc/pam.d"
	[ ! -e /etc/gpudesk.conf.d ] || where="/etc/gpudesk.conf.d $where"
	find $where -printf '%p %m %u %l\n' | sort
	find $where -type f -exec sha256sum {} + | sort
}

# starts_viewer NAME
starts_viewer() {
	rm -f "$1.seen" "$1.left"
	start_viewer "$1" $password frame 60 make "$1.seen" await "$1.left" 200
	eventually 60 test -e "$1.seen"
}

# One that stays.
starts_listening() {
	rm -f held.raw
	listen_time=240 record guac >held.raw 2>held.log &
	eventually 20 test -s held.raw
}

# That one, from now on.
still_hears_tone() {
	local size
	size=$(stat -c %s held.raw)
	timeout 30 tail -f -c +$((size / 4 * 4 + 1)) held.raw | python3 -B sound.py hear
}

# check_sandbox - of the process that runs
check_sandbox() {
	local pid
	pid=$(sound_pid)
	check "gpudesk-sound runs as exouser" test -n "$pid"
	check "in a network namespace with nothing but a loopback device" \
		test "$(nsenter -t $pid -n ip -br link | cut -d ' ' -f 1)" = lo
	check "no home is there" \
		test "$(nsenter -t $pid -m find /home /root | xargs)" = "/home /root"
	check "of /run it sees what it needs, and systemd's place for mounts" \
		diff <(printf '/run/%s\n' gpudesk/control systemd/{incoming,journal,notify} user) \
		<(nsenter -t $pid -m sh -c 'ls -d /run/* /run/gpudesk/* /run/systemd/*' |
			grep -vx '/run/gpudesk\|/run/systemd')
}

# check_listening SERVER
check_listening() {
	local server=$1
	check "$server: the desktop plays a tone" start_sound_server $server
	check "the user's server tells its state" server_state
	cp check.log state.before
	check "before the viewer, nobody hears it" hears_nothing guac
	check "a viewer comes" starts_viewer hearing
	check "it hears 440 Hz" hears_tone
	check "a neighbour does not" hears_nothing neighbour
	check "nor a program of this machine" hears_nothing ""
	check "a listener stays" starts_listening
	check "the viewer may not play" refused_to pacat --playback --raw
	check "nor load a module" refused_to pactl load-module module-null-sink sink_name=intruder
	check "nor record from the default source" refused_to parec --raw -d @DEFAULT_SOURCE@
	check "the user's server is as it was" is_as_it_was state.before
	check "status shows the listener" grep -E '^Sound .*172\.17\.0\.2:[0-9]+' <<<"$(gpudesk status)"
	[ $server != pulseaudio ] || check_sandbox
	: >hearing.left
	check "the viewer leaves" viewer_ended hearing 0 30
	check "and with it the listener" eventually 20 not pgrep -x parec
	check "after the viewer, nobody hears it" hears_nothing guac
	check "gpudesk-sound exits when nobody listens" eventually 30 not sound_pid
	stop_sound_server $server
}

log_out() {
	systemctl stop gdm
	loginctl terminate-user exouser
	eventually 60 not mountpoint -q /run/user/1001
}

has_session || restart_gdm
session_wait=2min configure start_desktop=no
ip netns add neighbour
ip link add neighbour0 type veth peer name eth0 netns neighbour
ip link set neighbour0 master docker0 up
ip -n neighbour addr add 172.17.0.3/16 dev eth0
ip -n neighbour link set eth0 up

check "without setup, the sound port is closed" not holds_sound_port
check "doctor says that sound is off" doctor_on_sound ok
settings >settings.before
check "gpudesk setup --sound" gpudesk setup --sound --yes
check "its socket is enabled" systemctl is-enabled $sound_unit.socket
check "and listens, before anything of it runs" waits_for_listeners
check "sound = yes" grep -rx 'sound = yes' /etc/gpudesk.conf.d
settings >settings.with
check "gpudesk setup --sound again" gpudesk setup --sound --yes
check "changes nothing" diff settings.with <(settings)
check "doctor misses a sound server" doctor_on_sound "(warn|FAIL)"

sound_exits_after 4s
check_listening pulseaudio
check_listening pipewire-pulse

# The user's runtime directory is another one after the next login, which the service sees.
sound_exits_after 10min
check "the user logs out, and the runtime directory goes" log_out
systemctl start $sound_unit.service
pid=$(sound_pid)
systemctl start gdm
check "the user logs in again" wait_for_desktop
check "the desktop plays a tone again" start_sound_server pulseaudio
check "doctor has nothing to say about sound" doctor_on_sound ok
check "a viewer comes again" starts_viewer again
check "and hears 440 Hz" hears_tone
check "from the service that was there before the login" test "$(sound_pid)" = "$pid"
check "a listener stays again" starts_listening
check "and hears 440 Hz, too" still_hears_tone
check "the user logs out while it listens" log_out
check "which holds nothing of the runtime directory" \
	nsenter -t "$pid" -m sh -c '! mountpoint -q /run/user/1001'
systemctl start gdm
check "the user logs in once more" wait_for_desktop
check "the desktop plays a tone once more" start_sound_server pulseaudio
check "the one that listens hears it, without connecting again" eventually 20 still_hears_tone
check "and so does another, of the same viewer" hears_tone
check "from the same service" test "$(sound_pid)" = "$pid"
echo 'sound = no' >/etc/gpudesk.conf.d/zz-e2e.conf
check "with sound = no, the next one hears nothing" hears_nothing guac
check "the one that listens goes on" pgrep -x parec
check "gpudesk reload" gpudesk reload
check "ends it" eventually 20 not pgrep -x parec
rm /etc/gpudesk.conf.d/zz-e2e.conf
check "with sound = yes, 440 Hz again" hears_tone
: >again.left
check "the viewer leaves again" viewer_ended again 0 30

systemctl stop gpudesk.socket
check "the sound port closes with the viewers'" eventually 10 not holds_sound_port
check "and gpudesk-sound ends" eventually 20 not sound_pid
systemctl start gpudesk.socket
check "both open again" eventually 10 waits_for_listeners
record guac >/dev/null 2>&1
check "gpudesk-sound runs" eventually 20 sound_pid
check "gpudesk setup --undo" gpudesk setup --undo --yes
check "takes everything back" diff settings.before <(settings)
check "closes the sound port" not holds_sound_port
check "and ends gpudesk-sound" eventually 20 not sound_pid
check "doctor says that sound is off again" doctor_on_sound ok

stop_sound_server pulseaudio
rm -r $sound_drop_in
systemctl daemon-reload
ip netns del neighbour
