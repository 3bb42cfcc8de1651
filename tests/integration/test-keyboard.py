#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a viewer types is what the application gets, whatever the keyboard's layout."""

import glob
import os
import re
import shutil
import subprocess
import threading
import unittest

from lib import chain, rfb
from lib.chain import ChainTest, wait_until
from lib.keyboardtest import KeyboardTest, character

SHIFT, LOCK, CONTROL, ALT, NUM_LOCK, SUPER = 1, 2, 4, 8, 0x10, 0x40
SHIFT_L, CONTROL_L, ALT_L, ALT_R, SUPER_L, ALTGR = (
    0xffe1, 0xffe3, 0xffe9, 0xffea, 0xffeb, 0xfe03)
CAPS_LOCK, NUM_LOCK_KEY = 0xffe5, 0xff7f
BACKSPACE, TAB, RETURN, F1, DELETE, PRINT = 0xff08, 0xff09, 0xff0d, 0xffbe, 0xffff, 0xff61
LAYOUTS = ("us", "de", "fr", "es", "jp", "ru,us")
SCRIPTS = ("us", "de", "fr", "ru", "gr", "il", "ara")  # and keyboards without Latin letters
UNICODE, DEAD_ACUTE = 0x01000000, 0xfe51

XORG_CONF = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../xorg-dummy.conf")


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

    def test_letters_that_toolkits_disagree_on(self):
        """AltGr's letters leave Caps Lock to the program, which may make another of them."""
        self.set_layout("-layout", "us", "-variant", "altgr-intl")
        self.app.do("lock", "ff", "%x" % LOCK, 0)
        for typed in "ßµÿéẞßM\u039c":
            with self.subTest(typed=typed):
                code = ord(typed)
                self.assertEqual(self.press(code if code < 0x100 else UNICODE | code)[2], typed)

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

    def test_a_level_whenever_the_viewer_repeats(self):
        """The character is repeated, not what the key types without AltGr."""
        self.set_layout("-layout", "de")
        for _ in range(4):
            self.key(ord("@"), True)
        self.assertEqual(self.text(4), "@@@@")
        self.key(ord("x"), True)
        self.key(ord("@"), True)
        self.assertEqual(self.text(2), "x@")
        self.key(ord("x"), False)
        self.key(ord("@"), False)
        self.wait_state(0, 0, 0)


