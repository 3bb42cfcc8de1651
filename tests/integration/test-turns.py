#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The owner gets his turn, whoever guesses passwords meanwhile.

The machine has a bridge with the listening address, where the owner's containers are, and attackers
are there, at another bridge, or on the machine itself. What is asserted is how often the owner has
to connect, and behind how many guesses he comes; how long that took is printed.
"""

import contextlib
import time

from lib import attack, netns, proxytest
from lib.activator import listen_tcp
from lib.process import wait_until
from lib.proxytest import RIGHT, WRONG, ProxyTest

BRIDGE, OTHER = "br-owner", "br-other"
HERE, HERE6 = "10.9.255.1", "fd00:9::1"
OWNER = "10.9.0.1"
NEW = ["10.9.0.%d" % n for n in range(2, 32)]
NEW6 = ["fd00:9::a:%x" % n for n in range(1, 31)]
PREFIX6, OTHER_PREFIX6 = "fd00:9:0:0:1::", "fd00:20::"
A_SECOND, LOGINS, ATTEMPTS_MAX = 400, 8, 6


def make_bridge(name, *addresses):
    netns.ip("link", "add", name, "type", "bridge")
    for address in addresses:
        netns.ip("address", "add", address, "dev", name, "nodad")
    netns.ip("link", "set", name, "up")


class TurnsTest(ProxyTest):
    config = "allow = 0.0.0.0/0, ::/0\n"

    @classmethod
    def setUpClass(cls):
        make_bridge(BRIDGE, HERE + "/8", HERE6 + "/64")
        make_bridge(OTHER, "172.20.0.1/16", "fd00:20:1::1/64")
        cls.cable = netns.Cable(None, "10.9.255.2", "owner", BRIDGE)
        cls.addClassCleanup(cls.cable.close)
        cls.other = netns.Cable(None, "172.20.0.2", "other", OTHER)
        cls.addClassCleanup(cls.other.close)
        with cls.cable.far():
            netns.ip("link", "set", "lo", "up")
            for address in OWNER, *NEW:
                netns.ip("address", "add", address + "/8", "dev", "far")
            for address in "fd00:9::2", *NEW6:
                netns.ip("address", "add", address + "/64", "dev", "far", "nodad")
            netns.ip("route", "add", "local", "10.128.0.0/9", "dev", "lo")
            netns.ip("route", "add", "local", PREFIX6 + "/80", "dev", "lo")
        netns.ip("route", "add", "10.128.0.0/9", "via", "10.9.255.2")
        netns.ip("route", "add", PREFIX6 + "/80", "via", "fd00:9::2")
        with cls.other.far():
            netns.ip("link", "set", "lo", "up")
            netns.ip("address", "add", "fd00:20:1::2/64", "dev", "far", "nodad")
            netns.ip("route", "add", HERE6, "via", "fd00:20:1::1")
            netns.ip("route", "add", "local", OTHER_PREFIX6 + "/64", "dev", "lo")
        netns.ip("route", "add", OTHER_PREFIX6 + "/64", "via", "fd00:20:1::2")

    def listen(self, address):
        self.listening.close()
        self.listening = listen_tcp(address)
        self.addCleanup(self.listening.close)
        self.port = self.listening.getsockname()[1]
        self.scraper = self.start_scraper()
        self.proxy = self.start_proxy()

    def attack(self, address, get_source, cable=None):
        """400 fresh addresses a second, until the test is over. It begins with a thousand."""
        def work(end):
            with cable.far() if cable else contextlib.nullcontext():
                return attack.guess_afresh((address, self.port), A_SECOND, get_source)(end)
        crowd = attack.Crowd(600, work)
        self.addCleanup(crowd.kill)
        wait_until(lambda: self.scraper.n_asked > 1000, "the attack to be under way")

    def make_known(self, address, source):
        with self.cable.far():
            viewer = self.view(source, (address, self.port))
        self.assertIsNone(viewer.log_in(RIGHT))
        self.proxy.wait_handed_over()  # who leaves before was never there
        viewer.close()

    def log_in_from(self, address, source):
        """How often the owner has to connect."""
        for attempt in range(1, ATTEMPTS_MAX + 1):
            with contextlib.suppress(OSError, EOFError), self.cable.far():
                with self.view(source, (address, self.port)) as viewer:
                    if viewer.log_in(RIGHT) is None:
                        return attempt
        raise AssertionError("not accepted after %d attempts" % ATTEMPTS_MAX)

    def log_in_often(self, address, sources, what):
        attempts, took = [], []
        for n in range(LOGINS):
            begin = time.monotonic()
            attempts.append(self.log_in_from(address, sources[n % len(sources)]))
            took.append(time.monotonic() - begin)
            time.sleep(0.3)
        print("figure %s: %d logins of the owner, each at attempt %d at the latest, within %.2f s" %
              (what, LOGINS, max(attempts), max(took)), flush=True)
        return attempts

    def test_a_local_user_with_all_of_127(self):
        self.listen("0.0.0.0")
        self.attack("127.0.0.1", lambda n: "127.%d.%d.%d" % (n >> 16 & 127, n >> 8 & 255, n & 255))
        attempts = self.log_in_often(HERE, NEW, "400 fresh addresses of 127.0.0.0/8 a second")
        self.assertEqual(max(attempts), 1)
        # They are one source, which has a few guesses.
        self.assertLess(len([r for r in self.scraper.requests if r.response != RIGHT]), 25)

    def test_fresh_addresses_of_the_owners_network(self):
        self.listen(HERE)
        self.make_known(HERE, OWNER)
        self.attack(HERE, attack.any_of_10_128, self.cable)
        attempts = self.log_in_often(HERE, [OWNER], "400 fresh addresses a second, owner known")
        self.assertEqual(max(attempts), 1)
        self.log_in_often(HERE, NEW, "400 fresh addresses a second, owner new")

    def test_an_ipv6_network_of_another_bridge(self):
        self.listen("::")
        self.attack(HERE6, lambda n: OTHER_PREFIX6 + "%x:%x" % (n >> 16, n & 65535), self.other)
        attempts = self.log_in_often(HERE6, NEW6, "400 fresh addresses of another /64 a second")
        self.assertEqual(max(attempts), 1)

    def test_the_owners_own_ipv6_network(self):
        self.listen("::")
        self.make_known(HERE6, NEW6[0])
        self.attack(HERE6, lambda n: PREFIX6 + "%x:%x" % (n >> 16, n & 65535), self.cable)
        attempts = self.log_in_often(HERE6, NEW6[:1], "400 fresh addresses of the owner's /64 a "
                                     "second, owner known")
        self.assertEqual(max(attempts), 1)
        self.log_in_often(HERE6, NEW6[1:], "400 fresh addresses of the owner's /64 a second, owner "
                          "new")

    def test_64_guesses_wait_at_the_owners_address(self):
        self.listen(HERE)
        self.make_known(HERE, OWNER)
        for _ in range(64):
            with self.cable.far():
                guesser = self.view(OWNER, (HERE, self.port))
            with contextlib.suppress(EOFError, ConnectionError):  # on a slow machine, one makes way
                guesser.answer(WRONG)
        wait_until(lambda: len(self.scraper.requests) > 10, "the reserve to be used up")
        took = []
        for _ in range(3):
            begin = time.monotonic()
            with self.cable.far():
                owner = self.view(OWNER, (HERE, self.port))
            owner.answer(RIGHT)
            before = len(self.scraper.requests)
            self.assertIsNone(owner.read_result())
            took.append(time.monotonic() - begin)
            # Every third check is for the newest, and one may have begun before he answered.
            self.assertLessEqual(len(self.scraper.requests) - before, 4)
            owner.close()
        print("figure 64 guesses wait at the owner's address: 3 logins of the owner, each at "
              "attempt 1, within %.2f s" % max(took), flush=True)

    def test_few_guesses_wait_at_an_address(self):
        self.listen(HERE)
        guessers = []
        for _ in range(40):
            with self.cable.far():
                guessers.append(self.view(NEW[0], (HERE, self.port)))
            guessers[-1].read_challenge()
        for guesser in guessers:
            with contextlib.suppress(OSError):  # the first answer may have closed it
                guesser.send(WRONG)
        # 16 wait for their check, and for their answers those that were checked.
        wait_until(lambda: sum(not guesser.can_read() for guesser in guessers) <=
                   16 + len(self.scraper.requests), "the others to be closed")


if __name__ == "__main__":
    netns.enter()
    proxytest.main()
