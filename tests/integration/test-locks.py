#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys that lock or change the layout; modifiers that are locked, latched or held by others; and
XTEST's keyboard with another layout than the core keyboard."""

import shutil
import subprocess
import unittest

from lib import chain, rfb
from lib.keyboardtest import KeyboardTest

SHIFT, LOCK, CONTROL, SUPER = 1, 2, 4, 0x40
CAPS_LOCK, NUM_LOCK, SCROLL_LOCK, SHIFT_LOCK = 0xffe5, 0xff7f, 0xff14, 0xffe6
SHIFT_L, ESCAPE, NEXT_GROUP, LEVEL3_LATCH, MOUSE_KEYS = 0xffe1, 0xff1b, 0xfe08, 0xfe04, 0xfef9
CAPS_KEY, SHIFT_KEY = 66, 50


class LockTest(KeyboardTest):
    def option(self, option, layout="us"):
        self.set_layout("-layout", layout, "-option", "", "-option", option)
        self.app.do("events")

    def pressed(self):
        return [int(event[2:]) for event in self.app.do("events").split()
                if event.startswith("k+")]

    def check_caps(self, state):
        """Caps_Lock presses its place, with no other key, and leads to that state."""
        before = self.app.do("remaps")
        self.key(CAPS_LOCK, True)
        self.wait_state(*state)
        self.assertEqual(self.pressed(), [CAPS_KEY])
        self.key(CAPS_LOCK, False)
        self.wait_state(*state[1:2], *state[1:3])
        self.assertEqual(self.app.do("remaps"), before)

    def test_options(self):
        for option, state in (("caps:none", (0, 0, 0)), ("caps:escape", (0, 0, 0)),
                              ("ctrl:nocaps", (CONTROL, 0, 0)), ("caps:super", (SUPER, 0, 0)),
                              ("caps:backspace", (0, 0, 0)), ("caps:hyper", (SUPER, 0, 0))):
            with self.subTest(option):
                self.option(option)
                self.check_caps((*state, CAPS_KEY))
                self.app.do("text", 0)
                self.assertEqual(self.press(ord("a"))[2], "a")

    def test_group_toggle(self):
        for group in (1, 0):
            self.option("grp:caps_toggle", "us,ru")
            self.app.do("lock", 0, 0, 1 - group)
            self.check_caps((0, 0, group, CAPS_KEY))

    def test_caps_lock_locks(self):
        self.check_caps((LOCK, LOCK, 0, CAPS_KEY))

    def test_escape_arrives(self):
        self.option("caps:escape")
        self.assertEqual(self.press(CAPS_LOCK)[:2], (ESCAPE, 0))

    def test_swapped(self):
        """The keysym is elsewhere, on a key of its own."""
        self.option("caps:swapescape")
        self.type(CAPS_LOCK)
        self.wait_state(LOCK, LOCK, 0)

    def test_xmodmap(self):
        for command in ("clear Lock", "keycode 66 = Escape"):
            subprocess.run(["xmodmap", "-display", self.x.display, "-e", command], check=True)
        self.assertEqual(self.press(CAPS_LOCK)[:2], (ESCAPE, 0))
        self.wait_state(0, 0, 0)

    def test_no_synthetic_shift(self):
        """Caps_Lock is on Shift's second level, and Pointer_EnableKeys on that of Num_Lock."""
        subprocess.run(["xmodmap", "-display", self.x.display, "-e", "clear Lock", "-e",
                        "keycode 66 = NoSymbol", "-e", "keycode 50 = Shift_L Caps_Lock"],
                       check=True)
        self.app.do("events")
        self.type(CAPS_LOCK, MOUSE_KEYS, ord("b"))
        self.assertEqual(self.text(1), "b")
        self.assertEqual(self.pressed(), [56])
        self.wait_state(0, 0, 0)

    def test_no_spare_key(self):
        before = self.app.do("remaps")
        self.type(SHIFT_LOCK, NEXT_GROUP, LEVEL3_LATCH, 0xfe01, 0xfe05, 0xfe13, 0xfe76, 0xfee8,
                  ord("b"))
        self.assertEqual(self.text(1), "b")
        self.assertEqual(self.app.do("remaps"), before)

    def test_num_and_scroll(self):
        self.type(NUM_LOCK)
        self.wait_state(0x10, 0x10, 0)
        self.assertEqual(self.pressed(), [77])
        self.assertEqual(self.press(SCROLL_LOCK)[0], SCROLL_LOCK)
        self.assertEqual(self.pressed(), [78])


