#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""packaging/changelog: Debian's changelog and the .spec's, of a CHANGELOG.md."""

import os
import shutil
import subprocess
import unittest

from lib import chain

SCRIPT = os.path.join(os.environ["SRCDIR"], "packaging/changelog")
NOW = "1796000000"  # 2026-11-30 00:53:20 UTC
RELEASED = """
## [0.2.0] - 2026-11-30

### Added

* 5 % more, in a text that is longer than a line of seventy-eight characters may be in a package's
  changelog.

### Fixed

* A fault.

## [0.1.0] - 2026-11-01

### Added

* All of it.
"""


def changelog(kind, version, text):
    return subprocess.run([SCRIPT, kind, version, "bookworm", NOW, "A B <a@b.example>"],
                          input="# Changelog\n\nFor people.\n" + text, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


class Changelog(unittest.TestCase):
    def test_debian(self):
        self.assertEqual(changelog("deb", "0.2.0-1~deb12", "\n## [Unreleased]\n" + RELEASED), """\
gpudesk (0.2.0-1~deb12) bookworm; urgency=medium

  [ Added ]
  * 5 % more, in a text that is longer than a line of seventy-eight characters
    may be in a package's changelog.

  [ Fixed ]
  * A fault.

 -- A B <a@b.example>  Mon, 30 Nov 2026 12:00:00 +0000

gpudesk (0.1.0-1~deb12) bookworm; urgency=medium

  [ Added ]
  * All of it.

 -- A B <a@b.example>  Sun, 01 Nov 2026 12:00:00 +0000
""")

    def test_spec(self):
        self.assertEqual(changelog("rpm", "0.2.0-1", RELEASED), """\
* Mon Nov 30 2026 A B <a@b.example> - 0.2.0-1
- 5 %% more, in a text that is longer than a line of seventy-eight characters
  may be in a package's changelog.
- A fault.

* Sun Nov 01 2026 A B <a@b.example> - 0.1.0-1
- All of it.
""")

    def versions(self, version, text):
        return [line for line in changelog("deb", version, text).splitlines()
                if line.startswith(("gpudesk", "  *"))][:2]

    def test_what_is_not_released(self):
        text = "\n## [Unreleased]\n\n### Added\n\n* More.\n" + RELEASED
        self.assertEqual(self.versions("0.3.0~git1-1", text),
                         ["gpudesk (0.3.0~git1-1) bookworm; urgency=medium", "  * More."])

    def test_nothing_since_a_release(self):
        text = "\n## [Unreleased]\n" + RELEASED
        self.assertEqual(self.versions("0.3.0~git1-1", text),
                         ["gpudesk (0.3.0~git1-1) bookworm; urgency=medium",
                          "  * Nothing that users notice."])

    def test_the_project_s_own(self):
        with open(os.path.join(os.environ["SRCDIR"], "CHANGELOG.md"), encoding="utf-8") as file:
            text = changelog("deb", "9.9-1", file.read())
        self.assertTrue(text.startswith("gpudesk (9.9-1) "))
        self.assertFalse([line for line in text.splitlines() if len(line) > 80])
        if shutil.which("dpkg-parsechangelog"):
            parsed = subprocess.run(["dpkg-parsechangelog", "-l", "-"], input=text, text=True,
                                    check=True, capture_output=True)
            self.assertEqual(parsed.stderr, "")


if __name__ == "__main__":
    chain.main()
