#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What breaks around a connection: afterwards nothing is left of it, and the next one works."""

import itertools
import os
import resource
import shutil
import signal
import tempfile
import threading
import time
import unittest

from lib import chain, netns, rfb
from lib.activator import Activator, listen_tcp, read_status
from lib.chain import LOOK_PASSWORD, PASSWORD, wait_until
from lib.des import vnc_response
from lib.standing import StandingChain

# Refuses memfd_create(2), with seccomp(2), to the program that it then becomes.
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


class FaultTest(unittest.TestCase):
    options = {}
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="gpudesk-faults-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.chain = StandingChain(self.directory, **self.options)
        self.addCleanup(lambda: self.assertEqual(self.chain.close(), ""))
        self.n_colours = 0

    def view(self):
        viewer = self.chain.view()
        self.addCleanup(viewer.close)
        return viewer

    def log_in(self, password=PASSWORD, **options):
        viewer = self.chain.log_in(password, **options)
        self.addCleanup(viewer.close)
        return viewer

    def x_client(self):
        client = self.chain.x_client()
        self.addCleanup(client.kill)
        return client

    def paint(self, screen):
        """Returns the colour; see `sees`."""
        self.n_colours += 1
        colour = (self.n_colours % 250 + 1, 100, 200)
        screen.do("fill", 3, 3, 9, 9, "%02x%02x%02x" % colour)
        return colour

    def sees(self, viewer, colour):
        end = time.monotonic() + rfb.PATIENCE
        viewer.request(False, (0, 0, 16, 16))
        viewer.read_update()
        while viewer.read_pixel(5, 5) != colour:
            self.assertLess(time.monotonic(), end, "the picture stays wrong")
            viewer.request(False, (0, 0, 16, 16))
            viewer.read_update()

    def check_works(self, viewer=None):
        """By a picture; of a connection made now, if none is given."""
        screen, watcher = self.chain.x_client(), viewer
        try:
            watcher = watcher or self.chain.log_in()
            self.sees(watcher, self.paint(screen))
        finally:
            screen.close()
            if watcher and not viewer:
                watcher.close()

    def check_nothing_left(self, viewers=()):
        """Once these are gone: descriptors as at rest, no segment too many, no key down."""
        for viewer in viewers:
            viewer.close()
        self.log_in().close()
        rest = self.chain.settle()
        self.log_in().close()
        self.assertEqual(self.chain.settle(), rest)
        self.assertEqual(self.keys_down(), "")

    def keys_down(self):
        """Keys and buttons, "" for none."""
        screen = self.chain.x_client()
        try:
            return screen.do("held").split(" ", 1)[1].removeprefix("buttons=0").strip()
        finally:
            screen.close()


class Stages:
    """A viewer that goes up to a stage, and from there to the end."""

    NAMES = ["connected", "version sent", "challenge sent", "response sent", "let in",
             "initialised", "first frame", "mid-update", "key held"]

    def __init__(self, viewer):
        self.viewer, self.steps = viewer, [
            self.connect, self.send_version, self.read_challenge, self.respond, self.read_result,
            self.initialise, self.read_frame, self.ask_for_much, self.hold_key]

    def go(self, first, last):
        for step in self.steps[first:last]:
            step()

    def connect(self):
        assert self.viewer.read(12) == b"RFB 003.008\n"

    def send_version(self):
        self.viewer.send(b"RFB 003.008\n")

    def read_challenge(self):
        assert self.viewer.read(2) == b"\1\2"
        self.viewer.send(b"\2")
        self.challenge = self.viewer.read(16)

    def respond(self):
        self.viewer.send(vnc_response(PASSWORD, self.challenge))

    def read_result(self):
        result, = self.viewer.unpack(">I")
        if result:
            raise rfb.Refused(self.viewer.read_text())

    def initialise(self):
        v = self.viewer
        v.send(b"\1")
        v.width, v.height = v.unpack(">HH")
        v.format = rfb.PixelFormat.unpack(v.read(16))
        v.name = v.read_text()
        v.clear()
        v.send(rfb.set_encodings(rfb.RAW, rfb.CURSOR))

    def read_frame(self):
        self.viewer.request(False)
        self.viewer.read_update()

    def ask_for_much(self):
        for _ in range(20):
            self.viewer.request(False)
        self.viewer.read(1000)

    def hold_key(self):
        self.viewer.send(rfb.key_event(ord("h"), True), rfb.pointer_event(9, 9, 1))


