# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2016,SC2034,SC2086
# Makes each check fail at least once. "broken" takes commands as text: hence the quotes.

conf=/etc/gpudesk.conf
gdm_conf=/etc/gdm3/daemon.conf
idle="screen-lock suspend"
no_x="mit-shm damage randr xtest rendering"
sockets="scraper-socket desktop-socket control-socket"
units=/etc/systemd/system
vnc=/home/exouser/.vnc

set_conf() {
	printf '%s\n' "$@" >$conf
}
default_conf='set_conf'

# unit NAME COMMAND - makes a service that runs the command
unit() {
	printf '[Service]\nExecStart=%s\n[Install]\nWantedBy=multi-user.target\n' "$2" >"$units/$1"
	systemctl daemon-reload
}
remove_unit() {
	systemctl disable --now "$1"
	rm -f "${units:?}/$1"
	systemctl daemon-reload
	systemctl reset-failed "$1" 2>/dev/null
	return 0
}
cat >listen.py <<'END'
import socket, sys, time
with socket.socket() as listener:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", 5901))
    listener.listen()
    time.sleep(3600)
END
squat="/usr/bin/python3 $PWD/listen.py"
holds_port() {
	ss -tlnH 'sport = 5901' | grep -q 0.0.0.0
}

# ---- gpudesk.conf ----
broken "an unknown key in gpudesk.conf" warn config '/etc/gpudesk.conf:2: .*idle_timeuot' "" \
	'set_conf "" "idle_timeuot = 5min"' "$default_conf"
broken "a bad value of a key that guards access" FAIL config \
	'/etc/gpudesk.conf:1: .*allow.*connections are refused' "allow" \
	'set_conf "allow = 10.0.0.0/33"' "$default_conf"
broken "user names no user of the machine" FAIL user \
	'there is no user nosuch. Fix: gpudesk setup --user exouser' \
	"$sockets services autologin session password $idle x $no_x" 'set_conf "user = nosuch"' "$default_conf"
broken "user is not the one of the units" FAIL user \
	'sockets are enabled for exouser, but user = other' \
	"$sockets services autologin session password $idle x $no_x" \
	'useradd -m other; set_conf "user = other"' "$default_conf; userdel -r other"
broken "allow leaves docker out" FAIL allow 'network on docker0 \(172.17.0.1\) is not in allow' "" \
	'set_conf "allow = 10.0.0.0/8"' "$default_conf"

# ---- what the package brings ----
broken "an unknown distribution" warn system 'Plan 9 is not a distribution' "" \
	'keep /etc/os-release /usr/lib/os-release; rm /etc/os-release
	 printf "ID=plan9\nPRETTY_NAME=\"Plan 9\"\n" >/etc/os-release' \
	'rm /etc/os-release; put_back'
broken "no system user gpudesk" FAIL account 'no system user gpudesk' "" \
	'keep /etc/passwd; sed -i /^gpudesk:/d /etc/passwd' 'put_back'
broken "/run/gpudesk/sessions is gone" FAIL directories '/run/gpudesk/sessions: No such file' \
	"records session x $no_x" 'mv /run/gpudesk/sessions /run/gpudesk/away' \
	'mv /run/gpudesk/away /run/gpudesk/sessions'
broken "/run/gpudesk/sessions is writable by all" FAIL directories 'sessions has mode 0777' \
	"records session x $no_x" 'chmod 0777 /run/gpudesk/sessions' 'chmod 0755 /run/gpudesk/sessions'
broken "/run/gpudesk/scraper belongs to another user" FAIL directories 'scraper belongs to uid 1001' "" \
	'chown exouser /run/gpudesk/scraper' 'chown root /run/gpudesk/scraper'

# ---- units ----
broken "gpudesk.socket is stopped" FAIL socket 'does not listen: it is inactive' "$sockets" \
	'systemctl stop gpudesk.socket' 'systemctl start gpudesk.socket'
broken "gpudesk.socket is not enabled" FAIL socket 'not enabled' "" \
	'rm $units/sockets.target.wants/gpudesk.socket; systemctl daemon-reload' \
	'systemctl enable gpudesk.socket'
broken "the scraper's socket is stopped" FAIL scraper-socket 'does not listen' "" \
	'systemctl stop gpudesk-scraper@exouser.socket' 'systemctl start gpudesk-scraper@exouser.socket'
