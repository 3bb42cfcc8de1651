#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Viewers move the desktop's pointer and press its buttons."""

import time

from lib import chain, rfb
from lib.chain import ChainTest, wait_until


class PointerTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.start_chain()
        self.app = self.client("keyboard_app", DISPLAY=self.x.display, LC_ALL="C.UTF-8")
        self.viewer = self.log_in()
        self.seen = []
        self.position = None

    def point(self, x, y, buttons=0, viewer=None):
        (viewer or self.viewer).send(rfb.pointer_event(x, y, buttons))

    def wait_for(self, event):
        """What the application saw up to `event`, without motions that end where they began."""
        def has_come():
            self.seen += self.app.do("events").split()
            return event in self.seen

        wait_until(has_come, "%s; there was %s" % (event, self.seen))
        at = self.seen.index(event) + 1
        before, self.seen = self.seen[:at], self.seen[at:]
        return [seen for seen in before if "," not in seen or self.is_motion(seen)]

    def is_motion(self, position):
        last, self.position = self.position, position
        return position != last

    def test_buttons_and_wheels(self):
        self.point(100, 100)
        self.wait_for("100,100")
        for bit in range(8):
            self.point(100, 100, 1 << bit)
            self.point(100, 100)
            self.assertEqual(self.wait_for("b-%d" % (bit + 1)),
                             ["b+%d" % (bit + 1), "b-%d" % (bit + 1)])

    def test_the_ninth_button(self):
        wide = self.log_in(encodings=(rfb.RAW, rfb.CURSOR, rfb.BUTTONS)).fetch(False)
        self.assertEqual(wide.granted, [rfb.BUTTONS])
        self.point(100, 100, 0, wide)
        self.wait_for("100,100")
        for button in 8, 9:
            wide.send(rfb.wide_pointer_event(100, 100, 1 << button - 1))
            self.point(100, 100, 0, wide)
            self.assertEqual(self.wait_for("b-%d" % button), ["b+%d" % button, "b-%d" % button])
        # Buttons that X lacks are ignored; those held are released at the end.
        wide.send(rfb.wide_pointer_event(100, 100, 0x7e01 | 0x100))
        self.wait_for("b+9")
        wide.reset()
        self.assertEqual(sorted(self.wait_for("b-9")), ["b-1", "b-9"])

    def test_several_buttons(self):
        self.point(100, 100, 5)
        self.point(100, 100, 4)
        self.point(100, 100, 6)
        self.point(100, 100, 0)
        self.assertEqual(self.wait_for("b-3"),
                         ["100,100", "b+1", "b+3", "b-1", "b+2", "b-2", "b-3"])

    def test_drag_over_the_edge(self):
        """No point of a stroke is lost, and those outside are on the edge."""
        self.point(790, 590, 1)
        for step in range(1, 60):
            self.point(790 + step, 590 + step, 1)
        self.point(65535, 65535, 1)
        self.point(0, 300, 1)
        self.point(0, 300, 0)
        self.assertEqual(self.wait_for("b-1"),
                         ["790,590", "b+1", *["%d,%d" % (790 + i, 590 + i) for i in range(1, 10)],
                          "0,300", "b-1"])

    def test_a_burst_ends_where_it_shall(self):
        self.viewer.send(*[rfb.pointer_event(i % 700, i % 500) for i in range(20000)],
                         rfb.pointer_event(777, 555))
        self.wait_for("777,555")

    def test_who_drags_has_the_pointer_alone(self):
        other = self.log_in()
        self.point(10, 10, 1)
        self.wait_for("b+1")
        self.point(500, 500, 4, other)
        self.point(600, 500, 4, other)
        other.send(rfb.key_stroke(ord("a")))
        self.assertEqual(self.wait_for("k-38"), ["k+38", "k-38"])
        self.point(20, 20, 0)
        self.assertEqual(self.wait_for("b-1"), ["20,20", "b-1"])
        self.point(30, 30, 4, other)
        self.point(30, 30, 0, other)
        self.point(30, 30, 1, other)
        self.assertEqual(self.wait_for("b+1"), ["30,30", "b+1"])
        other.reset()
        self.wait_for("b-1")

    def test_leaves_with_buttons_held(self):
        for leave in (rfb.Viewer.close, rfb.Viewer.reset):
            viewer = self.log_in()
            self.point(50, 50, 0x87, viewer)
            self.wait_for("b+8")
            leave(viewer)
            self.assertEqual(sorted(self.wait_for("b-8")), ["b-1", "b-2", "b-3", "b-8"])

    def test_looking_only(self):
        look = self.log_in(chain.LOOK_PASSWORD)
        self.point(70, 70, 1, look)
        look.send(rfb.key_stroke(ord("a")))
        look.fetch()
        self.point(80, 80)
        self.assertEqual(self.wait_for("80,80"), ["80,80"])

    def drag_over_a_warp(self, program):
        """What the application sees after the warp, up to the end of the drag."""
        self.point(100, 100, 1)
        self.point(110, 100, 1)
        self.wait_for("110,100")
        program.do("warp", 0, 400, 300)
        self.wait_for("400,300")
        time.sleep(0.3)
        self.point(115, 101, 1)
        self.point(120, 101, 0)
        return self.wait_for("b-1")

    def test_a_program_warps_it_during_a_drag(self):
        """The drag goes on from there, until it is over."""
        program, followed = self.x_client(), ["405,301", "410,301", "b-1"]
        # An X server that is slow at the moment is asked less often: the next one may be noticed.
        self.assertTrue(any(self.drag_over_a_warp(program) == followed for _ in range(8)))
        self.point(123, 104)
        self.assertEqual(self.wait_for("123,104"), ["123,104"])

    def test_a_viewer_that_is_told_of_the_warp(self):
        """It moves its own pointer there, and goes on from there."""
        told = self.log_in(encodings=(rfb.RAW, rfb.CURSOR, rfb.POINTER_POSITION)).fetch(False)
        program = self.x_client()
        self.point(100, 100, 1, told)
        self.point(110, 100, 1, told)
        self.wait_for("110,100")
        program.do("warp", 0, 400, 300)
        program.do("fill", 700, 500, 9, 9, "ff00ff")
        while told.pointer != (400, 300):
            told.fetch()
        time.sleep(0.3)
        self.point(402, 303, 1, told)
        self.point(404, 304, 0, told)
        self.wait_for("400,300")
        self.assertEqual(self.wait_for("b-1"), ["402,303", "404,304", "b-1"])

    def test_confined_to_a_window(self):
        """The pointer stays below the viewer's wherever it may be."""
        program = self.x_client()
        program.do("listen")
        program.do("confine")
        self.point(150, 50)
        for x in 150, 190, 300, 250, 190, 150:
            self.point(x, 50, 1)
        self.point(150, 50)
        seen = []
        wait_until(lambda: seen.append(program.do("events")) or "-button1" in "".join(seen), "it")
        self.assertIn("-button1@150,50", "".join(seen))


class TwoScreensTest(ChainTest):
    def test_it_comes_back_from_the_other_one(self):
        self.x = self.start_x(self.geometry, "-screen", "1", "640x480x24")
        self.start_chain()
        screen, viewer = self.x_client(), self.log_in()
        screen.do("listen")
        for x in 50, 60:
            screen.do("warp", 1, 600, 400)
            viewer.send(rfb.pointer_event(x, 50, 1), rfb.pointer_event(x, 50))
            place = "-button1@%d,50" % x
            seen = []
            wait_until(lambda: seen.append(screen.do("events")) or place in "".join(seen), place)


if __name__ == "__main__":
    chain.main()
