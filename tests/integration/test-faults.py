#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults around a connection: they leave nothing behind, and the next connection works."""

import os
import resource
import shutil
import signal
import threading
import time
import unittest

from lib import chain, netns, rfb, stages
from lib.activator import Activator, listen_tcp
from lib.chain import LOOK_PASSWORD, PASSWORD, wait_until
from lib.process import survives_x
from lib.standing import StandingTest

# Executes a program, to which seccomp(2) refuses memfd_create(2).
NO_MEMFD = """
import ctypes, os, platform, struct, sys
number = {"x86_64": 319, "aarch64": 279}[platform.machine()]
program = b"".join(struct.pack("HBBI", *line) for line in (
    (0x20, 0, 0, 0), (0x15, 0, 1, number), (6, 0, 0, 0x00050001), (6, 0, 0, 0x7fff0000)))
buffer = ctypes.create_string_buffer(program)
filters = struct.pack("HxxxxxxP", 4, ctypes.addressof(buffer))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.create_string_buffer(filters), 0, 0) == 0
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[1], sys.argv[1:])
"""


def has_memfd_filter():
    return os.uname().machine in ("x86_64", "aarch64")


class FaultTest(StandingTest):
    maxDiff = None
    n_colours = 0

    def paint(self, screen):
        """Returns the colour, for `sees`."""
        self.n_colours += 1
        colour = (self.n_colours % 250 + 1, 100, 200)
        screen.do("fill", 3, 3, 9, 9, "%02x%02x%02x" % colour)
        return colour

    def sees(self, viewer, colour):
        end = time.monotonic() + rfb.PATIENCE
        while viewer.fetch(False, (0, 0, 16, 16)).read_pixel(5, 5) != colour:
            self.assertLess(time.monotonic(), end, "the picture stays wrong")

    def check_works(self, viewer=None):
        """The viewer, or a new one, sees what is painted now."""
        screen, watcher = self.chain.x_client(), viewer
        try:
            watcher = watcher or self.chain.log_in()
            self.sees(watcher, self.paint(screen))
        finally:
            screen.close()
            if watcher and not viewer:
                watcher.close()

    def check_nothing_left(self, viewers=()):
        """Closes the viewers: descriptors are as at rest, no segment is left, no key down."""
        for viewer in viewers:
            viewer.close()
        self.log_in().close()
        rest = self.chain.settle()
        self.log_in().close()
        self.assertEqual(self.chain.settle(), rest)
        self.assertEqual(self.keys_down(), "")

    def keys_down(self):
        """Keys and buttons, or ""."""
        screen = self.chain.x_client()
        try:
            return screen.do("held").split(" ", 1)[1].removeprefix("buttons=0").strip()
        finally:
            screen.close()


def staged(viewer):
    return stages.Stages(viewer, PASSWORD, rfb.pointer_event(9, 9, 1))


class KilledTest(FaultTest):
    """SIGKILL at every stage of a connection."""

    def kill_at_every_stage(self, kill, survives):
        for stage, name in enumerate(stages.Stages.NAMES, 1):
            with self.subTest(stage=name):
                self.kill_at(stage, kill, survives)
                print("ok %s, %s" % (self.id().removeprefix("__main__."), name))

    def kill_at(self, stage, kill, survives):
        with self.view() as viewer:
            steps = staged(viewer)
            scraper_waits = steps.NAMES[stage - 1] == "response sent"
            if scraper_waits:
                self.log_in().close()  # so that there is a scraper with a display
                steps.go(0, stage - 1)
                self.chain.scraper.signal(signal.SIGSTOP)
                steps.go(stage - 1, stage)
            else:
                steps.go(0, stage)
            if stage == len(steps.NAMES):
                wait_until(self.keys_down, "the key")
            kill()
            if scraper_waits:
                self.chain.scraper.signal(signal.SIGCONT)
            try:
                steps.go(stage, 7)
                if stage >= 8:
                    viewer.wait_closed() if not survives(stage) else None
                elif stage == 7:
                    viewer.fetch(False)
                lives = survives(stage) if stage >= 8 else True
            except (OSError, EOFError, rfb.Refused):
                lives = False
            self.assertEqual(lives, survives(stage))
        self.check_works()
        self.check_nothing_left()

    def test_proxy(self):
        """A viewer that was handed over does not notice."""
        self.kill_at_every_stage(self.chain.proxy.kill, lambda stage: stage > 4)

    def test_scraper(self):
        """A viewer that has no challenge yet does not notice: challenges end with it."""
        self.kill_at_every_stage(self.chain.scraper.kill, lambda stage: stage <= 2)

    def test_x_server(self):
        """When the next X server comes in time: those who have a challenge see the status screen
        meanwhile; without any, a scraper that has a display ends with it."""
        self.kill_at_every_stage(self.chain.lose_x, lambda stage: stage <= 2 or survives_x())

    def test_x_server_of_a_scraper_that_stops(self):
        """With a viewer or without, the display's end is noticed while it is closed."""
        for is_viewed in True, False:
            with self.subTest(is_viewed=is_viewed), self.log_in() as viewer:
                if not is_viewed:
                    viewer.close()
                    self.chain.settle()
                self.chain.scraper.signal(signal.SIGSTOP)
                self.chain.x.end(signal.SIGKILL)
                self.chain.scraper.signal(signal.SIGTERM)
                self.chain.scraper.signal(signal.SIGCONT)
                self.chain.scraper.wait_ended()
                self.chain.start_x()
            self.check_works()
        self.check_nothing_left()


