#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user of guacd's browser sees, by a stand-in for guacd: see lib/guacd.py."""

import time
import unittest

from lib import chain, guacd, rfb
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


class StandInTest(ChainTest):
    """Helpers for any size."""

    @staticmethod
    def clock():
        """Stands still while the stand-in computes, for which guacd's threads take no time."""
        return time.monotonic() - time.process_time()

    def start_guacd(self, **options):
        viewer = guacd.Guacd(self.port, clock=self.clock, **options)
        self.addCleanup(viewer.close)
        return viewer.log_in(PASSWORD)

    def expect(self, viewer):
        """The browser has the screen, at rest."""
        screen = self.x_client()
        viewer.serve(lambda: viewer.is_at_rest() and
                     viewer.count_wrong(self.picture(screen)) == 0, "the screen")
        self.assertEqual(viewer.display.last, bytes(viewer.pixels))


class GuacdTest(StandInTest):
    geometry = "1280x800x24"

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


class HugeTest(StandInTest):
    """Screens that guacd encodes faster after a primer: from 2.2 megapixels on."""
    geometry = "2048x1152x24"
    WHOLE = 2048 * 1152

    def setUp(self):
        super().setUp()
        self.start_chain()
        self.screen = self.x_client()
        self.n_drawn = 0

    def draw(self):
        """Every pixel of the screen changes."""
        self.n_drawn += 1
        self.screen.do("noise", 0, 0, 2048, 1152, self.n_drawn)

    def next_whole(self, viewer):
        """The next frames until they have nearly everything, as a busy machine may capture the
        screen in two. Returns whether most of it is encoded with loss."""
        n_pixels = n_lossy = 0
        while n_pixels <= self.WHOLE * 3 // 4:
            frame, = viewer.serve_frames(1)
            for image in frame.images:
                area = (image.right - image.left) * (image.bottom - image.top)
                n_pixels += area
                n_lossy += area * (image in frame.lossy)
        return n_lossy * 2 > n_pixels


class PacedTest(HugeTest):
    # A plan is not overlooked, even if the scraper has to wait for a processor.
    COSTS = guacd.TWO_CORES._replace(least_plan=0.03)

    def start_guacd(self, **options):
        return super().start_guacd(costs=self.COSTS, **options)

    def rest(self, viewer):
        """Until nothing is moving."""
        end = viewer.clock() + 2 * MOVING
        viewer.serve(lambda: viewer.is_at_rest() and viewer.clock() > end, "rest")

    def test_a_screen_in_motion(self):
        """Without a primer, all of these would be encoded exactly."""
        viewer = self.start_guacd()
        self.expect(viewer)
        fast = 0
        for _ in range(30):
            self.draw()
            fast += self.next_whole(viewer)
            if fast == 4:
                break
        self.assertEqual(fast, 4)
        self.expect(viewer)

    def test_a_single_redraw(self):
        viewer = self.start_guacd()
        self.expect(viewer)
        fast = 0
        for _ in range(10):
            self.rest(viewer)
            self.draw()
            fast += self.next_whole(viewer)
            if fast == 2:
                break
        self.assertEqual(fast, 2)
        self.expect(viewer)

    def test_sizes(self):
        """Whether the desktop or the viewer changes it, primers or not."""
        viewer = self.start_guacd()
        for i in range(6):
            self.draw()
            viewer.serve_frames(1)
            viewer.resize(2048 - 16 * (i % 2), 1152, torn=i == 4)
            self.draw()
            viewer.step()
        self.expect(viewer)
        for i in range(6):
            self.draw()
            viewer.serve_frames(1)
            self.x.xrandr("--fb", "%dx1152" % (2048 - 16 * (i % 2)))
            viewer.step()
        self.expect(viewer)

    def test_beside_another_viewer(self):
        viewer = self.start_guacd()
        other = self.log_in().fetch(False)
        for _ in range(4):
            self.draw()
            viewer.serve_frames(1)
            other.fetch()
        self.expect(viewer)
        other.expect(self.picture(self.screen))


class Counting(guacd.Libvncclient):
    """Notes how many pixels each update has."""

    def _read_update(self):
        self.n_pixels = 0
        super()._read_update()

    def _put(self, x, y, width, rows):
        self.n_pixels += width * len(rows)
        super()._put(x, y, width, rows)

    def fetch_pixels(self, *request):
        self.fetch(*request)
        return self.n_pixels


