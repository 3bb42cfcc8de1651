#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""guacd sends on with loss what moves. When it rests, it is sent again, once, so that guacd sends
it without."""

from lib import chain, guacd, rfb
from lib.chain import PASSWORD, ChainTest

ALL = 0, 0, 1024, 600
AREA = 200, 150, 400, 200
EIGHT_CORES = guacd.Costs(2.5e-9, 20e-9, 80e-9)
SILENCE = 1.5  # s without a byte: nothing more comes


class CrispTest(ChainTest):
    geometry = "1024x600x24"
    config = "resize = yes"

    def setUp(self):
        super().setUp()
        self.start_chain()
        self.screen = self.x_client()
        self.n_drawn = 0

    def start_guacd(self):
        viewer = guacd.Guacd(self.port, EIGHT_CORES)
        self.addCleanup(viewer.close)
        self.expect_crisp(viewer.log_in(PASSWORD))
        return viewer

    def draw(self, *area):
        self.n_drawn += 1
        self.screen.do("noise", *area, self.n_drawn)

    def move(self, viewer, area=AREA):
        """Draws until guacd has lost something."""
        for _ in range(100):
            self.draw(*area)
            viewer.serve_frames(1)
            if viewer.count_blurred():
                return
        self.fail("nothing was blurred")

    def expect_crisp(self, viewer):
        """Goes on until the browser has the whole screen without loss, and nothing more comes."""
        picture = self.picture(self.screen)

        def is_crisp():
            return (viewer.is_at_rest() and not viewer.count_blurred() and
                    viewer.count_wrong(picture) == 0 and not viewer.can_read(SILENCE))

        viewer.serve(is_crisp, "a crisp picture")
        self.assertEqual(viewer.display.last, bytes(viewer.pixels))

    def test_crisp_at_rest(self):
        viewer = self.start_guacd()
        for _ in range(3):
            self.move(viewer)
            before = viewer.n_pictures
            self.expect_crisp(viewer)
            self.assertGreater(viewer.n_pictures, before)
        # Some viewers take it for opacity.
        self.assertGreaterEqual(min(viewer.pixels[3::4]), 0xfd)

    def test_more_than_what_moved(self):
        """A block is one image: what lies in it is blurred with what moves."""
        viewer = self.start_guacd()
        self.move(viewer, (0, 0, 200, 500))
        self.draw(150, 0, 362, 512)
        viewer.serve_frames(1)
        self.expect_crisp(viewer)

    def test_nothing_where_nothing_moved(self):
        viewer = self.start_guacd()
        for i in range(1, 4):
            self.screen.do("fill", *AREA, "%06x" % (0x102030 * i))
            viewer.serve_frames(1)
            before = viewer.n_pictures
            self.expect_crisp(viewer)
            self.assertEqual(viewer.n_pictures, before)

    def test_viewers_that_lose_nothing(self):
        for encodings in (rfb.RAW, rfb.CURSOR), (rfb.ZRLE, rfb.CURSOR, rfb.LAST_RECT):
            with self.subTest(encodings), self.log_in(encodings=encodings) as viewer:
                viewer.fetch(False)
                for _ in range(20):
                    self.draw(*AREA)
                    viewer.fetch()
                viewer.expect(self.picture(self.screen))
                viewer.request()
                self.assertFalse(viewer.can_read(SILENCE))

    def test_another_size_in_the_middle(self):
        viewer = self.start_guacd()
        for width, height in (800, 560), (1000, 580):
            self.move(viewer, ALL)
            before = viewer.n_pictures
            viewer.serve(lambda n=before: viewer.n_pictures > n, "what is sent again")
            viewer.resize(width, height)
            viewer.serve(lambda: not viewer.waits, "the size")
            self.expect_crisp(viewer)
            self.assertEqual((viewer.width, viewer.height), (width, height))

    def test_a_viewer_that_stops_reading(self):
        viewer, other = self.start_guacd(), self.log_in()
        self.move(viewer, ALL)
        for _ in range(3):
            self.draw(*AREA)
            other.expect(self.picture(self.screen))
        other.request()
        self.assertFalse(other.can_read(SILENCE))
        self.expect_crisp(viewer)


if __name__ == "__main__":
    chain.main()
