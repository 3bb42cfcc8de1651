#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What gpudesk takes Xorg's configuration for, compared with a real Xorg that reads the same files:
each layout as it is found, after `gpudesk setup`, and after --undo. The dummy driver stands in for
NVIDIA's and, where it is to start, for the others'."""

import os
import re
import select
import shutil
import signal
import subprocess
import unittest

from lib import chain
from lib.machine import X_DRIVER as DRIVER
from lib.machine import MachineTest
from lib.process import run

OURS = "etc/X11/xorg.conf.d/20-gpudesk.conf"
ASIDE = OURS + ".no-card"
OLD = "etc/X11/xorg.conf.d/00-xorg-js2.conf"
CONF = "etc/X11/xorg.conf"
SNIPPET = "etc/X11/xorg.conf.d/%s.conf"
VENDOR = "usr/share/X11/xorg.conf.d/10-vendor.conf"
HERE, THERE = "PCI:4:0:0", "PCI:9:0:0"  # the card that is there, and one that is not


def device(name, driver="nvidia", bus_id=HERE, more=""):
    bus_id = '\tBusID "%s"\n' % bus_id if bus_id else ""
    return 'Section "Device"\n\tIdentifier "%s"\n\tDriver "%s"\n%s%sEndSection\n' % (
        name, driver, bus_id, more)


def screen(name, its_device=None):
    line = '\tDevice "%s"\n' % its_device if its_device else ""
    return ('Section "Screen"\n\tIdentifier "%s"\n%s\tDefaultDepth 24\nEndSection\n'
            % (name, line))


def layout(name, *screens):
    lines = "".join('\tScreen %d "%s" 0 0\n' % pair for pair in enumerate(screens))
    return 'Section "ServerLayout"\n\tIdentifier "%s"\n%sEndSection\n' % (name, lines)


FLAGS = 'Section "ServerFlags"\n\tOption "DefaultServerLayout" "%s"\nEndSection\n'
DOCUMENTED = ('Section "DRI"\n\tMode 0666\nEndSection\n' + device("Card0") + screen("Screen0", "Card0"))
ONE_LINE = ('Section "Device" Identifier "one" Driver "nvidia" BusID "%s" EndSection '
            'Section "Screen" Identifier "s" Device "one" EndSection\n' % HERE)

# NAME: files; the identifier of the Device that Xorg uses before setup and after it (None: it finds
# one by itself; BROKEN: it does not start); what setup says.
BROKEN = "does not start"
WRITES, KEEPS, ACTION = "write /" + OURS, "which Xorg uses: not changed", "ACTION NEEDED"
LAYOUTS = {
    "nothing": ({}, None, "gpudesk", WRITES),
    "the documented file": ({OLD: DOCUMENTED}, "Card0", "gpudesk", WRITES),
    "only an OutputClass": (
        {VENDOR: 'Section "OutputClass"\n\tIdentifier "n"\n\tMatchDriver "nvidia-drm"\n'
                 '\tDriver "nvidia"\nEndSection\n'}, None, "gpudesk", WRITES),
    "a whole xorg.conf": (
        {CONF: layout("l", "s") + screen("s", "mine") + device("mine")}, "mine", "mine", KEEPS),
    "a whole xorg.conf without BusID": (
        {CONF: layout("l", "s") + screen("s", "mine") + device("mine", bus_id=None)},
        "mine", "mine", KEEPS),
    "a Device alone": ({SNIPPET % "90-mine": device("mine")}, "mine", "mine", KEEPS),
    "sections on one line": ({SNIPPET % "30-mine": ONE_LINE}, "one", "one", KEEPS),
    "a Device alone for another driver": (
        {SNIPPET % "90-mine": device("mine", "modesetting", None)}, "mine", "gpudesk", WRITES),
    "an unreferenced Device of NVIDIA's driver": (
        {CONF: layout("l", "s") + screen("s", "mine") + device("nv") +
               device("mine", "modesetting", None)}, "mine", "mine", ACTION),
    "an unreferenced Device of another driver": (
        {CONF: layout("l", "s") + screen("s", "nv") + device("mine", "modesetting", None) +
               device("nv")}, "nv", "nv", KEEPS),
    "another Screen wins": (
        {CONF: layout("l", "t") + screen("s", "nv") + screen("t", "mine") + device("nv") +
               device("mine", "modesetting", None)}, "mine", "mine", ACTION),
    "xorg.conf.d comes before xorg.conf": (
        {CONF: screen("s", "nv") + device("nv"),
         SNIPPET % "10-first": screen("t", "mine") + device("mine", "modesetting", None)},
        "mine", "mine", ACTION),
    "the vendor's files come first": (
        {VENDOR: screen("v", "vendor") + device("vendor"),
         SNIPPET % "10-first": screen("t", "mine") + device("mine", "modesetting", None)},
        "vendor", "vendor", KEEPS),
    "a layout in one file, its parts in others": (
        {CONF: layout("l", "s"), SNIPPET % "50-screen": screen("s", "mine"),
         SNIPPET % "60-device": device("mine")}, "mine", "mine", KEEPS),
    "DefaultServerLayout": (
        {CONF: layout("l", "s") + layout("m", "t") + screen("s", "nv") + screen("t", "mine") +
               device("nv") + device("mine", "modesetting", None) + FLAGS % "m"},
        "mine", "mine", ACTION),
    "a layout without Screen": ({CONF: layout("l")}, None, "gpudesk", WRITES),
    "a Screen without Device": (
        {CONF: screen("s") + device("nv") + device("mine", "modesetting", None)},
        "nv", "nv", KEEPS),
    "a Screen with a Device that is not there": (
        {CONF: screen("s", "lost") + device("mine", "modesetting", None) + device("nv")},
        "mine", "mine", ACTION),
    "another card's BusID": (
        {CONF: screen("s", "nv") + device("nv", bus_id=THERE)}, "nv", "nv", ACTION),
    "the documented file as part of a layout": (
        {OLD: DOCUMENTED, CONF: layout("l", "Screen0")}, "Card0", "Card0", KEEPS),
    "a layout that names no Screen of the files": (
        {CONF: layout("l", "lost") + device("nv")}, BROKEN, BROKEN, ACTION),
    "another seat's sections": (
        {CONF: device("away", more='\tMatchSeat "seat1"\n') + device("nv")}, "nv", "nv", KEEPS),
}
STARTS = ("nothing", "the documented file", "a whole xorg.conf", "sections on one line",
          "a Device alone for another driver", "a layout without Screen",
          "the documented file as part of a layout")


@unittest.skipUnless(shutil.which("Xorg") and os.geteuid() == 0 and
                     os.path.exists("/usr/lib/xorg/modules/drivers/dummy_drv.so"),
                     "needs root, Xorg and its dummy driver")
class XorgTest(MachineTest):
    def files(self):
        """Xorg's configuration, by path."""
        found = {}
        for top in "etc/X11", "usr/share/X11/xorg.conf.d":
            for folder, _, names in os.walk(os.path.join(self.root, top)):
                for name in names:
                    path = os.path.relpath(os.path.join(folder, name), self.root)
                    found[path] = self.read(path)
        return found

    def doctors_device(self):
        """The Device that doctor takes Xorg to use."""
        cause = self.doctor()["cause"]
        if "does not start" in cause:
            return BROKEN
        place = re.search(r"/((?:etc|usr)/\S*\.?conf):(\d+)", cause)
        if not place or "Xorg uses the Screen" in cause:
            return None
        text = self.read(place.group(1))
        lines = text.splitlines(keepends=True)
        start = int(place.group(2))
        # the section that this line is in
        begin = max((match.start() for match in re.finditer(r'Section\s+"Device"', text)
                     if text.count("\n", 0, match.start()) < start), default=None)
        self.assertIsNotNone(begin, cause + "".join(lines))
        return re.search(r'Identifier\s+"([^"]*)"', text[begin:]).group(1)

    # ---- The real one

    def xorg(self, must_start=False):
        """Has Xorg read the machine's files; returns the Device that it uses."""
        read_by_x = os.path.join(self.folder, "x")
        shutil.rmtree(read_by_x, ignore_errors=True)
        for top in "etc/X11", "usr/share/X11/xorg.conf.d":
            shutil.copytree(os.path.join(self.root, top), os.path.join(read_by_x, top))
        for folder, _, names in os.walk(read_by_x):
            for name in names:
                self.stand_in(os.path.join(folder, name), must_start)
        log = os.path.join(self.folder, "Xorg.log")
        reader, writer = os.pipe()
        script = ('mount --bind "$1/etc/X11" /etc/X11 && '
                  'mount --bind "$1/usr/share/X11/xorg.conf.d" /usr/share/X11/xorg.conf.d && '
                  'log=$2 fd=$3 && exec /usr/bin/Xorg -displayfd $fd -logfile "$log" -novtswitch '
                  '-sharevts -nolisten tcp -noreset -terminate')
        server = subprocess.Popen(["unshare", "--mount", "sh", "-c", script, "sh", read_by_x, log,
                                   str(writer)], pass_fds=[writer], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        try:
            ready, _, _ = select.select([reader], [], [], 60)
            self.assertTrue(ready, "Xorg neither starts nor ends")
            is_started = bool(os.read(reader, 16))
        finally:
            os.close(reader)
            server.terminate()
            server.wait()
        with open(log, encoding="utf-8", errors="replace") as file:
            text = file.read()
        if must_start:
            self.assertTrue(is_started, text)
        return self.device_in(text)

    @staticmethod
    def stand_in(path, must_start):
        """The dummy driver knows no bus; to read which Device is used, none has to start."""
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if must_start:
            text = re.sub(r'BusID\s+"[^"]*"', "", text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace('"nvidia"', '"dummy"' if must_start else '"none"'))

    @staticmethod
    def device_in(log):
        if "Unable to determine the screen layout" in log or "Problem parsing" in log:
            return BROKEN
        assert '|-->Screen "' in log, log
        found = re.search(r'\|   \|-->Device "([^"]*)"', log)
        return found.group(1) if found and not found.group(1).startswith("Builtin") else None

    # ---- The table

    def check_row(self, files, before, after, says):
        self.make(files)
        self.assertEqual(self.xorg(), before, "what the table expects of Xorg")
        self.assertEqual(self.doctors_device(), before, self.doctor())
        said = self.set_up()
        self.assertIn(says, said)
        self.assertEqual(self.has(OURS), says == WRITES, said)
        self.assertEqual(self.xorg(), after)
        self.assertEqual(self.doctors_device(), after, self.doctor())
        for path, text in files.items():
            if not (path == OLD and says == WRITES):
                self.assertEqual(self.read(path), text)
        again = self.set_up()
        self.assertNotIn("/X11/", "".join(line for line in again.splitlines(keepends=True)
                                          if not line.startswith(("note:", "ACTION"))))
        self.set_up("--undo", "--yes")
        self.assertEqual(self.files(), files)

    def test_each_layout(self):
        self.assertGreaterEqual(len(LAYOUTS), 12)
        for name, row in LAYOUTS.items():
            with self.subTest(name):
                self.check_row(*row)

    def test_xorg_starts(self):
        for name in STARTS:
            with self.subTest(name):
                self.make(LAYOUTS[name][0])
                self.set_up()
                self.assertEqual(self.xorg(must_start=True), LAYOUTS[name][2])
                self.assertEqual(self.doctor()["result"], "ok")

    # ---- Where nothing may be written

    def test_no_driver_for_xorg(self):
        self.make({})
        os.unlink(os.path.join(self.root, DRIVER))
        said = self.set_up()
        self.assertIn("install xserver-xorg-video-nvidia", said)
        self.assertEqual(self.files(), {})
        finding = self.doctor("x-driver")
        self.assertEqual(finding["result"], "fail")
        self.assertIn("xserver-xorg-video-nvidia", finding["fix"])
        self.write("etc/os-release", "ID=ubuntu\nVERSION_ID=24.04\n")
        self.write("sys/module/nvidia/version", "550.54.15\n")
        self.write("usr/share/doc/libnvidia-compute-550-server/copyright")
        self.assertIn("xserver-xorg-video-nvidia-550-server", self.doctor("x-driver")["fix"])

    def test_where_the_driver_is(self):
        places = {"usr/lib64/xorg/modules/drivers/nvidia_drv.so": {},
                  "usr/lib/x86_64-linux-gnu/nvidia/xorg/nvidia_drv.so":
                      {VENDOR: 'Section "OutputClass"\nIdentifier "n"\nMatchDriver "nvidia-drm"\n'
                               'Driver "nvidia"\n'
                               'ModulePath "/usr/lib/x86_64-linux-gnu/nvidia/xorg"\nEndSection\n'},
                  "opt/x/drivers/nvidia_drv.so":
                      {CONF: 'Section "Files"\nModulePath "/nowhere,/opt/x"\nEndSection\n'}}
        for place, files in places.items():
            self.make(files)
            os.unlink(os.path.join(self.root, DRIVER))
            self.assertIn("no driver for the NVIDIA card", self.set_up("--dry-run"))
            self.write(place)
            self.assertEqual(self.doctor("x-driver")["cause"], "/" + place)
            self.assertIn(WRITES, self.set_up())
        self.make({CONF: 'Section "Files"\nModulePath "/nowhere"\nEndSection\n'})
        self.assertIn("no driver for the NVIDIA card", self.set_up("--dry-run"))

    # ---- Images that move between flavours

    def test_undone_where_it_moved(self):
        for moves in ((None,), ("0000:09:00.0",), (None, "0000:09:00.0")):
            with self.subTest(moves):
                self.make({})
                self.set_up()
                self.lose_card()
                for address in moves:
                    if address:
                        self.add_card(address)
                    self.set_up("--boot")
                self.set_up("--undo", "--yes")
                self.assertEqual(self.files(), {})

    def test_without_the_card_it_was_set_up_with(self):
        self.make({})
        self.set_up()
        ours = self.read(OURS)
        edited = ours.replace("\t\tDepth 24", "\t\tDepth 24\n\t\tVirtual 1024 768")
        self.write(OURS, edited)
        self.lose_card()
        self.assertEqual(self.doctor()["result"], "fail")
        self.assertIn("no NVIDIA card", self.doctor()["cause"] + self.doctor()["fix"])
        said = self.set_up("--boot")
        self.assertIn("rename /" + OURS, said)
        self.assertEqual(self.files(), {ASIDE: edited})
        self.assertEqual((self.xorg(), self.doctors_device()), (None, None))
        self.assertEqual(self.doctor()["result"], "ok")
        self.assertEqual(self.set_up("--boot").count("rename"), 0)
        self.add_card("0000:09:00.0")
        self.set_up("--boot")
        self.assertEqual(self.files(), {OURS: edited.replace(HERE, THERE)})
        self.assertEqual(self.xorg(must_start=True), "gpudesk")

    def test_killed_where_it_moved(self):
        for moves_away in True, False:
            for n in range(1, 500):
                self.make({})
                self.set_up()
                self.lose_card()
                if not moves_away:
                    self.set_up("--boot")
                    self.add_card("0000:09:00.0")
                done = run("ctl/gpudesk", "setup", "--root", self.root, "--boot", "--die-after",
                           str(n), stderr=subprocess.DEVNULL)
                with self.subTest(moves_away=moves_away, n=n):
                    self.set_up("--boot")
                    self.assertEqual(list(self.files()), [ASIDE if moves_away else OURS])
                    self.set_up("--undo", "--yes")
                    self.assertEqual(self.files(), {})
                if done.returncode != -signal.SIGKILL:
                    self.assertGreater(n, 5)
                    break

    def test_a_card_appears(self):
        self.make({})
        self.lose_card()
        self.set_up("--boot")
        self.assertEqual(self.files(), {}, "setup was not run here")
        self.set_up()
        self.assertEqual(self.files(), {})
        self.add_card("0000:09:00.0")
        self.set_up("--boot")
        self.assertIn(THERE, self.read(OURS))
        self.set_up("--undo", "--yes")
        self.set_up("--boot")
        self.assertEqual(self.files(), {})

    def test_a_card_that_is_not_there(self):
        for files in {OLD: DOCUMENTED}, {CONF: device("mine")}:
            self.make(files)
            said = self.set_up("--yes", "--gpu", "7")
            self.assertIn("no NVIDIA card '7'", said)
            self.assertNotIn("does not start", said)
            self.assertEqual(self.files(), files)

    def test_the_documented_file_without_a_card(self):
        self.make({OLD: DOCUMENTED})
        self.lose_card()
        self.set_up()
        self.assertEqual(self.files(), {})
        self.set_up("--undo", "--yes")
        self.assertEqual(self.files(), {OLD: DOCUMENTED})

    def test_the_administrators_layout_comes_later(self):
        self.make({})
        self.set_up()
        self.write(CONF, screen("s", "mine") + device("mine"))
        self.assertEqual(self.xorg(), "gpudesk")
        said = self.set_up()
        self.assertIn(KEEPS, said)
        self.assertFalse(self.has(OURS))
        self.assertEqual((self.xorg(), self.doctors_device()), ("mine", "mine"))

    # ---- No BusID

    def test_no_bus_id_beside_a_virtual_vga(self):
        self.make({CONF: device("nv", bus_id=None)})
        self.assertEqual(self.doctor()["result"], "ok")
        self.add_card("0000:01:00.0", "0x1234", "bochs-drm", boot_vga="1",
                      **{"class": "0x030000"})
        finding = self.doctor()
        self.assertEqual(finding["result"], "warn")
        self.assertIn("takes the card at 0000:01:00.0", finding["cause"])
        self.assertIn(HERE, finding["fix"])

    def test_doctor_offers_no_card_that_the_driver_does_not_drive(self):
        self.make({CONF: device("nv")})
        self.lose_card()
        self.add_card("0000:01:00.0", "0x1234", "bochs-drm", boot_vga="1",
                      **{"class": "0x030000"})
        finding = self.doctor()
        self.assertEqual(finding["result"], "fail")
        self.assertNotIn("PCI:1:0:0", finding["cause"] + finding["fix"])


if __name__ == "__main__":
    chain.main()
