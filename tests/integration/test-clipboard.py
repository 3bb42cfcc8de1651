#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clipboard text between viewers and real programs: xclip, xsel, xterm, vncviewer, autocutsel, and
what uses GTK or Qt."""

import contextlib
import os
import random
import shutil
import struct
import subprocess
import sys
import unittest
import zlib

from lib import chain, rfb
from lib.chain import ChainTest, wait_until
from lib.process import survives_x

EXTENDED_CLIPBOARD = -0x3f5e1a32  # 0xC0A1E5CE
TEXT = 1
CAPS, REQUEST, PEEK, NOTIFY, PROVIDE = (1 << bit for bit in range(24, 29))
ALL = REQUEST | PEEK | NOTIFY | PROVIDE
WORLD = "Grüße, 你好, здравствуй 😀\nsecond line\n\n"
MIB = 1 << 20
RGB565 = rfb.PixelFormat(16, 16, (31, 63, 31), (11, 5, 0))


def extended(flags, data=b""):
    return struct.pack(">BxxxiI", 6, -4 - len(data), flags) + data


def provided(data):
    return extended(PROVIDE | TEXT, zlib.compress(struct.pack(">I", len(data)) + data))


def provide(text):
    return provided(text.replace("\n", "\r\n").encode() + b"\0")


class Viewer(rfb.Viewer):
    """Keeps what it gets: bytes for classic text, a str for text provided, else a tuple."""

    def __init__(self, port):
        super().__init__(port)
        self.got = []

    def speak(self, unasked=0):
        """Uses Extended Clipboard from now on."""
        self.send(rfb.set_encodings(rfb.RAW, rfb.DESKTOP_SIZE, EXTENDED_CLIPBOARD))
        self.server_caps = self.next()
        self.send(extended(CAPS | TEXT | ALL, struct.pack(">I", unasked)))
        return self.settle()

    def classic(self):
        self.send(rfb.set_encodings(rfb.RAW, rfb.DESKTOP_SIZE))
        self.settle()
        return self

    def next(self):
        while not self.got:
            self.read_message()
        return self.got.pop(0)

    def settle(self):
        """Waits until the server has handled what was sent, and its replies so far are read."""
        self.fetch(False, (0, 0, 1, 1))
        return self

    def _read_cut_text(self, length):
        self.got.append(self.read(length) if length >= 0 else self._read_extended(-length))

    def _read_extended(self, length):
        flags, = self.unpack(">I")
        data = self.read(length - 4)
        if flags & CAPS:
            return "caps", flags & ALL, *struct.unpack(">I", data)
        if flags & PROVIDE:
            content = zlib.decompress(data)
            size, = struct.unpack(">I", content[:4])
            assert size == len(content) - 4 and content.endswith(b"\0")
            text = content[4:-1].decode()
            assert text.count("\n") == text.count("\r\n")
            return text.replace("\r\n", "\n")
        return {NOTIFY: "notify", REQUEST: "request", PEEK: "peek"}[flags & ALL], flags & TEXT


class BareViewer(Viewer):
    """Keeps the bytes of what is provided."""

    def _read_extended(self, length):
        flags, = self.unpack(">I")
        data = self.read(length - 4)
        if not flags & PROVIDE or flags & CAPS:
            return "caps" if flags & CAPS else "notify", flags & ALL
        content = zlib.decompress(data)
        assert struct.unpack(">I", content[:4])[0] == len(content) - 4
        return content[4:]


class ClipboardTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.start_chain()
        self.environment = self.x.environment()

    def viewer(self, password=chain.PASSWORD):
        viewer = Viewer(self.port)
        self.addCleanup(viewer.close)
        return viewer.log_in(password)

    def run_client(self, *command, data=None, environment=None):
        """xclip and xsel stay in the background as long as they own the selection."""
        return subprocess.run(command, input=data, stderr=subprocess.DEVNULL, check=False,
                              stdout=subprocess.PIPE if data is None else subprocess.DEVNULL,
                              timeout=rfb.PATIENCE, env=environment or self.environment)

    def copy(self, data, selection="clipboard", *options):
        self.assertEqual(self.run_client("xclip", "-i", "-selection", selection, *options,
                                         data=data).returncode, 0)

    def paste(self, selection="clipboard", target="UTF8_STRING"):
        """What a program would get, or None."""
        result = self.run_client("xclip", "-o", "-selection", selection, "-t", target)
        return None if result.returncode else result.stdout

    def wait_pasted(self, data, selection="clipboard", target="UTF8_STRING"):
        wait_until(lambda: self.paste(selection, target) == data, "%.60r to be pasted, not %.60r" %
                   (data, self.paste(selection, target)))

    def restart_with(self, config):
        self.scraper.end()
        self.write_config(config)
        self.start_scraper()


class ClassicTest(ClipboardTest):
    config = "primary = both"

    def test_to_desktop(self):
        viewer = self.viewer().classic()
        viewer.send(rfb.cut_text("Grüße\nzwei\n".encode("latin-1")))
        for selection in ("clipboard", "primary"):
            self.wait_pasted("Grüße\nzwei\n".encode(), selection)
            self.wait_pasted("Grüße\nzwei\n".encode("latin-1"), selection, "STRING")
        self.assertEqual(self.run_client("xsel", "-b", "-o").stdout, "Grüße\nzwei\n".encode())
        self.assertEqual(self.run_client("xsel", "-p", "-o").stdout, "Grüße\nzwei\n".encode())

    def test_to_viewer(self):
        viewer = self.viewer().classic()
        self.copy("Grüße\n".encode())
        self.assertEqual(viewer.next(), "Grüße\n".encode("latin-1"))
        self.copy("“a” – € 你".encode())
        self.assertEqual(viewer.next(), b'"a" - EUR ?')
        self.copy(b"selected", "primary")
        self.assertEqual(viewer.next(), b"selected")
        self.run_client("xsel", "-b", "-i", data=b"by xsel")
        self.assertEqual(viewer.next(), b"by xsel")
        self.copy("nur Latin-1: ä".encode("latin-1"), "clipboard", "-t", "STRING")
        self.assertEqual(viewer.next(), "nur Latin-1: ä".encode("latin-1"))

    def test_odd_texts(self):
        viewer = self.viewer().classic()
        viewer.send(rfb.cut_text(b""))
        viewer.settle()
        self.assertIsNone(self.paste())
        viewer.send(rfb.cut_text(b"a\0b"))
        self.wait_pasted(b"a")
        viewer.send(rfb.cut_text(b"1\r\n2\r3"))
        self.wait_pasted(b"1\n2\n3")
        viewer.send(rfb.cut_text(bytes(range(1, 256))))
        self.wait_pasted(bytes(range(1, 256)).replace(b"\r", b"\n").decode("latin-1").encode())
        self.copy(b"")
        self.copy(b"\xff\xfe\xfd")
        self.scraper.wait_log("not UTF-8")
        self.copy(b"then\0this")
        self.assertEqual(viewer.next(), b"then")

    def test_limit(self):
        viewer = self.viewer().classic()
        secret = "".join(random.Random(1).choices("abcdefghijklmnop \n", k=256 * 1024 + 1)).encode()
        viewer.send(rfb.cut_text(secret))
        self.scraper.wait_log("clipboard_limit (262144 bytes)")
        self.assertIsNone(self.paste())
        viewer.send(rfb.cut_text(secret[:-1]))
        self.wait_pasted(secret[:-1])
        self.copy(secret)
        self.scraper.wait_log("clipboard_limit (262144 bytes)", 2)
        self.copy(secret[1:])
        self.assertEqual(viewer.next(), secret[1:])
        self.assertNotIn(secret[:20], self.scraper.read_log().encode())

    def test_longer_than_a_message_may_be(self):
        viewer = self.viewer().classic()
        for length in (MIB, MIB + 1, 5 * MIB):
            viewer.send(rfb.cut_text(b"x" * length))
            viewer.send(extended(PROVIDE | TEXT, b"y" * (length - 4)))
        viewer.send(rfb.cut_text(b"behind it"))
        self.wait_pasted(b"behind it")
        self.assertEqual(self.scraper.read_log().count("is too long; ignoring it"), 4)
        # Text that claims to be longer still is refused.
        viewer.send(struct.pack(">Bxxxi", 6, 64 * MIB + 1))
        viewer.wait_closed()

    def test_other_viewers_get_it_too(self):
        first, second = self.viewer().classic(), self.viewer().classic()
        first.send(rfb.cut_text(b"from the first"))
        self.assertEqual(second.next(), b"from the first")
        second.send(rfb.cut_text(b"from the second"))
        self.assertEqual(first.next(), b"from the second")
        self.copy(b"from the desktop")
        self.assertEqual(first.next(), b"from the desktop")
        self.assertEqual(second.next(), b"from the desktop")
        first.settle()
        second.settle()
        self.assertEqual(first.got + second.got, [])
        # A viewer sends back what it got: the desktop keeps what it has.
        self.copy(b"marked", "primary")
        self.assertEqual(first.next(), b"marked")
        first.send(rfb.cut_text(b"marked"))
        first.settle()
        self.assertEqual(self.paste(), b"from the desktop")

    def test_a_dead_owner(self):
        viewer = self.viewer().classic()
        mute = self.client("selectionclient", DISPLAY=self.x.display)
        mute.do("own", "CLIPBOARD")
        self.scraper.wait_log("does not answer")
        viewer.settle()
        mute.close()
        self.copy(b"alive")
        self.assertEqual(viewer.next(), b"alive")
        self.assertEqual(viewer.got, [])

    def test_xterm(self):
        viewer = self.viewer().classic()
        path = os.path.join(self.directory, "typed")
        self.start("xterm", "-geometry", "60x10+0+0", "-e", "cat > " + path, env=self.environment)
        wait_until(lambda: os.path.exists(path), "xterm")
        viewer.send(rfb.cut_text(b"pasted by hand\n"))
        self.wait_pasted(b"pasted by hand\n", "primary")

        def has_arrived():
            viewer.send(rfb.pointer_event(60, 60), rfb.pointer_event(60, 60, 2),
                        rfb.pointer_event(60, 60))
            viewer.settle()
            with open(path, "rb") as file:
                return b"pasted by hand\n" in file.read()
        wait_until(has_arrived, "the text in xterm")


class ExtendedTest(ClipboardTest):
    def test_caps(self):
        viewer = self.viewer().speak()
        self.assertEqual(viewer.server_caps, ("caps", ALL, 256 * 1024))

    def test_to_desktop(self):
        viewer = self.viewer().speak()
        viewer.send(extended(NOTIFY | TEXT))
        self.assertEqual(viewer.next(), ("request", TEXT))
        viewer.send(provide(WORLD))
        for selection in ("clipboard", "primary"):
            for target in ("UTF8_STRING", "text/plain;charset=utf-8"):
                self.wait_pasted(WORLD.encode(), selection, target)
        viewer.send(provide("unasked"))
        self.wait_pasted(b"unasked")
        viewer.send(extended(NOTIFY))
        wait_until(lambda: self.paste() is None, "nothing")

    def test_to_viewer(self):
        viewer = self.viewer().speak()
        self.copy(WORLD.encode())
        self.assertEqual(viewer.next(), ("notify", TEXT))
        viewer.send(extended(REQUEST | TEXT))
        self.assertEqual(viewer.next(), WORLD)
        self.copy(b"\x89PNG", "clipboard", "-t", "image/png")
        self.assertEqual(viewer.next(), ("notify", 0))
        viewer.send(extended(REQUEST | TEXT), extended(PEEK))
        self.assertEqual(viewer.next(), ("notify", 0))

    def test_unasked(self):
        viewer = self.viewer().speak(unasked=10)
        self.copy(b"123456789")
        self.assertEqual(viewer.next(), "123456789")
        self.copy(b"1234567890")
        self.assertEqual(viewer.next(), ("notify", TEXT))
        viewer.send(extended(REQUEST | TEXT))
        self.assertEqual(viewer.next(), "1234567890")

    def test_what_was_there_before(self):
        self.copy(b"old")
        viewer = self.viewer().speak(unasked=1000).settle()
        self.assertEqual(viewer.next(), ("notify", TEXT))
        viewer.send(extended(REQUEST | TEXT))
        self.assertEqual(viewer.next(), "old")
        # Libvncclient takes no notify, and passes on the bytes as they are.
        mute = BareViewer(self.port)
        self.addCleanup(mute.close)
        mute.log_in(chain.PASSWORD).send(rfb.set_encodings(rfb.RAW, EXTENDED_CLIPBOARD))
        mute.settle()
        self.assertEqual(mute.next()[0], "caps")
        self.assertEqual(mute.next(), b"old")
        self.copy("zwei\nZeilen: ü".encode())
        self.assertEqual(mute.next(), "zwei\nZeilen: ü".encode())
        self.assertEqual(viewer.next(), "zwei\nZeilen: ü")
        # One that has no UTF-8.
        self.assertEqual(self.viewer().classic().next(), "zwei\nZeilen: ü".encode("latin-1"))

    def test_own_text_is_newer_than_what_was_there(self):
        self.copy(b"old")
        viewer = self.viewer().classic()
        viewer.send(rfb.cut_text(b"new"))
        self.wait_pasted(b"new")
        self.copy(b"newer")
        self.assertEqual(viewer.next(), b"newer")

    def test_it_is_only_fetched_on_request(self):
        owner = self.client("selectionclient", DISPLAY=self.x.display)
        viewer = self.viewer().speak()
        owner.do("own", "CLIPBOARD", "a text")
        self.assertEqual(viewer.next(), ("notify", TEXT))
        viewer.settle()
        self.assertEqual(owner.do("asked"), "TARGETS")
        viewer.send(extended(REQUEST | TEXT))
        self.assertEqual(viewer.next(), "a text")
        self.assertEqual(owner.do("asked"), "UTF8_STRING")

    def test_both_kinds(self):
        old, new = self.viewer().classic(), self.viewer().speak()
        new.send(provide("“für” 😀"))
        self.assertEqual(old.next(), '"für" ?'.encode("latin-1"))
        old.send(rfb.cut_text("für".encode("latin-1")))
        self.assertEqual(new.next(), ("notify", TEXT))
        new.send(extended(REQUEST | TEXT))
        self.assertEqual(new.next(), "für")
        self.wait_pasted("für".encode())

    def test_nonsense(self):
        viewer = self.viewer().speak()
        viewer.send(extended(PROVIDE | TEXT), extended(PROVIDE | TEXT, b"\0" * 100),
                    provided(b"\xff\xfe\0"), provided(b""), provided(b"\0"), extended(0),
                    extended(0xffffffff), extended(CAPS | 0xffff), extended(1 << 31),
                    extended(PEEK | PROVIDE), struct.pack(">Bxxxi", 6, -1) + b"x",
                    extended(PROVIDE | TEXT, zlib.compress(b"\xff\xff\xff\xff" + bytes(10 ** 7))))
        viewer.settle()
        self.assertIsNone(self.paste())
        viewer.send(provide("sense"))
        self.wait_pasted(b"sense")
        self.scraper.wait_log("not UTF-8")

    def test_a_flood_of_questions(self):
        viewer = self.viewer().speak()
        self.copy(b"x" * 200000)
        self.assertEqual(viewer.next(), ("notify", TEXT))
        before = self.scraper.read_status("VmRSS")
        viewer.send(*[extended(REQUEST | TEXT), extended(PEEK), extended(NOTIFY | TEXT)] * 3000)
        while viewer.next() != "x" * 200000:
            pass
        viewer.settle()
        self.assertLess(self.scraper.read_status("VmRSS") - before, 20000)


class LargeTest(ClipboardTest):
    config = "clipboard_limit = 1MiB"

    def test_a_mebibyte(self):
        viewer = self.viewer().speak()
        text = "".join(random.Random(3).choices("abcdefgh 你\n", k=MIB))
        data = text.encode()[:MIB].decode(errors="ignore").encode()
        data += b"." * (MIB - len(data))
        self.copy(data)
        self.assertEqual(viewer.next(), ("notify", TEXT))
        viewer.send(extended(REQUEST | TEXT))
        self.assertEqual(viewer.next(), data.decode())
        data = data[::-1].decode(errors="replace").replace("\ufffd", "?").encode()
        viewer.send(provide(data.decode()))
        # Not with xsel: it fails on UTF-8 in pieces, and takes the rest for its next reply.
        self.wait_pasted(data)

    def test_a_mebibyte_for_a_classic_viewer(self):
        viewer = self.viewer().classic()
        data = b"0123456789abcde\n" * (MIB // 16)
        self.copy(data)
        self.assertEqual(viewer.next(), data)
        data = data[::-1]
        viewer.send(rfb.cut_text(data))
        self.wait_pasted(data)


class PermissionTest(ClipboardTest):
    def expect(self, to_desktop, to_viewer, password=chain.PASSWORD):
        self.copy(b"before")
        old, new = self.viewer(password).classic(), self.viewer(password)
        if to_desktop or to_viewer:
            new.speak(unasked=1000)
        if to_viewer:
            self.assertEqual(old.next(), b"before")
            self.assertEqual(new.next(), ("notify", TEXT))
        old.send(rfb.cut_text(b"from a viewer"))
        old.settle()
        if to_desktop:
            self.wait_pasted(b"from a viewer")
        self.assertEqual(self.paste(), b"from a viewer" if to_desktop else b"before")
        self.copy(b"from the desktop")
        if to_viewer:
            self.assertEqual(old.next(), b"from the desktop")
            while new.next() != "from the desktop":
                pass
        old.settle()
        new.settle()
        self.assertEqual(old.got + new.got, [])
        old.close()
        new.close()

    def test_both(self):
        self.expect(True, True)

    def test_to_desktop(self):
        self.restart_with("clipboard = to-desktop")
        self.expect(True, False)

    def test_to_viewer(self):
        self.restart_with("clipboard = to-viewer")
        self.expect(False, True)

    def test_off(self):
        self.restart_with("clipboard = off")
        self.expect(False, False)

    def test_no_bytes(self):
        self.restart_with("clipboard_limit = 0")
        self.expect(False, False)

    def test_who_may_only_look(self):
        self.expect(False, False, chain.LOOK_PASSWORD)

    def test_nothing_stays(self):
        viewer = self.viewer().speak()
        viewer.send(provide("not for ever"))
        self.wait_pasted(b"not for ever")
        viewer.close()
        wait_until(lambda: self.paste() is None, "nothing to be left")
        viewer = self.viewer().speak()
        viewer.send(extended(REQUEST | TEXT))
        self.assertEqual(viewer.next(), ("notify", 0))


class PrimaryTest(ClipboardTest):
    """Marked text, each way."""

    def expect(self, to_desktop, to_viewer):
        self.copy(b"marked before", "primary")
        viewer = self.viewer().classic()
        if to_viewer:
            self.assertEqual(viewer.next(), b"marked before")
        self.copy(b"marked", "primary")
        if to_viewer:
            self.assertEqual(viewer.next(), b"marked")
        self.copy(b"copied")
        self.assertEqual(viewer.next(), b"copied")
        viewer.send(rfb.cut_text(b"from a viewer"))
        self.wait_pasted(b"from a viewer")
        self.assertEqual(self.paste("primary"), b"from a viewer" if to_desktop else b"marked")
        viewer.settle()
        self.assertEqual(viewer.got, [])
        viewer.close()

    def test_to_desktop(self):
        self.expect(True, False)

    def test_to_viewer(self):
        self.restart_with("primary = to-viewer")
        self.expect(False, True)

    def test_both(self):
        self.restart_with("primary = both")
        self.expect(True, True)

    def test_off(self):
        self.restart_with("primary = off")
        self.expect(False, False)

    def test_no_more_than_the_clipboard(self):
        self.restart_with("primary = both\nclipboard = to-viewer")
        viewer = self.viewer().classic()
        viewer.send(rfb.cut_text(b"from a viewer"))
        self.copy(b"marked", "primary")
        self.assertEqual(viewer.next(), b"marked")
        self.assertIsNone(self.paste())


class CharsetTest(ClipboardTest):
    """guacd with clipboard-encoding=UTF-8, and others without Extended Clipboard."""

    def test_utf8_in_classic_messages(self):
        viewer, latin1 = self.viewer().classic(), self.viewer().classic()
        for text in ("für", WORLD, "“quoted”"):
            viewer.send(rfb.cut_text(text.replace("\n", "\r\n").encode() + b"\0"))
            self.wait_pasted(text.encode())
            latin1.next()
            self.copy(b"answer: " + text.encode())
            self.assertEqual(viewer.next(), b"answer: " + text.encode())
            latin1.next()
        # It sends back what it got, as when its window gets the focus.
        viewer.send(rfb.cut_text("answer: “quoted”".encode()))
        viewer.settle()
        self.assertEqual(latin1.settle().got, [])

    def test_latin1_stays(self):
        viewer = self.viewer().classic()
        for data in ("für", "Spaß«, na ja: ü", "Spaß«", "É»"):
            viewer.send(rfb.cut_text(data.encode("latin-1")))
            self.wait_pasted(data.encode())
            self.copy("Antwort: ü €".encode())
            self.assertEqual(viewer.next(), "Antwort: ü EUR".encode("latin-1"))

    def test_it_switches(self):
        viewer = self.viewer().classic()
        for data, answer in (("plain", "latin-1"), ("für", "utf-8"), ("plain", "utf-8"),
                             ("für", "latin-1"), ("你好", "utf-8")):
            viewer.send(rfb.cut_text(data.encode(answer)))
            self.wait_pasted(data.encode())
            self.copy("ü".encode())
            self.assertEqual(viewer.next(), "ü".encode(answer))
            self.copy(b"x")
            self.assertEqual(viewer.next(), b"x")

    def test_surrogates(self):
        """guacamole-common-js writes, and reads, a character above U+FFFF in two halves."""
        halves = "\ud83d\ude00".encode("utf-8", "surrogatepass")
        for viewer, message in ((self.viewer().classic(), rfb.cut_text(halves + b"!")),
                                (self.viewer().speak(1000), provided(halves + b"!\0"))):
            viewer.send(message)
            self.wait_pasted("😀!".encode())
            viewer.close()
        viewer = self.viewer().classic()
        viewer.send(rfb.cut_text(halves + halves[:3]))
        self.wait_pasted("😀".encode())
        self.copy("a 😀".encode())
        self.assertEqual(viewer.next(), b"a " + halves)


class TargetTest(ClipboardTest):
    """xclip as a program that offers, or wants, one kind of text alone."""

    def test_owners(self):
        viewer = self.viewer().speak(unasked=1000)
        for target, data, text in (("text/plain", "grün 你".encode(), "grün 你"),
                                   ("text/plain", "grün".encode("latin-1"), "grün"),
                                   ("text/plain;charset=utf-8", "你".encode(), "你"),
                                   ("TEXT", "你!".encode(), "你!"),
                                   ("COMPOUND_TEXT", b"gr\xfcn \x1b-L\xd7\xd4", "grün зд")):
            self.copy(data, "clipboard", "-t", target)
            self.assertEqual(viewer.next(), text)

    def test_requestors(self):
        viewer = self.viewer().speak()
        viewer.send(provide("grün зд"))
        for target, data in (("text/plain", "grün зд".encode()), ("TEXT", "grün зд".encode()),
                             ("text/plain;charset=utf-8", "grün зд".encode()),
                             ("STRING", "grün ??".encode("latin-1")),
                             ("COMPOUND_TEXT", b"gr\xfcn \x1b-L\xd7\xd4")):
            self.wait_pasted(data, target=target)


class MemoryTest(ClipboardTest):
    def find(self, secret):
        """Describes the places in the scraper's memory."""
        found = []
        if self.scraper.is_sanitized():
            self.skipTest("the sanitizer keeps what is freed")
        with open("/proc/%d/mem" % self.scraper.pid, "rb", 0) as memory:
            for line in self.scraper.read_proc("maps").splitlines():
                where, mode = line.split()[:2]
                start, end = (int(number, 16) for number in where.split("-"))
                if mode.startswith("rw"):
                    memory.seek(start)
                    with contextlib.suppress(OSError):  # it was just unmapped
                        data = memory.read(end - start)
                        found += ["%s: %r at 0x%x" % (line, data[max(0, at - 64):at + 64], at)
                                  for at in [data.find(secret)] if at >= 0]
        return found

    def wait_wiped(self, secret):
        try:
            wait_until(lambda: not self.find(secret), "it to be wiped")
        except AssertionError:
            self.fail("%s is in memory: %s" % (secret, "; ".join(self.find(secret))))

    def test_nothing_stays_in_memory(self):
        for n in (1, 17, 100, 400, 2000, 7000):
            for to_desktop in (True, False):
                secret = b"secret%d-%d" % (n, to_desktop)
                old, new = self.viewer().classic(), self.viewer().speak(unasked=MIB)
                # Pixels that are not raw come from the queue's own buffer.
                old.set_format(RGB565)
                old.send(*[rfb.pointer_event(1, 1)] * n)
                if to_desktop:
                    old.send(rfb.cut_text(n * (secret + b"\n")))
                    self.wait_pasted(n * (secret + b"\n"))
                else:
                    self.copy(n * (secret + b"\n"))
                    old.next()
                new.next()
                self.assertTrue(self.find(secret))
                old.close()
                new.close()
                self.wait_wiped(secret)


    @unittest.skipUnless(survives_x(), "libX11 ends the process with the X server")
    def test_a_viewers_text_does_not_stay_in_memory_when_x_is_killed(self):
        """The viewers stay, at the status screen. (A few bytes fit into registers, which threads
        save anywhere.)"""
        for n in (17, 100, 400, 2000, 7000):
            secret = b"secret%d" % n
            old, new = self.viewer().classic(), self.viewer().speak(unasked=MIB)
            old.send(rfb.cut_text(n * (secret + b"\n")))
            self.wait_pasted(n * (secret + b"\n"))
            new.next()
            self.assertTrue(self.find(secret))
            n_lost = self.scraper.read_log().count("waiting for the next session")
            self.x.kill()
            self.scraper.wait_log("waiting for the next session", n_lost + 1)
            self.wait_wiped(secret)
            old.close()
            new.close()
            self.scraper.wait_log("disconnected", 2 * n_lost + 2)
            self.x = self.start_x(self.geometry, display=self.x.display)