class AltGrTest(KeyboardTest):
    """AltGr as viewers without scan codes send it, on desktops of all kinds."""

    def hold(self, *keysyms):
        for keysym in keysyms:
            self.key(keysym, True)

    def let_go(self, *keysyms):
        for keysym in reversed(keysyms):
            self.key(keysym, False)

    def codes(self):
        return self.app.do("events").split()

    def check(self, *held):
        """The character alone arrives, and Alt does not go down for it by itself."""
        for layout in SCRIPTS:
            self.set_layout("-layout", layout)
            for letter in "@{|\\[]}~#\u20ac\u0105":
                with self.subTest(layout=layout, letter=letter):
                    self.app.do("events")
                    self.hold(*held)
                    _, state, text = self.press(rfb.keysym_of(letter))
                    self.assertEqual((text, state & (CONTROL | ALT)), (letter, 0))
                    self.let_go(*held)
                    self.wait_state(0, 0, 0)
                    if held == (ALT_R,):
                        alts = {"k+64", "k+108"} if layout == "us" else {"k+64"}
                        self.assertFalse(alts & set(self.codes()))

    def test_right_alt(self):
        """RealVNC."""
        self.check(ALT_R)

    def test_control_and_right_alt(self):
        """Windows itself."""
        self.check(CONTROL_L, ALT_R)

    def test_control_and_altgr(self):
        """Guacamole in a browser on Windows."""
        self.check(CONTROL_L, ALTGR)

    def test_control_and_alt(self):
        """mRemoteNG."""
        self.check(CONTROL_L, ALT_L)

    def test_shortcuts_with_the_right_alt(self):
        """They are pressed with Alt, as soon as it is clear; Alt alone when it goes up."""
        for held, keysym, state in (((ALT_R,), ord("f"), ALT), ((ALT_R,), ord("1"), ALT),
                                    ((ALT_R,), F1, ALT), ((ALT_R,), TAB, ALT),
                                    ((CONTROL_L, ALT_R), ord("t"), CONTROL | ALT),
                                    ((ALT_R, CONTROL_L), DELETE, CONTROL | ALT),
                                    ((ALT_L,), ord("["), ALT),
                                    ((CONTROL_L, ALT_L), ord("/"), CONTROL | ALT)):
            with self.subTest(held=held, keysym=keysym):
                self.hold(*held)
                self.assertEqual(self.press(keysym)[:2], (keysym, state))
                self.let_go(*held)
                self.wait_state(0, 0, 0)
        self.app.do("events")
        self.hold(ALT_R)
        self.let_go(ALT_R)
        self.type(ord("x"))
        self.assertEqual(self.read_press(), (ord("x"), 0, "x"))
        self.assertEqual(self.codes()[:2], ["k+108", "k-108"])
        # With Shift, as layouts are switched.
        self.hold(ALT_R, SHIFT_L)
        self.wait_state(SHIFT | ALT, 0, 0, 50, 108)
        self.let_go(ALT_R, SHIFT_L)
        self.wait_state(0, 0, 0)

    def test_a_click_with_the_right_alt(self):
        self.hold(ALT_R)
        self.viewer.send(rfb.pointer_event(100, 100, 1))
        self.wait_state(ALT, 0, 0, 108)
        self.viewer.send(rfb.pointer_event(100, 100))
        self.let_go(ALT_R)
        self.wait_state(0, 0, 0)

    def test_characters_and_shortcuts_in_turn(self):
        self.hold(ALT_R)
        for keysym, state in ((ord("\\"), 0), (ord("f"), ALT), (ord("@"), SHIFT),
                              (ord("f"), ALT), (ord("]"), 0)):
            self.assertEqual(self.press(keysym)[:2], (keysym, state))
        self.let_go(ALT_R)
        self.wait_state(0, 0, 0)

    def test_who_sends_scan_codes_means_what_it_says(self):
        viewer = self.log_in(encodings=(rfb.RAW, rfb.CURSOR, rfb.QEMU_KEYS))
        viewer.fetch(False)
        for keysym, scan_code in ((CONTROL_L, 0x1d), (ALT_L, 0x38), (ord("["), 0x1a)):
            viewer.send(rfb.scan_code_event(keysym, scan_code, 1))
        self.assertEqual(self.read_press()[:2], (ord("["), CONTROL | ALT))
        viewer.close()
        self.wait_state(0, 0, 0)
        viewer = self.log_in(encodings=(rfb.RAW, rfb.CURSOR, rfb.QEMU_KEYS))
        viewer.fetch(False)
        viewer.send(rfb.scan_code_event(ALT_R, 0xb8, 1))
        self.wait_state(ALT, 0, 0, 108)


