#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
comings_and_goings.py HOST PORT PASSWORD TIMES - one viewer types line after line of small letters,
while others come, hold down keys and leave: TIMES of them, half of them without a word.
What they type are characters that the first one does not use, some of them on no keyboard. Prints
the first one's text, as it should have arrived.
"""
import itertools
import socket
import struct
import sys

from viewer import Viewer

SHIFT, CONTROL, ALT, ALTGR, RETURN = 0xffe1, 0xffe3, 0xffe9, 0xfe03, 0xff0d
UNICODE = 0x1000000
WORDS = "the quick brown fox jumps over a lazy dog"


def key(viewer, keysym, down):
    viewer.write(struct.pack(">BBxxI", 4, down, keysym))


def come_and_go(n, *where):
    viewer = Viewer(*where)
    # a part of the picture; some leave in the middle of it
    viewer.write(struct.pack(">BBHHHH", 3, 0, 0, 0, 64, 64))
    if n % 4:
        viewer.read_message()
    key(viewer, UNICODE | 0x4e00 + n % 40, 1)
    key(viewer, (SHIFT, CONTROL, ALT, ALTGR)[n % 4], 1)
    if n % 4 == 0:
        for letter in "QJ%d" % n:
            key(viewer, ord(letter), 1)
    if n % 2:
        # the connection is reset
        viewer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    viewer.socket.close()


def main(host, port, password, times):
    where = host, int(port), password
    typist = Viewer(*where)
    words = itertools.cycle(WORDS)
    text = ""
    for n in range(int(times)):
        come_and_go(n, *where)
        for letter in itertools.islice(words, 3):
            typist.key(ord(letter))
            text += letter
        if n % 10 == 9:
            typist.key(RETURN)
            text += "\n"
    typist.key(RETURN)
    print(text)
    # it has been typed when this has come back
    typist.missing = typist.width * typist.height
    typist.view_until(lambda: typist.missing == 0, 60, "a whole picture")


if __name__ == "__main__":
    main(*sys.argv[1:])