class LateDesktopTest(ClipboardTest):
    """What is copied while there is no desktop is kept for it, as long as who has copied it stays."""

    def setUp(self):
        ChainTest.setUp(self)
        self.number = ":%d" % random.randrange(20000, 30000)
        self.start_chain("--display", self.number)

    def show_desktop(self, *viewers):
        """Returns once these are served it."""
        n_served = self.scraper.read_log().count("serving display")
        self.x = self.start_x("640x480x24", display=self.number)
        self.environment = self.x.environment()
        self.x_client().do("noise", 0, 0, 640, 480, 1)
        self.scraper.wait_log("serving display", n_served + 1)
        for viewer in viewers:
            wait_until(lambda: viewer.settle().width == 640, "the desktop")

    def expect_none(self, *viewers):
        """Not from a viewer, then: a text that is sent later arrives."""
        self.show_desktop(*viewers)
        self.assertIsNone(self.paste())

    def test_classic(self):
        viewer = self.viewer().classic()
        viewer.send(rfb.cut_text("“früher” 你".encode()))
        self.show_desktop(viewer.settle())
        self.wait_pasted("“früher” 你".encode())
        self.wait_pasted("“früher” 你".encode(), "primary")
        # It writes UTF-8, and so it is answered.
        self.copy("später: 你".encode())
        self.assertEqual(viewer.next(), "später: 你".encode())
        self.assertEqual(viewer.settle().got, [])

    def test_extended(self):
        viewer = self.viewer().speak(unasked=1000)
        viewer.send(extended(NOTIFY | TEXT))
        self.assertEqual(viewer.next(), ("request", TEXT))
        viewer.send(provide(WORLD), extended(PEEK), extended(REQUEST | TEXT))
        # There is nothing from the desktop.
        self.assertEqual([viewer.next(), viewer.next()], [("notify", 0)] * 2)
        self.show_desktop(viewer.settle())
        self.wait_pasted(WORLD.encode())
        self.copy(b"later")
        self.assertEqual(viewer.next(), "later")
        self.assertEqual(viewer.settle().got, [])

    def test_behind_the_veil(self):
        """The desktop has drawn nothing yet, so viewers do not see it."""
        viewer = self.viewer().classic()
        self.x = self.start_x("640x480x24", display=self.number)
        self.environment = self.x.environment()
        self.scraper.wait_log("serving display")
        viewer.send(rfb.cut_text(b"while it starts"))
        viewer.settle()
        self.assertNotEqual(viewer.width, 640)
        self.wait_pasted(b"while it starts")

    def test_the_last_one_counts(self):
        """The others get it with the desktop, and not before."""
        first, second, third = self.viewer().classic(), self.viewer().classic(), self.viewer().speak()
        for viewer, text in ((first, b"1"), (second, b"2"), (first, b"3"), (second, b"4")):
            viewer.send(rfb.cut_text(text))
            viewer.settle()
        third.send(extended(REQUEST | TEXT))
        self.assertEqual(third.next(), ("notify", 0))
        self.assertEqual(first.settle().got + second.settle().got + third.settle().got, [])
        self.show_desktop(first, second, third)
        self.wait_pasted(b"4")
        self.assertEqual([first.next(), third.next()], [b"4", ("notify", TEXT)])
        self.assertEqual(second.settle().got, [])

    def test_one_who_leaves_before(self):
        other, viewer = self.viewer().classic(), self.viewer().speak()
        viewer.send(provide("not for the next one"))
        viewer.settle().close()
        self.scraper.wait_log("disconnected")
        self.expect_none(other)
        self.assertEqual(other.got, [])
        other.send(rfb.cut_text(b"from who is there"))
        self.wait_pasted(b"from who is there")

    def test_all_leave_before(self):
        viewer = self.viewer().classic()
        viewer.send(rfb.cut_text(b"not for the next one"))
        viewer.settle().close()
        self.scraper.wait_log("disconnected")
        self.expect_none(self.viewer().classic())

    def test_taken_back(self):
        viewer = self.viewer().speak()
        viewer.send(provide("secret"), extended(NOTIFY))
        self.expect_none(viewer.settle())

    def test_too_long(self):
        viewer = self.viewer().classic()
        viewer.send(rfb.cut_text(b"x" * (256 * 1024 + 1)))
        self.scraper.wait_log("clipboard_limit (262144 bytes)")
        self.expect_none(viewer)

    def test_who_may_only_look(self):
        viewer = self.viewer(chain.LOOK_PASSWORD).classic()
        viewer.send(rfb.cut_text(b"from a looker"))
        self.expect_none(viewer.settle())

    def expect_forbidden(self, config):
        self.scraper.end()
        self.write_config(config)
        self.start_scraper("--display", self.number)
        viewer = self.viewer().classic()
        viewer.send(rfb.cut_text(b"forbidden"))
        self.expect_none(viewer.settle())

    def test_to_viewer_only(self):
        self.expect_forbidden("clipboard = to-viewer")

    def test_off(self):
        self.expect_forbidden("clipboard = off")

    def see_the_end(self, *viewers):
        """Of the session: they see the status screen then."""
        n_lost = self.scraper.read_log().count("waiting for the next session")
        self.x.kill()
        self.scraper.wait_log("waiting for the next session", n_lost + 1)
        for viewer in viewers:
            viewer.settle()

    @unittest.skipUnless(survives_x(), "libX11 ends the process with the X server")
    def test_from_session_to_session(self):
        """Not what was on the desktop, but what is copied after its end."""
        first, second = self.viewer().classic(), self.viewer().classic()
        self.show_desktop(first, second)
        first.send(rfb.cut_text(b"for the first session"))
        self.assertEqual(second.next(), b"for the first session")
        self.see_the_end(first, second)
        self.expect_none(first, second)
        self.copy(b"of the second session")
        self.assertEqual([first.next(), second.next()], [b"of the second session"] * 2)
        self.see_the_end(first, second)
        first.send(rfb.cut_text(b"for the third session"))
        self.show_desktop(first.settle(), second)
        self.wait_pasted(b"for the third session")
        self.assertEqual(second.next(), b"for the third session")


