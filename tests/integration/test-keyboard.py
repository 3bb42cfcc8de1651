#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a viewer types is what the application gets, whatever the keyboard's layout."""

import shutil
import subprocess
import unittest

from lib import chain, rfb
from lib.chain import wait_until
from lib.keyboardtest import KeyboardTest, character

SHIFT, LOCK, CONTROL, ALT, NUM_LOCK, SUPER = 1, 2, 4, 8, 0x10, 0x40
SHIFT_L, CONTROL_L, ALT_L, SUPER_L, ALTGR = 0xffe1, 0xffe3, 0xffe9, 0xffeb, 0xfe03
CAPS_LOCK, NUM_LOCK_KEY = 0xffe5, 0xff7f
TAB, RETURN, F1, DELETE, PRINT = 0xff09, 0xff0d, 0xffbe, 0xffff, 0xff61
LAYOUTS = ("us", "de", "fr", "es", "jp", "ru,us")
UNICODE, DEAD_ACUTE = 0x01000000, 0xfe51

def unicode_twin(keysym):
    return UNICODE | ord(character(keysym)) if character(keysym) > "\u00ff" else keysym


# Latin-2 and 9, Greek, Cyrillic, Hebrew, Arabic, Thai, kana: before there was Unicode.
OLD_KEYSYMS = {keysym for first in (0x1a1, 0x7a1, 0x6a1, 0xcdf, 0x5ac, 0xda1, 0x4a1, 0x13bc)
               for keysym in range(first, first + 20) if character(keysym)}


class LayoutTest(KeyboardTest):
    """Every keysym of every layout, typed on every layout. The locks are on and off for its own."""

    def symbols_of(self, layout):
        self.set_layout("-layout", layout)
        keysyms = self.symbols()
        self.assertGreater(len(keysyms), 150)
        return {*keysyms, *map(unicode_twin, keysyms)}

    def check(self, layout):
        others = set().union(*map(self.symbols_of, LAYOUTS), OLD_KEYSYMS)
        own = self.symbols_of(layout)
        n = wrong = 0
        for group in range(layout.count(",") + 1):
            for locked, keysyms in ((0, own), (LOCK, own), (NUM_LOCK, own), (LOCK | NUM_LOCK, own),
                                    (0, others - own)):
                self.app.do("lock", "ff", "%x" % locked, group)
                wrong += self.count_wrong(sorted(keysyms))
                n += len(keysyms)
                self.wait_state(locked, locked, group)
        print("%s: %d keys typed, %d wrong" % (layout, n, wrong))
        self.assertEqual(wrong, 0)


def add_layouts():
    for layout in LAYOUTS:
        setattr(LayoutTest, "test_" + layout.replace(",", "_"),
                lambda self, layout=layout: self.check(layout))


add_layouts()


