#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that are replaced on the disk while they run, as an upgrade does it."""

import contextlib
import os
import shutil
import unittest.mock

from lib import chain, handoff, rfb, standing
from lib.chain import wait_until
from lib.standing import StandingTest

PROGRAMS = "proxy/gpudesk-proxy", "scraper/gpudesk-scraper"


def copy_programs(to):
    for program in PROGRAMS:
        path = os.path.join(to, program)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy2(os.path.join(chain.BUILD, program), path + ".new")
        os.rename(path + ".new", path)


class SettingsTest(StandingTest):
    """A scraper without viewers makes way for one that has the new settings."""

    def test_next_viewer_gets_them(self):
        chained = self.chain
        viewer = self.log_in()
        chained.write_config("max_viewers = 1\nstatus_screen = no")
        # A viewer that joins now shares the running scraper, and its settings.
        self.log_in().close()
        self.assertEqual(chained.scraper.n_started, 1)
        viewer.close()
        wait_until(lambda: chained.scraper.read_log().count("disconnected") == 2, "both to be gone")
        with self.log_in():
            self.assertEqual(chained.scraper.n_started, 2)
            self.assertIn("the settings have changed", chained.scraper.read_log())
            with self.assertRaisesRegex(rfb.Refused, "max_viewers"):
                self.log_in()

    def test_other_changes_of_the_file_do_not_count(self):
        self.log_in().close()
        self.chain.write_config("# a comment\nmax_viewers = 8")
        self.log_in().close()
        self.assertEqual(self.chain.scraper.n_started, 1)


class UpgradeTest(StandingTest):
    def make_chain(self):
        copy_programs(self.directory)
        with unittest.mock.patch.object(standing, "BUILD", self.directory):
            return super().make_chain()

    def starts(self):
        return self.chain.proxy.n_started, self.chain.scraper.n_started

    def test_without_an_upgrade_they_stay(self):
        self.log_in().close()
        self.log_in().close()
        self.assertEqual(self.starts(), (1, 1))

    def test_viewer_stays_and_the_next_gets_the_new_ones(self):
        viewer = self.log_in()
        copy_programs(self.directory)
        self.x_client().do("fill", 10, 10, 50, 50, "336699")
        viewer.fetch(False)
        # A viewer that joins now shares the running scraper. The idle proxy was replaced.
        self.log_in().close()
        self.assertEqual(self.starts(), (2, 1))
        viewer.fetch(False)
        viewer.close()
        wait_until(lambda: self.chain.scraper.read_log().count("disconnected") == 2, "both to be gone")
        with self.log_in() as late:
            self.assertEqual(self.starts(), (2, 2))
            late.fetch(False)
        self.log_in().close()
        self.assertEqual(self.starts(), (2, 2))

    def relay(self, version):
        """The proxies to come are of a version whose hand-off is another one; or not, with None."""
        path = os.path.join(self.directory, "relay.sock")
        relay = handoff.Relay(path, self.chain.scraper_socket, handoff.of_version(version))
        self.addCleanup(relay.close)
        command = self.chain.proxy.command
        command[command.index(self.chain.scraper_socket)] = path
        copy_programs(self.directory)
        return relay

    def test_new_hand_off_under_a_viewer(self):
        """The old scraper cannot serve the new proxy's viewers, and goes on serving its own."""
        viewer = self.log_in()
        relay = self.relay(handoff.VERSION + 1)
        for _ in range(2):
            self.assertIn("gpudesk was upgraded", self.refusal())
        self.x_client().do("fill", 10, 10, 50, 50, "336699")
        viewer.fetch(False)
        self.assertEqual(self.starts(), (2, 1))
        viewer.close()
        wait_until(lambda: "disconnected" in self.chain.scraper.read_log(), "it to be gone")
        relay.change = bytes  # as the new scraper would understand it
        self.log_in().fetch(False)
        self.assertEqual(self.starts(), (2, 2))

    def test_old_proxy_with_a_new_scraper(self):
        """It has a handshake under way while it is upgraded: it tells its viewers to come again."""
        self.relay(handoff.VERSION - 1)
        with self.view() as viewer, self.assertRaisesRegex(rfb.Refused, "connect again"):
            viewer.log_in(chain.PASSWORD)
        command = self.chain.proxy.command
        command[command.index(os.path.join(self.directory, "relay.sock"))] = \
            self.chain.scraper_socket
        copy_programs(self.directory)
        wait_until(self.try_to_log_in, "the new proxy").fetch(False)

    def try_to_log_in(self):
        with contextlib.suppress(rfb.Refused):
            return self.log_in()


    def test_silent_viewers_do_not_keep_the_old_proxy(self):
        """There is always one in the handshake, as somebody who wants that would have it."""
        self.log_in().close()
        silent = self.view()
        silent.read(12)
        copy_programs(self.directory)
        waiting = self.view()
        silent.close()
        waiting.read(12)
        self.assertEqual(self.starts()[0], 2)

    def test_a_viewer_in_the_handshake_is_served(self):
        viewer = self.view()
        viewer.read_challenge()
        copy_programs(self.directory)
        later = self.view()
        viewer.close()
        self.assertEqual(len(later.read_challenge()), 16)
        self.assertEqual(self.starts()[0], 2)


if __name__ == "__main__":
    chain.main()
