# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# From version 0.1.0 to a picture, and an upgrade while there is a viewer.

check "dpkg --purge" purge_package
systemctl reset-failed
check "dpkg -i of the older version" install_package old.deb
check "its sockets listen" are_listening
check "gpudesk setup --yes" gpudesk setup --yes
configure "# the administrator's own line"
cp /etc/gpudesk.conf admin.conf
check "GDM restarts" restart_gdm
check "gpudesk doctor finds nothing to fix" gpudesk doctor
check_picture "a viewer sees the desktop"

rm -f go.on looks
paint 224466
start_viewer stays $password pixel 3 3 224466 60 make looks await go.on 300 pixel 3 3 664422 60 \
	make sees.on await leave 300
check "a viewer is there" eventually 90 test -e looks
old=$(scraper_pid)
check "an upgrade meanwhile" install_package new.deb
check "installs the new version" \
	test "$(dpkg-query -W -f '${Version}' gpudesk)" = "$(version_of new.deb)"
check "keeps what the administrator wrote" cmp admin.conf /etc/gpudesk.conf
check "leaves the scraper alone" test "$(scraper_pid)" = "$old"
check "and the sockets" are_listening
paint 664422
: >go.on
check "the viewer goes on and sees what changes" eventually 60 test -e sees.on
check_picture "another one joins it"
: >leave
check "the viewer leaves" viewer_ended stays 0 60
rm -f stays2
start_viewer anew $password frame 60 make stays2 await leave2 300
check "the next connection" eventually 60 test -e stays2
check "runs the new version" scraper_is_installed_one
check "which is another process" test "$(scraper_pid)" != "$old"
: >leave2
viewer_ended anew 0 60 >/dev/null

# The proxy is replaced too. It runs for 30 s after a handshake.
check "a downgrade to the older version" install_package old.deb
check_picture "the next viewer is served"
proxy_is_installed_one() {
	local pid
	pid=$(pgrep -x -u gpudesk gpudesk-proxy) || return
	[ "$(readlink "/proc/$pid/exe")" = $libexec/gpudesk-proxy ]
}
check "by the installed proxy" proxy_is_installed_one

# As after a power failure, or a terminal that was closed: the files are there, and no more was done.
check "an upgrade is interrupted" dpkg --force-confold --unpack new.deb
check "the sockets still listen" are_listening
check_picture "a viewer is served"
check "by the installed proxy" proxy_is_installed_one
check "dpkg --configure -a completes it" dpkg --force-confold --configure -a
check "to the new version" \
	test "$(dpkg-query -W -f '${Status} ${Version}' gpudesk)" = \
	"install ok installed $(version_of new.deb)"
check "nothing is left of it" dpkg --audit
check "the administrator's settings are kept" cmp admin.conf /etc/gpudesk.conf
check "the sockets listen" are_listening
check_picture "a viewer sees the desktop"
