# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of a made-up machine with an NVIDIA card, for gpudesk's --root."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from lib.process import run

X_DRIVER = "usr/lib/xorg/modules/drivers/nvidia_drv.so"


class MachineTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="gpudesk-xorg.")
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = os.path.join(self.folder, "machine")

    def write(self, path, text=""):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def has(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            return file.read()

    def make(self, files=None):
        """A machine with an NVIDIA card, its driver, Xorg and GDM, and those files."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.add_card()
        for path in "usr/bin/Xorg", "usr/bin/openbox", X_DRIVER:
            self.write(path)
        self.write("usr/share/xsessions/openbox.desktop", "[Desktop Entry]\nExec=openbox\n")
        self.write("etc/os-release", "ID=debian\nVERSION_ID=12\n")
        self.write("etc/passwd", "exouser:x:1001:1001::/home/exouser:/bin/bash\n")
        self.write("etc/gdm3/daemon.conf", "[daemon]\n")
        for folder in "etc/X11/xorg.conf.d", "usr/share/X11/xorg.conf.d", "var/lib":
            os.makedirs(os.path.join(self.root, folder), exist_ok=True)
        for path, text in (files or {}).items():
            self.write(path, text)

    def add_card(self, address="0000:04:00.0", vendor="0x10de", driver="nvidia", **more):
        folder = "sys/bus/pci/devices/%s/" % address
        for name, value in {"class": "0x030200", "vendor": vendor, "device": "0x20b7",
                            **more}.items():
            self.write(folder + name, value + "\n")
        link = os.path.join(self.root, folder, "driver")
        if driver:
            os.symlink("../../../../bus/pci/drivers/" + driver, link)

    def lose_card(self):
        shutil.rmtree(os.path.join(self.root, "sys/bus/pci/devices/0000:04:00.0"))

    def set_up(self, *arguments):
        # Its other steps complain on so little of a machine.
        done = run("ctl/gpudesk", "setup", "--root", self.root, *(arguments or ["--yes"]),
                   stderr=subprocess.STDOUT)
        return done.stdout

    def doctor(self, check="bus-id"):
        report = json.loads(run("ctl/gpudesk", "doctor", "--root", self.root, "--json").stdout)
        [finding] = [each for each in report["findings"] if each["check"] == check]
        return finding