class ShortcutTest(KeyboardTest):
    """Shortcuts from keyboards of other scripts, with and without scan codes."""

    # On the keys of C and V, as old and as Unicode keysyms, and what is the desktop's layout.
    LETTERS = ((0x6d3, 0x6cd, "ru"), (UNICODE | 0x441, UNICODE | 0x43c, "ru"),
               (0x7f8, 0x7f9, "gr"), (0xce1, 0xce4, "il"), (0x5c4, 0x5d1, "ara"))

    def setUp(self):
        super().setUp()
        self.scanner = self.log_in(encodings=(rfb.RAW, rfb.CURSOR, rfb.QEMU_KEYS))
        self.scanner.fetch(False)

    def send(self, keysym, scan_code, down):
        if scan_code:
            self.scanner.send(rfb.scan_code_event(keysym, scan_code, down))
        else:
            self.key(keysym, down)

    def press_with(self, modifier, keysym, scan_codes=(None, None), group=0):
        self.send(modifier, scan_codes[0], True)
        self.send(keysym, scan_codes[1], True)
        self.send(keysym, scan_codes[1], False)
        got, state, _ = self.read_press()
        self.send(modifier, scan_codes[0], False)
        self.wait_state(0, 0, group)
        return got, state & (CONTROL | ALT | SUPER)

    def check(self, modifier, scan_code, state):
        for layout in SCRIPTS:
            self.set_layout("-layout", layout)
            for c, v, own in self.LETTERS:
                # Typed as text before: it has a spare key.
                self.assertEqual(self.press(c)[2], character(c))
                for keysym, latin, place in ((c, ord("c"), 0x2e), (v, ord("v"), 0x2f)):
                    with self.subTest(layout=layout, keysym="%x" % keysym):
                        got, held = self.press_with(modifier, keysym)
                        scanned = self.press_with(modifier, keysym, (scan_code, place))
                        self.assertEqual(scanned, (got, held))
                        self.assertEqual(held, state)
                        # As on the desktop's own keyboard, where that has the letter.
                        if layout == own:
                            self.assertEqual(character(got), character(keysym))
                        else:
                            self.assertEqual(got, latin)

    def test_control(self):
        self.check(CONTROL_L, 0x1d, CONTROL)

    def test_alt(self):
        self.check(ALT_L, 0x38, ALT)

    def test_super(self):
        self.check(SUPER_L, 0xe05b, SUPER)

    def test_in_another_group(self):
        """The current layout is Latin, another one has the letter: it is not switched."""
        self.set_layout("-layout", "us,ru")
        self.app.do("events")
        self.assertEqual(self.press_with(CONTROL_L, 0x6d3), (ord("c"), CONTROL))
        self.app.do("lock", "0", "0", 1)
        self.assertEqual(self.press_with(CONTROL_L, 0x7f8, group=1), (ord("c"), CONTROL))

    def test_the_place_of_the_key(self):
        """A phonetic keyboard has es on S; by its letter it would be C. A German desktop has Z
        where the viewer's keyboard says Y."""
        self.set_layout("-layout", "de")
        self.assertEqual(self.press_with(CONTROL_L, 0x6d3, (0x1d, 0x1f)), (ord("s"), CONTROL))
        self.assertEqual(self.press_with(CONTROL_L, 0x6d1, (0x1d, 0x2c)), (ord("z"), CONTROL))
        self.assertEqual(self.press_with(CONTROL_L, 0x6d1), (ord("z"), CONTROL))
        # Thai is in no table.
        self.assertEqual(self.press_with(CONTROL_L, UNICODE | 0xe41, (0x1d, 0x2e)),
                         (ord("c"), CONTROL))

    def test_shift_and_caps_lock(self):
        self.key(SHIFT_L, True)
        self.send(CONTROL_L, None, True)
        self.assertEqual(self.press(0x6f3)[:2], (ord("C"), CONTROL | SHIFT))
        self.assertEqual(self.press(0x6e8)[:2], (ord("{"), CONTROL | SHIFT))
        self.send(CONTROL_L, None, False)
        self.key(SHIFT_L, False)
        self.assertEqual(self.press_with(CONTROL_L, 0x6f3), (ord("c"), CONTROL))

    def test_text_is_not_changed(self):
        self.set_layout("-layout", "us")
        self.type(0x6d3, 0x7f8, 0xce1, 0x5c4)
        self.assertEqual(self.text(4), "".join(map(character, (0x6d3, 0x7f8, 0xce1, 0x5c4))))


