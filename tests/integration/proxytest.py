# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of gpudesk-proxy share: the proxy itself, a scraper's stand-in and a viewer."""

import array
import itertools
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = os.path.join(os.environ.get("BUILDDIR", "."), "proxy", "gpudesk-proxy")
PATIENCE = 30  # seconds until a test that waits for something fails

RIGHT = b"the right answer"
WRONG = b"the wrong answer"
TAKEN, WRONG_PASSWORD, NOT_POSSIBLE = 0, 1, 2

MAGIC = 0x67704431
REQUEST = struct.Struct("=IIII16s16s64s")
ANSWER = struct.Struct("=III448s")


def wait_until(condition, what):
    """Returns what `condition` returns as soon as that is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain for " + what)


class Request:
    """A request of the proxy's, and the connection that it came by."""

    def __init__(self, connection, message, descriptors):
        fields = REQUEST.unpack(message)
        self.magic, self.version, self.minor, self.reserved = fields[:4]
        self.challenge, self.response = fields[4:6]
        self.peer = fields[6].rstrip(b"\0").decode()
        self.connection = connection
        self.n_descriptors = len(descriptors)
        self.viewer = socket.socket(fileno=descriptors[0])
        self.viewer.settimeout(PATIENCE)

    def answer(self, result, reason=b"", magic=MAGIC):
        try:
            self.connection.send(ANSWER.pack(magic, 1, result, reason))
        except OSError:
            pass  # the viewer left, so the proxy did too; or the test is over

    def take(self):
        """As the scraper does: writes the SecurityResult itself."""
        self.viewer.sendall(struct.pack(">I", 0))
        self.answer(TAKEN)

    def decide(self):
        if self.response == RIGHT:
            self.take()
        else:
            self.answer(WRONG_PASSWORD)

    def close(self):
        self.viewer.close()
        self.connection.close()


class Scraper:
    """Listens where the scraper does; `handle` gets each Request, in a thread of its own."""

    def __init__(self, path, handle=None):
        self.path = path
        self.handle = handle or Request.decide
        self.requests = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.bind(path)
        self.socket.listen(128)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection):
        message, ancillary, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(64))
        descriptors = array.array("i")
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(data)
        if not message:
            connection.close()
            return
        request = Request(connection, message, descriptors)
        self.requests.append(request)
        self.handle(request)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        os.unlink(self.path)
        for request in self.requests:
            request.close()


class Viewer:
    """A viewer's side of the handshake, step by step."""

    def __init__(self, address, source=None):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        try:
            if source:
                self.socket.bind((source, 0))
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self.minor = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def send(self, data):
        self.socket.sendall(data)

    def read(self, n):
        data = b""
        while len(data) < n:
            more = self.socket.recv(n - len(data))
            if not more:
                raise EOFError("the proxy closed after %r" % data)
            data += more
        return data

    def read_u32(self):
        return struct.unpack(">I", self.read(4))[0]

    def read_reason(self):
        return self.read(self.read_u32()).decode()

    def is_closed(self):
        """Whether the other side has nothing more to say; waits for it."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def can_read(self):
        return bool(select.select([self.socket], [], [], 0)[0])

    def send_version(self, minor=8):
        assert self.read(12) == b"RFB 003.008\n"
        self.minor = minor
        self.send(b"RFB 003.%03d\n" % minor)

    def read_challenge(self, minor=8):
        self.send_version(minor)
        if minor in (7, 8):
            assert self.read(2) == b"\1\2"
            self.send(b"\2")
        else:
            assert self.read_u32() == 2
        return self.read(16)

    def read_refusal(self, minor=8):
        """The reason that comes in place of the security types."""
        self.send_version(minor)
        if minor in (7, 8):
            assert self.read(1) == b"\0"
        else:
            assert self.read_u32() == 0
        return self.read_reason()

    def answer(self, response, minor=8):
        self.read_challenge(minor)
        self.send(response)

    def read_result(self):
        """None when it is let in; or else the reason, "" where the version has none."""
        if self.read_u32() == 0:
            return None
        return self.read_reason() if self.minor == 8 else ""

    def log_in(self, response=RIGHT, minor=8):
        self.answer(response, minor)
        return self.read_result()


class Proxy:
    """The real program, with its listening sockets passed as systemd passes them."""

    def __init__(self, directory, sockets, arguments=(), limit=None, notify=True):
        self.log_path = os.path.join(directory, "log.%d" % time.monotonic_ns())
        environment = dict(os.environ, PROGRAM=PROGRAM)
        if sockets:
            environment["LISTEN_FDS"] = str(len(sockets))
        if notify:
            self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.notify.settimeout(PATIENCE)
            environment["NOTIFY_SOCKET"] = self.log_path + ".notify"
            self.notify.bind(environment["NOTIFY_SOCKET"])
        log = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC)
        command = "LISTEN_PID=$$ exec \"$PROGRAM\" \"$@\""
        if limit:
            command = "ulimit -n %d; " % limit + command
        actions = [(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
        # From numbers that are out of the way of those that they shall have.
        copies = [os.dup2(s.fileno(), 200 + i) for i, s in enumerate(sockets)]
        actions += [(os.POSIX_SPAWN_DUP2, fd, 3 + i) for i, fd in enumerate(copies)]
        actions += [(os.POSIX_SPAWN_CLOSE, fd) for fd in copies]
        self.pid = os.posix_spawn("/bin/sh", ["sh", "-c", command, "sh", *arguments], environment,
                                  file_actions=actions)
        for fd in [log, *copies]:
            os.close(fd)
        self.status = None

    def wait_ready(self):
        assert self.notify.recv(4096) == b"READY=1"

    def read_log(self):
        with open(self.log_path, encoding="utf-8") as file:
            return file.read()

    def count_descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def leave_descriptors(self, n):
        """From now on it can have n more than it has."""
        used = {int(fd) for fd in os.listdir("/proc/%d/fd" % self.pid)}
        free = (fd for fd in itertools.count() if fd not in used)
        limit = next(itertools.islice(free, n, None))
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (limit, limit))

    def is_running(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is None

    def wait(self):
        wait_until(lambda: not self.is_running(), "the end of the proxy")
        return self.status

    def stop(self):
        if self.is_running():
            os.kill(self.pid, signal.SIGTERM)
        return self.wait()

    def kill(self):
        if self.is_running():
            os.kill(self.pid, signal.SIGKILL)
            self.wait()


def listen(host="127.0.0.1"):
    """As systemd does it: a deep backlog, non-blocking."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.bind((host, 0))
    listening.listen(4096)
    listening.setblocking(False)
    return listening


