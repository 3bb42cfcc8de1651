#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Checks that the probe decodes what servers send, and that the floor sends what is on the screen.
# Each encoding is tried with x0vncserver and x11vnc on a small Xvfb, with a still desktop and a
# moving window: the picture at rest must equal the screen. The probe must also notice a wrong one.
#
#   bench/selftest.sh [DIR]      DIR: where to build (default: a temporary directory)
set -eu

bench=$(CDPATH='' cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
out=${1:-$work}
pids=''
passed=0
failed=0

finish() {
	for pid in $pids; do
		stop "$pid"
	done
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

note() { # NAME STATUS
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
		tail -n 3 "$work/probe.log" "$work/server.log" "$work/probe.out" 2>/dev/null || true
	fi
}

wait_for() { # COMMAND...: until it succeeds, 10 s at most
	n=0
	until "$@"; do
		n=$((n + 1))
		[ "$n" -lt 100 ] || return 1
		sleep 0.1
	done
}

free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

listens() { # PORT: reads the kernel's table, since a connection would count as a viewer
	grep -qi "^ *[0-9]*: 0100007F:$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp
}

start_x() { # on a free display number; sets $DISPLAY
	rm -f "$work/display"
	Xvfb -displayfd 7 -screen 0 1280x800x24 -noreset -nolisten tcp 7>"$work/display" \
		2>"$work/xvfb.log" &
	pids="$pids $!"
	wait_for test -s "$work/display"
	DISPLAY=:$(cat "$work/display")
	export DISPLAY
	"$out/bin/workload" desk -display "$DISPLAY"
}

start_server() { # COMMAND...: replaces PORT in its arguments; sets $port and $server
	port=$(free_port)
	command=$(echo "$*" | sed "s/PORT/$port/")
	$command >"$work/server.log" 2>&1 &
	server=$!
	pids="$pids $server"
	wait_for listens "$port"
}

stop() { # PID: x11vnc sometimes hangs when it ends
	kill "$1" 2>/dev/null || true
	n=0
	while kill -0 "$1" 2>/dev/null && [ "$n" -lt 50 ]; do
		n=$((n + 1))
		sleep 0.1
	done
	kill -9 "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

# Probes for a second while a window moves; it is stopped before the comparison.
probe_moving() { # ENCODINGS [OPTION...]
	encodings=$1
	shift
	# So that no READY or END of an earlier run is found.
	rm -f "$work/workload.log" "$work/probe.out" "$work/ticks"
	"$out/bin/workload" drag -display "$DISPLAY" -ticks "$work/ticks" >"$work/workload.log" &
	workload=$!
	wait_for grep -qs READY "$work/workload.log"
	"$out/bin/probe" -port "$port" -display "$DISPLAY" -encodings "$encodings" -seconds 1 \
		-marker -ticks "$work/ticks" -verify "$@" </dev/null >"$work/probe.out" \
		2>"$work/probe.log" &
	prober=$!
	wait_for grep -qs END "$work/probe.out" || true
	stop "$workload"
	wait "$prober"
}

sees_marker_and_frames() {
	grep -q '"marker_ms":\[[0-9]' "$work/probe.out" &&
		grep -q '"frame_times_ms":\[[0-9]' "$work/probe.out"
}

# WANTED: the number of an encoding that must have carried pixels
check_encoding() { # SERVER ENCODINGS WANTED
	status=0
	probe_moving "$2" || status=1
	grep -q '"wrong_pixels":0,' "$work/probe.out" || status=1
	grep -q "\"$3\":\[" "$work/probe.out" || status=1
	sees_marker_and_frames || status=1
	note "$1, $2" "$status"
}

# With JPEG, the picture only resembles the screen, but marker and frames must be recognized.
check_lossy() { # SERVER
	status=0
	probe_moving "tight copyrect" -quality 5 -tolerance 14 || status=1
	sees_marker_and_frames || status=1
	note "$1, tight with JPEG" "$status"
}

check_server() { # NAME: tries the encodings that it has
	check_encoding "$1" "zrle ultra copyrect hextile zlib corre rre raw" 16
	check_encoding "$1" "raw" 0
	check_encoding "$1" "hextile" 5
	check_encoding "$1" "rre" 2
	check_encoding "$1" "tight copyrect" 7
	check_lossy "$1"
	if [ "$1" = x11vnc ]; then
		check_encoding "$1" "zlib" 6
		check_encoding "$1" "corre" 4
	fi
}

# A server that may refuse sizes must answer them, and the picture be right after the last one.
check_sizes() { # SERVER
	status=0
	"$out/bin/probe" -port "$port" -display "$DISPLAY" -verify -resizes 5 -resize-gap 0.02 \
		-seconds 10 </dev/null >"$work/probe.out" 2>"$work/probe.log" || status=1
	grep -q '"sizes":5,' "$work/probe.out" || status=1
	grep -q '"right_ms":' "$work/probe.out" || status=1
	grep -q '"wrong_pixels":0,' "$work/probe.out" || status=1
	note "$1, sizes" "$status"
}

# A server that shows another display: the comparison must say so.
check_wrong_picture() {
	other=$DISPLAY
	start_x
	"$out/bin/probe" -port "$port" -display "$DISPLAY" -once -verify </dev/null \
		>"$work/probe.out" 2>"$work/probe.log" || true
	status=0
	grep -q '"wrong_pixels":0,' "$work/probe.out" || status=1
	note "the same desk on two displays" "$status"
	rm -f "$work/workload.log"
	"$out/bin/workload" typing -display "$DISPLAY" >"$work/workload.log" &
	workload=$!
	wait_for grep -qs READY "$work/workload.log"
	"$out/bin/probe" -port "$port" -display "$DISPLAY" -once -verify </dev/null \
		>"$work/probe.out" 2>"$work/probe.log" || true
	stop "$workload"
	status=0
	grep -q '"wrong_pixels":[1-9]' "$work/probe.out" || status=1
	note "a wrong picture is found" "$status"
	DISPLAY=$other
}

make -s -C "$bench" OUT="$out"
start_x
start_server X0tigervnc -display "$DISPLAY" -rfbport PORT -localhost -SecurityTypes None
check_server x0vncserver
check_sizes x0vncserver
stop "$server"
start_server x11vnc -display "$DISPLAY" -rfbport PORT -localhost -nopw -forever -shared -q
check_server x11vnc
stop "$server"
start_server "$out/bin/floor" -display "$DISPLAY" -port PORT
check_encoding floor raw 0
check_wrong_picture
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