class HoldTest(KeyboardTest):
    """Keys that are held, and viewers that leave meanwhile."""

    def xset(self, *arguments):
        subprocess.run(["xset", "-display", self.x.display, *map(str, arguments)], check=True)

    def test_a_viewer_that_repeats(self):
        """X's setting says whether that types anything."""
        for repeats, text in (("on", 50 * "a"), ("off", "a"), ("on", 50 * "a"), ("off", "a")):
            self.xset("r", repeats)
            for _ in range(50):
                self.key(ord("a"), True)
            self.key(ord("a"), False)
            self.type(ord("b"))
            self.assertEqual(self.text(len(text) + 1), text + "b")
        self.wait_state(0, 0, 0)

    def test_a_viewer_that_repeats_by_letting_go(self):
        self.type(*[ord("a")] * 50)
        self.type(ord("b"))
        self.assertEqual(self.text(51), 50 * "a" + "b")

    def hold_in_silence(self, *keysyms):
        """A viewer falls silent with a key held: it is typed once, however late it goes up."""
        for keysym in keysyms:
            self.key(keysym, True)
        self.assertEqual(self.read_press()[0], keysyms[-1])
        self.assertEqual(self.app.do("none"), "none")
        for keysym in reversed(keysyms):
            self.key(keysym, False)
        self.wait_state(0, 0, 0)
        self.assertEqual(self.app.do("none"), "none")

    def own_keyboard_repeats(self):
        self.app.do("text", 0)
        self.app.do("own", 38, 1)
        text = self.text(5)
        self.assertEqual((len(set(text)), len(text) >= 5), (1, True))
        self.app.do("own", 38, 0)
        self.wait_state(0, 0, 0)
        self.app.do("text", 0)

    def test_only_the_viewer_repeats(self):
        self.xset("r", "rate", 100, 50)
        self.hold_in_silence(BACKSPACE)
        self.own_keyboard_repeats()
        self.hold_in_silence(ord("a"))
        # A setting that a program changes meanwhile.
        self.xset("r", "off")
        self.xset("r", "on")
        self.xset("r", "rate", 100, 50)
        self.xset("r", 38)
        self.hold_in_silence(ord("a"))
        self.set_layout("-layout", "de")
        self.hold_in_silence(SHIFT_L, ord("A"))
        self.hold_in_silence(ALTGR, ord("@"))
        self.own_keyboard_repeats()

    def test_only_the_viewer_repeats_on_each_layout(self):
        self.xset("r", "rate", 100, 50)
        for layout in SCRIPTS:
            with self.subTest(layout=layout):
                self.set_layout("-layout", layout)
                self.hold_in_silence(BACKSPACE)
                self.hold_in_silence(ord("a"))
                self.app.do("text", 0)
                for _ in range(3):
                    self.key(ord("a"), True)
                self.key(ord("a"), False)
                self.assertEqual(self.text(3), "aaa")
                self.own_keyboard_repeats()

    def test_who_used_the_keyboard_before(self):
        """Another program may have, and the X server does not look at its settings again."""
        self.scraper.end()
        self.xset("r", "rate", 100, 50)
        self.x_key("a")
        self.assertEqual(self.read_press()[0], ord("a"))
        self.start_chain()
        self.viewer = self.log_in()
        self.hold_in_silence(ord("a"))
        self.own_keyboard_repeats()

    def x_key(self, *keys):
        subprocess.run(["xdotool", *[word for key in keys for word in ("key", key)]], check=True,
                       env=self.x.environment())

    def settings(self):
        """Which keys repeat, as programs are told."""
        shown = subprocess.run(["xset", "-display", self.x.display, "q"], check=True,
                               capture_output=True, encoding="utf-8").stdout
        return re.findall(r"[0-9a-f]{16}|auto repeat: +(?:on|off)", shown)

    def test_all_repeats_again_without_viewers(self):
        before = self.settings()

        def type_and(leave):
            self.assertEqual(self.press(ord("a"))[2], "a")
            self.assertNotEqual(self.settings(), before)
            leave()

        type_and(self.viewer.close)
        wait_until(lambda: self.settings() == before, "the settings")
        self.viewer = self.log_in()
        type_and(self.scraper.end)
        self.assertEqual(self.settings(), before)

    def test_keys_that_do_not_repeat(self):
        """Caps Lock and Shift, whatever the viewer does."""
        for keysym in (CAPS_LOCK, SHIFT_L):
            for _ in range(4):
                self.key(keysym, True)
        self.wait_state(LOCK | SHIFT, LOCK, 0, 50, 66)
        self.key(SHIFT_L, False)
        self.key(CAPS_LOCK, False)
        self.type(CAPS_LOCK)
        self.wait_state(0, 0, 0)

    def test_a_repeat_with_another_modifier(self):
        self.key(ord("a"), True)
        self.key(SHIFT_L, True)
        for _ in range(2):
            self.key(ord("A"), True)
        self.key(SHIFT_L, False)
        self.key(ord("a"), True)
        self.assertEqual(self.text(4), "aAAa")
        self.key(ord("a"), False)
        self.wait_state(0, 0, 0)

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


