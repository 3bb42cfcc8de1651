# SPDX-License-Identifier: GPL-2.0-or-later
"""Sound servers as on a desktop without a sound card: a null sink "null", which is the default,
another one, and a source "mic", which plays the part of a microphone and is the default source."""

import os
import shutil
import subprocess
import unittest

from lib.process import Program, wait_until
from lib.tone import TONE, make_second, measure  # for those who use this

PULSE_CONF = """load-module module-null-sink sink_name=null
load-module module-null-sink sink_name=other
load-module module-null-source source_name=mic
set-default-sink null
set-default-source mic
load-module module-native-protocol-unix socket=%s
"""
PIPEWIRE_CONF = """context.objects = [
{ factory = adapter args = { factory.name = support.null-audio-sink node.name = "null"
  media.class = Audio/Sink object.linger = true audio.position = [ FL FR ] } }
{ factory = adapter args = { factory.name = support.null-audio-sink node.name = "mic"
  media.class = Audio/Source/Virtual object.linger = true audio.position = [ FL FR ] } } ]
"""


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise unittest.SkipTest("no %s" % program)


class SoundServer:
    """One in a directory of its own; `socket` is where it listens."""

    def __init__(self, directory, add_cleanup):
        self.directory = os.path.join(directory, "sound")
        self.programs, self.add_cleanup = [], add_cleanup
        self.environment = {
            **{name: value for name, value in os.environ.items()
               if not name.startswith(("PULSE_", "XDG_", "DBUS_", "DISPLAY"))},
            "HOME": self.directory, "XDG_RUNTIME_DIR": self.directory,
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=%s/bus" % self.directory}
        self.socket = os.path.join(self.directory, "pulse/native")
        self.client = dict(self.environment, PULSE_SERVER="unix:" + self.socket)
        self.begin()

    def begin(self):
        """Also after stop()."""
        os.makedirs(self.directory, 0o700)
        self.start()
        wait_until(lambda: b"Default Sink: null" in self.pactl("info").stdout, "the default sink")

    def run(self, *command):
        program = Program(command[0], self.directory, command, env=self.environment)
        self.add_cleanup(program.kill)
        self.programs.append(program)

    def stop(self):
        for program in reversed(self.programs):
            program.kill()
        self.programs.clear()
        shutil.rmtree(self.directory)

    def pactl(self, *arguments, **options):
        return subprocess.run(["pactl", *arguments], stdout=subprocess.PIPE, timeout=60,
                              stderr=subprocess.PIPE, check=False,
                              **{"env": self.client, **options})

    def play_tone(self, sink="null"):
        """Plays 440 Hz for a minute, or until the test is over."""
        path = os.path.join(self.directory, "tone")
        with open(path, "wb") as file:
            file.write(make_second() * 60)
        player = Program("pacat", self.directory,
                         ["pacat", "--playback", "--raw", "--device=" + sink, path], env=self.client)
        self.add_cleanup(player.kill)
        wait_until(lambda: self.pactl("list", "short", "sink-inputs").stdout, "the tone")


class PulseAudio(SoundServer):
    def start(self):
        need("pulseaudio", "pactl", "parec")
        os.mkdir(os.path.join(self.directory, "pulse"))
        conf = os.path.join(self.directory, "conf")
        with open(conf, "w", encoding="utf-8") as file:
            file.write(PULSE_CONF % self.socket)
        self.run("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "-F", conf)


class PipeWire(SoundServer):
    def start(self):
        need("pipewire", "pipewire-pulse", "wireplumber", "dbus-daemon", "pactl", "parec")
        drop_ins = os.path.join(self.directory, ".config/pipewire/pipewire.conf.d")
        os.makedirs(drop_ins)
        with open(os.path.join(drop_ins, "null.conf"), "w", encoding="utf-8") as file:
            file.write(PIPEWIRE_CONF)
        self.run("dbus-daemon", "--session", "--nofork", "--nopidfile",
                 "--address=unix:path=%s/bus" % self.directory)
        wait_until(lambda: os.path.exists(self.directory + "/bus"), "the bus")
        self.run("pipewire")
        wait_until(lambda: os.path.exists(self.directory + "/pipewire-0"), "PipeWire")
        self.run("wireplumber")
        self.run("pipewire-pulse")
        wait_until(lambda: os.path.exists(self.socket), "pipewire-pulse")
