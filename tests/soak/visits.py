# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens in a soak: how viewers come, what they do, how they leave, and what breaks."""

import signal
import socket
import struct

from lib import rfb
from lib.chain import PASSWORD

SHIFT, KEYS = 0xffe1, "abcdefghijklmnopqrstuvwxyz 0123456789"
FORMATS = [rfb.RGB888, rfb.RGB565,
           rfb.PixelFormat(8, 8, (7, 7, 3), (0, 3, 6)),
           rfb.PixelFormat(32, 24, (255, 255, 255), (0, 8, 16), big=True)]


class Visit:
    """One viewer, from its connection to its end, as `random` decides."""

    def __init__(self, chain, random, screen):
        self.chain, self.random, self.screen = chain, random, screen
        self.viewer = None

    def run(self):
        come = self.random.choices([self.enter, self.guess, self.give_up, self.send_junk],
                                   [12, 1, 2, 1])[0]
        come()

    # ---- those that are refused ----

    def source(self):
        return "127.%d.%d.%d" % tuple(self.random.randint(1, 250) for _ in range(3))

    def guess(self):
        """A wrong password, then the right one from that address, so that no delays grow."""
        source = "127.0.1.%d" % self.random.randint(1, 40)
        with self.chain.view(source) as viewer:
            try:
                viewer.authenticate("guessed" + self.random.choice(KEYS))
                raise AssertionError("a wrong password was accepted")
            except rfb.Refused:
                pass
        self.chain.log_in(source=source).close()

    def give_up(self):
        with self.chain.view(self.source()) as viewer:
            viewer.read(12)
            viewer.send((rfb.VERSION + b"\2")[:self.random.randint(0, 13)])
            self.leave(viewer)

    def send_junk(self):
        with self.chain.view(self.source()) as viewer:
            try:
                viewer.send(self.random.randbytes(self.random.randint(1, 3000)))
                self.leave(viewer)
            except OSError:
                pass  # the proxy closed the connection

    # ---- those that are accepted ----

    def enter(self):
        steps = [self.ask, self.ask, self.type, self.point, self.paste, self.resize, self.change,
                 self.paint]
        with self.chain.log_in(encodings=self.choose_encodings()) as viewer:
            self.viewer = viewer
            if self.random.random() < 0.2:
                viewer.set_format(self.random.choice(FORMATS))
            for _ in range(self.random.randint(0, 8)):
                self.random.choice(steps)()
            self.leave(viewer)

    def choose_encodings(self):
        sizes = self.random.choice([(), (rfb.DESKTOP_SIZE,), (rfb.EXTENDED_DESKTOP_SIZE,)])
        return (self.random.choice([rfb.RAW, rfb.ZRLE]), rfb.CURSOR, *sizes)

    def ask(self):
        self.viewer.fetch(False, (0, 0, self.random.randint(1, 200), self.random.randint(1, 200)))

    def type(self):
        for letter in self.random.choices(KEYS, k=self.random.randint(1, 20)):
            self.viewer.send(rfb.key_stroke(ord(letter)))

    def point(self):
        for _ in range(self.random.randint(1, 20)):
            self.viewer.send(rfb.pointer_event(self.random.randrange(500),
                                               self.random.randrange(400),
                                               self.random.choice([0, 0, 1])))

    def paste(self):
        self.viewer.send(rfb.cut_text(self.random.randbytes(self.random.randint(0, 5000))))

    def resize(self):
        self.viewer.send(rfb.set_desktop_size(self.random.randrange(200, 641, 20),
                                              self.random.randrange(200, 481, 20)))

    def change(self):
        self.viewer.send(rfb.set_encodings(*self.choose_encodings()))

    def paint(self):
        if self.screen:
            self.screen.do("noise", *(self.random.randrange(0, 200) for _ in range(2)), 50, 50,
                           self.random.randrange(1000))

    def leave(self, viewer):
        """Closes the connection, or breaks off in the middle of something."""
        how = self.random.randrange(7)
        if how == 0:
            viewer.reset()
        elif how == 1:
            viewer.socket.shutdown(socket.SHUT_WR)
        elif how == 2 and viewer.width:
            viewer.send(rfb.key_event(SHIFT, True), rfb.pointer_event(1, 1, 1))
        elif how == 3 and viewer.width:
            viewer.request(False)  # and does not read it
        elif how == 4 and viewer.width:
            viewer.send(struct.pack(">Bxxxi", 6, 9000) + b"half a text")


STRIKES = ("scraper", "X server", "proxy", "logout")


def strike(chain, what):
    """Kills it, or ends the X server as a logout does."""
    if what in ("proxy", "scraper"):
        getattr(chain, what).kill()
    else:
        chain.lose_x(signal.SIGKILL if what == "X server" else signal.SIGTERM)


def check_picture(chain, screen):
    """The next connection sees what is painted now."""
    colour = (17, 34, 51)
    screen.do("fill", 3, 3, 8, 8, "%02x%02x%02x" % colour)
    with chain.log_in(PASSWORD) as viewer:
        viewer.fetch(False, (0, 0, 12, 12))
        if viewer.read_pixel(4, 4) != colour:
            raise AssertionError("the picture is wrong: %s" % (viewer.read_pixel(4, 4),))
