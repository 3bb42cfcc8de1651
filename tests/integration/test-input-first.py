#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys do not wait for the picture: they arrive while an update is being made."""

import select
import time

from lib import chain, rfb
from lib.chain import ChainTest

ZLIB = 6


class InputFirstTest(ChainTest):
    geometry = "2560x1600x24"
    config = "compression = best"

    def start(self, encoding):
        self.start_chain()
        # The encoder is never fast enough on a screen of noise not to be caught at work.
        self.x_client().do("noise", 0, 0, 2560, 1600, 7)
        self.app = self.client("keyboard_app", DISPLAY=self.x.display, LC_ALL="C.UTF-8")
        self.viewer = self.log_in(encodings=(encoding, rfb.CURSOR))

    def comes_first(self, keysym):
        """Whether the key has come to the application before the update has come here."""
        self.viewer.request(False)
        time.sleep(0.02)
        self.viewer.send(rfb.key_event(keysym, True), rfb.key_event(keysym, False))
        self.assertEqual(self.app.do("press").split()[0], "%x" % keysym)
        first = not select.select([self.viewer.socket], [], [], 0)[0]
        self.assertEqual(self.viewer.unpack(">Bx")[0], 0)  # what is in it is others' to check
        self.skip()
        return first

    def skip(self):
        for _ in range(self.viewer.unpack(">H")[0]):
            _, _, width, height, encoding = self.viewer.unpack(">HHHHi")
            if encoding == rfb.CURSOR:
                self.viewer.read((width * 4 + (width + 7) // 8) * height)
            else:
                self.assertIn(encoding, (rfb.ZRLE, ZLIB))
                self.viewer.read(self.viewer.unpack(">I")[0])

    def check(self, encoding):
        self.start(encoding)
        self.assertTrue(any(self.comes_first(ord("a") + i) for i in range(10)))

    def test_while_libvncserver_encodes(self):
        self.check(rfb.ZRLE)

    def test_while_zlib_compresses(self):
        self.check(ZLIB)

    def test_none_is_lost_or_doubled(self):
        self.write_config("compression = none")
        self.start(rfb.RAW)
        screen, typed = self.x_client(), ""
        for i in range(8):
            screen.do("noise", 0, 0, 2560, 800, i)
            self.viewer.request(i % 2 == 0)
            for keysym in b"the quick brown fox":
                self.viewer.send(rfb.key_event(keysym, True), rfb.key_event(keysym, False),
                                 rfb.pointer_event(i, keysym))
            typed += "the quick brown fox"
            self.viewer.read_update()
        self.assertEqual(bytes.fromhex(self.app.do("text", len(typed))).decode(), typed)
        self.viewer.expect(self.picture(screen))


if __name__ == "__main__":
    chain.main()
