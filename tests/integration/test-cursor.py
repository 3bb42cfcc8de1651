#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The pointer: its shape for viewers that draw it, its picture for others, and its position."""

import os
import struct
import subprocess
import time

from lib import chain, rfb
from lib.chain import ChainTest, wait_until

RED, HALF_GREEN, FAINT, NOTHING = 0xffff0000, 0x80008000, 0x20000000, 0
SMALL = (4, 3, 1, 2, [RED, RED, NOTHING, NOTHING,
                      RED, HALF_GREEN, FAINT, NOTHING,
                      0xff0000ff, 0xffffffff, 0xff000000, RED])
HIDDEN = (16, 16, 3, 3, [NOTHING] * 256)
LARGE = (256, 192, 128, 191, [RED] * 256 * 192)


def xcursor_file(*images, delay=20):
    """The images (width, height, hot_x, hot_y, argb) in libXcursor's format."""
    chunks, toc, at = b"", b"", 16 + 12 * len(images)
    for width, height, hot_x, hot_y, argb in images:
        chunk = struct.pack("<9I", 36, 0xfffd0002, 32, 1, width, height, hot_x, hot_y, delay)
        chunk += struct.pack("<%dI" % len(argb), *argb)
        toc += struct.pack("<3I", 0xfffd0002, 32, at + len(chunks))
        chunks += chunk
    return b"Xcur" + struct.pack("<3I", 16, 0x10000, len(images)) + toc + chunks


class CursorTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.start_chain()
        self.screen = self.x_client()
        self.screen.do("fill", 0, 0, 800, 600, "204060")

    def run_x(self, *command):
        subprocess.run(command, check=True, env=self.x.environment(), stdout=subprocess.DEVNULL)

    def set_cursor(self, *images, keep=True, **options):
        path = os.path.join(self.directory, "cursor")
        with open(path, "wb") as file:
            file.write(xcursor_file(*images, **options))
        self.run_x("xsetroot", "-xcf", path, "32")
        # The SECURITY extension hides the shape of a client that ended, until another client gets
        # its number.
        if keep:
            self.x_client()
        # xsetroot paints nothing, but Xvfb may repaint the root window.
        self.screen.do("fill", 0, 0, 800, 600, "204060")

    def move(self, x, y):
        self.run_x("xdotool", "mousemove", str(x), str(y))

    def watch(self, *encodings):
        return self.log_in(encodings=(rfb.RAW, *encodings)).fetch(False)

    def follow(self, viewer, condition, what):
        """Requests updates until the condition holds."""
        end = time.monotonic() + rfb.PATIENCE
        while not condition():
            try:
                self.assertLess(time.monotonic(), end)
                viewer.fetch()
            except (TimeoutError, AssertionError):
                raise AssertionError("waited in vain for %s; the cursor is %s" %
                                     (what, viewer.cursor)) from None

    def expect_cursor(self, viewer, header, data):
        self.follow(viewer, lambda: viewer.cursor == (*header, data),
                    "the cursor %s %s" % (header, data))


