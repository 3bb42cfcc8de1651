#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many viewers: nothing is left of them, and who has the password is let in meanwhile.

Nothing is measured in time: what is counted is descriptors, memory, shared segments, switches.
"""

import subprocess
import time

from lib import chain, rfb
from lib.chain import PASSWORD, ChainTest, wait_until


def count_segments(*programs):
    """System V shared memory segments that they have made."""
    pids = [str(program.pid) for program in programs]
    with open("/proc/sysvipc/shm", encoding="ascii") as segments:
        next(segments)
        return sum(segment.split()[4] in pids for segment in segments)


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
            viewer.request(False, (700, 500, 100, 100))
            viewer.read_update()
            viewer.close()

    def wait_empty(self, n_left):
        self.scraper.wait_log("disconnected", n_left)
        self.at_rest = self.settle()

    def settle(self):
        """Descriptors of both, as soon as they stay the same."""
        seen = []

        def is_stable():
            seen.append((self.proxy.count_descriptors(), self.scraper.count_descriptors()))
            return len(seen) > 3 and len(set(seen[-3:])) == 1
        wait_until(is_stable, "the descriptors to stay the same")
        return seen[-1]

    def check_nothing_is_left(self, memory):
        before = self.at_rest
        wait_until(lambda: self.settle() == before, "the descriptors to be as before, %s" % (before,))
        self.assertEqual(count_segments(self.proxy, self.scraper, self.x), 0)
        for program, kilobytes in memory.items():
            self.assertLess(program.read_status("VmRSS"), kilobytes + 4096, program.name)
        for program in (self.proxy, self.scraper):
            children = "/proc/%d/task/%d/children" % (program.pid, program.pid)
            with open(children, encoding="ascii") as file:
                self.assertEqual(file.read(), "")

    def memory(self):
        """Not of programs that a sanitizer watches over, which keeps what was freed."""
        return {program: program.read_status("VmRSS") for program in (self.proxy, self.scraper)
                if not self.is_sanitized(program)}

    @staticmethod
    def is_sanitized(program):
        with open("/proc/%d/maps" % program.pid, encoding="utf-8") as maps:
            return "libasan" in maps.read()

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
        # Once more, as the first 50 have warmed up what is needed for so many.
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
        """They all come from one address, as they would through guacd."""
        for _ in range(3):
            viewer = self.view()
            viewer.read_challenge()
            viewer.send(b"a guess of mine.")
        self.log_in().expect(self.picture(self.screen))


class StillTest(ChainTest):
    """With nothing to do, nothing is done."""

    def switches(self):
        return (self.scraper.read_status("voluntary_ctxt_switches") +
                self.scraper.read_status("nonvoluntary_ctxt_switches"))

    def count_switches(self, seconds):
        before = self.switches()
        time.sleep(seconds)
        return self.switches() - before

    def test_a_still_desktop(self):
        self.start_chain()
        screen, viewer = self.x_client(), self.log_in()
        viewer.send(rfb.set_encodings(0, rfb.CURSOR))
        viewer.expect(self.picture(screen))
        viewer.request()
        self.assertLessEqual(self.count_switches(5), 20)
        # It was still, not dead.
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
        """What changes is not captured until somebody wants to see it."""
        self.start_chain()
        screen, viewer = self.x_client(), self.log_in()
        viewer.expect(self.picture(screen))
        before = self.switches()
        for seed in range(300):
            screen.do("noise", 0, 0, 300, 300, seed)
        # At most woken by what XDamage reports: once, until it is fetched.
        self.assertLess(self.switches() - before, 30)
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
