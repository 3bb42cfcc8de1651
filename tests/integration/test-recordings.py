#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What RealVNC Viewer, mRemoteNG and macOS's Screen Sharing send, by lib/recordings.py, is played
to the real chain."""

import subprocess
import unittest

from lib import chain, rfb
from lib.chain import PASSWORD, ChainTest, wait_until
from lib.recordings import ALL, MRemoteNg, RealVnc, ScreenSharing

CONTROL, ALT = 4, 8
POINTER_PIXELS = 32 * 32  # at most


class Viewer(rfb.Viewer):
    """Plays a recording, and keeps the clipboard text that it gets."""

    def __init__(self, port, recording):
        super().__init__(port)
        self.recording = recording
        self.texts = []

    def open(self, password=PASSWORD):
        self.authenticate(password, self.recording.minor)
        self.initialise(self.recording.shared, encodings=None)
        for step, *values in self.recording.opening:
            getattr(self, "play_" + step)(*values)
        return self

    def play_encodings(self, *numbers):
        self.asked = numbers
        self.send(rfb.set_encodings(*numbers))

    def play_format(self, pixel_format):
        self.set_format(pixel_format)

    def play_update(self, *request):
        self.fetch(*request)

    def _read_rectangle(self, x, y, width, height, encoding):
        assert encoding in self.asked, "encoding %d is not among %s" % (encoding, self.asked)
        super()._read_rectangle(x, y, width, height, encoding)

    def _read_cut_text(self, length):
        self.texts.append(self.read(length))

    def strike(self, keys):
        self.send(*(rfb.key_event(keysym, down) for keysym, down in keys))


class RecordingTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.start_chain()
        self.app = self.client("keyboard_app", DISPLAY=self.x.display, LC_ALL="C.UTF-8")

    def connect(self, recording):
        viewer = Viewer(self.port, recording)
        self.addCleanup(viewer.close)
        return viewer

    # ---- as the keyboard's tests have them ----

    def set_layout(self, *arguments):
        subprocess.run(["setxkbmap", "-display", self.x.display, *arguments], check=True,
                       stderr=subprocess.DEVNULL)

    def read_press(self):
        """The keysym, the modifiers and the text that the application got."""
        got, state, *text = self.app.do("press").split()
        return int(got, 16), int(state, 16), bytes.fromhex("".join(text)).decode()

    def text(self, n):
        return bytes.fromhex(self.app.do("text", n)).decode()

    def wait_state(self, *expected):
        """Modifiers, locked ones, the group, and the keycodes that are down."""
        words = " ".join("%x" % number for number in expected)
        wait_until(lambda: self.app.do("state") == words, "%s; it is %s" %
                   (words, self.app.do("state")))


class OpeningTest(RecordingTest):
    def test_all_see_the_desktop(self):
        screen = self.x_client()
        screen.do("noise", 0, 0, 800, 600, 1)
        picture = self.picture(screen)
        for recording in ALL:
            with self.subTest(recording.__name__):
                viewer = self.connect(recording).open()
                # For who does not draw the pointer, it is in the picture.
                pointer = 0 if rfb.CURSOR in viewer.asked else POINTER_PIXELS
                self.assertLessEqual(viewer.count_wrong(picture), pointer)
                screen.do("fill", 30, 30, 50, 50, "123456")
                viewer.fetch()
                self.assertEqual(viewer.read_pixel(40, 40), (0x12, 0x34, 0x56))
                screen.do("noise", 0, 0, 800, 600, 1)
                viewer.close()

    def test_low_colours(self):
        """RealVNC begins with 64 colours."""
        screen = self.x_client()
        screen.do("fill", 0, 0, 800, 600, "aa55ff")
        viewer = self.connect(RealVnc)
        viewer.authenticate(PASSWORD, RealVnc.minor).initialise(encodings=None)
        for step, *values in RealVnc.opening[:3]:
            getattr(viewer, "play_" + step)(*values)
        self.assertEqual(viewer.read_pixel(5, 5), (2, 1, 3))

    def test_hanging_up_to_ask_for_the_password(self):
        """It is no failed guess: the next connection is not delayed for it."""
        for _ in range(20):
            viewer = self.connect(ScreenSharing)
            viewer.read_challenge(ScreenSharing.minor)
            viewer.close()
        self.connect(ScreenSharing).open()
        self.assertNotIn("password", self.proxy.read_log())


class KeyTest(RecordingTest):
    def play(self, recording, keys):
        viewer = self.connect(recording).open()
        viewer.strike(keys)
        return viewer

    def check_altgr(self, modifiers):
        viewer = self.connect(RealVnc).open()
        for layout in ("us", "de"):
            self.set_layout("-layout", layout)
            for character in RealVnc.altgr_characters:
                viewer.strike([(one, True) for one in modifiers])
                viewer.send(rfb.key_stroke(rfb.keysym_of(character)))
                viewer.strike([(one, False) for one in reversed(modifiers)])
                _, state, text = self.read_press()
                self.assertEqual((layout, text, state & (CONTROL | ALT)), (layout, character, 0))
            self.wait_state(0, 0, 0)

    def test_option(self):
        viewer = self.play(RealVnc, RealVnc.option_l)
        self.assertEqual(self.read_press()[2], "@")
        viewer.close()
        self.wait_state(0, 0, 0)

    def test_option_of_screen_sharing(self):
        """Whatever it types, nothing stays down."""
        self.play(ScreenSharing, ScreenSharing.option_l)
        self.read_press()
        self.wait_state(0, 0, 0)

    def test_command(self):
        for recording in RealVnc, ScreenSharing:
            self.play(recording, recording.command_c)
            keysym, state, _ = self.read_press()
            self.assertEqual((keysym, state), (ord("c"), ALT))
            self.wait_state(0, 0, 0)

    def test_altgr_and_a_key_alone(self):
        """mRemoteNG sends no character that needs AltGr: what arrives is Ctrl+Alt+Q."""
        self.play(MRemoteNg, MRemoteNg.altgr_q)
        keysym, state, _ = self.read_press()
        self.assertEqual((keysym, state), (ord("q"), CONTROL | ALT))
        self.wait_state(0, 0, 0)

    def test_repeats(self):
        self.play(MRemoteNg, MRemoteNg.repeats).send(rfb.key_stroke(ord("b")))
        self.assertEqual(self.text(6), "aaaaab")

    def test_shift_goes_up_first(self):
        self.play(MRemoteNg, MRemoteNg.shift_goes_up_first)
        self.assertEqual(self.read_press()[2], "A")
        self.wait_state(0, 0, 0)

    def test_locks(self):
        viewer = self.play(MRemoteNg, MRemoteNg.locks)
        viewer.send(rfb.key_stroke(ord("A")), rfb.key_stroke(ord("b")))
        self.assertEqual(self.text(2), "Ab")
        self.wait_state(0, 0, 0)

    def test_commands(self):
        viewer = self.play(MRemoteNg, MRemoteNg.ctrl_c)
        self.assertEqual(self.read_press()[:2], (ord("c"), CONTROL))
        viewer.strike(MRemoteNg.ctrl_alt_del)
        self.assertEqual(self.read_press()[:2], (0xffff, CONTROL | ALT))
        self.wait_state(0, 0, 0)


def add_altgr():
    for modifiers in RealVnc.altgr:
        def test(self, modifiers=modifiers):
            self.check_altgr(modifiers)
        setattr(KeyTest, "test_altgr_" + "_".join("%x" % one for one in modifiers), test)


add_altgr()


class ClipboardTest(RecordingTest):
    def clipboard(self, text=None):
        """Sets the desktop's clipboard to the text, or returns what is in it."""
        return subprocess.run(["xclip", "-selection", "clipboard",
                               *(["-o", "-t", "UTF8_STRING"] if text is None else ["-i"])],
                              input=text, encoding="utf-8", check=False,
                              stdout=subprocess.PIPE if text is None else subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=rfb.PATIENCE,
                              env=self.x.environment()).stdout

    def next_text(self, viewer):
        while not viewer.texts:
            viewer.read_message()
        return viewer.texts.pop(0)

    def wait_clipboard(self, text):
        wait_until(lambda: self.clipboard() == text, "%r; it is %r" % (text, self.clipboard()))

    def test_to_desktop(self):
        for recording, text, arrives in ((MRemoteNg, "f\u00fcr\ndich", "f?r\ndich"),
                                         (RealVnc, "f\u00fcr dich", "f\u00fcr dich")):
            viewer = self.connect(recording).open()
            viewer.send(recording.cut_text(text))
            self.wait_clipboard(arrives)
            viewer.close()

    def test_it_comes_back(self):
        """mRemoteNG sends what it gets, with "?" for what it could not read. The desktop keeps what
        it has, and so do others."""
        viewer, other = (self.connect(recording).open() for recording in (MRemoteNg, RealVnc))
        for text in ("Gr\u00fc\u00dfe\naus K\u00f6ln", "plain", "\u20ac 5, \u4f60\u597d"):
            self.clipboard(text)
            seen = self.next_text(viewer)
            self.next_text(other)
            viewer.send(MRemoteNg.cut_text(MRemoteNg.read_text(seen)))
            viewer.fetch(False, (0, 0, 1, 1))
            other.fetch(False, (0, 0, 1, 1))
            self.assertEqual((self.clipboard(), other.texts), (text, []))
        # What it copies itself counts, and replaces that.
        viewer.send(MRemoteNg.cut_text("5 ?"))
        self.wait_clipboard("5 ?")


if __name__ == "__main__":
    chain.main()
