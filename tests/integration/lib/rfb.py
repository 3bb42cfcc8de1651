# SPDX-License-Identifier: GPL-2.0-or-later
"""The RFB client of all Python tests, also of those in tests/e2e/payload and tests/soak.

It logs in with a password, decodes Raw, CopyRect, ZRLE and the pseudo-encodings, and sends any
message or part of one.
"""

import select
import socket
import struct
import time

from lib import des, zrle

PATIENCE = 30  # seconds until a test that waits for something fails

VERSION = b"RFB 003.008\n"
RAW, COPY, ZRLE = 0, 1, 16
CURSOR, X_CURSOR, ALPHA_CURSOR, POINTER_POSITION = -239, -240, -314, -232
DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE = -223, -308
LAST_RECT, UNTIL_LAST_RECT = -224, 65535
QEMU_KEYS, BUTTONS = -258, -316
QEMU_LEDS, VMWARE_LEDS, LIBVNC_LEDS = -261, 0x574d5668, -0x20000
LIBVNC_CAPABILITIES, XVP = (-0x1ffff, -0x1fffe, -0x1fffd), -309


class Refused(Exception):
    """The server refuses the viewer; the text is its reason, "" where the version has none."""


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


RGB888 = PixelFormat(32, 24, (255, 255, 255), (16, 8, 0))
RGB565 = PixelFormat(16, 16, (31, 63, 31), (11, 5, 0))


def set_pixel_format(pixel_format):
    return b"\0\0\0\0" + pixel_format.pack()


def set_encodings(*numbers):
    return struct.pack(">BxH%di" % len(numbers), 2, len(numbers), *numbers)


def update_request(incremental, x, y, width, height):
    return struct.pack(">BBHHHH", 3, incremental, x, y, width, height)


def key_event(keysym, down):
    return struct.pack(">BBxxI", 4, down, keysym)


def key_stroke(keysym):
    return key_event(keysym, True) + key_event(keysym, False)


def keysym_of(letter):
    return ord(letter) if letter < "\u0100" else 0x1000000 | ord(letter)


def pointer_event(x, y, buttons=0):
    return struct.pack(">BBHH", 5, buttons, x, y)


def scan_code_event(keysym, scan_code, down):
    """QEMU's extended key event."""
    return struct.pack(">BBHII", 255, 0, down, keysym, scan_code)


def wide_pointer_event(x, y, buttons):
    """ExtendedMouseButtons: more than 7 buttons."""
    return struct.pack(">BBHHB", 5, buttons & 0x7f | 0x80, x, y, buttons >> 7)


def set_desktop_size(width, height, screens=None):
    screens = [(1, 0, 0, width, height)] if screens is None else screens
    return struct.pack(">BxHHBx", 251, width, height, len(screens)) + b"".join(
        struct.pack(">IHHHHxxxx", *screen) for screen in screens)


def cut_text(text):
    return struct.pack(">Bxxxi", 6, len(text)) + text


