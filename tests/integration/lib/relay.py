# SPDX-License-Identifier: GPL-2.0-or-later
"""A relay between a viewer and the proxy, which notes the encodings used and can be slow.

It is no client: it follows both directions only until it knows the encoding that was sent.
"""

import socket
import struct
import time

from lib import rfb
from lib.forwarder import Forwarder, shut_down

NAMES = {0: "Raw", 1: "CopyRect", 2: "RRE", 4: "CoRRE", 5: "Hextile", 6: "Zlib", 7: "Tight",
         9: "Ultra", 16: "ZRLE", 50: "H.264"}
SUPPORTED_MESSAGES, SUPPORTED_ENCODINGS, IDENTITY = -0x1ffff, -0x1fffe, -0x1fffd
CONTENT_FREE = (rfb.DESKTOP_SIZE, rfb.POINTER_POSITION, rfb.QEMU_KEYS, rfb.BUTTONS,
                rfb.LIBVNC_LEDS)


class Relay(Forwarder):
    """Accepts connections on `port`."""

    def __init__(self, to_port):
        self.to_port = to_port
        self.asked = self.got = "none"
        self.rate = None  # bytes a second towards the viewer, None for no limit
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.listen(listener)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.to_port))

    def join(self, near, far):
        for one in near, far:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bits = []
        self.start(self._forward, near, far, self._read_viewer(bits))
        self.start(self._forward, far, near, self._read_server(bits))

    def _forward(self, source, target, reader):
        """Passes on what comes, and gives it to the reader, which yields how much it wants."""
        ahead, wanted = b"", next(reader)
        try:
            while data := source.recv(65536):
                target.sendall(data)
                if self.rate:
                    time.sleep(len(data) / self.rate)
                if wanted is None:
                    continue
                ahead += data
                while wanted is not None and len(ahead) >= wanted:
                    data, ahead = ahead[:wanted], ahead[wanted:]
                    wanted = reader.send(data)
        finally:
            shut_down(target, socket.SHUT_WR)

    def _read_viewer(self, bits):
        """Up to the first SetEncodings."""
        yield 12 + 1 + 16 + 1
        while True:
            kind = (yield 1)[0]
            if kind == 0:
                bits.append((yield 19)[3])
            elif kind == 2:
                n, = struct.unpack(">xH", (yield 3))
                numbers = struct.unpack(">%di" % n, (yield 4 * n))
                self.asked = next((NAMES[number] for number in numbers if number in NAMES and
                                   number != 1), "none")
                yield None
            else:
                yield {3: 9, 4: 7, 5: 5}.get(kind)

    def _read_server(self, bits):
        """Up to the first pixels."""
        yield 12
        yield (yield 1)[0]
        yield 16 + 4
        start = yield 24
        bits.append(start[4])
        yield int.from_bytes(start[20:], "big")
        while True:
            kind = (yield 1)[0]
            if kind == 3:
                yield abs(struct.unpack(">xxxi", (yield 7))[0])
                continue
            if kind != 0:
                yield None
            n, = struct.unpack(">xH", (yield 3))
            for _ in range(n):
                *_, width, height, encoding = struct.unpack(">HHHHi", (yield 12))
                if encoding in NAMES:
                    self.got = NAMES[encoding]
                    yield None
                if encoding not in CONTENT_FREE:
                    yield from self._skip(width, height, encoding, bits[-1] // 8)

    @staticmethod
    def _skip(width, height, encoding, pixel):
        mask = (width + 7) // 8 * height
        if encoding == rfb.EXTENDED_DESKTOP_SIZE:
            yield 16 * (yield 4)[0]
        else:
            yield {SUPPORTED_MESSAGES: 64, SUPPORTED_ENCODINGS: width, IDENTITY: width,
                   rfb.ALPHA_CURSOR: 4 + width * height * 4,
                   rfb.CURSOR: width * height * pixel + mask,
                   rfb.QEMU_LEDS: 1, rfb.VMWARE_LEDS: 4,
                   rfb.X_CURSOR: 6 + 2 * mask if mask else 0}.get(encoding)
