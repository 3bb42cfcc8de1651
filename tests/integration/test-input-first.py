#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys do not wait for the picture: they arrive while an update is being encoded."""

import time

from lib import chain, rfb
from lib.chain import ChainTest

ZLIB = 6


class InputFirstTest(ChainTest):
    geometry = "2560x1600x24"
    config = "compression = best"

    def start(self, encoding):
        self.start_chain()
        # Noise keeps the encoder busy for long enough.
        self.x_client().do("noise", 0, 0, 2560, 1600, 7)
        self.app = self.client("keyboard_app", DISPLAY=self.x.display, LC_ALL="C.UTF-8")
        self.viewer = self.log_in(encodings=(encoding, rfb.CURSOR))

    def comes_first(self, keysym):
        """Whether the application gets the key before the update arrives here."""
        self.viewer.request(False)
        time.sleep(0.02)
        self.viewer.send(rfb.key_stroke(keysym))
        self.assertEqual(self.app.do("press").split()[0], "%x" % keysym)
        first = not self.viewer.can_read()
        self.assertEqual(self.viewer.unpack(">Bx")[0], 0)
        self.skip()
        return first

    def skip(self):
        """Reads an update without decoding it: other tests do that."""
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
                self.viewer.send(rfb.key_stroke(keysym),
                                 rfb.pointer_event(i, keysym))
            typed += "the quick brown fox"
            self.viewer.read_update()
        self.assertEqual(bytes.fromhex(self.app.do("text", len(typed))).decode(), typed)
        self.viewer.expect(self.picture(screen))


if __name__ == "__main__":
    chain.main()
