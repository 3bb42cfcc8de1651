# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads what the status screen says off its pixels: by the font that it is drawn with, the colours
and the layout of scraper/framebuffer/status_picture.c. A picture with one pixel that should not be
there is none of it."""

import array
import os
import re
import sys

BACKGROUND, WARNING = 0x202830, 0xffc060
INKS = (0xffffff, 0xc0c8d0, WARNING)
WIDTH, HEIGHT = 10, 20  # of a character, pixels

HERE = os.path.dirname(os.path.abspath(__file__))
FONT = (os.path.join(HERE, "text.c"),  # a copy, in the end-to-end test
        os.path.join(HERE, "../../../scraper/framebuffer/text.c"))


def read_font():
    """Each character by its rows, without the blank."""
    with open(next(filter(os.path.exists, FONT)), encoding="utf-8") as file:
        table = file.read().split("glyphs['~' - ' ' + 1]", 1)[1].split("};", 1)[0]
    table = re.sub(r"/\*.*?\*/", "", table)
    rows = [int(row, 16) for row in re.findall(r"0x([0-9a-f]{3})\b", table)]
    assert len(rows) == HEIGHT * (ord("~") - ord(" ") + 1), len(rows)
    return {tuple(rows[i:i + HEIGHT]): chr(ord(" ") + i // HEIGHT)
            for i in range(0, len(rows), HEIGHT)}


class Picture:
    """`data`: 32 bits a pixel, 0x??RRGGBB in this machine's order, row by row; a part of it, if
    `left`, `top` and `stride` (pixels) say so."""

    font = None

    def __init__(self, width, height, data, left=0, top=0, stride=None):
        self.width, self.height = width, height
        stride = stride or width
        Picture.font = Picture.font or read_font()
        mask = int.from_bytes((0xffffff).to_bytes(4, sys.byteorder) * (len(data) // 4), "little")
        data = (int.from_bytes(data, "little") & mask).to_bytes(len(data), "little")
        whole = array.array("I", data)
        self.pixels = array.array("I") if left or top or stride != width else whole
        if self.pixels is not whole:
            for y in range(top, top + height):
                self.pixels += whole[y * stride + left:y * stride + left + width]

    def is_black(self):
        return self.pixels.count(0) == len(self.pixels)

    def _read_cell(self, x, y, scale):
        """The character there, its colour (0: none) and how many pixels it has."""
        rows, ink, n = [], 0, 0
        for row in range(y, y + HEIGHT * scale, scale):
            at, bits = row * self.width + x, 0
            for pixel in self.pixels[at:at + WIDTH * scale:scale]:
                bits <<= 1
                if pixel != BACKGROUND:
                    if pixel != (ink or pixel):
                        return None, ink, n
                    ink, bits, n = pixel, bits | 1, n + 1
            rows.append(bits)
        return self.font.get(tuple(rows)), ink, n * scale * scale

    def _read_line(self, x, y, right, scale):
        """The line there, its colour and how many pixels it has; "" if there is none."""
        text, colour, n = "", 0, 0
        if y + HEIGHT * scale > self.height:
            return "", 0, 0
        while x + WIDTH * scale <= right:
            letter, ink, count = self._read_cell(x, y, scale)
            if letter is None or (ink and ink != (colour or ink)):
                return "", 0, 0
            text, colour, n = text + letter, colour or ink, n + count
            x += WIDTH * scale
        return text.rstrip(), colour, n

    def read_status(self):
        """The lines of the status screen and their colours; None if this picture is another."""
        drawn = len(self.pixels) - self.pixels.count(BACKGROUND)
        if not drawn or drawn > len(self.pixels) // 8:
            return None
        scale = 2 if self.width >= 2200 and self.height >= 1200 else 1
        margin, y = self.width // 12, self.height // 5
        lines, missed, head = [], 0, scale * 2 if self.width >= 720 else scale
        while missed < 6 and y < self.height:
            size = scale if lines else head
            text, colour, n = self._read_line(margin, y, self.width - margin, size)
            if text:
                lines.append((colour, text))
                y += (HEIGHT + 4) * size
                drawn -= n
            else:
                y += HEIGHT // 2 * scale
            missed = 0 if text else missed + 1
        if drawn or not lines or any(colour not in INKS for colour, _ in lines):
            return None
        return lines


def words(lines):
    """All of it in one line."""
    return " ".join(text for _, text in lines)


def reason(lines):
    """Why there is no desktop; "" if it may only take a while."""
    return " ".join(text for colour, text in lines if colour == WARNING)
