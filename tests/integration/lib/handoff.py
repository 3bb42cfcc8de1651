# SPDX-License-Identifier: GPL-2.0-or-later
"""The hand-off's messages (common/handoff.h), and a proxy that does as it likes."""

import array
import socket
import struct

from lib import des, rfb
from lib.activator import listen_local
from lib.forwarder import Forwarder, shut_down

MAGIC, VERSION, ANSWER_VERSION = 0x67704431, 3, 1
CHALLENGE, CONNECT = 1, 2
TAKEN, WRONG_PASSWORD, NOT_POSSIBLE, CHALLENGED, TAKEN_VIEW_ONLY = range(5)
REQUEST = struct.Struct("=IIII16s64s")
ANSWER = struct.Struct("=III448s")
HEAD = struct.Struct("=II")


def receive(connection):
    """A message and its descriptors; b"" at the end."""
    message, ancillary, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(64))
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data)
    return message, list(descriptors)


def send(connection, message, descriptors=()):
    rights = array.array("i", descriptors)
    connection.sendmsg([message],
                       [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if descriptors else [])


def pack_answer(result, reason=b"", magic=MAGIC):
    return ANSWER.pack(magic, ANSWER_VERSION, result, reason)


class Proxy:
    """One connection to a scraper, in the place of gpudesk-proxy's."""

    def __init__(self, path):
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.connection.settimeout(rfb.PATIENCE)
        self.connection.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()

    def send(self, kind, response=b"", viewer=None, peer=None, version=VERSION):
        """`viewer` is a socket; its peer is told, unless another is given."""
        if peer is None and viewer is not None:
            peer = "%s:%d" % viewer.getpeername()[:2]
        send(self.connection,
             REQUEST.pack(MAGIC, version, kind, 8, response, (peer or "").encode()),
             () if viewer is None else (viewer.fileno(),))

    def receive(self):
        """(result, reason or challenge), or None at the end."""
        try:
            message, _ = receive(self.connection)
        except ConnectionResetError:
            return None
        if not message:
            return None
        magic, version, result, text = ANSWER.unpack(message)
        assert (magic, version) == (MAGIC, ANSWER_VERSION)
        return result, text[:16] if result == CHALLENGED else text.rstrip(b"\0").decode()

    def ask(self):
        self.send(CHALLENGE)
        result, challenge = self.receive()
        assert result == CHALLENGED, challenge
        return challenge

    def guess(self, password, viewer, **options):
        """Returns what receive() does."""
        response = des.vnc_response(password, self.ask())
        self.send(CONNECT, response, viewer, **options)
        return self.receive()


class Relay(Forwarder):
    """Between proxy and scraper: listens at `path`, and passes on to `to` what `change` makes of a
    message. Socket activation sees its connections as the proxy's."""

    def __init__(self, path, to, change):
        self.to, self.change = to, change
        listening = listen_local(path)
        listening.setblocking(True)
        self.listen(listening)

    def connect(self):
        far = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        far.connect(self.to)
        return far

    def join(self, near, far):
        self.start(self._forward, near, far, self.change)
        self.start(self._forward, far, near, bytes)

    @staticmethod
    def _forward(source, target, change):
        try:
            while True:
                message, descriptors = receive(source)
                if not message:
                    break
                send(target, change(message), descriptors)
                for descriptor in descriptors:
                    socket.socket(fileno=descriptor).close()
        finally:
            shut_down(source)
            shut_down(target)


def of_version(version):
    """What changes requests to those of another version."""
    return lambda message: HEAD.pack(MAGIC, version) + message[HEAD.size:]
