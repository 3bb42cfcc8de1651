# SPDX-License-Identifier: GPL-2.0-or-later
"""Decodes ZRLE (RFC 6143, 7.7.6): any pixel format, all kinds of tiles. Pixels are bytes."""

import zlib

TILE = 64


def cpixel_layout(pixel_format):
    """Where a compressed pixel's bytes are in a whole one: (first, length)."""
    bits = sum(pixel_format.masks())
    if pixel_format.bits != 32 or pixel_format.depth > 24:
        return 0, pixel_format.bits // 8
    if bits < 1 << 24:  # in the three least significant bytes
        return (1 if pixel_format.big else 0), 3
    if bits & 255 == 0:
        return (0 if pixel_format.big else 1), 3
    return 0, 4


class Decoder:
    """One for each connection: its zlib stream continues from rectangle to rectangle."""

    def __init__(self):
        self.stream = zlib.decompressobj()

    def decode(self, data, width, height, pixel_format):
        """Returns the rows of the rectangle as a list of lists of pixels."""
        self.data, self.at = self.stream.decompress(data), 0
        self.first, self.length = cpixel_layout(pixel_format)
        self.size = pixel_format.bits // 8
        rows = [[None] * width for _ in range(height)]
        for y in range(0, height, TILE):
            for x in range(0, width, TILE):
                self._tile(rows, x, y, min(TILE, width - x), min(TILE, height - y))
        assert self.at == len(self.data), "%d bytes too many" % (len(self.data) - self.at)
        return rows

    def _byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def _pixel(self):
        pixel = self.data[self.at:self.at + self.length]
        assert len(pixel) == self.length
        self.at += self.length
        return b"\xff" * self.first + pixel + b"\xff" * (self.size - self.first - self.length)

    def _run(self):
        length = 1
        while (byte := self._byte()) == 255:
            length += 255
        return length + byte

    def _tile(self, rows, x, y, width, height):
        kind = self._byte()
        n, total = kind & 127, width * height
        palette = [self._pixel() for _ in range(n)] if n != 0 and kind != 128 else []
        if kind == 0:
            pixels = [self._pixel() for _ in range(total)]
        elif kind == 1:
            pixels = palette * total
        elif kind <= 16:
            pixels = self._packed(palette, width, height)
        elif kind == 128:
            pixels = []
            while len(pixels) < total:
                pixel = self._pixel()
                pixels += [pixel] * self._run()
        else:
            assert kind >= 130, kind
            pixels = self._palette_runs(palette, total)
        assert len(pixels) == total
        for row in range(height):
            rows[y + row][x:x + width] = pixels[row * width:(row + 1) * width]

    def _packed(self, palette, width, height):
        bits = 1 if len(palette) == 2 else 2 if len(palette) <= 4 else 4
        pixels = []
        for _ in range(height):
            for column in range(width):
                in_byte = column * bits % 8
                if in_byte == 0:
                    byte = self._byte()
                pixels.append(palette[byte >> (8 - bits - in_byte) & ((1 << bits) - 1)])
        return pixels

    def _palette_runs(self, palette, total):
        pixels = []
        while len(pixels) < total:
            index = self._byte()
            pixels += [palette[index & 127]] * (self._run() if index & 128 else 1)
        return pixels
