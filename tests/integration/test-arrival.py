#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where viewers may come from: the interface that they come in by counts, whatever their address.

The machine has docker's bridge with the listening address, another bridge (a compose network), and
a card to the network outside, where a host has a route to docker's network.
"""

import contextlib
import socket

from lib import chain, netns
from lib.activator import listen_tcp
from lib.proxytest import ProxyTest

DOCKER, DOCKER6 = "172.17.0.1", "fd00:17::1"
OTHER, CARD, CARD6 = "172.20.0.1", "192.168.7.1", "fd00:7::1"


def make_bridge(name, *addresses):
    netns.ip("link", "add", name, "type", "bridge")
    for address in addresses:
        netns.ip("address", "add", address, "dev", name, "nodad")
    netns.ip("link", "set", name, "up")


def add_far(cable, address, route, via):
    """A second address of the other end, and a route to `route` from there."""
    with cable.far():
        if address:
            netns.ip("address", "add", address, "dev", "far", "nodad")
        netns.ip("route", "add", route, "via", via)


class ArrivalTest(ProxyTest):
    config = "allow = 0.0.0.0/0, ::/0\n"

    @classmethod
    def setUpClass(cls):
        make_bridge("docker0", DOCKER + "/16", DOCKER6 + "/64")
        make_bridge("br-compose", OTHER + "/16")
        cables = [netns.Cable(None, "172.17.0.2", "container", "docker0"),
                  netns.Cable(None, "172.20.0.2", "compose", "br-compose"),
                  netns.Cable(CARD, "192.168.7.2", "card")]
        cls.container, cls.compose, cls.outside = cables
        for cable in cables:
            cls.addClassCleanup(cable.close)
        netns.ip("address", "add", CARD6 + "/64", "dev", "card0", "nodad")
        # A label as ifconfig makes them for a second address.
        netns.ip("address", "add", "192.168.9.1/24", "dev", "card0", "label", "card0:1")
        add_far(cls.container, "fd00:17::2/64", DOCKER6, "fd00:17::1")
        add_far(cls.compose, None, "172.17.0.0/24", OTHER)
        add_far(cls.outside, "fd00:7::2/64", DOCKER6, CARD6)
        with cls.outside.far():
            netns.ip("route", "add", "172.17.0.0/24", "via", CARD)
            netns.ip("route", "add", "192.168.9.0/24", "via", CARD)

    def listen(self, address, device=None):
        listening = listen_tcp(address)
        self.addCleanup(listening.close)
        if device:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        self.port = listening.getsockname()[1]
        self.start_scraper()
        self.proxy = self.start_proxy(sockets=[listening])

    def connect(self, address, cable=None):
        with cable.far() if cable else contextlib.nullcontext():
            return self.view(address=(address, self.port))

    def check_accepted(self, address, cable=None):
        with self.connect(address, cable) as viewer:
            self.assertEqual(len(viewer.read_challenge()), 16)

    def check_refused(self, address, cable, interface):
        with self.connect(address, cable) as viewer:
            reason = viewer.read_refusal()
        self.assertNotIn(interface, reason)  # strangers are not told
        self.assertIn("refused: it came in by %s," % interface, self.proxy.read_log())

    def test_at_dockers_address(self):
        self.listen(DOCKER)
        self.check_accepted(DOCKER)
        self.check_accepted(DOCKER, self.container)
        self.check_accepted(DOCKER, self.compose)
        self.check_refused(DOCKER, self.outside, "card0")

    def test_allow_narrows_that(self):
        self.write_config("allow = 172.17.0.0/16\n")
        self.listen(DOCKER)
        self.check_accepted(DOCKER, self.container)
        with self.connect(DOCKER, self.compose) as viewer:
            self.assertTrue(viewer.read_refusal())

    def test_at_the_cards_address(self):
        for address in CARD, "192.168.9.1":
            self.listen(address)
            self.check_accepted(address, self.outside)
            self.start_over()

    def test_at_all_addresses(self):
        for wildcard in "0.0.0.0", "::":
            self.listen(wildcard)
            self.check_accepted(CARD, self.outside)
            self.check_accepted(DOCKER, self.container)
            self.check_refused(DOCKER, self.outside, "card0")
            self.start_over()

    def test_ipv6(self):
        self.listen("::")
        self.check_accepted("::1")
        self.check_accepted(DOCKER6)
        self.check_accepted(DOCKER6, self.container)
        self.check_refused(DOCKER6, self.outside, "card0")

    def test_bound_to_an_interface(self):
        """BindToDevice= says it for IPv6, where it cannot be found out."""
        self.listen("::", "card0")
        self.check_accepted(CARD6, self.outside)


if __name__ == "__main__":
    netns.enter()
    chain.main()
