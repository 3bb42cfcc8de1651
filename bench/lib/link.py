# SPDX-License-Identifier: GPL-2.0-or-later
"""Slow links: a server and a viewer in network namespaces of their own (src/slowlink.c)."""
import os

from process import Child

SERVER_ADDRESS = "10.77.0.1"

# name: Mbit/s, round trip in ms, bytes of a packet. The fast one has large packets: with small
# ones, the work of carrying 83,000 per second would be measured.
LINKS = {
    "1gbit-1ms": (1000, 1, 9000),
    "100mbit-20ms": (100, 20, 1500),
    "20mbit-40ms": (20, 40, 1500),
    "5mbit-80ms": (5, 80, 1500),
}


class Loopback:
    """No link: everything is on this machine, as guacd is."""
    address = "127.0.0.1"
    pids = []

    def at_server(self, command):
        return command

    at_viewer = at_server

    def stop(self):
        pass


class SlowLink:
    address = SERVER_ADDRESS

    def __init__(self, name, binaries, work):
        rate, rtt, mtu = LINKS[name]
        self.child = Child([f"{binaries}/slowlink", "-rate", rate, "-rtt", rtt, "-mtu", mtu],
                           f"{work}/slowlink.log", talks=True)
        try:
            self.server, self.viewer = self.child.expect("READY", 10).split()[1:]
        except Exception:
            self.child.stop()
            raise
        self.pids = [self.child.pid]

    def enter(self, namespace, command):
        user = []
        if os.geteuid() != 0:
            user = [f"--user=/proc/{self.child.pid}/ns/user", "--preserve-credentials"]
        return ["nsenter", *user, f"--net={namespace}", "--", *command]

    def at_server(self, command):
        return self.enter(self.server, command)

    def at_viewer(self, command):
        return self.enter(self.viewer, command)

    def stop(self):
        self.child.stop()


def open_link(name, binaries, work):
    return SlowLink(name, binaries, work) if name else Loopback()
