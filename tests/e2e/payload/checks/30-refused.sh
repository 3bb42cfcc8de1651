# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# Who is refused, and what they are told.

systemctl stop gpudesk-scraper@exouser.service 2>/dev/null
start_viewer wrong wrongpwd
seen=no
until [ -s wrong.status ]; do
	! scraper_has_x || seen=yes
	sleep 0.1
done
check "a wrong password is refused" viewer_ended wrong 3 1
check "no X connection is made for it" test $seen = no
# delayed_by SECONDS NAME - by at least so much; the machine adds to it
delayed_by() {
	cat "$2.log"
	sed -n 's/^refused after \([0-9.]*\) s.*/\1/p' "$2.log" |
		awk -v least="$1" '{ found = $1 >= least } END { exit !found }'
}
check "it is delayed" delayed_by 0.5 wrong
check "the journal's entry names viewer and result" eventually 10 grep -q "wrong password" \
	<<<"$(journalctl -b -o cat -u gpudesk.service GPUDESK_RESULT=wrong-password)"
start_viewer wrong2 wrongpwd
check "a second wrong password is refused" viewer_ended wrong2 3 30
check "with a longer delay" delayed_by 1.0 wrong2
check_picture "the right password is accepted"
check_refused "an empty password" . ""

chmod 0644 /home/exouser/.vnc/passwd
check_refused "a password file that others can read" "cannot be checked" $password
rm /home/exouser/.vnc/passwd
check_refused "no password file" "cannot be checked" $password
write_password $password $view_password

# At once: what systemd has no socket for does not come.
configure start_desktop=no user=nosuch
check_refused "a user whose desktop is not set up" "not set up for the user" $password
check "and the log says whose is" eventually 10 grep -q "gpudesk's sockets are for exouser" \
	<<<"$(journalctl -b -o cat -u gpudesk.service)"

configure start_desktop=no "allow = 10.0.0.0/8"
check_refused "an address that is not allowed" "not allowed" $password
configure start_desktop=no "allow = 172.17.0.0/33"
check_refused "a bad value of a key that guards access" "configuration has an error" $password
configure start_desktop=no

# one after the other, without sending anything
for _ in $(seq 30); do
	ip netns exec guac bash -c 'exec 9<>/dev/tcp/172.17.0.1/5901' || :
done
check "silent viewers leave the sockets listening" are_listening
check_picture "and other viewers are served"