class ProbeTest(HugeTest):
    """Viewers that list what guacd lists, and answer as it does not."""

    def log_in_counting(self, encodings=guacd.ENCODINGS):
        """Has everything, and knows the size and what else is told at first."""
        viewer = Counting(self.port)
        self.addCleanup(viewer.close)
        viewer.log_in(PASSWORD, encodings=encodings)
        self.fetch_all(viewer, False)
        return viewer

    def fetch_all(self, viewer, *request):
        """The numbers of pixels of updates until one has most of the screen."""
        numbers = [viewer.fetch_pixels(*request)]
        while numbers[-1] < self.WHOLE // 2:
            numbers.append(viewer.fetch_pixels())
        return numbers

    def check_right(self, viewer):
        viewer.expect(self.picture(self.screen))

    def assert_once(self, numbers):
        """Nothing is missing, and hardly anything is sent twice."""
        self.assertGreaterEqual(sum(numbers), self.WHOLE)
        self.assertLess(sum(numbers), self.WHOLE * 1.1)

    def test_who_is_no_guacd(self):
        """No viewer that lists other things is sent an update in parts."""
        others = [number for number in guacd.ENCODINGS if number not in rfb.LIBVNC_CAPABILITIES]
        for encodings in others, (7, *guacd.ENCODINGS):  # 7: Tight
            viewer = self.log_in_counting(encodings)
            for _ in range(2):
                self.draw()
                self.assertEqual(self.fetch_all(viewer), [self.WHOLE])
            viewer.close()

    def test_a_late_answer(self):
        """The primer, probes, and after a late answer everything."""
        viewer = self.log_in_counting()
        self.check_right(viewer)
        seen = []
        for _ in range(4):
            time.sleep(2 * MOVING)
            self.draw()
            numbers = [viewer.fetch_pixels(), viewer.fetch_pixels()]
            viewer.request()
            viewer.receive_ahead(4)  # the probe has come
            time.sleep(0.05)
            viewer.read_update()
            numbers += [viewer.n_pixels] + self.fetch_all(viewer)
            seen.append(numbers)
            self.assertLess(numbers[0], self.WHOLE // 4)
            self.assert_once(numbers)
        self.assertIn([0], [numbers[2:-1] for numbers in seen])
        self.check_right(viewer)

    def test_answers_at_once(self):
        viewer = self.log_in_counting()
        for _ in range(6):
            self.draw()
            self.assert_once(self.fetch_all(viewer))
        self.check_right(viewer)

    def test_no_answer(self):
        """Everything else goes on; and a viewer that reads nothing meanwhile loses nothing."""
        viewer = self.log_in_counting()
        self.draw()
        viewer.fetch()
        viewer.send(*[rfb.key_stroke(ord("a"))] * 100, rfb.pointer_event(5, 6), rfb.cut_text(b"x"))
        self.draw()
        self.assertEqual(self.log_in().fetch(False).count_wrong(self.picture(self.screen)), 0)
        self.fetch_all(viewer)
        self.check_right(viewer)

    def test_stops_reading(self):
        viewer = self.log_in_counting()
        for _ in range(3):
            self.draw()
            numbers = []
            while sum(numbers) < self.WHOLE:
                viewer.request()
                viewer.receive_ahead(4)
                time.sleep(0.3)
                viewer.read_update()
                numbers.append(viewer.n_pixels)
            self.assertLess(len(numbers), 5)
            self.assert_once(numbers)
        self.check_right(viewer)

    def test_other_messages(self):
        """It is guacd no longer, or in another format, or requests everything."""
        viewer = self.log_in_counting()
        for message in (rfb.set_encodings(rfb.RAW, rfb.CURSOR),
                        rfb.set_encodings(*guacd.ENCODINGS),
                        rfb.update_request(False, 0, 0, 64, 64), rfb.key_stroke(ord("a"))):
            self.draw()
            n_pixels = viewer.fetch_pixels()
            viewer.send(message)
            while n_pixels < self.WHOLE:
                n_pixels += viewer.fetch_pixels()
            self.check_right(viewer)
        viewer.set_format(rfb.RGB565)
        self.fetch_all(viewer, False)

    def test_many_requests(self):
        viewer = self.log_in_counting()
        for _ in range(3):
            self.draw()
            for _ in range(20):
                viewer.request()
            while viewer.can_read(0.5):
                viewer.read_update()
        self.check_right(viewer)


class SlowTest(HugeTest):
    """The rest does not wait for the next capture."""
    config = "frame_rate = 1"

    def test_a_screen_in_motion(self):
        viewer = self.start_guacd()
        self.expect(viewer)
        for _ in range(3):
            self.draw()
            self.next_whole(viewer)
        self.expect(viewer)


class FastTest(SlowTest):
    config = "frame_rate = 240"


if __name__ == "__main__":
    chain.main()
