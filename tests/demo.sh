#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/demo.sh BUILDDIR [--once|--browser] - proxy and scraper started on demand as an ordinary
# user, a viewer that shows what they serve, and a page for browsers: first there is no desktop, and
# the viewer sees the status screen, then one on Xvfb. With --once, that ends and comes back, too.
# Stops on Ctrl-C, or with --once when the viewer's screenshots are in BUILDDIR: demo-1-waits.png,
# demo-2-desktop.png, demo-3-ended.png, demo-4-again.png. With --browser it is Chromium, with another
# page at each stage (browser-2-desktop-anew.png...), which must show that and the next one;
# browser-2-desktop.png is README's docs/images/browser.png. Nothing else is left, but
# BUILDDIR/demo.log if it failed.
#
# The script runs itself again (as `inside`) in a session of its own, so one kill ends everything.
set -eu

: "${DEMO_SECONDS:=30}" # how long anything may take to come up
self=$(CDPATH='' cd "$(dirname "$0")" && pwd)/$(basename "$0")

free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# ---- inside: as the ordinary user, in $work -----------------------------------------------------

fail() {
	echo "demo: $*" >&2
	exit 1
}

wait_until() { # WHAT COMMAND...
	what=$1 deadline=$(($(date +%s) + DEMO_SECONDS))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt $deadline ] || fail "$what is not there after $DEMO_SECONDS s"
		sleep 0.1
	done
}

in_background() { # NAME COMMAND...
	name=$1
	shift
	"$@" >"log/$name" 2>&1 </dev/null &
}

# Starts an X server on that display; its clients need $work/NAME.auth. Sets $x_server, its pid.
start_x() { # NAME GEOMETRY DISPLAY
	: >"$1.auth"
	cookie=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	xauth -q -f "$1.auth" add "$3" . "$cookie"
	rm -f "$1.display"
	Xvfb "$3" -displayfd 4 -screen 0 "$2" -auth "$1.auth" -nolisten tcp -noreset \
		>"log/$1" 2>&1 4>"$1.display" </dev/null &
	x_server=$!
	wait_until "the X server" test -s "$1.display"
}

# A display that nobody has.
free_display() {
	python3 -c 'import os, random
print(next(":%d" % n for n in iter(lambda: random.randrange(100, 20000), 0)
           if not os.path.exists("/tmp/.X11-unix/X%d" % n)))'
}

# A window that comes while openbox starts may never be shown, so wait until openbox is done.
start_window_manager() { # NAME
	in_background "$1" openbox --sm-disable --startup "touch $work/$1.ready"
	wait_until openbox test -e "$1.ready"
}

# systemd starts a program again at the next connection; systemd-socket-activate does so once.
on_demand() { # NAME SOCKET-ACTIVATE'S-ARGUMENTS...
	name=$1
	shift
	while :; do
		systemd-socket-activate "$@" >>"log/$name" 2>&1 </dev/null || :
		sleep 0.1
	done &
}

listens() { # PORT
	python3 -c 'import socket, sys
sys.exit(socket.socket().connect_ex(("127.0.0.1", int(sys.argv[1]))))' "$1"
}

# The colour of that background is on the viewer's screen, beside that of the edge of a browser's
# present page; a picture of it is kept.
shows() { # COLOUR PICTURE
	DISPLAY=$viewer XAUTHORITY=$work/viewer.auth import -silent -window root "$2" \
		2>/dev/null &&
		colours=$(convert "$2" -format %c histogram:info:-) &&
		echo "$colours" | grep -qi "$1" && echo "$colours" | grep -qi "${page:-}"
}

shows_status() { # STAGE: the viewer's picture is PICTURES-STAGE.png
	shows '#202830' "$pictures-$1.png"
}

shows_desktop() { # STAGE
	shows '#2E5C7F' "$pictures-$1.png"
}

start_desktop() {
	start_x desktop 1280x800x24 "$desktop"
	desktop_server=$x_server
	export DISPLAY="$desktop" XAUTHORITY="$work/desktop.auth"
	xsetroot -solid '#2E5C7F'
	start_window_manager openbox
	in_background xterm xterm -geometry 80x20+40+60 -title 'gpudesk demo' -e \
		sh -c 'while :; do date; sleep 1; done'
	in_background xclock xclock -update 1 -geometry 220x220+960+60
	in_background xeyes xeyes -geometry 220x140+960+420
	[ "$mode" != browser ] || in_background glxgears glxgears -geometry 420x330+480+400
}

serve_web() { # DIRECTORY: sets $web
	web=$(free_port)
	in_background websockify websockify --web "$1" "127.0.0.1:$web" "127.0.0.1:$port"
	wait_until "the browser's page" listens "$web"
}

