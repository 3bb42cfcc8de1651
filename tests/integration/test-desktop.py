#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gpudesk-desktop without systemd: its options, and when it does nothing."""

import getpass
import os

from lib import chain
from lib.process import run


class DesktopTest(chain.DirectoryTest):
    def run_it(self, *arguments, config=""):
        path = os.path.join(self.directory, "gpudesk.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(config)
        environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS="unix:path=" + path + ".no-bus")
        environment.pop("LISTEN_FDS", None)
        return run("desktop/gpudesk-desktop", "--config", path, *arguments, env=environment)

    def run_mine(self, option, *lines):
        return self.run_it("--user", getpass.getuser(), option,
                           config="\n".join(["user = " + getpass.getuser(), *lines, ""]))

    def test_without_desktop_timeout_nothing_is_planned(self):
        for lines in [], ["desktop_timeout = never"], ["idle_timeout = 0"]:
            result = self.run_mine("--schedule-stop", *lines)
            self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_with_it_systemd_is_asked(self):
        result = self.run_mine("--schedule-stop", "desktop_timeout = 1h")
        self.assertEqual(result.returncode, 1)
        self.assertIn("cannot schedule the stop of", result.stderr)

    def test_stop_never_acts_without_having_asked(self):
        for lines in [], ["desktop_timeout = 1h"]:
            result = self.run_mine("--stop", *lines)
            self.assertEqual(result.returncode, 1)
            self.assertIn("cannot stop", result.stderr)

    def test_another_users_desktop(self):
        for option in "--schedule-stop", "--stop":
            result = self.run_it("--user", getpass.getuser(), option,
                                 config="user = somebody-else\ndesktop_timeout = 1h\n")
            self.assertEqual(result.returncode, 0)
            self.assertIn("says user = somebody-else, not ", result.stderr)

    def test_a_configuration_that_refuses(self):
        for option in "--schedule-stop", "--stop":
            result = self.run_mine(option, "desktop_timeout = 1h", "allow = nonsense")
            self.assertEqual(result.returncode, 0)
            self.assertIn("desktop is not stopped: ", result.stderr)

    def test_options(self):
        for option in "--schedule-stop", "--stop", "--user", "--config", "--version":
            self.assertRegex(self.run_it("--help").stdout, "(?m)^  %s[ ,]" % option)
        for arguments in ["--stop=now"], ["--nonsense"], ["--stop", "now"], ["--user"]:
            result = self.run_it(*arguments)
            self.assertEqual((result.returncode, result.stdout), (1, ""), arguments)
            self.assertTrue(result.stderr, arguments)

    def test_without_its_socket(self):
        result = self.run_it()
        self.assertEqual(result.returncode, 1)
        self.assertIn("LISTEN_FDS", result.stderr)


if __name__ == "__main__":
    chain.main()
