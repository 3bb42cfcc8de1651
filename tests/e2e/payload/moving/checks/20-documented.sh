# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# The setup that Jetstream2 documents, verbatim: its unit (on Ubuntu, with -fg) and its Xorg file.

cat >/etc/X11/xorg.conf.d/00-xorg-js2.conf <<'END'
Section "DRI"
        Mode 0666
EndSection

Section "Device"
        Identifier  "Card0"
        Driver      "nvidia"
        BusID       "PCI:4:0:0"
EndSection

Section "Monitor"
    Identifier     "Monitor0"
    VendorName     "Unknown"
    ModelName      "Unknown"
    Option         "DPMS" "False"
EndSection

Section "Screen"
        Identifier "Screen0"
        Device     "Card0"
        Monitor    "Monitor0"
        SubSection "Display"
                Viewport   0 0
                Depth     24
        EndSubSection
EndSection
END
cat >/etc/systemd/system/x0vncserver.service <<'END'
[Unit]
Description=TigerVNC Scraping Server
BindsTo=sys-devices-virtual-net-docker0.device
After=syslog.target network.target sys-devices-virtual-net-docker0.device gdm.service
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=simple
User=exouser
PAMName=login
PIDFile=/home/exouser/.vnc/%H0.pid
Environment="XAUTHORITY=/run/user/1001/gdm/Xauthority"
ExecStartPre=/bin/sh -c 'ip address show dev docker0 | grep -q 172.17.0.1'
ExecStartPre=-/usr/bin/x0vncserver -kill :0
ExecStart=/usr/bin/x0vncserver -fg -interface 172.17.0.1 -localhost=0 -rfbauth /home/exouser/.vnc/passwd -rfbport 5901 -display :0
ExecStop=/usr/bin/x0vncserver -kill :0
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
END
server_at /usr/bin/x0vncserver
systemctl restart gdm
check "documented: the desktop" eventually 120 has_session
systemctl daemon-reload
systemctl enable x0vncserver.service
systemctl start x0vncserver.service
check "documented: the old server runs" eventually 60 holds_port x0vncserver.service 172.17.0.1
check "documented: the X server uses the old file" \
	eventually 30 was_card_in /etc/X11/xorg.conf.d/00-xorg-js2.conf

check_moving_over x0vncserver.service 172.17.0.1 socket port other-vnc pam hard-dpms
check "documented: the X server uses the new file" \
	was_card_in /etc/X11/xorg.conf.d/20-gpudesk.conf
check_undo x0vncserver.service 172.17.0.1
check "documented: the X server uses the old file again" \
	eventually 60 was_card_in /etc/X11/xorg.conf.d/00-xorg-js2.conf
systemctl disable --now x0vncserver.service
rm -f /etc/systemd/system/x0vncserver.service /etc/X11/xorg.conf.d/00-xorg-js2.conf \
	/usr/bin/x0vncserver
