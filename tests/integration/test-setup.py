#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gpudesk setup on made-up machines: what it changes, that --undo restores every byte, and that
both work after setup was killed at any moment. tests/e2e checks what systemd is asked to do."""

import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import unittest

from lib import chain
from lib.process import as_nobody, run

PROGRAM = "ctl/gpudesk"
UNITS = "etc/systemd/system/"
XORG_FILE = "etc/X11/xorg.conf.d/20-gpudesk.conf"
OLD_XORG_FILE = "etc/X11/xorg.conf.d/00-xorg-js2.conf"
X_DRIVER = "usr/lib/xorg/modules/drivers/nvidia_drv.so"
JOURNAL = "var/lib/gpudesk/setup"
PAM_LINE = "session    optional    pam_gpudesk.so"


def find_config():
    """Where the tested program expects gpudesk.conf, below a machine's root."""
    return re.search(r"instead of /(\S+)", run(PROGRAM, "--help").stdout).group(1)


def drop_in():
    """setup's own file beside it."""
    return find_config() + ".d/50-setup.conf"


CONFIG = "# Whose desktop is shown.\n#user = exouser\n\n#idle_timeout = 10min\n"
OLD_XORG = """Section "DRI"
        Mode 0666
EndSection

Section "Device"
        Identifier  "Card0"
        Driver      "nvidia"
        BusID       "PCI:4:0:0"
EndSection
"""

UNIT = "[Unit]\nDescription=%s\n\n[Service]\nExecStart=/bin/true\n\n[Install]\nWantedBy=%s\n"

# The first and last lines are the distributions' own; the middle does not matter.
PAM_DEBIAN = """#%PAM-1.0
auth	required	pam_permit.so
@include common-account
session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so open
@include common-session
@include common-password
"""
PAM_RHEL = """#%PAM-1.0
auth       required    pam_permit.so
account    include     system-auth
session    required    pam_loginuid.so
session    include     system-auth
session    include     postlogin
"""
COMMON_SESSION = """# here are the per-package modules (the "Primary" block)
session	[default=1]			pam_permit.so
session	required	pam_unix.so
session	optional	pam_systemd.so
# end of pam-auth-update config
"""
SYSTEM_AUTH = "session     required      pam_unix.so\n-session     optional      pam_systemd.so\n"
ZONE = """<?xml version="1.0" encoding="utf-8"?>
<zone>
  <short>Public</short>
  <service name="ssh"/>
  <!-- <port port="5901" protocol="tcp"/> -->
  <port port="5901" protocol="tcp"/>
  <port port="8080" protocol="tcp"/>
</zone>
"""


class Machine:
    """The files of a machine, in a folder."""

    def __init__(self, root):
        self.root = root

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)
        os.utime(path, (1600000000, 1600000000))

    def link(self, name, target):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)

    def read(self, name):
        with open(self.path(name), newline="", encoding="utf-8") as file:
            return file.read()

    def has(self, name):
        return os.path.lexists(self.path(name))

    def add_card(self, address, driver="nvidia", vendor="0x10de"):
        device = "sys/bus/pci/devices/%s/" % address
        for name, value in ("class", "0x030000"), ("vendor", vendor), ("device", "0x20b7"):
            self.write(device + name, value + "\n")
        if driver:
            self.link(device + "driver", "../../../../bus/pci/drivers/" + driver)

    def state(self):
        """All that --undo must restore, without the journal."""
        found = {}
        for folder, folders, files in os.walk(self.root):
            # systemctl leaves some of these empty when it is killed or has no room
            folders = [name for name in folders if not name.endswith(".wants") or
                       os.listdir(os.path.join(folder, name))]
            for name in folders + files:
                path = os.path.join(folder, name)
                status = os.lstat(path)
                about = [stat.filemode(status.st_mode), status.st_uid, status.st_gid]
                if stat.S_ISLNK(status.st_mode):
                    about.append(os.readlink(path))
                elif stat.S_ISREG(status.st_mode):
                    with open(path, "rb") as file:
                        about += [file.read()]
                    # In these --undo changes a line only, as others may have changed them too.
                    if name not in ("group", "gshadow"):
                        about += [status.st_mtime_ns]
                found[os.path.relpath(path, self.root)] = about
        gpasswd = ("etc/group-", "etc/gshadow-", "etc/.pwd.lock")  # its backups and its lock
        return {name: about for name, about in found.items()
                if not name.startswith("var/lib/gpudesk") and name not in gpasswd}

    def content(self):
        """The same without times."""
        return {name: about[:4] for name, about in self.state().items()}

    def run(self, *arguments):
        return run(PROGRAM, "setup", "--root", self.root, *arguments, stderr=subprocess.STDOUT)

    def copy_to(self, root):
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["cp", "-a", self.root, root], check=True)
        return Machine(root)


def add_common(machine):
    machine.write("etc/passwd", "root:x:0:0::/root:/bin/sh\nexouser:x:1001:1001::/home/exouser:"
                  "/bin/bash\nalice:x:1002:1002::/home/alice:/bin/bash\n"
                  "gdm:x:42:42::/:/bin/false\n")
    os.makedirs(machine.path("var/lib"))
    for program in "usr/bin/Xorg", "usr/bin/gnome-session", X_DRIVER:
        machine.write(program, "")
    machine.write("usr/share/xsessions/gnome.desktop",
                  "[Desktop Entry]\nExec=/usr/bin/gnome-session\nTryExec=gnome-session\n")
    if shutil.which("dconf"):
        machine.write("usr/bin/dconf", "")
    machine.write("home/exouser/.vnc/passwd", b"12345678", 0o600)
    os.chmod(machine.path("home/exouser/.vnc"), 0o700)
    for unit, target in (("gpudesk.socket", "sockets.target"),
                         ("gpudesk-scraper@.socket", "gpudesk.socket"),
                         ("gpudesk-control@.socket", "gpudesk.socket"),
                         ("gpudesk-sound@.socket", "gpudesk.socket"),
                         ("gpudesk-desktop@.socket", "gpudesk.socket")):
        text = UNIT % (unit, target)
        if unit == "gpudesk.socket":
            text = text.replace("[Install]", "[Socket]\nListenStream=172.17.0.1:5901\n\n[Install]")
            text += ("Also=gpudesk-scraper@.socket gpudesk-control@.socket "
                     "gpudesk-desktop@.socket\n")
        else:
            text += "DefaultInstance=exouser\n"
        machine.write("usr/lib/systemd/system/" + unit, text)
    for unit in "graphical.target", "multi-user.target", "sockets.target":
        machine.write("usr/lib/systemd/system/" + unit, "[Unit]\nDescription=%s\n" % unit)
    machine.write("usr/lib/systemd/system/gdm.service", "[Unit]\nDescription=GDM\n\n[Install]\n"
                  "Alias=display-manager.service\n")
    machine.link("usr/lib/systemd/system/default.target", "graphical.target")
    machine.write(find_config(), CONFIG)


