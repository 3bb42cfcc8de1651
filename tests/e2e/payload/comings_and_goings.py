#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
comings_and_goings.py HOST PORT PASSWORD TIMES - one viewer types lines of small letters, while
TIMES others come, hold down keys and leave, half of them with a reset. Those type characters that
the first one does not use, some of them on no keyboard. Prints the first one's text, as it should
have arrived.
"""
import itertools
import sys

from lib import rfb
from viewer import Viewer

SHIFT, CONTROL, ALT, ALTGR, RETURN = 0xffe1, 0xffe3, 0xffe9, 0xfe03, 0xff0d
UNICODE = 0x1000000
WORDS = "the quick brown fox jumps over a lazy dog"


def come_and_go(n, host, port, password):
    viewer = Viewer(port, host).log_in(password)
    # A part of the picture; some leave in the middle of it.
    viewer.request(False, (0, 0, 64, 64))
    if n % 4:
        viewer.read_message()
    keys = [UNICODE | 0x4e00 + n % 40, (SHIFT, CONTROL, ALT, ALTGR)[n % 4]]
    if n % 4 == 0:
        keys += map(ord, "QJ%d" % n)
    for keysym in keys:
        viewer.send(rfb.key_event(keysym, True))
    if n % 2:
        viewer.reset()
    else:
        viewer.close()


def main(host, port, password, times):
    where = host, int(port), password
    typist = Viewer(int(port), host).log_in(password)
    words = itertools.cycle(WORDS)
    text = ""
    for n in range(int(times)):
        come_and_go(n, *where)
        for letter in itertools.islice(words, 3):
            typist.send(rfb.key_stroke(ord(letter)))
            text += letter
        if n % 10 == 9:
            typist.send(rfb.key_stroke(RETURN))
            text += "\n"
    typist.send(rfb.key_stroke(RETURN))
    print(text)
    # By the time this is answered, all is typed.
    typist.missing = typist.width * typist.height
    typist.view_until(lambda: typist.missing == 0, 60, "a whole picture")


if __name__ == "__main__":
    main(*sys.argv[1:])