class CommandTest(KeyboardTest):
    """Keys typed while the viewer holds modifiers."""

    def press_with(self, held, keysym):
        """What the application got while the viewer holds the keysyms `held`."""
        for modifier in held:
            self.key(modifier, True)
        got, state, _ = self.press(keysym)
        for modifier in reversed(held):
            self.key(modifier, False)
        self.wait_state(0, 0, 0)
        return got, state

    def test_commands_keep_their_modifiers(self):
        for held, keysym, got, state in (
                ((CONTROL_L,), ord("c"), ord("c"), CONTROL),
                ((CONTROL_L, SHIFT_L), ord("C"), ord("C"), CONTROL | SHIFT),
                ((CONTROL_L,), ord("C"), ord("c"), CONTROL),
                ((ALT_L,), TAB, TAB, ALT),
                ((ALT_L, SHIFT_L), TAB, 0xfe20, ALT | SHIFT),
                ((SUPER_L,), ord("a"), ord("a"), SUPER),
                ((CONTROL_L, ALT_L), DELETE, DELETE, CONTROL | ALT),
                ((CONTROL_L, ALT_L), ord("t"), ord("t"), CONTROL | ALT),
                # As on a real keyboard.
                ((ALT_L,), PRINT, 0xff15, ALT),
                # Must not switch the console.
                ((CONTROL_L, ALT_L), F1, F1, CONTROL | ALT)):
            with self.subTest(held=held, keysym=keysym):
                self.assertEqual(self.press_with(held, keysym), (got, state))

    def test_commands_with_caps_lock(self):
        self.type(CAPS_LOCK)
        self.wait_state(LOCK, LOCK, 0)
        self.key(CONTROL_L, True)
        self.assertEqual(self.press(ord("c"))[1], CONTROL | LOCK)
        self.key(CONTROL_L, False)
        self.assertEqual(self.press(ord("c"))[2], "c")
        self.type(CAPS_LOCK)
        self.wait_state(0, 0, 0)

    def test_commands_in_another_group(self):
        self.set_layout("-layout", "ru,us")
        self.key(CONTROL_L, True)
        got, state, _ = self.press(ord("c"))
        self.assertEqual((got, state & 0xff), (ord("c"), CONTROL))
        self.key(CONTROL_L, False)
        self.wait_state(0, 0, 0)

    def test_shift_is_given_back(self):
        self.key(SHIFT_L, True)
        self.assertEqual(self.press(ord("/")), (ord("/"), 0, "/"))
        self.assertEqual(self.press(ord("A")), (ord("A"), SHIFT, "A"))
        # Released while it is up on the desktop.
        self.key(ord("/"), True)
        self.read_press()
        self.key(SHIFT_L, False)
        self.key(ord("/"), False)
        self.wait_state(0, 0, 0)

    def test_altgr_of_windows(self):
        self.set_layout("-layout", "de")
        self.key(CONTROL_L, True)
        self.key(ALT_L, True)
        got, state, text = self.press(ord("@"))
        self.assertEqual((got, state & (CONTROL | ALT), text), (ord("@"), 0, "@"))
        self.key(ALT_L, False)
        self.key(CONTROL_L, False)
        self.wait_state(0, 0, 0)

    def test_altgr(self):
        self.set_layout("-layout", "de")
        self.key(ALTGR, True)
        self.assertEqual(self.press(ord("@"))[2], "@")
        self.key(ALTGR, False)
        self.wait_state(0, 0, 0)

    def test_dead_keys(self):
        for layout in ("es", "us"):
            self.set_layout("-layout", layout)
            self.type(DEAD_ACUTE, ord("a"), DEAD_ACUTE, ord("E"), 0xf1)
            self.assertEqual(self.text(3), "\u00e1\u00c9\u00f1")

    def test_a_level_for_as_long_as_the_key_is_held(self):
        """The keyboard repeats the character, not what the key types without AltGr."""
        self.set_layout("-layout", "de")
        self.key(ord("@"), True)
        self.assertEqual(self.text(4), "@@@@")
        self.key(ord("@"), False)
        self.wait_state(0, 0, 0)


