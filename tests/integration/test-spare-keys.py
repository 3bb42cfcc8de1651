#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Characters that are on no key, in one go, into windows of real toolkits that are busy meanwhile."""

import os
import shutil
import signal
import subprocess
import time
import unittest

from lib import chain, rfb
from lib.chain import ChainTest, wait_until

APP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib/typing_app.py")
HAN = "".join(map(chr, range(0x4e00, 0x4e00 + 500)))
LETTERS = "".join(chr(code) for first, last in ((0x100, 0x130), (0x14a, 0x17f), (0x391, 0x3a2),
                                                (0x3b1, 0x3ca), (0x410, 0x450))
                  for code in range(first, last))


@unittest.skipUnless(shutil.which("openbox") and shutil.which("xdotool"), "no openbox or xdotool")
class TypingTest(ChainTest):
    def start_window(self, kind):
        """A window, with the focus, whose program writes what is typed to self.path."""
        self.start_chain()
        environment = self.x.environment(
            LC_ALL="C.UTF-8", GTK_IM_MODULE="gtk-im-context-simple", QT_IM_MODULE="compose",
            XMODIFIERS="@im=none", NO_AT_BRIDGE="1", GSK_RENDERER="cairo", GDK_BACKEND="x11",
            QT_QPA_PLATFORM="xcb")
        self.start_openbox(environment)
        self.path = os.path.join(self.directory, "typed")
        if kind == "xterm":
            command = ["xterm", "-u8", "-T", "typing", "-e", "sh", "-c",
                       "stty raw -echo; exec cat >" + self.path]
        else:
            command = ["/usr/bin/python3", APP, kind, self.path]
        self.window = self.start(*command, env=environment)
        try:
            wait_until(lambda: self.has_focus() or not self.window.is_running(), "the window")
        except AssertionError as error:
            raise AssertionError("%s: %s" % (error, self.window.read_log())) from None
        if not self.window.is_running():
            self.skipTest("no %s: %s" % (kind, self.window.read_log().strip().split("\n")[-1]))
        self.viewer = self.log_in()
        self.type("!")
        self.wait_text("!")

    def ask(self, *command):
        return subprocess.run(["xdotool", *command], check=False, capture_output=True,
                              env=self.x.environment()).stdout

    def has_focus(self):
        self.ask("search", "--onlyvisible", "--name", "^typing$", "windowactivate")
        return self.ask("getactivewindow", "getwindowname") == b"typing\n"

    def type(self, text):
        self.viewer.send(b"".join(rfb.key_stroke(rfb.keysym_of(letter)) for letter in text))

    def read_text(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                return file.read()
        except (FileNotFoundError, UnicodeDecodeError):
            return ""

    def wait_text(self, text):
        """Waits for as long as something comes."""
        typed, end = "", time.monotonic() + rfb.PATIENCE
        while len(typed) < len(text) and time.monotonic() < end:
            time.sleep(0.05)
            before, typed = typed, self.read_text()
            if typed != before:
                end = time.monotonic() + rfb.PATIENCE
        self.assertEqual(typed, text)

    def make_busy(self, seconds=1):
        os.kill(self.window.pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(self.window.pid, signal.SIGCONT)

    def check(self, kind, on_xorg=False):
        if on_xorg:
            self.x = self.start_xorg()
        self.start_window(kind)
        text = "!"
        for part in (HAN, LETTERS):
            self.type(part)
            self.make_busy()
            text += part
            self.wait_text(text)
        self.assertNotIn("is lost", self.scraper.read_log())

    def test_busy_for_longer(self):
        """A toolkit's program says when it has read, however long that takes."""
        self.start_window("gtk3")
        self.type(HAN)
        self.make_busy(8)
        self.wait_text("!" + HAN)

    @unittest.skipUnless(shutil.which("Xorg"), "no Xorg with the dummy driver")
    def test_on_xorg(self):
        self.check("gtk3", on_xorg=True)


def add_kinds():
    for kind in ("gtk3", "gtk4", "qt5", "xterm"):
        setattr(TypingTest, "test_" + kind, lambda self, kind=kind: self.check(kind))


add_kinds()


if __name__ == "__main__":
    chain.main()
