# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# The package goes, with a viewer looking.

start_viewer last $password frame 120 make last.viewing end 60
eventually 120 test -e last.viewing
check "dpkg --remove under a viewer" dpkg --remove gpudesk
check "ends it" viewer_ended last 0 30
check "leaves nothing running" eventually 20 not processes
check "and nothing listening" not port_is_taken
check "no unit has failed" not grep . <(systemctl --no-legend --plain list-units --state=failed)
check "PAM knows nothing of it" not grep -r gpudesk /etc/pam.d
check "what the administrator wrote stays" cmp admin.conf /etc/gpudesk.conf
systemctl restart gdm
check "logging in still works" eventually 120 is_logged_in
check "dpkg -i brings it back" install_package now.deb
check "as it was configured" cmp admin.conf /etc/gpudesk.conf
check "and listening" are_listening
check_refused "a session from before has no record, which a viewer is told" . $password
restart_gdm
check_picture "a viewer sees the desktop again"

check "gpudesk setup --undo --yes" gpudesk setup --undo --yes
check "dpkg --purge" purge_package
check "leaves nothing running" eventually 20 not processes
systemctl reset-failed
check "and the machine as it was before" same_as before.snapshot