class KilledTest(FaultTest):
    """SIGKILL, at every stage of a connection."""

    def kill_at_every_stage(self, kill, survives):
        for stage, name in enumerate(Stages.NAMES, 1):
            with self.subTest(stage=name):
                self.kill_at(stage, kill, survives)
                print("ok %s, %s" % (self.id().removeprefix("__main__."), name))

    def kill_at(self, stage, kill, survives):
        with self.view() as viewer:
            stages = Stages(viewer)
            scraper_waits = Stages.NAMES[stage - 1] == "response sent"
            if scraper_waits:
                self.log_in().close()  # so that there is one
                self.chain.scraper.signal(signal.SIGSTOP)
            stages.go(0, stage)
            if stage == len(Stages.NAMES):
                wait_until(self.keys_down, "the key")
            kill()
            if scraper_waits:
                self.chain.scraper.signal(signal.SIGCONT)
            try:
                stages.go(stage, 7)
                if stage >= 8:
                    viewer.wait_closed() if not survives(stage) else None
                elif stage == 7:
                    viewer.request(False)
                    viewer.read_update()
                lives = survives(stage) if stage >= 8 else True
            except (OSError, EOFError):
                lives = False
            self.assertEqual(lives, survives(stage))
        self.check_works()
        self.check_nothing_left()

    def test_proxy(self):
        """Who is handed over does not notice."""
        self.kill_at_every_stage(self.chain.proxy.kill, lambda stage: stage > 4)

    def test_scraper(self):
        """Who is not handed over yet does not notice."""
        self.kill_at_every_stage(self.chain.scraper.kill, lambda stage: stage <= 4)

    def test_x_server(self):
        """And neither of these when the next X server comes."""
        self.kill_at_every_stage(self.chain.lose_x, lambda stage: stage <= 4)


class ShortageTest(FaultTest):
    def limit(self, program, kind, value):
        """Of a process that runs; returns what undoes it."""
        pid = program.wait_running()
        before = resource.prlimit(pid, kind)
        resource.prlimit(pid, kind, (value, before[1]))
        return lambda: resource.prlimit(pid, kind, before)

    def turned_away(self, n):
        """So many viewers come, and go in the end; returns how many of them were not let in."""
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
        used = {int(fd) for fd in os.listdir("/proc/%d/fd" % self.chain.scraper.pid)}
        free = (fd for fd in itertools.count() if fd not in used)
        undo = self.limit(self.chain.scraper, resource.RLIMIT_NOFILE,
                          next(itertools.islice(free, 4, None)))
        self.assertGreater(self.turned_away(7), 0)
        self.check_works(first)
        undo()
        self.check_works(first)
        self.check_works()
        self.assertEqual(self.chain.scraper.n_started, 1)

    def test_scraper_without_memory(self):
        self.log_in().close()
        self.chain.settle()
        pid = self.chain.scraper.pid
        if "libasan" in open("/proc/%d/maps" % pid, encoding="utf-8").read():
            self.skipTest("the sanitizer needs more than there is")
        undo = self.limit(self.chain.scraper, resource.RLIMIT_AS, read_status(pid, "VmSize") * 1024)
        self.turned_away(3)
        if self.chain.scraper.pid == pid:
            undo()
        self.check_works()
        self.check_nothing_left()

    def test_proxy_without_memory(self):
        """When its event loop cannot go on for want of memory, it ends, and is started again."""
        self.chain.fine_statuses.add(1)
        self.log_in().close()
        pid = self.chain.proxy.pid
        if "libasan" in open("/proc/%d/maps" % pid, encoding="utf-8").read():
            self.skipTest("the sanitizer needs more than there is")
        undo = self.limit(self.chain.proxy, resource.RLIMIT_AS, read_status(pid, "VmSize") * 1024)
        silent = [self.view() for _ in range(60)]
        for viewer in silent:
            viewer.close()
        self.turned_away(3)
        if self.chain.proxy.pid == pid:
            undo()
        self.check_works()
        self.check_nothing_left()


class NoMemfdTest(FaultTest):
    options = {"scraper_wrapper": ["python3", "-c", NO_MEMFD]}

    @unittest.skipUnless(has_memfd_filter(), "no filter for this machine")
    def test_memory_that_is_not_to_be_had(self):
        """It goes without, slowly."""
        viewer = self.log_in()
        self.check_works(viewer)
        self.assertEqual(self.chain.count_segments(), 0)
        self.assertIn("refuses shared memory", self.chain.scraper.read_log())
        self.check_nothing_left([viewer])


