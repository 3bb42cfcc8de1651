#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A program grabs the X server, as menus and window managers do: X serves nobody else meanwhile."""

import json
import os
import shutil
import subprocess
import unittest

from lib import chain, rfb
from lib.chain import PASSWORD, ChainTest, wait_until
from lib.process import run

EXTENDED = (rfb.RAW, rfb.CURSOR, rfb.DESKTOP_SIZE, rfb.EXTENDED_DESKTOP_SIZE)


class GrabTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.control_socket = os.path.join(self.directory, "control.sock")
        self.start_chain()
        self.grabber = self.x_client()

    def status(self):
        done = run("ctl/gpudesk", "status", "--json", "--config", self.config_path,
                   "--control-socket", self.control_socket)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["scraper"]

    def send_password(self):
        """A viewer up to where the answer would come."""
        viewer = self.view()
        viewer.send(chain.des.vnc_response(PASSWORD, viewer.read_challenge()))
        return viewer

    def wait_waiting(self, n):
        wait_until(lambda: self.status()["waiting"] == n, "%d to wait" % n)


class FirstViewerTest(GrabTest):
    """The display is not open yet."""

    config = "status_screen = no"

    def setUp(self):
        super().setUp()
        self.grabber.do("grab")

    def test_it_is_accepted_when_the_grab_ends(self):
        hasty = self.send_password()
        self.wait_waiting(1)
        hasty.reset()
        self.wait_waiting(0)
        viewer = self.send_password()
        self.wait_waiting(1)
        self.assertFalse(viewer.can_read())
        self.grabber.do("ungrab")
        viewer.read_result()
        viewer.initialise().expect(self.picture(self.grabber))

    def test_it_is_told(self):
        """The next one waits for the same display, and gets it."""
        viewer = self.send_password()
        with self.assertRaises(rfb.Refused) as refused:
            viewer.read_result()
        self.assertIn("has not answered for 10 s", str(refused.exception))
        viewer = self.send_password()
        self.wait_waiting(1)
        self.grabber.do("ungrab")
        viewer.read_result()
        viewer.initialise().expect(self.picture(self.grabber))
        self.assertEqual(self.scraper.read_log().count("serving display"), 1)

    def test_signal(self):
        viewer = self.send_password()
        self.wait_waiting(1)
        self.assertEqual(self.scraper.end(), 0)
        with self.assertRaises(rfb.Refused) as refused:
            viewer.read_result()
        self.assertIn("connect again", str(refused.exception))

    def test_stop(self):
        self.send_password()
        self.wait_waiting(1)
        run("ctl/gpudesk", "stop", "--config", self.config_path, "--control-socket",
            self.control_socket)
        self.assertEqual(self.scraper.wait(), 0)

    def test_the_x_server_ends(self):
        viewer = self.send_password()
        self.wait_waiting(1)
        self.x.kill()
        with self.assertRaises(rfb.Refused) as refused:
            viewer.read_result()
        self.assertIn(self.x.display, str(refused.exception))
        self.grabber.kill()


