# SPDX-License-Identifier: GPL-2.0-or-later
"""As much of Chromium's DevTools protocol as running JavaScript in its page takes."""

import json
import os
import socket
import struct
import urllib.request

from lib import rfb


class Page:
    """The first page of the browser whose debugging port is `port`."""

    def __init__(self, port):
        with urllib.request.urlopen("http://127.0.0.1:%d/json" % port, timeout=5) as answer:
            page = next(page for page in json.load(answer) if page["type"] == "page")
        path = page["webSocketDebuggerUrl"].split("/", 3)[3]
        self.n_sent = 0
        self.socket = socket.create_connection(("127.0.0.1", port), rfb.PATIENCE)
        self.socket.sendall(("GET /%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" %
                             (path, port)).encode())
        self.stream = self.socket.makefile("rb")
        while self.stream.readline().strip():
            pass

    def close(self):
        self.stream.close()
        self.socket.close()

    def _send(self, text):
        data, mask = text.encode(), os.urandom(4)
        header = struct.pack(">BBH", 0x81, 0xfe, len(data)) if 126 <= len(data) < 65536 else \
            struct.pack(">BB", 0x81, 0x80 | len(data))
        self.socket.sendall(header + mask + bytes(byte ^ mask[i % 4]
                                                  for i, byte in enumerate(data)))

    def _receive(self):
        length = self.stream.read(2)[1] & 0x7f
        if length >= 126:
            wide = 2 if length == 126 else 8
            length = int.from_bytes(self.stream.read(wide), "big")
        return self.stream.read(length).decode()

    def evaluate(self, expression):
        """The value of a JavaScript expression, or of the promise that it is."""
        self.n_sent += 1
        self._send(json.dumps({"id": self.n_sent, "method": "Runtime.evaluate", "params": {
            "expression": expression, "awaitPromise": True, "returnByValue": True}}))
        while True:
            message = json.loads(self._receive())
            if message.get("id") == self.n_sent:
                result = message["result"]
                assert "exceptionDetails" not in result, result
                return result["result"].get("value")
