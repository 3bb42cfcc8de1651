# SPDX-License-Identifier: GPL-2.0-or-later
"""A tone as samples: 16-bit stereo. Makes it, and hears whether samples are that tone."""

import array
import math
import struct

RATE, TONE = 44100, 440
SECOND = 4 * RATE  # bytes


def make_second():
    return struct.pack("<%dh" % (2 * RATE), *(
        int(12000 * math.sin(2 * math.pi * TONE * i / RATE)) for i in range(RATE)
        for _ in range(2)))


def measure(samples, frequency):
    """The amplitude of a frequency, by Goertzel's algorithm."""
    left = array.array("h", samples[:len(samples) // 4 * 4])[::2]
    w, a, b = 2 * math.cos(2 * math.pi * frequency / RATE), 0.0, 0.0
    for value in left:
        a, b = value + w * a - b, a
    return 2 * math.sqrt(max(0.0, a * a + b * b - w * a * b)) / max(1, len(left))