class LaterTest(GrabTest):
    """A viewer was there before, so the display is open."""

    def setUp(self):
        super().setUp()
        self.log_in().expect(self.picture(self.grabber)).close()
        self.scraper.wait_log("disconnected")
        # X has read what the scraper sent then: or it may forget the connection (grab_escape.h).
        for _ in range(5):
            self.status()
            self.grabber.do("held")

    def test_nothing_waits(self):
        """Not a new viewer, its picture, keys, the size, nor the end."""
        self.grabber.do("listen")
        self.grabber.do("grab")
        viewer = self.log_in(encodings=EXTENDED).fetch(False)
        self.grabber.do("fill", 10, 10, 100, 100, "ff0000")
        while viewer.read_pixel(50, 50) != (255, 0, 0):
            viewer.fetch()
        viewer.send(rfb.key_stroke(ord("a")))
        seen = []
        wait_until(lambda: seen.append(self.grabber.do("events")) or "-a" in "".join(seen), "a")
        viewer.size_answers.clear()
        viewer.send(rfb.set_desktop_size(640, 480))
        while not viewer.size_answers:
            viewer.fetch(False)
        self.assertEqual(viewer.size_answers[0], (1, 0, 640, 480))
        self.assertEqual(len(self.status()["viewers"]), 1)
        viewer.close()
        wait_until(lambda: not self.status()["viewers"], "the viewer to go")
        self.log_in().fetch(False)
        self.assertEqual(self.scraper.end(), 0)

    def test_a_grab_in_the_middle_of_input(self):
        """The X server may then forget the scraper's connection, until the grab ends."""
        viewer = self.log_in().fetch(False)
        for i in range(8):
            viewer.request()
            viewer.send(*[rfb.pointer_event(j % 700, j % 500, 1) for j in range(3000)])
            self.grabber.do("grab")
            place = "%d,333" % (100 + i)
            viewer.send(rfb.pointer_event(100 + i, 333, 1), rfb.pointer_event(100 + i, 333))
            wait_until(lambda at=place: at + " buttons=0" in self.grabber.do("held"), "the pointer")
            self.grabber.do("ungrab")


@unittest.skipUnless(shutil.which("icewm"), "no icewm")
class WindowManagerTest(ChainTest):
    """icewm grabs the server while a window is moved as an outline."""

    def xdotool(self, *command, timeout=rfb.PATIENCE):
        return subprocess.run(["xdotool", *command], env=self.x.environment(), check=True,
                              timeout=timeout, capture_output=True, encoding="utf-8").stdout

    def place(self):
        """Of the window's contents; None while there is no window, or it is put into a frame."""
        try:
            lines = self.xdotool("search", "--onlyvisible", "--name", "to-be-moved",
                                 "getwindowgeometry", "--shell").splitlines()
        except subprocess.CalledProcessError:
            return None
        found = dict(line.split("=") for line in lines)
        return int(found["X"]), int(found["Y"])

    def is_grabbed(self):
        try:
            self.xdotool("getmouselocation", timeout=2)
        except subprocess.TimeoutExpired:
            return True
        return False

    def test_a_viewer_moves_a_window(self):
        with open(os.path.join(self.directory, "preferences"), "w", encoding="ascii") as file:
            file.write("OpaqueMove=0\nShowTaskBar=0\n")
        self.start_chain()
        mover = self.log_in().fetch(False)
        environment = self.x.environment(ICEWM_PRIVCFG=self.directory, HOME=self.directory)
        self.start("icewm", "--replace", env=environment)
        self.start("xterm", "-title", "to-be-moved", "-geometry", "40x10+200+200",
                   env=environment)
        wait_until(lambda: self.place() and self.has_title(), "a title bar")
        x, y = self.place()
        for step in range(0, 60, 6):
            mover.send(rfb.pointer_event(x + 60 + step, y - 8 + step, step > 0))
        wait_until(self.is_grabbed, "a grab")
        other = self.log_in().fetch(False)
        self.assertEqual((other.width, other.height), (mover.width, mover.height))
        mover.send(rfb.pointer_event(x + 160, y + 92, 1), rfb.pointer_event(x + 160, y + 92))
        wait_until(lambda: not self.is_grabbed(), "the end of the grab")
        wait_until(lambda: self.place() != (x, y), "the window to move")
        screen = self.x_client()
        other.expect_screen(lambda: self.picture(screen))

    def has_title(self):
        """Whether the window manager has put it into a frame."""
        window = self.xdotool("search", "--onlyvisible", "--name", "to-be-moved").split()[0]
        done = subprocess.run(["xprop", "-id", window, "_NET_FRAME_EXTENTS"], check=True,
                              env=self.x.environment(), capture_output=True, encoding="utf-8")
        return "=" in done.stdout


if __name__ == "__main__":
    chain.main()
