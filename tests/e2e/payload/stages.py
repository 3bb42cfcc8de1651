#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
stages.py HOST PORT PASSWORD STAGE - a viewer that goes up to a stage (1 to 9 of lib/stages.py),
makes the file "stage", waits for the file "go-on", which names a colour, and goes on until the
pixel at 3,3 has it.

Exit status: 0 it has, 1 not in time, 3 refused (the reason is printed), 4 the connection ended.
"""
import os
import sys
import time

from lib import rfb
from lib.stages import Stages
from viewer import StepFailed, Viewer


def main(host, port, password, stage):
    try:
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
        viewer.step_pixel(3, 3, colour, 60)
    except StepFailed as failed:
        print(failed)
        return 1
    except rfb.Refused as refused:
        print(f"refused: {refused}")
        return 3
    except (EOFError, OSError) as error:
        print(f"ended: {error}")
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
