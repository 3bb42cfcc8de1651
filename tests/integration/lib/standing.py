# SPDX-License-Identifier: GPL-2.0-or-later
"""A chain as on a machine: when proxy or scraper ends, the next connection starts it again."""

import os
import signal

from lib import rfb
from lib.activator import Activator, listen_local, listen_tcp
from lib.chain import PASSWORD, ChainFiles, Client, DirectoryTest
from lib.process import BUILD, Display, wait_until


class StandingChain(ChainFiles):
    """An X server, and sockets for proxy and scraper. `close` ends all of it."""

    def __init__(self, directory, config="", geometry="640x480x24", host="127.0.0.1", port=0,
                 scraper_wrapper=()):
        self.directory, self.geometry, self.host = directory, geometry, host
        self.write_files(directory, config)
        self.x = self.proxy = self.scraper = None
        self.display = None
        self.fine_statuses = {0, -signal.SIGKILL}  # what programs may end with
        try:
            self.start_x()
            self.scraper = Activator(
                "scraper", directory, listen_local(self.scraper_socket),
                [*scraper_wrapper, os.path.join(BUILD, "scraper/gpudesk-scraper"), "--config",
                 self.config_path, "--display", self.display])
            listening = listen_tcp(host, port)
            self.port = listening.getsockname()[1]
            self.proxy = Activator(
                "proxy", directory, listening,
                [os.path.join(BUILD, "proxy/gpudesk-proxy"), "--config", self.config_path,
                 "--scraper-socket", self.scraper_socket])
        except BaseException:
            self.close()
            raise

    def start_x(self):
        """The first one, or another one on the same display."""
        self.x = Display(self.directory, self.geometry, display=self.display)
        self.display = self.x.display
        return self.x

    def lose_x(self, number=signal.SIGKILL):
        self.x.end(number)
        self.start_x()

    def view(self, source=None):
        return rfb.Viewer(self.port, self.host, source)

    def log_in(self, password=PASSWORD, source=None, **options):
        viewer = self.view(source)
        try:
            return viewer.log_in(password, **options)
        except BaseException:
            viewer.close()
            raise

    def x_client(self):
        return Client("xclient", DISPLAY=self.display)

    def count_descriptors(self):
        """Of proxy, scraper and X server; None for what does not run."""
        return tuple(process.count_descriptors()
                     for process in (self.proxy, self.scraper, self.x))

    def count_screens(self):
        """Shared memory of screens, in the scraper and in the X server."""
        return self.scraper.count_screens(), self.x.count_screens()

    def settle(self):
        """Waits until all descriptors stay the same, and the scraper and X share at most one
        screen: the scraper keeps it for the next viewer. Returns count_descriptors()."""
        seen = []

        def is_stable():
            seen.append((self.count_descriptors(), self.count_screens() in ((0, 0), (1, 1))))
            return len(seen) > 3 and len(set(seen[-3:])) == 1 and seen[-1][1]
        try:
            wait_until(is_stable, "descriptors to stay the same and segments to go")
        except AssertionError as error:
            raise AssertionError("%s: %s" % (error, seen[-5:])) from None
        return seen[-1][0]

    def close(self):
        """Ends all of it. Returns what went wrong in proxy and scraper, "" for nothing."""
        wrong = []
        for program in filter(None, (self.proxy, self.scraper)):
            program.close()
            log = program.read_log()
            wrong += ["%s ended with %d: %s" % (program.name, status, log[-1000:])
                      for status in program.statuses if status not in self.fine_statuses]
            wrong += [line for line in log.splitlines()
                      if "Sanitizer" in line or "runtime error" in line]
        if self.x:
            self.x.kill()
        return "\n".join(wrong)


class StandingTest(DirectoryTest):
    """Each test has a StandingChain, made with `options`; what goes wrong in it fails the test."""

    options = {}

    def setUp(self):
        super().setUp()
        self.chain = self.make_chain()
        self.addCleanup(lambda: self.assertEqual(self.chain.close(), ""))

    def make_chain(self):
        return StandingChain(self.directory, **self.options)

    def view(self, source=None):
        viewer = self.chain.view(source)
        self.addCleanup(viewer.close)
        return viewer

    def x_client(self):
        return self.client("xclient", DISPLAY=self.chain.display)
