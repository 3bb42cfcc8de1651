# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# Desktop notifications, sent from the scraper's sandbox to the user's own bus.

rm -f leave notified
runuser -u exouser -- env DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1001/bus \
	python3 -B notification_service.py >notified &
service=$!
check "what shows notifications is on the user's bus" eventually 30 grep -q ready notified
check_picture "a viewer, without notify"
sleep 3
check "the user is told nothing" test "$(cat notified)" = ready

configure notify=yes
start_viewer noticed $password frame 60 await leave 120
check "with notify, the user is told from where a viewer connects" \
	eventually 20 grep -q "viewer 172\.17\.0\.2.* connected" notified
: >leave
check "the viewer leaves" viewer_ended noticed 0 30
check "and that none is connected any longer" eventually 20 grep -q "No viewer is connected" notified
kill $service
wait $service 2>/dev/null
configure
rm -f leave notified
