#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
sound.py play - writes a tone of 440 Hz, without end, for pacat
sound.py hear - reads from parec, and prints what it is

Exit status of hear: 0 it is that tone, 1 it is something else, 3 it ended within 3 s of sound.
"""
import sys

from lib.tone import SECOND, TONE, make_second, measure


def play():
    second = make_second()
    try:
        while True:
            sys.stdout.buffer.write(second)
    except BrokenPipeError:
        sys.stdout = None  # nothing is left to be flushed
    return 0


def hear():
    samples = sys.stdin.buffer.read(3 * SECOND)  # a stream may begin with silence
    print(f"{len(samples)} bytes")
    if len(samples) < 3 * SECOND:
        return 3
    samples = samples[-SECOND:]
    at = measure(samples, TONE)
    beside = {f: measure(samples, f) for f in (TONE - 20, TONE + 20, TONE * 2, TONE / 2)}
    print(f"{TONE} Hz: {at:.0f};", ", ".join(f"{f:.0f} Hz: {beside[f]:.0f}" for f in beside))
    return int(at < 8000 or max(beside.values()) > at / 20)


if __name__ == "__main__":
    sys.exit({"play": play, "hear": hear}[sys.argv[1]]())
