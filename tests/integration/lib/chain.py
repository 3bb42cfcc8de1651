# SPDX-License-Identifier: GPL-2.0-or-later
"""A real chain: an X server, proxy and scraper under systemd-socket-activate, and clients.

Whatever is started here ends with its test, even when that fails.
"""

import contextlib
import getpass
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from lib import des, rfb
from lib.process import BUILD, Display, Program, free_port, wait_until  # also for the tests

PASSWORD, LOOK_PASSWORD = "secret12", "look-it8"
GUACD_ENCODINGS = "zrle ultra copyrect hextile zlib corre rre raw"
GUACD_FORMAT = "32/255,255,255/16,8,0"
SANITIZER_OPTIONS = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
XORG_CONF = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../xorg-dummy.conf")
PASSED_ON = (*SANITIZER_OPTIONS, "NOTIFY_SOCKET")


class Activated(Program):
    """A program that systemd-socket-activate starts at the first connection to `address` or to one
    of `others`, which are addresses by the names that systemd gives their sockets."""

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
        """Whether it is the program already, no longer systemd-socket-activate."""
        try:
            return self.is_running() and os.path.basename(
                os.readlink("/proc/%d/exe" % self.pid)) == os.path.basename(self.program)
        except FileNotFoundError:  # it has just ended
            return False


class Client:
    """One of the C programs in tests/integration, which answer each line of commands with one."""

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
        if line.startswith("skip "):
            raise unittest.SkipTest(line[5:])
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
    """What xclient saw on the screen."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            header = file.readline().split()
            self.data = file.read()
        self.width, self.height, self.bytes_per_pixel = map(int, header[:3])
        self.masks = tuple(int(mask, 16) for mask in header[3:])

    def masked(self):
        """The pixels as viewers get them: bits outside of the colours are 1."""
        mask = sum(self.masks).to_bytes(self.bytes_per_pixel, sys.byteorder)
        if mask == b"\xff" * len(mask):
            return self.data
        n, padding = len(self.data), bytes(~byte & 255 for byte in mask)
        wide = int.from_bytes(self.data, "big") | int.from_bytes(padding * (n // len(mask)), "big")
        return wide.to_bytes(n, "big")

    def read_pixel(self, x, y, maxima):
        """Red, green and blue as numbers up to `maxima`, as a viewer should have them."""
        at = (y * self.width + x) * self.bytes_per_pixel
        value = int.from_bytes(self.data[at:at + self.bytes_per_pixel], sys.byteorder)
        colour = []
        for mask, most in zip(self.masks, maxima):
            low = mask & -mask
            top = mask // low
            colour.append(((value & mask) // low * most + top // 2) // top)
        return tuple(colour)


class DirectoryTest(unittest.TestCase):
    """Each test has a directory, removed after it."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="gpudesk-test-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def start(self, *command, **options):
        """A program that ends with the test."""
        program = Program(os.path.basename(command[0]), self.directory, command, **options)
        self.addCleanup(program.kill)
        return program

    def start_x(self, *arguments, **options):
        display = Display(self.directory, *arguments, **options)
        self.addCleanup(display.kill)
        return display

    def start_openbox(self, environment):
        """Returns once it manages windows: of those that come before, it may overlook some."""
        ready = os.path.join(self.directory, "openbox-is-ready")
        self.start("openbox", "--sm-disable", "--startup", "touch " + ready, env=environment)
        wait_until(lambda: os.path.exists(ready), "openbox")

    def start_xorg(self, video_ram=256000):
        """Xorg with the dummy driver, and so many kB for it. It has no keyboards but the core's and
        XTEST's."""
        conf = os.path.join(self.directory, "xorg.conf")
        with open(XORG_CONF, encoding="utf-8") as file:
            text = file.read().replace("256000", str(video_ram))
        with open(conf, "w", encoding="utf-8") as file:
            file.write(text)
        return self.start_x(name="Xorg", command=[
            "Xorg", "-config", conf, "-logfile", self.directory + "/Xorg.log", "-novtswitch",
            "-sharevts"])

    def client(self, *command, **environment):
        client = Client(*command, **environment)
        self.addCleanup(client.close)
        return client

    # ---- for subclasses with a method view() that connects a viewer ----

    def log_in(self, password=PASSWORD, **options):
        return self.view().log_in(password, **options)

    def refusal(self, password=PASSWORD):
        """The reason that a viewer is given."""
        with self.assertRaises(rfb.Refused) as refused:
            self.log_in(password)
        return str(refused.exception)


class ChainFiles:
    """What a chain reads, in a directory of its own. A file is replaced, as editors do it."""

    def write_files(self, directory, config):
        self.password_path = os.path.join(directory, "passwd")
        self.config_path = os.path.join(directory, "gpudesk.conf")
        self.scraper_socket = os.path.join(directory, "scraper.sock")
        self.write_passwords(PASSWORD, LOOK_PASSWORD)
        self.write_config(config)

    def write_passwords(self, *passwords):
        self.replace(self.password_path, des.vnc_password_file(*passwords))

    def write_config(self, text):
        self.replace(self.config_path, ("user = %s\npassword_file = %s\n%s\n" % (
            getpass.getuser(), self.password_path, text)).encode())

    @staticmethod
    def replace(path, data):
        with open(path + ".new", "wb") as file:
            file.write(data)
        os.chmod(path + ".new", 0o600)
        os.rename(path + ".new", path)


class ChainTest(DirectoryTest, ChainFiles):
    """Each test has a display and the chain, once start_chain is called."""

    geometry = "800x600x24"
    config = ""

    def setUp(self):
        super().setUp()
        self.write_files(self.directory, self.config)
        self.control_socket = None  # the path of another socket for the scraper
        self.proxy = self.scraper = self.x = None
        self.n_pictures = 0

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
                               # Nothing starts it again.
                               "--exit-idle-time", "1h")
        self.addCleanup(self.check_end, self.proxy)
        return self.proxy

    def start_chain(self, *scraper_arguments):
        if not self.x and not scraper_arguments:
            self.x = self.start_x(self.geometry)
        self.start_scraper(*scraper_arguments)
        self.start_proxy()

    def start_chain_without_session(self):
        """What would start one is the test's own: await_start()."""
        path = os.path.join(self.directory, "desktop.sock")
        self.desktop = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.desktop.close)
        self.desktop.bind(path)
        self.desktop.listen()
        self.desktop.setblocking(False)
        self.start_chain("--session-dir", self.directory, "--desktop-socket", path)

    def await_start(self):
        """The connection that asks for a desktop to be started."""
        asked = []

        def is_asked():
            with contextlib.suppress(BlockingIOError):
                asked.append(self.desktop.accept()[0])
            return asked
        wait_until(is_asked, "the desktop to be started")
        self.addCleanup(asked[0].close)
        return asked[0]

    def check_nothing_is_started(self):
        with self.assertRaises(BlockingIOError):
            self.desktop.accept()

    def check_end(self, program):
        """Fails on a bad exit status, and on what a sanitizer found."""
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
