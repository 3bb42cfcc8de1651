# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the status screen: from the pixels, with the font of scraper/framebuffer/text.c."""

import os
import re

BACKGROUND = b"\x30\x28\x20"  # blue, green, red
WIDTH, HEIGHT = 10, 20  # pixels of a character
SCALES = (4, 2, 1)

_HERE = os.path.dirname(os.path.abspath(__file__))
# In the source tree, or where tests/e2e/run puts it.
_FONTS = (os.path.join(_HERE, "../../../scraper/framebuffer/text.c"), os.path.join(_HERE, "text.c"))
_INK = bytes(ord("0") if value == BACKGROUND[0] else ord("1") for value in range(256))


def _read_font():
    """The characters, by their rows from the top down."""
    path = next(path for path in _FONTS if os.path.exists(path))
    with open(path, encoding="ascii") as file:
        table = re.search(r"glyphs\[.*?\n};", file.read(), re.DOTALL).group()
    rows = [int(word, 16) for word in re.findall(r"0x([0-9a-f]+)", table)]
    glyphs = [tuple(rows[i:i + HEIGHT]) for i in range(0, len(rows), HEIGHT)]
    assert len(glyphs) == ord("~") - ord(" ") + 1
    return {glyph: chr(ord(" ") + i) for i, glyph in enumerate(glyphs)}


_FONT = _read_font()


class _Picture:
    def __init__(self, width, height, pixels):
        self.width, self.height = width, height
        self.left = width // 12  # where lines begin
        # All colours of the text differ from the background in blue.
        self.ink = [int(pixels[4 * width * y:4 * width * (y + 1):4].translate(_INK), 2)
                    for y in range(height)]

    def _cell(self, x, y, scale):
        """A character's rows; None if it is not made of squares of `scale` pixels."""
        right, rows = self.width - x - WIDTH * scale, []
        square = (1 << scale) - 1
        for row in range(HEIGHT):
            bits = self.ink[y + row * scale] >> right & (1 << WIDTH * scale) - 1
            if any(self.ink[y + row * scale + i] >> right & (1 << WIDTH * scale) - 1 != bits
                   for i in range(1, scale)):
                return None
            glyph = 0
            for column in range(WIDTH):
                dot = bits >> (WIDTH - 1 - column) * scale & square
                if dot not in (0, square):
                    return None
                glyph = glyph << 1 | (dot != 0)
            rows.append(glyph)
        return tuple(rows)

    def line(self, y, scale):
        """The text there, "" if it is none. It must be all that is drawn in these rows."""
        rows = self.ink[y:y + HEIGHT * scale]
        if not any(rows) or len(rows) < HEIGHT * scale:
            return ""
        text, x = "", self.left
        while x + WIDTH * scale <= self.width - self.left:
            letter = _FONT.get(self._cell(x, y, scale))
            if letter is None:
                return ""
            text += letter
            x += WIDTH * scale
        outside = ~((1 << self.width - self.left) - (1 << self.width - x))
        return "" if any(row & outside for row in rows) else text.rstrip()


def read(width, height, pixels):
    """What the status screen says, all its lines in one; "" if the picture is not the status screen
    and nothing else. Pixels have 32 bits: blue, green, red, and 8 that do not matter."""
    edges = [pixels[i:i + 3] for i in range(0, 4 * width, 4)] + \
        [pixels[i:i + 3] for i in range(0, len(pixels), 4 * width)]
    if any(edge != BACKGROUND for edge in edges):
        return ""
    picture, lines, y = _Picture(width, height, pixels), [], 0
    while y < height:
        text, scale = next(((text, scale) for scale in SCALES
                            if (text := picture.line(y, scale))), ("", 0))
        if text:
            lines.append(text)
            y += HEIGHT * scale
        elif picture.ink[y] and y + HEIGHT <= height:  # below that, a line is cut off
            return ""
        else:
            y += 1
    return " ".join(lines)