OWN_KEYBOARD = """
Section "InputDevice"
	Identifier "own keyboard"
	Driver "inputtest"
	Option "SocketPath" "%s/keyboard"
	Option "DeviceType" "Keyboard"
EndSection
Section "ServerLayout"
	Identifier "layout"
	Screen "screen"
	InputDevice "own keyboard" "CoreKeyboard"
EndSection
"""


@unittest.skipUnless(shutil.which("Xorg") and any(
    glob.glob(folder + "/xorg/modules/input/inputtest_drv.so")
    for folder in ("/usr/lib", "/usr/lib64", "/usr/lib/*")), "no Xorg with the inputtest driver")
class XorgTest(HoldTest):
    """Keys that are held, with a keyboard that Xorg has from a driver."""

    def start_display(self):
        config = self.directory + "/xorg.conf"
        with open(XORG_CONF, encoding="utf-8") as dummy, open(config, "w", encoding="utf-8") as to:
            to.write(dummy.read() + OWN_KEYBOARD % self.directory)
        self.x = self.start_x(name="Xorg", command=[
            "Xorg", "-config", config, "-logfile", self.directory + "/Xorg.log", "-novtswitch",
            "-sharevts"])


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

    def test_libvncclient_sends_them(self):
        """It asks for them last, and forgets them with a list of messages that lacks them."""
        viewer, screen = self.vnc_client(), self.x_client()
        screen.do("noise", 0, 0, 50, 50, 1)
        viewer.do("expect", self.picture(screen).path, 0)
        for down in 1, 0:
            viewer.do("scan", "0", "cb", down)
        self.assertEqual(self.read_press()[0], 0xff51)

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
        wait_until(lambda: len(self.state()) == 3, "all keys to be up")  # what is locked may stay
        self.viewer = self.log_in()
        self.app.do("lock", "ff", "0", 0)
        self.app.do("text", 0)
        self.type(ord("x"))
        wait_until(lambda: self.text(1).endswith("x"), "x")
        self.wait_state(0, 0, 0)


    def test_bad_input(self):
        """Keysyms that do not exist, scan codes out of range, releases of what is not pressed:
        20,000 of each, and meanwhile another viewer and the desktop's own keyboard type."""
        bad = self.log_in(encodings=(rfb.RAW, rfb.CURSOR, rfb.QEMU_KEYS))
        bad.fetch(False)
        kinds = (lambda i: rfb.key_event(0x20000000 + i * 7919, i & 1),
                 lambda i: rfb.key_event((0x00ffffff, 0x0a000000, 0xffffffff)[i % 3] - i, 1),
                 lambda i: rfb.scan_code_event(i % 3, 0x100 + i * 65537 & 0xffffffff, i & 1),
                 lambda i: rfb.scan_code_event(0xffff0000 | i, i % 0xff00 + 0xe100, 1),
                 lambda i: rfb.key_event((ord("a"), SHIFT_L, CONTROL_L, ALT_R, 0x20ac)[i % 5], 0),
                 lambda i: rfb.scan_code_event(ord("a"), i % 0x80, 0))
        self.app.do("text", 0)
        for kind in kinds:
            flood = threading.Thread(target=bad.send,
                                     args=(b"".join(kind(i) for i in range(20000)),))
            flood.start()
            for _ in range(5):
                self.type(ord("x"))
                self.assertIn("x", self.text(1))
                self.app.do("own", 29, 1)
                self.app.do("own", 29, 0)
                wait_until(lambda: "y" in self.text(1), "y")
            flood.join(rfb.PATIENCE)
            self.assertFalse(flood.is_alive())
        bad.send(rfb.key_stroke(ord("z")))
        wait_until(lambda: self.text(1).endswith("z"), "z")
        wait_until(lambda: len(self.state()) == 3, "nothing down")
        self.assertEqual(self.press(ord("a"))[1:], (0, "a"))
        bad.close()
        self.wait_state(0, 0, 0)