class StoppedTest(FaultTest):
    """What does not answer for a while goes on where it stopped."""

    def test_x_server(self):
        screen, viewer = self.x_client(), self.log_in()
        self.sees(viewer, self.paint(screen))
        os.kill(self.chain.x.pid, signal.SIGSTOP)
        try:
            viewer.request(False)
            viewer.send(rfb.key_event(ord("s"), True))
            waiting = self.view()
            stages = Stages(waiting)
            stages.go(0, 4)
            time.sleep(2)
        finally:
            os.kill(self.chain.x.pid, signal.SIGCONT)
        viewer.read_update()
        stages.go(4, 7)
        colour = self.paint(screen)
        self.sees(viewer, colour)
        self.sees(waiting, colour)
        wait_until(self.keys_down, "the key that was pressed meanwhile")
        self.check_nothing_left([viewer, waiting])

    def test_viewer(self):
        screen, other = self.x_client(), self.log_in()
        stopped = chain.Client("vncclient", str(self.chain.port), PASSWORD,
                               chain.GUACD_ENCODINGS, chain.GUACD_FORMAT)
        self.addCleanup(stopped.kill)
        os.kill(stopped.process.pid, signal.SIGSTOP)
        try:
            for seed in range(30):
                screen.do("noise", 0, 0, 640, 480, seed)
                other.request(False, (0, 0, 16, 16))
                other.read_update()
        finally:
            os.kill(stopped.process.pid, signal.SIGCONT)
        path = os.path.join(self.directory, "picture")
        screen.do("image", path)
        stopped.do("expect", path, 0)
        stopped.kill()
        self.check_nothing_left([other])

    def test_all_of_it(self):
        """As a suspended machine does."""
        screen, viewer = self.x_client(), self.log_in()
        self.sees(viewer, self.paint(screen))
        half = Stages(self.view())
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
    """The cable is cut: neither side is told."""

    options = {"host": "10.9.8.1"}

    def setUp(self):
        self.cable = netns.Cable("10.9.8.1", "10.9.8.2")
        self.addCleanup(self.cable.close)
        self.options = dict(self.options, config="allow = 10.0.0.0/8\n")
        super().setUp()

    def log_in_from_afar(self):
        with self.cable.far():
            return self.log_in()

    def test_cut_and_mended(self):
        screen, near, far = self.x_client(), self.log_in(), self.log_in_from_afar()
        self.sees(far, self.paint(screen))
        self.cable.cut()
        far.request(False)
        for seed in range(5):
            screen.do("noise", 0, 0, 640, 480, seed)
            self.sees(near, self.paint(screen))
        self.cable.mend()
        far.read_update()
        self.sees(far, self.paint(screen))
        self.check_nothing_left([near, far])

    @unittest.skipUnless(os.environ.get("FAULTS_LONG"), "takes a minute; set FAULTS_LONG")
    def test_cut_for_good(self):
        """It is noticed, and what that viewer held goes up."""
        self.log_in().close()
        rest = self.chain.settle()[1:]  # the proxy need not stay
        far = Stages(self.log_in_from_afar())
        far.hold_key()
        wait_until(self.keys_down, "the key")
        self.cable.cut()
        end = time.monotonic() + 90
        while self.keys_down() or self.chain.count_descriptors()[1:] != rest:
            self.assertLess(time.monotonic(), end, "nobody notices")
            time.sleep(1)
        self.check_works()


class ChangeTest(FaultTest):
    """What an administrator does while people are connected."""

    def refused(self, password=PASSWORD):
        with self.assertRaises(rfb.Refused) as refusal:
            self.log_in(password)
        return str(refusal.exception)

    def test_password(self):
        viewer, half = self.log_in(), Stages(self.view())
        half.go(0, 3)
        self.chain.write_passwords("another1", LOOK_PASSWORD)
        half.respond()
        with self.assertRaises(rfb.Refused):
            half.read_result()
        self.check_works(viewer)
        self.assertIn("wrong password", self.refused())
        with self.log_in("another1") as other:
            self.check_works(other)
        os.unlink(self.chain.password_path)
        self.assertIn("passwd", self.refused("another1"))
        self.check_works(viewer)
        self.chain.write_passwords(PASSWORD, LOOK_PASSWORD)
        self.check_works()

    def test_configuration(self):
        viewer = self.log_in()
        for text, reason in (("allow = 10.0.0.0/8", "127.0.0.1"), ("allow = 300.0.0.0", ":3:")):
            self.chain.write_config(text)
            self.assertIn(reason, self.refused())
            self.check_works(viewer)
        self.chain.write_config("")
        self.check_works()
        self.check_nothing_left([viewer])

    def test_two_proxies(self):
        """As while one is being replaced."""
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
        """Both programs are replaced while viewers come: none of them is failed."""
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
                        viewer.request(False, (0, 0, 16, 16))
                        viewer.read_update()
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
    netns.start()
    chain.main()
