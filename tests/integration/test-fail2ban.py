#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fail2ban's filter recognises what the proxy really logs, with fail2ban's own tool.

fail2ban is unpacked, not installed: its package starts a service.
"""

import ast
import glob
import os
import shutil
import subprocess
import sys
import tempfile

from lib import chain
from lib.proxytest import RIGHT, WRONG, ProxyTest

FILTER = os.path.join(os.path.dirname(__file__), "../../packaging/fail2ban/gpudesk.conf")
unpacked = None


def unpack(directory):
    """Returns whether fail2ban is in the directory."""
    try:
        subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", "fail2ban"],
                       cwd=directory, check=True, capture_output=True, timeout=120)
        package, = glob.glob(directory + "/fail2ban_*.deb")
        subprocess.run(["dpkg", "-x", package, directory], check=True)
    except (OSError, subprocess.SubprocessError, ValueError):
        return False
    return True


class FilterTest(ProxyTest):
    def matched(self, lines):
        """The lines that the filter takes for a failure, as the journal has them."""
        shutil.copy(FILTER, unpacked + "/etc/fail2ban/filter.d/gpudesk.conf")
        log = os.path.join(self.directory, "journal")
        with open(log, "w", encoding="utf-8") as file:
            for line in lines:
                file.write("Nov 28 15:00:00 host gpudesk-proxy[123]: %s\n" % line)
        output = subprocess.run(
            ["/usr/bin/python3", unpacked + "/usr/bin/fail2ban-regex", "-c",
             unpacked + "/etc/fail2ban", "-o", "row", log, "gpudesk"],
            env=dict(os.environ, PYTHONPATH=unpacked + "/usr/lib/python3/dist-packages"),
            check=True, capture_output=True, encoding="utf-8").stdout
        return [ast.literal_eval(row)[0][0] for row in output.splitlines() if row]

    def test_who_is_matched(self):
        self.start_scraper()
        proxy = self.start_proxy()
        self.assertTrue(self.view(source="127.0.0.3").log_in(WRONG))
        self.assertIsNone(self.view(source="127.0.0.4").log_in(RIGHT))
        self.view(source="127.0.0.5").close()
        self.write_config("allow = 10.0.0.0/8")
        self.assertTrue(self.view(source="127.0.0.6").read_refusal())
        lines = [line.split(": ", 2)[2] for line in proxy.read_log().splitlines()]
        lines += [line.replace("127.0.0.3", "[fd00::7]") for line in lines]
        self.assertEqual(self.matched(lines), ["127.0.0.3", "fd00::7"])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="gpudesk-fail2ban-") as unpacked:
        if not unpack(unpacked):
            print("cannot get fail2ban's package")
            sys.exit(77)
        chain.main()
