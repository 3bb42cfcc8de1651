# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# The package is removed while there is a viewer.

start_viewer last $password frame 120 make last.viewing end 60
eventually 120 test -e last.viewing
check "dpkg --remove with a viewer" dpkg --remove gpudesk
check "disconnects the viewer" viewer_ended last 0 30
check "leaves no process" eventually 20 not processes
check "and no listening socket" not port_is_taken
check "no unit has failed" not grep . <(systemctl --no-legend --plain list-units --state=failed)
check "PAM does not use it" not grep -r gpudesk /etc/pam.d
check "the administrator's gpudesk.conf stays" cmp admin.conf /etc/gpudesk.conf
systemctl restart gdm
check "logging in still works" eventually 120 is_logged_in
check "dpkg -i brings it back" install_package new.deb
check "with its configuration" cmp admin.conf /etc/gpudesk.conf
check "and its sockets" are_listening
check_refused "an older session has no record, and viewers are told" . $password
restart_gdm
check_picture "a viewer sees the desktop again"

cp -a /var/lib/gpudesk/setup journal.before
check "dpkg --purge before the undo" purge_package
check "keeps what setup has replaced" diff -r journal.before /var/lib/gpudesk/setup
check "dpkg -i" install_package now.deb
check "gpudesk setup --undo --yes" gpudesk setup --undo --yes
check "dpkg --purge" purge_package
check "leaves no process" eventually 20 not processes
systemctl reset-failed
check "and the machine is as before" same_as before.snapshot
