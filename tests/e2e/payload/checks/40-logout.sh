# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# The session ends while there is a viewer, and another one begins; without the status screen, which
# has a part of its own.

configure start_desktop=no status_screen=no
old=$(session)
eventually 60 is_registered "$old"
rm -f viewing
start_viewer logout $password frame 60 make viewing end 120
eventually 60 test -e viewing
as_user openbox --exit
check "a logout ends the viewer" viewer_ended logout 0 60
check "its record is gone" eventually 60 not test -e "$records/$old"
check "the scraper is gone" eventually 30 not scraper_pid
check "the login screen comes up" eventually 120 is_greeter_up
check_refused "at the login screen" "shows its login screen" $password
configure start_desktop=no
check_told "and with the status screen" "GDM shows its login screen.*sudo gpudesk doctor" $password

echo "exouser exopass" >/run/e2e-login
check "a login with a password" wait_for_desktop
rm -f /run/e2e-login
id=$(session)
check "the session is a new one" test "$id" != "$old"
check "its record says so" has_line SERVICE=gdm-password
# mostly :1; they swap if the old X server is slow to release :0
check "its display, $display, is not the login screen's" test "$display" != "$greeter_display"
check_picture "a viewer sees it"