class ShapeTest(CursorTest):
    RGBA = struct.pack(">12I", 0xff0000ff, 0xff0000ff, 0, 0, 0xff0000ff, 0x00800080, 0x00000020, 0,
                       0x0000ffff, 0xffffffff, 0x000000ff, 0xff0000ff)

    def test_with_transparency(self):
        viewer = self.watch(rfb.ALPHA_CURSOR, rfb.CURSOR, rfb.X_CURSOR)
        self.set_cursor(SMALL)
        self.expect_cursor(viewer, (rfb.ALPHA_CURSOR, 1, 2, 4, 3), self.RGBA)

    def test_with_a_mask(self):
        viewer = self.watch(rfb.X_CURSOR, rfb.CURSOR)
        self.set_cursor(SMALL)
        # To the mask half-transparent green is green, and a faint shadow is nothing.
        pixels = struct.pack("<12I", 0xff0000, 0xff0000, 0, 0, 0xff0000, 0x00ff00, 0, 0, 0x0000ff,
                             0xffffff, 0, 0xff0000)
        self.expect_cursor(viewer, (rfb.CURSOR, 1, 2, 4, 3), pixels + b"\xc0\xc0\xf0")

    def test_in_another_format(self):
        viewer = self.log_in(encodings=(rfb.RAW, rfb.CURSOR))
        viewer.set_format(rfb.PixelFormat(16, 16, (31, 63, 31), (11, 5, 0), big=True))
        self.set_cursor(SMALL)
        viewer.fetch(False)
        pixels = struct.pack(">12H", 0xf800, 0xf800, 0, 0, 0xf800, 0x07e0, 0, 0, 0x001f, 0xffff, 0,
                             0xf800)
        self.expect_cursor(viewer, (rfb.CURSOR, 1, 2, 4, 3), pixels + b"\xc0\xc0\xf0")

    def test_two_colours(self):
        viewer = self.watch(rfb.X_CURSOR)
        self.set_cursor((2, 1, 0, 0, [0xff000010, 0xfffff0ff]))
        self.expect_cursor(viewer, (rfb.X_CURSOR, 0, 0, 2, 1),
                           b"\x00\x00\x10" + b"\xff\xf0\xff" + b"\x80" + b"\xc0")

    def test_hidden(self):
        """It is one transparent pixel: at 0x0, libvncclient would keep drawing the old one."""
        for encoding, data in (rfb.ALPHA_CURSOR, bytes(4)), (rfb.CURSOR, bytes(5)):
            viewer = self.watch(encoding)
            self.set_cursor(SMALL)
            self.follow(viewer, lambda: viewer.cursor[3:5] == (4, 3), "the small one")
            self.set_cursor(HIDDEN)
            self.expect_cursor(viewer, (encoding, 0, 0, 1, 1), data)

    def test_large(self):
        viewer = self.watch(rfb.CURSOR)
        self.set_cursor(LARGE)
        data = b"\0\0\xff\0" * 128 * 96 + b"\xff" * 16 * 96
        self.expect_cursor(viewer, (rfb.CURSOR, 64, 95, 128, 96), data)

    def test_an_equal_shape_is_not_sent_again(self):
        self.set_cursor(SMALL)
        viewer = self.watch(rfb.CURSOR)
        self.follow(viewer, lambda: viewer.cursor[3:5] == (4, 3), "the small one")
        viewer.expect(self.picture(self.screen))
        before = viewer.n_cursors
        for _ in range(3):
            self.set_cursor(HIDDEN)
            self.set_cursor(SMALL)
        viewer.expect(self.picture(self.screen))
        self.follow(viewer, lambda: viewer.cursor[3:5] == (4, 3), "the small one")
        time.sleep(0.3)
        viewer.request()
        viewer.socket.settimeout(0.5)
        try:
            viewer.read_update()
        except TimeoutError:
            pass
        self.assertEqual((viewer.n_cursors - before) % 2, 0)

    def test_an_animated_one_has_its_pace(self):
        viewer = self.watch(rfb.CURSOR)
        self.set_cursor(SMALL, LARGE, delay=5)
        viewer.request()
        start, before = time.monotonic(), viewer.n_cursors
        while time.monotonic() < start + 2:
            viewer.fetch()
        passed = time.monotonic() - start
        self.assertGreater(viewer.n_cursors - before, 2)
        self.assertLessEqual(viewer.n_cursors - before, passed * 20 + 2)

    def test_one_that_the_server_does_not_tell(self):
        viewer = self.watch(rfb.ALPHA_CURSOR)
        self.set_cursor(SMALL, keep=False)
        self.follow(viewer, lambda: viewer.cursor[1:5] == (0, 0, 12, 14), "an arrow")

    def test_not_in_the_picture(self):
        self.set_cursor(LARGE)
        for encoding in rfb.ALPHA_CURSOR, rfb.CURSOR, rfb.X_CURSOR:
            self.watch(encoding).expect(self.picture(self.screen))