broken "the desktop's socket is masked" FAIL desktop-socket 'is masked' "" \
	'systemctl mask --runtime gpudesk-desktop@exouser.socket' \
	'systemctl unmask --runtime gpudesk-desktop@exouser.socket'
broken "the control socket is stopped" warn control-socket 'does not listen' "" \
	'systemctl stop gpudesk-control@exouser.socket' 'systemctl start gpudesk-control@exouser.socket'
broken "gpudesk.service is masked" FAIL services 'gpudesk.service is masked' "" \
	'systemctl mask --runtime gpudesk.service' 'systemctl unmask --runtime gpudesk.service'
broken "a drop-in was changed, and systemd not told" warn unit-files \
	'gpudesk.socket, or a drop-in of it, has changed.*daemon-reload' "" \
	'mkdir -p $units/gpudesk.socket.d; echo "[Socket]" >$units/gpudesk.socket.d/new.conf' \
	'rm -r $units/gpudesk.socket.d; systemctl daemon-reload'
# systemd starts it again every 2 s, as long as the connection waits.
service_failed() {
	[ "$(systemctl show -P Result gpudesk.service)" != success ]
}
broken "gpudesk-proxy cannot be run" warn services 'gpudesk.service failed' "" \
	'mv $libexec/gpudesk-proxy $libexec/away
	 timeout 5 bash -c "exec 3<>/dev/tcp/172.17.0.1/5901; sleep 1"
	 eventually 20 service_failed' \
	'mv $libexec/away $libexec/gpudesk-proxy; systemctl stop gpudesk.socket gpudesk.service
	 systemctl reset-failed "gpudesk*"; systemctl start gpudesk.socket'

# ---- the port ----
broken "TurboVNC's unit holds the port (vncserver@1)" FAIL port \
	'held by python3 \(pid [0-9]+, vncserver@1.service\).*Fix: gpudesk setup, which closes' \
	"socket other-vnc" \
	'systemctl stop gpudesk.socket; unit vncserver@1.service "$squat"
	 systemctl start vncserver@1; eventually 20 holds_port; systemctl start gpudesk.socket || :
	 systemctl start gpudesk-{scraper,control,desktop}@exouser.socket' \
	'remove_unit vncserver@1.service; systemctl reset-failed gpudesk.socket
	 systemctl start gpudesk.socket'
broken "another service holds the port" FAIL port \
	'held by python3 \(pid [0-9]+, squatter.service\).*Fix: systemctl status squatter.service' \
	"socket" \
	'systemctl stop gpudesk.socket; systemd-run --unit=squatter $squat; eventually 20 holds_port
	 systemctl start gpudesk.socket || :
	 systemctl start gpudesk-{scraper,control,desktop}@exouser.socket' \
	'systemctl stop squatter; systemctl reset-failed gpudesk.socket; systemctl start gpudesk.socket'
broken "TigerVNC's unit is enabled (vncserver@:1)" FAIL other-vnc \
	"vncserver@:1.service .* is enabled.*disable vncserver@:1.service" "" \
	'unit vncserver@:1.service /bin/true; systemctl enable vncserver@:1.service' \
	'remove_unit vncserver@:1.service'
scraper='/bin/sh -c "exec sleep 1000" x0vncserver -rfbport 5901'
broken "the documented x0vncserver.service runs" FAIL other-vnc 'x0vncserver.service .* is running' "" \
	'unit x0vncserver.service "$scraper"; systemctl start x0vncserver' \
	'remove_unit x0vncserver.service'
broken "and is left over, disabled" warn other-vnc \
	'x0vncserver.service .* left over.*gpudesk setup' "" \
	'unit x0vncserver.service "$scraper"' 'remove_unit x0vncserver.service'
broken "docker0 is not there" warn address 'no interface has the address 172.17.0.1' "" \
	'ip link del docker0; ip netns del guac' 'make_docker'
broken "docker0 has another address" FAIL address \
	'docker0 has the address 172.20.0.1, but gpudesk.socket listens on 172.17.0.1' "" \
	'ip addr flush dev docker0; ip addr add 172.20.0.1/16 dev docker0' \
	'ip addr flush dev docker0; ip addr add 172.17.0.1/16 dev docker0'
broken "there is podman's bridge, and not docker's" FAIL address \
	'podman0 has the address 10.88.0.1, but gpudesk.socket listens on 172.17.0.1' "allow" \
	'ip link del docker0; ip netns del guac
	 ip link add podman0 type bridge; ip addr add 10.88.0.1/16 dev podman0' \
	'ip link del podman0; make_docker'
