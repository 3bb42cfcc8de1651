#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
stages.py HOST PORT PASSWORD STAGE - a viewer that goes up to a stage (1 to 9), makes the file
"stage", waits for the file "go-on", which names a colour, and goes on until that is shown at 3,3.

Exit status: 0 it was, 1 not in time, 3 refused (the reason is printed), 4 the connection ended.
"""
import os
import socket
import struct
import sys
import time

from viewer import Ended, Refused, StepFailed, Viewer
from vnc_des import vnc_response


class StagedViewer(Viewer):
    def __init__(self, host, port, password):
        self.socket = socket.create_connection((host, port), 20)
        self.socket.settimeout(150)
        self.password, self.asked = password, False

    def steps(self):
        return [self.connect, self.send_version, self.read_challenge, self.respond,
                self.read_result, self.initialise, self.frame, self.ask_for_much, self.hold_key]

    def connect(self):
        self.read(12)

    def send_version(self):
        self.write(b"RFB 003.008\n")

    def read_challenge(self):
        count = self.read(1)[0]
        if count == 0:
            raise Refused(self.read_reason())
        self.read(count)
        self.write(b"\2")
        self.challenge = self.read(16)

    def respond(self):
        self.write(vnc_response(self.password, self.challenge))

    def read_result(self):
        if struct.unpack(">I", self.read(4))[0]:
            raise Refused(self.read_reason())

    def initialise(self):
        self.write(b"\1")
        self.width, self.height, _, length = struct.unpack(">HH16sI", self.read(24))
        self.read(length)
        self.pixels = bytearray(4 * self.width * self.height)
        self.write(struct.pack(">B3x", 0)
                   + struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))
        self.write(struct.pack(">BxHi", 2, 1, 0))

    def frame(self):
        self.missing = self.width * self.height
        self.step_frame(60)

    def ask_for_much(self):
        for _ in range(10):
            self.write(struct.pack(">BBHHHH", 3, 0, 0, 0, self.width, self.height))

    def hold_key(self):
        self.write(struct.pack(">BBxxI", 4, 1, ord("h")))


def main(host, port, password, stage):
    try:
        viewer = StagedViewer(host, int(port), password)
        steps = viewer.steps()
        for step in steps[:int(stage)]:
            step()
        with open("stage", "w", encoding="ascii"):
            pass
        while not os.path.exists("go-on"):
            time.sleep(0.05)
        for step in steps[int(stage):7]:
            step()
        with open("go-on", encoding="ascii") as file:
            colour = file.read().strip()
        viewer.step_pixel(3, 3, colour, 60)
    except StepFailed as failed:
        print(failed)
        return 1
    except Refused as refused:
        print(f"refused: {refused}")
        return 3
    except (Ended, OSError) as error:
        print(f"ended: {error}")
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
