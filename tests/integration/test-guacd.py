#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user of guacd's browser sees, by a stand-in for guacd: see lib/guacd.py."""

import unittest

from lib import chain, guacd
from lib.chain import PASSWORD, ChainTest
from lib.guacd import BLOCK, CELL, MOVING, SETTLE


class RulesTest(unittest.TestCase):
    """The stand-in's own rules, with a clock that only the test moves."""
    WIDTH, HEIGHT = 1100, 600  # 3 x 2 blocks

    def setUp(self):
        self.display = guacd.Display(guacd.Costs(1e-9, 10e-9, 100e-9))
        self.pixels = bytearray(self.WIDTH * self.HEIGHT * 4)
        self.now = 1000.0

    def draw(self, left, top, width, height, byte=0):
        """Inverts one byte of each pixel."""
        for y in range(top, top + height):
            for x in range(left, left + width):
                self.pixels[(y * self.WIDTH + x) * 4 + byte] ^= 0xff

    def plan(self):
        return self.display.plan(self.pixels, self.WIDTH, self.HEIGHT, self.now)

    def areas(self, frame):
        return [image[:4] for image in frame.images]

    def test_a_block_is_an_image(self):
        self.assertEqual(sorted(self.areas(self.plan())), [
            (0, 0, 512, 512), (0, 512, 512, 600), (512, 0, 1024, 512), (512, 512, 1024, 600),
            (1024, 0, 1100, 512), (1024, 512, 1100, 600)])

    def test_only_what_differs(self):
        self.plan()
        self.assertEqual(self.plan().images, [])
        self.draw(70, 10, 5, 3)
        self.draw(600, 20, 2, 100)
        self.assertEqual(sorted(self.areas(self.plan())), [(70, 10, 75, 13), (600, 20, 602, 120)])

    def test_padding_counts(self):
        self.plan()
        self.draw(3, 4, 1, 1, 3)
        self.assertEqual(self.areas(self.plan()), [(3, 4, 4, 5)])

    def test_rows_join_where_edges_match(self):
        self.plan()
        self.draw(0, 0, 100, 64)
        self.draw(0, 64, 99, 64)
        self.assertEqual(self.areas(self.plan()), [(0, 0, 100, 64), (0, 64, 99, 128)])

    def test_loss(self):
        """By the time of the change before: lossy below MOVING, else exact."""
        self.assertEqual(self.plan().lossy, set())
        for after, is_lossy in (MOVING - 0.001, True), (MOVING, False), (0.1, True), (5, False):
            self.draw(10, 10, 20, 20)
            self.now += after
            frame = self.plan()
            self.assertEqual(len(frame.lossy), is_lossy)
            self.assertEqual(self.display.blurred.count(1), 400 if is_lossy else 0)

    def test_a_block_has_the_newest_time(self):
        self.plan()
        self.now += 5
        self.draw(300, 300, CELL, CELL)
        self.draw(5, 5, 1, 1)
        self.plan()
        self.now += 0.3
        self.draw(0, 0, self.WIDTH, self.HEIGHT)
        self.assertEqual([image[:4] for image in self.plan().lossy], [(0, 0, BLOCK, BLOCK)])

    def test_times(self):
        n = self.WIDTH * self.HEIGHT
        self.assertIsNone(self.display.plan_due())
        self.display.modified(self.now)
        self.display.modified(self.now + 1)
        self.assertEqual(self.display.plan_due(), self.now + SETTLE)
        frame = self.plan()
        self.assertAlmostEqual(frame.unlocked, self.now + n * 1e-9)
        self.assertAlmostEqual(frame.sent, frame.unlocked + n * 100e-9)
        self.assertIsNone(self.display.plan_due())
        self.display.modified(self.now + 0.001)
        self.assertEqual(self.display.plan_due(), frame.sent)
        self.draw(0, 0, 512, 512)
        self.now += 0.2
        frame = self.plan()
        self.assertAlmostEqual(frame.sent, self.now + 512 * 512 * 11e-9)

    def test_another_size_is_all_new(self):
        self.plan()
        frame = self.display.plan(bytes(128 * 64 * 4), 128, 64, self.now + 0.1)
        self.assertEqual((self.areas(frame), frame.lossy), ([(0, 0, 128, 64)], set()))


class GuacdTest(ChainTest):
    geometry = "1280x800x24"

    def start_guacd(self, **options):
        viewer = guacd.Guacd(self.port, **options)
        self.addCleanup(viewer.close)
        return viewer.log_in(PASSWORD)

    def expect(self, viewer):
        """The browser has the screen, at rest."""
        screen = self.x_client()
        viewer.serve(lambda: viewer.is_at_rest() and
                     viewer.count_wrong(self.picture(screen)) == 0, "the screen")
        self.assertEqual(viewer.display.last, bytes(viewer.pixels))

    def test_the_picture(self):
        self.start_chain()
        viewer = self.start_guacd()
        screen = self.x_client()
        screen.do("noise", 0, 0, 1280, 800, 1)
        self.expect(viewer)
        screen.do("window", 3, 100, 100, 64, 48, "ff8040")
        self.expect(viewer)

    def test_a_storm_of_sizes(self):
        self.start_chain()
        viewer = self.start_guacd()
        screen = self.x_client()
        for i in range(40):
            viewer.resize(700 + 11 * i % 300, 500 + 7 * i % 200, torn=i % 4 == 3)
            screen.do("fill", 5, 5, 60, 40, "%x" % (0x102030 + 999 * i))
            viewer.step()
        self.expect(viewer)


if __name__ == "__main__":
    chain.main()
