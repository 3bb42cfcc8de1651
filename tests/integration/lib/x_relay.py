# SPDX-License-Identifier: GPL-2.0-or-later
"""A relay between X clients and their X server: to them it is an X server that has stopped in the
middle of its work, or is slow."""

import array
import contextlib
import os
import random
import re
import socket
import struct
import subprocess
import threading
import time

from lib.forwarder import Forwarder, shut_down

DESCRIPTORS_MAX = 16
GET_IMAGE, SHM_GET_IMAGE = 73, 4


class XRelay(Forwarder):
    """Clients connect to `display`."""

    def __init__(self, to_display):
        self.to_path = "/tmp/.X11-unix/X" + to_display.lstrip(":")
        listener = socket.socket(socket.AF_UNIX)
        self.path = self._bind(listener)
        self.display = ":" + self.path.rpartition("X")[2]
        listener.listen()
        self.left = None  # what the server may still send, None for no limit
        self.is_holding = False
        self.busy = 0  # seconds that each reading of pixels takes
        self.n_images = 0  # such requests so far
        extensions = subprocess.run(["xdpyinfo", "-display", to_display, "-queryExtensions"],
                                    check=True, capture_output=True, encoding="utf-8").stdout
        found = re.search(r"MIT-SHM.*opcode: (\d+)", extensions)
        self.shm = int(found[1]) if found else None
        self.changed = threading.Condition()
        self.listen(listener)

    @staticmethod
    def _bind(listener):
        """To a display that is free, of the high numbers, which no X server takes by itself."""
        while True:
            path = "/tmp/.X11-unix/X%d" % random.randrange(20000, 60000)
            with contextlib.suppress(OSError):
                listener.bind(path)
                return path

    def hold_after(self, n):
        """Lets pass what the server sends n times, each an event or what answers a request."""
        with self.changed:
            self.left = n

    def release(self):
        with self.changed:
            self.left, self.is_holding = None, False
            self.changed.notify_all()

    def close(self):
        super().close()
        os.unlink(self.path)
        self.release()

    def connect(self):
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.to_path)
        return server

    def join(self, near, far):
        self.start(self._forward, near, far, self._count_requests())
        self.start(self._forward, far, near, self._wait())

    @staticmethod
    def _forward(source, target, before):
        """`before` is sent what is to be forwarded, and takes its time."""
        size = socket.CMSG_SPACE(DESCRIPTORS_MAX * array.array("i").itemsize)
        next(before)
        try:
            while True:
                data, ancillary, *_ = source.recvmsg(65536, size)
                if not data:
                    break
                before.send(data)
                sent = target.sendmsg([data], ancillary)
                target.sendall(data[sent:])
                for _, _, descriptors in ancillary:
                    for fd in array.array("i", descriptors):
                        os.close(fd)
        finally:
            shut_down(target, socket.SHUT_WR)

    def _wait(self):
        while True:
            yield
            with self.changed:
                while self.left == 0:
                    self.is_holding = True
                    self.changed.wait()
                if self.left:
                    self.left -= 1

    def _count_requests(self):
        """A slow X server does one thing after the other."""
        ahead, wanted = b"", 0  # `wanted` is the length of the request that `ahead` begins with
        is_setup = True
        while True:
            ahead += yield
            while len(ahead) >= (12 if is_setup else 8):
                if is_setup:
                    name, data = struct.unpack_from("=HH", ahead, 6)
                    wanted = 12 + (name + 3 & ~3) + (data + 3 & ~3)
                else:
                    wanted = 4 * (struct.unpack_from("=H", ahead, 2)[0] or
                                  struct.unpack_from("=I", ahead, 4)[0])
                    if wanted == 0:
                        break
                if len(ahead) < wanted:
                    break
                if not is_setup and (ahead[0] == GET_IMAGE or
                                     (ahead[0] == self.shm and ahead[1] == SHM_GET_IMAGE)):
                    self.n_images += 1
                    time.sleep(self.busy)
                ahead, is_setup = ahead[wanted:], False
