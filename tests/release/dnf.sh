# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2016
# With the dnf of this machine, in an empty root, and no network but a loopback of its own: the
# repository of $work/right is added, and its source package got. Its binaries are built by the
# family's own tools. Sourced by run.

# fetch [TREE] - gets the package from $work/right/TREE as dnf.sh's own network has it
fetch() {
	local root=$work/dnf
	rm -rf "$root"
	mkdir -p "$root/repos" "$root/got"
	cp "$work/right/dnf/gpudesk.repo" "$root/repos/"
	echo '[main]' >"$root/dnf.conf"
	export root
	unshare --net bash -c '
		ip link set lo up
		python3 -m http.server --bind 127.0.0.1 --directory "$1" 8000 >/dev/null 2>&1 &
		server=$!
		until curl -fsS -o /dev/null http://127.0.0.1:8000/ 2>/dev/null; do sleep 0.1; done
		dnf -y -c "$root/dnf.conf" --setopt=reposdir="$root/repos" --installroot="$root" --releasever=9 \
			--setopt=cachedir="$root/cache" download --source --destdir="$root/got" gpudesk
		status=$?
		kill $server
		exit $status' bash "$work/right" &&
		ls "$root"/got/*.src.rpm
}

change_dnf() { # COMMAND...: changes a copy of the repository, which is refused with $words
	local what=$1 words=$2
	shift 2
	cp -a "$work/right/dnf" "$work/saved"
	"$@"
	check "$what is refused" refused "$words" fetch
	rm -r "$work/right/dnf"
	mv "$work/saved" "$work/right/dnf"
}
change_rpm() {
	printf 'x' >>"$(echo "$work"/right/dnf/*.src.rpm)"
}
change_metadata() {
	sed -i 's/<revision>/<revision>1/' "$work/right/dnf/repodata/repomd.xml"
}
sign_metadata_with_another_key() {
	cp "$work/right/wrong-dnf/repodata/"* "$work/right/dnf/repodata/"
}

check "dnf adds the repository and gets the source package" fetch
check "which is signed" eval 'rpmkeys --dbpath "$work/rpmdb" --import "$work/right/dnf/gpudesk.asc" &&
	rpmkeys --dbpath "$work/rpmdb" -K "$work"/right/dnf/*.src.rpm'
change_dnf "a changed .rpm" 'checksum|size|Cannot download' change_rpm
change_dnf "changed metadata" 'GPG|signature' change_metadata
change_dnf "metadata signed with another key" 'GPG|signature' sign_metadata_with_another_key