class ShortageTest(FaultTest):
    def turned_away(self, n):
        """Returns how many of n viewers at a time were refused or failed."""
        viewers = []
        for _ in range(n):
            try:
                viewers.append(self.chain.log_in())
            except (rfb.Refused, OSError, EOFError):
                pass
        for viewer in viewers:
            viewer.close()
        return n - len(viewers)

    def test_scraper_without_descriptors(self):
        first = self.log_in()
        self.check_works(first)
        undo = self.chain.scraper.leave_descriptors(4)
        self.assertGreater(self.turned_away(7), 0)
        self.check_works(first)
        undo()
        self.check_works(first)
        self.check_works()
        self.assertEqual(self.chain.scraper.n_started, 1)

    def limit_memory(self, program):
        """The program gets no more memory than it has. Returns what undoes that."""
        if program.is_sanitized():
            self.skipTest("the sanitizer needs more than there is")
        pid = program.pid
        undo = program.limit(resource.RLIMIT_AS, program.read_status("VmSize") * 1024)
        return lambda: program.pid == pid and undo()

    def test_scraper_without_memory(self):
        self.log_in().close()
        self.chain.settle()
        undo = self.limit_memory(self.chain.scraper)
        self.turned_away(3)
        undo()
        self.check_works()
        self.check_nothing_left()

    def test_proxy_without_memory(self):
        """Without memory for its event loop it ends, and is started again."""
        self.chain.fine_statuses.add(1)
        self.log_in().close()
        undo = self.limit_memory(self.chain.proxy)
        silent = [self.view() for _ in range(60)]
        for viewer in silent:
            viewer.close()
        self.turned_away(3)
        undo()
        self.check_works()
        self.check_nothing_left()


class NoMemfdTest(FaultTest):
    options = {"scraper_wrapper": ["python3", "-c", NO_MEMFD]}

    @unittest.skipUnless(has_memfd_filter(), "no filter for this machine")
    def test_no_shared_memory(self):
        """It works without, slowly."""
        viewer = self.log_in()
        self.check_works(viewer)
        self.assertEqual(self.chain.count_screens(), (0, 0))
        self.assertIn("refuses shared memory", self.chain.scraper.read_log())
        self.check_nothing_left([viewer])


class StoppedTest(FaultTest):
    """A process that stands still for a while goes on where it stopped."""

    def test_x_server(self):
        screen, viewer = self.x_client(), self.log_in()
        self.sees(viewer, self.paint(screen))
        os.kill(self.chain.x.pid, signal.SIGSTOP)
        try:
            viewer.request(False)
            viewer.send(rfb.key_event(ord("s"), True))
            waiting = self.view()
            steps = staged(waiting)
            steps.go(0, 2)  # the scraper stands still as well, and gives no challenge
            time.sleep(2)
        finally:
            os.kill(self.chain.x.pid, signal.SIGCONT)
        viewer.read_update()
        steps.go(2, 7)
        colour = self.paint(screen)
        self.sees(viewer, colour)
        self.sees(waiting, colour)
        wait_until(self.keys_down, "the key that was pressed meanwhile")
        self.check_nothing_left([viewer, waiting])

    def test_viewer(self):
        screen, other = self.x_client(), self.log_in()
        stopped = self.client("vncclient", str(self.chain.port), PASSWORD, chain.GUACD_ENCODINGS,
                              chain.GUACD_FORMAT)
        os.kill(stopped.process.pid, signal.SIGSTOP)
        try:
            for seed in range(30):
                screen.do("noise", 0, 0, 640, 480, seed)
                other.fetch(False, (0, 0, 16, 16))
        finally:
            os.kill(stopped.process.pid, signal.SIGCONT)
        path = os.path.join(self.directory, "picture")
        screen.do("image", path)
        stopped.do("expect", path, 0)
        stopped.kill()
        self.check_nothing_left([other])

    def test_all_of_it(self):
        """As on a machine that is suspended."""
        screen, viewer = self.x_client(), self.log_in()
        self.sees(viewer, self.paint(screen))
        half = staged(self.view())
        half.go(0, 3)
        everything = [self.chain.proxy.pid, self.chain.scraper.pid, self.chain.x.pid]
        for pid in everything:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(2)
        for pid in everything:
            os.kill(pid, signal.SIGCONT)
        half.go(3, 7)
        self.sees(viewer, self.paint(screen))
        self.check_nothing_left([viewer, half.viewer])