def add_debian(machine, identity="debian", config="etc/gdm3/daemon.conf"):
    machine.write("etc/os-release", "ID=%s\nPRETTY_NAME=\"Made up\"\n" % identity)
    machine.write(config, "# GDM configuration storage\n[daemon]\n# Uncomment the line below to "
                  "force the login screen to use Xorg\n#WaylandEnable=false\n\n"
                  "#  AutomaticLoginEnable = true\n#  AutomaticLogin = user1\n\n[security]\n\n"
                  "[debug]\n#Enable=true\n")
    for service in "gdm-autologin", "gdm-password":
        machine.write("etc/pam.d/" + service, PAM_DEBIAN)
    machine.write("etc/pam.d/common-session", COMMON_SESSION)
    machine.write("usr/lib/x86_64-linux-gnu/security/pam_gpudesk.so", "")
    machine.link(UNITS + "display-manager.service", "/usr/lib/systemd/system/gdm.service")


def add_documented(machine):
    """The setup that was documented before."""
    machine.write(OLD_XORG_FILE, OLD_XORG)
    machine.write(UNITS + "x0vncserver.service", UNIT.replace(
        "/bin/true", "/usr/bin/x0vncserver -rfbport 5901") % ("x0vncserver", "multi-user.target"))
    machine.link(UNITS + "multi-user.target.wants/x0vncserver.service",
                 "/etc/systemd/system/x0vncserver.service")


def add_rhel(machine, identity="rocky"):
    machine.write("etc/os-release", "ID=\"%s\"\nID_LIKE=\"rhel centos fedora\"\n" % identity)
    machine.write("etc/gdm/custom.conf",
                  "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=exouser\n")
    for service in "gdm-autologin", "gdm-password":
        machine.write("etc/pam.d/" + service, PAM_RHEL)
    machine.write("etc/pam.d/system-auth", SYSTEM_AUTH)
    machine.write("etc/pam.d/postlogin", "session     optional      pam_lastlog.so silent\n")
    machine.write("usr/lib64/security/pam_gpudesk.so", "")
    machine.link(UNITS + "default.target", "/usr/lib/systemd/system/multi-user.target")
    machine.write(UNITS + "vncserver@.service", UNIT % ("TigerVNC", "multi-user.target"))
    machine.link(UNITS + "multi-user.target.wants/vncserver@:1.service",
                 "/etc/systemd/system/vncserver@.service")
    if os.geteuid() == 0:  # for gpasswd
        add_virtualgl(machine)


ACCOUNT = "var/lib/AccountsService/users/exouser"


def add_gdm_51(machine):
    """It has FallbackSession, and no WaylandEnable; GNOME has no X session any more."""
    machine.write("usr/share/gdm/gdm.schemas", "<key>daemon/AutomaticLogin</key>\n"
                  "<key>daemon/FallbackSession</key>\n")
    os.rename(machine.path("usr/share/xsessions"), machine.path("usr/share/wayland-sessions"))
    for name in "openbox", "xfce":
        machine.write("usr/share/xsessions/%s.desktop" % name,
                      "[Desktop Entry]\nExec=%s\n" % name)
        machine.write("usr/bin/" + name, "")
    if os.geteuid() == 0:
        add_virtualgl(machine)


def add_virtualgl(machine):
    machine.write("etc/modprobe.d/virtualgl.conf", "options nvidia NVreg_DeviceFileUID=0 "
                  "NVreg_DeviceFileGID=990 NVreg_DeviceFileMode=0660\n")
    machine.write("etc/group", "root:x:0:\nvglusers:x:990:exouser\ngdm:x:42:\n")
    machine.write("etc/gshadow", "root:::\nvglusers:!::exouser\ngdm:!::\n", 0o600)


