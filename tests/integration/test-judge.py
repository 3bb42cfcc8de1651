#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The scraper does not trust the proxy, which may have been taken over, nor does it stay for
strangers."""

import contextlib
import os
import socket
import time

from lib import chain, des, handoff
from lib.activator import listen_tcp
from lib.chain import LOOK_PASSWORD, PASSWORD, wait_until
from lib.handoff import CONNECT, NOT_POSSIBLE, TAKEN, TAKEN_VIEW_ONLY, WRONG_PASSWORD
from lib.standing import StandingTest

RESERVE, A_SECOND = 300, 3  # of wrong passwords (scraper/session/check_budget.h)


class TakenOverProxyTest(StandingTest):
    """The test is the proxy."""

    def setUp(self):
        super().setUp()
        self.listening = listen_tcp()
        self.addCleanup(self.listening.close)

    def tearDown(self):
        self.assertEqual(self.chain.scraper.statuses, [])

    def hostile(self):
        proxy = handoff.Proxy(self.chain.scraper_socket)
        self.addCleanup(proxy.close)
        return proxy

    def viewer(self):
        """Both ends of a viewer's connection: the proxy's, the viewer's."""
        far = socket.create_connection(self.listening.getsockname())
        near, _ = self.listening.accept()
        for one in near, far:
            self.addCleanup(one.close)
        return near, far

    def assert_nobody_got_in(self):
        self.assertNotIn("accepted", self.chain.scraper.read_log())
        self.assertEqual(self.chain.count_screens(), (0, 0))

    def test_what_is_possible_at_all(self):
        for password, taken in (PASSWORD, TAKEN), (LOOK_PASSWORD, TAKEN_VIEW_ONLY):
            near, far = self.viewer()
            result, _ = self.hostile().guess(password, near)
            self.assertEqual(result, taken)
            self.assertEqual(far.recv(4), b"\0\0\0\0")
        wait_until(lambda: "accepted, view only" in self.chain.scraper.read_log(), "its access")

    def test_guesses_are_bounded(self):
        near, _ = self.viewer()
        results, begin = [], time.monotonic()
        for n in range(5 * RESERVE):
            with handoff.Proxy(self.chain.scraper_socket) as proxy:
                results.append(proxy.guess("guess%d" % n, near)[0])
        elapsed = time.monotonic() - begin
        wrong = results.count(WRONG_PASSWORD)
        print("figure guesses of a taken-over proxy: %d in %.2f s, of which %d were checked" %
              (len(results), elapsed, wrong))
        self.assertGreaterEqual(wrong, RESERVE)
        self.assertLessEqual(wrong, RESERVE + A_SECOND * elapsed + 1)
        self.assertEqual(wrong + results.count(NOT_POSSIBLE), len(results))
        self.assertLess(self.chain.scraper.read_log().count("too many wrong passwords"),
                        A_SECOND * elapsed + 2)
        self.assert_nobody_got_in()
        # It passes: nobody is locked out for good.
        wait_until(lambda: self.hostile().guess(PASSWORD, near)[0] == TAKEN, "the right one")

    def test_recorded_response(self):
        recorded = []
        path = os.path.join(self.directory, "relay.sock")
        relay = handoff.Relay(path, self.chain.scraper_socket,
                              lambda message: recorded.append(message) or message)
        self.addCleanup(relay.close)
        near, far = self.viewer()
        with handoff.Proxy(path) as proxy:
            self.assertEqual(proxy.guess(PASSWORD, near)[0], TAKEN)
        far.close()
        wait_until(lambda: "disconnected" in self.chain.scraper.read_log(), "its end")
        response = handoff.REQUEST.unpack(recorded[1])[4]
        challenges = set()
        for _ in range(5):
            near, far = self.viewer()
            proxy = self.hostile()
            challenges.add(proxy.ask())
            proxy.send(CONNECT, response, near)
            self.assertEqual(proxy.receive(), (WRONG_PASSWORD, ""))
        self.assertEqual(len(challenges), 5)
        self.assertEqual(self.chain.scraper.read_log().count("accepted"), 1)

    def test_response_twice(self):
        near, _ = self.viewer()
        proxy = self.hostile()
        response = des.vnc_response(PASSWORD, proxy.ask())
        with contextlib.suppress(OSError):  # it may be closed by then
            for _ in range(3):
                proxy.send(CONNECT, response, near)
        wait_until(lambda: "accepted" in self.chain.scraper.read_log(), "the first")
        self.hostile().ask()  # by then, it has read all that it reads
        self.assertEqual(self.chain.scraper.read_log().count("accepted"), 1)

    def test_response_to_the_challenge_of_another_connection(self):
        near, _ = self.viewer()
        first, second = self.hostile(), self.hostile()
        response = des.vnc_response(PASSWORD, first.ask())
        second.ask()
        second.send(CONNECT, response, near)
        self.assertEqual(second.receive(), (WRONG_PASSWORD, ""))
        self.assert_nobody_got_in()

    def test_sockets_that_are_no_viewers(self):
        """With the right password even."""
        near, far = self.viewer()
        other, _ = self.viewer()
        ours, theirs = socket.socketpair()
        for one in ours, theirs:
            self.addCleanup(one.close)
        told = "%s:%d" % near.getpeername()
        for what, sent, peer in (("a Unix socket", ours, told), ("the viewer's end", far, told),
                                 ("another viewer's", other, told), ("no peer", near, ""),
                                 ("another address", near, "172.17.0.2:1"),
                                 ("none at all", None, told)):
            with self.subTest(what):
                result, reason = self.hostile().guess(PASSWORD, sent, peer=peer)
                self.assertEqual(result, NOT_POSSIBLE)
                self.assertNotEqual(reason, "")
        self.assert_nobody_got_in()

    def test_messages_in_the_wrong_order(self):
        near, _ = self.viewer()
        for messages in ((CONNECT,), (handoff.CHALLENGE, handoff.CHALLENGE)):
            proxy = self.hostile()
            for kind in messages:
                proxy.send(kind, b"x" * 16, near if kind == CONNECT else None)
            answers = [proxy.receive() for _ in messages]
            self.assertEqual(answers[-1][0], NOT_POSSIBLE)
            self.assertIsNone(proxy.receive())
        self.assert_nobody_got_in()

    def test_other_versions(self):
        for version in handoff.VERSION - 1, handoff.VERSION + 1:
            proxy = self.hostile()
            proxy.send(handoff.CHALLENGE, version=version)
            result, reason = proxy.receive()
            self.assertEqual(result, NOT_POSSIBLE)
            self.assertIn("upgraded", reason)