# address has nothing to say: an address with a scope is docker0's own too.
broken "gpudesk.socket listens at an IPv6 address of docker0, which allow lacks" FAIL allow \
	'network on docker0 \(fe80::17\) is not in allow' "" \
	'ip addr add fe80::17/64 dev docker0 nodad
	 systemctl stop gpudesk.socket; mkdir -p /run/systemd/system/gpudesk.socket.d
	 printf "[Socket]\nListenStream=[fe80::17]:5901%%%%docker0\n" \
		>/run/systemd/system/gpudesk.socket.d/ipv6.conf
	 systemctl daemon-reload
	 systemctl start gpudesk.socket gpudesk-{scraper,control,desktop}@exouser.socket' \
	'systemctl stop gpudesk.socket; rm -r /run/systemd/system/gpudesk.socket.d
	 systemctl daemon-reload; ip addr del fe80::17/64 dev docker0
	 systemctl start gpudesk.socket gpudesk-{scraper,control,desktop}@exouser.socket'
broken "podman's network is not in allow" warn allow 'podman0 \(10.88.0.1\) is not in allow' "" \
	'ip link add podman0 type bridge; ip addr add 10.88.0.1/16 dev podman0' 'ip link del podman0'
broken "gpudesk.socket listens at an address of a card as well" warn address \
	'10.9.8.1 is an address of card0: hosts of that network' "allow" \
	'ip link add card0 type veth peer name card1; ip addr add 10.9.8.1/24 dev card0
	 systemctl stop gpudesk.socket; mkdir -p /run/systemd/system/gpudesk.socket.d
	 printf "[Socket]\nListenStream=10.9.8.1:5901\n" >/run/systemd/system/gpudesk.socket.d/card.conf
	 systemctl daemon-reload; systemctl start gpudesk.socket' \
	'systemctl stop gpudesk.socket; rm -r /run/systemd/system/gpudesk.socket.d
	 systemctl daemon-reload; systemctl start gpudesk.socket; ip link del card0'
broken "gpudesk.socket listens at all addresses" warn address 'on all addresses' "" \
	'mkdir -p /run/systemd/system/gpudesk.socket.d
	 printf "[Socket]\nListenStream=\nListenStream=0.0.0.0:5901\n" \
		>/run/systemd/system/gpudesk.socket.d/all.conf
	 systemctl daemon-reload; systemctl restart gpudesk.socket' \
	'rm -r /run/systemd/system/gpudesk.socket.d; systemctl daemon-reload
	 systemctl restart gpudesk.socket'

# ---- the firewall ----
# zone PORTS RICH-RULE - firewalld, with the zone public
zone() {
	printf '%s\n' '#!/bin/sh' 'case $1 in' '--get-default-zone) echo public ;;' \
		'--list-all-zones) cat /etc/firewalld.zones ;;' '*) exit 1 ;;' 'esac' >/usr/bin/firewall-cmd
	chmod +x /usr/bin/firewall-cmd
	printf 'docker (active)\n  target: ACCEPT\n  interfaces: docker0\n  ports: 5901/tcp\n' \
		>/etc/firewalld.zones
	printf 'public (default, active)\n  target: default\n  interfaces: eth0\n  services: ssh\n' \
		>>/etc/firewalld.zones
	printf '  ports: %s\n  rich rules: \n\t%s\n' "$1" "$2" >>/etc/firewalld.zones
	unit firewalld.service "/bin/sleep 1000"
	systemctl start firewalld
}
no_zone='remove_unit firewalld.service; rm /usr/bin/firewall-cmd /etc/firewalld.zones'
broken "firewalld's public zone has 5901/tcp" FAIL firewall \
	'zone public has 5901/tcp.*--permanent --zone=public --remove-port=5901/tcp' "" \
	'zone "80/tcp 5901/tcp" ""' "$no_zone"
broken "firewalld's public zone has a rich rule" FAIL firewall \
	'zone public has the rich rule rule family="ipv4" port port="5900-5910"' "" \
	"zone 80/tcp 'rule family=\"ipv4\" port port=\"5900-5910\" protocol=\"tcp\" accept'" "$no_zone"
nft_rules() {
	nft -f - <<-END
		table inet test {
			set ports { type inet_service; flags interval; elements = { 22, 5900-5910 }; }
			chain input {
				type filter hook input priority 0; policy drop;
				ct state established,related accept
				iifname { "lo", "docker0", "br-*" } accept
				$1
			}
			chain output {
				type filter hook output priority 0;
				tcp dport 5901 accept
			}
		}
	END
}
no_rules='nft delete table inet test'
broken "a rule of nftables opens it" FAIL firewall "nftables' rule inet test input handle" "" \
	'nft_rules "tcp dport @ports accept"' "$no_rules"
