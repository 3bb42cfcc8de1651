#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a viewer with the right password sees while there is no desktop: the status screen, which
becomes the desktop, and comes back when that ends."""

import contextlib
import json
import os
import random
import re
import signal
import socket
import threading
import time
import unittest

from lib import chain, rfb, status_text
from lib.chain import ChainTest, wait_until
from lib.process import run, survives_x

FOLLOWS = (rfb.RAW, rfb.CURSOR, rfb.DESKTOP_SIZE)
SIZE = (1280, 800)  # of the status screen, at first


class StatusScreenTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.number = ":%d" % random.randrange(20000, 30000)

    def start_late(self):
        self.start_chain("--display", self.number)

    def show_desktop(self, geometry="800x600x24"):
        self.x = self.start_x(geometry, display=self.number)
        screen = self.x_client()
        screen.do("noise", 0, 0, *geometry.split("x")[:2], 1)
        return screen

    def expect_status(self, viewer, size=SIZE, says="."):
        """Its picture is the status screen, to the pixel, and what is written there matches."""
        self.assertEqual(viewer.format.masks(), rfb.RGB888.masks())

        def is_shown():
            if (viewer.width, viewer.height) == size:
                if re.search(says, status_text.read(*size, viewer.pixels)):
                    return True
            viewer.fetch()
            return False
        viewer.fetch(False)
        wait_until(is_shown, "%r on the status screen" % says)

    def see_late_desktop(self, **options):
        self.start_late()
        viewer = self.log_in(**options)
        self.assertEqual((viewer.width, viewer.height), SIZE)
        self.expect_status(viewer)
        return viewer


class ArrivalTest(StatusScreenTest):
    def test_it_becomes_the_desktop(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        viewer.expect(self.picture(self.show_desktop()))

    def test_what_it_says(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        self.expect_status(viewer, says=r"'s desktop cannot be shown yet\. \[\.\] first picture .*%s.* "
                           r'Administrator: run "sudo gpudesk doctor" on the machine\.' % self.number)
        viewer.expect(self.picture(self.show_desktop()))
        self.assertEqual(status_text.read(viewer.width, viewer.height, viewer.pixels), "")

    def test_no_black_picture_in_between(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        self.x = self.start_x("800x600x24", display=self.number)
        self.scraper.wait_log("serving display")
        screen = self.x_client()
        for _ in range(3):
            viewer.fetch(False)
            self.assertEqual((viewer.width, viewer.height), SIZE)
        screen.do("noise", 0, 0, 800, 600, 1)
        sizes = []
        while not sizes or sizes[-1] != (800, 600) or viewer.n_raw == before:
            before = viewer.n_raw
            viewer.fetch()
            sizes.append((viewer.width, viewer.height))
        self.assertEqual(viewer.count_wrong(self.picture(screen)), 0)

    def test_a_desktop_that_stays_black(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        self.x = self.start_x("800x600x24", display=self.number)
        viewer.expect(self.picture(self.x_client()))

    def test_a_viewer_built_on_libvncclient(self):
        self.start_late()
        viewer = self.vnc_client()
        self.assertEqual(viewer.greeting, "%d %d" % SIZE)
        viewer.do("expect", self.picture(self.show_desktop()).path, 0)

    def test_one_that_may_only_look(self):
        self.start_late()
        viewer = self.log_in(chain.LOOK_PASSWORD, encodings=FOLLOWS)
        self.expect_status(viewer)
        viewer.expect(self.picture(self.show_desktop()))

    def test_a_display_of_16_bits(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        screen = self.show_desktop("800x600x16")
        picture = self.picture(screen)
        for _ in range(100):
            viewer.fetch()
            if (viewer.width, viewer.height) == (800, 600) and viewer.read_pixel(
                    5, 5) == picture.read_pixel(5, 5, viewer.format.maxima):
                return
        self.fail("no desktop")


class InputTest(StatusScreenTest):
    """No desktop is touched by what is typed at the status screen."""

    def test_keys_and_buttons(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        viewer.send(rfb.key_stroke(ord("a")), rfb.key_event(ord("b"), True),
                    rfb.pointer_event(10, 10, 1))
        screen = self.show_desktop()
        screen.do("listen")
        self.scraper.wait_log("serving display")
        viewer.send(rfb.key_event(ord("b"), True), rfb.key_stroke(ord("c")))
        viewer.expect(self.picture(screen)).request()
        viewer.send(rfb.key_event(ord("b"), True), rfb.pointer_event(20, 20, 1),
                    rfb.key_event(ord("b"), False), rfb.pointer_event(30, 30, 0),
                    rfb.key_stroke(ord("d")))
        seen = []
        wait_until(lambda: seen.append(screen.do("events")) or "-d" in "".join(seen), "a key")
        self.assertEqual(" ".join(" ".join(seen).split()), "+d -d")
        self.assertEqual(screen.do("held"), "30,30 buttons=0")

    @unittest.skipUnless(survives_x(), "libX11 ends the process with the X server")
    def test_what_is_held_when_it_ends(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        screen = self.show_desktop()
        viewer.expect(self.picture(screen)).request()
        viewer.send(rfb.key_event(ord("s"), True), rfb.pointer_event(5, 5, 1))
        wait_until(lambda: screen.do("held") == "5,5 buttons=1 s", "the key")
        self.x.kill()
        self.expect_status(viewer, (800, 600))
        screen = self.show_desktop()
        viewer.expect(self.picture(screen)).request()
        viewer.send(rfb.key_event(ord("s"), True), rfb.pointer_event(6, 6, 1))
        viewer.send(rfb.key_event(ord("s"), False), rfb.pointer_event(7, 7))
        wait_until(lambda: screen.do("held") == "7,7 buttons=0", "the pointer")


class RequestedSizeTest(StatusScreenTest):
    EXTENDED = (*FOLLOWS, rfb.EXTENDED_DESKTOP_SIZE)

    def test_a_size_is_for_the_desktop_too(self):
        viewer = self.see_late_desktop(encodings=self.EXTENDED)
        viewer.send(rfb.set_desktop_size(900, 700))
        self.expect_status(viewer, (900, 700))
        self.assertIn((1, 0, 900, 700), viewer.size_answers)
        self.show_desktop("1024x768x24")
        wait_until(lambda: self.x.size() == (900, 700), "the size")
        viewer.expect(self.picture(self.x_client()))

    def test_sizes_that_are_refused(self):
        viewer = self.see_late_desktop(encodings=self.EXTENDED)
        for size in (319, 200), (320, 199), (65535, 65535), (0, 0):
            viewer.size_answers.clear()
            viewer.send(rfb.set_desktop_size(*size))
            viewer.request()
            while not viewer.size_answers:
                viewer.read_message()
            reason, status, *now = viewer.size_answers[0]
            self.assertEqual((reason, bool(status), tuple(now)), (1, True, SIZE))
        self.expect_status(viewer)


class BadInputTest(StatusScreenTest):
    def test_viewers_that_leave_flood_or_never_read(self):
        watcher = self.see_late_desktop(encodings=FOLLOWS)
        for i in range(30):
            viewer = self.view().authenticate(chain.PASSWORD)
            if i % 3:
                viewer.initialise()
                viewer.request(False)
            (viewer.reset if i % 2 else viewer.close)()
        flood, deaf = self.log_in(), self.log_in()
        flood.socket.setblocking(False)
        for _ in range(200):
            deaf.request(False)
        burst = b"".join((rfb.key_stroke(ord("x")), rfb.pointer_event(1, 2, 1),
                          rfb.set_desktop_size(401, 300))) * 2000
        for _ in range(20):
            with contextlib.suppress(BlockingIOError):
                flood.socket.send(burst)
            watcher.fetch(False)
        flood.close()
        self.expect_status(watcher, (401, 300))
        self.assertLess(self.scraper.read_status("VmHWM"), 300 * 1024)
        deaf.close()
        screen = self.show_desktop()
        watcher.expect_screen(lambda: self.picture(screen))
        self.assertEqual(screen.do("held").split(" ", 1)[1], "buttons=0")

    def test_nothing_is_done_while_nothing_changes(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        silent = [self.log_in() for _ in range(3)]
        for other in (viewer, *silent):
            other.request()
        before = self.scraper.count_switches()
        time.sleep(3)
        # Each second, a try to open the display, in a thread, and the clock.
        self.assertLess(self.scraper.count_switches() - before, 300)

    @unittest.skipUnless(survives_x(), "libX11 ends the process with the X server")
    def test_a_session_that_comes_and_goes(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        chance = random.Random(16)
        end = time.monotonic() + 8
        viewer.request()
        while time.monotonic() < end:
            x = self.start_x("800x600x24", display=self.number)
            pause = time.monotonic() + chance.random() * 0.2
            while time.monotonic() < pause:
                if viewer.can_read(0.01) and viewer.read_message() == 0:
                    viewer.request(chance.random() < 0.5)
            x.kill()
        viewer.expect(self.picture(self.show_desktop("640x480x24")))
        self.assertTrue(self.scraper.is_running())
        viewer.close()
        self.scraper.wait_log("disconnected")

    def test_a_display_that_refuses(self):
        """No more than a try a second; it may be right at last."""
        taken = socket.socket(socket.AF_UNIX)
        self.addCleanup(taken.close)
        taken.bind("\0/tmp/.X11-unix/X" + self.number[1:])
        taken.listen(8)
        answer = b"\0\x21\x0b\0\0\0\x09\0Maximum number of clients reached\0\0\0"
        n = []

        def refuse():
            with contextlib.suppress(OSError):
                while True:
                    peer = taken.accept()[0]
                    n.append(1)
                    with peer, contextlib.suppress(OSError):
                        peer.sendall(answer)
        thread = threading.Thread(target=refuse)
        thread.start()
        self.start_late()
        viewer = self.log_in(encodings=FOLLOWS)
        self.expect_status(viewer)
        time.sleep(4)
        taken.shutdown(socket.SHUT_RDWR)
        taken.close()
        thread.join()
        self.assertLess(len(n), 16)
        self.assertIn("is full", self.scraper.read_log())
        viewer.expect(self.picture(self.show_desktop()))


class NoSessionTest(StatusScreenTest):
    config = "session_wait = 0"

    def setUp(self):
        super().setUp()
        self.control_socket = os.path.join(self.directory, "control.sock")
        self.start_chain_without_session()

    def status(self):
        done = run("ctl/gpudesk", "status", "--json", "--config", self.config_path,
                   "--control-socket", self.control_socket)
        return json.loads(done.stdout)["scraper"]

    def test_a_looker_starts_nothing(self):
        viewer = self.log_in(chain.LOOK_PASSWORD, encodings=FOLLOWS)
        self.expect_status(viewer)
        self.check_nothing_is_started()
        self.assertIn("session", self.status()["status_screen"])
        self.assertIsNone(self.status()["stops_in"])

    def test_full_access_starts_it_and_is_told_why_not(self):
        looker = self.log_in(chain.LOOK_PASSWORD, encodings=FOLLOWS)
        viewer = self.log_in(encodings=FOLLOWS)
        self.expect_status(viewer)
        starter = self.await_start()
        starter.sendall(b"refused not today\n")
        starter.close()
        wait_until(lambda: "not today" in self.status()["status_screen"], "the reason")
        # It is shown for 10 s, although session_wait is over.
        viewer.wait_closed()
        looker.wait_closed()
        self.assertRegex(self.scraper.read_log(), "disconnected: .*not today")


class RefusalTest(StatusScreenTest):
    """A viewer with the right password that is refused sees why, for 10 s."""

    config = "max_viewers = 1\nidle_timeout = 0"

    def test_too_many_viewers(self):
        self.start_chain()
        viewer = self.log_in()
        screen = self.x_client()
        begin = time.monotonic()
        refused = [self.log_in() for _ in range(8)]
        for other in refused:
            self.expect_status(other, says=r"^Connection refused\. .*max_viewers")
            other.send(rfb.key_stroke(ord("n")), rfb.set_desktop_size(500, 400))
        # That many are shown it, others are told.
        self.assertIn("max_viewers", self.refusal())
        viewer.expect(self.picture(screen))
        refused.pop().reset()
        self.expect_status(self.log_in())
        viewer.close()
        for other in refused:
            other.wait_closed()
        self.assertGreater(time.monotonic() - begin, 9)
        # Those kept the scraper, and no place.
        self.log_in().expect(self.picture(screen))
        self.assertEqual(screen.do("events"), "")

    def test_the_configuration_refuses(self):
        """The scraper's, that is: the proxy refuses before it asks for a password."""
        good = self.config_path
        self.config_path += ".scraper"
        self.write_config("view_only = perhaps")
        self.start_scraper("--display", self.number)
        self.config_path = good
        self.start_proxy()
        self.expect_status(self.log_in(), says="^Connection refused.*view_only")
        self.assertRegex(self.scraper.read_log(), "refused: .*view_only")
        self.assertIn("password", self.refusal("wrong"))