class LateDesktopMemoryTest(MemoryTest):
    setUp, number = LateDesktopTest.setUp, None
    test_nothing_stays_in_memory = None
    test_a_viewers_text_does_not_stay_in_memory_when_x_is_killed = None

    def test_it_is_wiped_when_its_viewer_leaves(self):
        other, n_gone = self.viewer().classic(), 0
        for n in (1, 17, 100, 400, 2000, 7000):
            for is_extended in (False, True):
                secret = b"secret%d-%d" % (n, is_extended)
                viewer, text = self.viewer(), n * (secret + b"\n")
                if is_extended:
                    viewer.speak().send(provide(text.decode()))
                else:
                    viewer.classic().send(rfb.cut_text(text))
                viewer.settle()
                self.assertTrue(self.find(secret))
                viewer.close()
                n_gone += 1
                self.scraper.wait_log("disconnected", n_gone)
                other.settle()
                self.assertEqual(self.find(secret), [])


class ClearTest(ClipboardTest):
    """What a program takes back is forgotten; what one that ended had copied is not."""

    def viewers(self):
        return (self.viewer().classic(), self.viewer().speak(), self.viewer().speak(unasked=1000))

    def test_cleared(self):
        old, new, eager = self.viewers()
        self.copy(b"secret")
        self.assertEqual([old.next(), new.next(), eager.next()],
                         [b"secret", ("notify", TEXT), "secret"])
        self.run_client("xsel", "-b", "-c")
        self.assertEqual([old.next(), new.next(), eager.next()],
                         [b"", ("notify", 0), ("notify", 0)])
        later = self.viewer().speak()
        later.send(extended(REQUEST | TEXT))
        self.assertEqual(later.next(), ("notify", 0))

    def test_another_program_clears_a_viewers_text(self):
        old, new, eager = self.viewers()
        old.send(rfb.cut_text(b"secret"))
        self.wait_pasted(b"secret")
        self.assertEqual([new.next(), eager.next()], [("notify", TEXT), "secret"])
        self.run_client("xsel", "-b", "-c")
        self.assertEqual([new.next(), eager.next()], [("notify", 0), ("notify", 0)])
        self.assertEqual(old.settle().got, [])  # it is its own
        self.assertIsNone(self.paste("primary"))

    def test_ended(self):
        old, new, eager = self.viewers()
        owner = self.client("selectionclient", DISPLAY=self.x.display)
        owner.do("own", "CLIPBOARD", "a text")
        self.assertEqual([old.next(), new.next(), eager.next()],
                         [b"a text", ("notify", TEXT), "a text"])
        owner.close()
        new.send(extended(REQUEST | TEXT))
        self.assertEqual(new.next(), "a text")
        self.assertEqual(old.settle().got + eager.settle().got, [])
        self.assertEqual(self.viewer().classic().next(), b"a text")


