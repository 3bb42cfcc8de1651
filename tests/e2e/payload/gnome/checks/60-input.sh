# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# One viewer stays connected, and its keys meet what GNOME does with a keyboard: ibus, layouts that
# are switched, the screen lock, Sticky Keys.

text=$PWD/entry.text
sources=org.gnome.desktop.input-sources

# say STEP... - what the viewer is to do; see viewer.py
say() {
	printf '%q ' "$@" >&8
	echo >&8
}

start_person() {
	rm -f steps
	mkfifo steps
	start_viewer person "$password" frame 60 obey steps
	exec 8>steps
}

# What gnome-shell is to use, as GNOME's settings write it; it reads that when it likes
set_sources() {
	as_session gsettings set $sources sources "$1"
	sleep 2
}

# The layout or engine in use
is_source() {
	as_session gsettings get $sources mru-sources | grep -q "^\[('[a-z]*', '$1')"
}

has_typed() {
	[ "$(cat "$text")" = "$1" ]
}

# arrives TEXT - in an empty entry, within reasonable time; what is there instead is printed
arrives() {
	eventually 20 has_typed "$1" && return
	printf 'wanted: %s\nis:     %s\nwindow: %s\n' "$1" "$(cat "$text")" \
		"$(as_user timeout 5 xdotool getactivewindow getwindowname)"
	as_user python3 -B keys_down.py
	say save /e2e/input.ppm
	return 1
}

# check_typed NAME TEXT
check_typed() {
	clear_entry
	say type "$2"
	check "$1" arrives "$2"
}

clear_entry() {
	pkill -USR1 -f '^python3 -B entry.py'
	eventually 10 has_typed ""
}

# switch_source SOURCE - of two, with the keys for it, while the viewer is connected; GNOME's popup
# takes a moment to open and to close
switch_source() {
	is_source "$1" && echo "it is the source already" && return 1
	say down ffeb
	say press 20
	sleep 1
	say up ffeb
	eventually 20 is_source "$1" || as_session gsettings get $sources mru-sources
	sleep 1
	is_source "$1"
}

locked() {
	[ "$(loginctl show-session "$(session)" -p LockedHint --value)" = "$1" ]
}

# unlocks PASSWORD - once Escape has lifted the curtain
unlocks() {
	say press ff1b
	sleep 3
	say type "$1\\n"
	eventually 30 locked no || {
		say save /e2e/input.ppm
		return 1
	}
}

: >"$text"
chown exouser "$text"
chmod a+rx "$PWD"
as_user GTK_IM_MODULE=ibus LC_ALL=C.UTF-8 python3 -B entry.py "$text" &
check "an entry opens" as_user timeout 60 xdotool search --sync --onlyvisible --name '^entry$'
as_user timeout 10 xdotool search --onlyvisible --name '^entry$' windowactivate --sync
start_person

check "ibus runs" eventually 30 pgrep -u exouser ibus-daemon
mixed="The 'quick' {brown} @ ~\\\\/ ß é ß € Łódź Ж你好 #42"
check_typed "a text arrives with ibus" "$mixed"

for source in de ru; do
	set_sources "[('xkb', 'us'), ('xkb', '$source')]"
	check "the viewer switches to $source" switch_source $source
	check_typed "a text arrives with $source" "$mixed"
	check "the viewer switches back to us" switch_source us
	check_typed "a text arrives with us after $source" "$mixed"
done

as_session gsettings set org.freedesktop.ibus.engine.hangul initial-input-mode hangul
set_sources "[('xkb', 'us'), ('ibus', 'hangul')]"
check "the viewer switches to an input method" switch_source hangul
clear_entry
say type "gksrmf "
check "it composes what is typed" arrives "한글 "
check "the viewer switches back" switch_source us
check_typed "a text arrives after it" "$mixed"

for secret in exopass 'Zy-@ß7é{'; do
	echo "exouser:$secret" | chpasswd
	for source in us de; do
		set_sources "[('xkb', '$source')]"
		say down ffeb press 6c up ffeb
		check "Super+L locks the screen, with $source" eventually 20 locked yes
		sleep 2
		check "\"$secret\" unlocks it" unlocks "$secret"
		check_typed "a text arrives after that" "$mixed"
	done
done

set_sources "[('xkb', 'us')]"
as_session gsettings set org.gnome.desktop.a11y.keyboard enable true
as_session gsettings set org.gnome.desktop.a11y.keyboard stickykeys-enable true
sleep 2
check_typed "letters arrive with Sticky Keys" "abcdefgh"
check_typed "a text arrives with Sticky Keys" "$mixed"
as_session gsettings set org.gnome.desktop.a11y.keyboard stickykeys-enable false
as_session gsettings set org.gnome.desktop.a11y.keyboard stickykeys-enable true
sleep 2
clear_entry
say press ffe1 type aa
check "Shift that was tapped is for the next letter" eventually 20 has_typed Aa
as_session gsettings set org.gnome.desktop.a11y.keyboard stickykeys-enable false
sleep 2
check_typed "a text arrives without Sticky Keys" "$mixed"

exec 8>&-
check "the viewer ends" viewer_ended person 0 20
check "no key is down" as_user python3 -B keys_down.py
pkill -f '^python3 -B entry.py'
