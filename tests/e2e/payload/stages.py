#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
stages.py HOST PORT PASSWORD STAGE - a viewer that goes up to a stage (1 to 9 of lib/stages.py),
makes the file "stage", waits for the file "go-on", which names a colour, and goes on until the
pixel at 3,3 has it.

Exit status: 0 it has, 1 not in time, 3 refused (the reason is printed), 4 the connection ended,
5 the status screen says why there is no desktop (it is printed).
"""
import os
import re
import sys
import time

from lib.stages import Stages
from viewer import REASON, Viewer, exit_status


def view(host, port, password, stage):
    viewer = Viewer(int(port), host)
    stages = Stages(viewer, password)
    stages.go(0, int(stage))
    with open("stage", "w", encoding="ascii"):
        pass
    while not os.path.exists("go-on"):
        time.sleep(0.05)
    stages.go(int(stage), 7)
    with open("go-on", encoding="ascii") as file:
        colour = file.read().strip()
    viewer.view_until(lambda: viewer.shows_desktop() and viewer.pixel(3, 3) == colour or
                      re.search(REASON, viewer.says), 60, f"{colour}, or a reason")
    if viewer.says:
        print(f"told: {viewer.says}")
        sys.exit(5)


if __name__ == "__main__":
    sys.exit(exit_status(lambda: view(*sys.argv[1:])))