def toolkit_python(module):
    """A Python that has the module, or None."""
    for python in (sys.executable, "/usr/bin/python3"):
        if shutil.which(python) and subprocess.run(
                [python, "-c", module], check=False, stderr=subprocess.DEVNULL).returncode == 0:
            return python
    return None


class Toolkit:
    """What programs of a toolkit do; `imports` shows whether it is installed."""

    def app(self):
        python = toolkit_python(self.imports)
        if not python:
            self.skipTest("no " + self.name)
        return self.client(python, os.path.join(os.environ.get("SRCDIR", "."),
                           "tests/integration/lib/toolkit_app.py"), self.name,
                           **self.x.environment(XDG_RUNTIME_DIR=self.directory,
                                                GDK_BACKEND="x11", QT_QPA_PLATFORM="xcb"))

    def test_copy_and_paste(self):
        app, viewer = self.app(), self.viewer().speak(unasked=1000)
        app.do("copy", "Grüße, 你好 😀")
        self.assertEqual(viewer.next(), "Grüße, 你好 😀")
        viewer.send(provide("für dich 😀"))
        wait_until(lambda: app.do("paste") == "für dich 😀", "the viewer's text")
        app.do("copy", "again")
        self.assertEqual(viewer.next(), "again")
        self.assertEqual(viewer.settle().got, [])

    def test_clear(self):
        app, old, viewer = self.app(), self.viewer().classic(), self.viewer().speak(unasked=1000)
        app.do("copy", "secret")
        self.assertEqual([old.next(), viewer.next()], [b"secret", "secret"])
        app.do("clear")
        self.assertEqual([old.next(), viewer.next()], [b"", ("notify", 0)])
        viewer.send(extended(REQUEST | TEXT))
        self.assertEqual(viewer.next(), ("notify", 0))

    def test_end(self):
        app, old, viewer = self.app(), self.viewer().classic(), self.viewer().speak()
        app.do("copy", "kept")
        self.assertEqual([old.next(), viewer.next()], [b"kept", ("notify", TEXT)])
        app.close()
        wait_until(lambda: self.paste() is None, "the program's end")
        viewer.send(extended(REQUEST | TEXT))
        self.assertEqual(viewer.next(), "kept")
        self.assertEqual(old.settle().got, [])

    def test_mark(self):
        app, viewer = self.app(), self.viewer().classic()
        app.do("mark", "marked")
        wait_until(lambda: self.paste("primary") == b"marked", "the mark")
        app.do("unmark")
        app.do("copy", "copied")
        self.assertEqual(viewer.next(), b"copied")


