#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
viewer.py HOST PORT PASSWORD [STEP...] - a small RFB viewer that does the steps in turn:

  frame SECONDS             have the whole screen; prints its size
  pixel X Y RRGGBB SECONDS  wait until that pixel is shown so
  move X Y                  move the pointer
  click X Y                 and press the first button
  type TEXT                 as US keys; \\n is Return
  press KEYSYM              one key, by its hexadecimal number
  save FILE                 the picture, as PPM
  make FILE                 make a file, to tell others how far we are
  await FILE SECONDS        go on viewing until there is such a file
  end SECONDS               go on viewing until the server ends it

Exit status: 0 done, 1 a step failed, 3 refused (the reason is printed), 4 no connection.
"""
import os
import select
import socket
import struct
import sys
import time

from vnc_des import vnc_response


class Refused(Exception):
    pass


class Ended(Exception):
    pass


class StepFailed(Exception):
    pass


class Viewer:
    def __init__(self, host, port, password, patience=150):
        self.socket = socket.create_connection((host, port), 20)
        self.socket.settimeout(patience)
        self.shake_hands(password)
        self.write(b"\1")  # shared
        self.width, self.height, _, length = struct.unpack(">HH16sI", self.read(24))
        self.read(length)
        self.pixels = bytearray(4 * self.width * self.height)
        self.missing = self.width * self.height
        self.asked = False
        # 32 bpp, little endian: blue, green, red, nothing; Raw alone
        self.write(struct.pack(">B3x", 0)
                   + struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))
        self.write(struct.pack(">BxHi", 2, 1, 0))

    def read(self, size):
        data = bytearray()
        while len(data) < size:
            try:
                part = self.socket.recv(size - len(data))
            except (ConnectionResetError, BrokenPipeError):
                part = b""
            if not part:
                raise Ended(f"the server closed, {len(data)} of {size} bytes read")
            data += part
        return bytes(data)

    def write(self, data):
        try:
            self.socket.sendall(data)
        except (ConnectionResetError, BrokenPipeError) as error:
            raise Ended("the server closed") from error

    def read_reason(self):
        length, = struct.unpack(">I", self.read(4))
        return self.read(length).decode(errors="replace")

    def shake_hands(self, password):
        version = self.read(12)
        if version != b"RFB 003.008\n":
            raise Ended(f"not RFB 3.8: {version!r}")
        self.write(version)
        count = self.read(1)[0]
        if count == 0:
            raise Refused(self.read_reason())
        types = self.read(count)
        if types != b"\2":
            raise Ended(f"security types are {list(types)}, not VncAuth alone")
        self.write(b"\2")
        self.write(vnc_response(password, self.read(16)))
        result, = struct.unpack(">I", self.read(4))
        if result != 0:
            raise Refused(self.read_reason())

    def ask(self):
        if not self.asked:
            self.write(struct.pack(">BBHHHH", 3, self.missing == 0, 0, 0, self.width,
                                   self.height))
            self.asked = True

    def read_rectangle(self):
        x, y, width, height, encoding = struct.unpack(">HHHHi", self.read(12))
        if encoding != 0:
            raise Ended(f"a rectangle of encoding {encoding}, not asked for")
        data = self.read(4 * width * height)
        for row in range(height):
            to = 4 * ((y + row) * self.width + x)
            self.pixels[to:to + 4 * width] = data[4 * row * width:4 * (row + 1) * width]
        self.missing -= min(self.missing, width * height)

    def read_message(self):
        kind = self.read(1)[0]
        if kind == 0:
            self.asked = False
            for _ in range(struct.unpack(">xH", self.read(3))[0]):
                self.read_rectangle()
        elif kind == 3:
            self.read(struct.unpack(">3xI", self.read(7))[0])
        elif kind != 2:
            raise Ended(f"a message of type {kind}")

    def view_until(self, is_done, seconds, what):
        """Shows whatever comes until is_done()."""
        deadline = time.monotonic() + seconds
        while not is_done():
            if time.monotonic() > deadline:
                raise StepFailed(f"after {seconds} s still not: {what}")
            self.ask()
            if select.select([self.socket], [], [], 0.2)[0]:
                self.read_message()

    def pixel(self, x, y):
        at = 4 * (y * self.width + x)
        blue, green, red = self.pixels[at:at + 3]
        return f"{red:02x}{green:02x}{blue:02x}"

    def pointer(self, buttons, x, y):
        self.write(struct.pack(">BBHH", 5, buttons, x, y))

    def key(self, keysym):
        self.write(struct.pack(">BBxxI", 4, 1, keysym) + struct.pack(">BBxxI", 4, 0, keysym))

    # The steps

    def step_frame(self, seconds):
        self.view_until(lambda: self.missing == 0, int(seconds), "a whole picture")
        print(f"{self.width}x{self.height}")

    def step_pixel(self, x, y, colour, seconds):
        x, y = int(x), int(y)
        try:
            self.view_until(lambda: self.missing == 0 and self.pixel(x, y) == colour,
                            int(seconds), f"pixel {x},{y} is {colour}")
        except StepFailed as error:
            raise StepFailed(f"{error}; it is {self.pixel(x, y)}") from None

    def step_move(self, x, y):
        self.pointer(0, int(x), int(y))

    def step_click(self, x, y):
        for buttons in 0, 1, 0:
            self.pointer(buttons, int(x), int(y))

    def step_type(self, text):
        for letter in text.replace("\\n", "\n"):
            self.key(0xff0d if letter == "\n" else ord(letter))

    def step_press(self, keysym):
        self.key(int(keysym, 16))

    def step_save(self, path):
        rgb = bytearray(3 * self.width * self.height)
        for channel in range(3):
            rgb[channel::3] = self.pixels[2 - channel::4]
        with open(path, "wb") as file:
            file.write(b"P6 %d %d 255\n" % (self.width, self.height) + rgb)

    def step_make(self, path):
        with open(path, "w", encoding="ascii"):
            pass

    def step_await(self, path, seconds):
        self.view_until(lambda: os.path.exists(path), int(seconds), f"there is {path}")

    def step_end(self, seconds):
        try:
            self.view_until(lambda: False, int(seconds), "the server ends it")
        except Ended as ended:
            print(f"ended: {ended}")


def main(host, port, password, *steps):
    started = time.monotonic()
    try:
        viewer = Viewer(host, int(port), password)
        print(f"connected after {time.monotonic() - started:.1f} s", flush=True)
        steps = list(steps)
        while steps:
            step = getattr(viewer, "step_" + steps.pop(0))
            count = step.__code__.co_argcount - 1
            arguments, steps = steps[:count], steps[count:]
            step(*arguments)
            sys.stdout.flush()
    except Refused as refused:
        print(f"refused after {time.monotonic() - started:.1f} s: {refused}")
        return 3
    except StepFailed as failed:
        print(failed)
        return 1
    except (Ended, OSError) as error:
        print(f"no connection after {time.monotonic() - started:.1f} s: {error}")
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
