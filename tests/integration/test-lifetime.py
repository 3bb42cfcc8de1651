#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""When the scraper ends, and what it leaves: with its viewers, with its X server, with a signal."""

import os
import signal

from lib import chain, rfb
from lib.chain import PASSWORD, ChainTest, wait_until


class IdleTest(ChainTest):
    config = "idle_timeout = 1s"

    def test_it_ends_after_the_last_viewer(self):
        self.start_chain()
        first, second = self.log_in(), self.log_in()
        first.close()
        self.scraper.wait_log("has left")
        second.expect(self.picture(self.x_client()))
        self.assertTrue(self.scraper.is_running())
        second.close()
        self.assertEqual(self.scraper.wait(), 0)
        self.assertIn("nobody is connected any more", self.scraper.read_log())

    def test_the_next_viewer_starts_it_again(self):
        self.start_chain()
        self.log_in().close()
        self.scraper.wait()
        self.start_scraper()
        self.log_in().expect(self.picture(self.x_client()))

    def test_a_viewer_that_comes_back_in_time(self):
        self.start_chain()
        self.log_in().close()
        self.scraper.wait_log("has left")
        viewer = self.log_in()
        # Nothing would come of a timer that was not stopped but an end within a second.
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


class ResourcesTest(ChainTest):
    def test_nothing_is_held_on_x_without_a_viewer(self):
        self.start_chain()
        screen = self.x_client()
        self.log_in().close()
        self.scraper.wait_log("has left")
        before = self.scraper.count_descriptors()
        viewer = self.log_in()
        viewer.expect(self.picture(screen))
        self.assertIn("gpudesk-screen", self.x_maps())
        viewer.close()
        self.scraper.wait_log("has left", 2)
        wait_until(lambda: "gpudesk-screen" not in self.x_maps(), "the shared memory to go")
        wait_until(lambda: self.scraper.count_descriptors() <= before, "the descriptors to go")

    def x_maps(self):
        with open("/proc/%d/maps" % self.x.pid, encoding="utf-8") as maps:
            return maps.read()


class XServerTest(ChainTest):
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
        self.scraper.wait_log("has left")
        self.x.end()
        self.assertEqual(self.scraper.wait(), 0)
        self.assertIn("the X server is gone", self.scraper.read_log())

    def test_the_next_viewer_gets_a_reason(self):
        self.lose_x(signal.SIGTERM)
        # Keeps the number from other X servers that look for a free one just now.
        lock = "/tmp/.X%s-lock" % self.x.display.removeprefix(":")
        with open(lock, "x", encoding="ascii") as file:
            file.write("%10d\n" % os.getpid())
        self.addCleanup(os.unlink, lock)
        self.start_scraper()
        with self.assertRaises(rfb.Refused) as refused:
            self.view().authenticate(PASSWORD)
        self.assertIn(self.x.display, str(refused.exception))

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