for rule in "ip saddr 10.0.0.0/8 tcp dport 5901 accept" "tcp dport 22 accept" "udp dport 5901 accept"; do
	nft_rules "$rule"
	examine
	check "not by: $rule" says ok firewall 'nothing is known to open port 5901'
	eval "$no_rules"
done
tuple() {
	mkdir -p /etc/ufw
	echo ENABLED=yes >/etc/ufw/ufw.conf
	echo '### tuple ### allow tcp 5901 0.0.0.0/0 any 0.0.0.0/0 in' >/etc/ufw/user.rules
}
broken "ufw allows every address" FAIL firewall 'ufw has "allow 5901/tcp".*ufw delete allow 5901/tcp' "" \
	tuple 'rm -r /etc/ufw'

# ---- the display manager ----
broken "GDM is masked" FAIL gdm 'gdm.*is masked' "" \
	'systemctl mask --runtime gdm.service' 'systemctl unmask --runtime gdm.service'
broken "GDM does not start at boot" FAIL gdm 'no display-manager.service' "" \
	'keep $units/display-manager.service; rm $units/display-manager.service
	 systemctl daemon-reload' 'put_back; systemctl daemon-reload'
# A GDM that was just started may end and be started again before it stays, and logs in once more: the
# session that it left behind ends here. Sets id and display when GDM has been up for a while.
gdm_has_logged_in() {
	systemctl --quiet is-active gdm && [ "$(ps -o etimes= -C gdm3 | head -1)" -gt 15 ]
}
desktop_is_settled() {
	local left
	eventually 90 gdm_has_logged_in && wait_for_desktop || return
	for left in $(sessions Name=exouser Seat=seat0 | sort -n | head -n -1); do
		loginctl terminate-session "$left" || :
		eventually 30 session_is_not "$left" || return
		rm -f "$records/$left"
	done
	wait_for_desktop && id=$(session)
}
# GDM is stopped meanwhile: systemd would take what runs as the other one's.
broken "the display manager is another" FAIL gdm 'display manager is lightdm.service, not GDM' \
	"records session x $no_x" \
	'systemctl stop gdm; keep $units/display-manager.service; unit lightdm.service /bin/true
	 ln -sf lightdm.service $units/display-manager.service; systemctl daemon-reload' \
	'rm $units/lightdm.service $units/display-manager.service; put_back; systemctl daemon-reload
	 systemctl start gdm; desktop_is_settled'
broken "multi-user.target is the default" warn default-target 'multi-user.target' "" \
	'systemctl set-default multi-user.target' 'systemctl set-default graphical.target'
broken "and nothing else starts the desktop" FAIL default-target 'GDM does not start at boot' "" \
	'systemctl set-default multi-user.target; set_conf "start_desktop = no"' \
	"$default_conf; systemctl set-default graphical.target"
broken "Wayland is not off" FAIL wayland 'on: GDM may' "" \
	'keep $gdm_conf; sed -i /WaylandEnable/d $gdm_conf' 'put_back'
broken "autologin is not on" FAIL autologin 'logs no user in' "" \
	'keep $gdm_conf; sed -i /AutomaticLoginEnable/d $gdm_conf' 'put_back'
broken "autologin is for another user" FAIL autologin 'logs alice in, not exouser' "" \
	'keep $gdm_conf; sed -i s/AutomaticLogin=.*/AutomaticLogin=alice/ $gdm_conf' 'put_back'

# ---- PAM ----
module=$(find /usr/lib/*/security /lib/*/security -name pam_gpudesk.so | head -1)
broken "the PAM module is not there" FAIL pam-module 'pam_gpudesk.so is not where' "" \
	'mv $module $module.away' 'mv $module.away $module'
broken "the PAM profile is not active" FAIL pam 'not in the session stack of /etc/pam.d/gdm-autologin' \
	"" 'keep /etc/pam.d/common-session; sed -i /pam_gpudesk/d /etc/pam.d/common-session' 'put_back'
