# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer in plain Python: VncAuth, Raw pixels, the pseudo-encodings, any message one likes."""

import select
import socket
import struct
import time

from lib import des, zrle

PATIENCE = 30  # seconds until a test that waits for something fails

RAW, COPY, ZRLE, CURSOR, X_CURSOR, DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE = 0, 1, 16, -239, -240, -223, -308
ALPHA_CURSOR, POINTER_POSITION = -314, -232
LAST_RECT, UNTIL_LAST_RECT = -224, 65535
QEMU_KEYS, QEMU_LEDS, VMWARE_LEDS, BUTTONS = -258, -261, 0x574d5668, -316


class Refused(Exception):
    """SecurityResult: failed; the text is the reason."""


class PixelFormat:
    STRUCT = struct.Struct(">BBBBHHHBBBxxx")

    def __init__(self, bits, depth, maxima, shifts, big=False, true_colour=True):
        self.bits, self.depth, self.maxima, self.shifts = bits, depth, maxima, shifts
        self.big, self.true_colour = big, true_colour

    @classmethod
    def unpack(cls, data):
        bits, depth, big, true_colour, *rest = cls.STRUCT.unpack(data)
        return cls(bits, depth, tuple(rest[:3]), tuple(rest[3:]), bool(big), bool(true_colour))

    def pack(self):
        return self.STRUCT.pack(self.bits, self.depth, self.big, self.true_colour, *self.maxima,
                                *self.shifts)

    def masks(self):
        return tuple(top << shift for top, shift in zip(self.maxima, self.shifts))


def set_pixel_format(pixel_format):
    return b"\0\0\0\0" + pixel_format.pack()


def set_encodings(*numbers):
    return struct.pack(">BxH%di" % len(numbers), 2, len(numbers), *numbers)


def update_request(incremental, x, y, width, height):
    return struct.pack(">BBHHHH", 3, incremental, x, y, width, height)


def key_event(keysym, down):
    return struct.pack(">BBxxI", 4, down, keysym)


def pointer_event(x, y, buttons=0):
    return struct.pack(">BBHH", 5, buttons, x, y)


def scan_code_event(keysym, scan_code, down):
    """QEMU's extended key event."""
    return struct.pack(">BBHII", 255, 0, down, keysym, scan_code)


def wide_pointer_event(x, y, buttons):
    """With more buttons than 7, as ExtendedMouseButtons has it."""
    return struct.pack(">BBHHB", 5, buttons & 0x7f | 0x80, x, y, buttons >> 7)


def set_desktop_size(width, height, screens=None):
    screens = [(1, 0, 0, width, height)] if screens is None else screens
    return struct.pack(">BxHHBx", 251, width, height, len(screens)) + b"".join(
        struct.pack(">IHHHHxxxx", *screen) for screen in screens)


def cut_text(text):
    return struct.pack(">Bxxxi", 6, len(text)) + text


