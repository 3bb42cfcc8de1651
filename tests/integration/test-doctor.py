#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gpudesk doctor: output and exit status on trees of files, and x-probe on real X servers."""

import contextlib
import json
import os
import pty
import tempfile

from lib import chain, des
from lib.process import run


class TreeTest(chain.DirectoryTest):
    def write(self, path, text):
        path = os.path.join(self.directory, path.lstrip("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def doctor(self, *arguments):
        return run("ctl/gpudesk", "doctor", "--root", self.directory, "--all", *arguments)

    def lines(self, check):
        return [line for line in self.doctor().stdout.splitlines() if line.split()[1] == check]

    def test_each_line_has_its_form(self):
        done = self.doctor()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stderr, "")
        *lines, verdict = done.stdout.splitlines()
        for line in lines:
            self.assertRegex(line, r"^(ok  |warn|FAIL)  [a-z0-9-]+ +  ?.+$")
        self.assertRegex(verdict, r"^NOT READY: [0-9]+ failures, .*; first fix: .+$")

    def test_what_a_terminal_shows(self):
        """Colours, and what it waits for; NO_COLOR forbids the former."""
        path = os.path.join(chain.BUILD, "ctl/gpudesk")
        for name, colours in ("UNUSED", True), ("NO_COLOR", False):
            pid, terminal = pty.fork()
            if pid == 0:
                os.execve(path, [path, "doctor", "--root", self.directory],
                          {**os.environ, "TERM": "xterm", name: "1"})
            shown = b""
            with contextlib.suppress(OSError):  # when the other side is closed
                while part := os.read(terminal, 4096):
                    shown += part
            os.close(terminal)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 1)
            self.assertIn(b"Trying the password file", shown)
            self.assertEqual(b"\33[1;31mFAIL\33[m" in shown, colours)
            self.assertIn(b"NOT READY", shown)

    def test_json_says_the_same(self):
        shown = json.loads(self.doctor("--json").stdout)
        *lines, verdict = self.doctor().stdout.splitlines()
        order = ["fail", "warn", "ok"]
        findings = sorted(shown["findings"], key=lambda each: order.index(each["result"]))
        self.assertEqual([[each["result"], each["check"]] for each in findings],
                         [[line.split()[0].lower(), line.split()[1]] for line in lines])
        for finding, line in zip(findings, lines):
            self.assertIn(finding["cause"], line)
            self.assertIn(finding["fix"] or "", line)
        self.assertEqual((shown["schema"], shown["ready"]), (1, False))
        self.assertIn("NOT READY: %d failures" % shown["failures"], verdict)
        self.assertTrue(verdict.endswith("first fix: " + shown["first_fix"]))

    def test_json_of_what_is_no_utf8(self):
        path = os.path.join(self.directory, "gpudesk.conf")
        with open(path, "wb") as file:
            file.write(b"\xff\xfe\x1b[31m = 1\n")
        findings = json.loads(self.doctor("--config", path, "--json").stdout)
        self.assertIn("gpudesk.conf:1", findings["findings"][0]["cause"])
        self.assertNotIn("\x1b", self.doctor("--config", path).stdout)

    def test_a_fifo_does_not_hold_it_up(self):
        for path in ("etc/gdm3", "etc/X11", "etc/pam.d"):
            os.makedirs(os.path.join(self.directory, path))
        for path in ("etc/gdm3/daemon.conf", "etc/X11/xorg.conf", "etc/os-release",
                     "etc/pam.d/gdm-autologin"):
            os.mkfifo(os.path.join(self.directory, path))
        self.assertEqual(self.doctor().returncode, 1)

    def test_wrong_usage(self):
        for arguments in (("--nonsense",), ("nonsense",), ("--json=1",)):
            with self.subTest(arguments):
                done = self.doctor(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stdout, "")

    def test_nothing_is_changed(self):
        self.write("/etc/gdm3/daemon.conf", "[daemon]\n")
        self.write("/etc/gpudesk.conf", "user = nobody\n")
        before = [(path, files) for path, _, files in os.walk(self.directory)]
        self.doctor()
        self.assertEqual(before, [(path, files) for path, _, files in os.walk(self.directory)])

    def test_gdm(self):
        self.write("/etc/os-release", "ID=ubuntu\nPRETTY_NAME=Ubuntu\n")
        self.write("/etc/gdm3/custom.conf", "[daemon]\nWaylandEnable=false\n"
                   "AutomaticLoginEnable=true\nAutomaticLogin=exouser\n")
        self.assertEqual(self.lines("wayland"),
                         ["ok    wayland         off in /etc/gdm3/custom.conf"])
        self.assertRegex(self.lines("autologin")[0], "^ok .*logs exouser in")
        self.write("/etc/gdm3/custom.conf", "[daemon]\n")
        self.assertRegex(self.lines("wayland")[0], "^FAIL ")
        self.assertRegex(self.lines("autologin")[0], "^FAIL .*/etc/gdm3/custom.conf")


class ProbeTest(chain.DirectoryTest):
    def probe(self, *arguments):
        # OpenGL's libraries leak memory.
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        done = run("ctl/gpudesk", "x-probe", *arguments,
                   env={**os.environ, "ASAN_OPTIONS": sanitizer})
        self.assertEqual(done.returncode, 0, done.stderr)
        return dict(line.split("=", 1) for line in done.stdout.splitlines())

    def test_an_x_server_with_all(self):
        found = self.probe("--display", self.start_x("320x240x24").display)
        for name in ("X", "SHM", "DAMAGE", "XFIXES", "XTEST", "RANDR", "DONE"):
            self.assertEqual(found[name], "1", name)
        self.assertEqual((found["DEPTH"], found["SIZE"]), ("24", "320x240"))
        self.assertEqual(found["SHM_VERSION"], "1.2")
        self.assertTrue(found["GL_RENDERER"] or found["GL_PROBLEM"])

    def test_an_x_server_without(self):
        off = [word for name in ("MIT-SHM", "DAMAGE", "XTEST", "RANDR", "GLX")
               for word in ("-extension", name)]
        found = self.probe("--display", self.start_x("320x240x24", *off).display)
        for name in ("SHM", "DAMAGE", "XTEST", "RANDR"):
            self.assertEqual(found[name], "0", name)
        self.assertEqual((found["X"], found["XFIXES"]), ("1", "1"))
        self.assertEqual(found["GL_RENDERER"], "")
        self.assertTrue(found["GL_PROBLEM"])

    def test_no_x_server(self):
        found = self.probe("--display", ":9876")
        self.assertIn("refuses", found["X_PROBLEM"])
        self.assertNotIn("X", found)

    def test_a_session_without_an_x_server(self):
        found = self.probe("--session", "no-such-session")
        self.assertIn("no X server of session no-such-session", found["X_PROBLEM"])

    def test_an_empty_password(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(des.vnc_password_file(""))
            file.flush()
            found = self.probe("--password-file", file.name)
        self.assertIn("is empty", found["PASSWORD_PROBLEM"])


if __name__ == "__main__":
    chain.main()
