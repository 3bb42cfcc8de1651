#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""TigerVNC's vncviewer on a second X server shows what is on the first one, and types there."""

import os
import signal
import subprocess
import time

from lib import chain
from lib.chain import ChainTest, wait_until


class VncviewerTest(ChainTest):
    geometry = "400x300x24"

    def setUp(self):
        super().setUp()
        self.start_chain()
        self.screen = self.x_client()
        self.outer = self.start_x("700x500x24", name="outer")
        self.look = self.x_client(self.outer)
        self.home = os.path.join(self.directory, "home")
        os.mkdir(self.home)

    def start_viewer(self, *options):
        return self.start("vncviewer", "-PasswordFile", self.password_path, "-Shared=1",
                          "-RemoteResize=0", "-geometry", "400x300+50+40", *options,
                          "127.0.0.1::%d" % self.port,
                          env=self.outer.environment(HOME=self.home, LC_ALL="C.UTF-8"))

    def shows(self, picture):
        """Whether the viewer's window, which no window manager moved, has the picture."""
        outer = self.picture(self.look)
        ours, theirs = outer.masked(), picture.masked()
        stride, length = outer.width * 4, picture.width * 4
        rows = (40 * stride + 50 * 4 + y * stride for y in range(picture.height))
        return all(ours[at:at + length] == theirs[y * length:(y + 1) * length]
                   for y, at in enumerate(rows))

    def check_shows(self):
        picture = self.picture(self.screen)
        wait_until(lambda: self.shows(picture), "the picture in vncviewer")

    def check_encoding(self, *options):
        self.screen.do("noise", 0, 0, 400, 300, 1)
        self.screen.do("fill", 20, 20, 200, 150, "334455")
        self.assertFalse(self.shows(self.picture(self.screen)))
        viewer = self.start_viewer(*options)
        self.check_shows()
        for step in range(5):
            self.screen.do("fill", 10 * step, 20 * step, 90, 60, "%x" % (0x102030 * step))
            self.screen.do("copy", 0, 30, 400, 270, 0, 0)
        self.check_shows()
        return viewer

    def test_as_it_is(self):
        self.check_encoding()

    def test_encodings(self):
        for encoding in ("Tight", "ZRLE", "Hextile", "Raw"):
            with self.subTest(encoding):
                self.scraper.end()
                self.write_config("compression = best")
                self.start_scraper()
                viewer = self.check_encoding("-AutoSelect=0", "-PreferredEncoding=" + encoding,
                                             "-NoJPEG=1")
                viewer.end()

    def xdotool(self, *arguments):
        return subprocess.run(["xdotool", *arguments], stdout=subprocess.PIPE, check=False,
                              encoding="ascii", env=self.outer.environment()).stdout

    def start_typing(self, command):
        """An xterm with the command, and a viewer that has the focus."""
        typed = os.path.join(self.directory, "typed")
        self.start("xterm", "-geometry", "40x10+0+0", "-e", command + typed,
                   env=self.x.environment(LC_ALL="C.UTF-8"))
        wait_until(lambda: os.path.exists(typed), "the xterm")
        viewer = self.start_viewer()
        self.check_shows()
        window = wait_until(lambda: self.xdotool("search", "--onlyvisible", "--name",
                                                 "TigerVNC").split(), "the window")[-1]
        self.xdotool("windowfocus", window)

        def pointer_arrives():
            # vncviewer may delay a move without a click.
            self.xdotool("mousemove", "--window", window, "60", "60", "click", "1")
            return self.screen.do("held") == "60,60 buttons=0"
        wait_until(pointer_arrives, "the pointer")

        def read_typed():
            with open(typed, encoding="utf-8") as file:
                return file.read()
        return viewer, read_typed

    def test_typing(self):
        _, read_typed = self.start_typing("cat > ")
        self.xdotool("type", "--delay", "20", "Hello, World (42)!\n")
        wait_until(lambda: read_typed() == "Hello, World (42)!\n", "the words in the xterm")

    def test_a_viewer_that_freezes(self):
        """A key that is held repeats, until the viewer stalls, and is typed on when it goes on."""
        viewer, read_typed = self.start_typing("stty raw -echo; dd bs=1 status=none of=")
        self.xdotool("keydown", "x")
        wait_until(lambda: len(read_typed()) > 5, "repeated letters")
        os.kill(viewer.pid, signal.SIGSTOP)

        def is_still():
            before = read_typed()
            time.sleep(1)
            return read_typed() == before
        wait_until(is_still, "the end of the repeated letters")
        self.xdotool("keyup", "x")
        os.kill(viewer.pid, signal.SIGCONT)
        self.xdotool("type", "y")
        wait_until(lambda: read_typed().endswith("y"), "the next letter")
        self.assertEqual(set(read_typed()[:-1]), {"x"})


if __name__ == "__main__":
    chain.main()
