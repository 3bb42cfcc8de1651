#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""GNOME's blanking, locking and suspending: what `gpudesk setup` writes, as the real dconf and
gsettings read it, for the user and for GDM's login screen."""

import os
import shutil
import signal
import subprocess
import unittest

from lib import chain
from lib.machine import MachineTest
from lib.process import run

SESSION = "org.gnome.desktop.session idle-delay"
LOCK = "org.gnome.desktop.screensaver lock-enabled"
POWER = "org.gnome.settings-daemon.plugins.power sleep-inactive-ac-type"
DATABASE, PROFILE = "etc/dconf/db/gpudesk", "etc/dconf/profile/%s"


def has_schema(name):
    return subprocess.run(["gsettings", "list-keys", name], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("dconf") and shutil.which("gsettings") and
                     os.path.isdir("/etc/dconf") and has_schema(LOCK.split(" ", maxsplit=1)[0]),
                     "needs root, dconf, gsettings and GNOME's schemas")
class IdleTest(MachineTest):
    def make(self, files=None):
        super().make(files)
        self.write("usr/bin/dconf")

    def setting(self, name, profile="user"):
        """What gsettings(1) says on the machine, without settings of the user's own."""
        script = ('mount --bind "$1" /etc/dconf && exec env HOME="$4" XDG_RUNTIME_DIR= '
                  'GSETTINGS_BACKEND=dconf DCONF_PROFILE="$2" gsettings get $3')
        folder = os.path.join(self.root, "etc/dconf")
        os.makedirs(folder, exist_ok=True)
        return subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", folder, profile,
                               name, self.folder], stdout=subprocess.PIPE, check=True,
                              universal_newlines=True).stdout.strip()

    def dconf_files(self):
        top = os.path.join(self.root, "etc/dconf")
        return sorted(os.path.relpath(os.path.join(folder, name), self.root)
                      for folder, _, names in os.walk(top) for name in names)

    def test_defaults(self):
        self.make()
        self.assertEqual((self.setting(SESSION), self.setting(LOCK)), ("uint32 300", "true"))
        said = self.set_up()
        self.assertIn("neither blanks, locks nor suspends", said)
        self.assertEqual((self.setting(SESSION), self.setting(LOCK)), ("uint32 0", "false"))
        self.assertEqual(self.read(PROFILE % "user"), "user-db:user\nsystem-db:gpudesk\n")
        self.assertFalse(self.has(PROFILE % "gdm"))
        self.assertNotIn("dconf", self.set_up())
        self.set_up("--undo", "--yes")
        self.assertEqual(self.dconf_files(), [])

    def test_the_login_screen(self):
        shipped = "user-db:user\nfile-db:/var/lib/gdm3/greeter-dconf-defaults"
        self.make({"usr/share/dconf/profile/gdm": shipped})
        self.set_up()
        self.assertEqual(self.read(PROFILE % "gdm"), shipped + "\nsystem-db:gpudesk\n")
        self.assertEqual(self.setting(LOCK, "gdm"), "false")
        self.set_up("--undo", "--yes")
        self.assertFalse(self.has(PROFILE % "gdm"))

    def test_the_administrators_databases_come_first(self):
        own = "user-db:user\nsystem-db:local\n"
        keyfile = "etc/dconf/db/local.d/lock"
        self.make({PROFILE % "user": own,
                   keyfile: "[org/gnome/desktop/screensaver]\nlock-enabled=true\n"})
        subprocess.run(["dconf", "compile", os.path.join(self.root, "etc/dconf/db/local"),
                        os.path.join(self.root, "etc/dconf/db/local.d")], check=True)
        before = self.dconf_files()
        self.set_up()
        self.assertEqual((self.setting(SESSION), self.setting(LOCK)), ("uint32 0", "true"))
        self.set_up("--undo", "--yes")
        self.assertEqual((self.dconf_files(), self.read(PROFILE % "user")), (before, own))

    def test_a_lost_database(self):
        self.make()
        self.set_up()
        os.unlink(os.path.join(self.root, DATABASE))
        self.set_up()
        self.assertEqual(self.setting(LOCK), "false")

    def test_killed(self):
        """After a kill at any change, --undo restores all, and another setup ends well."""
        own = "user-db:user\nsystem-db:local\n"
        for n in range(1, 500):
            self.make({PROFILE % "user": own})
            done = run("ctl/gpudesk", "setup", "--root", self.root, "--yes", "--die-after", str(n),
                       stderr=subprocess.DEVNULL)
            with self.subTest(n=n):
                self.set_up()
                self.assertEqual(self.setting(LOCK), "false")
                self.set_up("--undo", "--yes")
                self.assertEqual(self.dconf_files(), [PROFILE % "user"])
                self.assertEqual(self.read(PROFILE % "user"), own)
            if done.returncode != -signal.SIGKILL:
                self.assertGreater(n, 20)
                return
        self.fail("it never ends")

    def test_keep_screen_lock(self):
        self.make()
        self.set_up("--yes", "--keep-screen-lock")
        self.assertEqual(self.dconf_files(), [])


if __name__ == "__main__":
    chain.main()
