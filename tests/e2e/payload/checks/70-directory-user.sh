# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# The desktop's user comes from a directory service: its module (libnss-extrausers, in place of
# sssd's) has its files below /var, knows the user only some time after boot, and the name has
# characters that useradd does not allow.

domain_user='EXAMPLE\0.jane@example.org' domain_uid=2001 domain_home=/home/jane

add_domain_user() {
	printf '%s:x:%d:%d::%s:/bin/bash\n' "$domain_user" $domain_uid $domain_uid $domain_home \
		>/var/lib/extrausers/passwd
	printf '%s:x:%d:\n' "$domain_user" $domain_uid >/var/lib/extrausers/group
	printf '%s:*:19000:0:99999:7:::\n' "$domain_user" >/var/lib/extrausers/shadow
	install -d -m 0700 -o $domain_uid -g $domain_uid $domain_home $domain_home/.vnc
	install -m 0600 -o $domain_uid -g $domain_uid /home/exouser/.vnc/passwd $domain_home/.vnc
	local accounts=/var/lib/AccountsService/users
	cp $accounts/exouser "$accounts/$domain_user"
}

# domain_units COMMAND... USER - systemctl for the user's sockets
domain_units() {
	systemctl "${@:1:$#-1}" "gpudesk-scraper@${!#}.socket" "gpudesk-control@${!#}.socket" \
		"gpudesk-desktop@${!#}.socket"
}

# X belongs to the user, or to root in a session of the user.
domain_display() {
	local id
	for id in $(sessions User=$domain_uid); do
		find_display "$id" && return
	done
	return 1
}

as_domain_user() {
	setpriv --reuid $domain_uid --regid $domain_uid --clear-groups \
		env HOME=$domain_home XDG_RUNTIME_DIR=/run/user/$domain_uid "$@"
}

paint_domain() {
	as_domain_user env DISPLAY="$(domain_display)" \
		XAUTHORITY=/run/user/$domain_uid/gdm/Xauthority xsetroot -solid "#$1"
}

# Whether a connection to the sound port is one of a viewer's.
listens_to_domain() {
	gpudesk status | grep -E '^Sound .*172\.17\.0\.2:'
}

cp /etc/nsswitch.conf nsswitch.saved
cp /etc/gdm3/daemon.conf daemon.saved
systemctl stop gdm
eventually 60 not has_session
domain_units disable --quiet --now exouser
sed -i -E 's/^(passwd|group|shadow):.*/& extrausers/' /etc/nsswitch.conf
session_wait=2min configure start_desktop=yes sound=yes "user=$domain_user"

domain_units enable --quiet "$domain_user"
domain_units start "$domain_user" 2>/dev/null
check "while the user is unknown, the hand-off socket listens" \
	systemctl is-active "gpudesk-scraper@$domain_user.socket"
check "and the user's own sockets have failed" \
	systemctl is-failed "gpudesk-desktop@$domain_user.socket" "gpudesk-control@$domain_user.socket"

add_domain_user
sed -i "s/^AutomaticLogin=.*/AutomaticLogin=${domain_user//\\/\\\\}/" /etc/gdm3/daemon.conf
start_viewer domain $password frame 200 make domain.seen await domain.painted 60 \
	pixel 3 3 204080 60
check "a viewer starts the desktop of a user of a directory service" eventually 200 test -e domain.seen
check "and all sockets listen now" domain_units is-active "$domain_user"
check "the user's session has a record" \
	grep -qxF "USER='$domain_user'" -r $records
check "the desktop can be painted" eventually 60 paint_domain 204080
as_domain_user systemctl --user start pulseaudio.socket
systemctl start "gpudesk-sound@$domain_user.socket"
ip netns exec guac timeout 60 bash -c 'exec 9<>/dev/tcp/172.17.0.1/4713 && cat <&9' &
check "a viewer may listen to it" eventually 20 listens_to_domain
systemctl stop "gpudesk-sound@$domain_user.socket"
touch domain.painted
check "and the viewer sees it" viewer_ended domain 0 90
check "gpudesk status knows it" \
	grep -F "$domain_user" <<<"$(gpudesk status)"
check "the user's sockets start at boot when users can be looked up" \
	grep -q nss-user-lookup.target <<<"$(domain_units show -p After "$domain_user")"

systemctl stop gdm
eventually 60 not domain_display
domain_units disable --quiet --now "$domain_user"
rm -f "/var/lib/AccountsService/users/$domain_user" /var/lib/extrausers/{passwd,group,shadow}
cp nsswitch.saved /etc/nsswitch.conf
cp daemon.saved /etc/gdm3/daemon.conf
domain_units enable --quiet --now exouser
configure start_desktop=no
systemctl reset-failed 'gpudesk*'
systemctl start gdm
wait_for_desktop