class KeyboardsTest(KeyboardTest):
    """Xvfb has a keyboard of its own, 7, beside XTEST's, 5."""

    def read_layout(self, device):
        return subprocess.run(["xkbcomp", "-xkb", "-i", str(device), self.x.display, "-"],
                              capture_output=True, check=True).stdout

    def test_xtest_has_another_layout(self):
        """The first key as well."""
        for text, layout in (("qa@\u20ac\u0142", "fr"), ("zy/\u00df", "de"), ("\u0444a", "ru,us")):
            self.set_layout("-device", "5", "-layout", layout)
            for letter in text:
                self.assertEqual(self.press(rfb.keysym_of(letter))[2], letter)

    def test_spare_keys_of_one_keyboard(self):
        """What is spare on XTEST's keyboard may be a key of another, which stays as it is."""
        before = self.read_layout(7)
        self.assertEqual(self.press(0x20ac)[2], "\u20ac")
        self.assertEqual(self.read_layout(7), before)


class ShiftTest(KeyboardTest):
    """Shift that is not the viewer's. "a" arrives, not nothing."""

    TEXT = "a1A!/\u4e2d\u0142\u0141b"

    def check(self):
        got = [self.press(rfb.keysym_of(letter)) for letter in self.TEXT]
        self.assertEqual("".join(text for _, _, text in got), self.TEXT, got)

    def test_locked(self):
        for locked in (SHIFT, SHIFT | LOCK, LOCK, 0):
            self.app.do("lock", "ff", "%x" % locked, 0)
            self.check()
            self.wait_state(locked, locked, 0)

    def test_level3_is_locked(self):
        self.set_layout("-layout", "de")
        for locked in (0x80, 0x81):
            self.app.do("lock", "ff", "%x" % locked, 0)
            self.check()
            self.wait_state(locked, locked, 0)

    @unittest.skipUnless(shutil.which("xdotool"), "no xdotool")
    def test_held_by_somebody_else(self):
        for action, keys in (("keydown", (SHIFT_KEY,)), ("keyup", ())):
            subprocess.run(["xdotool", action, "Shift_L"], check=True, env=self.x.environment())
            self.check()
            self.wait_state(SHIFT if keys else 0, 0, 0, *keys)

    def test_no_spare_key_is_left(self):
        """The upper-case letter is better than none; a character that is lost is logged, once."""
        spare = subprocess.run(["xmodmap", "-display", self.x.display, "-pke"], check=True,
                               capture_output=True, encoding="utf-8").stdout.splitlines()
        lines = [line + " F35" for line in spare if line.endswith("=") or line.endswith("= ")]
        subprocess.run(["xmodmap", "-display", self.x.display, "-"], check=True,
                       input="\n".join(lines), encoding="utf-8")
        self.app.do("lock", "ff", "1", 0)
        self.type(ord("a"), 0x4e2d | 0x01000000, 0x20ac, ord("b"))
        self.assertEqual(self.text(2), "AB")
        self.scraper.wait_log("is lost")
        self.assertEqual(self.scraper.read_log().count("is lost"), 1)


class StickyTest(KeyboardTest):
    def setUp(self):
        super().setUp()
        self.app.do("sticky")

    def test_a_latched_shift(self):
        """It is meant for the next key."""
        self.type(SHIFT_L, ord("a"), ord("b"), SHIFT_L, ord("1"), ord("2"))
        self.assertEqual(self.text(4), "Ab!2")
        self.type(SHIFT_L, 0x20ac, ord("c"), SHIFT_L, SHIFT_L, ord("d"), ord("D"))
        self.assertEqual(self.text(4), "\u20accdD")
        self.wait_state(SHIFT, SHIFT, 0)

    def test_modifiers_of_ours_latch_nothing(self):
        for viewer_shift in (False, True):
            for letter in "a/A?\u20ac":
                if viewer_shift:
                    self.key(SHIFT_L, True)
                self.type(rfb.keysym_of(letter))
                if viewer_shift:
                    self.key(SHIFT_L, False)
                self.type(ord("x"))
                self.assertEqual(self.text(2), letter + "x")
            self.wait_state(0, 0, 0)


@unittest.skipUnless(shutil.which("Xorg"), "no Xorg with the dummy driver")
class XorgTest:
    """The same on Xorg."""

    def start_display(self):
        self.x = self.start_xorg()


class XorgLockTest(XorgTest, LockTest):
    pass


class XorgShiftTest(XorgTest, ShiftTest):
    pass


class XorgStickyTest(XorgTest, StickyTest):
    pass


if __name__ == "__main__":
    chain.main()
