#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a viewer on a slow link gets: moves, and text and pictures, each encoded in its own way."""

import time

from lib import chain, relay, rfb
from lib.chain import ChainTest

LINE = 18


class FarTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.start_chain()
        self.screen = self.x_client()
        self.screen.do("noise", 0, 0, 800, 600, 1)

    def go_far(self, *encodings):
        """Requests updates late, as over less than 100 Mbit/s: bytes are free on faster links."""
        self.viewer = self.log_in(encodings=(*encodings, rfb.CURSOR))
        for _ in range(3):
            self.viewer.fetch(False)
            time.sleep(0.4)

    def read(self):
        self.viewer.fetch()
        time.sleep(0.02)

    def read_all(self):
        picture = self.picture(self.screen)
        while self.viewer.count_wrong(picture):
            self.read()

    def scroll(self, seed):
        self.screen.do("copy", 0, LINE, 800, 600 - LINE, 0, 0)
        self.screen.do("noise", 0, 600 - LINE, 800, LINE, seed)

    def test_scrolling_on_and_on(self):
        self.go_far(rfb.COPY, rfb.RAW)
        for i in range(20):
            with self.subTest(i):
                self.scroll(2 + i)
                self.read()
                self.assertEqual(self.viewer.n_copies, 1 + i)
                self.assertEqual(self.viewer.count_wrong(self.picture(self.screen)), 0)

    def text_and_pictures(self, *encodings):
        self.go_far(*encodings)
        for seed in range(8):
            with self.subTest(seed):
                self.screen.do("fill", 0, 0, 800, 600, "%x" % (seed * 0x123456))
                self.screen.do("noise", 100 + 37 * seed, 90, 201, 333, seed)
                self.screen.do("fill", 150, 200 + seed, 100, 3, "ffffff")
                self.read_all()
                self.screen.do("copy", 100, 80, 500, 400, 90 + 7 * seed, 120)
                self.read_all()

    def test_text_and_pictures(self):
        self.text_and_pictures(rfb.COPY, rfb.ZRLE)
        self.assertEqual(self.viewer.n_open_updates, 0)

    def test_the_number_of_rectangles_is_not_waited_for(self):
        self.text_and_pictures(rfb.COPY, rfb.ZRLE, rfb.LAST_RECT)
        self.assertGreater(self.viewer.n_open_updates, 0)

    def test_no_moves_where_it_is_near(self):
        self.viewer = self.log_in(encodings=(rfb.COPY, rfb.RAW, rfb.CURSOR)).fetch(False)
        for i in range(5):
            self.scroll(2 + i)
            self.viewer.fetch()
        self.assertEqual(self.viewer.n_copies, 0)
        self.assertEqual(self.viewer.count_wrong(self.picture(self.screen)), 0)

    def fetch_all(self, picture):
        while self.viewer.count_wrong(picture):
            self.viewer.fetch()

    def test_a_busy_viewer_is_not_far(self):
        """guacd reads late while it encodes; what it once read fast came through no tunnel."""
        encodings = rfb.COPY, rfb.ZRLE, rfb.CURSOR, *rfb.LIBVNC_CAPABILITIES
        self.viewer = self.log_in(encodings=encodings)
        for _ in range(5):
            self.viewer.fetch(False)
        for i in range(6):
            self.scroll(2 + i)
            self.fetch_all(self.picture(self.screen))
            time.sleep(0.4)
        self.assertEqual(self.viewer.n_copies, 0)
        self.assertEqual(self.viewer.n_raw, self.viewer.n_pictures)

    def test_guacd_behind_a_tunnel(self):
        far = relay.Relay(self.port)
        self.addCleanup(far.close)
        far.rate = 2000000
        self.viewer = self.view(far.port).log_in(
            chain.PASSWORD, encodings=(rfb.COPY, rfb.ZRLE, rfb.CURSOR, *rfb.LIBVNC_CAPABILITIES))
        for _ in range(5):
            self.viewer.fetch(False)
        self.assertLess(self.viewer.n_raw, self.viewer.n_pictures)


if __name__ == "__main__":
    chain.main()
