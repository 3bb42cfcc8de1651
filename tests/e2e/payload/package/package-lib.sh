# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2034
# What the package's checks share, beside lib.sh. ./new.deb is the package, ./old.deb one of version
# 0.1.0.

export DEBIAN_FRONTEND=noninteractive

# All that a package could leave behind: files with mode, owner and contents, enabled units, and
# users. Without what the machine writes all the time, and without dpkg's own database and lists.
snapshot() {
	(
		cd /
		find etc usr var boot lib -xdev \( -path var/log -o -path var/cache -o -path var/tmp \
			-o -path var/lib/dpkg -o -path var/lib/apt -o -path var/lib/systemd \
			-o -path var/lib/gdm3 \
			-o -path var/lib/AccountsService \) -prune -o ! -name '*-' \
			! -name .pwd.lock ! -name .updated -printf '%p %y %m %u %g %l\n' | sort
		find etc -xdev -type f ! -name '*-' ! -name .pwd.lock -exec md5sum {} + | sort -k 2
		find var/lib/systemd -path '*/deb-systemd-helper*' | sort
		find var/lib/dpkg/info var/lib/pam -name '*gpudesk*' -o -path 'var/lib/pam/*' \
			-type f -exec md5sum {} + | sort
		find run/gpudesk 2>/dev/null
		grep -H . var/lib/dpkg/statoverride var/lib/dpkg/diversions 2>/dev/null
		getent passwd
		getent group
	)
	systemctl list-unit-files --no-legend --no-pager --type=service,socket,timer,target |
		awk '{ print $1, $2 }' | sort
	systemctl list-units --all --no-legend --plain --no-pager 'gpudesk*' '*vnc*.service' |
		awk '{ print $1, $4 }'
	systemctl get-default
}

# same_as FILE - whether the machine is in that state
same_as() {
	snapshot >now.snapshot
	diff "$1" now.snapshot
}

# install_package FILE - its output is in install.log. Nobody is asked about settings: they are kept.
install_package() {
	dpkg --force-confold -i "$1" >install.log 2>&1 </dev/null
	local status=$?
	cat install.log
	return $status
}

purge_package() {
	dpkg --purge gpudesk </dev/null
}

version_of() {
	dpkg-deb -f "$1" Version
}

# Whether the running scraper is the installed one.
scraper_is_installed_one() {
	local pid
	pid=$(scraper_pid) || return
	readlink "/proc/$pid/exe"
	[ "$(readlink "/proc/$pid/exe")" = "$libexec/gpudesk-scraper" ]
}

are_enabled() {
	local socket
	for socket in gpudesk gpudesk-scraper@exouser gpudesk-desktop@exouser; do
		systemctl is-enabled "$socket.socket" || return
	done
}

# old_vnc_server UNIT - a stand-in for an older server, which listens on all addresses
old_vnc_server() {
	systemd-run --quiet --unit="$1" python3 -c 'import socket, time
server = socket.create_server(("0.0.0.0", 5901))
time.sleep(100000)'
	eventually 30 port_is_taken
}

port_is_taken() {
	ss -lntH 'sport = :5901' | grep -q .
}

# Whether exouser has a session with a window manager; it may have no record.
is_logged_in() {
	has_session && display=$(find_display "$(session)") && as_user xdotool getmouselocation
}
