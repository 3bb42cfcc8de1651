#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The desktop's user is notified of viewers, by a real bus and a service that stands in for the
desktop's; and nothing of that delays a viewer."""

import os
import random
import shutil
import signal
import socket
import sys
import unittest

from lib import chain
from lib.chain import LOOK_PASSWORD, ChainTest, wait_until
from lib.process import survives_x

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


class NotifyTest(ChainTest):
    config = "notify = yes\nidle_timeout = 0"

    def setUp(self):
        super().setUp()
        self.bus_path = os.path.join(self.directory, "the bus")
        self.x = self.start_x(self.geometry)
        self.bus = None

    def start_bus(self):
        config = os.path.join(self.directory, "bus.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(BUS_CONFIG % self.bus_path.replace(" ", "%20"))
        self.bus = self.start("dbus-daemon", "--nofork", "--nopidfile", "--print-address=1",
                              "--config-file=" + config)
        self.bus.wait_log("unix:path=")

    def start_notifyd(self):
        notifyd = self.client("notifyd", DBUS_SESSION_BUS_ADDRESS="unix:path=" +
                              self.bus_path.replace(" ", "%20"))
        notifyd.do("own")
        return notifyd

    def start_notified(self):
        self.start_chain("--display", self.x.display, "--user-bus", self.bus_path)

    def start_all(self):
        self.start_bus()
        notifyd = self.start_notifyd()
        self.start_notified()
        return notifyd

    def check_served(self, viewer):
        viewer.expect(self.picture(self.x_client()))

    @staticmethod
    def peer(viewer):
        return "%s:%d" % viewer.socket.getsockname()[:2]

    def expect_last(self, notifyd, *words):
        wait_until(lambda: all(word in notifyd.do("last") for word in words),
                   "%s, after %s" % (words, notifyd.do("last")))


class NewsTest(NotifyTest):
    def test_who_comes_and_goes(self):
        notifyd = self.start_all()
        viewer = self.log_in()
        name = self.peer(viewer)
        self.expect_last(notifyd, "42 0 ", "viewer %s connected" % name)
        looker = self.log_in(LOOK_PASSWORD)
        self.expect_last(notifyd, "42 42 ", "viewer %s connected" % self.peer(looker),
                         "%s (view only), %s." % (self.peer(looker), name))
        viewer.close()
        self.expect_last(notifyd, "42 42 ", "viewer %s disconnected" % name)
        looker.close()
        # Although the scraper is to stop at once.
        self.expect_last(notifyd, "42 42 ", "disconnected", "No viewer is connected now.")
        self.assertEqual(notifyd.do("count"), "4")
        self.assertEqual(self.scraper.wait(), 0)

    def test_a_crowd(self):
        """One notification a second at most, which says in the end how it is."""
        notifyd = self.start_all()
        stays = self.log_in()
        self.expect_last(notifyd, self.peer(stays))
        for _ in range(40):
            self.log_in().close()
        self.scraper.wait_log("disconnected", 40)
        last = self.log_in()
        self.expect_last(notifyd, "Connected now: %s, %s." % (self.peer(last), self.peer(stays)))
        log = self.scraper.read_log()
        self.assertEqual(log.count(" accepted"), 42)
        self.assertLess(int(notifyd.do("count")), 42)
        self.check_served(last)

    def test_wrong_passwords_are_no_news(self):
        notifyd = self.start_all()
        viewer = self.log_in()
        self.expect_last(notifyd, self.peer(viewer))
        self.refusal("wrong")
        viewer.close()
        self.expect_last(notifyd, "No viewer")
        self.assertEqual(notifyd.do("count"), "2")


class LateDesktopTest(NotifyTest):
    config = "notify = yes"

    def test_viewers_of_the_status_screen_are_named_when_the_desktop_is_there(self):
        self.start_bus()
        notifyd = self.start_notifyd()
        number = ":%d" % random.randrange(20000, 30000)
        self.start_chain("--display", number, "--user-bus", self.bus_path)
        viewer = self.log_in()
        viewer.fetch(False)
        self.assertEqual(notifyd.do("count"), "0")
        self.x = self.start_x(self.geometry, display=number)
        self.expect_last(notifyd, "viewer %s connected" % self.peer(viewer))

    @unittest.skipUnless(survives_x(), "libX11 ends the process with the X server")
    def test_the_next_desktop_is_told_anew(self):
        notifyd = self.start_all()
        viewer = self.log_in()
        self.expect_last(notifyd, "viewer %s connected" % self.peer(viewer))
        self.x.kill()
        self.scraper.wait_log("waiting for the next session")
        self.x = self.start_x(self.geometry, display=self.x.display)
        wait_until(lambda: notifyd.do("count") == "2", "another one")
        self.expect_last(notifyd, "viewer %s connected" % self.peer(viewer))


class BadBusTest(NotifyTest):
    """The viewer gets its picture, and the next one."""

    config = "notify = yes"

    def check_unaffected(self):
        for _ in range(3):
            viewer = self.log_in()
            self.check_served(viewer)
            viewer.close()
        self.scraper.wait_log("disconnected", 3)

    def test_there_is_no_bus(self):
        self.start_notified()
        self.check_unaffected()

    def test_nobody_shows_notifications_yet(self):
        self.start_bus()
        self.start_notified()
        viewer = self.log_in()
        self.check_served(viewer)
        notifyd = self.start_notifyd()
        self.expect_last(notifyd, "viewer %s connected" % self.peer(viewer))

    def test_the_bus_hangs(self):
        notifyd = self.start_all()
        os.kill(self.bus.pid, signal.SIGSTOP)
        self.check_unaffected()
        viewer = self.log_in()
        os.kill(self.bus.pid, signal.SIGCONT)
        self.expect_last(notifyd, "viewer", "Connected now: %s." % self.peer(viewer))

    def test_a_bus_that_accepts_nobody(self):
        with socket.socket(socket.AF_UNIX) as deaf, socket.socket(socket.AF_UNIX) as first:
            deaf.bind(self.bus_path)
            deaf.listen(0)
            first.connect(self.bus_path)
            self.start_notified()
            self.check_unaffected()

    def test_the_service_does_not_answer(self):
        notifyd = self.start_all()
        notifyd.do("mute")
        self.check_unaffected()
        viewer = self.log_in()
        self.check_served(viewer)
        notifyd.do("speak")
        # The first one, not answered, is given up, and another one sent.
        self.expect_last(notifyd, "Connected now: %s." % self.peer(viewer))
        before = notifyd.do("count")
        viewer.close()
        self.expect_last(notifyd, "disconnected")
        self.assertGreater(int(notifyd.do("count")), int(before))

    def test_the_bus_ends(self):
        self.start_all()
        viewer = self.log_in()
        self.bus.kill()
        self.check_served(viewer)
        self.check_unaffected()


class OffTest(NotifyTest):
    config = ""

    def test_by_default_nobody_is_told(self):
        notifyd = self.start_all()
        for _ in range(3):
            viewer = self.log_in()
            self.check_served(viewer)
            viewer.close()
        self.scraper.wait_log("disconnected", 3)
        self.assertEqual(notifyd.do("count"), "0")


if __name__ == "__main__":
    if not shutil.which("dbus-daemon"):
        print("no dbus-daemon")
        sys.exit(77)
    chain.main()
