#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A refused viewer is told why, and the log says the same."""

import os
import subprocess

from lib import chain
from lib.chain import PASSWORD, ChainTest
from lib.process import run


class RefusalBase(ChainTest):
    def assert_refused(self, *texts):
        """The viewer gets the reason, and the scraper's log has the same words."""
        reason = self.refusal()
        for text in texts:
            self.assertIn(text, reason)
        self.scraper.wait_log(reason)
        return reason

    def assert_not_checked(self, *texts):
        """Strangers learn nothing of the server's files; its log has the reason."""
        self.assertEqual(self.refusal(), "passwords cannot be checked now; gpudesk's log says why")
        for text in texts:
            self.scraper.wait_log(text)

    def assert_x_was_not_asked(self):
        self.assertNotIn("serving display", self.scraper.read_log())


class PasswordTest(RefusalBase):
    def test_wrong_password(self):
        self.start_chain()
        self.assertIn("password", self.refusal("wrong").lower())
        self.assert_x_was_not_asked()
        self.log_in()

    def test_a_password_that_only_begins_right(self):
        self.start_chain()
        self.refusal(PASSWORD[:7])
        # Only eight characters count in this format.
        self.log_in(PASSWORD + "more")

    def test_no_password_file(self):
        os.unlink(self.password_path)
        self.start_chain()
        self.assert_not_checked("no VNC password")
        self.assert_x_was_not_asked()

    def test_the_password_file_may_be_fixed_meanwhile(self):
        os.unlink(self.password_path)
        self.start_chain()
        self.assert_not_checked("no VNC password")
        self.write_passwords("fixed")
        self.log_in("fixed")

    def test_a_password_file_for_all_to_read(self):
        self.start_chain()
        for mode in (0o604, 0o640, 0o620, 0o602):
            os.chmod(self.password_path, mode)
            self.assert_not_checked(self.password_path, "chmod")
        self.assert_x_was_not_asked()

    def test_password_files_of_wrong_length(self):
        self.start_chain()
        for length in (0, 1, 7, 9, 15, 17, 4096):
            self.replace(self.password_path, b"\x17" * length)
            self.assert_not_checked(self.password_path)
        self.assert_x_was_not_asked()

    def test_a_directory_for_a_password_file(self):
        os.unlink(self.password_path)
        os.mkdir(self.password_path, 0o700)
        self.start_chain()
        self.assert_not_checked(self.password_path)

    def test_a_fifo_for_a_password_file(self):
        os.unlink(self.password_path)
        os.mkfifo(self.password_path, 0o600)
        self.start_chain()
        self.assert_not_checked(self.password_path)

    def test_one_password_only(self):
        self.write_passwords(PASSWORD)
        self.start_chain()
        self.refusal(chain.LOOK_PASSWORD)
        self.log_in()

    def test_an_empty_password_is_none(self):
        self.write_passwords("", "looking")
        self.start_chain()
        self.assertTrue(self.refusal(""))


class ConfigurationTest(RefusalBase):
    def test_unknown_keys_and_bad_values_are_told(self):
        self.write_config("frame_rat = 30\nframe_rate = many\nidle_timeout = 5min\nno line")
        self.start_chain()
        self.log_in()
        for program in (self.proxy, self.scraper):
            log = program.read_log()
            for line, word in ((3, "frame_rate"), (4, "frame_rate"), (6, "no line")):
                self.assertRegex(log, "gpudesk.conf:%d: .*%s" % (line, word))

    def test_a_bad_value_that_guards_access_refuses(self):
        self.write_config("allow = everybody")
        self.start_chain()
        self.assertIn("configuration has an error", self.refusal())
        self.assertIn("gpudesk.conf:3:", self.proxy.read_log())

    def test_max_viewers(self):
        self.write_config("max_viewers = 2\nstatus_screen = no")
        self.start_chain()
        first = self.log_in()
        self.log_in()
        self.assert_refused("2 viewers", "max_viewers")
        first.close()
        self.scraper.wait_log("disconnected")
        self.log_in()


class DisplayTest(RefusalBase):
    config = "status_screen = no"

    def test_no_such_display(self):
        self.start_chain("--display", ":32109")
        self.assert_refused(":32109")

    def test_a_display_that_refuses(self):
        authority = os.path.join(self.directory, "authority")
        with open(authority, "wb"):
            pass
        # Xvfb reads its cookies when it starts.
        subprocess.run(["xauth", "-q", "-f", authority, "add", ":0", ".", "12" * 16], check=True)
        self.x = self.start_x("800x600x24", "-auth", authority)
        wrong = os.path.join(self.directory, "wrong")
        subprocess.run(["xauth", "-q", "-f", wrong, "add", self.x.display, ".", "34" * 16],
                       check=True)
        self.start_chain("--display", self.x.display, "--xauthority", wrong)
        self.assert_refused(self.x.display, wrong)

        subprocess.run(["xauth", "-q", "-f", wrong, "add", self.x.display, ".", "12" * 16],
                       check=True)
        # The same scraper accepts viewers, now that the file is right.
        self.log_in()

    def test_a_display_without_true_colour(self):
        self.x = self.start_x("800x600x8", "-cc", "3")  # PseudoColor
        self.start_chain()
        self.assert_refused("true colour", self.x.display)

    def test_a_display_without_damage(self):
        self.x = self.start_x("800x600x24", "-extension", "DAMAGE")
        self.start_chain()
        self.assert_refused("DAMAGE", self.x.display)


class ProgramTest(ChainTest):
    def run_scraper(self, *arguments):
        return run("scraper/gpudesk-scraper", *arguments)

    def test_help_and_version(self):
        result = self.run_scraper("--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for option in ("--config", "--session-dir", "--display", "--xauthority", "--help"):
            self.assertIn(option, result.stdout)
        result = self.run_scraper("--version")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"^gpudesk-scraper \d+\.\d+")

    def test_bad_arguments(self):
        for arguments, word in ((["--nonsense"], "nonsense"), (["extra"], "extra"),
                                (["--xauthority", "/x"], "--display"), (["--display"], "display")):
            result = self.run_scraper(*arguments)
            self.assertNotEqual(result.returncode, 0, arguments)
            self.assertIn(word, result.stderr)

    def test_without_a_socket(self):
        result = self.run_scraper("--config", self.config_path)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("LISTEN_FDS", result.stderr)


if __name__ == "__main__":
    chain.main()
