# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Who has the port after a reboot: beside an old server, after setup, after --undo, and, from the
# package, after a purge. The old server is Exosphere's, from 30-exosphere.sh.

nothing_left() {
	find /etc/systemd/system /var/lib/gpudesk /etc/gpudesk.conf.d -name '*gpudesk*' 2>/dev/null \
		>left
	cat left
	[ ! -s left ]
}

case ${stage:-install} in
install)
	if [ -e new.deb ]; then
		check "purge" dpkg --purge gpudesk
		check "the package beside an enabled server" dpkg -i new.deb
	fi
	check "the old server has the port" port_is_of vncserver@1.service
	reboot_into installed
	;;
installed)
	check "after the reboot the old server has the port" port_is_of vncserver@1.service
	make_docker
	check "doctor says so" doctor_finds socket port other-vnc
	check "setup" set_up --yes
	check "gpudesk has the port" port_is_ours
	reboot_into setup
	;;
setup)
	check "after the reboot gpudesk has the port" port_is_ours
	make_docker
	check "and there is a desktop" wait_for_desktop
	check_picture "which a viewer sees"
	check "undo" set_up --undo --yes
	check "the old server has the port again" port_is_of vncserver@1.service
	reboot_into undone
	;;
undone)
	check "after the reboot the old server has the port" port_is_of vncserver@1.service
	# as where gpudesk was installed first, and enabled, and the old server came later
	systemctl disable --now vncserver@1.service
	systemctl enable --now gpudesk.socket gpudesk-{scraper,control,desktop}@exouser.socket
	systemctl enable vncserver@1.service
	check "setup where both are enabled" set_up --yes
	check "undo" set_up --undo --yes
	systemctl start vncserver@1.service
	reboot_into both
	;;
both)
	check "after the reboot the old server has the port" port_is_of vncserver@1.service
	if [ -e new.deb ]; then
		check "purge" dpkg --purge gpudesk
		check "nothing is left" nothing_left
		reboot_into purged
	fi
	;;
purged)
	check "after the reboot the old server has the port" port_is_of vncserver@1.service
	;;
esac
rm -f /var/lib/e2e/stage
