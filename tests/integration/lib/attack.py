# SPDX-License-Identifier: GPL-2.0-or-later
"""Strangers in large numbers, who send junk or guess passwords from many addresses. Each crowd is
a process, with non-blocking sockets instead of rfb.Viewer.
"""

import contextlib
import json
import os
import random
import selectors
import signal
import socket
import struct
import time

IP_FREEBIND = 15  # <linux/in.h>

JUNK = [b"", b"junk" * 10, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"RFB 003.008\n", b"RFB 003.008\n\x01",
        b"RFB 003.008\n\x02" + b"x" * 7, b"RFB 003.003\n",
        b"RFB 999.999\n\x02", b"\0" * 5000, b"SSH-2.0-OpenSSH_9.2\r\n"]


class Crowd:
    """Runs `work(end)` in a child until the time `end`; finish() returns what that returns."""

    def __init__(self, seconds, work):
        receive, send = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(receive)
            signal.alarm(int(seconds) + 60)
            status = 1
            try:
                result = work(time.monotonic() + seconds)
                os.write(send, json.dumps(result).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(send)
        self.result = receive

    def finish(self):
        if self.pid is None:
            return None
        with os.fdopen(self.result, "rb") as file:
            data = file.read()
        os.waitpid(self.pid, 0)
        self.pid = None
        return json.loads(data)

    def kill(self):
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.result)
            self.pid = None


def send_junk(address, sources, a_minute):
    """A crowd's work: connects so often a minute and sends some of JUNK. Counts connections."""
    def work(end):
        chance, sent, open_ones = random.Random(7), 0, []
        begin = time.monotonic()
        while time.monotonic() < end:
            if sent >= (time.monotonic() - begin) * a_minute / 60:
                time.sleep(0.002)
                continue
            connection = socket.socket()
            connection.setblocking(False)
            connection.bind((chance.choice(sources), 0))
            connection.connect_ex(address)
            open_ones.append(connection)
            sent += 1
            if len(open_ones) > 40:
                leave(open_ones.pop(0), chance)
        for connection in open_ones:
            leave(connection, chance)
        return {"connections": sent, "seconds": time.monotonic() - begin}
    return work


def leave(connection, chance):
    """Sends some of JUNK, since it is connected by then, and closes or resets the connection."""
    try:
        connection.send(chance.choice(JUNK))
    except OSError:
        pass
    if chance.random() < 0.5:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Guesser:
    """One address with one connection, which guesses, waits for the answer, and reconnects."""

    def __init__(self, selector, address, source, patience):
        self.selector, self.address, self.source = selector, address, source
        self.patience = patience  # seconds until it gives up and reconnects
        self.answers = 0
        self.connection = None

    def come(self, now):
        is_ipv6 = ":" in self.source
        self.connection = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET)
        self.connection.setblocking(False)
        if is_ipv6:  # a route to lo makes an address local, but not one to bind to
            self.connection.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        self.connection.bind((self.source, 0))
        self.connection.connect_ex(self.address)
        self.selector.register(self.connection, selectors.EVENT_READ, self)
        # What it sends does not depend on what it receives.
        self.heard, self.said = b"", False
        self.since = now

    def go(self):
        self.selector.unregister(self.connection)
        self.connection.close()
        self.connection = None

    def hear(self, now):
        try:
            data = self.connection.recv(4096)
        except OSError:
            data = b""
        self.heard += data
        if self.heard and not self.said:
            with contextlib.suppress(OSError):  # it may have been closed for another one
                self.connection.send(b"RFB 003.008\n\x02" + os.urandom(16))
            self.said = True
        # version, types, challenge, then the result
        if len(self.heard) >= 12 + 2 + 16 + 4:
            self.answers += self.heard[30:34] == b"\0\0\0\1" and b"wrong password" in self.heard
            data = b""
        if not data:
            self.go()
            self.come(now)

    def grow_tired(self, now):
        if now - self.since > self.patience:
            self.go()
            self.come(now)


def guess(address, sources, patiences):
    """A crowd's work: guesses from each source. Returns how many answers each got."""
    def work(end):
        selector = selectors.DefaultSelector()
        guessers = [Guesser(selector, address, source, patiences[i % len(patiences)])
                    for i, source in enumerate(sources)]
        for guesser in guessers:
            guesser.come(time.monotonic())
        while time.monotonic() < end:
            for key, _ in selector.select(0.1):
                key.data.hear(time.monotonic())
            for guesser in guessers:
                guesser.grow_tired(time.monotonic())
        return [guesser.answers for guesser in guessers]
    return work


def any_of_10_128(n):
    return "10.%d.%d.%d" % (128 + (n >> 16), n >> 8 & 255, n & 255)


def guess_afresh(address, a_second, get_source=any_of_10_128):
    """A crowd's work: one guess from each of so many addresses a second, the n-th from
    get_source(n). Returns how many were answered, as a list."""
    def work(end):
        selector, guessers, n = selectors.DefaultSelector(), [], 0
        begin = time.monotonic()
        while (now := time.monotonic()) < end:
            while n < (now - begin) * a_second:
                n += 1
                guessers.append(OneGuess(selector, address, get_source(n), 0))
                guessers[-1].come(now)
            for key, _ in selector.select(0.005):
                key.data.hear(now)
        return [sum(guesser.answers for guesser in guessers)]
    return work


class OneGuess(Guesser):
    came = False

    def come(self, now):
        if not self.came:
            super().come(now)
        self.came = True
