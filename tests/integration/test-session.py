#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A session of a viewer built on libvncclient, as guacd is, and its input."""

import random

from lib import chain, rfb
from lib.chain import ChainTest, wait_until


class SessionTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.start_chain()
        self.screen = self.x_client()
        self.screen.do("noise", 0, 0, 800, 600, 1)

    def test_first_picture(self):
        viewer = self.vnc_client()
        self.assertEqual(viewer.greeting, "800 600")
        viewer.do("expect", self.picture(self.screen).path, 0)

    def test_changes(self):
        chance = random.Random(2)
        viewer = self.vnc_client()
        for step in range(60):
            x, y = chance.randrange(-50, 800), chance.randrange(-50, 600)
            width, height = chance.randrange(1, 300), chance.randrange(1, 200)
            kind = step % 5
            if kind == 0:
                self.screen.do("fill", x, y, width, height, "%x" % chance.getrandbits(32))
            elif kind == 1:
                self.screen.do("noise", x, y, width, height, step)
            elif kind == 2:  # scrolls
                self.screen.do("copy", 0, 20, 800, 580, 0, 0)
            elif kind == 3:
                self.screen.do("window", 1, x, y, width, height, "%x" % chance.getrandbits(24))
            else:
                self.screen.do("fill", chance.randrange(800), chance.randrange(600), 1, 1,
                               "%x" % chance.getrandbits(32))
            if step % 3 == 0:
                viewer.do("expect", self.picture(self.screen).path, 0)
        self.screen.do("close", 1)
        viewer.do("expect", self.picture(self.screen).path, 0)

    def test_changes_compressed(self):
        for mode in ("fast", "best"):
            self.scraper.end()
            self.write_config("compression = " + mode)
            self.start_scraper()
            self.test_changes()

    def test_no_bit_beside_the_colours_is_set(self):
        viewer = self.log_in()
        for seed in range(3):
            self.screen.do("noise", 10, 10, 700, 500, seed)
            self.screen.do("fill", 5, 5, 20, 20, "a5123456")
            viewer.expect(self.picture(self.screen))

    def test_cursor(self):
        viewer = self.vnc_client()
        viewer.do("cursor")
        viewer.do("expect", self.picture(self.screen).path, 0)
        self.screen.do("cursor", 34)
        viewer.do("cursor")

    def test_the_pointer_is_painted_for_viewers_that_cannot(self):
        viewer = self.log_in()
        viewer.send(rfb.set_encodings(0), rfb.pointer_event(400, 300))
        wait_until(lambda: self.screen.do("held").startswith("400,300"), "the pointer")
        picture = self.picture(self.screen)
        viewer.fetch(False)
        while not viewer.count_wrong(picture):  # until the pointer is painted
            viewer.fetch()
        ours, theirs = bytes(viewer.pixels), picture.masked()
        for y in range(600):
            for x in range(800):
                at = (y * 800 + x) * 4
                if ours[at:at + 4] != theirs[at:at + 4]:
                    self.assertTrue(abs(x - 400) < 32 and abs(y - 300) < 32, (x, y))

    def test_an_area_is_asked_for(self):
        viewer = self.log_in()
        picture = self.picture(self.screen)
        viewer.fetch(False, (30, 40, 100, 50))
        stride = 800 * 4
        for row in range(40, 90):
            part = slice(row * stride + 30 * 4, row * stride + 130 * 4)
            self.assertEqual(viewer.pixels[part], picture.masked()[part])


class InputTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.start_chain()
        self.screen = self.x_client()
        self.screen.do("listen")

    def wait_events(self, text):
        seen = []

        def has_come():
            seen.append(self.screen.do("events"))
            return text in " ".join(" ".join(seen).split())
        wait_until(has_come, "%r of the events, which are %s" % (text, seen))

    def wait_held(self, text):
        wait_until(lambda: self.screen.do("held") == text, "%r to be held, not %r" %
                   (text, self.screen.do("held")))

    def test_keys(self):
        viewer = self.vnc_client()
        for keysym in (ord("a"), ord("7"), 0xff0d):
            viewer.do("key", "%x" % keysym, 1)
            viewer.do("key", "%x" % keysym, 0)
        self.wait_events("+a -a +7 -7 +Return -Return")

    def test_shift(self):
        viewer = self.vnc_client()
        for keysym, down in ((0xffe1, 1), (ord("A"), 1), (ord("A"), 0), (0xffe1, 0)):
            viewer.do("key", "%x" % keysym, down)
        self.wait_events("+Shift_L +a -a -Shift_L")

    def test_pointer(self):
        viewer = self.vnc_client()
        viewer.do("pointer", 50, 60, 0)
        self.wait_held("50,60 buttons=0")
        for button in range(1, 6):
            viewer.do("pointer", 60 + button, 70, 1 << (button - 1))
            viewer.do("pointer", 60 + button, 70, 0)
            self.wait_events("+button%d@%d,70 -button%d" % (button, 60 + button, button))
        viewer.do("pointer", 799, 599, 0)
        self.wait_held("799,599 buttons=0")
        viewer.do("pointer", 65535, 65535, 0)
        self.wait_held("799,599 buttons=0")

    def test_held_keys_go_up_with_their_viewer(self):
        viewer = self.log_in()
        viewer.send(rfb.key_event(0xffe1, True), rfb.key_event(0xffe3, True),
                    rfb.key_event(ord("q"), True), rfb.pointer_event(30, 30, 5))
        # In the order of their keycodes.
        self.wait_held("30,30 buttons=5 q Control_L Shift_L")
        viewer.reset()
        self.wait_held("30,30 buttons=0")

    def test_the_keys_of_another_stay(self):
        stays, leaves = self.log_in(), self.log_in()
        stays.send(rfb.key_event(ord("x"), True))
        leaves.send(rfb.key_event(ord("y"), True))
        stays.send(rfb.pointer_event(9, 9))
        self.wait_held("9,9 buttons=0 y x")
        leaves.close()
        self.wait_held("9,9 buttons=0 x")

    def test_a_viewer_that_may_only_look(self):
        looks, acts = self.log_in(chain.LOOK_PASSWORD), self.log_in()
        looks.send(rfb.pointer_event(1, 1, 1), rfb.key_stroke(ord("b")))
        looks.expect(self.picture(self.screen))
        acts.send(rfb.key_stroke(ord("c")))
        wait_until(lambda: "+c -c" in self.screen.do("events"), "the other's key")
        self.assertNotEqual(self.screen.do("held").split()[0], "1,1")

    def test_view_only_for_all(self):
        self.scraper.end()
        self.write_config("view_only = yes")
        self.start_scraper()
        viewer = self.log_in()
        viewer.send(rfb.pointer_event(7, 7, 1), rfb.key_event(ord("b"), True))
        viewer.expect(self.picture(self.screen))
        self.assertNotIn("7,7", self.screen.do("held"))
        self.assertEqual(self.screen.do("events"), "")


if __name__ == "__main__":
    chain.main()