broken "the PAM line is before pam_systemd" FAIL pam \
	'before pam_systemd in /etc/pam.d/gdm-autologin \(/etc/pam.d/common-session:[0-9]+\)' "" \
	'keep /etc/pam.d/common-session
	 sed -i -e /pam_gpudesk/d -e "0,/^session/s//session optional pam_gpudesk.so\n&/" /etc/pam.d/common-session' \
	'put_back'
broken "pam_systemd is not active" FAIL pam 'pam_systemd is not in' "" \
	'keep /etc/pam.d/common-session; sed -i /pam_systemd/d /etc/pam.d/common-session' 'put_back'

# ---- records and the session ----
id=$(session)
broken "a stale record" warn records 'record of session 999 is stale: logind no longer knows' "" \
	'sed s/^SESSION=.*/SESSION=999/ $records/$id >$records/999' 'rm $records/999'
broken "a record that another user wrote" warn records 'session 998 is ignored: a user other than root' "" \
	'sed s/^SESSION=.*/SESSION=998/ $records/$id >$records/998; chown exouser $records/998' \
	'rm $records/998'
broken "the session has no record" FAIL session 'session [0-9a-z]+ of exouser has no record' "x $no_x" \
	'mv $records/$id away.record' 'mv away.record $records/$id'

# ---- the password ----
broken "no password" FAIL password 'there is no /home/exouser/.vnc/passwd.*gpudesk passwd' "" \
	'mv $vnc/passwd $vnc/away' 'mv $vnc/away $vnc/passwd'
broken "others may read the password" FAIL password \
	'has mode 0644: others may read.*Fix: chmod 600 /home/exouser/.vnc/passwd' "" \
	'chmod 0644 $vnc/passwd' 'chmod 0600 $vnc/passwd'
broken "the password belongs to another user" FAIL password \
	'(belongs to uid [0-9]+|cannot be read).*Fix: chown exouser: /home/exouser/.vnc/passwd' "" \
	'chown nobody $vnc/passwd' 'chown exouser $vnc/passwd'
broken "the password file is empty" FAIL password 'passwd is empty' "" \
	'keep $vnc/passwd; : >$vnc/passwd' 'put_back'
broken "the password is empty" FAIL password 'the password in .* is empty' "" \
	'keep $vnc/passwd; printf "\132\262\315\300\272\334\257\023" >$vnc/passwd' 'put_back'
broken "the password is in clear" FAIL password 'not a VNC password file: it has 9 bytes' "" \
	'keep $vnc/passwd; echo sekret12 >$vnc/passwd' 'put_back'
broken "all users may write in ~/.vnc" warn password 'mode 0777: others may replace' "" \
	'chmod 0777 $vnc' 'chmod 0700 $vnc'

# ---- X ----
desktop_is_settled
x_off() {
	as_user xhost -si:localuser:exouser -si:localuser:root
	mv $xauthority $xauthority.away
}
x_on() {
	mv $xauthority.away $xauthority
	as_user xhost +si:localuser:exouser +si:localuser:root
}
broken "the authority file is gone" FAIL x "display $display refuses.*gdm/Xauthority" "$no_x" x_off x_on
broken "the X server hangs" FAIL x 'did not answer in' "$no_x" \
	'kill -STOP $(pgrep -x Xorg)' 'kill -CONT $(pgrep -x Xorg)'

# without_extensions NAME... - a new X server
without_extensions() {
	local name
	{
		echo 'Section "Extensions"'
		for name; do echo "Option \"$name\" \"Disable\""; done
		echo EndSection
	} >/etc/X11/xorg.conf.d/99-extensions.conf
	restart_gdm
	id=$(session)
}
with_all='rm /etc/X11/xorg.conf.d/99-extensions.conf; restart_gdm; id=$(session)'
# One start of the X server for each would take long: the others count as what follows.
missing="mit-shm randr xtest damage"
broken "Xorg without MIT-SHM, RANDR, XTEST, DAMAGE" FAIL damage 'no DAMAGE' "$missing" \
	'without_extensions MIT-SHM RANDR XTEST DAMAGE
	 gpudesk doctor >without.txt || :' "$with_all"
for line in 'warn +mit-shm .*no MIT-SHM' 'warn +randr .*no RandR' 'FAIL +xtest .*no XTEST'; do
	check "of which also: $line" grep -E "^$line" without.txt
done

broken "GDM does not run, and nothing starts it" FAIL gdm 'is not running.*start_desktop = no' \
	"session x records $no_x" 'set_conf "start_desktop = no"; systemctl stop gdm' \
	"$default_conf; systemctl start gdm; wait_for_desktop; id=\$(session)"