class PaintedTest(CursorTest):
    """The picture of the pointer, for viewers that draw none."""

    def pixel(self, viewer, x, y):
        at = (y * viewer.width + x) * 4
        return int.from_bytes(viewer.pixels[at:at + 3], "little")

    def looks(self, viewer, x, y):
        """The pixels where SMALL is, with its hot spot at x, y."""
        return [self.pixel(viewer, x - 1 + i % 4, y - 2 + i // 4) for i in range(12)]

    SHOWN = [0xff0000, 0xff0000, 0x204060, 0x204060, 0xff0000, 0x10a030, 0x1c3854, 0x204060,
             0x0000ff, 0xffffff, 0x000000, 0xff0000]

    def count_others(self, viewer):
        pixels = bytes(viewer.pixels)
        background = b"\x60\x40\x20\xff"
        return sum(pixels[i:i + 4] != background for i in range(0, len(pixels), 4))

    def expect_at(self, viewer, x, y):
        self.follow(viewer, lambda: self.looks(viewer, x, y) == self.SHOWN and
                    self.count_others(viewer) == 9, "the pointer at %d,%d" % (x, y))

    def test_it_follows(self):
        self.set_cursor(SMALL)
        self.move(300, 200)
        viewer = self.watch()
        self.expect_at(viewer, 300, 200)
        # Moved on the desktop itself: that gives no damage and no event.
        self.move(500, 333)
        self.expect_at(viewer, 500, 333)
        self.move(501, 334)
        self.expect_at(viewer, 501, 334)
        # Moved by the viewer, and by another one.
        viewer.send(rfb.pointer_event(100, 50))
        self.expect_at(viewer, 100, 50)
        self.watch(rfb.CURSOR).send(rfb.pointer_event(77, 66))
        self.expect_at(viewer, 77, 66)

    def test_it_goes_and_comes(self):
        self.set_cursor(SMALL)
        self.move(300, 200)
        viewer = self.watch()
        self.expect_at(viewer, 300, 200)
        self.set_cursor(HIDDEN)
        self.follow(viewer, lambda: not self.count_others(viewer), "it to go")
        self.set_cursor(SMALL)
        self.expect_at(viewer, 300, 200)
        viewer.send(rfb.set_encodings(rfb.RAW, rfb.CURSOR))
        viewer.expect(self.picture(self.screen))
        viewer.send(rfb.set_encodings(rfb.RAW))
        self.expect_at(viewer, 300, 200)

    def test_drawing_below_it(self):
        self.set_cursor(SMALL)
        self.move(300, 200)
        viewer = self.watch()
        self.expect_at(viewer, 300, 200)
        self.screen.do("fill", 0, 0, 800, 600, "ffffff")
        self.follow(viewer, lambda: self.pixel(viewer, 0, 0) == 0xffffff, "the drawing")
        self.assertEqual(self.looks(viewer, 300, 200)[0], 0xff0000)
        self.screen.do("fill", 0, 0, 800, 600, "204060")
        self.expect_at(viewer, 300, 200)

    def test_at_the_edges(self):
        self.set_cursor(LARGE)
        viewer = self.watch()
        for x, y, red in (0, 0, 128 // 2), (799, 0, 65), (0, 599, 64 * 96), (799, 599, 65 * 96):
            self.move(x, y)
            self.follow(viewer, lambda n=red: self.count_others(viewer) == n,
                        "%d pixels at %d,%d" % (red, x, y))

    def test_in_another_format(self):
        self.set_cursor(SMALL)
        self.move(300, 200)
        viewer = self.log_in(encodings=(rfb.RAW,))
        viewer.set_format(rfb.RGB565)
        viewer.fetch(False)

        def top_left():
            at = (198 * viewer.width + 299) * 2
            return bytes(viewer.pixels[at:at + 4])
        self.follow(viewer, lambda: top_left() == b"\x00\xf8\x00\xf8", "two red pixels")


class PositionTest(CursorTest):
    def test_who_moves_it_is_not_told(self):
        viewer = self.watch(rfb.CURSOR, rfb.POINTER_POSITION)
        self.follow(viewer, lambda: viewer.pointer, "the first position")
        other = self.watch(rfb.CURSOR, rfb.POINTER_POSITION)
        other.send(rfb.pointer_event(123, 45))
        self.follow(viewer, lambda: viewer.pointer == (123, 45), "what another viewer did")
        before = viewer.pointer
        viewer.send(rfb.pointer_event(50, 60))
        wait_until(lambda: self.screen.do("held").startswith("50,60"), "the pointer to move")
        self.screen.do("fill", 10, 10, 5, 5, "ffffff")
        viewer.expect(self.picture(self.screen))
        self.assertEqual(viewer.pointer, before)

    def test_moved_at_the_desktop(self):
        viewer = self.watch(rfb.CURSOR, rfb.POINTER_POSITION)
        self.move(222, 111)

        def told():
            self.screen.do("fill", 10, 10, 5, 5, "%x" % (time.monotonic_ns() & 0xffffff))
            return viewer.pointer == (222, 111)
        self.follow(viewer, told, "the position")


if __name__ == "__main__":
    chain.main()
