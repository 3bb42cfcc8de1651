#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""false_display.py NUMBER... - pretends to be X servers, and prints what was sent to it."""
import selectors
import socket
import sys

selector = selectors.DefaultSelector()
for number in sys.argv[1:]:
    for path in "/tmp/.X11-unix/X" + number, "\0/tmp/.X11-unix/X" + number:
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(path)
        listening.listen(64)
        selector.register(listening, selectors.EVENT_READ, True)
print("listening", flush=True)
while True:
    for key, _ in selector.select():
        if key.data:
            selector.register(key.fileobj.accept()[0], selectors.EVENT_READ, False)
        else:
            data = key.fileobj.recv(4096)
            if data:
                print(f"got {len(data)} bytes", flush=True)
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()