class StrangerTest(StandingTest):
    """What starts because of a stranger is little, and soon gone."""

    def test_it_opens_nothing(self):
        before = self.chain.settle()[2]
        self.view().read_challenge()
        scraper = self.chain.scraper
        opened = [os.readlink("/proc/%d/fd/%s" % (scraper.pid, fd))
                  for fd in os.listdir("/proc/%d/fd" % scraper.pid)]
        files = [path for path in opened if path.startswith("/")]
        self.assertLessEqual(set(files), {"/dev/null", scraper.log_path}, opened)
        self.assertIn("wrong password", self.refusal("wrongpwd"))
        self.assertEqual(self.chain.x.count_descriptors(), before)
        self.assertEqual(self.chain.count_screens(), (0, 0))
        self.assertNotIn("serving display", scraper.read_log())

    def test_it_is_soon_gone(self):
        """With one that is silent, when its time to answer is over: test_idle_exit.c has that."""
        for name, come in (("wrong password", lambda: self.refusal("wrongpwd")),
                           ("it leaves", self.leave)):
            with self.subTest(name):
                n = self.chain.scraper.n_started
                come()
                self.chain.scraper.wait_ended()
                self.assertEqual(self.chain.scraper.n_started, n + 1)
        self.assertEqual(set(self.chain.scraper.statuses), {0})

    def leave(self):
        viewer = self.view()
        viewer.read_challenge()
        viewer.close()


class IdleTest(StandingTest):
    options = {"config": "idle_timeout = 1s\n"}

    def test_strangers_do_not_keep_it(self):
        """The owner has been there, and left. One that has its challenge by then may use it."""
        self.log_in().close()
        late = self.view()
        late_challenge = late.read_challenge()
        time.sleep(2)
        self.assertEqual(self.chain.scraper.statuses, [])
        late.send(des.vnc_response(PASSWORD, late_challenge))
        late.read_result()
        late.close()
        self.refusal("wrongpwd")
        self.chain.scraper.wait_ended()
        self.assertEqual(self.chain.scraper.n_started, 1)


class ControlTest(chain.ChainTest):
    def setUp(self):
        super().setUp()
        self.control_socket = os.path.join(self.directory, "control.sock")

    def ask(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
            control.settimeout(10)
            control.connect(self.control_socket)
            control.send(b"status")
            return control.recv(65536).decode().split()

    def test_a_stranger_is_no_viewer(self):
        self.start_chain()
        self.view().read_challenge()
        self.refusal("wrongpwd")
        lines = self.ask()
        for line in "viewers=0", "waiting=0":
            self.assertIn(line, lines)
        self.log_in()
        self.assertIn("viewers=1", self.ask())


if __name__ == "__main__":
    chain.main()