class HoldTest(KeyboardTest):
    """Keys that are held, and viewers that leave meanwhile."""

    def x_repeat(self, on):
        subprocess.run(["xset", "-display", self.x.display, "r", "on" if on else "off"],
                       check=True)

    def test_a_viewer_that_repeats(self):
        self.x_repeat(False)
        for _ in range(50):
            self.key(ord("a"), True)
        self.key(ord("a"), False)
        self.type(ord("b"))
        self.assertEqual(self.text(2), "ab")

    def test_a_viewer_that_repeats_by_letting_go(self):
        self.type(*[ord("a")] * 50)
        self.type(ord("b"))
        self.assertEqual(self.text(51), 50 * "a" + "b")

    def test_the_keyboard_repeats(self):
        self.key(ord("a"), True)
        self.assertEqual(self.text(5), "aaaaa")
        self.key(ord("a"), False)
        self.wait_state(0, 0, 0)
        self.app.do("events")
        self.assertEqual(self.app.do("none"), "none")

    def test_a_viewer_repeats_a_key_of_another_group(self):
        self.set_layout("-layout", "ru,us")
        for _ in range(5):
            self.key(ord("a"), True)
        self.key(ord("a"), False)
        self.type(0x6c6)
        self.assertEqual(self.text(6), "aaaaa\u0444")
        self.wait_state(0, 0, 0)

    def test_viewers_hold_the_same_key(self):
        other = self.log_in()
        self.key(SHIFT_L, True)
        self.key(ord("A"), True)
        other.send(rfb.key_event(SHIFT_L, True), rfb.key_event(ord("A"), True))
        self.assertEqual(self.text(2), "AA")
        self.key(ord("A"), False)
        self.key(SHIFT_L, False)
        self.wait_state(SHIFT, 0, 0, 38, 50)
        other.close()
        self.wait_state(0, 0, 0)

    def test_modifiers_of_another_viewer(self):
        other = self.log_in()
        self.key(CONTROL_L, True)
        self.wait_state(CONTROL, 0, 0, 37)
        other.send(rfb.key_event(SHIFT_L, True), rfb.key_stroke(ord("A")))
        self.assertEqual(self.read_press(), (ord("A"), SHIFT, "A"))
        self.assertEqual(self.press(ord("c"))[:2], (ord("c"), CONTROL))
        other.close()
        self.wait_state(CONTROL, 0, 0, 37)
        self.key(CONTROL_L, False)
        self.wait_state(0, 0, 0)

    def test_a_program_grabs_the_server(self):
        self.app.do("grab")
        self.assertEqual(self.press(ord("A"))[2], "A")
        self.app.do("ungrab")

    def test_case_changes_while_a_key_is_held(self):
        self.x_repeat(False)
        self.key(ord("a"), True)
        self.key(SHIFT_L, True)
        self.key(ord("A"), False)
        self.key(SHIFT_L, False)
        self.wait_state(0, 0, 0)
        self.key(ord("a"), True)
        self.key(ord("A"), True)
        self.key(ord("A"), False)
        self.wait_state(0, 0, 0)
        self.assertEqual(self.text(3), "aaA")

    def hold_much(self, viewer):
        viewer.send(*[rfb.key_event(keysym, True) for keysym in
                      (CONTROL_L, ALT_L, SHIFT_L, SUPER_L, ord("x"), F1, ord("Q"), 0x20ac)])
        wait_until(lambda: len(self.state()) >= 3 + 8, "all keys down")

    def test_viewers_leave_with_keys_held(self):
        for leave in (rfb.Viewer.close, rfb.Viewer.reset,
                      lambda viewer: viewer.send(b"\xff\xff\xff\xff")):
            viewer = self.log_in()
            self.hold_much(viewer)
            leave(viewer)
            self.wait_state(0, 0, 0)
            viewer.close()

    def test_the_scraper_ends_with_keys_held(self):
        self.hold_much(self.viewer)
        self.assertEqual(self.scraper.end(), 0)
        self.wait_state(0, 0, 0)


class SpareKeyTest(KeyboardTest):
    """Characters that are on no key."""

    def remaps(self):
        n, most = map(int, self.app.do("remaps").split())
        self.assertIn(most, (0, 1))
        return n

    def test_the_keymap_changes_once_for_a_character(self):
        before = self.remaps()
        text = "\u0142\u20ac\U0001f600"
        keysyms = [UNICODE | ord(letter) for letter in text]
        self.type(*keysyms)
        self.assertEqual(self.text(3), text)
        once = self.remaps()
        self.assertGreater(once, before)
        self.type(*keysyms, UNICODE | 0x141)
        self.assertEqual(self.text(4), text + "\u0141")
        # It stays the same when viewers leave and come back.
        self.viewer.close()
        self.scraper.wait_log("disconnected")
        self.viewer = self.log_in()
        self.type(*keysyms)
        self.assertEqual(self.text(3), text)
        self.assertEqual(self.remaps(), once)

    def test_halves_of_a_character(self):
        """Guacamole 1.5 sends the second half of an emoji besides it, others two halves."""
        high, low = UNICODE | 0xd83d, UNICODE | 0xde00
        self.type(UNICODE | 0x1f600, low, high, low, low, ord("x"))
        self.assertEqual(self.text(3), "\U0001f600\U0001f600x")

    def test_another_scraper_knows_them(self):
        self.assertEqual(self.press(0x20ac)[2], "\u20ac")
        once = self.remaps()
        self.scraper.end()
        self.start_chain()
        self.viewer = self.log_in()
        self.assertEqual(self.press(0x20ac)[2], "\u20ac")
        self.assertEqual(self.remaps(), once)

    def test_more_characters_than_keys_and_fast(self):
        text = "".join(map(chr, range(0x4e00, 0x4e00 + 150)))
        self.type(*[UNICODE | ord(letter) for letter in text], ord("x"))
        self.assertEqual(self.text(len(text) + 1), text + "x")
        self.wait_state(0, 0, 0)

    def test_a_viewer_leaves_while_keys_wait(self):
        self.type(*[UNICODE | code for code in range(0x4e00, 0x4e00 + 500)])
        self.viewer.close()
        self.scraper.wait_log("disconnected")
        self.viewer = self.log_in()
        self.wait_state(0, 0, 0)
        self.app.do("text", 0)
        self.type(ord("x"))
        wait_until(lambda: self.text(1).endswith("x"), "x")

    def test_keysyms_that_mean_nothing(self):
        before = self.remaps()
        self.type(0, 0xffffff, 0xffffffff, 0x12345, 0x1008fe01, 0xfed5, 0x01110000, ord("x"))
        self.assertEqual(self.text(1), "x")
        self.assertEqual(self.remaps(), before)
        self.wait_state(0, 0, 0)

    def test_layout_changes_under_them(self):
        for layout in ("de", "us", "ru", "us"):
            self.assertEqual(self.press(0x20ac)[2], "\u20ac")
            self.assertEqual(self.press(0x1b3)[2], "\u0142")
            self.set_layout("-layout", layout)


