# SPDX-License-Identifier: GPL-2.0-or-later
"""A chain with keyboard_app, to which a viewer types."""

import ctypes
import ctypes.util
import subprocess

from lib import rfb
from lib.chain import ChainTest, wait_until

xkbcommon = ctypes.CDLL(ctypes.util.find_library("xkbcommon"))


def character(keysym):
    """What the keysym types, or "" if it types no character."""
    if 0xff00 <= keysym <= 0xffff:
        return ""
    code = xkbcommon.xkb_keysym_to_utf32(keysym)
    return chr(code) if code >= 0x20 else ""


def is_skipped(keysym):
    """Modifiers and locks, whose effect is tested, and the X server's own keys, refused."""
    return (0xffe1 <= keysym <= 0xffee or 0xfe01 <= keysym <= 0xfe1f and keysym != 0xfe20 or
            keysym in (0xff7e, 0xff7f, 0xfed5, 0xff14, 0xff20) or 0xfef0 <= keysym <= 0xfeff or
            0x1008fe01 <= keysym <= 0x1008feff or 0xfe00 == keysym)


class KeyboardTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.start_display()
        self.start_chain()
        self.app = self.client("keyboard_app", DISPLAY=self.x.display, LC_ALL="C.UTF-8")
        self.viewer = self.log_in()

    def start_display(self):
        """Something else than Xvfb."""

    def set_layout(self, *arguments):
        subprocess.run(["setxkbmap", "-display", self.x.display, *arguments], check=True,
                       stderr=subprocess.DEVNULL)

    def key(self, keysym, down):
        self.viewer.send(rfb.key_event(keysym, down))

    def type(self, *keysyms):
        for keysym in keysyms:
            self.viewer.send(rfb.key_stroke(keysym))

    def press(self, keysym):
        """Types it, and returns what the application got: keysym, modifiers, text."""
        self.type(keysym)
        return self.read_press()

    def read_press(self):
        got, state, *text = self.app.do("press").split()
        return int(got, 16), int(state, 16), bytes.fromhex("".join(text)).decode()

    def text(self, n):
        return bytes.fromhex(self.app.do("text", n)).decode()

    def state(self):
        """Modifiers, locked modifiers, group, and the keycodes that are down."""
        modifiers, locked, group, *down = self.app.do("state").split()
        return int(modifiers, 16), int(locked, 16), int(group), *map(int, down)

    def wait_state(self, *expected):
        wait_until(lambda: self.state() == expected, "%s; it is %s" % (expected, self.state()))

    def count_wrong(self, keysyms):
        """Types each, and prints what came out wrong."""
        wrong = 0
        for keysym in keysyms:
            got, _, text = self.press(keysym)
            wanted = character(keysym)
            # Xlib has no text for a few old keysyms, but one for Return.
            if wanted:
                right = text == wanted or got == keysym and not text
            else:
                right = got == keysym
            if not right:
                wrong += 1
                print("keysym %x: got %x and %r" % (keysym, got, text))
        return wrong

    def symbols(self):
        found = {int(word, 16) for word in self.app.do("symbols").split()}
        return sorted(keysym for keysym in found if not is_skipped(keysym))
