#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The desktop's size: requests of viewers, RandR changes on the desktop, the old size restored."""

import shutil
import unittest

from lib import chain, rfb
from lib.chain import LOOK_PASSWORD, PASSWORD, ChainTest, wait_until
from lib.guacd import Libvncclient

EXTENDED = (rfb.RAW, rfb.CURSOR, rfb.DESKTOP_SIZE, rfb.EXTENDED_DESKTOP_SIZE)
BY_SERVER, BY_VIEWER, BY_OTHER = range(3)
DONE, PROHIBITED, NO_RESOURCES, INVALID = range(4)



class ResizeTest(ChainTest):
    """Helpers for any X server."""

    def log_in_extended(self, password=PASSWORD, encodings=EXTENDED):
        viewer = self.log_in(password, encodings=encodings).fetch(False)
        self.assertEqual(viewer.size_answers, [(BY_SERVER, DONE, viewer.width, viewer.height)])
        viewer.size_answers.clear()
        return viewer

    def resize(self, viewer, *size, **options):
        """Sends the request as guacd does, and returns the answer."""
        viewer.send(rfb.set_desktop_size(*size, **options))
        return self.next_answer(viewer, False)

    def next_answer(self, viewer, *request):
        viewer.request(*request)
        while not viewer.size_answers:
            viewer.read_update()
            if not viewer.size_answers:
                viewer.request()
        return viewer.size_answers.pop(0)

    def check_picture(self, viewer, seed):
        """All of the screen is painted and reaches the viewer."""
        screen = self.x_client()
        screen.do("noise", 0, 0, viewer.width, viewer.height, seed)
        screen.do("window", 3, viewer.width - 30, viewer.height - 20, 30, 20, "ff8040")
        picture = self.picture(screen)
        self.assertEqual((picture.width, picture.height), (viewer.width, viewer.height))
        viewer.expect(picture)
        viewer.size_answers.clear()
        screen.close()