class Gtk3Test(Toolkit, ClipboardTest):
    name, imports = "gtk3", "import gi; gi.require_version('Gtk', '3.0')"


class Gtk4Test(Toolkit, ClipboardTest):
    name, imports = "gtk4", "import gi; gi.require_version('Gtk', '4.0')"


class Qt5Test(Toolkit, ClipboardTest):
    name, imports = "qt5", "import PyQt5.QtGui"

    def test_a_password_manager(self):
        self.restart_with("primary = both")
        app, viewer = self.app(), self.viewer().classic()
        app.do("secret", "hunter2")
        self.assertEqual(viewer.next(), b"hunter2")
        self.assertEqual(viewer.next(), b"hunter2")  # PRIMARY, once it rests
        app.do("clear")
        self.assertEqual(viewer.next(), b"")
        late = self.viewer().speak()
        late.send(extended(REQUEST | TEXT))
        self.assertEqual(late.next(), ("notify", 0))


@unittest.skipUnless(shutil.which("autocutsel"), "no autocutsel")
class AutocutselTest(ClipboardTest):
    """It copies between the selections and the cut buffer, and owns what others have copied."""

    config = "primary = both"

    def setUp(self):
        super().setUp()
        for selection in ("CLIPBOARD", "PRIMARY"):
            self.start("autocutsel", "-selection", selection, "-pause", "50",
                       env=self.environment)

    def cut_buffer(self):
        return self.run_client("xprop", "-root", "CUT_BUFFER0").stdout

    def test_no_ping_pong(self):
        first, second = self.viewer().classic(), self.viewer().classic()
        for n in range(5):
            text = b"from a viewer %d" % n
            first.send(rfb.cut_text(text))
            self.assertEqual(second.next(), text)
            wait_until(lambda: text in self.cut_buffer(), "the cut buffer")
            self.assertEqual(self.paste(), text)
            # It has become the owner: that is the same text once more, at most for each selection.
            while second.settle().got:
                self.assertEqual(second.next(), text)
        self.assertEqual(first.settle().got, [])
        self.copy(b"from the desktop")
        self.assertEqual(first.next(), b"from the desktop")
        first.send(rfb.cut_text(b"the end"))
        self.wait_pasted(b"the end")
        self.wait_pasted(b"the end", "primary")


