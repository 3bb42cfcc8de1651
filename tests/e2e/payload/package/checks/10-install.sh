# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# The package on a machine without gpudesk: first where its port is taken.

# shellcheck source=../package-lib.sh
. ./package-lib.sh

check "autologin" eventually 120 is_logged_in
make_docker
snapshot >before.snapshot

check "dpkg -i where another VNC server has the port" \
	eval 'old_vnc_server vncserver@1.service && install_package new.deb'
check "it reports that" grep -q "another VNC server" install.log
check "the old server keeps running" systemctl is-active vncserver@1.service
check "and gpudesk does not listen" not systemctl is-active gpudesk.socket
check "dpkg --purge" purge_package
systemctl stop vncserver@1.service
eventually 30 not port_is_taken
systemctl reset-failed
check "leaves nothing behind" same_as before.snapshot

check "dpkg -i" install_package new.deb
check "says what to do next" grep -q "gpudesk setup" install.log
check "the sockets listen" are_listening
check "and are enabled" are_enabled
check "nothing of gpudesk runs" not processes
check "gpudesk.conf is a conffile" grep -q '^ /etc/gpudesk.conf ' \
	<(dpkg-query -W -f '${Conffiles}\n' gpudesk)
pam_is_last() {
	grep -nE 'pam_(systemd|gpudesk)\.so' /etc/pam.d/common-session
	[ "$(grep -oE 'pam_(systemd|gpudesk)\.so' /etc/pam.d/common-session | tr '\n' ' ')" = \
		"pam_systemd.so pam_gpudesk.so " ]
}
check "PAM calls gpudesk after systemd" pam_is_last
check "but not in non-interactive sessions" \
	not grep gpudesk /etc/pam.d/common-session-noninteractive
check "the package's files are whole" dpkg --verify gpudesk
verify_units() {
	local output
	output=$(systemd-analyze verify --man=no gpudesk.socket gpudesk.service \
		gpudesk-{scraper,desktop}@exouser.{socket,service} 2>&1) ||
		{ echo "$output"; return 1; }
	! grep gpudesk <<<"$output"
}
check "systemd loads the units without a warning" verify_units
