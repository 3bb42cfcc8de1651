#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""nmap's scripts for VNC find nothing, at an address in a network of the test's own."""

import os
import shutil
import subprocess
import sys

from lib import chain, netns
from lib.chain import PASSWORD
from lib.standing import StandingTest

ADDRESS, PORT = "10.9.7.1", 5901  # the scripts recognise VNC by its port


class NmapTest(StandingTest):
    options = {"config": "allow = 10.0.0.0/8\n", "host": ADDRESS, "port": PORT}

    def nmap(self, script, *arguments):
        command = ["nmap", "-n", "-Pn", "-sT", "-p", str(PORT), "--script", script, *arguments,
                   ADDRESS]
        output = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120,
                                check=True).stdout
        self.assertIn("%d/tcp open" % PORT, output)
        return output

    def test_info(self):
        output = self.nmap("vnc-info,vnc-title")
        self.assertIn("Protocol version: 3.8", output)
        types = output.partition("Security types:")[2].partition("\n\n")[0]
        self.assertEqual(types.strip(" |_\n"), "VNC Authentication (2)")
        self.assertNotIn("WARNING", output)

    def test_bypass(self):
        """CVE-2006-2369: a viewer takes None, which was not offered."""
        output = self.nmap("realvnc-auth-bypass")
        self.assertNotIn("VULNERABLE", output)
        self.chain.log_in().close()

    def brute(self, *words):
        path = os.path.join(self.directory, "words")
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join(words) + "\n")
        return self.nmap("vnc-brute", "--script-args",
                         "passdb=%s,unpwdb.timelimit=30s,brute.start=1,brute.threads=1,"
                         "brute.retries=0,brute.firstonly" % path)

    def test_brute(self):
        """Guesses are delayed more and more: here is time for two."""
        output = self.brute("password", "letmein")
        self.assertIn("vnc-brute", output)
        self.assertNotIn("Valid credentials", output)
        self.chain.log_in().close()  # which ends the delays
        # It prints this when it finds the password.
        self.assertIn("Valid credentials", self.brute(PASSWORD))
        self.chain.log_in().close()


if __name__ == "__main__":
    if not shutil.which("nmap"):
        print("nmap is not installed")
        sys.exit(77)
    netns.enter()
    netns.add_addresses(ADDRESS)
    chain.main()