class TigerVncTest(ClipboardTest):
    """The real viewer on its own display, where xclip copies and pastes."""

    config = "primary = both"

    def setUp(self):
        super().setUp()
        program = shutil.which("xtigervncviewer") or shutil.which("vncviewer")
        self.there = self.start_x("1000x800x24", name="there")
        self.there_environment = self.there.environment(HOME=self.directory)
        # The viewer checks its clipboard only while it has the focus.
        self.start_openbox(self.there_environment)
        vnc = self.start(program, "-passwd", self.password_path, "-Shared", "-Log",
                         "*:stderr:100", "127.0.0.1::%d" % self.port, env=self.there_environment)
        vnc.wait_log("clipboard capabilities")
        wait_until(lambda: b"window id # 0x" in self.root("_NET_ACTIVE_WINDOW") and
                   b"# 0x0\n" not in self.root("_NET_ACTIVE_WINDOW"), "the viewer's focus")

    def root(self, property_name):
        return self.run_client("xprop", "-root", property_name,
                               environment=self.there_environment).stdout

    def paste_there(self, selection):
        return self.run_client("xclip", "-o", "-selection", selection, "-t", "UTF8_STRING",
                               environment=self.there_environment).stdout

    def test_to_viewer(self):
        for text in (WORLD, "x" * 200000):
            self.copy(text.encode())
            wait_until(lambda: self.paste_there("clipboard") == text.encode(), "it there")
        self.copy("gewählt".encode(), "primary")
        wait_until(lambda: self.paste_there("clipboard") == "gewählt".encode(), "it there, too")

    def test_to_desktop(self):
        for text in (WORLD, "y" * 200000):
            subprocess.run(["xclip", "-i", "-selection", "clipboard"], input=text.encode(),
                           env=self.there_environment, stdout=subprocess.DEVNULL, check=True)
            self.wait_pasted(text.encode())
            self.wait_pasted(text.encode(), "primary")


if __name__ == "__main__":
    for command in ("xclip", "xsel", "xterm", "openbox", "xprop"):
        if not shutil.which(command):
            print("no", command)
            sys.exit(77)
    chain.main()
