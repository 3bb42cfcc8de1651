# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# After the installation, before any connection.

units="gpudesk.socket gpudesk.service gpudesk-scraper@exouser.socket gpudesk-scraper@exouser.service
gpudesk-control@exouser.socket gpudesk-desktop@exouser.socket gpudesk-desktop@exouser.service
gpudesk-desktop-stop@exouser.service gpudesk-xorg.service gpudesk-sound@exouser.socket
gpudesk-sound@exouser.service"

verify_units() {
	local output
	# shellcheck disable=SC2086
	output=$(systemd-analyze verify --man=no $units 2>&1) || { echo "$output"; return 1; }
	! grep gpudesk <<<"$output"
}

# at_most LEVEL UNIT
at_most() {
	local level
	level=$(systemd-analyze security --no-pager "$2" |
		sed -n 's/.*exposure level for.*: \([0-9.]*\).*/\1/p')
	echo "     $2: $level" >&3
	awk -v level="$level" -v limit="$1" 'BEGIN { exit !(level != "" && level <= limit) }'
}

exec 3>&1
check "systemd loads the units without a warning" verify_units
check "the sockets listen" are_listening
check "the port is held before its address exists" not ip addr show docker0
for service in gpudesk.service gpudesk-scraper@exouser.service gpudesk-desktop@exouser.service \
	gpudesk-desktop-stop@exouser.service gpudesk-sound@exouser.service; do
	check "the exposure of $service is at most 1.0" at_most 1.0 $service
done
check "only the proxy can use the hand-off socket" \
	test "$(stat -c '%U %a' /run/gpudesk/scraper/exouser.sock)" = "gpudesk 600"
check "only the user can use the control socket" \
	test "$(stat -c '%U %a' /run/gpudesk/control/exouser.sock)" = "exouser 600"
check "only the user can use the desktop socket" \
	test "$(stat -c '%U %a' /run/gpudesk/desktop/exouser.sock)" = "exouser 600"
check "the records belong to root" test "$(stat -c '%U %a' $records)" = "root 755"
