# SPDX-License-Identifier: GPL-2.0-or-later
"""What relays have in common: they accept connections and make one for each, both of which they
close in the end."""

import contextlib
import socket
import threading


def shut_down(one, how=socket.SHUT_RDWR):
    """As far as it is still connected."""
    with contextlib.suppress(OSError):
        one.shutdown(how)


class Forwarder:
    """Subclasses have `connect`, which returns a socket for a new connection, and `join`, which
    starts what forwards between the two, by `start`."""

    def listen(self, listener):
        self.sockets = [listener]
        self.start(self._accept, listener)

    def start(self, function, *arguments):
        """In a thread. A connection that ends meanwhile ends it."""
        def run():
            with contextlib.suppress(OSError):
                function(*arguments)
        threading.Thread(target=run, daemon=True).start()

    def close(self):
        for one in self.sockets:
            shut_down(one)
            one.close()

    def _accept(self, listener):
        while True:
            near, _ = listener.accept()
            far = self.connect()
            self.sockets += [near, far]
            self.join(near, far)