class Viewer:
    """Each step of the protocol is a method; `log_in` takes all of them up to ServerInit."""

    def __init__(self, port, host="127.0.0.1", source=None):
        self.socket = socket.create_connection((host, port), PATIENCE,
                                               (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.minor = 8  # of the protocol's version, 3.8
        self.width = self.height = 0
        self.format = self.name = self.pixels = None
        self.n_updates = self.n_open_updates = self.n_cursors = self.n_copies = 0
        self.n_pictures = self.n_raw = 0  # rectangles of pixels; those of them that were raw
        self.size_answers = []  # (reason, status, width, height)
        self.screens = []  # (id, x, y, width, height), as the last answer has them
        self.cursor = None  # (encoding, hot_x, hot_y, width, height, data)
        self.pointer = None
        self.granted = []  # extensions that the server confirmed
        self.leds = []  # states of the keyboard's lights
        self.palette = {}
        self.zrle = zrle.Decoder()
        self._ahead = bytearray()  # received, but not yet read

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes the connection with a reset, as a host that crashed does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def send(self, *messages):
        self.socket.sendall(b"".join(messages))

    def receive_ahead(self, n):
        """Waits until n bytes have been received, and leaves them to be read."""
        while len(self._ahead) < n:
            more = self.socket.recv(max(65536, n - len(self._ahead)))
            if not more:
                raise EOFError("the server closed after %r" % bytes(self._ahead[:64]))
            self._ahead += more

    def read(self, n):
        self.receive_ahead(n)
        data = bytes(self._ahead[:n])
        del self._ahead[:n]
        return data

    def unpack(self, layout):
        return struct.unpack(layout, self.read(struct.calcsize(layout)))

    def read_text(self):
        return self.read(self.unpack(">I")[0]).decode()

    def can_read(self, seconds=0):
        """Whether there is a byte to be read, or the end, within so many seconds."""
        return bool(self._ahead or select.select([self.socket], [], [], seconds)[0])

    def is_closed(self):
        """Waits for the end of the connection, or for a byte: then it is not closed."""
        try:
            self.read(1)
        except (EOFError, ConnectionResetError):
            return True
        return False

    def wait_closed(self):
        """Reads to the end of the connection."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass

    # ---- the handshake ----

    def send_version(self, minor=8):
        assert self.read(12) == VERSION
        self.minor = minor
        self.send(b"RFB 003.%03d\n" % minor)

    def choose_security(self):
        """Takes VncAuth, all that the server offers. Returns the challenge."""
        lists = self.minor in (7, 8)
        security, = self.unpack("B" if lists else ">I")
        if security == 0:
            raise Refused(self.read_text())
        if lists:
            assert (security, self.read(1)) == (1, b"\2")
            self.send(b"\2")
        else:
            assert security == 2
        return self.read(16)

    def read_challenge(self, minor=8):
        self.send_version(minor)
        return self.choose_security()

    def read_result(self):
        if self.unpack(">I")[0]:
            raise Refused(self.read_text() if self.minor == 8 else "")

    def authenticate(self, password, minor=8):
        self.send(des.vnc_response(password, self.read_challenge(minor)))
        self.read_result()
        return self

    def initialise(self, shared=True, encodings=(RAW, CURSOR)):
        """ClientInit, ServerInit, and the encodings: without CURSOR, the pointer is painted; None:
        they are not sent."""
        self.send(bytes([shared]))
        self.width, self.height = self.unpack(">HH")
        self.format = PixelFormat.unpack(self.read(16))
        self.name = self.read_text()
        self.clear()
        if encodings is not None:
            self.send(set_encodings(*encodings))
        return self

    def log_in(self, password, **options):
        return self.authenticate(password).initialise(**options)

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
            self._read_cut_text(*self.unpack(">xxxi"))
        elif kind != 2:
            raise AssertionError("server message %d" % kind)
        return kind

    def read_update(self):
        while self.read_message() != 0:
            pass

    def fetch(self, *request):
        """Requests an update, see `request`, and reads it."""
        self.request(*request)
        self.read_update()
        return self

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

    def _read_cut_text(self, length):
        """Clipboard text, which is ignored; the length is negative if it is an extended one."""
        self.read(abs(length))

    def _read_palette(self):
        first, n = self.unpack(">xHH")
        for i in range(n):
            self.palette[first + i] = self.unpack(">HHH")

    def _read_rectangle(self, x, y, width, height, encoding):
        bytes_per_pixel = self.format.bits // 8
        self.n_pictures += encoding in (RAW, ZRLE)
        self.n_raw += encoding == RAW
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
        elif encoding == LIBVNC_LEDS:
            self.leds.append(x)
        elif encoding in LIBVNC_CAPABILITIES:
            self.read(width)
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
        """Red, green and blue, as numbers up to the format's maxima."""
        size = self.format.bits // 8
        at = (y * self.width + x) * size
        value = int.from_bytes(self.pixels[at:at + size], "big" if self.format.big else "little")
        return tuple(value >> shift & top
                     for top, shift in zip(self.format.maxima, self.format.shifts))

    def _take_cursor(self, encoding, x, y, width, height, length):
        self.n_cursors += 1
        self.cursor = (encoding, x, y, width, height, self.read(length))

    def count_wrong(self, picture):
        """How many pixels differ from the chain.Picture, which must be in this viewer's format."""
        if (self.width, self.height) != (picture.width, picture.height):
            return picture.width * picture.height
        n = picture.bytes_per_pixel
        ours, theirs = bytes(self.pixels), picture.masked()
        if ours == theirs:
            return 0
        return sum(ours[i:i + n] != theirs[i:i + n] for i in range(0, len(ours), n))

    def expect(self, picture):
        """Requests updates until the picture is right."""
        end = time.monotonic() + PATIENCE
        self.fetch(False)
        while (wrong := self.count_wrong(picture)):
            assert time.monotonic() < end, "%d pixels are wrong" % wrong
            try:
                self.fetch()
            except TimeoutError:
                raise AssertionError("%d pixels are wrong and no update comes" % wrong) from None
        return self

    def expect_screen(self, take_picture, requested=False):
        """As `expect`, while what `take_picture` returns may still change; `requested`: an update is
        requested already."""
        end = time.monotonic() + PATIENCE
        if not requested:
            self.request(False)
        while (wrong := self.count_wrong(take_picture())):
            assert time.monotonic() < end, "%d pixels are wrong" % wrong
            while self.can_read(0.1):
                if self.read_message() == 0:
                    self.request()
