#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Made-up machines on which no desktop for X can come up, or not on the GPU: what doctor says, and
what setup does and refuses."""

import os

from lib import chain
from lib.machine import X_DRIVER, MachineTest

SCHEMAS = "usr/share/gdm/gdm.schemas"
GDM_50 = "<schema><key>daemon/AutomaticLogin</key></schema>\n"
GDM_49 = GDM_50 + "<schema><key>daemon/WaylandEnable</key></schema>\n"
GDM_51 = GDM_50 + "<schema><key>daemon/FallbackSession</key></schema>\n"
WAYLAND = "usr/share/wayland-sessions/gnome.desktop"
CONFIG = "etc/gdm3/daemon.conf"
ACCOUNT = "var/lib/AccountsService/users/exouser"
LIBRARY = "usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1"


def remove(*paths):
    def break_it(test):
        for path in paths:
            os.unlink(os.path.join(test.root, path))
    return break_it


def write(files):
    def break_it(test):
        for path, text in files.items():
            test.write(path, text)
    return break_it


def link(path, target):
    def break_it(test):
        os.makedirs(os.path.dirname(os.path.join(test.root, path)), exist_ok=True)
        os.symlink(target, os.path.join(test.root, path))
    return break_it


def drive(driver):
    def break_it(test):
        test.lose_card()
        test.add_card(driver=driver)
    return break_it


# WHAT: the changes to a healthy machine; the check, its result, and words of the cause and the fix.
BROKEN = {
    "no Xorg": ([remove("usr/bin/Xorg")],
                "xorg", "fail", "Xorg is not installed", "apt-get install xserver-xorg"),
    "RHEL 10": ([remove("usr/bin/Xorg"),
                 write({"etc/os-release": 'ID="rocky"\nVERSION_ID="10.0"\n'
                                          'ID_LIKE="rhel centos fedora"\n'
                                          'PRETTY_NAME="Rocky Linux 10.0"\n'})],
                "xorg", "fail", "Rocky Linux 10.0 has no Xorg server", "grdctl"),
    "no session": ([remove("usr/share/xsessions/openbox.desktop")],
                   "x-session", "fail", "no X session installed", "gnome-session"),
    "a session without its program": ([remove("usr/bin/openbox")],
                                      "x-session", "fail", "no X session installed", "gnome-session"),
    "Debian 13 without its package": (
        [remove("usr/bin/openbox"), write({"etc/os-release": "ID=debian\nVERSION_ID=13\n"})],
        "x-session", "fail", "no X session installed", "gnome-session-xsession"),
    "Ubuntu 26.04": (
        [remove("usr/bin/openbox"), write({"etc/os-release": "ID=ubuntu\nVERSION_ID=26.04\n"})],
        "x-session", "fail", "no X session installed", "xfce4"),
    "GDM 50 and a Wayland session": (
        [write({SCHEMAS: GDM_50, WAYLAND: "[Desktop Entry]\nExec=openbox\n",
                CONFIG: "[daemon]\nWaylandEnable=false\n"})],
        "wayland", "fail", "the Wayland session gnome", "gpudesk setup"),
    "GDM 50 and only a Wayland session": (
        [remove("usr/bin/openbox"),
         write({SCHEMAS: GDM_50, WAYLAND: "[Desktop Entry]\nExec=Xorg\n",
                "etc/os-release": "ID=debian\nVERSION_ID=14\n"})],
        "x-session", "fail", "no X session installed", "xfce4; gpudesk setup"),
    "no X sessions for GDM": (
        [write({CONFIG: "[daemon]\nWaylandEnable=false\nXorgEnable=false\n"})],
        "wayland", "fail", "XorgEnable=false", "gpudesk setup"),
    "GDM 49 with Wayland": (
        [write({SCHEMAS: GDM_49, WAYLAND: "[Desktop Entry]\nExec=openbox\n",
                CONFIG: "[daemon]\n"})],
        "wayland", "fail", "on: GDM may give", "WaylandEnable=false"),
    "TimedLogin": (
        [write({CONFIG: "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=exouser\n"
                        "TimedLoginEnable=true\nTimedLogin=guest\n"})],
        "autologin", "warn", "GDM logs guest in", "TimedLoginEnable=false"),
    "no driver for Xorg": ([remove(X_DRIVER)], "x-driver", "fail", "no nvidia_drv.so",
                           "xserver-xorg-video-nvidia"),
    "nouveau has the card": ([drive("nouveau")], "nvidia-driver", "fail", "driven by nouveau",
                             "blacklist"),
    "nouveau is loaded": ([drive(None), write({"sys/module/nouveau/initstate": "live\n"})],
                          "nvidia-driver", "fail", "nouveau is loaded", "reboot"),
    "a library of another version": (
        [write({"sys/module/nvidia/version": "550.54.15\n"}),
         link(LIBRARY, "libnvidia-ml.so.550.90.07")],
        "nvidia-version", "fail", "the driver is 550.54.15, its libraries are 550.90.07", "reboot"),
    "no configuration for the card": ([], "bus-id", "warn", "no configuration for the NVIDIA card",
                                      "gpudesk setup"),
}
HEALTHY = ("xorg", "x-session", "wayland", "autologin", "x-driver", "nvidia-driver",
           "nvidia-version", "vgpu-license")


class SessionsTest(MachineTest):
    def healthy(self):
        self.make({CONFIG: "[daemon]\nWaylandEnable=false\nAutomaticLoginEnable=true\n"
                           "AutomaticLogin=exouser\n"})

    def test_broken_machines(self):
        self.healthy()
        for check in HEALTHY:
            self.assertEqual(self.doctor(check)["result"], "ok", self.doctor(check))
        for what, (changes, check, result, cause, fix) in BROKEN.items():
            with self.subTest(what):
                self.healthy()
                for change in changes:
                    change(self)
                finding = self.doctor(check)
                self.assertEqual(finding["result"], result, finding)
                self.assertIn(cause, finding["cause"])
                self.assertIn(fix, finding["fix"])

    def test_setup_refuses(self):
        for what in "no Xorg", "RHEL 10", "no session", "Ubuntu 26.04":
            with self.subTest(what):
                self.healthy()
                for change in BROKEN[what][0]:
                    change(self)
                said = self.set_up()
                self.assertIn("nothing was changed", said)
                self.assertIn(BROKEN[what][4], said)
                self.assertFalse(self.has("var/lib/gpudesk"))
                self.assertIn("Nothing to undo", self.set_up("--undo", "--yes"))

    def test_what_setup_writes_for_gdm(self):
        for schemas, wanted in (GDM_49, "WaylandEnable=false\n"), (GDM_50, ""):
            self.make({CONFIG: "[daemon]\n", SCHEMAS: schemas})
            said = self.set_up()
            self.assertEqual(self.read(CONFIG), "[daemon]\n" + wanted +
                             "AutomaticLoginEnable=true\nAutomaticLogin=exouser\n")
            self.assertEqual("WaylandEnable" in said, bool(wanted))

    def make_gdm_51(self, *sessions):
        """A machine that logs in to GNOME on Wayland, with more X sessions than openbox."""
        self.make({SCHEMAS: GDM_51, WAYLAND: "[Desktop Entry]\nExec=openbox\n",
                   CONFIG: "[daemon]\n"})
        for name in sessions:
            self.write("usr/share/xsessions/%s.desktop" % name, "[Desktop Entry]\nExec=openbox\n")

    def test_a_session_for_x_is_chosen(self):
        self.make_gdm_51()
        self.assertEqual(self.doctor("wayland")["result"], "fail")
        self.assertIn("choose the X session openbox for exouser", self.set_up())
        self.assertEqual(self.read(ACCOUNT),
                         "[User]\nSession=openbox\nSessionType=x11\nXSession=openbox\n")
        self.assertEqual(os.stat(os.path.join(self.root, ACCOUNT)).st_mode & 0o777, 0o600)
        self.assertEqual(self.read(CONFIG), "[daemon]\nFallbackSession=openbox\n"
                         "AutomaticLoginEnable=true\nAutomaticLogin=exouser\n")
        self.assertEqual(self.doctor("wayland")["result"], "ok")
        self.assertNotIn("choose", self.set_up())
        self.set_up("--undo", "--yes")
        self.assertFalse(self.has(ACCOUNT))
        self.assertEqual(self.read(CONFIG), "[daemon]\n")

    def test_which_one_is_chosen(self):
        self.make_gdm_51("awesome", "xfce")
        self.assertIn("the X session xfce for", self.set_up())
        self.assertIn("the X session awesome for", self.set_up("--yes", "--session", "awesome"))
        self.assertIn("\nFallbackSession=awesome\n", self.read(CONFIG))
        # the choice stays
        self.assertNotIn("X session", self.set_up())
        self.assertNotIn("X session", self.set_up("--yes", "--session", "awesome"))
        self.write(ACCOUNT, "[User]\nSession=gnome\nLanguage=de_DE.UTF-8\n")
        self.set_up()
        self.assertEqual(self.read(ACCOUNT), "[User]\nSessionType=x11\nXSession=awesome\n"
                         "Session=awesome\nLanguage=de_DE.UTF-8\n")

    def test_a_session_that_is_no_x_session(self):
        self.make_gdm_51("xfce")
        for name in "gnome", "mate", "../xsessions/xfce", "":
            said = self.set_up("--yes", "--session", name)
            self.assertIn("nothing was changed: no session for X is called '%s'" % name, said)
            self.assertIn("are openbox, xfce", said)
            self.assertFalse(self.has("var/lib/gpudesk"))
        self.assertIn("--undo cannot be used with", self.set_up("--undo", "--session", "xfce"))

    def test_a_session_with_wayland_enable(self):
        """GDM 49 and earlier start an X session anyway: a choice is made on request only."""
        self.make({SCHEMAS: GDM_49, WAYLAND: "[Desktop Entry]\nExec=openbox\n",
                   CONFIG: "[daemon]\n"})
        self.set_up()
        self.assertFalse(self.has(ACCOUNT))
        self.set_up("--yes", "--session", "openbox")
        self.assertIn("Session=openbox\n", self.read(ACCOUNT))
        self.assertNotIn("FallbackSession", self.read(CONFIG))

    def test_xorg_enable(self):
        self.make({SCHEMAS: GDM_51, CONFIG: "[daemon]\nXorgEnable=false\n"})
        self.set_up()
        self.assertIn("\nXorgEnable=true\n", self.read(CONFIG))
        self.assertEqual(self.doctor("wayland")["result"], "ok")

    def test_a_choice_that_cannot_be_read(self):
        self.make_gdm_51()
        os.makedirs(os.path.join(self.root, ACCOUNT))
        self.assertIn("FAILED: /" + ACCOUNT, self.set_up())
        self.assertIn("cannot read which session", self.doctor("wayland")["cause"])


if __name__ == "__main__":
    chain.main()
