#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scrolling, for a viewer that is far away: it is told to copy what it has."""

import time

from lib import chain, rfb
from lib.chain import ChainTest

LINE = 18


class MovesTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.start_chain()
        self.screen = self.x_client()
        self.screen.do("noise", 0, 0, 800, 600, 1)
        self.viewer = self.log_in(encodings=(rfb.COPY, rfb.RAW, rfb.CURSOR))

    def read_slowly(self, incremental=True):
        """As over 100 Mbit/s or less; where it is faster, bytes are not worth saving."""
        self.viewer.request(incremental)
        self.viewer.read_update()
        time.sleep(0.02 if incremental else 0.4)

    def scroll(self, seed):
        self.screen.do("copy", 0, LINE, 800, 600 - LINE, 0, 0)
        self.screen.do("noise", 0, 600 - LINE, 800, LINE, seed)

    def test_on_and_on(self):
        for _ in range(3):
            self.read_slowly(False)
        for i in range(20):
            with self.subTest(i):
                self.scroll(2 + i)
                self.read_slowly()
                self.assertEqual(self.viewer.n_copies, 1 + i)
                self.assertEqual(self.viewer.count_wrong(self.picture(self.screen)), 0)

    def test_not_where_it_is_near(self):
        self.viewer.request(False)
        self.viewer.read_update()
        for i in range(5):
            self.scroll(2 + i)
            self.viewer.request()
            self.viewer.read_update()
        self.assertEqual(self.viewer.n_copies, 0)
        self.assertEqual(self.viewer.count_wrong(self.picture(self.screen)), 0)


if __name__ == "__main__":
    chain.main()
