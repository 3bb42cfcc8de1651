# SPDX-License-Identifier: GPL-2.0-or-later
"""A stand-in for guacd 1.6: a viewer with its rules for when it answers and what it sends on.

`Display` is guacd's display: it knows no socket and no clock; times are seconds, passed in. `Guacd`
is the viewer around it. Flat areas and copies, which guacd does not encode, are images here.
"""

import collections
import sys
import time

from lib import rfb

CELL, BLOCK = 64, 512  # pixels
MOVING = 0.334  # s: what changed less long ago is encoded with loss
SETTLE = 0.010  # s from the first change until it is planned

# What libvncclient lists when guacd starts it.
ENCODINGS = (rfb.ZRLE, 9, 10, rfb.COPY, 5, 6, 4, 2, rfb.RAW, rfb.X_CURSOR, rfb.CURSOR,
             rfb.POINTER_POSITION, rfb.LIBVNC_LEDS, rfb.DESKTOP_SIZE, rfb.EXTENDED_DESKTOP_SIZE,
             *rfb.LIBVNC_CAPABILITIES, rfb.XVP, rfb.QEMU_KEYS)

# Seconds that each changed pixel takes: to be planned, during which no update is answered, and to
# be encoded, with loss or without; and what any plan takes at least.
Costs = collections.namedtuple("Costs", "plan lossy exact least_plan", defaults=[0])
TWO_CORES = Costs(10e-9, 80e-9, 320e-9)

# An image: where, and the newest time at which one of its cells had changed before.
Image = collections.namedtuple("Image", "left top right bottom before")
Frame = collections.namedtuple("Frame", "planned unlocked sent images lossy")  # lossy: the images


def _fits(a, b):
    """Whether both are within one block."""
    left, top = min(a.left, b.left), min(a.top, b.top)
    right, bottom = max(a.right, b.right), max(a.bottom, b.bottom)
    return left // BLOCK == (right - 1) // BLOCK and top // BLOCK == (bottom - 1) // BLOCK


def _join(a, b):
    return Image(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right),
                 max(a.bottom, b.bottom), max(a.before, b.before))


def combine(images):
    """Joins images, a dictionary by cell (column, row), to blocks as guacd does: cells of a row,
    then rows that share an edge. The newest time counts."""
    runs = []
    for (column, row), image in sorted(images.items(), key=lambda item: item[0][::-1]):
        last = runs[-1] if runs else None
        if last and last[:2] == [column, row] and _fits(last[2], image):
            last[0], last[2] = column + 1, _join(last[2], image)
        else:
            runs.append([column + 1, row, image])
    joined, open_above = [], {}
    for _, _, image in runs:
        above = open_above.pop((image.left, image.right, image.top), None)
        if above is not None and _fits(joined[above], image):
            joined[above] = image = _join(joined[above], image)
            open_above[image.left, image.right, image.bottom] = above
        else:
            joined.append(image)
            open_above[image.left, image.right, image.bottom] = len(joined) - 1
    return joined


