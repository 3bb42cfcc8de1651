# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of gpudesk-proxy share: the proxy itself, a scraper's stand-in and a viewer."""

import os
import resource
import socket
import struct
import threading
import time

from lib import chain, handoff, rfb
from lib.activator import listen_local, listen_tcp
from lib.process import BUILD, Program, wait_until

PROGRAM = os.path.join(BUILD, "proxy/gpudesk-proxy")

RIGHT = b"the right answer"
WRONG = b"the wrong answer"
LOOK = b"the looker's one"


class Request:
    """A viewer's response from the proxy, and the connection that it came by."""

    def __init__(self, connection, challenge, message, descriptors):
        fields = handoff.REQUEST.unpack(message)
        self.magic, self.version, self.kind, self.minor, self.response, peer = fields
        self.challenge = challenge
        self.peer = peer.rstrip(b"\0").decode()
        self.connection = connection
        self.n_descriptors = len(descriptors)
        self.viewer = socket.socket(fileno=descriptors[0])
        self.viewer.settimeout(rfb.PATIENCE)

    def answer(self, result, reason=b"", magic=handoff.MAGIC):
        try:
            self.connection.send(handoff.pack_answer(result, reason, magic))
        except OSError:
            pass  # the viewer left, and so did the proxy; or the test is over

    def take(self):
        """Writes the SecurityResult itself, as the scraper does."""
        self.viewer.sendall(struct.pack(">I", 0))
        self.answer(handoff.TAKEN_VIEW_ONLY if self.response == LOOK else handoff.TAKEN)

    def decide(self):
        if self.response in (RIGHT, LOOK):
            self.take()
        else:
            self.answer(handoff.WRONG_PASSWORD)

    def close(self):
        self.viewer.close()
        self.connection.close()


def give_challenge(connection, challenge):
    connection.send(handoff.pack_answer(handoff.CHALLENGED, challenge))


class Scraper:
    """Listens where the scraper would. `challenge` gets a connection and what to send there as a
    challenge, `handle` each Request, in a thread of its own."""

    def __init__(self, path, handle=None, challenge=None):
        self.path = path
        self.handle = handle or Request.decide
        self.challenge = challenge or give_challenge
        self.requests, self.connections = [], []
        self.n_asked = 0
        self.socket = listen_local(path)
        self.socket.setblocking(True)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection):
        try:
            message, _ = handoff.receive(connection)
            if message:
                self.n_asked += 1
                challenge = os.urandom(16)
                self.challenge(connection, challenge)
                message, descriptors = handoff.receive(connection)
        except OSError:
            message = b""
        if not message:
            connection.close()
            return
        request = Request(connection, challenge, message, descriptors)
        self.requests.append(request)
        self.handle(request)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        os.unlink(self.path)
        for connection in self.connections:
            connection.close()
        for request in self.requests:
            request.close()


class Viewer(rfb.Viewer):
    """Goes up to the SecurityResult. Its answer to a challenge stands for a password."""

    def read_result(self):
        """None if the viewer is accepted, or else the reason."""
        try:
            return super().read_result()
        except rfb.Refused as refused:
            return str(refused)

    def read_refusal(self, minor=8):
        """The reason that comes instead of the security types."""
        try:
            raise AssertionError("got a challenge: %r" % self.read_challenge(minor))
        except rfb.Refused as refused:
            return str(refused)

    def ask(self, minor=8):
        """As far as the viewer's part goes without a challenge."""
        self.send_version(minor)
        if minor in (7, 8):
            self.read(2)
            self.send(b"\2")

    def answer(self, response, minor=8):
        self.read_challenge(minor)
        self.send(response)

    def log_in(self, response=RIGHT, minor=8):
        self.answer(response, minor)
        return self.read_result()


class Proxy(Program):
    """The real program, with its listening sockets passed as systemd passes them."""

    def __init__(self, directory, sockets, arguments=()):
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.settimeout(rfb.PATIENCE)
        path = os.path.join(directory, "notify.%d" % time.monotonic_ns())
        self.notify.bind(path)
        super().__init__("proxy", directory, [PROGRAM, *arguments], sockets=sockets,
                         env=dict(os.environ, NOTIFY_SOCKET=path))

    def wait_ready(self):
        assert self.notify.recv(4096) == b"READY=1"

    def wait_handed_over(self):
        """Until the proxy has heard from the scraper that it took a viewer."""
        wait_until(lambda: "handed over to the scraper" in self.read_log(), "the proxy to know")


class ProxyTest(chain.DirectoryTest):
    """Each test has a listening socket; what it starts ends with it."""

    config = ""

    def setUp(self):
        super().setUp()
        self.config_path = os.path.join(self.directory, "gpudesk.conf")
        self.scraper_path = os.path.join(self.directory, "scraper.sock")
        self.write_config(self.config)
        self.listening = listen_tcp()
        self.addCleanup(self.listening.close)
        self.address = self.listening.getsockname()[:2]

    def start_over(self):
        """For a test that repeats its steps with a new proxy."""
        self.doCleanups()
        self.setUp()

    def write_config(self, text):
        with open(self.config_path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(self.config_path + ".new", self.config_path)

    def start_scraper(self, handle=None, challenge=None):
        scraper = Scraper(self.scraper_path, handle, challenge)
        self.addCleanup(scraper.close)
        return scraper

    def launch_proxy(self, *arguments, sockets=None):
        proxy = Proxy(self.directory, sockets or [self.listening],
                      ["--config", self.config_path, "--scraper-socket", self.scraper_path,
                       *arguments])
        self.addCleanup(proxy.notify.close)
        self.addCleanup(proxy.kill)
        return proxy

    def start_proxy(self, *arguments, sockets=None):
        proxy = self.launch_proxy(*arguments, sockets=sockets)
        proxy.wait_ready()
        self.addCleanup(self.check_end, proxy)
        return proxy

    def check_end(self, proxy):
        """Fails on a bad exit status, and on what a sanitizer found."""
        self.assertEqual(proxy.end(), 0, proxy.read_log())
        self.assertNotIn("Sanitizer", proxy.read_log())

    def count_at_rest(self, proxy):
        """The proxy's descriptors without a viewer. By then it is in its event loop."""
        with self.view() as viewer:
            viewer.read(12)
            return proxy.count_descriptors() - 1

    def view(self, source=None, address=None):
        host, port = address or self.address
        viewer = Viewer(port, host, source)
        self.addCleanup(viewer.close)
        return viewer


def main():
    """Runs the calling file's tests, with descriptors for crowds."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    soft = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    chain.main()
