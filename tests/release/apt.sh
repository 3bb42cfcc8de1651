# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # what eval expands
# apt.sh SUITE VERSION [OTHER]... - adds the repository of http://127.0.0.1:8000, which is /release, to
# a fresh machine, and installs from it: as the documentation says, and where something is wrong.
# systemd is installed and does not run. Run in packaging/chroot.
set -u
suite=$1 version=$2
shift 2
cd /tmp || exit
# shellcheck source=lib.sh
. /release/lib.sh
sources=/etc/apt/sources.list.d/gpudesk.sources

add() { # SUITE
	curl -fsS -o $sources "http://127.0.0.1:8000/apt/gpudesk-$1.sources"
}

# Of this repository alone, so that what is wrong with it is an error. Debian's lists are kept.
update() {
	apt-get -o Dir::Etc::SourceList=$sources -o Dir::Etc::SourceParts=/dev/null \
		-o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any update
}

install_package() { # OPTION...
	apt-get -y "$@" install gpudesk
}

has_version() {
	dpkg-query -W -f '${Status} ${Version}\n' gpudesk
	[ "$(dpkg-query -W -f '${Status} ${Version}' gpudesk)" = "install ok installed $1" ]
}

is_absent() {
	! dpkg-query -W gpudesk 2>/dev/null
}

forget() {
	rm -rf /var/lib/apt/lists/127.0.0.1* /var/cache/apt/archives/gpudesk*
}

# tampered WHAT WORDS COMMAND... - after COMMAND has changed /release/apt, nothing is installed, with
# these words
tampered() {
	local what=$1 words=$2
	shift 2
	cp -a /release/apt /release/saved
	forget
	"$@"
	check "$what is refused" refused "$words" eval 'update && install_package'
	check "and not installed" is_absent
	rm -r /release/apt
	mv /release/saved /release/apt
	forget
}

# ---- bad repositories ---------------------------------------------------------------------------

packages=/release/apt/dists/$suite/main/binary-$(dpkg --print-architecture)/Packages
inrelease=/release/apt/dists/$suite/InRelease

change_package() {
	printf 'x' >>"$(echo /release/apt/pool/main/g/gpudesk/gpudesk_"$version"_*.deb)"
}
change_list() {
	gzip -dc "$packages.gz" | sed 's/^Description: .*/Description: another/' >"$packages.new"
	gzip -9n <"$packages.new" >"$packages.gz"
	mv "$packages.new" "$packages"
}
change_release() {
	sed -i 's/^Label: .*/Label: another/' "$inrelease"
}
remove_signature() {
	rm "$inrelease" "${inrelease%/*}/Release.gpg"
}
sign_with_another_key() {
	rm -r /release/apt
	cp -a /release/wrong-apt /release/apt
}
remove_suite() {
	rm -r "/release/apt/dists/$suite"
}

check "the repository is added" add "$suite"
tampered "a changed package" 'Hash Sum mismatch|unexpected size|File has unexpected' change_package
tampered "a changed list" 'Hash Sum mismatch|unexpected size' change_list
tampered "a changed Release" 'BADSIG|not valid|signature' change_release
tampered "a repository without a signature" 'not signed' remove_signature
tampered "one that is signed with another key" 'NO_PUBKEY|not signed|No key|Missing key' \
	sign_with_another_key
tampered "a suite that is not there" 'does not have a Release file' remove_suite
for other; do
	[[ $other > $suite ]] || continue # libraries only get newer
	add "$other"
	check "packages for $other are refused" \
		refused 'unmet dependencies|Unable to correct|not installable' eval 'update && install_package'
	check "and not installed" is_absent
	forget
done

# ---- as documented ------------------------------------------------------------------------------

check "the first command" add "$suite"
check "the second one" eval 'apt-get update && install_package'
check "install that version, without systemd running" has_version "$version"
check "all of it" dpkg --verify gpudesk
check "nothing else is left to do for dpkg" dpkg --audit
check "gpudesk runs" gpudesk --version
check "as that version" grep -qF "${version%-*}" <(gpudesk --version)
check "the socket is enabled for the next boot" systemctl is-enabled gpudesk.socket
check "PAM calls the module" grep pam_gpudesk /etc/pam.d/common-session
check "the user is there" getent passwd gpudesk
doctor_ends() {
	local status=0
	gpudesk doctor || status=$?
	[ $status -le 1 ]
}
check "gpudesk doctor says what is missing" doctor_ends
useradd -m exouser
check "gpudesk setup changes nothing without a desktop" refused 'Xorg' gpudesk setup --yes
check "apt purges it" apt-get -y purge gpudesk
check "with its user" eval '! getent passwd gpudesk'
check "and what it had enabled" eval '! find /etc -name "*gpudesk*" ! -name gpudesk.sources | grep .'

# ---- from one version to another ----------------------------------------------------------------

check "version 0.1.0" dpkg -i /release/old.deb
echo '# mine' >>/etc/gpudesk.conf
check "apt upgrades it" apt-get -y upgrade
check "to that version" has_version "$version"
check "and keeps changed settings" grep -qx '# mine' /etc/gpudesk.conf
check "a downgrade has to be asked for" refused 'downgraded' apt-get -y install /release/old.deb
check "and works" apt-get -y --allow-downgrades install /release/old.deb
check "as that" has_version 0.1.0

# postinst dies with dpkg in the middle, as when the power fails
mv /usr/bin/systemd-sysusers sysusers
cat >/usr/bin/systemd-sysusers <<'END'
#!/bin/sh
for process in /proc/[0-9]*; do
	! grep -qEx 'dpkg|apt-get|frontend|gpudesk\.postins' "$process/comm" || kill -s KILL "${process#/proc/}"
done
END
chmod +x /usr/bin/systemd-sysusers
check "an upgrade is killed" eval '! install_package'
check "and is not complete" eval '! has_version "$version"'
mv sysusers /usr/bin/systemd-sysusers
check "apt says how to go on" refused 'dpkg --configure -a' install_package
check "that goes on" dpkg --configure -a
check "and completes it" has_version "$version"
check "with all files" dpkg --verify gpudesk
check "and changed settings" grep -qx '# mine' /etc/gpudesk.conf
echo "that is all"