# noVNC with nothing around it, as Guacamole shows a desktop, and without asking for the password.
serve_page() {
	mkdir web
	ln -s /usr/share/novnc/core /usr/share/novnc/vendor web/
	cat >web/index.html <<-END
		<title>exouser's desktop</title>
		<style>html, body, div { margin: 0; height: 100%; background: #444; box-sizing: border-box }</style>
		<div id="screen"></div>
		<script type="module">
		import RFB from "./core/rfb.js";
		const rfb = new RFB(document.getElementById("screen"), "ws://" + location.host,
			{ credentials: { password: "$password" } });
		rfb.scaleViewport = true;
		document.body.style.borderTop = "4px solid " + location.hash;
		</script>
	END
	serve_web "$work/web"
}

# A new page of the browser, in front of the others, with an edge of another colour.
show_page() { # NUMBER
	page="#44444$1"
	DISPLAY=$viewer XAUTHORITY=$work/viewer.auth in_background "chromium-$1" chromium \
		--no-sandbox --test-type --no-first-run --disable-gpu \
		--user-data-dir="$work/chromium" --start-maximized "http://127.0.0.1:$web/$page"
}

# Another page of the browser, if that is the viewer.
look_anew() { # NUMBER shows_status|shows_desktop STAGE
	[ "$mode" = browser ] || return 0
	show_page "$1"
	wait_until "page $1" "$2" "$3-anew"
}

# What a viewer sees when the session ends, and when the next one comes.
end_and_start_again() {
	look_anew 2 shows_desktop 2-desktop
	kill "$desktop_server"
	wait_until "the status screen in the viewer" shows_status 3-ended
	look_anew 3 shows_status 3-ended
	start_desktop
	wait_until "the next desktop in the viewer" shows_desktop 4-again
	look_anew 4 shows_desktop 4-again
}

inside() {
	cd "$work"
	mkdir log
	umask 077
	export HOME="$work"
	desktop=$(free_display)
	: >desktop.auth

	password=$(head -c 6 /dev/urandom | base64 | tr +/ xy)
	printf '%s\n' "$password" | vncpasswd -f >password
	printf 'user = %s\npassword_file = %s\n' "$(id -un)" "$work/password" >gpudesk.conf
	port=$(free_port)
	on_demand scraper --seqpacket -l "$work/scraper.sock" "$work/gpudesk-scraper" \
		--config "$work/gpudesk.conf" --display "$desktop" \
		--xauthority "$work/desktop.auth"
	on_demand proxy -l "127.0.0.1:$port" "$work/gpudesk-proxy" \
		--config "$work/gpudesk.conf" --scraper-socket "$work/scraper.sock"
	wait_until "the scraper's socket" test -S scraper.sock

	viewer=$(free_display)
	start_x viewer 1300x900x24 "$viewer"
	export DISPLAY="$viewer" XAUTHORITY="$work/viewer.auth"
	start_window_manager viewer-openbox
	if [ "$mode" = browser ]; then
		serve_page
		show_page 1
	else
		in_background vncviewer vncviewer -PasswordFile "$work/password" -Maximize=1 \
			"127.0.0.1::$port"
	fi
	wait_until "the status screen in the viewer" shows_status 1-waits
	start_desktop
	wait_until "the desktop in the viewer" shows_desktop 2-desktop
	echo "A viewer shows the desktop; its screenshots are $build/$pictures-*.png"
	if [ "$mode" != stay ]; then
		end_and_start_again
		echo "To use the desktop with your own viewer or browser, run ./dev demo"
		exit
	fi

	serve_web /usr/share/novnc
	cat <<-END

		To see it yourself, on this machine:

		  VNC viewer  vncviewer 127.0.0.1::$port
		  browser     http://127.0.0.1:$web/vnc.html?autoconnect=1&resize=scale&password=$password
		  password    $password

		Press Ctrl-C to stop.
	END
	wait
}

# ---- outside ------------------------------------------------------------------------------------

if [ "$1" = inside ]; then
	inside
	exit
fi

build=$1 pictures=demo
case "${2-}" in
'') mode=stay ;;
--once) mode=once ;;
--browser) mode=browser pictures=browser ;;
*)
	echo "usage: ./dev demo [--once|--browser]" >&2
	exit 2
	;;
esac
work=$(mktemp -d "${TMPDIR:-/tmp}/gpudesk-demo.XXXXXX")
export DEMO_SECONDS work mode pictures build
session=''

# The end of each program's log; all of them are in demo.log.
explain() {
	for log in "$work"/log/*; do
		[ ! -s "$log" ] || sed "s|^|${log##*/}: |" "$log"
	done >"$build/demo.log"
	for log in "$work"/log/*; do
		[ ! -s "$log" ] || tail -n 2 "$log" | sed "s|^|${log##*/}: |"
	done
	echo "demo: failed; the whole log is in $build/demo.log"
} >&2

finish() {
	status=$?
	trap '' INT TERM
	if [ -n "$session" ]; then
		kill -s TERM -- "-$session" 2>/dev/null || :
		rounds=50
		while [ $rounds -gt 0 ] && ps -s "$session" -o pid= >/dev/null; do
			rounds=$((rounds - 1))
			sleep 0.1
		done
		kill -s KILL -- "-$session" 2>/dev/null || :
		[ $status -eq 0 ] || explain
	fi
	rm -f "$build/$pictures"-*.png
	cp "$work/$pictures"-*.png "$build" 2>/dev/null || :
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 0' INT TERM

# An ordinary user may not get at the build directory, so the programs are copied.
cp "$build/proxy/gpudesk-proxy" "$build/scraper/gpudesk-scraper" "$self" "$work"
as_user=''
if [ "$(id -u)" -eq 0 ]; then
	uid=${SUDO_UID:-$(id -u nobody)} gid=${SUDO_GID:-$(id -g nobody)}
	as_user="setpriv --reuid=$uid --regid=$gid --clear-groups --"
	chown -R "$uid:$gid" "$work"
	[ -d /tmp/.X11-unix ] || mkdir -m 1777 /tmp/.X11-unix
fi
# shellcheck disable=SC2086 # a command with arguments, or nothing
setsid $as_user "$work/$(basename "$self")" inside &
session=$!
wait "$session"
