#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""When the scraper ends, and what it leaves: after its viewers, its X server, or a signal."""

import os
import re
import signal
import socket
import time
import unittest.mock

from lib import chain, rfb
from lib.chain import ChainTest, wait_until


class IdleTest(ChainTest):
    config = "idle_timeout = 1s"

    def test_it_ends_after_the_last_viewer(self):
        self.start_chain()
        first, second = self.log_in(), self.log_in()
        first.close()
        self.scraper.wait_log("disconnected")
        second.expect(self.picture(self.x_client()))
        self.assertTrue(self.scraper.is_running())
        second.close()
        self.assertEqual(self.scraper.wait(), 0)
        self.assertIn("no viewer is connected", self.scraper.read_log())

    def test_the_next_viewer_starts_it_again(self):
        self.start_chain()
        self.log_in().close()
        self.scraper.wait()
        self.start_scraper()
        self.log_in().expect(self.picture(self.x_client()))

    def test_a_viewer_that_comes_back_in_time(self):
        self.start_chain()
        self.log_in().close()
        self.scraper.wait_log("disconnected")
        viewer = self.log_in()
        # A timer that was not stopped would end it within a second.
        with self.assertRaises(AssertionError):
            wait_until_seconds(lambda: not self.scraper.is_running(), 2)
        viewer.expect(self.picture(self.x_client()))


def wait_until_seconds(condition, seconds):
    patience, rfb.PATIENCE = rfb.PATIENCE, seconds
    try:
        wait_until(condition, "it")
    finally:
        rfb.PATIENCE = patience


class AtOnceTest(ChainTest):
    config = "idle_timeout = 0"

    def test_it_ends_with_the_last_viewer(self):
        self.start_chain()
        self.log_in().reset()
        self.assertEqual(self.scraper.wait(), 0)


class DesktopTimeoutTest(ChainTest):
    """The status that the end of the desktop depends on once the scraper has ended."""

    config = "idle_timeout = never\ndesktop_timeout = 1s"

    def setUp(self):
        super().setUp()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.notify.close)
        self.notify.settimeout(rfb.PATIENCE)
        path = os.path.join(self.directory, "notify")
        self.notify.bind(path)
        environment = unittest.mock.patch.dict(os.environ, NOTIFY_SOCKET=path)
        environment.start()
        self.addCleanup(environment.stop)

    def start_proxy(self):
        with unittest.mock.patch.dict(os.environ):
            del os.environ["NOTIFY_SOCKET"]
            return super().start_proxy()

    def read_status(self):
        while True:
            for line in self.notify.recv(4096).decode().split("\n"):
                if line.startswith("STATUS="):
                    return line.removeprefix("STATUS=")

    def test_it_ends_then_and_says_when_the_last_left(self):
        self.start_chain()
        before = time.monotonic()
        viewer = self.log_in()
        self.assertEqual(self.read_status(), "no viewer has been accepted")
        self.assertRegex(self.read_status(), "^no viewer since [0-9]+ s after boot$")
        self.assertEqual(self.read_status(), "1 viewer")
        second = self.log_in()
        self.assertEqual(self.read_status(), "1 viewer")
        self.assertEqual(self.read_status(), "2 viewers")
        second.close()
        self.assertEqual(self.read_status(), "1 viewer")
        viewer.close()
        text = self.read_status()
        self.assertEqual(self.scraper.wait(), 0)
        since = re.fullmatch("no viewer since ([0-9]+) s after boot", text)
        self.assertTrue(before < int(since[1]) <= time.monotonic(), text)
        self.assertNotIn("no effect", self.scraper.read_log())

    def test_a_wrong_password_is_no_viewer(self):
        self.start_chain()
        self.refusal("wrongpwd")
        self.assertEqual(self.read_status(), "no viewer has been accepted")
        self.assertEqual(self.scraper.end(), 0)
        self.notify.setblocking(False)
        with self.assertRaises(BlockingIOError):
            self.read_status()

    def test_a_desktop_that_does_not_come_back(self):
        self.write_config("desktop_timeout = 1s\nstart_desktop = no")
        self.start_chain()
        self.log_in()
        self.assertIn("does not come back by itself", self.scraper.read_log())