class XvfbTest(ResizeTest):
    geometry = "1280x800x24"

    def check_storm(self, sizes, pause):
        """Sizes that come faster than they are granted do not freeze the picture."""
        self.start_chain()
        with Libvncclient(self.port) as viewer:
            viewer.log_in(PASSWORD, encodings=EXTENDED).fetch(False).request()
            screen = self.x_client()
            for i, size in enumerate(sizes):
                viewer.resize(*size)
                screen.do("fill", 5, 5, 60, 40, "%x" % (0x102030 + 999 * i))
                viewer.take(pause)
            viewer.expect_screen(lambda: self.picture(screen), requested=True)
            self.assertEqual((viewer.width, viewer.height), sizes[-1])

    def test_a_torn_size_request(self):
        """guacd writes from two threads: an update request lands inside a SetDesktopSize."""
        self.start_chain()
        viewer = self.log_in_extended()
        size = rfb.set_desktop_size(1000, 700)
        viewer.send(size[:8], rfb.update_request(True, 0, 0, 1280, 800), size[8:])
        viewer.read_update()
        self.assertEqual(viewer.size_answers.pop(0), (BY_VIEWER, DONE, 1000, 700))
        self.check_picture(viewer, 1)

    def test_two_sizes_at_once(self):
        self.check_storm([(1000, 700), (800, 600)], 0.05)

    def test_a_size_and_back(self):
        self.check_storm([(1000, 700), (1280, 800), (1000, 700), (1280, 800)], 0.05)

    def test_a_storm_of_sizes(self):
        self.check_storm([(700 + 11 * i % 300, 500 + 7 * i % 200) for i in range(40)], 0.02)

    def test_the_first_answer_is_alone(self):
        self.start_chain()
        viewer = self.log_in_extended()
        (number, *area), = viewer.screens
        self.assertNotEqual(number, 0)
        self.assertEqual(area, [0, 0, 1280, 800])
        self.check_picture(viewer, 1)

    def test_any_size_and_back(self):
        self.start_chain()
        viewer = self.log_in_extended()
        sizes = (1001, 701), (640, 480), (1279, 799), (321, 201), (1280, 800)
        for seed, size in enumerate(sizes):
            self.assertEqual(self.resize(viewer, *size), (BY_VIEWER, DONE, *size))
            self.assertEqual(self.x.size(), size)
            self.assertEqual([s[1:] for s in viewer.screens], [(0, 0, *size)])
            self.check_picture(viewer, seed)
        self.resize(viewer, 999, 555)
        viewer.close()
        self.scraper.wait_log("disconnected")
        wait_until(lambda: self.x.size() == (1280, 800), "the old size")
        self.assertNotIn("gpudesk", self.x.xrandr())

    def test_too_large_for_the_server(self):
        """Xvfb cannot exceed the size that it was started with."""
        self.start_chain()
        viewer = self.log_in_extended()
        self.resize(viewer, 800, 600)
        self.assertEqual(self.resize(viewer, 1920, 1000), (BY_VIEWER, DONE, 1280, 800))
        self.check_picture(viewer, 1)

    def test_bad_requests(self):
        self.start_chain()
        viewer = self.log_in_extended()
        size = (1280, 800)
        self.assertEqual(self.resize(viewer, 0, 0), (BY_VIEWER, INVALID, *size))
        self.assertEqual(self.resize(viewer, 0, 600), (BY_VIEWER, INVALID, *size))
        self.assertEqual(self.resize(viewer, 65535, 65535), (BY_VIEWER, NO_RESOURCES, *size))
        self.assertEqual(self.resize(viewer, 800, 600, screens=[]), (BY_VIEWER, INVALID, *size))
        two = [(1, 0, 0, 400, 600), (2, 400, 0, 400, 600)]
        self.assertEqual(self.resize(viewer, 800, 600, screens=two), (BY_VIEWER, INVALID, *size))
        many = [(i, i, i, 9, 9) for i in range(255)]
        self.assertEqual(self.resize(viewer, 800, 600, screens=many), (BY_VIEWER, INVALID, *size))
        # libvncclient leaves the screen's number and place undefined.
        chance = [(0xdeadbeef, 4711, 65535, 800, 600)]
        self.assertEqual(self.resize(viewer, 800, 600, screens=chance), (BY_VIEWER, DONE, 800, 600))
        self.assertEqual(self.resize(viewer, 1, 1), (BY_VIEWER, DONE, 320, 200))
        self.check_picture(viewer, 1)

    def test_a_refusal_and_another_size(self):
        """The desktop changes its size while a request waits that is refused then."""
        self.start_chain()
        viewer = self.log_in_extended()
        self.resize(viewer, 1000, 700)
        viewer.send(rfb.set_desktop_size(0, 0))  # waits: the last change was just now
        self.x.xrandr("--fb", "1100x750")
        self.assertEqual(self.next_answer(viewer, False), (BY_VIEWER, INVALID, 1000, 700))
        self.assertEqual((viewer.width, viewer.height), (1000, 700))
        self.assertEqual(self.next_answer(viewer), (BY_SERVER, DONE, 1100, 750))
        self.check_picture(viewer, 1)

    def test_a_burst(self):
        self.start_chain()
        viewer = self.log_in_extended()
        viewer.send(*[rfb.set_desktop_size(1000 + i % 200, 500 + i % 150) for i in range(2000)],
                    rfb.set_desktop_size(777, 555))
        while (answer := self.next_answer(viewer, False))[2:] != (777, 555):
            self.assertEqual(answer[:2], (BY_VIEWER, DONE))
        self.assertEqual(self.x.size(), (777, 555))
        self.assertLess(self.scraper.read_log().count("resized to"), 20)
        self.check_picture(viewer, 1)

    def test_the_others_are_told_why(self):
        self.start_chain()
        viewer, other = self.log_in_extended(), self.log_in_extended()
        simple = self.log_in(encodings=(rfb.RAW, rfb.CURSOR, rfb.DESKTOP_SIZE))
        self.resize(viewer, 1000, 700)
        self.assertEqual(self.next_answer(other), (BY_OTHER, DONE, 1000, 700))
        simple.fetch()
        self.assertEqual((simple.width, simple.height), (1000, 700))
        for each in viewer, other, simple:
            self.check_picture(each, 1)

    def test_who_may_not(self):
        self.start_chain()
        looker, viewer = self.log_in_extended(LOOK_PASSWORD), self.log_in_extended()
        self.assertEqual(self.resize(looker, 800, 600), (BY_VIEWER, PROHIBITED, 1280, 800))
        self.resize(viewer, 800, 600)
        self.assertEqual(self.next_answer(looker), (BY_OTHER, DONE, 800, 600))

    def test_viewers_that_cannot_follow(self):
        self.start_chain()
        rigid, viewer = self.log_in(), self.log_in_extended()
        self.check_picture(rigid, 1)
        self.resize(viewer, 701, 501)
        screen = self.x_client()
        screen.do("noise", 0, 0, 701, 501, 2)
        picture = self.picture(screen)

        def is_right():
            rigid.fetch()
            rows = [bytes(rigid.pixels[y * 5120:(y + 1) * 5120]) for y in range(800)]
            black, n = b"\0\0\0\xff" * 1280, 701 * 4
            masked = picture.masked()
            return all(row == (masked[y * n:(y + 1) * n] + black)[:5120] if y < 501 else
                       row == black for y, row in enumerate(rows))
        wait_until(is_right, "the smaller picture")
        viewer.close()
        wait_until(lambda: self.scraper.read_log().count("disconnected") == 1, "it to leave")
        self.x.xrandr("--output", "screen", "--mode", "1280x800")
        self.check_picture(rigid, 3)

    def test_a_change_on_the_desktop_stays(self):
        self.start_chain()
        viewer = self.log_in_extended()
        self.resize(viewer, 1000, 700)
        self.x.xrandr("--fb", "1100x750")
        self.assertEqual(self.next_answer(viewer), (BY_SERVER, DONE, 1100, 750))
        viewer.close()
        self.scraper.wait_log("disconnected")
        self.log_in().expect(self.picture(self.x_client()))
        self.assertEqual(self.x.size(), (1100, 750))

    def test_without_extended_desktop_size(self):
        self.start_chain()
        viewer = self.log_in(encodings=(rfb.RAW, rfb.CURSOR, rfb.DESKTOP_SIZE))
        viewer.fetch(False)
        viewer.send(rfb.set_desktop_size(900, 600))
        viewer.fetch()
        self.assertEqual((viewer.width, viewer.height, viewer.size_answers), (900, 600, []))
        self.check_picture(viewer, 1)


