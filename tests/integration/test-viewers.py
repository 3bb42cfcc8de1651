#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Several viewers at once: sharing, view-only ones, too many, slow ones, inactive ones."""

import time

from lib import chain, des, rfb
from lib.chain import LOOK_PASSWORD, PASSWORD, ChainTest, wait_until


class SharingTest(ChainTest):
    config = "max_viewers = 3\nstatus_screen = no"

    def test_shared_and_exclusive(self):
        self.start_chain()
        first, second = self.log_in(), self.log_in()
        for viewer in first, second:
            viewer.expect(self.picture(self.x_client()))
        alone = self.log_in(shared=False)
        # At once, not when something happens next.
        first.wait_closed()
        second.wait_closed()
        alone.expect(self.picture(self.x_client()))
        self.assertEqual(self.scraper.read_log().count("requested exclusive access"), 2)
        # The next one that shares is accepted.
        self.log_in().expect(self.picture(self.x_client()))
        alone.expect(self.picture(self.x_client()))

    def test_one_more_than_may(self):
        self.start_chain()
        viewers = [self.log_in() for _ in range(3)]
        self.assertIn("max_viewers", self.refusal())
        viewers[0].expect(self.picture(self.x_client()))
        viewers.pop().close()
        self.scraper.wait_log("disconnected")
        self.log_in().expect(self.picture(self.x_client()))

    def test_lookers_give_way_to_full_access(self):
        self.start_chain()
        lookers = [self.log_in(LOOK_PASSWORD) for _ in range(3)]
        self.assertIn("max_viewers", self.refusal(LOOK_PASSWORD))
        viewer = self.log_in()
        lookers[0].wait_closed()
        self.scraper.wait_log("a viewer with full access needs the place")
        for one in viewer, *lookers[1:]:
            one.expect(self.picture(self.x_client()))
        more = [self.log_in(), self.log_in()]
        # The fourth finds no looker, and sends nobody away.
        self.assertIn("max_viewers", self.refusal())
        for one in viewer, *more:
            one.expect(self.picture(self.x_client()))

    def test_a_looker_looks(self):
        self.start_chain()
        screen, looker, viewer = self.x_client(), self.log_in(LOOK_PASSWORD), self.log_in()
        screen.do("listen")
        looker.send(rfb.key_event(ord("x"), True), rfb.pointer_event(30, 40, 1))
        viewer.send(rfb.pointer_event(10, 20, 0), rfb.key_stroke(ord("y")))
        wait_until(lambda: "y" in screen.do("held") or "+y" in screen.do("events"), "the key")
        self.assertTrue(screen.do("held").startswith("10,20 buttons=0"))
        looker.expect(self.picture(screen))

    def test_a_looker_sends_nobody_away(self):
        self.start_chain()
        viewer = self.log_in()
        looker = self.log_in(LOOK_PASSWORD, shared=False)
        looker.expect(self.picture(self.x_client()))
        viewer.expect(self.picture(self.x_client()))


class NoDesktopTest(ChainTest):
    config = "status_screen = no"

    def setUp(self):
        super().setUp()
        self.start_chain_without_session()

    def test_a_looker_starts_no_desktop_and_does_not_wait(self):
        self.assertIn("session", self.refusal(LOOK_PASSWORD))
        self.check_nothing_is_started()

    def ask_for_desktop(self):
        """A viewer with full access who waits for the desktop, and the connection that starts it."""
        viewer = self.view()
        viewer.send(des.vnc_response(PASSWORD, viewer.read_challenge()))
        return viewer, self.await_start()

    def test_full_access_starts_it(self):
        viewer, starter = self.ask_for_desktop()
        starter.sendall(b"refused not today\n")
        with self.assertRaisesRegex(rfb.Refused, "not today"):
            viewer.read_result()

    def test_lookers_beside_an_owner_who_starts_it(self):
        """From the same address they wait for the end of his check, and start nothing after it."""
        owner, starter = self.ask_for_desktop()
        lookers = [self.view() for _ in range(3)]
        for looker in lookers:
            looker.send(des.vnc_response(LOOK_PASSWORD, looker.read_challenge()))
        self.assertFalse(any(viewer.can_read() for viewer in (owner, *lookers)))
        starter.sendall(b"refused not today\n")
        with self.assertRaisesRegex(rfb.Refused, "not today"):
            owner.read_result()
        for looker in lookers:
            with self.assertRaisesRegex(rfb.Refused, "session"):
                looker.read_result()
        self.check_nothing_is_started()


class InactiveTest(ChainTest):
    config = "inactive_timeout = 2s"

    def test_who_sends_no_input_goes(self):
        self.start_chain()
        idle, busy = self.log_in(), self.log_in()
        start = time.monotonic()
        while "inactive_timeout" not in self.scraper.read_log():
            self.assertLess(time.monotonic(), start + rfb.PATIENCE)
            idle.request()  # not input
            busy.send(rfb.pointer_event(int(time.monotonic() * 50) % 800, 100))
            time.sleep(0.1)
        idle.wait_closed()
        busy.expect(self.picture(self.x_client()))
        # Only that one was disconnected; now it is the other's turn.
        self.assertEqual(self.scraper.read_log().count("disconnected"), 1)
        busy.wait_closed()


class SlowTest(ChainTest):
    geometry = "1600x1200x24"

    def test_one_that_stops_reading(self):
        self.start_chain()
        screen, deaf, viewer = self.x_client(), self.log_in(), self.log_in()
        for seed in range(10):
            screen.do("noise", 0, 0, 1600, 1200, seed)
            deaf.request(False)
        viewer.fetch(False)
        before = self.scraper.read_status("VmRSS")
        for seed in range(40):
            screen.do("noise", 0, 0, 1600, 1200, seed)
            deaf.request(False)
            viewer.fetch()
        viewer.expect(self.picture(screen))
        # One update of 7500 KiB is kept for it, not one for each change.
        self.assertLess(self.scraper.read_status("VmRSS") - before, 16 * 1024)
        # It stays connected, and may read again.
        deaf.expect(self.picture(screen))

    def test_one_that_makes_us_answer_and_does_not_read(self):
        """The reply to each of these messages is a palette of 1.5 KiB."""
        self.start_chain()
        viewer, flood = self.log_in(), self.log_in()
        palette = rfb.PixelFormat(8, 8, (7, 7, 3), (0, 3, 6), true_colour=False)
        message = (rfb.set_pixel_format(palette) + rfb.update_request(False, 0, 0, 9, 9)) * 2000
        flood.socket.settimeout(5)
        try:
            for _ in range(200):
                flood.send(message)
        except (ConnectionError, TimeoutError):
            pass
        viewer.expect(self.picture(self.x_client()))
        self.assertLess(self.scraper.read_status("VmHWM"), 200 * 1024)


if __name__ == "__main__":
    chain.main()
