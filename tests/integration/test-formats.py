#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every encoding in every pixel format of viewers, from X servers of every depth."""

import random

from lib import chain, rfb
from lib.chain import ChainTest

ENCODINGS = ("raw", "hextile", "zlib", "zrle", "tight", "rre", "corre", "ultra",
             "copyrect hextile raw", "tight copyrect zrle raw", chain.GUACD_ENCODINGS)
FORMATS = {
    "rgb888": "32/255,255,255/16,8,0",
    "bgr888": "32/255,255,255/0,8,16",
    "rgb888 high": "32/255,255,255/24,16,8",
    "rgb888 big-endian": "32/255,255,255/16,8,0/big",
    "rgb565": "16/31,63,31/11,5,0",
    "rgb555": "16/31,31,31/10,5,0",
    "rgb565 big-endian": "16/31,63,31/11,5,0/big",
    "bgr565": "16/31,63,31/0,5,11",
    "rgb332": "8/7,7,3/5,2,0",
    "bgr233": "8/7,7,3/0,3,6",
}
# What libvncclient 0.9.14 itself reads wrongly on little-endian hosts; ZrleTest reads it right.
MISREAD = {("zrle", "rgb888 big-endian"), ("tight", "rgb888 big-endian")}


class FormatsTest(ChainTest):
    geometry = "801x601x24"
    # A viewer on the same machine gets Raw otherwise.
    config = "compression = fast"

    def paint(self, screen, seed):
        """Something for every encoder: plain areas, few colours, many colours, thin lines."""
        chance = random.Random(seed)
        screen.do("fill", 0, 0, 801, 601, "%x" % chance.getrandbits(32))
        for _ in range(40):
            screen.do("fill", chance.randrange(780), chance.randrange(580), chance.randrange(1, 90),
                      chance.randrange(1, 60), "%x" % chance.getrandbits(32))
        for i in range(40):
            screen.do("fill", 300 + 2 * i, 100, 1, 80, "%x" % (chance.getrandbits(32) & 0x01010101))
        screen.do("noise", 600, 400, 150, 150, seed)
        screen.do("noise", 799, 0, 2, 601, seed)

    def check_formats(self, encodings, formats):
        self.start_chain()
        screen = self.x_client()
        for n, (encoding, name) in enumerate((e, f) for e in encodings for f in formats):
            if (encoding.split()[0], name) in MISREAD:
                continue
            with self.subTest(encoding=encoding, format=name):
                viewer = self.vnc_client(encoding, FORMATS[name])
                try:
                    # Twice, as zlib's streams continue from update to update.
                    for step in range(2):
                        self.paint(screen, 2 * n + step)
                        viewer.do("expect", self.picture(screen).path, 0)
                finally:
                    viewer.close()

    def test_depth_24(self):
        self.check_formats(ENCODINGS, FORMATS)

    def test_the_most_compressed(self):
        self.write_config("compression = best")
        self.check_formats((chain.GUACD_ENCODINGS, "tight copyrect zrle raw"), FORMATS)

    def test_raw(self):
        self.write_config("compression = auto")
        self.check_formats((chain.GUACD_ENCODINGS,), FORMATS)

    def check_depth(self, geometry, *x_arguments):
        self.x = self.start_x(geometry, *x_arguments)
        self.check_formats(("raw", "zrle", "hextile", chain.GUACD_ENCODINGS),
                           ("rgb888", "rgb565", "rgb332", "rgb888 big-endian"))

    def test_depth_16(self):
        self.check_depth("801x601x16")

    def test_depth_15(self):
        # libvncclient reads ZRLE in the server's format, if that has 15 bits and its own 16.
        self.x = self.start_x("801x601x15")
        self.check_formats(("raw", "hextile"), FORMATS)

    def test_depth_30(self):
        self.check_depth("801x601x30")

    def test_without_shared_memory(self):
        self.check_depth("801x601x24", "-extension", "MIT-SHM")

    def test_depth_16_without_shared_memory(self):
        self.check_depth("801x601x16", "-extension", "MIT-SHM")


