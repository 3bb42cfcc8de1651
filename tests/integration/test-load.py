#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many viewers: nothing is left of them, and the password is accepted meanwhile.

Not time is measured, but descriptors, memory, shared segments and context switches.
"""

import subprocess
import time

from lib import chain, rfb
from lib.chain import PASSWORD, ChainTest, wait_until


class LoadTest(ChainTest):
    config = "max_viewers = 64"

    def setUp(self):
        super().setUp()
        self.start_chain()
        self.screen = self.x_client()
        for _ in range(20):  # warms up: buffers, arenas, libraries' tables
            self.visit()
        self.wait_empty(20)

    def visit(self):
        with self.view().log_in(PASSWORD) as viewer:
            viewer.fetch(False, (700, 500, 100, 100))
            viewer.close()

    def wait_empty(self, n_left):
        self.scraper.wait_log("disconnected", n_left)
        self.at_rest = self.settle()

    def settle(self):
        """The descriptors of both, once they stay the same."""
        seen = []

        def is_stable():
            seen.append((self.proxy.count_descriptors(), self.scraper.count_descriptors()))
            return len(seen) > 3 and len(set(seen[-3:])) == 1
        wait_until(is_stable, "the descriptors to stay the same")
        return seen[-1]

    def check_nothing_is_left(self, memory):
        before = self.at_rest
        wait_until(lambda: self.settle() == before,
                   "the descriptors to be as before, %s" % (before,))
        for program in (self.proxy, self.scraper, self.x):
            self.assertEqual(program.count_own_segments(), 0)
        for program, kilobytes in memory.items():
            self.assertLess(program.read_status("VmRSS"), kilobytes + 4096, program.name)
        for program in (self.proxy, self.scraper):
            self.assertEqual(program.read_proc("task/%d/children" % program.pid), "")

    def memory(self):
        """Of programs without a sanitizer, which keeps what is freed."""
        return {program: program.read_status("VmRSS") for program in (self.proxy, self.scraper)
                if not program.is_sanitized()}

    def test_1000_in_a_row(self):
        memory = self.memory()
        for _ in range(1000):
            self.visit()
        self.scraper.wait_log("disconnected", 1020)
        self.check_nothing_is_left(memory)

    def test_50_at_the_same_time(self):
        viewers = [self.log_in() for _ in range(50)]
        for viewer in viewers:
            viewer.request(False)
        for viewer in viewers:
            viewer.read_update()
        picture = self.picture(self.screen)
        for viewer in viewers:
            self.assertEqual(viewer.count_wrong(picture), 0)
        # Once more: the first 50 made tables and buffers grow.
        for viewer in viewers:
            viewer.close()
        self.scraper.wait_log("disconnected", 70)
        memory = self.memory()
        viewers = [self.log_in() for _ in range(50)]
        for viewer in viewers:
            viewer.expect(picture)
            viewer.reset()
        self.scraper.wait_log("disconnected", 120)
        self.check_nothing_is_left(memory)

    def test_200_that_say_nothing(self):
        memory = self.memory()
        silent = [self.view() for _ in range(200)]
        viewer = self.log_in()
        viewer.expect(self.picture(self.screen))
        viewer.close()
        for viewer in silent:
            viewer.close()
        self.scraper.wait_log("disconnected", 21)
        self.check_nothing_is_left(memory)

    def test_wrong_passwords_do_not_keep_the_right_one_out(self):
        """All come from one address, as through guacd."""
        for _ in range(3):
            viewer = self.view()
            viewer.read_challenge()
            viewer.send(b"a guess of mine.")
        self.log_in().expect(self.picture(self.screen))


class StillTest(ChainTest):
    """A scraper that has nothing to do does nothing."""

    # One check for missed damage falls into the time. It asks for so many rows, and each answer may
    # wake the scraper, if the X server is slow (MISSED_DAMAGE_ROWS).
    MISSED_DAMAGE_ROWS = 16

    def count_switches(self, seconds):
        before = self.scraper.count_switches()
        time.sleep(seconds)
        return self.scraper.count_switches() - before

    def test_a_still_desktop(self):
        self.start_chain()
        screen, viewer = self.x_client(), self.log_in()
        viewer.send(rfb.set_encodings(0, rfb.CURSOR))
        viewer.expect(self.picture(screen))
        viewer.request()
        self.assertLessEqual(self.count_switches(5), 20 + self.MISSED_DAMAGE_ROWS)
        # It still works.
        screen.do("fill", 0, 0, 5, 5, "ff00ff")
        viewer.read_update()
        self.assertEqual(viewer.count_wrong(self.picture(screen)), 0)

    def test_nobody_connected(self):
        self.start_chain()
        self.log_in().close()
        self.scraper.wait_log("disconnected")
        self.x_client().do("noise", 0, 0, 800, 600, 1)
        self.assertLessEqual(self.count_switches(2), 3)

    def test_a_viewer_that_asks_for_nothing(self):
        """Changes are not captured until a viewer requests them."""
        self.start_chain()
        screen, viewer = self.x_client(), self.log_in()
        viewer.expect(self.picture(screen))
        before = self.scraper.count_switches()
        for seed in range(300):
            screen.do("noise", 0, 0, 300, 300, seed)
        # XDamage wakes it once, until the damage is fetched.
        self.assertLess(self.scraper.count_switches() - before, 30)
        viewer.expect(self.picture(screen))


class ProcessesTest(ChainTest):
    config = "idle_timeout = 0"

    def test_nothing_runs_afterwards(self):
        self.start_chain()
        viewers = [self.log_in() for _ in range(8)]
        for viewer in viewers:
            viewer.close()
        self.scraper.wait()
        owned = subprocess.run(["pgrep", "-f", self.directory + "/scraper.sock"],
                               capture_output=True, encoding="ascii", check=False).stdout.split()
        self.assertEqual(owned, [str(self.proxy.pid)])


if __name__ == "__main__":
    chain.main()
