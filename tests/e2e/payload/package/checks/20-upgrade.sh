# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# From the package to a picture, and an upgrade while there is a viewer.

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
check "an upgrade meanwhile" install_package next.deb
check "installs the new version" \
	test "$(dpkg-query -W -f '${Version}' gpudesk)" = "$(version_of next.deb)"
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
check "back to the older version" install_package now.deb
check_picture "the next viewer is served"
proxy_is_installed_one() {
	local pid
	pid=$(pgrep -x -u gpudesk gpudesk-proxy) || return
	[ "$(readlink "/proc/$pid/exe")" = $libexec/gpudesk-proxy ]
}
check "by the installed proxy" proxy_is_installed_one