class TellTest(KeyboardTest):
    """What viewers are told."""

    def test_bell(self):
        other = self.log_in()
        self.app.do("bell")
        for viewer in (self.viewer, other):
            self.assertEqual(viewer.read_message(), 2)

    def test_lights(self):
        viewer = self.log_in(encodings=(rfb.RAW, rfb.LIBVNC_LEDS)).fetch(False)
        self.assertEqual(viewer.leds, [0])
        for keysym, state in ((CAPS_LOCK, 2), (NUM_LOCK_KEY, 0x82), (CAPS_LOCK, 0x80)):
            viewer.request()
            self.type(keysym)
            viewer.read_update()
            self.assertEqual(viewer.leds[-1], state)

    def test_lights_as_others_say_it(self):
        viewers = [self.log_in(encodings=(rfb.RAW, rfb.CURSOR, encoding))
                   for encoding in (rfb.QEMU_LEDS, rfb.VMWARE_LEDS)]
        for viewer in viewers:
            self.assertEqual(viewer.fetch(False).leds, [0])
        for keysym, state in ((CAPS_LOCK, 4), (NUM_LOCK_KEY, 6), (CAPS_LOCK, 2)):
            for viewer in viewers:
                viewer.request()
            self.type(keysym)
            for viewer in viewers:
                while viewer.leds[-1] != state:
                    viewer.read_update()
                    viewer.request()


