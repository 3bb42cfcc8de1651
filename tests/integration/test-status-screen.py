#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a viewer with the right password sees while there is no desktop: the status screen, which
becomes the desktop, and comes back when that ends."""

import random
import signal

from lib import chain, rfb
from lib.chain import ChainTest, wait_until

FOLLOWS = (rfb.RAW, rfb.CURSOR, rfb.DESKTOP_SIZE)
SIZE = (1280, 800)  # of the status screen, at first
BACKGROUND = (0x20, 0x28, 0x30)


class StatusScreenTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.number = ":%d" % random.randrange(20000, 30000)

    def start_late(self):
        self.start_chain("--display", self.number)

    def show_desktop(self, geometry="800x600x24"):
        self.x = self.start_x(geometry, display=self.number)
        screen = self.x_client()
        screen.do("noise", 0, 0, *geometry.split("x")[:2], 1)
        return screen

    def expect_status(self, viewer, size=SIZE):
        """Its picture is the status screen: the background, and something written on it."""
        def is_shown():
            if (viewer.width, viewer.height) == size:
                colours = {viewer.read_pixel(x, y) for x in range(0, size[0], 3)
                           for y in range(0, size[1], 5)}
                if BACKGROUND in colours and 1 < len(colours) < 8:
                    return True
            viewer.fetch()
            return False
        viewer.fetch(False)
        wait_until(is_shown, "the status screen")

    def see_late_desktop(self, **options):
        self.start_late()
        viewer = self.log_in(**options)
        self.assertEqual((viewer.width, viewer.height), SIZE)
        self.expect_status(viewer)
        return viewer


class ArrivalTest(StatusScreenTest):
    def test_it_becomes_the_desktop(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        viewer.expect(self.picture(self.show_desktop()))

    def test_a_viewer_built_on_libvncclient(self):
        self.start_late()
        viewer = self.vnc_client()
        self.assertEqual(viewer.greeting, "%d %d" % SIZE)
        viewer.do("expect", self.picture(self.show_desktop()).path, 0)

    def test_one_that_may_only_look(self):
        self.start_late()
        viewer = self.log_in(chain.LOOK_PASSWORD, encodings=FOLLOWS)
        self.expect_status(viewer)
        viewer.expect(self.picture(self.show_desktop()))

    def test_a_display_of_16_bits(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        screen = self.show_desktop("800x600x16")
        picture = self.picture(screen)
        for _ in range(100):
            viewer.fetch()
            if (viewer.width, viewer.height) == (800, 600) and viewer.read_pixel(
                    5, 5) == picture.read_pixel(5, 5, viewer.format.maxima):
                return
        self.fail("no desktop")


class EndTest(StatusScreenTest):
    def test_x_is_killed_and_comes_back(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        for number in signal.SIGKILL, signal.SIGTERM:
            viewer.expect(self.picture(self.show_desktop()))
            self.x.end(number)
            self.expect_status(viewer, (800, 600))
        viewer.expect(self.picture(self.show_desktop("640x480x24")))
        self.assertTrue(self.scraper.is_running())

    def test_without_viewers_it_stops(self):
        self.start_chain()
        self.log_in().close()
        self.scraper.wait_log("disconnected")
        self.x.end()
        self.assertEqual(self.scraper.wait(), 0)


class WaitTest(StatusScreenTest):
    config = "session_wait = 1s"

    def test_it_ends_with_the_reason(self):
        self.start_late()
        viewer = self.log_in(encodings=FOLLOWS)
        self.expect_status(viewer)
        viewer.request()
        viewer.wait_closed()
        self.assertRegex(self.scraper.read_log(), "disconnected: .*" + self.number)


class OffTest(StatusScreenTest):
    config = "status_screen = no"

    def test_it_is_refused_at_once(self):
        self.start_late()
        self.assertIn(self.number, self.refusal())

    def test_it_ends_with_x(self):
        self.start_chain()
        viewer = self.log_in()
        viewer.expect(self.picture(self.x_client()))
        self.x.end()
        viewer.wait_closed()
        self.assertEqual(self.scraper.wait(), 0)


if __name__ == "__main__":
    chain.main()
