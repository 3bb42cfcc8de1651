# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# From a release's repository to a picture, as documented. Only with E2E_RELEASE.

if [ -d release ]; then
	check "dpkg --purge" purge_package
	systemctl reset-failed
	(cd release && exec python3 -m http.server --bind 127.0.0.1 8000) >/dev/null 2>&1 &
	server=$!
	fetch() {
		python3 -c 'import sys, urllib.request
sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())' "$1"
	}
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	add_repository() {
		# where it is here, in place of where it will be
		fetch "http://127.0.0.1:8000/apt/gpudesk-$suite.sources" |
			sed 's|^URIs: .*|URIs: http://127.0.0.1:8000/apt|' \
				>/etc/apt/sources.list.d/gpudesk.sources
	}
	# the archives that the image was made from are not in reach
	printf '%s\n' 'Dir::Etc::SourceList "/etc/apt/sources.list.d/gpudesk.sources";' \
		'Dir::Etc::SourceParts "/dev/null";' >apt.conf
	export APT_CONFIG=$PWD/apt.conf
	check "the repository is there" eventually 30 fetch http://127.0.0.1:8000/SHA256SUMS
	check "the first command adds it" add_repository
	check "the second one installs gpudesk" \
		eval 'apt-get update && apt-get -y install gpudesk </dev/null'
	check "the repository's" grep -q 127.0.0.1:8000 <(apt-cache policy gpudesk)
	check "gpudesk setup --yes" gpudesk setup --yes
	check "GDM restarts" restart_gdm
	check "gpudesk doctor finds nothing to fix" gpudesk doctor
	check_picture "a viewer sees the desktop"
	check "gpudesk setup --undo --yes" gpudesk setup --undo --yes
	kill $server
	unset APT_CONFIG
	rm -rf /etc/apt/sources.list.d/gpudesk.sources /var/lib/apt/lists/127.0.0.1* \
		/var/cache/apt/archives/gpudesk*
fi