class ScanCodeTest(KeyboardTest):
    """QEMU's extended key events."""

    def setUp(self):
        super().setUp()
        self.viewer = self.log_in(encodings=(rfb.RAW, rfb.CURSOR, rfb.QEMU_KEYS))
        self.viewer.fetch(False)
        self.assertEqual(self.viewer.granted, [rfb.QEMU_KEYS])

    def scan(self, keysym, scan_code, *downs):
        for down in downs or (1, 0):
            self.viewer.send(rfb.scan_code_event(keysym, scan_code, down))

    def codes(self):
        """The keys that went down."""
        return [int(event[2:]) for event in self.app.do("events").split()
                if event.startswith("k+")]

    def test_the_place_is_the_key(self):
        """If its place types the keysym: keypad and main block, left and right."""
        self.app.do("lock", "10", "10", 0)  # Num Lock
        for keysym, scan_code, keycode in (
                (ord("a"), 0x1e, 38), (ord("1"), 0x02, 10), (0xffb1, 0x4f, 87), (RETURN, 0x1c, 36),
                (0xff8d, 0x9c, 104), (0xff51, 0xcb, 113), (0xff51, 0xe04b, 113), (F1, 0x3b, 67)):
            with self.subTest("%x" % scan_code):
                self.app.do("events")
                self.scan(keysym, scan_code)
                self.assertEqual(self.read_press()[0], keysym)
                self.assertEqual(self.codes(), [keycode])

    def test_the_character_is_what_counts(self):
        """A viewer with another layout: at these places are other characters here."""
        for keysym, scan_code in ((ord("q"), 0x1e), (ord("z"), 0x15), (0xe9, 0x03),
                                  (UNICODE | 0x20ac, 0x12), (ord("@"), 0x10)):
            self.scan(keysym, scan_code)
            self.assertEqual(self.read_press()[2], character(keysym))
        self.wait_state(0, 0, 0)

    def test_without_a_keysym(self):
        """No keysym, as dead keys have it: the place counts for keys that type no character."""
        self.scan(0, 0xcb)
        self.assertEqual(self.read_press()[0], 0xff51)
        self.scan(0, 0x1e)
        self.scan(0, 0xffff)
        self.scan(0, 0)
        self.scan(ord("b"), 0x30)
        self.assertEqual(self.read_press()[2], "b")

    def test_the_place_goes_up(self):
        """Whatever keysym is released, and all places when the viewer leaves."""
        self.scan(0xe9, 0x12, 1)
        wait_until(lambda: self.state()[3:], "a key")
        self.scan(ord("e"), 0x12, 0)
        self.wait_state(0, 0, 0)
        self.scan(SHIFT_L, 0x2a, 1)
        self.scan(ord("X"), 0x2d, 1)
        wait_until(lambda: len(self.state()) == 5, "two keys")
        self.viewer.reset()
        self.wait_state(0, 0, 0)

    def test_who_did_not_ask(self):
        other = self.log_in()
        other.send(rfb.scan_code_event(ord("a"), 0x1e, 1))
        other.wait_closed()
        self.scraper.wait_log("was not offered")


class DisplacedTest(KeyboardTest):
    def test_a_modifier_goes_up_first(self):
        """Then the viewer releases another keysym, one that the key held does not have."""
        for modifier, pressed, released in ((ALTGR, 0xe9, ord("e")), (ALTGR, 0xdf, ord("s")),
                                            (SHIFT_L, UNICODE | 0x416, ord(";"))):
            self.key(modifier, True)
            self.key(pressed, True)
            self.key(modifier, False)
            self.key(ord("x"), True)
            self.key(released, False)
            self.key(ord("x"), False)
            self.wait_state(0, 0, 0)


class FloodTest(KeyboardTest):
    def test_flood(self):
        """20,000 events at once: the last one arrives, and nothing stays down."""
        for kind in (lambda i: rfb.key_event((ord("a"), SHIFT_L, ord("B"), 0x20ac)[i % 4], i & 4),
                     lambda i: rfb.pointer_event(i % 800, i % 600, i // 7 % 256),
                     lambda i: rfb.key_event(i * 7919 & 0xffff, i & 1)):
            self.viewer.send(b"".join(kind(i) for i in range(20000)))
            other = self.log_in()
            other.close()
        self.viewer.close()
        self.wait_state(*[*self.state()[:1], *self.state()[1:3]])
        self.viewer = self.log_in()
        self.app.do("lock", "ff", "0", 0)
        self.app.do("text", 0)
        self.type(ord("x"))
        wait_until(lambda: self.text(1).endswith("x"), "x")
        self.wait_state(0, 0, 0)


@unittest.skipUnless(shutil.which("zenity"), "no zenity")
class ToolkitTest(KeyboardTest):
    def test_gtk(self):
        """A text entry of GTK, with a window manager around it."""
        self.app.close()
        for command in (["openbox", "--sm-disable"], ["zenity", "--entry", "--title=typing"]):
            program = self.start(*command, env=self.x.environment(
                LC_ALL="C.UTF-8", GTK_IM_MODULE="gtk-im-context-simple", NO_AT_BRIDGE="1"))
        text = ("The 'quick' {brown} \u0141\u00f3\u017a f\u00f6x @ \u20ac \u0436\u0416 "
                "\u4e2d ~/\\ \u00df")
        wait_until(lambda: subprocess.run(
            ["xdotool", "getactivewindow", "getwindowname"], capture_output=True,
            env=self.x.environment()).stdout == b"typing\n", "zenity")
        self.type(*map(rfb.keysym_of, text), RETURN)
        program.wait()
        self.assertIn(text, program.read_log())


if __name__ == "__main__":
    chain.main()
