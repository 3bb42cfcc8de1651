#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The viewers that people use: each connects, shows, types, pastes both ways, resizes and leaves,
and has a slow link for a while.

The table of what works is printed, and must match that of docs/viewers.md. `make check` leaves this
out, since it needs a browser.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time

from lib import chain, rfb, status_text, viewers
from lib.chain import ChainTest, wait_until
from lib.process import run
from lib.relay import Relay

TEXT = "Hello, World (42)! \u00e9\u00df"
COLUMNS = ("viewer", "version", "asks for", "gets", "far away", "connect", "show", "be far away",
           "type", "paste to desktop", "paste to viewer", "resize", "follow", "log out and in",
           "leave")
N_FACTS = 5  # of the columns: the others say what works
FAR_RATE = 2000000  # bytes a second
DOCUMENT = os.path.join(os.environ.get("SRCDIR", os.path.dirname(__file__) + "/../.."),
                        "docs/viewers.md")


class MatrixTest(ChainTest):
    geometry = "1280x1000x24"
    config = "clipboard = both\nresize = yes"
    rows = []

    def setUp(self):
        super().setUp()
        self.home = os.path.join(self.directory, "home")
        os.mkdir(self.home, 0o700)
        # A number that nobody else takes while there is no X server of it.
        self.x = self.start_x(self.geometry, display=":%d" % random.randrange(20000, 30000))
        self.x.set_mode(640, 480)
        self.control_socket = os.path.join(self.directory, "control.sock")
        self.start_chain()
        self.start_desktop()
        self.screen = viewers.Screen(self)
        self.relay = Relay(self.port)
        self.relay.rate = FAR_RATE
        self.addCleanup(self.relay.close)
        self.origin = 0, 0
        self.n_blocks = 0
        self.far_encodings = set()

    # ---- the desktop ----

    def start_desktop(self):
        self.app = self.client("keyboard_app", DISPLAY=self.x.display, LC_ALL="C.UTF-8")
        self.blocks = self.x_client()

    def put_blocks(self, x, y, *colours):
        """Four squares, two by two."""
        self.blocks_at = x, y
        for i, colour in enumerate(colours):
            self.n_blocks += 1
            self.blocks.do("window", self.n_blocks, x + i % 2 * 40, y + i // 2 * 40, 40, 40,
                           "%06x" % colour)

    def clipboard(self, text=None):
        """Sets the desktop's clipboard to the text, or returns what is in it."""
        if text is None:
            return viewers.read_selection(self.x.environment(), "clipboard")
        return subprocess.run(["xclip", "-selection", "clipboard", "-i"], input=text,
                              encoding="utf-8", check=False, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=30, env=self.x.environment())

    # ---- what a person sees ----

    def find_blocks(self, colours):
        """Where the viewer shows their upper left corner, or None."""
        if isinstance(self.viewer, viewers.LibVncClient):
            path = self.picture(self.blocks).path
            self.viewer.client.do("expect", path, 0)
            return self.blocks_at
        picture = self.picture(self.screen.look)
        data, stride = picture.masked(), picture.width * 4
        rows = [b"".join((colour | 0xff000000).to_bytes(4, sys.byteorder) * 40
                         for colour in colours[i:i + 2]) for i in (0, 2)]
        at = data.find(rows[0])
        if at < 0 or at // stride + 80 > picture.height:
            return None
        for row in range(80):
            if not data.startswith(rows[row // 40], at + row * stride):
                return None
        return at % stride // 4, at // stride

    def expect_blocks(self, x, y, *colours):
        """Puts them there and waits until the viewer shows them; returns the desktop's origin."""
        self.put_blocks(x, y, *colours)
        at = wait_until(lambda: self.find_blocks(colours), "the squares in the viewer")
        return at[0] - x, at[1] - y

    # ---- the columns ----

    def connect(self):
        self.viewer.connect()
        self.scraper.wait_log(" accepted")

    def show(self):
        self.origin = self.expect_blocks(100, 100, 0xc02010, 0x10a030, 0x2040d0, 0xe0c010)
        again = self.expect_blocks(420, 300, 0x103050, 0xf0f0f0, 0x808080, 0x20e0e0)
        self.assertEqual(self.origin, again)

    def be_far_away(self):
        """Text and pictures that move and rest: in the end all is shown, however it was encoded."""
        for seed in range(60):
            for i in range(20):
                self.blocks.do("fill", 60 + i * 13 % 300, 60 + (i * 31 + seed * 17) % 300, 90,
                               5 + i, "%x" % ((seed * 20 + i) * 0x10337 & 0xffffff))
            self.blocks.do("noise", 200, 100 + seed % 12 * 10, 150, 120, seed)
            self.blocks.do("copy", 60, 60, 400, 300, 60, 80)
            self.far_encodings.add(self.encoding_sent())
            # vncclient reads only while it waits for something.
            if seed % 20 == 19 or isinstance(self.viewer, viewers.LibVncClient):
                wait_until(self.shows_all, "all of the desktop")
            time.sleep(0.05)
        self.relay.rate = None
        self.far_encodings.discard("raw")
        self.assertTrue(self.far_encodings, "nothing but Raw was sent")

    def encoding_sent(self):
        shown = run("ctl/gpudesk", "status", "--json", "--config", self.config_path,
                    "--control-socket", self.control_socket).stdout
        return json.loads(shown)["scraper"]["viewers"][0]["encoding"]

    def shows_all(self):
        """Whether the viewer shows the desktop, pixel by pixel, but for the edges."""
        desktop = self.picture(self.blocks)
        if isinstance(self.viewer, viewers.LibVncClient):
            self.viewer.client.do("expect", desktop.path, 0)
            return True
        picture = self.picture(self.screen.look)
        shown, data, left, width = picture.masked(), desktop.masked(), 60, 500 * 4
        for y in range(60, 440):
            at = (y * desktop.width + left) * 4
            to = ((y + self.origin[1]) * picture.width + left + self.origin[0]) * 4
            if shown[to:to + width] != data[at:at + width]:
                return False
        return True

    def type(self):
        self.viewer.type(TEXT)
        typed = bytes.fromhex(self.app.do("text", len(TEXT)).replace(" ", "")).decode()
        self.assertEqual(typed, TEXT)
        self.wait_released()

    def paste_to_desktop(self):
        text = "from the viewer: %s %s" % (self.viewer.accent, self.viewer.name)
        self.viewer.copy(text)
        wait_until(lambda: self.clipboard() == text, "%r; there is %r" % (text, self.clipboard()))

    def paste_to_viewer(self):
        text = "from the desktop: \u00e4 %s" % self.viewer.name
        self.clipboard(text)
        wait_until(lambda: text in self.viewer.paste(),
                   "the text; there is %s" % self.viewer.paste())

    def resize(self):
        before = self.x.size()
        self.viewer.resize(900, 700)
        wait_until(lambda: self.x.size() != before, "another size of the desktop")
        self.expect_blocks(100, 100, 0x332211, 0x665544, 0x998877, 0xccbbaa)

    def follow(self):
        self.x.set_mode(760, 560)
        colours = 0x123456, 0x654321, 0xabcdef, 0xfedcba
        self.put_blocks(670, 470, *colours)
        wait_until(lambda: self.sees(colours), "what is in the desktop's corner")

    def sees(self, colours):
        """Whether the viewer shows the colours, at any scale."""
        if isinstance(self.viewer, viewers.LibVncClient):
            try:
                return self.find_blocks(colours)
            except AssertionError:  # or not yet: the size may change
                return None
        data = self.picture(self.screen.look).masked()
        return all((colour | 0xff000000).to_bytes(4, sys.byteorder) * 10 in data
                   for colour in colours)

    def log_out_and_in(self):
        """The X server ends, and another one starts. It gets the size that the viewer had asked the
        first one for, if any."""
        self.x.end(signal.SIGKILL)
        if not isinstance(self.viewer, viewers.LibVncClient):  # it has no window
            wait_until(self.sees_status, "the status screen in the viewer")
        self.x = self.start_x(self.geometry, display=self.x.display)
        self.x.set_mode(640, 480)
        self.start_desktop()
        colours = 0x2468ac, 0xca8642, 0x13579b, 0xb97531
        self.put_blocks(300, 200, *colours)
        wait_until(lambda: self.sees(colours), "what is on the next desktop")

    def sees_status(self):
        """Whether most of the viewer's window, wherever it is, has the background's colour."""
        shown = self.picture(self.screen.look).masked()
        return shown.count(status_text.BACKGROUND + b"\xff") > 640 * 480 // 2

    def leave(self):
        self.viewer.hold("shift", "x")
        wait_until(lambda: self.app.do("state").split()[3:], "keys that are held down")
        self.viewer.leave()
        self.scraper.wait_log("disconnected")
        self.wait_released()

    def wait_released(self):
        wait_until(lambda: self.app.do("state").split()[3:] == [], "keys to go up; %s" %
                   self.app.do("state"))

    def go_through(self, kind):
        self.viewer = kind(self, self.relay.port)
        start = time.monotonic()
        row = [kind.name, kind.version()]
        cells, why = [], []
        expected = documented(kind.name) or ["yes"] * len(COLUMNS)
        for column, word in zip(COLUMNS[N_FACTS:], expected):
            rfb.PATIENCE = 30 if word == "yes" else 4
            try:
                getattr(self, column.replace(" ", "_"))()
                cells.append("yes")
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                cells.append("no")
                why.append("%s: %s" % (column, str(error)[:1500]))
                if column in ("connect", "show"):
                    break
        cells += ["no"] * (len(COLUMNS) - N_FACTS - len(cells))
        rfb.PATIENCE = 30
        far = ", ".join(sorted(self.far_encodings)) or "none"
        row = (*row, self.relay.asked, self.relay.got, far, *cells)
        MatrixTest.rows.append(row)
        print(" | ".join(row), "(%.1f s)" % (time.monotonic() - start), flush=True)
        print("\n".join(why), flush=True)
        self.assertEqual(cells, documented(kind.name), "not as in docs/viewers.md; " +
                         "; ".join(why))

    @classmethod
    def tearDownClass(cls):
        print_table(cls.rows)


def add_test(kind):
    setattr(MatrixTest, "test_" + kind.__name__.lower(), lambda self: self.go_through(kind))


for kind in viewers.ALL:
    add_test(kind)


def documented(name):
    """The cells of what works, in the document's row for the viewer."""
    with open(DOCUMENT, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if cells[0] == name and len(cells) == len(COLUMNS):
                return cells[N_FACTS:]
    return None


def print_table(rows):
    print("| %s |" % " | ".join(COLUMNS))
    print("|%s" % ("---|" * len(COLUMNS)))
    for row in rows:
        print("| %s |" % " | ".join(row), flush=True)


if __name__ == "__main__":
    chain.main()