class ToolkitTest(KeyboardTest):
    def xdotool(self, *arguments):
        return subprocess.run(["xdotool", *arguments], capture_output=True, check=False,
                              encoding="utf-8", env=self.x.environment()).stdout.strip()

    def start_program(self, title, *command):
        """Starts it with a window manager, and waits for its window."""
        self.app.close()
        self.start_openbox(self.x.environment())
        program = self.start(*command, env=self.x.environment(
            LC_ALL="C.UTF-8", GTK_IM_MODULE="gtk-im-context-simple", NO_AT_BRIDGE="1"))
        wait_until(lambda: self.xdotool("getactivewindow", "getwindowname") == title, title)
        return program

    def start_zenity(self):
        return self.start_program("typing", "zenity", "--entry", "--title=typing")

    def press_with(self, held, keysym):
        for modifier in held:
            self.key(modifier, True)
        self.type(keysym)
        for modifier in reversed(held):
            self.key(modifier, False)

    @unittest.skipUnless(shutil.which("xterm"), "no xterm")
    def test_xterm(self):
        """The bytes that programs in a terminal get."""
        path = os.path.join(self.directory, "typed")
        self.start_program("terminal", "xterm", "-T", "terminal", "-e", "sh", "-c",
                           "stty raw -echo; exec dd bs=1 status=none of=" + path)

        def typed():
            with open(path, "rb") as file:
                return file.read()

        wait_until(lambda: os.path.exists(path), "dd")
        for letter in "@{|\\":
            for held in ((ALT_R,), (CONTROL_L, ALT_R), (CONTROL_L, ALTGR), (CONTROL_L, ALT_L)):
                self.press_with(held, ord(letter))
        for c in (0x6d3, 0x7f8, 0xce1, 0x5c4):
            self.press_with((CONTROL_L,), c)
        self.press_with((ALT_R,), ord("f"))
        for _ in range(3):
            self.key(BACKSPACE, True)
        self.key(BACKSPACE, False)
        self.type(ord("."))
        wait_until(lambda: typed().endswith(b"."), "the end: %r" % typed())
        bytes_typed = typed()
        self.assertEqual(bytes_typed[:16], b"@@@@{{{{||||\\\\\\\\")
        self.assertEqual(bytes_typed[16:20], b"\3\3\3\3")
        self.assertIn(bytes_typed[20:-4], (b"\x1bf", "\u00e6".encode()))  # as xterm sends Alt
        self.assertIn(bytes_typed[-4:], (b"\x08\x08\x08.", b"\x7f\x7f\x7f."))

    @unittest.skipUnless(shutil.which("zenity"), "no zenity")
    def test_gtk_shortcuts(self):
        """Control+A, C and V on a Russian keyboard, and a character with the right Alt."""
        program = self.start_zenity()
        self.type(*map(ord, "abc"))
        for letter in (0x6c6, 0x6d3):  # A, C
            self.press_with((CONTROL_L,), letter)
        self.type(0xff53)  # Right: after the text
        self.press_with((ALT_R,), ord("@"))
        self.press_with((CONTROL_L,), 0x6cd)  # V
        for _ in range(2):
            self.key(BACKSPACE, True)
        self.key(BACKSPACE, False)
        self.type(RETURN)
        program.wait()
        self.assertIn("abc@a\n", program.read_log())

    @unittest.skipUnless(shutil.which("zenity"), "no zenity")
    def test_gtk(self):
        """A text entry of GTK, with a window manager around it."""
        program = self.start_zenity()
        text = ("The 'quick' {brown} \u0141\u00f3\u017a f\u00f6x @ \u20ac \u0436\u0416 "
                "\u4e2d ~/\\ \u00df")
        self.type(*map(rfb.keysym_of, text), RETURN)
        program.wait()
        self.assertIn(text, program.read_log())


if __name__ == "__main__":
    chain.main()