class Viewer:
    """Each step of the protocol is one method; `log_in` does all up to ServerInit."""

    def __init__(self, port, host="127.0.0.1", source=None):
        self.socket = socket.create_connection((host, port), PATIENCE,
                                               (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.width = self.height = 0
        self.format = self.name = self.pixels = None
        self.n_updates = self.n_open_updates = self.n_cursors = self.n_copies = 0
        self.size_answers = []  # (reason, status, width, height)
        self.screens = []  # of the last of them: (id, x, y, width, height)
        self.cursor = None  # (encoding, hot_x, hot_y, width, height, data)
        self.pointer = None
        self.granted, self.leds = [], []  # extensions; what was said of the keyboard's lights
        self.palette = {}
        self.zrle = zrle.Decoder()
        self._ahead = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Hangs up without a word, as a host does that is gone."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def send(self, *messages):
        self.socket.sendall(b"".join(messages))

    def read(self, n):
        while len(self._ahead) < n:
            more = self.socket.recv(max(65536, n - len(self._ahead)))
            if not more:
                raise EOFError("the server closed the connection")
            self._ahead += more
        data = bytes(self._ahead[:n])
        del self._ahead[:n]
        return data

    def unpack(self, layout):
        return struct.unpack(layout, self.read(struct.calcsize(layout)))

    def wait_closed(self):
        """Reads to the end of the connection."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass

    # ---- the handshake ----

    def read_challenge(self):
        assert self.read(12) == b"RFB 003.008\n"
        self.send(b"RFB 003.008\n")
        n, = self.unpack("B")
        if n == 0:
            raise Refused(self.read_text())
        assert 2 in self.read(n)
        self.send(b"\2")
        return self.read(16)

    def read_text(self):
        return self.read(self.unpack(">I")[0]).decode()

    def authenticate(self, password):
        self.send(des.vnc_response(password, self.read_challenge()))
        if self.unpack(">I")[0]:
            raise Refused(self.read_text())
        return self

    def log_in(self, password, shared=True, encodings=(RAW, CURSOR)):
        self.authenticate(password)
        self.send(bytes([shared]))
        self.width, self.height = self.unpack(">HH")
        self.format = PixelFormat.unpack(self.read(16))
        self.name = self.read_text()
        self.clear()
        # Without a word about the pointer, that would be painted into the picture.
        self.send(set_encodings(*encodings))
        return self

    # ---- the picture ----

    def clear(self):
        self.pixels = bytearray(self.width * self.height * self.format.bits // 8)

    def set_format(self, pixel_format):
        self.format = pixel_format
        self.send(set_pixel_format(pixel_format))
        self.clear()

    def request(self, incremental=True, area=None):
        self.send(update_request(incremental, *(area or (0, 0, self.width, self.height))))

    def read_message(self):
        """Handles one message; returns its type."""
        kind, = self.unpack("B")
        if kind == 0:
            self._read_update()
        elif kind == 1:
            self._read_palette()
        elif kind == 3:
            self.unpack(">xxx")
            self.cut_text = self.read(self.unpack(">I")[0]).decode("latin-1")
        elif kind != 2:
            raise AssertionError("server message %d" % kind)
        return kind

    def read_update(self):
        while self.read_message() != 0:
            pass

    def _read_update(self):
        n, = self.unpack(">xH")
        self.n_open_updates += n == UNTIL_LAST_RECT
        for _ in range(n):
            rectangle = self.unpack(">HHHHi")
            if rectangle[-1] == LAST_RECT:
                assert n == UNTIL_LAST_RECT
                break
            self._read_rectangle(*rectangle)
        self.n_updates += 1

    def _read_palette(self):
        first, n = self.unpack(">xHH")
        for i in range(n):
            self.palette[first + i] = self.unpack(">HHH")

    def _read_rectangle(self, x, y, width, height, encoding):
        bytes_per_pixel = self.format.bits // 8
        if encoding == RAW:
            length = width * bytes_per_pixel
            data = self.read(length * height)
            self._put(x, y, width, [data[i:i + length] for i in range(0, len(data), length)])
        elif encoding == COPY:
            self._copy(x, y, width, height, *self.unpack(">HH"))
        elif encoding == ZRLE:
            data = self.read(self.unpack(">I")[0])
            rows = self.zrle.decode(data, width, height, self.format)
            self._put(x, y, width, [b"".join(row) for row in rows])
        elif encoding == CURSOR:
            length = width * height * bytes_per_pixel + (width + 7) // 8 * height
            self._take_cursor(encoding, x, y, width, height, length)
        elif encoding == X_CURSOR:
            length = 6 + 2 * ((width + 7) // 8) * height if width and height else 0
            self._take_cursor(encoding, x, y, width, height, length)
        elif encoding == ALPHA_CURSOR:
            assert self.unpack(">i") == (RAW,)
            self._take_cursor(encoding, x, y, width, height, width * height * 4)
        elif encoding == POINTER_POSITION:
            self.pointer = (x, y)
        elif encoding in (DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE):
            if encoding == EXTENDED_DESKTOP_SIZE:
                n, = self.unpack(">Bxxx")
                self.screens = [self.unpack(">IHHHHxxxx") for _ in range(n)]
                self.size_answers.append((x, y, width, height))
                if x == 1 and y:
                    return
            if (width, height) != (self.width, self.height):
                self.width, self.height = width, height
                self.clear()
        elif encoding in (QEMU_KEYS, BUTTONS):
            assert (x, y, width, height) == (0, 0, 0, 0)
            self.granted.append(encoding)
        elif encoding in (QEMU_LEDS, VMWARE_LEDS):
            self.leds.append(self.unpack("B" if encoding == QEMU_LEDS else ">I")[0])
        else:
            raise AssertionError("encoding %d" % encoding)

    def _put(self, x, y, width, rows):
        assert x + width <= self.width and y + len(rows) <= self.height
        size = self.format.bits // 8
        for row, data in enumerate(rows, y):
            at = (row * self.width + x) * size
            self.pixels[at:at + len(data)] = data

    def _copy(self, x, y, width, height, from_x, from_y):
        size = self.format.bits // 8
        starts = [(row * self.width + from_x) * size for row in range(from_y, from_y + height)]
        self._put(x, y, width, [bytes(self.pixels[at:at + width * size]) for at in starts])
        self.n_copies += 1

    def read_pixel(self, x, y):
        """Its red, green and blue, as numbers up to the format's maxima."""
        size = self.format.bits // 8
        at = (y * self.width + x) * size
        value = int.from_bytes(self.pixels[at:at + size], "big" if self.format.big else "little")
        return tuple(value >> shift & top
                     for top, shift in zip(self.format.maxima, self.format.shifts))

    def _take_cursor(self, encoding, x, y, width, height, length):
        self.n_cursors += 1
        self.cursor = (encoding, x, y, width, height, self.read(length))

    def count_wrong(self, picture):
        """How many pixels differ from xclient's picture, which must be in this viewer's format."""
        if (self.width, self.height) != (picture.width, picture.height):
            return picture.width * picture.height
        n = picture.bytes_per_pixel
        ours, theirs = bytes(self.pixels), picture.masked()
        if ours == theirs:
            return 0
        return sum(ours[i:i + n] != theirs[i:i + n] for i in range(0, len(ours), n))

    def expect(self, picture):
        """Asks for updates until the picture is right."""
        end = time.monotonic() + PATIENCE
        self.request(False)
        self.read_update()
        while (wrong := self.count_wrong(picture)):
            assert time.monotonic() < end, "%d pixels are wrong" % wrong
            self.request()
            try:
                self.read_update()
            except TimeoutError:
                raise AssertionError("%d pixels are wrong and no update comes" % wrong) from None
        return self

    def expect_screen(self, take_picture):
        """As `expect`, while what `take_picture` returns may still change."""
        end = time.monotonic() + PATIENCE
        self.request(False)
        while (wrong := self.count_wrong(take_picture())):
            assert time.monotonic() < end, "%d pixels are wrong" % wrong
            while self._ahead or select.select([self.socket], [], [], 0.1)[0]:
                if self.read_message() == 0:
                    self.request()