class ProxyTest(unittest.TestCase):
    """Each test has a directory and a listening socket; what it starts is ended after it."""

    config = ""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="gpudesk-proxy-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.config_path = os.path.join(self.directory, "gpudesk.conf")
        self.scraper_path = os.path.join(self.directory, "scraper.sock")
        self.write_config(self.config)
        self.listening = listen()
        self.addCleanup(self.listening.close)
        self.address = self.listening.getsockname()[:2]

    def start_over(self):
        """For a test that does the same several times, each time with a proxy of its own."""
        self.doCleanups()
        self.setUp()

    def write_config(self, text):
        with open(self.config_path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(self.config_path + ".new", self.config_path)

    def start_scraper(self, handle=None):
        scraper = Scraper(self.scraper_path, handle)
        self.addCleanup(scraper.close)
        return scraper

    def launch_proxy(self, *arguments, sockets=None, limit=None):
        proxy = Proxy(self.directory, sockets or [self.listening],
                      ["--config", self.config_path, "--scraper-socket", self.scraper_path,
                       *arguments], limit)
        self.addCleanup(proxy.notify.close)
        self.addCleanup(proxy.kill)
        return proxy

    def start_proxy(self, *arguments, sockets=None, limit=None):
        """Its end is checked, too: a sanitizer's complaint changes the status."""
        proxy = self.launch_proxy(*arguments, sockets=sockets, limit=limit)
        proxy.wait_ready()
        self.addCleanup(self.check_end, proxy)
        return proxy

    def check_end(self, proxy):
        self.assertEqual(proxy.stop(), 0, proxy.read_log())
        self.assertNotIn("Sanitizer", proxy.read_log())

    def count_at_rest(self, proxy):
        """The proxy's descriptors without a viewer, once it is surely in its event loop."""
        with self.view() as viewer:
            viewer.read(12)
            return proxy.count_descriptors() - 1

    def view(self, source=None, address=None):
        viewer = Viewer(address or self.address, source)
        self.addCleanup(viewer.close)
        return viewer


class _Result(unittest.TextTestResult):
    """A line for each test, as tests/run counts them."""

    def startTest(self, test):
        super().startTest(test)
        self.begin = time.monotonic()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.stream.writeln("ok %s (%.1f s)" % (test.id(), time.monotonic() - self.begin))

    def addError(self, test, err):
        super().addError(test, err)
        self.stream.writeln("FAIL %s" % test.id())

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.stream.writeln("FAIL %s" % test.id())


def main():
    """Runs the calling file's tests and says how many passed."""
    if not os.access(PROGRAM, os.X_OK):
        sys.exit("no %s: run it by `make check`, or set BUILDDIR" % PROGRAM)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    soft = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, resultclass=_Result)
    result = unittest.main(exit=False, testRunner=runner).result
    failed = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - failed, failed))
    sys.exit(1 if failed else 0)