class EndTest(StatusScreenTest):
    @unittest.skipUnless(survives_x(), "libX11 ends the process with the X server")
    def test_x_is_killed_and_comes_back(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        for number in signal.SIGKILL, signal.SIGTERM:
            viewer.expect(self.picture(self.show_desktop()))
            self.x.end(number)
            self.expect_status(viewer, (800, 600), "'s session has ended\\.")
        viewer.expect(self.picture(self.show_desktop("640x480x24")))
        self.assertTrue(self.scraper.is_running())

    def test_without_viewers_it_stops(self):
        self.start_chain()
        self.log_in().close()
        self.scraper.wait_log("disconnected")
        self.x.end()
        self.assertEqual(self.scraper.wait(), 0)


class GrabTest(StatusScreenTest):
    def test_the_x_server_is_grabbed(self):
        """It cannot be opened meanwhile, which viewers see, and what may be the cause after 10 s."""
        grabber = self.show_desktop()
        grabber.do("grab")
        self.start_late()
        viewer, other = self.log_in(encodings=FOLLOWS), self.log_in(encodings=FOLLOWS)
        self.expect_status(viewer)
        self.scraper.wait_log("has not answered for 10 s")
        other.close()
        self.expect_status(viewer)
        grabber.do("ungrab")
        viewer.expect(self.picture(grabber))


@unittest.skipUnless(survives_x(), "libX11 ends the process with the X server")
class HangTest(StatusScreenTest):
    """X is stopped while it is served: a key needs its answer."""

    def see_hang(self):
        viewer = self.see_late_desktop(encodings=FOLLOWS)
        self.screen = self.show_desktop()
        viewer.expect(self.picture(self.screen)).request()
        viewer.send(rfb.key_event(ord("s"), True))
        wait_until(lambda: self.screen.do("held").endswith(" s"), "the key")
        os.kill(self.x.pid, signal.SIGSTOP)
        self.addCleanup(self.x.kill)
        viewer.send(rfb.key_event(ord("d"), True))
        self.scraper.wait_log("has not answered for 10 s")
        self.expect_status(viewer, (800, 600))
        return viewer

    def test_it_answers_again(self):
        viewer = self.see_hang()
        self.expect_status(viewer, (800, 600))  # the clock goes on
        other = self.log_in(encodings=FOLLOWS)
        self.expect_status(other, (800, 600))
        viewer.send(rfb.key_stroke(ord("n")), rfb.pointer_event(5, 5, 1))
        os.kill(self.x.pid, signal.SIGCONT)
        for one in viewer, other:
            one.expect(self.picture(self.screen)).request()
        wait_until(lambda: self.screen.do("held").endswith("buttons=0"), "the keys to be released")
        viewer.send(rfb.pointer_event(7, 7), rfb.key_event(ord("k"), True))
        wait_until(lambda: self.screen.do("held") == "7,7 buttons=0 k", "input")

    def test_it_is_killed(self):
        viewer = self.see_hang()
        self.x.kill()
        viewer.expect(self.picture(self.show_desktop("640x480x24")))

    def test_nobody_waits_for_it(self):
        self.see_hang().close()
        self.scraper.wait_log("disconnected")
        self.expect_status(self.log_in(encodings=FOLLOWS), (800, 600))


@unittest.skipUnless(survives_x(), "libX11 ends the process with the X server")
class LongHangTest(HangTest):
    config = "session_wait = 1s"
    test_it_answers_again = test_it_is_killed = test_nobody_waits_for_it = None

    def test_the_wait_ends_with_the_reason(self):
        self.see_hang().wait_closed()
        self.assertRegex(self.scraper.read_log(), "disconnected: .*has not answered")


class WaitTest(StatusScreenTest):
    config = "session_wait = 1s"

    def test_it_ends_with_the_reason(self):
        self.start_late()
        viewer = self.log_in(encodings=FOLLOWS)
        self.expect_status(viewer)
        viewer.request()
        viewer.wait_closed()
        self.assertRegex(self.scraper.read_log(), "disconnected: .*" + self.number)


class OffTest(StatusScreenTest):
    config = "status_screen = no"

    def test_it_is_refused_at_once(self):
        self.start_late()
        self.assertIn(self.number, self.refusal())

    def test_it_ends_with_x(self):
        self.start_chain()
        viewer = self.log_in()
        viewer.expect(self.picture(self.x_client()))
        self.x.end()
        viewer.wait_closed()
        self.assertEqual(self.scraper.wait(), 0)


if __name__ == "__main__":
    chain.main()
