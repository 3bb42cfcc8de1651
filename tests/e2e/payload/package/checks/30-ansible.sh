# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# The role of packaging/ansible, run in the machine itself (connection: local). Only with
# E2E_ANSIBLE=1, since the image lacks what it needs.

# play VARIABLE=VALUE... - sets $changed, how many tasks changed something
play() {
	changed=''
	local variables=() variable
	for variable; do variables+=(-e "$variable"); done
	(
		cd ansible || exit
		export LC_ALL=C.UTF-8 ANSIBLE_NOCOLOR=1
		PYTHONPATH=/opt/ansible/usr/lib/python3/dist-packages \
			python3 /opt/ansible/usr/bin/ansible-playbook -i localhost, -c local \
			-e gpudesk_package="$OLDPWD/new.deb" -e '{"gpudesk_desktop_packages": []}' \
			"${variables[@]}" site.yml
	) >play.log 2>&1 </dev/null || { cat play.log; return 1; }
	cat play.log
	changed=$(sed -n 's/.*changed=\([0-9]*\).*/\1/p' play.log)
}

if [ -d ansible ]; then
	# beside the machine's own packages
	for package in ansible/packages/*.deb; do
		dpkg -x "$package" /opt/ansible
	done
	cp /etc/gpudesk.conf before-ansible.conf
	systemctl disable --quiet --now gpudesk.socket
	check "the role, on a machine with an older version and its sockets off" \
		play '{"gpudesk_settings": {"idle_timeout": "4s", "view_only": false}}'
	check "changes something" test "$changed" -gt 1
	check "installs the package" \
		test "$(dpkg-query -W -f '${Version}' gpudesk)" = "$(version_of new.deb)"
	check "writes the settings" grep -qx 'view_only = no' /etc/gpudesk.conf.d/40-ansible.conf
	check "and asks doctor" grep -q 'Ask gpudesk doctor' play.log
	check "makes the sockets listen" are_listening
	check "run again" play '{"gpudesk_settings": {"idle_timeout": "4s", "view_only": false}}'
	check "changes nothing" test "$changed" = 0
	check_picture "a viewer sees the desktop"
	check "and nothing is wrong" play gpudesk_require_healthy=true
	check "the role removes it" play gpudesk_state=absent
	check "the package" not dpkg-query -W gpudesk
	check "what setup had changed" not test -e /var/lib/gpudesk
	check "and every file in /etc" not grep . <(find /etc -name '*gpudesk*')
	check "removed again" play gpudesk_state=absent
	check "it changes nothing" test "$changed" = 0
	check "and brings it back" play
	check "GDM restarts" restart_gdm
	check_picture "a viewer sees the desktop"
	rm /etc/gpudesk.conf.d/40-ansible.conf # is the role's, not the package's
	cp before-ansible.conf /etc/gpudesk.conf
fi
