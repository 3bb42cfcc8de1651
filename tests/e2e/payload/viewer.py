#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
viewer.py HOST PORT PASSWORD [STEP...] - a small RFB viewer that does the steps in turn:

  frame SECONDS             wait for the whole screen; prints its size
  pixel X Y RRGGBB SECONDS  wait until that pixel has that colour
  move X Y                  move the pointer
  click X Y                 move it and press the first button
  type TEXT                 its characters; \\n is Return
  press KEYSYM              one key, by its hexadecimal number
  down KEYSYM, up KEYSYM    the same, in two steps
  obey FIFO                 the steps that come from it, a line each, until its end
  save FILE                 save the picture, as PPM
  make FILE                 make a file, which tells others how far we are
  await FILE SECONDS        go on viewing until there is such a file
  end SECONDS               go on viewing until the server closes the connection

Exit status: 0 done, 1 a step failed, 3 refused (the reason is printed), 4 no connection.
"""
import os
import shlex
import sys
import time

from lib import rfb

rfb.PATIENCE = 150  # an emulated machine is slow


class StepFailed(Exception):
    pass


class Viewer(rfb.Viewer):
    """Always has one request for an update pending, for all of the screen at first."""

    def initialise(self):
        super().initialise(encodings=(rfb.RAW,))
        self.set_format(rfb.RGB888)
        self.missing = self.width * self.height  # pixels not yet seen
        self.is_pending = False
        return self

    def _read_update(self):
        self.is_pending = False
        super()._read_update()

    def _put(self, x, y, width, rows):
        super()._put(x, y, width, rows)
        self.missing -= min(self.missing, width * len(rows))

    def view_until(self, is_done, seconds, what):
        """Reads what comes until is_done()."""
        deadline = time.monotonic() + seconds
        while not is_done():
            if time.monotonic() > deadline:
                raise StepFailed(f"after {seconds} s still not: {what}")
            if not self.is_pending:
                self.request(self.missing == 0)
                self.is_pending = True
            if self.can_read(0.2):
                self.read_message()

    def pixel(self, x, y):
        return "%02x%02x%02x" % self.read_pixel(x, y)

    def do(self, *steps):
        steps = list(steps)
        while steps:
            step = getattr(self, "step_" + steps.pop(0))
            count = step.__code__.co_argcount - 1
            arguments, steps = steps[:count], steps[count:]
            step(*arguments)
            sys.stdout.flush()

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
        self.send(rfb.pointer_event(int(x), int(y)))

    def step_click(self, x, y):
        for buttons in 0, 1, 0:
            self.send(rfb.pointer_event(int(x), int(y), buttons))

    def step_type(self, text):
        for letter in text.replace("\\n", "\n"):
            self.send(rfb.key_stroke(0xff0d if letter == "\n" else rfb.keysym_of(letter)))

    def step_press(self, keysym):
        self.send(rfb.key_stroke(int(keysym, 16)))

    def step_down(self, keysym):
        self.send(rfb.key_event(int(keysym, 16), True))

    def step_up(self, keysym):
        self.send(rfb.key_event(int(keysym, 16), False))

    def step_obey(self, path):
        with open(path, encoding="utf-8") as fifo:
            for line in fifo:
                self.do(*shlex.split(line))

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
            self.view_until(lambda: False, int(seconds), "the server closes the connection")
        except (EOFError, ConnectionError) as ended:
            print(f"ended: {ended}")


def exit_status(work):
    """Runs work(), and prints why it failed."""
    started = time.monotonic()
    try:
        work()
    except rfb.Refused as refused:
        print(f"refused after {time.monotonic() - started:.1f} s: {refused}")
        return 3
    except StepFailed as failed:
        print(failed)
        return 1
    except (EOFError, OSError) as error:
        print(f"no connection after {time.monotonic() - started:.1f} s: {error}")
        return 4
    return 0


def view(host, port, password, *steps):
    started = time.monotonic()
    viewer = Viewer(int(port), host).log_in(password)
    print(f"connected after {time.monotonic() - started:.1f} s", flush=True)
    viewer.do(*steps)


if __name__ == "__main__":
    sys.exit(exit_status(lambda: view(*sys.argv[1:])))
