# SPDX-License-Identifier: GPL-2.0-or-later
"""The stages of a connection, for tests that break something at each; tests/e2e uses them too."""

from lib import des, rfb


class Stages:
    """Takes an rfb.Viewer from one stage to the next; each step reaches the stage of its number.
    In the last one it holds a key, and what the messages `held` press.
    """

    NAMES = ["connected", "version sent", "challenge sent", "response sent", "accepted",
             "initialised", "first frame", "mid-update", "key held"]

    def __init__(self, viewer, password, *held):
        self.viewer, self.password, self.held = viewer, password, held
        self.steps = [self.connect, viewer.send_version, self.read_challenge, self.respond,
                      viewer.read_result, viewer.initialise, self.read_frame, self.ask_for_much,
                      self.hold_key]

    def go(self, first, last):
        for step in self.steps[first:last]:
            step()

    def connect(self):
        self.viewer.receive_ahead(len(rfb.VERSION))

    def read_challenge(self):
        self.challenge = self.viewer.choose_security()

    def respond(self):
        self.viewer.send(des.vnc_response(self.password, self.challenge))

    def read_frame(self):
        self.viewer.fetch(False)

    def ask_for_much(self):
        for _ in range(20):
            self.viewer.request(False)
        self.viewer.receive_ahead(1000)

    def hold_key(self):
        self.viewer.send(rfb.key_event(ord("h"), True), *self.held)