class Display:
    """What the browser is sent, from the pixels (4 bytes each) that the viewer has."""

    def __init__(self, costs=TWO_CORES):
        self.costs = costs
        self.width = self.height = 0
        self.last = b""  # the pixels as last planned
        self.changed = {}  # cell -> when it was last planned as changed
        self.blurred = bytearray()  # a byte for each pixel: 1 if it was last sent with loss
        self.modified_at = None  # when the first pixel came that is not planned
        self.unlocked = self.sent = float("-inf")  # the last frame's: see Frame

    def modified(self, now):
        if self.modified_at is None:
            self.modified_at = now

    def plan_due(self):
        """When the next frame is planned: after a moment, and when the last one is sent."""
        return None if self.modified_at is None else max(self.modified_at + SETTLE, self.sent)

    def _box(self, pixels, column, row):
        """What has changed of a cell, as left, top, right and bottom, or None."""
        left, right = column * CELL, min(column * CELL + CELL, self.width)
        bottom = min(row * CELL + CELL, self.height)

        def difference(y):
            span = slice((y * self.width + left) * 4, (y * self.width + right) * 4)
            if pixels[span] == self.last[span]:
                return 0
            return (int.from_bytes(pixels[span], "little") ^
                    int.from_bytes(self.last[span], "little"))

        top = next((y for y in range(row * CELL, bottom) if difference(y)), None)
        if top is None:
            return None
        bottom = next(y for y in range(bottom, top, -1) if difference(y - 1))
        differing = 0
        for y in range(top, bottom):
            differing |= difference(y)
            if differing & 0xffffffff and differing >> 32 * (right - left - 1):
                break  # as wide as the cell
        first = ((differing & -differing).bit_length() - 1) // 32
        last = (differing.bit_length() - 1) // 32
        return left + first, top, left + last + 1, bottom

    def _resize(self, width, height):
        self.width, self.height = width, height
        self.last = None
        self.changed = {}
        self.blurred = bytearray(width * height)

    def _changes(self, pixels):
        """The boxes of what has changed, by cell (column, row)."""
        boxes = {}
        for row in range((self.height + CELL - 1) // CELL):
            band = slice(row * CELL * self.width * 4, (row + 1) * CELL * self.width * 4)
            if self.last is not None and pixels[band] == self.last[band]:
                continue
            for column in range((self.width + CELL - 1) // CELL):
                box = self._box(pixels, column, row) if self.last is not None else (
                    column * CELL, row * CELL, min(column * CELL + CELL, self.width),
                    min(row * CELL + CELL, self.height))
                if box:
                    boxes[column, row] = box
        return boxes

    def plan(self, pixels, width, height, now):
        """Plans a frame of all that has changed, which is encoded at once."""
        if (width, height) != (self.width, self.height):
            self._resize(width, height)
        pixels = bytes(pixels)
        boxes = self._changes(pixels)
        images = combine({cell: Image(*box, self.changed.get(cell, float("-inf")))
                          for cell, box in boxes.items()})
        self.changed.update(dict.fromkeys(boxes, now))
        self.last, self.modified_at = pixels, None
        lossy = {image for image in images if round(now - image.before, 4) < MOVING}
        encoding = 0
        for image in images:
            columns = image.right - image.left
            encoding += columns * (image.bottom - image.top) * (
                self.costs.lossy if image in lossy else self.costs.exact)
            for y in range(image.top, image.bottom):
                start = y * width + image.left
                self.blurred[start:start + columns] = bytes([image in lossy]) * columns
        self.unlocked = now + max(self.costs.least_plan, self.costs.plan * sum(
            (right - left) * (bottom - top) for left, top, right, bottom in boxes.values()))
        self.sent = self.unlocked + encoding
        return Frame(now, self.unlocked, self.sent, images, lossy)


class Libvncclient(rfb.Viewer):
    """A viewer by libvncclient's rules: one request for each update. It requests all of the picture
    with a SetDesktopSize, and from then on skips all pixels and sends no request until it is
    answered."""
    waits = False

    def resize(self, width, height, torn=False):
        """`torn`: its other thread's request lands inside the message."""
        size = rfb.set_desktop_size(width, height)
        inside = rfb.update_request(True, 0, 0, self.width, self.height) if torn else b""
        self.send(size[:8], inside, size[8:], rfb.update_request(False, 0, 0, width, height))
        self.waits = True

    def request(self, *request):
        if not self.waits:
            super().request(*request)

    def count_wrong(self, picture):
        """guacd shows no padding: what was sent again has one of its two lowest bits zero."""
        before = self.pixels
        lowest = bytes(~byte & 3 for byte in sum(picture.masks).to_bytes(4, sys.byteorder))
        ones = int.from_bytes(lowest * (len(before) // 4), "big")
        self.pixels = (int.from_bytes(before, "big") | ones).to_bytes(len(before), "big")
        n = super().count_wrong(picture)
        self.pixels = before
        return n

    def take(self, seconds):
        """Handles what comes within so many seconds of each other."""
        while self.can_read(seconds):
            if self.read_message() == 0:
                self.request()

    def _put(self, *rows):
        if not self.waits:
            super()._put(*rows)

    def _read_rectangle(self, x, y, width, height, encoding):
        super()._read_rectangle(x, y, width, height, encoding)
        if encoding == rfb.EXTENDED_DESKTOP_SIZE:
            self.waits = False


class Guacd(Libvncclient):
    """guacd: reads and answers, but not while it plans a frame."""

    def __init__(self, port, costs=TWO_CORES, clock=time.monotonic, **options):
        super().__init__(port, **options)
        self.display = Display(costs)
        self.clock = clock
        self.frames = []  # all that were planned
        self.requests = []  # the times of all requests

    def log_in(self, password, encodings=ENCODINGS, **options):
        super().log_in(password, encodings=encodings, **options)
        self.request(False)
        return self

    def request(self, *request):
        if not self.waits:
            self.requests.append(self.clock())
        super().request(*request)

    def _put(self, *rows):
        super()._put(*rows)
        self.display.modified(self.clock())

    def _copy(self, *areas):
        super()._copy(*areas)
        self.display.modified(self.clock())

    def step(self):
        """Does what is due, or waits a moment for something to do. Returns the frame it has
        planned, or None."""
        now = self.clock()
        if now < self.display.unlocked:
            time.sleep(self.display.unlocked - now)
        due = self.display.plan_due()
        if due is not None and due <= now:
            frame = self.display.plan(self.pixels, self.width, self.height, now)
            self.frames.append(frame)
            return frame
        if self.can_read(0.02 if due is None else min(0.02, max(0, due - now))):
            if self.read_message() == 0:
                self.request()
        return None

    def serve(self, until, what):
        """Goes on until `until()` is true; `what` is said if that takes too long."""
        end = time.monotonic() + rfb.PATIENCE
        while not until():
            assert time.monotonic() < end, "waited in vain for %s" % what
            self.step()

    def serve_frames(self, n):
        """Goes on until n more frames are planned, and returns them."""
        n += len(self.frames)
        before = len(self.frames)
        self.serve(lambda: len(self.frames) >= n, "%d frames" % n)
        return self.frames[before:n]

    def is_at_rest(self):
        """Whether all that came is planned and sent."""
        return self.display.plan_due() is None and self.clock() >= self.display.sent

    def count_blurred(self):
        """The number of pixels that were last sent with loss."""
        return self.display.blurred.count(1)
