# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole chain, for real: an X server, proxy and scraper under systemd-socket-activate, clients.

Whatever is started here ends with its test, also when that fails.
"""

import getpass
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from lib import des, rfb

BUILD = os.environ.get("BUILDDIR", ".")
PASSWORD, LOOK_PASSWORD = "secret12", "look-it8"
GUACD_ENCODINGS = "zrle ultra copyrect hextile zlib corre rre raw"
GUACD_FORMAT = "32/255,255,255/16,8,0"
SANITIZER_OPTIONS = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
PASSED_ON = (*SANITIZER_OPTIONS, "NOTIFY_SOCKET")


def wait_until(condition, what):
    """Returns what `condition` returns as soon as that is true."""
    end = time.monotonic() + rfb.PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain for " + what)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A process with its output in a file."""

    def __init__(self, name, directory, command, **options):
        self.name = name
        self.log_path = os.path.join(directory, "%s.%d.log" % (name, time.monotonic_ns()))
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, **options)
        self.pid = self.process.pid

    def read_log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def wait_log(self, text, n=1):
        wait_until(lambda: self.read_log().count(text) >= n, "%r in the log of %s; it has: %s" %
                   (text, self.name, self.read_log()))

    def is_running(self):
        return self.process.poll() is None

    def wait(self):
        try:
            return self.process.wait(rfb.PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError("%s does not end" % self.name) from None

    def end(self, number=signal.SIGTERM):
        if self.is_running():
            self.process.send_signal(number)
        return self.wait()

    def kill(self):
        if self.is_running():
            self.process.kill()
        self.process.wait()


class Activated(Program):
    """A program that systemd-socket-activate starts at the first connection to `address`, or to
    one of `others`: addresses by the names that systemd is to give their sockets."""

    def __init__(self, name, directory, address, program, *arguments, seqpacket=False, others=None):
        self.program = os.path.join(BUILD, program)
        names = ":".join(["first", *(others or [])])
        command = ["systemd-socket-activate", *(["--seqpacket"] if seqpacket else []),
                   *["--setenv=" + name for name in PASSED_ON if name in os.environ],
                   "--listen=" + address, *["--listen=" + at for at in (others or {}).values()],
                   *(["--fdname=" + names] if others else []), self.program, *arguments]
        super().__init__(name, directory, command)
        self.wait_log("Listening on")

    def is_active(self):
        """Whether it is the program by now, and not the one that waits for a connection."""
        return self.is_running() and os.path.basename(
            os.readlink("/proc/%d/exe" % self.pid)) == os.path.basename(self.program)

    def count_descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def read_status(self, field):
        with open("/proc/%d/status" % self.pid, encoding="utf-8") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
        raise AssertionError(field)


class Client:
    """One of the line-by-line programs beside this file's folder."""

    def __init__(self, *command, **environment):
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "tests/integration", command[0]), *command[1:]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            encoding="utf-8", env=dict(os.environ, **environment))
        try:
            self.greeting = self._read()
        except BaseException:
            self.kill()
            raise

    def _read(self):
        line = self.process.stdout.readline().strip()
        if not line.startswith("ok"):
            raise AssertionError(line or "%s ended" % self.process.args[0])
        return line[2:].strip()

    def do(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        try:
            return self._read()
        except AssertionError as error:
            raise AssertionError("%s: %s" % (" ".join(map(str, words)), error)) from None

    def close(self):
        if not self.process.stdin.closed:
            self.process.stdin.close()
            self.process.stdout.close()
        try:
            self.process.wait(rfb.PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Picture:
    """What xclient has seen on the screen."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            header = file.readline().split()
            self.data = file.read()
        self.width, self.height, self.bytes_per_pixel = map(int, header[:3])
        self.masks = tuple(int(mask, 16) for mask in header[3:])

    def masked(self):
        """The pixels with those bits 1 that are no colour, as viewers get them."""
        mask = sum(self.masks).to_bytes(self.bytes_per_pixel, sys.byteorder)
        if mask == b"\xff" * len(mask):
            return self.data
        n, padding = len(self.data), bytes(~byte & 255 for byte in mask)
        wide = int.from_bytes(self.data, "big") | int.from_bytes(padding * (n // len(mask)), "big")
        return wide.to_bytes(n, "big")

    def read_pixel(self, x, y, maxima):
        """Its red, green and blue as numbers up to `maxima`, as a viewer should have it."""
        at = (y * self.width + x) * self.bytes_per_pixel
        value = int.from_bytes(self.data[at:at + self.bytes_per_pixel], sys.byteorder)
        colour = []
        for mask, most in zip(self.masks, maxima):
            low = mask & -mask
            top = mask // low
            colour.append(((value & mask) // low * most + top // 2) // top)
        return tuple(colour)


class Display(Program):
    """Xvfb, or the X server that `command` starts, on a free display."""

    def __init__(self, directory, geometry="800x600x24", *arguments, name="Xvfb", command=None):
        command = command or ["Xvfb", "-screen", "0", geometry]
        receive, send = os.pipe()
        with os.fdopen(receive) as number:
            super().__init__(name, directory,
                             [*command, "-displayfd", str(send), "-nolisten", "tcp", "-noreset",
                              *arguments], pass_fds=[send])
            os.close(send)
            self.display = ":" + number.readline().strip()
        if self.display == ":":
            self.kill()
            raise AssertionError("no %s: %s" % (command[0], self.read_log()))


class ChainTest(unittest.TestCase):
    """Each test has a directory, a display and the chain, the latter started by start_chain."""

    geometry = "800x600x24"
    x_arguments = ()
    config = ""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="gpudesk-chain-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.password_path = os.path.join(self.directory, "passwd")
        self.config_path = os.path.join(self.directory, "gpudesk.conf")
        self.scraper_socket = os.path.join(self.directory, "scraper.sock")
        self.control_socket = None  # a path: the scraper gets that socket as well
        self.proxy = self.scraper = self.x = None
        self.n_pictures = 0
        self.write_passwords(PASSWORD, LOOK_PASSWORD)
        self.write_config(self.config)

    def write_passwords(self, *passwords):
        self.write_password_file(des.vnc_password_file(*passwords))

    def write_password_file(self, data, mode=0o600):
        with open(self.password_path, "wb") as file:
            file.write(data)
        os.chmod(self.password_path, mode)

    def write_config(self, text):
        with open(self.config_path, "w", encoding="utf-8") as file:
            file.write("user = %s\npassword_file = %s\n%s\n" %
                       (getpass.getuser(), self.password_path, text))

    def start_x(self, geometry=None, *arguments, **options):
        display = Display(self.directory, geometry or self.geometry,
                          *(arguments or self.x_arguments), **options)
        self.addCleanup(display.kill)
        return display

    def start_scraper(self, *arguments):
        arguments = arguments or ("--display", self.x.display)
        self.scraper = Activated("scraper", self.directory, self.scraper_socket,
                                 "scraper/gpudesk-scraper", "--config", self.config_path,
                                 *arguments, seqpacket=True,
                                 others=self.control_socket and {"control": self.control_socket})
        self.addCleanup(self.check_end, self.scraper)
        return self.scraper

    def start_proxy(self):
        self.port = free_port()
        self.proxy = Activated("proxy", self.directory, "127.0.0.1:%d" % self.port,
                               "proxy/gpudesk-proxy", "--config", self.config_path,
                               "--scraper-socket", self.scraper_socket,
                               # It is started once only.
                               "--exit-idle-time", "1h")
        self.addCleanup(self.check_end, self.proxy)
        return self.proxy

    def start_chain(self, *scraper_arguments):
        if not self.x and not scraper_arguments:
            self.x = self.start_x()
        self.start_scraper(*scraper_arguments)
        self.start_proxy()

    def check_end(self, program):
        """Its status tells a sanitizer's complaint, too."""
        was_active = program.is_active()
        try:
            status = program.end()
        finally:
            program.kill()
        log = program.read_log()
        self.assertNotIn("Sanitizer", log)
        self.assertNotIn("runtime error", log)
        if was_active or "Execing" in log:
            self.assertEqual(status, 0, log)

    def view(self, port=None):
        viewer = rfb.Viewer(port or self.port)
        self.addCleanup(viewer.close)
        return viewer

    def log_in(self, password=PASSWORD, **options):
        return self.view().log_in(password, **options)

    def client(self, *command, **environment):
        client = Client(*command, **environment)
        self.addCleanup(client.close)
        return client

    def x_client(self, display=None):
        return self.client("xclient", DISPLAY=(display or self.x).display)

    def vnc_client(self, encodings=GUACD_ENCODINGS, pixel_format=GUACD_FORMAT, password=PASSWORD):
        return self.client("vncclient", str(self.port), password, encodings, pixel_format)

    def picture(self, x_client):
        self.n_pictures += 1
        path = os.path.join(self.directory, "picture.%d" % self.n_pictures)
        x_client.do("image", path)
        return Picture(path)


class Result(unittest.TextTestResult):
    """A line a test, as tests/run counts them."""

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)

    def _say(self, word, test):
        print("%s %s (%.1f s)" % (word, test.id().removeprefix("__main__."),
                                  time.monotonic() - self.begun), flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._say("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._say("FAIL", test)

    def addError(self, test, err):
        super().addError(test, err)
        self._say("FAIL", test)


def main():
    """Runs the calling file's tests."""
    for program in ("proxy/gpudesk-proxy", "scraper/gpudesk-scraper"):
        if not os.access(os.path.join(BUILD, program), os.X_OK):
            sys.exit("no %s: run it by `make check`, or set BUILDDIR" % program)
    unittest.main(testRunner=unittest.TextTestRunner(resultclass=Result, verbosity=0))
