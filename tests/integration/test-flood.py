#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Three viewers send without end, each as fast as the scraper reads; the owner goes on working.

How long the owner's frames take is printed in lines that begin with "figure". What is tested is
that they all arrive, that keys do, and that the flood went on all the time.
"""

import itertools
import mmap
import os
import selectors
import statistics
import time

from lib import attack, chain, rfb
from lib.chain import LOOK_PASSWORD, PASSWORD, wait_until
from lib.standing import StandingTest

FRAMES = int(os.environ.get("FLOOD_FRAMES", "40"))
FLOODERS = 3
CHUNK = 64 * 1024  # bytes

KEYS = b"".join(rfb.key_stroke(keysym) for keysym in range(ord("a"), ord("z")))
# Each is on no key of the desktop.
STRANGE_KEYS = b"".join(rfb.key_stroke(0x1002600 + i) for i in range(200))
MOTION = b"".join(rfb.pointer_event(100 + i, 100, i % 2) for i in range(100))
REQUESTS = rfb.update_request(False, 0, 0, 640, 480) + rfb.update_request(True, 0, 0, 640, 480)
TEXTS = b"".join(rfb.cut_text(b"%d " % i * 300) for i in range(50))
ENCODINGS = rfb.set_encodings(rfb.RAW, rfb.CURSOR) + rfb.set_encodings(rfb.RAW)
FORMATS = rfb.set_pixel_format(rfb.RGB565) + rfb.set_pixel_format(rfb.RGB888)
SIZES = b"".join(rfb.set_desktop_size(640 + i, 480) for i in range(10))
ALL = KEYS + MOTION + REQUESTS + TEXTS + ENCODINGS


def flood(sockets, messages, count):
    """A crowd's work: sends the messages over and over, and reads what comes. Counts the bytes."""
    messages *= CHUNK // len(messages) + 1

    def work(end):
        selector = selectors.DefaultSelector()
        at = dict.fromkeys(sockets, 0)
        for one in sockets:
            one.setblocking(False)
            selector.register(one, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while time.monotonic() < end:
            for key, events in selector.select(0.1):
                one = key.fileobj
                if events & selectors.EVENT_READ and not one.recv(1 << 20):
                    raise EOFError
                if events & selectors.EVENT_WRITE:
                    n = one.send(memoryview(messages)[at[one]:])
                    at[one] = (at[one] + n) % len(messages)
                    count.add(n)
    return work


class SharedCount:
    """A number that one process counts and another reads."""

    def __init__(self):
        self.memory = mmap.mmap(-1, 8)

    def add(self, n):
        self.memory[:] = (self.read() + n).to_bytes(8, "little")

    def read(self):
        return int.from_bytes(self.memory[:], "little")


class FloodTest(StandingTest):
    config = "clipboard = both\nresize = no"

    @property
    def options(self):
        return {"config": self.config}

    def setUp(self):
        super().setUp()
        self.screen = self.x_client()
        self.colours = itertools.count(1)
        self.owner = self.view().log_in(PASSWORD).fetch(False)

    def see_frames(self, n):
        """The owner sees so many changes, one after the other. Returns latencies in ms."""
        latencies = []
        for _ in range(n):
            colour = next(self.colours)
            colour = (colour * 7 % 256, colour % 256, colour // 256 + 1)
            begin = time.monotonic()
            self.screen.do("fill", 4, 4, 60, 60, "%02x%02x%02x" % colour)
            while self.owner.read_pixel(30, 30) != colour:
                self.owner.fetch()
            latencies.append((time.monotonic() - begin) * 1000)
        return latencies

    def check(self, name, password, messages):
        """The flood lasts for longer than the owner may need for his frames, and ends with the
        test."""
        sockets = [self.view().log_in(password).socket for _ in range(FLOODERS)]
        quiet = self.see_frames(FRAMES)
        count = SharedCount()
        crowd = attack.Crowd(2 * rfb.PATIENCE, flood(sockets, messages, count))
        self.addCleanup(crowd.kill)
        wait_until(lambda: count.read() > FLOODERS * CHUNK, "the flood")
        before = count.read()
        end = time.monotonic() + rfb.PATIENCE
        latencies = []
        while len(latencies) < FRAMES:
            latencies += self.see_frames(1)
            self.assertLess(time.monotonic(), end, "%d frames came" % len(latencies))
        sent = count.read() - before
        self.assertGreater(sent, FRAMES * FLOODERS * 100)
        latencies.sort()
        print("figure three %s that flood with %s, %d kB meanwhile: %d frames of the owner; all "
              "arrived; median %.1f ms (quiet %.1f ms), longest %.1f ms" % (
                  "lookers" if password == LOOK_PASSWORD else "viewers", name, sent // 1000, FRAMES,
                  statistics.median(latencies), statistics.median(quiet), latencies[-1]),
              flush=True)
        self.owner.send(rfb.key_event(0xffe1, True))
        wait_until(lambda: "Shift_L" in self.screen.do("held"), "the owner's key")
        # None has been disconnected.
        self.assertEqual(os.waitpid(crowd.pid, os.WNOHANG), (0, 0))

    def test_lookers_keys(self):
        self.check("keys", LOOK_PASSWORD, KEYS)

    def test_lookers_pointer(self):
        self.check("pointer events", LOOK_PASSWORD, MOTION)

    def test_lookers_requests(self):
        self.check("update requests", LOOK_PASSWORD, REQUESTS)

    def test_lookers_texts(self):
        self.check("clipboard texts", LOOK_PASSWORD, TEXTS)

    def test_lookers_everything(self):
        self.check("everything", LOOK_PASSWORD, ALL + SIZES + FORMATS)

    def test_viewers_keys(self):
        self.check("keys", PASSWORD, KEYS)

    def test_viewers_strange_keys(self):
        self.check("keys that are on no key", PASSWORD, STRANGE_KEYS)

    def test_viewers_pointer(self):
        self.check("pointer events", PASSWORD, MOTION)

    def test_viewers_texts(self):
        self.check("clipboard texts", PASSWORD, TEXTS)

    def test_viewers_everything(self):
        self.check("everything", PASSWORD, ALL + SIZES + FORMATS)


if __name__ == "__main__":
    chain.main()