class ZrleTest(ChainTest):
    geometry = "161x131x24"
    config = "compression = best"

    def test_formats(self):
        self.start_chain()
        screen = self.x_client()
        for seed, text in enumerate(FORMATS.values()):
            with self.subTest(text):
                screen.do("fill", 0, 0, 161, 131, "%x" % random.Random(seed).getrandbits(24))
                screen.do("noise", 50, 30, 60, 70, seed)
                for i in range(20):
                    screen.do("fill", 2 * i, 5, 1, 60, "%x" % (i % 3 * 0x345678))
                with self.log_in() as viewer:
                    self.check(screen, viewer, text)

    def check(self, screen, viewer, text):
        bits, maxima, shifts, *big = text.split("/")
        viewer.set_format(rfb.PixelFormat(int(bits), min(int(bits), 24),
                                          tuple(map(int, maxima.split(","))),
                                          tuple(map(int, shifts.split(","))), bool(big)))
        viewer.send(rfb.set_encodings(rfb.ZRLE, rfb.CURSOR))
        picture = self.picture(screen)
        viewer.fetch(False)
        for y in range(131):
            for x in range(161):
                self.assertEqual(viewer.read_pixel(x, y),
                                 picture.read_pixel(x, y, viewer.format.maxima), (x, y))


class OwnFormatTest(ChainTest):
    """The screen's own format, byte by byte, at sizes that fit neither vectors nor tiles."""

    def check(self, geometry, *x_arguments):
        self.x = self.start_x(geometry, *x_arguments)
        self.start_chain()
        screen, viewer = self.x_client(), self.log_in()
        width, height, _ = map(int, geometry.split("x"))
        for seed in range(4):
            screen.do("noise", 0, 0, width, height, seed)
            viewer.expect(self.picture(screen))
            screen.do("fill", width - 1, height - 1, 1, 1, "%x" % (0x654321 + seed))
            screen.do("fill", width - 3, 0, 1, height, "%x" % (0xabcdef + seed))
            viewer.expect(self.picture(screen))
        self.assertEqual(viewer.format.masks(), self.picture(screen).masks)

    def test_depth_24(self):
        self.check("801x601x24")

    def test_depth_16(self):
        self.check("801x601x16")

    def test_depth_15(self):
        self.check("333x77x15")

    def test_depth_30(self):
        self.check("801x601x30")

    def test_small_screens(self):
        for geometry in ("1x1x24", "3x5x16", "17x1x24", "1x65x24", "65x64x30"):
            with self.subTest(geometry):
                self.check(geometry)
                self.doCleanups()
                self.setUp()

    def test_without_shared_memory(self):
        self.check("801x601x24", "-extension", "MIT-SHM")
        self.assertIn("no MIT-SHM", self.scraper.read_log())

    def test_depth_16_without_shared_memory(self):
        self.check("801x601x16", "-extension", "MIT-SHM")


class PaletteTest(ChainTest):
    def test_a_viewer_that_asks_for_colour_numbers(self):
        self.start_chain()
        screen, viewer = self.x_client(), self.log_in()
        viewer.set_format(rfb.PixelFormat(8, 8, (0, 0, 0), (0, 0, 0), true_colour=False))
        colours = (0, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff)
        for i, colour in enumerate(colours):
            screen.do("fill", 160 * i, 0, 160, 600, "%x" % colour)
        viewer.fetch(False)
        for i, colour in enumerate(colours):
            seen = viewer.palette[viewer.pixels[160 * i + 80]]
            self.assertEqual([c >> 8 for c in seen], list(colour.to_bytes(3, "big")))

    def test_formats_that_nobody_can_serve(self):
        self.start_chain()
        stays = self.log_in()
        good = (32, 24, (255, 255, 255), (16, 8, 0))
        for bad in ((24, 24, *good[2:]), (0, 0, *good[2:]), (32, 0, *good[2:]), (32, 33, *good[2:]),
                    (8, 8, *good[2:]), (32, 24, (255, 255, 254), (16, 8, 0)),
                    (32, 24, (0, 0, 0), (16, 8, 0)), (32, 24, (255, 255, 255), (25, 8, 0)),
                    (32, 24, (65535, 65535, 65535), (24, 8, 255)), (255, 255, *good[2:])):
            viewer = self.log_in()
            viewer.send(rfb.set_pixel_format(rfb.PixelFormat(*bad)))
            viewer.wait_closed()
        stays.expect(self.picture(self.x_client()))


if __name__ == "__main__":
    chain.main()