class SetupTest(unittest.TestCase):
    def setUp(self):
        # fsync is fast there
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = tempfile.mkdtemp(prefix="gpudesk-setup.", dir=shared)
        self.addCleanup(shutil.rmtree, self.folder)
        self.machine = Machine(os.path.join(self.folder, "machine"))
        os.mkdir(self.machine.root)

    def make(self, *parts, card="0000:04:00.0"):
        add_common(self.machine)
        for part in parts:
            part(self.machine)
        if card:
            self.machine.add_card(card)
        return self.machine

    def check_state(self, machine, wanted, state=None):
        """Compares the states, and shows only the differences."""
        state = state or machine.state()
        self.assertEqual({n: about for n, about in state.items() if wanted.get(n) != about},
                         {n: about for n, about in wanted.items() if state.get(n) != about})

    def succeed(self, machine, *arguments):
        result = machine.run(*arguments)
        self.assertEqual(result.returncode, 0, result.stdout)
        return result.stdout

    def set_up(self, *arguments):
        """Runs --dry-run, setup, and setup again; returns what setup said first."""
        before = self.machine.state()
        would = self.succeed(self.machine, "--dry-run", *arguments)
        self.check_state(self.machine, before)
        self.assertFalse(self.machine.has(JOURNAL))
        said = self.succeed(self.machine, "--yes", *arguments)
        self.assertEqual([line for line in would.splitlines() if line.startswith("would ")],
                         ["would " + line for line in said.splitlines()
                          if not line.startswith(("note:", "Done"))])
        state = self.machine.state()
        again = self.succeed(self.machine, "--yes", *arguments)
        self.assertIn("nothing to change", again)
        self.check_state(self.machine, state)
        return said

    def check_undo(self, before):
        self.succeed(self.machine, "--undo", "--yes")
        self.check_state(self.machine, before)
        self.assertFalse(self.machine.has("var/lib/gpudesk"))
        self.assertIn("Nothing to undo", self.succeed(self.machine, "--undo", "--yes"))

    # ---- What it does on each distribution

    def test_debian_with_the_documented_setup(self):
        self.make(add_debian, add_documented)
        before = self.machine.state()
        self.set_up()
        self.assertEqual(
            self.machine.read("etc/gdm3/daemon.conf"),
            "# GDM configuration storage\n[daemon]\n# Uncomment the line below to force the login "
            "screen to use Xorg\n#WaylandEnable=false\nWaylandEnable=false\n\n"
            "#  AutomaticLoginEnable = true\nAutomaticLoginEnable=true\n#  AutomaticLogin = user1\n"
            "AutomaticLogin=exouser\n\n[security]\n\n[debug]\n#Enable=true\n")
        self.assertEqual(self.machine.read("etc/pam.d/common-session"),
                         COMMON_SESSION + PAM_LINE + "\n")
        self.assertFalse(self.machine.has(OLD_XORG_FILE))
        self.assertIn('BusID      "PCI:4:0:0"', self.machine.read(XORG_FILE))
        self.assertFalse(self.machine.has(UNITS + "multi-user.target.wants/x0vncserver.service"))
        self.assertFalse(self.machine.has(UNITS + "x0vncserver.service"))
        for link in ("sockets.target.wants/gpudesk.socket",
                     "gpudesk.socket.wants/gpudesk-scraper@exouser.socket",
                     "gpudesk.socket.wants/gpudesk-control@exouser.socket",
                     "gpudesk.socket.wants/gpudesk-desktop@exouser.socket"):
            self.assertTrue(os.path.islink(self.machine.path(UNITS + link)), link)
        self.check_undo(before)

    def test_ubuntu(self):
        self.make(lambda machine: add_debian(machine, "ubuntu", "etc/gdm3/custom.conf"))
        before = self.machine.state()
        self.set_up()
        self.assertIn("\nAutomaticLogin=exouser\n", self.machine.read("etc/gdm3/custom.conf"))
        self.assertFalse(self.machine.has("etc/gdm3/daemon.conf"))
        self.check_undo(before)

    def test_rocky_as_exosphere_leaves_it(self):
        self.make(add_rhel)
        before = self.machine.state()
        self.set_up()
        self.assertEqual(self.machine.read("etc/gdm/custom.conf"),
                         "[daemon]\nWaylandEnable=false\nAutomaticLoginEnable=true\n"
                         "AutomaticLogin=exouser\n")
        for service in "gdm-autologin", "gdm-password":
            self.assertEqual(self.machine.read("etc/pam.d/" + service), PAM_RHEL + PAM_LINE + "\n")
        self.assertEqual(self.machine.read("etc/pam.d/system-auth"), SYSTEM_AUTH)
        self.assertEqual(os.readlink(self.machine.path(UNITS + "default.target")),
                         "/usr/lib/systemd/system/graphical.target")
        self.assertEqual(os.readlink(self.machine.path(UNITS + "display-manager.service")),
                         "/usr/lib/systemd/system/gdm.service")
        self.assertFalse(self.machine.has(UNITS + "multi-user.target.wants/vncserver@:1.service"))
        if os.geteuid() == 0:
            self.assertIn("vglusers:x:990:exouser,gdm\n", self.machine.read("etc/group"))
            self.assertIn("vglusers:!::exouser,gdm\n", self.machine.read("etc/gshadow"))
            self.assertEqual(os.stat(self.machine.path("etc/gshadow")).st_mode & 0o777, 0o600)
        self.check_undo(before)

    def test_gdm_51(self):
        self.make(add_debian, add_gdm_51)
        before = self.machine.state()
        self.set_up()
        self.assertEqual(self.machine.read(ACCOUNT),
                         "[User]\nSession=xfce\nSessionType=x11\nXSession=xfce\n")
        self.assertIn("\nFallbackSession=xfce\n", self.machine.read("etc/gdm3/daemon.conf"))
        self.assertNotIn("\nWaylandEnable", self.machine.read("etc/gdm3/daemon.conf"))
        if os.geteuid() == 0:  # the login screen's user is a dynamic one
            self.assertIn("vglusers:x:990:exouser\n", self.machine.read("etc/group"))
        self.check_undo(before)

    def test_undo_of_a_choice_that_accounts_service_has_rewritten(self):
        self.make(add_debian, add_gdm_51)
        self.machine.write(ACCOUNT, "[User]\nSession=gnome\nSystemAccount=false\n", 0o600)
        self.set_up()
        self.machine.write(ACCOUNT, "[User]\nLanguage=de_DE.UTF-8\nSession=xfce\n"
                           "SessionType=x11\nXSession=xfce\nSystemAccount=false\n", 0o600)
        self.undo()
        self.assertEqual(self.machine.read(ACCOUNT), "[User]\nLanguage=de_DE.UTF-8\n"
                         "Session=gnome\nSystemAccount=false\n")

    def test_a_fallback_session_that_is_set(self):
        self.make(add_debian, add_gdm_51)
        self.machine.write("etc/gdm3/daemon.conf", "[daemon]\nFallbackSession=openbox\n")
        self.set_up()
        self.assertIn("Session=openbox\n", self.machine.read(ACCOUNT))
        self.assertIn("FallbackSession=openbox\n", self.machine.read("etc/gdm3/daemon.conf"))

    def test_a_relative_root(self):
        self.make(add_rhel)
        before, root = self.machine.state(), self.machine.root
        self.machine.root = os.path.relpath(root)
        self.set_up()
        self.succeed(self.machine, "--undo", "--yes")
        self.machine.root = root
        self.check_state(self.machine, before)
        self.machine.root += "-that-is-not-there"
        self.assertIn("No such file", self.machine.run("--yes").stdout)

    def add_old_servers(self, *names):
        """Enabled as systemctl does it, each with its unit file."""
        for name in names:
            template = name[:name.index("@") + 1] + ".service" if "@" in name else name
            self.machine.write(UNITS + template, UNIT % (name, "multi-user.target"))
            self.machine.link(UNITS + "multi-user.target.wants/" + name,
                              "/etc/systemd/system/" + template)

    def enabled(self):
        folder = self.machine.path(UNITS + "multi-user.target.wants")
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def test_all_names_of_the_old_servers(self):
        self.make(add_debian)
        self.add_old_servers("vncserver@1.service", "vncserver@:1.service",
                             "vncserver@\\:1.service", "vncserver@:01.service",
                             "tigervncserver@:1.service", "vncserver-virtuald.service",
                             "vncserver@2.service", "tigervncserver@:2.service", "x11vnc.service",
                             "other.service")
        before = self.machine.state()
        self.set_up()
        self.assertEqual(self.enabled(), ["other.service", "tigervncserver@:2.service",
                                          "vncserver@2.service", "x11vnc.service"])
        self.check_undo(before)

    def test_a_server_whose_file_has_the_port(self):
        self.make(add_debian)
        self.add_old_servers("x11vnc.service")
        self.machine.write(UNITS + "x11vnc.service", UNIT.replace(
            "/bin/true", "/usr/bin/x11vnc -forever -rfbport 5901") % ("x", "multi-user.target"))
        before = self.machine.state()
        self.assertIn("disable x11vnc.service", self.set_up())
        self.check_undo(before)

    def test_another_port(self):
        """Only those are stopped that use it, whatever is on 5901."""
        self.make(add_debian, add_documented)
        self.add_old_servers("vncserver@1.service", "vncserver@:50.service")
        self.machine.write(UNITS + "gpudesk.socket.d/override.conf",
                           "[Socket]\nListenStream=\nListenStream=172.17.0.1:5950\n")
        before = self.machine.state()
        self.set_up()
        self.assertEqual(self.enabled(), ["vncserver@1.service", "x0vncserver.service"])
        self.assertTrue(self.machine.has(UNITS + "x0vncserver.service"))
        self.check_undo(before)

    def test_who_has_the_port(self):
        """What the packages' scripts ask before they enable the socket."""
        self.make(add_debian)
        self.assertEqual(self.succeed(self.machine, "--port-owner"), "")
        self.add_old_servers("vncserver@:01.service", "vncserver@2.service")
        result = self.machine.run("--port-owner")
        self.assertEqual((result.returncode, result.stdout),
                         (1, "vncserver@:01.service takes port 5901 at boot\n"))

    def test_undo_gives_the_port_back(self):
        """Even where gpudesk.socket was enabled beside the old server: at a boot, one would lose."""
        self.make(add_debian)
        self.succeed(self.machine, "--yes")
        shutil.rmtree(self.machine.path(JOURNAL))
        self.add_old_servers("vncserver@1.service")
        self.succeed(self.machine, "--yes")
        self.assertEqual(self.enabled(), [])
        would = self.succeed(self.machine, "--undo", "--dry-run")
        said = self.succeed(self.machine, "--undo", "--yes")
        self.assertEqual([line for line in would.splitlines() if line.startswith("would ")],
                         ["would " + line for line in said.splitlines()
                          if not line.startswith("Undone")])
        self.assertIn("disable gpudesk.socket: vncserver@1.service gets its port back", said)
        self.assertEqual(self.enabled(), ["vncserver@1.service"])
        self.assertFalse(self.machine.has(UNITS + "sockets.target.wants/gpudesk.socket"))

    @unittest.skipUnless(shutil.which("firewall-offline-cmd"), "needs firewalld")
    def test_a_zone_of_firewalld(self):
        self.make(add_rhel)
        self.machine.write("etc/firewalld/firewalld.conf", "DefaultZone=public\n")
        self.machine.write("etc/firewalld/zones/public.xml", ZONE)
        said = self.set_up()
        self.assertIn("close 5901/tcp in firewalld's zone public", said)
        zone = self.machine.read("etc/firewalld/zones/public.xml")
        self.assertNotIn('port="5901"', zone)
        self.assertIn('<port port="8080" protocol="tcp"/>', zone)
        self.succeed(self.machine, "--undo", "--yes")
        self.assertIn('<port port="5901" protocol="tcp"/>',
                      self.machine.read("etc/firewalld/zones/public.xml"))

    def test_rhel_with_smart_cards_and_fingerprints(self):
        """Fingerprints are off in authselect: no pam_systemd there yet, but they may be switched on."""
        self.make(add_rhel)
        others = {"gdm-smartcard": PAM_RHEL, "gdm-pin": PAM_RHEL, "gdm-switchable-auth": PAM_RHEL,
                  "gdm-fingerprint": PAM_RHEL.replace("system-auth", "fingerprint-auth")}
        for service, text in others.items():
            self.machine.write("etc/pam.d/" + service, text)
        self.machine.write("etc/pam.d/fingerprint-auth", "auth  required  pam_debug.so\n")
        self.machine.write("etc/pam.d/gdm-launch-environment", PAM_RHEL)
        before = self.machine.state()
        self.assertEqual(self.pam_findings(), ["FAIL"] * 6)
        self.set_up()
        for service, text in others.items():
            self.assertEqual(self.machine.read("etc/pam.d/" + service), text + PAM_LINE + "\n")
        self.assertEqual(self.machine.read("etc/pam.d/gdm-launch-environment"), PAM_RHEL)
        self.assertEqual(self.pam_findings(), ["ok"])
        self.check_undo(before)

    def pam_findings(self):
        shown = run("ctl/gpudesk", "doctor", "--root", self.machine.path(""), "--all").stdout
        return [line.split()[0] for line in shown.splitlines() if line.split()[1] == "pam"]

    def test_an_unknown_distribution(self):
        self.make(add_rhel)
        self.machine.write("etc/os-release", "ID=other\n")
        before = self.machine.state()
        result = self.machine.run("--yes")
        self.assertEqual(result.returncode, 1)
        self.assertIn("does not know this distribution's PAM files", result.stdout)
        self.assertEqual(self.machine.read("etc/pam.d/gdm-password"), PAM_RHEL)
        self.assertTrue(self.machine.has(UNITS + "sockets.target.wants/gpudesk.socket"))
        self.check_undo(before)

    # ---- Cards

    def test_domains_and_hexadecimal_addresses(self):
        self.make(add_debian, card="10de:3b:1f.1")
        self.set_up()
        self.assertIn('"PCI:59@4318:31:1"', self.machine.read(XORG_FILE))

    def test_several_cards(self):
        self.make(add_debian, card=None)
        self.machine.add_card("0000:00:02.0", "bochs-drm", "0x1234")
        for address in "0000:0a:00.0", "0000:1b:00.0", "0000:1c:00.0":
            self.machine.add_card(address)
        before = self.machine.state()
        for gpu, bus_id in ((None, "PCI:10:0:0"), ("1", "PCI:27:0:0"), ("1c:00.0", "PCI:28:0:0"),
                            ("PCI:27:0:0", "PCI:27:0:0"), (None, "PCI:27:0:0")):
            self.succeed(self.machine, "--yes", *(["--gpu", gpu] if gpu else []))
            self.assertIn('"%s"' % bus_id, self.machine.read(XORG_FILE))
        for gpu in "3", "00:02.0", "PCI:4:0:0", "x":
            result = self.machine.run("--yes", "--gpu", gpu)
            self.assertEqual(result.returncode, 1)
            self.assertIn("no NVIDIA card '%s'" % gpu, result.stdout)
        self.check_undo(before)

    def test_no_card_or_no_driver(self):
        self.make(add_debian, card=None)
        self.assertIn("no NVIDIA card", self.set_up())
        self.assertFalse(self.machine.has("etc/X11"))
        self.machine.add_card("0000:04:00.0", "nouveau")
        self.assertIn("nouveau", self.succeed(self.machine, "--yes"))
        self.assertFalse(self.machine.has("etc/X11"))

    def test_the_administrators_own_device_section(self):
        own = OLD_XORG.replace("PCI:4:0:0", "PCI:5:0:0")
        self.make(add_debian)
        self.machine.write("etc/X11/xorg.conf", own)
        result = self.machine.run("--yes")
        self.assertEqual(result.returncode, 1)
        self.assertIn('xorg.conf:5 must have BusID "PCI:4:0:0"', result.stdout)
        self.machine.write("etc/X11/xorg.conf", OLD_XORG)
        self.assertIn("not changed", self.succeed(self.machine, "--yes"))
        self.assertFalse(self.machine.has(XORG_FILE))

    def test_edits_in_our_xorg_file(self):
        self.make(add_debian)
        self.set_up()
        text = self.machine.read(XORG_FILE).replace("Depth 24", "Depth 24\n\t\tVirtual 2560 1600")
        self.machine.write(XORG_FILE, text)
        self.assertIn("nothing to change", self.succeed(self.machine, "--yes"))
        os.rename(self.machine.path("sys/bus/pci/devices/0000:04:00.0"),
                  self.machine.path("sys/bus/pci/devices/0000:05:00.0"))
        self.succeed(self.machine, "--yes")
        self.assertEqual(self.machine.read(XORG_FILE), text.replace("PCI:4:", "PCI:5:"))

    def test_no_dconf(self):
        """Without it, GNOME's screen lock stays, which is said where there is GNOME."""
        self.make(add_debian)
        if self.machine.has("usr/bin/dconf"):
            os.unlink(self.machine.path("usr/bin/dconf"))
        self.assertIn("apt-get install dconf-cli", self.set_up())
        self.assertNotIn("dconf-cli", self.succeed(self.machine, "--yes", "--keep-screen-lock"))
        os.rename(self.machine.path("usr/share/xsessions/gnome.desktop"),
                  self.machine.path("usr/share/xsessions/xfce.desktop"))
        self.assertNotIn("dconf-cli", self.succeed(self.machine, "--yes"))

    # ---- Files as administrators have them

    def check_gdm(self, text, wanted):
        self.make(add_debian)
        if text is None:
            os.unlink(self.machine.path("etc/gdm3/daemon.conf"))
        else:
            self.machine.write("etc/gdm3/daemon.conf", text)
        before = self.machine.state()
        self.set_up()
        self.assertEqual(self.machine.read("etc/gdm3/daemon.conf"), wanted)
        self.check_undo(before)

    def test_gdm_own_lines_are_kept(self):
        self.check_gdm("[security]\nAutomaticLogin=x\n[daemon]\n  WaylandEnable = TRUE \n"
                       "TimedLoginEnable=false\nAutomaticLoginEnable=True\nAutomaticLogin=alice\n"
                       "AutomaticLogin=bob\n",
                       "[security]\nAutomaticLogin=x\n[daemon]\n  WaylandEnable = false \n"
                       "TimedLoginEnable=false\nAutomaticLoginEnable=True\nAutomaticLogin=alice\n"
                       "AutomaticLogin=exouser\n")

    def test_gdm_crlf(self):
        self.check_gdm("[daemon]\r\nAutomaticLoginEnable=false\r\n",
                       "[daemon]\r\nWaylandEnable=false\r\nAutomaticLogin=exouser\r\n"
                       "AutomaticLoginEnable=true\r\n")

    def test_gdm_no_final_newline(self):
        text = "[daemon]\nWaylandEnable=false\nAutomaticLoginEnable=true\n#AutomaticLogin=me"
        self.check_gdm(text, text + "\nAutomaticLogin=exouser\n")

    def test_gdm_no_section(self):
        self.check_gdm("[xdmcp]\nEnable=false",
                       "[xdmcp]\nEnable=false\n\n[daemon]\nWaylandEnable=false\n"
                       "AutomaticLoginEnable=true\nAutomaticLogin=exouser\n")

    def test_gdm_missing_file(self):
        self.check_gdm(None, "[daemon]\nWaylandEnable=false\nAutomaticLoginEnable=true\n"
                       "AutomaticLogin=exouser\n")

    def test_files_that_are_links(self):
        self.make(add_rhel)
        for name, target in (("etc/gdm/custom.conf", "../../srv/config/gdm.conf"),
                             ("etc/pam.d/gdm-password", "../../srv/config/pam")):
            real = self.machine.path("srv/config/" + os.path.basename(target))
            os.makedirs(os.path.dirname(real), exist_ok=True)
            os.rename(self.machine.path(name), real)
            self.machine.link(name, target)
        before = self.machine.state()
        self.set_up()
        self.assertTrue(os.path.islink(self.machine.path("etc/gdm/custom.conf")))
        self.assertIn("WaylandEnable=false", self.machine.read("srv/config/gdm.conf"))
        self.assertIn(PAM_LINE, self.machine.read("srv/config/pam"))
        self.check_undo(before)

    def test_mode_owner_and_attributes_stay(self):
        self.make(add_debian)
        path = self.machine.path("etc/gdm3/daemon.conf")
        os.chmod(path, 0o640)
        if os.geteuid() == 0:
            os.chown(path, 12, 34)
        try:
            os.setxattr(path, "user.note", b"kept")
        except OSError:
            pass  # not every file system has them
        attributes = {name: os.getxattr(path, name) for name in os.listxattr(path)}
        before, status = self.machine.state(), os.stat(path)
        self.set_up()
        for _ in range(2):
            now = os.stat(path)
            self.assertEqual((now.st_mode, now.st_uid, now.st_gid),
                             (status.st_mode, status.st_uid, status.st_gid))
            self.assertEqual({name: os.getxattr(path, name) for name in os.listxattr(path)},
                             attributes)
            if self.machine.has(JOURNAL):
                self.check_undo(before)

    def test_pam_line_in_the_wrong_place(self):
        self.make(add_rhel)
        self.machine.write("etc/pam.d/gdm-password",
                           PAM_RHEL.replace("session    required",
                                            "session optional pam_gpudesk.so\nsession    required"))
        before = self.machine.state()
        self.set_up()
        self.assertEqual(self.machine.read("etc/pam.d/gdm-password"), PAM_RHEL + PAM_LINE + "\n")
        self.check_undo(before)

    def test_a_directory_that_cannot_be_written(self):
        self.make(add_rhel)
        before = self.machine.state()
        folder = self.machine.path("etc/pam.d")
        if os.geteuid() != 0:
            os.chmod(folder, 0o555)
            self.addCleanup(os.chmod, folder, 0o755)
        elif subprocess.run(["chattr", "+i", folder], stderr=subprocess.DEVNULL,
                            check=False).returncode == 0:
            self.addCleanup(subprocess.run, ["chattr", "-i", folder], check=True)
        else:
            self.skipTest("no way to make a directory unchangeable for root here")
        result = self.machine.run("--yes")
        self.assertEqual(result.returncode, 1)
        self.assertIn("FAILED: /etc/pam.d/gdm-password: ", result.stdout)
        self.assertTrue(self.machine.has(UNITS + "sockets.target.wants/gpudesk.socket"))
        self.succeed(self.machine, "--undo", "--yes")
        after = self.machine.state()
        for state in before, after:
            state.pop("etc/pam.d")  # its mode, where this is not root
        self.assertEqual(after, before)

    # ---- Another user

    def test_another_user(self):
        self.make(add_debian)
        self.succeed(self.machine, "--yes")
        before = self.machine.state()
        self.machine.run("--undo", "--yes")
        fresh = self.machine.state()
        self.succeed(self.machine, "--yes")
        self.assertEqual(self.machine.content().keys(), before.keys())
        self.assertIn("gpudesk passwd --user alice", self.set_up_again("--user", "alice"))
        self.assertEqual(self.machine.read(find_config()), CONFIG)
        self.assertEqual(self.machine.read(drop_in()).splitlines()[1:], ["user = alice"])
        self.assertIn("AutomaticLogin=alice\n", self.machine.read("etc/gdm3/daemon.conf"))
        self.assertEqual(sorted(os.listdir(self.machine.path(UNITS + "gpudesk.socket.wants"))),
                         ["gpudesk-control@alice.socket", "gpudesk-desktop@alice.socket",
                          "gpudesk-scraper@alice.socket"])
        self.check_undo(fresh)

    def test_sound(self):
        """Its socket and its key, which stay without --sound; another user takes them along."""
        self.make(add_debian)
        self.succeed(self.machine, "--yes")
        wants = self.machine.path(UNITS + "gpudesk.socket.wants")
        self.assertNotIn("gpudesk-sound@exouser.socket", os.listdir(wants))
        self.assertIn("sound = yes", self.set_up_again("--sound"))
        self.assertIn("gpudesk-sound@exouser.socket", os.listdir(wants))
        self.assertEqual(self.machine.read(drop_in()).splitlines()[1:],
                         ["user = exouser", "sound = yes"])
        self.assertIn("nothing to change", self.succeed(self.machine, "--yes"))
        self.set_up_again("--user", "alice")
        self.assertIn("gpudesk-sound@alice.socket", os.listdir(wants))
        self.assertNotIn("gpudesk-sound@exouser.socket", os.listdir(wants))
        self.assertEqual(self.machine.read(drop_in()).splitlines()[1:],
                         ["user = alice", "sound = yes"])
        self.undo()
        self.assertFalse(os.path.exists(wants) and
                         any("sound" in name for name in os.listdir(wants)))
        self.assertFalse(self.machine.has(drop_in()))

    def test_sound_is_switched_off_by_another_file(self):
        self.make(add_debian)
        self.machine.write(drop_in().replace("50-setup", "90-local"), "sound = no\n")
        result = self.machine.run("--yes", "--sound")
        self.assertEqual(result.returncode, 1)
        self.assertIn("sets sound = no: remove that line", result.stdout)

    def set_up_again(self, *arguments):
        said = self.succeed(self.machine, "--yes", *arguments)
        self.assertIn("nothing to change", self.succeed(self.machine, "--yes", *arguments))
        return said

    def test_no_such_user(self):
        self.make(add_debian)
        before = self.machine.state()
        result = self.machine.run("--yes", "--user", "nobody-there")
        self.assertEqual(result.returncode, 1)
        self.assertIn("there is no user 'nobody-there'", result.stdout)
        self.check_state(self.machine, before)

    # ---- Undoing what others have changed since

    def undo(self, status=0):
        """Undoes it; a second time there is nothing left, whatever the first has found."""
        result = self.machine.run("--undo", "--yes")
        self.assertEqual(result.returncode, status, result.stdout)
        self.assertEqual("Undone." in result.stdout, status == 0)
        self.assertIn("Nothing to undo", self.succeed(self.machine, "--undo", "--yes"))
        self.assertFalse(self.machine.has("var/lib/gpudesk"))
        return result.stdout

    def test_undo_takes_lines_back_from_files_that_were_edited(self):
        self.make(add_rhel)
        before = self.machine.state()
        self.succeed(self.machine, "--yes", "--user", "alice")
        for name in ("etc/gdm/custom.conf", "etc/pam.d/gdm-password", drop_in()):
            self.machine.write(name, "# mine\n" + self.machine.read(name) + "# also mine\n")
        self.machine.write(XORG_FILE, self.machine.read(XORG_FILE) + "# mine\n")
        self.machine.write("etc/group", self.machine.read("etc/group") + "new:x:991:\n")
        said = self.undo()
        self.assertEqual(self.machine.read("etc/gdm/custom.conf"),
                         "# mine\n%s# also mine\n" % before["etc/gdm/custom.conf"][3].decode())
        self.assertEqual(self.machine.read("etc/pam.d/gdm-password"),
                         "# mine\n%s# also mine\n" % PAM_RHEL)
        self.assertEqual(self.machine.read(drop_in()), "# mine\n# also mine\n")
        self.assertFalse(self.machine.has(XORG_FILE))
        self.assertIn("# mine", self.machine.read(XORG_FILE + ".gpudesk-saved"))
        self.assertEqual(self.machine.read("etc/group").encode(),
                         before["etc/group"][3] + b"new:x:991:\n")
        self.assertEqual(self.machine.read("etc/pam.d/gdm-autologin").encode(),
                         before["etc/pam.d/gdm-autologin"][3])
        self.assertIn("take setup's lines back in /etc/gdm/custom.conf", said)

    def test_undo_says_what_it_cannot_restore(self):
        self.make(add_rhel)
        self.machine.write("etc/gdm/custom.conf", "[daemon]\nAutomaticLogin=bob\n")
        before = self.machine.state()
        self.succeed(self.machine, "--yes")
        mine = "[daemon]\nAutomaticLogin=carol\nWaylandEnable=false\nAutomaticLoginEnable=true\n"
        self.machine.write("etc/gdm/custom.conf", mine)
        self.machine.write(XORG_FILE, "# mine\n")
        os.unlink(self.machine.path("etc/pam.d/gdm-password"))
        said = self.undo(1)
        for name in "etc/gdm/custom.conf", "etc/pam.d/gdm-password":
            self.assertRegex(said, "ACTION NEEDED: /%s " % name)
            self.assertEqual(self.machine.read(name + ".gpudesk-saved").encode(), before[name][3])
        self.assertEqual(self.machine.read("etc/gdm/custom.conf"),
                         "[daemon]\nAutomaticLogin=carol\n")
        self.assertFalse(self.machine.has("etc/pam.d/gdm-password"))
        self.assertIn("/%s, which has changed since" % XORG_FILE, said)
        self.assertFalse(self.machine.has(XORG_FILE))
        self.assertEqual(self.machine.read(XORG_FILE + ".gpudesk-saved"), "# mine\n")

    def test_undo_where_folders_are_gone(self):
        """As where GDM was purged since."""
        self.make(add_debian)
        self.succeed(self.machine, "--yes")
        for folder in "etc/gdm3", "etc/X11", os.path.dirname(drop_in()):
            shutil.rmtree(self.machine.path(folder), ignore_errors=True)
        self.assertIn("the directory of /etc/gdm3/daemon.conf is gone", self.undo())
        self.assertFalse(self.machine.has("etc/gdm3"))

    def test_undo_where_a_unit_is_gone(self):
        self.make(add_debian)
        self.add_old_servers("vncserver@1.service")
        self.succeed(self.machine, "--yes")
        os.unlink(self.machine.path(UNITS + "vncserver@.service"))
        self.assertIn("vncserver@1.service was removed since setup", self.undo())

    def test_undo_after_two_setups_and_an_edit_between(self):
        self.make(add_debian)
        before = self.machine.read("etc/gdm3/daemon.conf")
        self.succeed(self.machine, "--yes")
        self.machine.write("etc/gdm3/daemon.conf",
                           self.machine.read("etc/gdm3/daemon.conf") + "# mine\n")
        self.succeed(self.machine, "--yes", "--user", "alice")
        self.machine.write("etc/gdm3/daemon.conf",
                           "# first\n" + self.machine.read("etc/gdm3/daemon.conf"))
        self.undo()
        self.assertEqual(self.machine.read("etc/gdm3/daemon.conf"),
                         "# first\n%s# mine\n" % before)

    def test_a_damaged_journal(self):
        self.make(add_debian)
        before = self.machine.state()
        self.succeed(self.machine, "--yes")
        entries = sorted(name for name in os.listdir(self.machine.path(JOURNAL))
                         if name.endswith(".entry"))
        for text in "", "kind=file\nname=/etc/x\n", "kind=x\nname=a\nbefore=b\nafter=c\n":
            with self.subTest(text=text):
                machine = self.machine.copy_to(os.path.join(self.folder, "damaged"))
                machine.write(JOURNAL + "/" + entries[-1], text, 0o600)
                self.assertIn("nothing to change", self.succeed(machine, "--yes"))
                for _ in range(2):
                    result = machine.run("--undo", "--yes")
                    self.assertEqual(result.returncode, 1, result.stdout)
                    self.assertIn("/%s/%s is damaged" % (JOURNAL, entries[-1]), result.stdout)
                os.unlink(machine.path(JOURNAL + "/" + entries[-1]))
                machine.run("--undo", "--yes")
                self.assertFalse(machine.has("var/lib/gpudesk"))
                after = machine.state()
                for name in "", "/gpudesk.socket":  # what the damaged one was about
                    after.pop(UNITS + "sockets.target.wants" + name, None)
                self.check_state(machine, before, after)

    # ---- What gpudesk.conf becomes

    def test_a_configuration_that_refuses_everybody_stays_a_problem(self):
        self.make(add_debian)
        for text, words in (("user = bad user!\n", ":1: user: expected"),
                            ("user = alice\nuser = exouser\n", ":2: user is already set"),
                            ("allow = nobody\n", ":1: allow: expected")):
            self.machine.write(find_config(), text)
            for arguments in (), ("--user", "alice"):
                result = self.machine.run("--yes", *arguments)
                self.assertEqual(result.returncode, 1, result.stdout)
                self.assertRegex(result.stdout, "ACTION NEEDED: .*" + re.escape(words))
                self.assertNotIn("Done.", result.stdout)
                self.assertEqual(self.machine.read(find_config()), text)
                self.machine.run("--undo", "--yes")

    def test_a_byte_order_mark(self):
        self.make(add_debian)
        text = b"\xef\xbb\xbfuser = bob\n"
        self.machine.write(find_config(), text)
        self.succeed(self.machine, "--yes", "--user", "alice")
        self.assertIn("nothing to change", self.succeed(self.machine, "--yes"))
        self.assertEqual(self.machine.read(find_config()).encode(), text)

    def test_a_drop_in_that_comes_later(self):
        self.make(add_debian)
        self.machine.write(os.path.dirname(drop_in()) + "/90-site.conf", "user = exouser\n")
        result = self.machine.run("--yes", "--user", "alice")
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("sets user = exouser", result.stdout)
        self.assertFalse(self.machine.has(drop_in()))

    def test_users_that_cannot_be(self):
        self.make(add_debian)
        self.machine.write("etc/passwd", self.machine.read("etc/passwd") +
                           "toor:x:0:0::/root:/bin/sh\nbad user!:x:1003:1003::/:/bin/sh\n")
        before = self.machine.state()
        for user, words in (("root", "is root"), ("toor", "is root"),
                            ("bad user!", "cannot be used"), ("x" * 64, "cannot be used"),
                            ("", "cannot be used"), ("a\nuser = root", "cannot be used")):
            result = self.machine.run("--yes", "--user", user)
            self.assertEqual(result.returncode, 1, result.stdout)
            self.assertIn(words, result.stdout)
        self.machine.write(find_config(), "user = root\n")
        self.assertIn("is root", self.machine.run("--yes").stdout)
        self.machine.write(find_config(), CONFIG)
        self.check_state(self.machine, before)

    # ---- Links out of the root

    def test_links_stay_below_the_root(self):
        """Absolute links, and folders that are such, mean what they would on the machine."""
        self.make(add_rhel)
        outside = os.path.join(self.folder, "outside")
        for name in "etc/gdm", "etc/pam.d", "etc/X11", "var/lib/gpudesk":
            os.makedirs(self.machine.path(name), exist_ok=True)
            real = self.machine.path(outside[1:] + "/" + name)
            os.makedirs(os.path.dirname(real), exist_ok=True)
            os.rename(self.machine.path(name), real)
            self.machine.link(name, outside + "/" + name)
            os.makedirs(outside + "/" + name)
        self.machine.link(os.path.dirname(drop_in()), outside)
        before, around = self.machine.state(), Machine(outside).state()
        self.succeed(self.machine, "--yes", "--user", "alice")
        self.assertIn("WaylandEnable=false",
                      self.machine.read(outside[1:] + "/etc/gdm/custom.conf"))
        self.assertTrue(self.machine.has(outside[1:] + "/50-setup.conf"))
        self.check_state(Machine(outside), around)
        self.succeed(self.machine, "--undo", "--yes")
        self.check_state(Machine(outside), around)
        after = self.machine.state()
        for state in before, after:  # its folder was there before
            state.pop(outside[1:] + "/var/lib/gpudesk", None)
        self.check_state(self.machine, before, after)

    def test_links_of_the_configuration_stay_below_the_root(self):
        """A drop-in that is an absolute link, or in a directory that is one."""
        self.make(add_debian)
        outside = os.path.join(self.folder, "outside")
        folder = os.path.dirname(drop_in())
        for name in "site", "40-site.conf":
            os.makedirs(os.path.join(outside, "conf.d"), exist_ok=True)
            with open(os.path.join(outside, "conf.d", name), "w", encoding="utf-8") as file:
                file.write("user = nobody-there\n")
            self.machine.write(outside[1:] + "/conf.d/" + name, "user = alice\n")
        self.machine.link(folder + "/40-site.conf", outside + "/conf.d/site")
        for _ in range(2):
            self.assertIn("AutomaticLogin=alice", self.succeed(self.machine, "--dry-run"))
            shown = run(PROGRAM, "config", "--root", self.machine.root)
            self.assertIn("user = alice", shown.stdout)
            self.assertIn("# /%s/40-site.conf:1\n" % folder, shown.stdout)
            shutil.rmtree(self.machine.path(folder), ignore_errors=True)
            if not self.machine.has(folder):
                self.machine.link(folder, outside + "/conf.d")

    # ---- Bad calls

    def test_bad_calls(self):
        self.make(add_debian)
        before = self.machine.state()
        for arguments, status, words in (
                ((), 2, "no terminal to ask on"),
                (("--yes", "extra"), 2, "extra"),
                (("--yes", "--colour"), 2, "colour"),
                (("--undo", "--yes", "--user", "alice"), 2, "--undo cannot be used with"),
                (("--yes", "--config", "/dev/null"), 2, "--config cannot be used"),
                (("--yes", "--user"), 2, "user")):
            result = self.machine.run(*arguments)
            self.assertEqual(result.returncode, status, arguments)
            self.assertIn(words, result.stdout)
        self.check_state(self.machine, before)

    def test_asking(self):
        self.make(add_debian)
        before = self.machine.state()
        for arguments in (), ("--undo",):
            for answer, status in ("n", 1), ("", 1), ("y", 0):
                screen, terminal = pty.openpty()
                os.write(screen, answer.encode() + b"\n")
                result = run(PROGRAM, "setup", "--root", self.machine.root, *arguments,
                             stdin=terminal, stderr=subprocess.STDOUT)
                os.close(terminal)
                os.close(screen)
                self.assertEqual(result.returncode, status, result.stdout)
                self.assertRegex(result.stdout, r"(?s)\Awould .*Do this\? \[y/N\] ")
                is_done = self.machine.has(JOURNAL)
                self.assertEqual(is_done, (status == 0) != ("--undo" in arguments))
        self.check_state(self.machine, before)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be another user")
    def test_no_rights(self):
        result = run(PROGRAM, "setup", "--yes", stderr=subprocess.STDOUT,
                     **as_nobody(self.folder))
        self.assertEqual(result.returncode, 1)
        self.assertIn("needs root", result.stdout)

    # ---- Killed

    def kill_everywhere(self, start, arguments, then):
        """Kills it after its 1st, 2nd, ... change, each time from `start`, until it ends."""
        for n in range(1, 2000):
            machine = start.copy_to(os.path.join(self.folder, "killed"))
            result = machine.run(*arguments, "--die-after", str(n))
            if result.returncode == 0:
                self.assertGreater(n, 20)
                return
            self.assertEqual(result.returncode, -signal.SIGKILL, result.stdout)
            with self.subTest(n=n):
                then(machine, n)
            shutil.rmtree(machine.root)
        self.fail("it never ends")

    def test_killed(self):
        self.check_killed(add_rhel, add_documented)

    def test_killed_where_a_session_is_chosen(self):
        self.check_killed(add_debian, add_gdm_51)

    def check_killed(self, *parts):
        self.make(*parts)
        before = self.machine.state()
        done = self.machine.copy_to(os.path.join(self.folder, "done"))
        self.succeed(done, "--yes")
        wanted = done.content()

        def then(machine, n):
            other = machine.copy_to(os.path.join(self.folder, "other"))
            self.succeed(other, "--undo", "--yes")
            self.check_state(other, before)
            self.assertFalse(other.has("var/lib/gpudesk"))
            shutil.rmtree(other.root)
            self.succeed(machine, "--yes")
            self.check_state(machine, wanted, machine.content())
            if n % 5 == 0:
                self.succeed(machine, "--undo", "--yes")
                self.check_state(machine, before)

        self.kill_everywhere(self.machine, ["--yes"], then)

    def test_killed_while_undoing(self):
        self.make(add_rhel, add_documented)
        before = self.machine.state()
        self.succeed(self.machine, "--yes")
        wanted = self.machine.content()

        def then(machine, _):
            other = machine.copy_to(os.path.join(self.folder, "other"))
            self.succeed(other, "--undo", "--yes")
            self.check_state(other, before)
            self.assertFalse(other.has("var/lib/gpudesk"))
            shutil.rmtree(other.root)
            self.succeed(machine, "--yes")
            self.check_state(machine, wanted, machine.content())

        self.kill_everywhere(self.machine, ["--undo", "--yes"], then)

    # ---- No room

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to mount a small disk")
    def test_disk_full_everywhere(self):
        """With room for 0, 1, 2, ... more files, or blocks of them, on a disk of its own."""
        self.make(add_rhel, add_documented)
        before = self.machine.state()
        done = self.machine.copy_to(os.path.join(self.folder, "done"))
        self.succeed(done, "--yes")
        for room in "inodes", "blocks":
            with self.subTest(room):
                self.assertGreater(self.fill_everywhere(self.machine, ["--yes"], before, room), 20)
                # which makes its own room
                self.assertLess(self.fill_everywhere(done, ["--undo", "--yes"], before, room), 5)

    def fill_everywhere(self, start, arguments, before, what):
        """Returns how much room was needed."""
        disk = os.path.join(self.folder, "disk")
        os.makedirs(disk, exist_ok=True)
        if subprocess.run(["mount", "-t", "tmpfs", "none", disk], check=False,
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no disk can be mounted here")
        try:
            for room in range(0, 200):
                machine = start.copy_to(os.path.join(disk, "machine"))
                self.set_room(disk, room, what)
                status = machine.run(*arguments).returncode
                self.set_room(disk, 1000, what)
                with self.subTest(room=room):
                    machine.run("--undo", "--yes")
                    self.check_state(machine, before)
                    self.assertFalse(machine.has("var/lib/gpudesk"))
                if status == 0:
                    return room
            return self.fail("it never works")
        finally:
            subprocess.run(["umount", disk], check=True)

    @staticmethod
    def set_room(disk, room, what):
        status = os.statvfs(disk)
        used = {"inodes": status.f_files - status.f_ffree,
                "blocks": status.f_blocks - status.f_bfree}[what]
        subprocess.run(["mount", "-o", "remount,nr_%s=%d" % (what, used + room), disk], check=True)


if __name__ == "__main__":
    chain.main()
