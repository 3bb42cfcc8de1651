# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# What Exosphere leaves: a VNC server with its own X server on all addresses, GDM's automatic login
# but no GDM at boot, and the password.

cat >/etc/systemd/system/vncserver@.service <<'END'
[Unit]
Description=Start TurboVNC server at startup
After=syslog.target network.target

[Service]
Type=simple
User=exouser
PAMName=login
ExecStart=/usr/local/bin/vncserver :%i
Restart=always

[Install]
WantedBy=multi-user.target
END
cat >/etc/gdm3/daemon.conf <<'END'
# GDM configuration storage

[daemon]
AutomaticLoginEnable=True
AutomaticLogin=exouser

[security]
END
server_at /usr/local/bin/vncserver
systemctl daemon-reload
systemctl set-default multi-user.target
systemctl enable --now vncserver@1.service
systemctl stop gdm
check "Exosphere: the old server runs" eventually 60 holds_port vncserver@1.service 0.0.0.0
check "Exosphere: there is no desktop" eventually 60 not has_session

check_moving_over vncserver@1.service 0.0.0.0 socket port other-vnc default-target wayland pam
check "Exosphere: the X server uses the new file" \
	was_card_in /etc/X11/xorg.conf.d/20-gpudesk.conf
check_undo vncserver@1.service 0.0.0.0
check "Exosphere: GDM is stopped again" not systemctl is-active gdm