class CutTest(FaultTest):
    """The cable is cut, and neither side is told."""

    options = {"host": "10.9.8.1"}

    def setUp(self):
        self.cable = netns.Cable("10.9.8.1", "10.9.8.2")
        self.addCleanup(self.cable.close)
        self.options = dict(self.options, config="allow = 10.0.0.0/8\n")
        super().setUp()

    def log_in_from_afar(self):
        with self.cable.far():
            return self.log_in()

    def test_cut_and_repaired(self):
        screen, near, far = self.x_client(), self.log_in(), self.log_in_from_afar()
        self.sees(far, self.paint(screen))
        self.cable.cut()
        far.request(False)
        for seed in range(5):
            screen.do("noise", 0, 0, 640, 480, seed)
            self.sees(near, self.paint(screen))
        self.cable.repair()
        far.read_update()
        self.sees(far, self.paint(screen))
        self.check_nothing_left([near, far])

    @unittest.skipUnless(os.environ.get("FAULTS_LONG"), "takes a minute; set FAULTS_LONG")
    def test_cut_for_good(self):
        """The scraper notices, and releases what that viewer held."""
        self.log_in().close()
        rest = self.chain.settle()[1:]  # the proxy need not stay
        far = staged(self.log_in_from_afar())
        far.hold_key()
        wait_until(self.keys_down, "the key")
        self.cable.cut()
        end = time.monotonic() + 90
        while self.keys_down() or self.chain.count_descriptors()[1:] != rest:
            self.assertLess(time.monotonic(), end, "nobody notices")
            time.sleep(1)
        self.check_works()


class ChangeTest(FaultTest):
    """What an administrator changes while viewers are connected."""

    def test_password(self):
        viewer, half = self.log_in(), staged(self.view())
        half.go(0, 3)
        self.chain.write_passwords("another1", LOOK_PASSWORD)
        half.respond()
        with self.assertRaises(rfb.Refused):
            half.viewer.read_result()
        self.check_works(viewer)
        self.assertIn("wrong password", self.refusal())
        with self.log_in("another1") as other:
            self.check_works(other)
        os.unlink(self.chain.password_path)
        self.assertIn("cannot be checked", self.refusal("another1"))
        self.check_works(viewer)
        self.chain.write_passwords(PASSWORD, LOOK_PASSWORD)
        self.check_works()

    def test_configuration(self):
        viewer = self.log_in()
        for text, reason in (("allow = 10.0.0.0/8", "from where you connect"),
                             ("allow = 300.0.0.0", "configuration has an error")):
            self.chain.write_config(text)
            self.assertIn(reason, self.refusal())
            self.check_works(viewer)
        self.chain.write_config("")
        self.check_works()
        self.check_nothing_left([viewer])

    def test_two_proxies(self):
        """As while one replaces the other."""
        listening = listen_tcp()
        port = listening.getsockname()[1]
        second = Activator("second-proxy", self.directory, listening, self.chain.proxy.command)
        self.addCleanup(second.close)
        viewers = []
        for _ in range(3):
            viewers += [self.log_in(), rfb.Viewer(port)]
            self.addCleanup(viewers[-1].close)
            viewers[-1].log_in(PASSWORD)
        second.kill()
        for viewer in viewers:
            self.check_works(viewer)
        with rfb.Viewer(port) as viewer:
            self.check_works(viewer.log_in(PASSWORD))
        self.check_nothing_left(viewers)

    def test_upgrade_under_load(self):
        """Both programs are replaced while viewers come: all of them are served."""
        programs = {}
        for program in (self.chain.proxy, self.chain.scraper):
            path = os.path.join(self.directory, os.path.basename(program.command[0]))
            programs[path] = shutil.copy(program.command[0], path)
            program.command[0] = path
        self.check_works()
        failures, over = [], threading.Event()

        def keep_coming():
            while not over.is_set():
                try:
                    with self.chain.log_in() as viewer:
                        viewer.fetch(False, (0, 0, 16, 16))
                except (OSError, EOFError, rfb.Refused) as error:
                    failures.append(repr(error))
        viewers = [threading.Thread(target=keep_coming) for _ in range(3)]
        for thread in viewers:
            thread.start()
        try:
            for _ in range(5):
                for path in programs:
                    shutil.copy(path, path + ".new")
                    os.rename(path + ".new", path)
                time.sleep(0.2)
        finally:
            over.set()
            for thread in viewers:
                thread.join()
        self.assertEqual(failures, [])
        self.check_works()
        self.check_nothing_left()


if __name__ == "__main__":
    netns.enter()
    chain.main()
