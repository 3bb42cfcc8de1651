# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # what eval expands
# fleet.sh SUITE VERSION - what docs/install.md has for fleets, with the repository of http://127.0.0.1:8000,
# in a fresh machine without systemd and a desktop: so `gpudesk setup` is called, and refuses. The
# end-to-end test has a desktop. Run in packaging/chroot.
set -u
suite=$1 version=$2
cd /tmp || exit
# shellcheck source=lib.sh
. /release/lib.sh

has_version() {
	[ "$(dpkg-query -W -f '${Status} ${Version}' gpudesk)" = "install ok installed $1" ]
}

is_absent() {
	! dpkg-query -W gpudesk 2>/dev/null
}

# What gpudesk depends on is there already: Debian's archive is not in reach, and an error for both.
{
	useradd -m exouser
	apt-get -y install cloud-init ansible-core python3-apt /release/old.deb
	apt-get -y purge gpudesk
	rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*
	apt-get update
} >install.log 2>&1 || cat install.log

# ---- cloud-init ---------------------------------------------------------------------------------

# As a cloud hands it over: user data of the image's own, and the documented part after it.
mkdir -p /var/lib/cloud/seed/nocloud /run/systemd
echo 'instance-id: fleet' >/var/lib/cloud/seed/nocloud/meta-data
cat >/etc/cloud/cloud.cfg.d/99-fleet.cfg <<'END'
datasource_list: [NoCloud]
# its own, in its order, of those that set up hardware, network and users none
cloud_init_modules: [write-files]
cloud_config_modules: [apt-configure, runcmd]
cloud_final_modules: [package-update-upgrade-install, scripts-user]
END
cat >own.yaml <<'END'
#cloud-config
runcmd:
  - echo the image itself >>/var/log/order
END
sed 's/^/      /' "/release/apt/gpudesk-$suite.sources" >pasted
sed -e '/# paste it here/{
		r pasted
		d
	}' /release/cloud-init.yaml >fleet.yaml
cloud-init devel make-mime -a own.yaml:cloud-config -a fleet.yaml:cloud-config \
	>/var/lib/cloud/seed/nocloud/user-data 2>mime.log || cat mime.log
rm -rf /var/lib/apt/lists/127.0.0.1*
boot() {
	cloud-init init --local
	cloud-init init
	cloud-init modules --mode=config
	cloud-init modules --mode=final || : # setup fails, for want of a desktop
}
check "cloud-init takes the documented part for valid" cloud-init schema --config-file fleet.yaml
boot >boot.log 2>&1
check "which installs the package from the signed repository" has_version "$version"
check "writes the settings" grep -qx 'idle_timeout = 10min' /etc/gpudesk.conf.d/40-cloud-init.conf
check "runs what the image itself has" grep -q 'the image itself' /var/log/order
setup_is_last() {
	local script=/var/lib/cloud/instance/scripts/runcmd
	cat $script
	[ "$(grep -n 'the image itself' $script | cut -d: -f1)" -lt \
		"$(grep -n 'gpudesk setup' $script | cut -d: -f1)" ]
}
check "and gpudesk setup after it" setup_is_last
check "which says what is missing" grep -A 20 'Xorg' boot.log
apt-get -qq -y purge gpudesk >/dev/null 2>&1
rm -rf /etc/apt/sources.list.d/gpudesk.sources /etc/gpudesk.conf.d \
	/var/lib/apt/lists/127.0.0.1*

# ---- Ansible ------------------------------------------------------------------------------------

play() { # VARIABLE=VALUE...
	local arguments=() argument
	for argument; do arguments+=(-e "$argument"); done
	cd /release/ansible || return
	ANSIBLE_NOCOLOR=1 ansible-playbook -i localhost, -c local "${arguments[@]}" site.yml
}
repository='{"gpudesk_repository": "http://127.0.0.1:8000",
	"gpudesk_repository_key": "/release/apt/gpudesk.asc", "gpudesk_desktop_packages": []}'
check "the role refuses an unknown distribution" \
	refused 'does not know Plan 9' play '{"gpudesk_distribution": "Plan 9"}'
check "and changes nothing there" is_absent
check "it refuses a repository without a key" refused 'needs gpudesk_repository_key' \
	play gpudesk_repository=http://127.0.0.1:8000 '{"gpudesk_desktop_packages": []}'
check "and an unknown state" refused "must be 'present' or 'absent'" play gpudesk_state=gone
check "without a desktop, it ends with what setup says" refused 'Xorg' play "$repository"
check "after it has installed the package" has_version "$version"
check "and the settings" grep -qx 'idle_timeout = 10min' /etc/gpudesk.conf.d/40-ansible.conf
check "it removes all again" play gpudesk_state=absent
check "the package" is_absent
check "and what it had written" eval '! find /etc -name "*gpudesk*" | grep .'
check "removed again" eval 'play gpudesk_state=absent | tee again; grep -q "changed=0 " again'
echo "that is all"
