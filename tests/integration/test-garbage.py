#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Garbage from an accepted viewer: it ends that viewer's connection at most, and no other."""

import random
import struct

from lib import chain, rfb
from lib.chain import PASSWORD, ChainTest, wait_until

WHOLE = {
    "SetPixelFormat": rfb.set_pixel_format(rfb.RGB565),
    "SetEncodings": rfb.set_encodings(16, 5, 0, -239, -223),
    "FramebufferUpdateRequest": rfb.update_request(False, 0, 0, 400, 300),
    "KeyEvent": rfb.key_event(0xffe1, True),
    "PointerEvent": rfb.pointer_event(5, 5, 1),
    "ClientCutText": rfb.cut_text(b"some text"),
    "SetDesktopSize": rfb.set_desktop_size(640, 480),
    "QEMU key": rfb.scan_code_event(0x41, 30, True),
}
# For exactly what is on the screen, without the pointer, at any size.
FOLLOWS = (rfb.RAW, rfb.CURSOR, rfb.DESKTOP_SIZE)
UNKNOWN = sorted(set(range(256)) - {0, 2, 3, 4, 5, 6, 8, 9, 10, 15, 250, 251, 255})


class GarbageTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.start_chain()
        self.screen = self.x_client()
        self.screen.do("noise", 0, 0, 800, 600, 1)
        self.other = self.log_in(encodings=FOLLOWS)
        self.n_left = 0

    def check_others(self):
        """The other viewer goes on, and the log has one line for each that ended."""
        self.scraper.wait_log("disconnected", self.n_left)
        self.screen.do("fill", 1, 1, 9, 9, "%x" % (self.n_left + 1))
        # A request for another size may still be waiting for its turn.
        self.other.expect_screen(lambda: self.picture(self.screen))
        self.assertEqual(self.scraper.read_log().count("disconnected"), self.n_left)

    def ends(self, *messages):
        """The server ends the connection at these messages."""
        viewer = self.log_in()
        viewer.send(*messages)
        viewer.wait_closed()
        viewer.close()
        self.n_left += 1

    def hangs_up(self, viewer):
        viewer.close()
        self.n_left += 1

    def stays(self, *messages):
        viewer = self.log_in(encodings=FOLLOWS)
        viewer.send(*messages)
        viewer.set_format(rfb.RGB888)
        viewer.send(rfb.set_encodings(0, rfb.CURSOR))
        viewer.expect(self.picture(self.screen))
        self.hangs_up(viewer)

    def test_unknown_types(self):
        for kind in UNKNOWN:
            self.ends(bytes([kind]) * 64)
        self.check_others()

    def test_other_qemu_messages(self):
        for kind in (1, 2, 255):
            self.ends(bytes([255, kind]) + b"\0" * 20)
        self.check_others()

    def test_cut_short(self):
        for message in WHOLE.values():
            for length in range(1, len(message)):
                viewer = self.view().authenticate(PASSWORD)
                viewer.send(b"\1", message[:length])
                viewer.close()
            self.n_left += len(message) - 1
        self.check_others()

    def test_byte_by_byte(self):
        viewer = self.log_in(encodings=(rfb.RAW, rfb.CURSOR, rfb.QEMU_KEYS))
        for byte in b"".join(WHOLE.values()):
            viewer.send(bytes([byte]))
        wait_until(lambda: self.screen.do("held").startswith("5,5 buttons=1 ") and
                   "Shift_L" in self.screen.do("held"), "what was sent")
        self.hangs_up(viewer)
        self.check_others()

    def test_odd_contents(self):
        self.stays(rfb.set_encodings())
        self.stays(rfb.set_encodings(*[0x7fffffff, -0x80000000, 1234567] * 80))
        self.stays(rfb.update_request(True, 65535, 65535, 65535, 65535),
                   rfb.update_request(False, 65535, 65535, 65535, 65535),
                   rfb.update_request(False, 0, 0, 0, 0), rfb.update_request(255, 799, 599, 2, 2),
                   rfb.update_request(False, 700, 500, 65535, 65535))
        self.stays(rfb.key_event(0, True), rfb.key_event(0xffffffff, True),
                   rfb.key_event(0x12345678, False))
        self.stays(*[rfb.key_event(0x20 + i % 90, True) for i in range(300)])
        self.stays(rfb.pointer_event(65535, 65535, 255), rfb.pointer_event(0, 0, 0))
        self.stays(rfb.cut_text(b""), rfb.cut_text(bytes(range(256))))
        self.stays(struct.pack(">Bxxxi", 6, -4) + b"\0\0\0\0")  # an extended clipboard message
        self.check_others()

    def test_ultravnc_messages(self):
        """guacd sends SetServerInput unasked when it is to block input."""
        self.stays(b"\x09\1\0\0", b"\x08\2\0\0", b"\x0f\2\0\0", b"\x0a\0\0\1\0\1", b"\xfa\0\1\2")
        self.check_others()

    def test_desktop_sizes(self):
        self.stays(*(rfb.set_desktop_size(width, height, [(0, 0, 0, width, height)] * n)
                     for width, height, n in ((0, 0, 0), (800, 600, 1), (800, 600, 255))))
        self.check_others()

    def test_huge_counts(self):
        self.ends(struct.pack(">BxH", 2, 65535))
        self.ends(struct.pack(">BxH", 2, 257))
        self.ends(struct.pack(">Bxxxi", 6, (64 << 20) + 1))
        self.ends(struct.pack(">BxxxI", 6, 0x7fffffff))
        self.ends(struct.pack(">BxxxI", 6, 0x80000000))
        self.stays(rfb.set_encodings(*[0] * 256))
        self.stays(rfb.cut_text(b"x" * (1 << 20)))
        # Longer than is passed on, but no reason to end the connection.
        self.stays(rfb.cut_text(b"x" * ((2 << 20) + 1)), rfb.cut_text(b"short"))
        self.check_others()

    def test_it_never_reads(self):
        deaf = self.log_in()
        for seed in range(30):
            deaf.request(False)
            self.screen.do("noise", 0, 0, 800, 600, seed)
            self.other.expect(self.picture(self.screen))
        self.hangs_up(deaf)
        self.check_others()

    def test_it_asks_without_end_and_never_reads(self):
        """Its requests count as one, and the replies to its messages do not fill our memory."""
        deaf = self.log_in()
        before = self.scraper.read_status("VmRSS")
        deaf.socket.settimeout(2)
        try:
            for _ in range(2000):
                deaf.send(WHOLE["SetDesktopSize"] * 50, rfb.update_request(False, 0, 0, 800, 600))
        except TimeoutError:
            pass
        wait_until(lambda: self.picture(self.screen).width == 640, "the size to change")
        self.other.expect(self.picture(self.screen))
        self.assertLess(self.scraper.read_status("VmRSS"), before + 64 * 1024)
        self.hangs_up(deaf)
        self.check_others()

    def test_random_bytes(self):
        chance = random.Random(5)
        for _ in range(150):
            viewer = self.log_in()
            # Mostly well-formed, to get beyond the check of the type.
            for _ in range(chance.randrange(1, 6)):
                message = bytearray(chance.choice(list(WHOLE.values())))
                for _ in range(chance.randrange(4)):
                    message[chance.randrange(len(message))] = chance.randrange(256)
                try:
                    viewer.send(message)
                except (BrokenPipeError, ConnectionResetError):
                    break
            viewer.close()
            self.n_left += 1
        self.check_others()

    def test_gone_before_its_first_message(self):
        for _ in range(20):
            self.view().authenticate(PASSWORD).reset()
            self.n_left += 1
        self.check_others()

    def test_alone(self):
        """A viewer that asks for the desktop alone gets it (RFC 6143, 7.3.1)."""
        alone = self.log_in(shared=False)
        self.other.wait_closed()
        alone.expect(self.picture(self.screen))


class LogTest(ChainTest):
    def test_the_end_of_a_viewer_is_told_in_words(self):
        self.start_chain()
        self.log_in().send(b"\xc8")
        self.scraper.wait_log("was not offered")
        self.log_in().send(struct.pack(">BxH", 2, 65535))
        self.scraper.wait_log("too long")
        self.log_in().close()
        self.scraper.wait_log("hung up")
        wait_until(lambda: self.scraper.is_running(), "it to live")


if __name__ == "__main__":
    chain.main()