class NotAllowedTest(ResizeTest):
    config = "resize = no"

    def test_it_is_refused_and_the_desktop_may(self):
        self.start_chain()
        viewer = self.log_in_extended()
        self.assertEqual(self.resize(viewer, 640, 480), (BY_VIEWER, PROHIBITED, 800, 600))
        self.x.set_mode(640, 480)
        self.assertEqual(self.next_answer(viewer), (BY_SERVER, DONE, 640, 480))
        self.check_picture(viewer, 1)


@unittest.skipUnless(shutil.which("Xorg"), "no Xorg with the dummy driver")
class DummyTest(ResizeTest):
    """Xorg with several monitors, rotation, and no limit below 32767."""

    video_ram = 256000  # kB

    def setUp(self):
        super().setUp()
        self.x = self.start_xorg(self.video_ram)
        self.start_chain()

    def test_modes_are_made_and_deleted(self):
        viewer = self.log_in_extended()
        self.assertEqual(self.resize(viewer, 1434, 817), (BY_VIEWER, DONE, 1434, 817))
        self.assertIn("gpudesk-1434x817", self.x.xrandr())
        self.check_picture(viewer, 1)
        self.assertEqual(self.resize(viewer, 800, 600), (BY_VIEWER, DONE, 800, 600))
        self.assertNotIn("gpudesk", self.x.xrandr())
        self.check_picture(viewer, 2)
        self.assertEqual(self.resize(viewer, 3841, 2161), (BY_VIEWER, DONE, 3841, 2161))
        viewer.close()
        self.scraper.wait_log("disconnected")
        wait_until(lambda: self.x.size() == (1024, 768), "the old size")
        self.assertNotIn("gpudesk", self.x.xrandr())

    def test_a_mode_left_behind_is_taken_over(self):
        viewer = self.log_in_extended()
        viewer.close()
        self.scraper.wait_log("disconnected")
        self.x.set_mode(1434, 817, "DUMMY0", "gpudesk-1434x817")
        viewer = self.log_in_extended()
        self.assertEqual(viewer.width, 1434)
        self.assertEqual(self.resize(viewer, 1000, 700), (BY_VIEWER, DONE, 1000, 700))
        viewer.close()
        wait_until(lambda: "gpudesk" not in self.x.xrandr(), "the modes to go")
        self.assertEqual(self.x.size(), (1024, 768))

    def test_8k(self):
        viewer = self.log_in_extended()
        self.assertEqual(self.resize(viewer, 7680, 4320), (BY_VIEWER, DONE, 7680, 4320))
        self.check_picture(viewer, 1)
        self.assertEqual(self.resize(viewer, 7681, 4320)[:2], (BY_VIEWER, NO_RESOURCES))

    def test_upright(self):
        """The size that a rotation leads to; no driver without a GPU can rotate."""
        viewer = self.log_in_extended()
        self.x.set_mode(768, 1024, "DUMMY0")
        self.assertEqual(self.next_answer(viewer), (BY_SERVER, DONE, 768, 1024))
        self.check_picture(viewer, 1)

    def test_two_monitors(self):
        viewer = self.log_in_extended()
        self.x.xrandr("--addmode", "DUMMY1", "800x600")
        self.x.xrandr("--output", "DUMMY1", "--mode", "800x600", "--right-of", "DUMMY0")
        while self.next_answer(viewer)[2:] != (1824, 768) or len(viewer.screens) != 2:
            pass
        self.assertEqual([s[1:] for s in viewer.screens],
                         [(0, 0, 1024, 768), (1024, 0, 800, 600)])
        self.assertEqual(len({s[0] for s in viewer.screens}), 2)
        self.check_picture(viewer, 1)
        # The same size, another layout.
        self.x.xrandr("--output", "DUMMY1", "--pos", "1024x168")
        self.assertEqual(self.next_answer(viewer), (BY_SERVER, DONE, 1824, 768))
        self.assertEqual(viewer.screens[1][1:], (1024, 168, 800, 600))
        # No answer is due when nothing has changed.
        self.check_picture(viewer, 2)

    def test_two_monitors_share_a_size(self):
        """They keep their arrangement, and get their places and modes back in the end."""
        self.x.xrandr("--addmode", "DUMMY1", "800x600")
        self.x.xrandr("--output", "DUMMY1", "--mode", "800x600", "--pos", "1024x168")
        before = [line for line in self.x.xrandr().splitlines() if "*" in line or "+0" in line]
        viewer = self.log_in_extended()
        for width, height in (1201, 601), (1001, 701), (2400, 1000):
            self.assertEqual(self.resize(viewer, width, height), (BY_VIEWER, DONE, width, height))
            (left, right), part = viewer.screens, round(width * 1024 / 1824)
            self.assertEqual(left[1:], (0, 0, part, height))
            self.assertEqual(right[1:2] + right[3:4], (part, width - part))
            self.assertEqual(right[2] + right[4], height)
            self.check_picture(viewer, width)
        viewer.close()
        self.scraper.wait_log("disconnected")
        wait_until(lambda: self.x.size() == (1824, 768), "the old size")
        after = self.x.xrandr()
        self.assertNotIn("gpudesk", after)
        self.assertEqual([line for line in after.splitlines() if "*" in line or "+0" in line],
                         before)


class LittleMemoryTest(DummyTest):
    video_ram = 16384

    test_modes_are_made_and_deleted = test_8k = None  # they need more

    def test_what_does_not_fit_is_refused_alone(self):
        viewer = self.log_in_extended()
        for size in ((1234, 567), (4000, 600), (800, 1900)):
            refused = BY_VIEWER, NO_RESOURCES, viewer.width, viewer.height
            self.assertEqual(self.resize(viewer, 7000, 4000), refused)
            self.assertEqual(self.resize(viewer, *size), (BY_VIEWER, DONE, *size))
        self.check_picture(viewer, 1)
        viewer.close()
        self.scraper.wait_log("disconnected")
        wait_until(lambda: self.x.size() == (1024, 768), "the old size")
        self.assertNotIn("gpudesk", self.x.xrandr())


class GuacdTest(ResizeTest):
    def test_libvncclient_follows(self):
        self.start_chain()
        viewer = self.vnc_client()
        for size in (640, 480), (333, 222), (800, 600):
            self.x.set_mode(*size)
            screen = self.x_client()
            screen.do("noise", 0, 0, *size, size[0])
            viewer.do("expect", self.picture(screen).path, 0)
            screen.close()


if __name__ == "__main__":
    chain.main()
