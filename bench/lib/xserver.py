# SPDX-License-Identifier: GPL-2.0-or-later
"""An X server of our own, with a cookie, on a display number that was free."""
import os
import secrets
import struct

from process import BenchError, Child

FAMILY_WILD = 65535


def write_xauthority(path):
    """A cookie that is good for any display (Xau(3) has the format: counted strings)."""
    fields = (b"", b"", b"MIT-MAGIC-COOKIE-1", secrets.token_bytes(16))
    data = struct.pack(">H", FAMILY_WILD)
    data += b"".join(struct.pack(">H", len(f)) + f for f in fields)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)


class XServer:
    """kind: "xvfb", or "xorg" with the dummy driver (2560x1600 only)."""

    def __init__(self, kind, geometry, work):
        self.kind, self.geometry = kind, geometry
        self.xauthority = f"{work}/Xauthority"
        write_xauthority(self.xauthority)
        common = ["-displayfd", "1", "-auth", self.xauthority, "-noreset", "-nolisten", "tcp"]
        if kind == "xvfb":
            command = ["Xvfb", "-screen", "0", geometry + "x24"] + common
        elif geometry == "2560x1600":
            config = os.path.join(os.path.dirname(__file__), "..", "xorg-dummy.conf")
            command = ["Xorg", "-novtswitch", "-sharevts", "-config", os.path.realpath(config),
                       "-logfile", f"{work}/xorg-full.log"] + common
        else:
            raise BenchError("xorg-dummy.conf has only 2560x1600")
        self.child = Child(command, f"{work}/{kind}.log", talks=True)
        try:
            self.display = ":" + self.child.line(30).strip()
        except BenchError:
            self.child.stop()
            raise
        self.pid = self.child.pid
        self.env = dict(os.environ, DISPLAY=self.display, XAUTHORITY=self.xauthority)

    def stop(self):
        self.child.stop()
