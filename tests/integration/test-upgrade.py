#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that are replaced on the disk while they run, as an upgrade does it."""

import os
import shutil
import tempfile
import unittest

from lib import chain, standing
from lib.chain import wait_until
from lib.standing import StandingChain

PROGRAMS = "proxy/gpudesk-proxy", "scraper/gpudesk-scraper"


def copy_programs(to):
    for program in PROGRAMS:
        path = os.path.join(to, program)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy2(os.path.join(chain.BUILD, program), path + ".new")
        os.rename(path + ".new", path)


class UpgradeTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="gpudesk-upgrade-")
        self.addCleanup(self.directory.cleanup)
        copy_programs(self.directory.name)
        standing.BUILD = self.directory.name
        self.chain = StandingChain(self.directory.name)

    def tearDown(self):
        standing.BUILD = chain.BUILD
        self.assertEqual(self.chain.close(), "")

    def starts(self):
        return self.chain.proxy.n_started, self.chain.scraper.n_started

    def test_without_an_upgrade_they_stay(self):
        self.chain.log_in().close()
        self.chain.log_in().close()
        self.assertEqual(self.starts(), (1, 1))

    def test_viewer_stays_and_the_next_gets_the_new_ones(self):
        viewer = self.chain.log_in()
        copy_programs(self.directory.name)
        screen = self.chain.x_client()
        self.addCleanup(screen.close)
        screen.do("fill", 10, 10, 50, 50, "336699")
        viewer.request(False)
        viewer.read_update()
        # Who joins meanwhile shares the scraper that there is. The proxy had nothing to do.
        self.chain.log_in().close()
        self.assertEqual(self.starts(), (2, 1))
        viewer.request(False)
        viewer.read_update()
        viewer.close()
        wait_until(lambda: self.chain.scraper.read_log().count("disconnected") == 2, "both to be gone")
        with self.chain.log_in() as late:
            self.assertEqual(self.starts(), (2, 2))
            late.request(False)
            late.read_update()
        self.chain.log_in().close()
        self.assertEqual(self.starts(), (2, 2))


if __name__ == "__main__":
    chain.main()