class ResourcesTest(ChainTest):
    def test_the_memory_on_x_is_used_again_and_goes_with_the_scraper(self):
        self.start_chain()
        screen = self.x_client()
        self.log_in().close()
        self.scraper.wait_log("disconnected")
        before, memory = self.scraper.count_descriptors(), self.shared_on_x()
        self.assertEqual(len(memory), 1)
        for i in range(3):
            screen.do("noise", 0, 0, 800, 600, i)  # without a viewer
            viewer = self.log_in()
            viewer.expect(self.picture(screen))
            viewer.close()
            self.scraper.wait_log("disconnected", 2 + i)
            self.assertEqual(self.shared_on_x(), memory)
            wait_until(lambda: self.scraper.count_descriptors() <= before, "the descriptors to go")
        self.assertEqual(self.scraper.end(), 0)
        wait_until(lambda: not self.shared_on_x(), "the shared memory to go")

    def shared_on_x(self):
        return [line for line in self.x.read_proc("maps").splitlines() if "gpudesk-screen" in line]


class XServerTest(ChainTest):
    """test-status-screen.py has what happens with the status screen."""

    config = "status_screen = no"

    def lose_x(self, number):
        self.start_chain()
        viewer, still = self.log_in(), self.log_in()
        viewer.expect(self.picture(self.x_client()))
        self.x.end(number)
        viewer.wait_closed()
        still.wait_closed()
        self.assertEqual(self.scraper.wait(), 0)
        self.assertEqual(self.scraper.read_log().count("the X server is gone"), 1)

    def test_x_ends(self):
        self.lose_x(signal.SIGTERM)

    def test_x_is_killed(self):
        self.lose_x(signal.SIGKILL)

    def test_x_is_killed_while_much_is_sent(self):
        self.start_chain()
        screen, viewer = self.x_client(), self.log_in()
        for seed in range(20):
            viewer.request(False)  # which it does not read
            screen.do("noise", 0, 0, 800, 600, seed)
        self.x.end(signal.SIGKILL)
        viewer.wait_closed()
        self.assertEqual(self.scraper.wait(), 0)

    def test_x_ends_while_nobody_looks(self):
        self.start_chain()
        self.log_in().close()
        self.scraper.wait_log("disconnected")
        self.x.end()
        self.assertEqual(self.scraper.wait(), 0)
        self.assertIn("the X server is gone", self.scraper.read_log())

    def test_the_next_viewer_gets_a_reason(self):
        self.lose_x(signal.SIGTERM)
        # Other X servers that look for a free display must not take this one: one with -displayfd
        # goes by its socket, not by its lock.
        taken = socket.socket(socket.AF_UNIX)
        self.addCleanup(taken.close)
        taken.bind("\0/tmp/.X11-unix/X" + self.x.display.removeprefix(":"))
        self.start_scraper()
        self.assertIn(self.x.display, self.refusal())

    def test_the_next_viewer_gets_the_next_display(self):
        self.lose_x(signal.SIGTERM)
        self.x = self.start_x("640x480x24")
        self.start_scraper()
        viewer = self.log_in()
        self.assertEqual((viewer.width, viewer.height), (640, 480))
        viewer.expect(self.picture(self.x_client()))


class SignalTest(ChainTest):
    def test_terminated_with_viewers(self):
        self.start_chain()
        viewer = self.log_in()
        screen = self.x_client()
        screen.do("listen")
        viewer.send(rfb.key_event(ord("d"), True))
        wait_until(lambda: screen.do("held").endswith(" d"), "the key")
        self.assertEqual(self.scraper.end(), 0)
        viewer.wait_closed()
        wait_until(lambda: not screen.do("held").endswith(" d"), "the key to go up")

    def test_the_proxy_may_end_meanwhile(self):
        self.start_chain()
        viewer = self.log_in()
        self.assertEqual(self.proxy.end(), 0)
        viewer.expect(self.picture(self.x_client()))


if __name__ == "__main__":
    chain.main()
