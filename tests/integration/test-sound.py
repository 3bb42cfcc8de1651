#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gpudesk-sound between real sound servers, the real scraper and PulseAudio's clients."""

import getpass
import os
import shutil
import socket
import struct
import subprocess

from lib import chain, rfb
from lib.activator import Activator
from lib.chain import ChainFiles, ChainTest, DirectoryTest, wait_until
from lib.process import run
from lib.sound_servers import PipeWire, PulseAudio, TONE, measure, need

CONTROL = 0xffffffff
AUTH, LAST_COMMAND, NAME_TAG = 8, 104, 999999
ENOUGH = 44100  # bytes: a quarter of a second


def u32(value):
    return b"L" + struct.pack(">I", value)


def packet(message, length=None, channel=CONTROL, flags=0):
    return struct.pack(">5I", len(message) if length is None else length, channel, 0, 0,
                       flags) + message


def authentication(version=35):
    return packet(u32(AUTH) + u32(0) + u32(version) + b"x" + struct.pack(">I", 256) + bytes(256))


class Listener:
    """A raw connection, from `source`."""

    def __init__(self, port, source="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), rfb.PATIENCE, (source, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def read(self, n):
        data = b""
        while len(data) < n:
            more = self.socket.recv(n - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def receive(self):
        """The command of the next message."""
        length, channel = struct.unpack(">2I12x", self.read(20))
        data = self.read(length)
        return struct.unpack(">xI", data[:5])[0] if channel == CONTROL else None

    def is_ended(self):
        """Reads to the end, which must come."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True

    def authenticate(self):
        for message in authentication(), packet(u32(9) + u32(NAME_TAG) + b"PN"):
            self.send(message)
            if self.receive() != 2:
                raise AssertionError("no reply")
        return self


class SoundRig:
    """gpudesk-sound, which asks at `control_socket` and relays from `sound_socket`."""

    def start_sound(self, *arguments):
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        self.sound_port = listening.getsockname()[1]
        self.sound = Activator("sound", self.directory, listening, [
            os.path.join(chain.BUILD, "sound/gpudesk-sound"), "--config", self.config_path,
            "--control-socket", self.control_socket, "--sound-server", self.sound_socket,
            *(arguments or ("--exit-idle-time", "1h"))])
        self.addCleanup(self.end_sound)

    def end_sound(self):
        self.sound.close()
        log = self.sound.read_log()
        self.assertNotIn("Sanitizer", log)
        self.assertNotIn("runtime error", log)
        self.assertFalse([status for status in self.sound.statuses if status], log)

    def environment(self):
        return dict(self.server.environment, PULSE_SERVER="tcp:127.0.0.1:%d" % self.sound_port,
                    PULSE_COOKIE=os.path.join(self.directory, "no-cookie"))

    def pactl(self, *arguments):
        return self.server.pactl(*arguments, env=self.environment())

    def parec(self, device, *arguments):
        recorder = subprocess.Popen(
            ["parec", "--raw", "--device=" + device, *arguments], env=self.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(recorder.stdout.close)
        self.addCleanup(recorder.wait)
        self.addCleanup(recorder.kill)
        return recorder

    def record(self, device="null.monitor"):
        """Some of it, or what came before the connection was ended."""
        recorder = self.parec(device, "--latency-msec=50")
        samples = b""
        while len(samples) < 2 * ENOUGH:
            more = recorder.stdout.read(4096)
            if not more:
                break
            samples += more
        recorder.kill()
        return samples[-ENOUGH:]

    def assert_tone(self, samples):
        self.assertEqual(len(samples), ENOUGH)
        at = measure(samples, TONE)
        self.assertGreater(at, 8000)
        for other in (TONE - 20, TONE + 20, TONE * 2, TONE / 2):
            self.assertLess(measure(samples, other), at / 20)

    def assert_refused(self, source="127.0.0.1"):
        with Listener(self.sound_port, source) as listener:
            listener.send(authentication())
            self.assertTrue(listener.is_ended())


class FakeScraper:
    """Its control socket, which tells of viewers at `hosts`."""

    def __init__(self, path):
        self.hosts, self.watching = ["127.0.0.1"], None
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listening.bind(path)
        self.listening.listen()
        self.listening.settimeout(rfb.PATIENCE)

    def accept(self):
        if self.watching:
            self.watching.close()
        self.watching, _ = self.listening.accept()
        assert self.watching.recv(64) == b"watch"
        self.tell(self.hosts)

    def tell(self, hosts):
        self.hosts = hosts
        self.watching.send(b"ok\nversion=0\n" + b"".join(
            b"viewer.%d.peer=%s:4000\n" % (i, host.encode()) for i, host in enumerate(hosts)))

    def close(self):
        self.listening.close()
        if self.watching:
            self.watching.close()


class FenceTest(DirectoryTest, ChainFiles, SoundRig):
    """Without a scraper: viewers at 127.0.0.1 are taken for granted."""

    def setUp(self):
        super().setUp()
        self.write_files(self.directory, "sound = yes\nlog_level = debug")
        self.control_socket = os.path.join(self.directory, "control.sock")
        self.scraper = FakeScraper(self.control_socket)
        self.addCleanup(self.scraper.close)
        self.sound_socket = os.path.join(self.directory, "no-server")

    def start_rig(self, make=None):
        self.server = (make or PulseAudio)(self.directory, self.addCleanup)
        self.sound_socket = self.server.socket
        self.start_sound()

    def listen(self):
        """The first listener; from then on the scraper tells of changes."""
        listener = Listener(self.sound_port)
        self.addCleanup(listener.socket.close)
        self.scraper.accept()
        return listener

    def state(self):
        """What a listener might change."""
        return [self.server.pactl("list", "short", what).stdout for what in
                ("modules", "sinks", "sources", "sink-inputs")] + [
                    self.server.pactl("get-sink-volume", "null").stdout,
                    self.server.pactl("get-sink-mute", "null").stdout,
                    self.server.pactl("get-default-sink").stdout]

    def check_commands(self, make):
        """Each command of the protocol, with nothing and with something behind it."""
        self.start_rig(make)
        keeper = self.listen().authenticate()
        before = self.state()
        passing = {20, 22, 24}
        for command in range(LAST_COMMAND + 2):
            for rest in (b"", u32(0), b"tmodule-null-sink\0N", u32(0) + b"tnull\0" + b"1"):
                with Listener(self.sound_port).authenticate() as listener:
                    listener.send(packet(u32(command) + u32(1) + rest))
                    if command in passing and not rest:
                        self.assertEqual(listener.receive(), 2)
                    elif command == 35 and rest == u32(0):
                        self.assertEqual(listener.receive(), 2)
                    elif command in (6, 59) and rest == u32(0):
                        self.assertEqual(listener.receive(), 0)  # no such stream
                    else:
                        self.assertTrue(listener.is_ended())
        self.assertEqual(self.state(), before)
        keeper.send(packet(u32(20) + u32(1)))
        self.assertEqual(keeper.receive(), 2)

    def test_every_command_at_pulseaudio(self):
        self.check_commands(PulseAudio)

    def test_every_command_at_pipewire(self):
        self.check_commands(PipeWire)

    def check_pactl(self, make):
        self.start_rig(make)
        self.listen().authenticate()
        before = self.state()
        for command in ("load-module module-null-sink", "unload-module 0", "set-sink-mute null 1",
                        "set-sink-volume null 10%", "set-default-sink other",
                        "set-default-source null.monitor", "suspend-sink null 1", "exit",
                        "set-source-mute mic 1", "stat", "list modules", "list clients",
                        "move-source-output 0 mic", "kill-client 0", "upload-sample /bin/sh x",
                        "play-sample x", "remove-sample x"):
            self.assertNotEqual(self.pactl(*command.split()).returncode, 0, command)
        self.assertEqual(self.state(), before)
        for command in "info", "list short sinks", "list short sources":
            self.assertEqual(self.pactl(*command.split()).returncode, 0, command)
        playing = subprocess.run(["pacat", "--playback", "--raw", "/dev/zero"], check=False,
                                 env=self.environment(), stderr=subprocess.DEVNULL, timeout=60)
        self.assertNotEqual(playing.returncode, 0)

    def test_pactl_at_pulseaudio(self):
        self.check_pactl(PulseAudio)

    def test_pactl_at_pipewire(self):
        self.check_pactl(PipeWire)

    def check_sources(self, make, others):
        """Only what the default sink plays is heard, under any of its monitor's names."""
        self.start_rig(make)
        self.server.play_tone()
        keeper = self.listen().authenticate()
        for device in "null.monitor", "@DEFAULT_MONITOR@":
            self.assert_tone(self.record(device))
        for device in ("mic", "@DEFAULT_SOURCE@", "null", *others):
            self.assertEqual(self.record(device), b"", device)
        sources = self.server.pactl("list", "short", "sources").stdout.decode().splitlines()
        numbers = {line.split("\t")[1]: line.split("\t")[0] for line in sources}
        self.assertEqual(self.record(numbers["mic"]), b"")
        self.assertEqual(self.pactl("list", "short", "source-outputs").stdout, b"")
        keeper.send(packet(u32(20) + u32(1)))
        self.assertEqual(keeper.receive(), 2)

    def test_sources_of_pulseaudio(self):
        self.check_sources(PulseAudio, ["other.monitor"])

    def test_sources_of_pipewire(self):
        self.check_sources(PipeWire, [])

    def check_sink_goes(self, make):
        """The stream is not moved to a microphone then, but is made again at the next sink."""
        self.start_rig(make)
        module = self.server.pactl("load-module", "module-null-sink", "sink_name=card").stdout
        self.server.pactl("set-default-sink", "card")
        wait_until(lambda: b"Default Sink: card" in self.server.pactl("info").stdout, "the sink")
        self.server.play_tone("null")
        self.listen().authenticate()

        def outputs():
            return self.server.pactl("list", "short", "source-outputs").stdout

        recorder = self.parec("@DEFAULT_MONITOR@")
        self.assertTrue(recorder.stdout.read(4096))
        before = outputs()
        self.server.pactl("move-source-output", before.split()[0].decode(), "mic")
        self.assertTrue(recorder.stdout.read(ENOUGH))
        self.assertEqual(outputs(), before)
        recorder.kill()
        wait_until(lambda: not outputs(), "the end of the recorder")

        recorder = self.parec("card.monitor", "--latency-msec=50")
        self.assertTrue(recorder.stdout.read(4096))
        self.server.pactl("unload-module", module.decode().strip())
        recorder.stdout.read(8 * ENOUGH)
        self.assert_tone(recorder.stdout.read(ENOUGH))

    def test_the_sink_of_pulseaudio_goes(self):
        self.check_sink_goes(PulseAudio)

    def test_the_sink_of_pipewire_goes(self):
        self.check_sink_goes(PipeWire)

    def test_the_server_vanishes(self):
        self.start_rig()
        listener = self.listen().authenticate()
        self.server.stop()
        self.assertTrue(listener.is_ended())
        self.assertIn("the sound server has gone", self.sound.read_log())

    def check_next_server(self, make):
        """One that only listens hears the next server, as after a logout and login."""
        self.start_rig(make)
        self.server.play_tone()
        asking = self.listen().authenticate()
        recorder = self.parec("null.monitor", "--latency-msec=50")
        for _ in range(3):
            self.assert_tone(recorder.stdout.read(2 * ENOUGH)[-ENOUGH:])
            self.server.stop()
            self.server.begin()
            self.server.play_tone()
            recorder.stdout.read(2 * ENOUGH)  # some is silence
        self.assertTrue(asking.is_ended())
        self.scraper.tell([])
        self.sound.wait_log("the last viewer of that address has disconnected")
        recorder.stdout.read()

    def test_the_next_pulseaudio(self):
        self.check_next_server(PulseAudio)

    def test_the_next_pipewire(self):
        self.check_next_server(PipeWire)

    def test_a_viewer_goes_while_there_is_no_server(self):
        self.start_rig()
        self.listen().authenticate()
        recorder = self.parec("null.monitor")
        self.assertTrue(recorder.stdout.read(4096))
        self.server.stop()
        self.scraper.tell([])
        self.sound.wait_log("the last viewer of that address has disconnected")
        recorder.stdout.read()

    def test_the_server_comes_late(self):
        self.sound_socket = os.path.join(self.directory, "sound/pulse/native")
        self.start_sound()
        listener = self.listen()
        listener.send(authentication())
        self.server = PulseAudio(self.directory, self.addCleanup)
        self.assertEqual(listener.receive(), 2)

    def test_bad_input(self):
        self.start_rig()
        keeper = self.listen().authenticate()
        whole = authentication()
        for n in range(0, len(whole), 7):
            with Listener(self.sound_port) as listener:
                listener.send(whole[:n])
                listener.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(listener.is_ended())
        for bad in (packet(b"", 1 << 31), packet(b"", 0xffffffff), packet(b"", 0),
                    packet(b"", 16385), packet(b"x" * 64, channel=0), packet(bytes(64)),
                    packet(b"x" * 16, flags=0x80000000), packet(b"", flags=0x40000000),
                    authentication(8), authentication() + authentication(), b"GET / HTTP/1.0\r\n" * 2):
            with Listener(self.sound_port) as listener:
                listener.send(bad)
                self.assertTrue(listener.is_ended(), bad)
        with Listener(self.sound_port).authenticate() as listener:
            listener.send(b"".join(packet(u32(20) + u32(i)) for i in range(1, 5000)))
            self.assertTrue(listener.is_ended())
        keeper.send(packet(u32(20) + u32(1)))
        self.assertEqual(keeper.receive(), 2)

    def test_many_connections(self):
        """Those over the limit are refused; the others go on."""
        self.start_rig()
        keeper = self.listen().authenticate()
        listeners = [Listener(self.sound_port).authenticate() for _ in range(31)]
        for _ in range(50):
            self.assert_refused()
        keeper.send(packet(u32(20) + u32(1)))
        self.assertEqual(keeper.receive(), 2)
        for listener in listeners:
            listener.socket.close()
        def can_again():
            with Listener(self.sound_port) as listener:
                listener.send(authentication())
                try:
                    return listener.receive() == 2
                except (EOFError, ConnectionResetError):
                    return False
        wait_until(can_again, "a place")

    def test_one_that_does_not_read_delays_nobody(self):
        self.start_rig()
        self.server.play_tone()
        self.listen().authenticate()
        lazy = self.parec("null.monitor")
        self.assertTrue(lazy.stdout.read(64))
        os.kill(lazy.pid, 19)
        self.addCleanup(os.kill, lazy.pid, 18)
        for _ in range(3):
            self.assert_tone(self.record())

    def test_the_scraper_goes_or_is_not_there(self):
        self.start_rig()
        listener = self.listen().authenticate()
        self.scraper.watching.close()
        self.scraper.watching = None
        self.assertTrue(listener.is_ended())
        self.scraper.close()
        self.assert_refused()
        os.unlink(self.control_socket)
        self.assert_refused()

    def test_addresses(self):
        self.start_rig()
        listener = self.listen().authenticate()
        self.assert_refused("127.0.0.2")
        self.scraper.tell(["127.0.0.1", "127.0.0.2"])
        other = Listener(self.sound_port, "127.0.0.2").authenticate()
        self.scraper.tell(["127.0.0.2"])
        self.assertTrue(listener.is_ended())
        self.assert_refused("127.0.0.1")
        other.send(packet(u32(20) + u32(1)))
        self.assertEqual(other.receive(), 2)
        other.socket.close()

    def test_it_ends_when_idle(self):
        self.server = PulseAudio(self.directory, self.addCleanup)
        self.sound_socket = self.server.socket
        self.start_sound("--exit-idle-time", "1s")
        self.listen().authenticate().socket.close()
        self.sound.wait_ended()
        self.listen().authenticate().socket.close()
        self.sound.wait_ended()
        self.assertEqual(self.sound.statuses, [0, 0])

    def test_sound_is_off(self):
        self.write_config("sound = no")
        self.start_sound()
        self.assert_refused()
        self.assertIn("sound = no", self.sound.read_log())
        self.sound.kill()
        self.sound.statuses.clear()
        self.write_config("sound = perhaps")
        self.assert_refused()
        self.sound.wait_log("perhaps")

    def test_another_user(self):
        with open(self.config_path, "w", encoding="utf-8") as file:
            file.write("user = %s-not\nsound = yes\n" % getpass.getuser())
        self.start_sound()
        self.assert_refused()
        self.assertIn("another user", self.sound.read_log())


class ProbeTest(DirectoryTest):
    """What doctor asks, as the user."""

    def probe(self):
        done = run("ctl/gpudesk", "x-probe", "--sound",
                         env={**os.environ, "XDG_RUNTIME_DIR": self.directory + "/sound"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return dict(line.split("=", 1) for line in done.stdout.splitlines())

    def check(self, make):
        self.assertEqual(self.probe(), {"SOUND_SERVER": "0", "DONE": "1"})
        make(self.directory, self.addCleanup)
        self.assertEqual(self.probe(), {"SOUND_SERVER": "1", "SINKS": "1", "DEFAULT_SINK": "null",
                                        "DONE": "1"})

    def test_pulseaudio(self):
        self.check(PulseAudio)

    def test_pipewire(self):
        self.check(PipeWire)


class ViewerTest(ChainTest, SoundRig):
    """With the real scraper: before, with and after a viewer."""

    config = "sound = yes"

    def start_all(self):
        need("pulseaudio")
        self.control_socket = os.path.join(self.directory, "control.sock")
        self.server = PulseAudio(self.directory, self.addCleanup)
        self.sound_socket = self.server.socket
        self.start_chain()
        self.start_sound()

    def test_who_may_listen(self):
        need("parec")
        self.start_all()
        self.server.play_tone()
        self.assert_refused()
        viewer = self.log_in()
        self.assert_tone(self.record())
        self.assert_refused("127.0.0.2")
        other = self.log_in()
        listener = Listener(self.sound_port).authenticate()
        viewer.close()
        self.assert_tone(self.record())
        other.close()
        self.assertTrue(listener.is_ended())
        self.assertIn("the last viewer of that address has disconnected", self.sound.read_log())
        self.assert_refused()

    def test_it_is_switched_off_and_on(self):
        """The next listener is refused at once, those who listen end with `gpudesk reload`."""
        self.start_all()
        self.log_in()
        keeper = Listener(self.sound_port).authenticate()
        self.write_config("sound = no")
        self.assert_refused()
        keeper.send(packet(u32(20) + u32(1)))
        self.assertEqual(keeper.receive(), 2)
        reload = run("ctl/gpudesk", "reload", "--config", self.config_path,
                     "--control-socket", self.control_socket)
        self.assertEqual(reload.returncode, 0, reload.stderr)
        self.assertTrue(keeper.is_ended())
        self.sound.wait_log("listens no longer: sound = no in gpudesk.conf")
        self.write_config("sound = yes")
        Listener(self.sound_port).authenticate().socket.close()


if __name__ == "__main__":
    if not shutil.which("pactl"):
        raise SystemExit(77)
    chain.main()
