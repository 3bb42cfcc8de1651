#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An X server that is slow, or stops, in the middle of an answer to the scraper."""

import json
import os
import time

from lib import chain, rfb
from lib.chain import ChainTest, wait_until
from lib.process import run
from lib.x_relay import XRelay

SHIFT = 0xffe1
# What X sends when something was drawn: the event, the region, the pixels.
STAGES = {"region": 1, "pixels": 2}


class SlowX(ChainTest):
    def setUp(self):
        super().setUp()
        self.control_socket = os.path.join(self.directory, "control.sock")
        self.x = self.start_x(self.geometry)
        self.relay = XRelay(self.x.display)
        self.addCleanup(self.relay.close)
        self.start_chain("--display", self.relay.display)
        self.screen = self.x_client()
        self.viewer = self.log_in()
        self.viewer.expect(self.picture(self.screen))
        self.n_drawn = self.n_places = 0

    def tearDown(self):
        self.relay.release()

    def stop_x(self, stage):
        """X stops in the middle of a capture."""
        self.relay.hold_after(STAGES[stage])
        self.draw()
        wait_until(lambda: self.relay.is_holding, "a capture")

    def check_continues(self):
        self.relay.release()
        self.viewer.read_update()
        self.viewer.expect(self.picture(self.screen))

    def holds_shift(self):
        return "Shift_L" in self.screen.do("held")

    def point_while_stopped(self, stage, *messages):
        """Sends the pointer's new place, and the messages, while X is stopped; returns when the
        pointer is there. X counts as silent after a second: on a busy machine it may take more
        than one try to be sooner than that."""
        for _ in range(8):
            self.stop_x(stage)
            self.n_places += 1
            place = "%d,30 " % self.n_places
            began = time.monotonic()
            self.viewer.send(rfb.pointer_event(self.n_places, 30), *messages)
            while time.monotonic() < began + 5:
                if place in self.screen.do("held"):
                    return
                time.sleep(0.02)
            self.check_continues()
        self.fail("the pointer waits for X in vain")

    def draw(self):
        """All of the screen changes, and the viewer waits for that."""
        self.viewer.request()
        self.n_drawn += 1
        self.screen.do("noise", 0, 0, 800, 600, self.n_drawn)

    def ask(self, command, *arguments):
        done = run("ctl/gpudesk", command, "--config", self.config_path, "--control-socket",
                   self.control_socket, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


class SlowXTest(SlowX):
    def test_the_pointer_comes_before_the_picture(self):
        for stage in STAGES:
            with self.subTest(stage=stage):
                self.point_while_stopped(stage)
                self.assertFalse(self.viewer.can_read())
                self.check_continues()

    def test_a_key_that_needs_a_reply_itself(self):
        """Its reply comes together with the pixels."""
        for down in True, False:
            self.point_while_stopped("pixels", rfb.key_event(SHIFT, down))
            self.relay.release()
            wait_until(lambda: self.holds_shift() == down, "the key")
            self.viewer.read_update()
        self.viewer.expect(self.picture(self.screen))

    def test_each_viewers_messages_stay_in_order(self):
        other = self.log_in()
        self.stop_x("pixels")
        self.viewer.request()
        self.viewer.send(rfb.pointer_event(7, 7))
        other.send(rfb.pointer_event(9, 9))
        wait_until(lambda: "9,9 " in self.screen.do("held"), "the other viewer's pointer")
        self.relay.release()
        wait_until(lambda: "7,7 " in self.screen.do("held"), "the pointer")
        self.viewer.expect(self.picture(self.screen))

    def test_keys_come_between_the_pieces_of_a_slow_picture(self):
        self.relay.busy = 0.15
        for _ in range(5):
            self.draw()
            self.viewer.read_update()
        for down in True, False:
            before = self.relay.n_images
            self.draw()
            wait_until(lambda: self.relay.n_images > before, "a capture")
            self.viewer.send(rfb.key_event(SHIFT, down))
            wait_until(lambda: self.holds_shift() == down, "the key")
            then = self.relay.n_images
            self.viewer.read_update()
            self.assertGreater(self.relay.n_images, then)
        self.relay.busy = 0
        self.viewer.expect(self.picture(self.screen))
        # Fast again: one request, all of one moment.
        for _ in range(4):
            self.draw()
            self.viewer.read_update()
        before = self.relay.n_images
        self.draw()
        self.viewer.read_update()
        self.assertLessEqual(self.relay.n_images - before, 2)

    def test_signal(self):
        self.stop_x("region")
        self.viewer.send(rfb.key_event(SHIFT, True))
        self.assertEqual(self.scraper.end(), 0)
        self.assertIn("does not answer", self.scraper.read_log())
        self.viewer.wait_closed()

    def test_stop(self):
        self.stop_x("pixels")
        self.ask("stop")
        self.assertEqual(self.scraper.wait(), 0)


class PatientTest(SlowX):
    """Without the status screen, viewers wait for X however long it takes."""

    config = "status_screen = no"

    def test_status_and_disconnect(self):
        other = self.log_in()
        self.stop_x("pixels")
        self.assertEqual(len(json.loads(self.ask("status", "--json"))["scraper"]["viewers"]), 2)
        self.scraper.wait_log("has not answered")
        other.request()
        self.ask("disconnect")
        wait_until(lambda: not json.loads(self.ask("status", "--json"))["scraper"]["viewers"],
                   "the viewers to go")
        self.relay.release()
        self.assertTrue(other.is_closed())
        self.scraper.wait_log("answers again")
        self.log_in().expect(self.picture(self.screen))

    def test_timeouts(self):
        """A viewer that says nothing after the password does not keep its place."""
        silent = self.view().authenticate(chain.PASSWORD)
        self.stop_x("pixels")
        self.scraper.wait_log("it sent no ClientInit for 10 s")
        self.check_continues()
        silent.wait_closed()


class NoSharedMemory(SlowX):
    """Pixels come through the connection."""

    def start_x(self, *arguments, **options):
        return super().start_x(*arguments, "-extension", "MIT-SHM", **options)


class NoSharedMemoryTest(NoSharedMemory, SlowXTest):
    pass


class PatientNoSharedMemoryTest(NoSharedMemory, PatientTest):
    pass


if __name__ == "__main__":
    chain.main()
