#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gpudesk status, stop, disconnect and passwd, beside a running chain."""

import getpass
import json
import os
import pty
import re
import select
import socket
import stat
import subprocess
import threading
import time

from lib import chain, des, rfb
from lib.chain import LOOK_PASSWORD, ChainTest, wait_until
from lib.process import NOBODY, as_nobody, run

PROGRAM = "ctl/gpudesk"


def gpudesk(*arguments, **options):
    return run(PROGRAM, *arguments, **options)


class ControlTest(ChainTest):
    def setUp(self):
        super().setUp()
        self.control_socket = os.path.join(self.directory, "control.sock")

    def gpudesk(self, command, *arguments, status=0, **options):
        done = gpudesk(command, "--config", self.config_path, *arguments, **options)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def ask(self, command, *arguments, **options):
        return self.gpudesk(command, "--control-socket", self.control_socket, *arguments, **options)

    def read_status(self):
        return json.loads(self.ask("status", "--json").stdout)

    def send(self, question):
        """Sends a request to the socket itself; returns the answer."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
            control.settimeout(rfb.PATIENCE)
            control.connect(self.control_socket)
            control.send(question)
            return control.recv(65536)


class StatusTest(ControlTest):
    config = "max_viewers = 5\nidle_timeout = 90s"

    def test_nobody_has_come_yet(self):
        """systemd holds the socket; a request starts no scraper."""
        shown = json.loads(self.ask("status", "--json").stdout)
        self.assertIs(shown["scraper"]["running"], False)
        self.assertIn("not running", self.ask("status").stdout)
        self.assertIn("not running", self.ask("stop").stdout)
        self.assertIn("not running", self.ask("disconnect").stdout)

    def test_two_viewers(self):
        self.start_chain()
        begun = int(time.time())
        screen, viewer, looker = self.x_client(), self.log_in(), self.log_in(LOOK_PASSWORD)
        viewer.send(rfb.set_encodings(rfb.ZRLE, rfb.RAW))
        for seed in range(5):
            screen.do("noise", 0, 0, 400, 300, seed)
            viewer.fetch()
        looker.fetch(False)
        status = wait_until(lambda: self.settled(viewer, looker), "the figures")
        scraper = status["scraper"]
        self.assertEqual(scraper["pid"], self.scraper.pid)
        self.assertEqual(scraper["display"], self.x.display)
        self.assertEqual(scraper["size"], "800x600")
        self.assertEqual((scraper["waiting"], scraper["idle_timeout"], scraper["stops_in"]),
                         (0, 90, None))
        self.check_viewer(status, viewer, begun, "zrle", False)
        self.check_viewer(status, looker, begun, "raw", True)
        text = self.ask("status").stdout
        self.assertRegex(text, r"Viewers +2 of at most 5")
        self.assertRegex(text, r"stops 1 min 30 s after the last viewer disconnects")
        for peer in viewer, looker:
            self.assertIn("127.0.0.1:%d " % peer.socket.getsockname()[1], text)
        self.assertIn("view only", text)

    def shown(self, status, viewer):
        peer = "127.0.0.1:%d" % viewer.socket.getsockname()[1]
        return next(v for v in status["scraper"]["viewers"] if v["peer"] == peer)

    def settled(self, *viewers):
        """The status, once it counts what each viewer received."""
        status = self.read_status()
        if all(self.shown(status, v)["frames"] == v.n_updates for v in viewers):
            return status
        return None

    def check_viewer(self, status, viewer, begun, asks_for, view_only):
        shown = self.shown(status, viewer)
        pixels = 4 * 800 * 600
        self.assertEqual(shown["view_only"], view_only)
        self.assertEqual(shown["encoding"], "raw")  # of the same machine
        self.assertEqual(shown["asks_for"], asks_for)
        self.assertEqual(shown["link"], "local")
        self.assertGreaterEqual(shown["bytes"], pixels)
        self.assertLessEqual(begun - 1, shown["since"])
        self.assertLessEqual(shown["since"], time.time() + 1)
        self.assertGreater(shown["frames_per_second"], 0)
        self.assertLessEqual(shown["frames_per_second"], 2 * viewer.n_updates)

    def test_bytes_are_what_was_received(self):
        self.start_chain()
        viewer = self.log_in()
        viewer.fetch(False)
        counted = self.read_status()["scraper"]["viewers"][0]["bytes"]
        viewer.fetch(False)
        more = self.read_status()["scraper"]["viewers"][0]["bytes"] - counted
        # The pixels, and a few headers.
        self.assertLess(abs(more - 4 * 800 * 600), 1000)

    def test_watching(self):
        path = os.path.join(chain.BUILD, PROGRAM)
        with subprocess.Popen([path, "status", "--watch", "--config", self.config_path,
                               "--control-socket", self.control_socket], encoding="utf-8",
                              stdout=subprocess.PIPE) as watching:
            seen = []
            while seen.count("Viewers      none\n") < 2:
                seen.append(watching.stdout.readline())
                self.assertTrue(seen[-1])
            watching.terminate()
        self.assertNotIn("\33", "".join(seen))  # no terminal

    def test_when_it_stops(self):
        self.start_chain()
        viewer = self.log_in()
        viewer.close()
        self.scraper.wait_log("disconnected")
        stops_in = wait_until(lambda: self.read_status()["scraper"]["stops_in"], "the end")
        self.assertLessEqual(stops_in, 90)
        self.assertGreater(stops_in, 40)
        self.assertRegex(self.ask("status").stdout, r"stops in 1 min [0-9]+ s, unless a viewer connects")

    def test_questions_keep_nothing_alive(self):
        self.write_config("idle_timeout = 1s")
        self.start_chain()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as silent:
            self.log_in().close()
            silent.connect(self.control_socket)  # and asks nothing
            self.scraper.wait_log("no viewer is connected")
            self.assertEqual(self.scraper.wait(), 0)

    def test_odd_questions(self):
        self.start_chain()
        viewer = self.log_in()
        for question in b"", b"nonsense", b"status\n", b"x" * 32, b"x" * 33, b"y" * 5000, b"\0":
            if question:
                self.assertTrue(self.send(question).startswith(b"error "), question)
        self.assertTrue(self.send(b"status").startswith(b"ok\nversion="))
        # More silent connections than allowed: the newest is served.
        silent = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(20)]
        for one in silent:
            self.addCleanup(one.close)
            one.connect(self.control_socket)
        self.assertTrue(self.send(b"status").startswith(b"ok\n"))
        viewer.expect(self.picture(self.x_client()))

    def test_other_users_are_not_answered(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to be another user")
        self.start_chain()
        self.log_in()
        # systemd's socket mode refuses them; here the scraper has to.
        os.chmod(self.control_socket, 0o777)
        os.chmod(self.config_path, 0o644)
        done = self.ask("stop", status=1, **as_nobody(self.directory))
        self.assertIn("gave no answer", done.stderr)
        self.scraper.wait_log("user %d may not use it" % NOBODY)
        self.assertTrue(self.scraper.is_running())


class SettingsTest(ControlTest):
    config = "max_viewers = 5\nidle_timeout = 90s\nstatus_screen = no"

    def test_what_the_running_scraper_has(self):
        self.start_chain()
        viewer = self.log_in()
        self.assertEqual(self.read_status()["running_settings"], {})
        self.assertNotIn("gpudesk reload", self.ask("status").stdout)
        self.write_config("max_viewers = 1\nidle_timeout = 2min\nframe_rate = 7\nallow = 127.0.0.1\n"
                          "status_screen = no")
        status = self.read_status()
        self.assertEqual(status["running_settings"],
                         {"max_viewers": 5, "idle_timeout": 90, "frame_rate": 60})
        self.assertEqual((status["settings"]["max_viewers"], status["settings"]["idle_timeout"],
                          status["settings"]["desktop_timeout"], status["settings"]["view_only"]),
                         (1, 120, None, False))
        text = self.ask("status").stdout
        self.assertIn("  * idle_timeout = 2min; the running scraper has 1min 30s\n", text)
        self.assertIn("To apply them now: gpudesk reload", text)
        self.assertIn("read the settings again", self.ask("reload").stdout)
        # What all viewers share stays as long as there are any.
        wait_until(lambda: self.read_status()["running_settings"] == {"frame_rate": 60}, "reload")
        self.assertRegex(self.refusal(), "max_viewers")
        viewer.close()
        self.scraper.wait_log("disconnected")
        self.ask("reload")
        self.assertEqual(self.scraper.wait(), 0)

    def test_reload_without_a_change(self):
        self.start_chain()
        self.log_in().close()
        self.scraper.wait_log("disconnected")
        self.ask("reload")
        self.assertTrue(self.read_status()["scraper"]["running"])


class ConfigTest(ControlTest):
    config = "max_viewers = 5\nidle_timeout = 90s"

    def test_every_key(self):
        shown = self.gpudesk("config").stdout
        self.assertRegex(shown, r"(?m)^max_viewers = 5 +# .*gpudesk\.conf:3$")
        self.assertRegex(shown, r"(?m)^idle_timeout = 1min 30s +# .*gpudesk\.conf:4$")
        self.assertRegex(shown, r"(?m)^frame_rate = 60 +# default$")
        path = os.path.join(self.directory, "copy.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(shown)
        again = gpudesk("config", "--config", path)
        self.assertEqual(again.returncode, 0)
        values = [line.partition("#")[0] for line in shown.splitlines()]
        self.assertEqual([line.partition("#")[0] for line in again.stdout.splitlines()], values)

    def test_json(self):
        shown = json.loads(self.gpudesk("config", "--json").stdout)
        self.assertEqual((shown["schema"], shown["refusal"]), (1, None))
        settings = shown["settings"]
        self.assertEqual(settings["max_viewers"]["value"], 5)
        self.assertTrue(settings["max_viewers"]["from"].endswith("gpudesk.conf:3"))
        self.assertEqual(settings["idle_timeout"]["value"], 90)
        self.assertEqual(settings["desktop_timeout"], {"value": None, "from": None})
        self.assertIs(settings["view_only"]["value"], False)
        self.assertEqual(settings["clipboard_limit"]["value"], 262144)

    def test_check(self):
        for text, status in ("frame_rate = 30", 0), ("frame_rate = many", 1), ("allow = all", 1):
            self.write_config(text)
            done = gpudesk("config", "--check", self.config_path)
            self.assertEqual(done.returncode, status, text)
            self.assertEqual("is valid" in done.stdout, status == 0)
            self.assertEqual("gpudesk.conf:3: " in done.stderr, status == 1)
        done = gpudesk("config", "--check", os.path.join(self.directory, "missing"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("No such file", done.stderr)


class CommandTest(ControlTest):
    def test_disconnect(self):
        self.start_chain()
        viewers = [self.log_in(), self.log_in(LOOK_PASSWORD)]
        self.assertIn("were disconnected", self.ask("disconnect").stdout)
        for viewer in viewers:
            viewer.wait_closed()
        self.assertEqual(self.scraper.read_log().count("gpudesk disconnect was called"), 2)
        wait_until(lambda: self.read_status()["scraper"]["viewers"] == [], "no viewers")
        # The scraper stays, and accepts the next viewer.
        self.log_in().expect(self.picture(self.x_client()))

    def test_stop(self):
        self.start_chain()
        viewer = self.log_in()
        self.assertIn("is stopping", self.ask("stop").stdout)
        viewer.wait_closed()
        self.assertEqual(self.scraper.wait(), 0)
        self.assertIn("gpudesk stop was called", self.scraper.read_log())

    def test_without_a_control_socket(self):
        """As with an older unit: everything else works."""
        self.control_socket = None
        self.start_chain()
        self.log_in().expect(self.picture(self.x_client()))


class WordsTest(ControlTest):
    def test_no_rights(self):
        path = self.control_socket
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(path)
            listener.listen()
            os.chmod(path, 0)
            os.chmod(self.config_path, 0o644)
            nobody = as_nobody(self.directory)
            done = self.ask("status", status=1, **nobody)
            words = "only root and %s may use" % getpass.getuser()
            self.assertIn(words, done.stdout)
            for command in "stop", "disconnect":
                self.assertIn(words, self.ask(command, status=1, **nobody).stderr)

    def test_a_scraper_that_sends_what_terminals_obey(self):
        """It runs as the desktop's user, and whoever reads its answer may be root."""
        answer = "ok\nversion=1\npid=1\nsession=\33]0;x\7\x9b2J\ndisplay=\33[2J\n"

        def serve():
            connection = listener.accept()[0]
            connection.recv(100)
            connection.send(answer.encode("latin-1"))
            connection.close()

        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self.control_socket)
            listener.listen()
            thread = threading.Thread(target=serve)
            thread.start()
            done = self.gpudesk("status", "--control-socket", self.control_socket,
                                encoding=None, errors=None)
            thread.join()
        for byte in b"\33\7\x9b":
            self.assertNotIn(byte, done.stdout + done.stderr)
        self.assertIn(b"?[2J", done.stdout)

    def test_wrong_words(self):
        for arguments, words in (
                ((), "Usage"), (("nonsense",), "no command 'nonsense'"),
                (("--nonsense",), "unrecognized option"), (("status", "x"), "no argument 'x'"),
                (("status", "--nonsense"), "unrecognized option"),
                (("stop", "now"), "no argument"), (("--config",), "requires an argument"),
                (("passwd", "--user"), "requires an arg"),
                (("disconnect", "--control-socket"), "requires an argument"),
                (("help", "nonsense"), "no command 'nonsense'"), (("logs", "-x"), "invalid option"),
                (("doctor", "--quiet", "--all"), "cannot be used together")):
            done = gpudesk(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(words, done.stderr + done.stdout)
            if arguments:
                self.assertRegex(done.stderr, "(?m)^(.*/)?gpudesk( [a-z-]+)?: ")

    def test_a_config_that_is_not_there(self):
        for command in "status", "doctor", "config", "stop", "logs", "passwd":
            done = gpudesk(command, "--config", "/nonexistent/gpudesk.conf")
            self.assertEqual((done.returncode, done.stdout), (1, ""), command)
            self.assertIn("/nonexistent/gpudesk.conf: No such file", done.stderr)

    def test_help(self):
        shown = gpudesk("--help")
        self.assertEqual(shown.returncode, 0)
        names = re.findall(r"^  ([a-z]+) ", shown.stdout, re.M)
        self.assertLessEqual({"status", "passwd", "disconnect", "stop"}, set(names))
        for name in names:
            done = gpudesk(name, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            self.assertTrue(done.stdout.startswith("Usage: gpudesk %s " % name), done.stdout)
            for arguments in (name, "-h"), ("help", name):
                self.assertEqual(gpudesk(*arguments).stdout, done.stdout)
            self.assertRegex(gpudesk(name, "-V").stdout, r"^gpudesk [0-9]")
        for arguments in ("-h",), ("help",), ("help", "help"), ("help", "--help"), ("help", "-h"):
            self.assertEqual(gpudesk(*arguments).stdout, shown.stdout)
        wrong = gpudesk("config", "extra")
        self.assertEqual(wrong.returncode, 2)
        self.assertEqual(wrong.stderr, "gpudesk config: it takes no argument 'extra'\n"
                         "Try 'gpudesk config --help'.\n")
        for program in PROGRAM, "proxy/gpudesk-proxy", "scraper/gpudesk-scraper", \
                "desktop/gpudesk-desktop":
            for option in "--version", "-V":
                self.assertRegex(run(program, option).stdout, r"^gpudesk[a-z-]* [0-9]")
            self.assertEqual(run(program, "-h").stdout, run(program, "--help").stdout)

    def complete(self, *words):
        """What bash offers for the last of the words."""
        script = ('gpudesk() { "$PROGRAM" "$@"; }; source "$1"; shift; COMP_WORDS=("$@")\n'
                  'COMP_CWORD=$(($# - 1)); _gpudesk; printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "bash",
                               os.path.join(os.environ["SRCDIR"], "completions/gpudesk.bash"), "gpudesk",
                               *words], env={**os.environ, "PROGRAM": os.path.join(
                                   chain.BUILD, PROGRAM)}, capture_output=True, text=True,
                              check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_completion(self):
        commands = re.findall(r"^  ([a-z]+) ", gpudesk("--help").stdout, re.M)
        self.assertEqual(self.complete("help", ""), commands)
        self.assertEqual(self.complete(""), [*commands, "--config", "--help", "--version"])
        self.assertEqual(self.complete("--config", "/x", "re"), ["reload"])
        for command in commands:
            options = re.findall(r"^  (--[a-z-]+)", gpudesk(command, "--help").stdout, re.M)
            self.assertLessEqual({"--config", "--help", "--version"}, set(options))
            self.assertEqual(self.complete(command, "-"), options)
        self.assertEqual(self.complete("logs", "--f"), ["--follow"])
        self.assertIn("/etc/passwd", self.complete("config", "--check", "/etc/passw"))
        self.assertIn("root", self.complete("setup", "--user", "ro"))

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = gpudesk("status", "--config", self.config_path, stdout=full)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to", done.stderr)


class GpuTest(ControlTest):
    """With a libnvidia-ml.so.1 of our own: tests/nvml/fake_nvml.c."""

    def nvidia(self, which, *arguments, **environment):
        path = os.path.join(chain.BUILD, "tests/nvml", which)
        return self.ask("status", *arguments,
                        env=dict(os.environ, LD_LIBRARY_PATH=path, **environment)).stdout

    def test_figures(self):
        me, parent = os.getpid(), os.getppid()
        words = "g:%d:147 c:%d:100 g:%d:121 c:%d:? c:4194305:9" % (me, me, parent, 1)
        shown = json.loads(self.nvidia("new", "--json", FAKE_NVML_PROCESSES=words))["nvidia"]
        self.assertEqual((shown["driver"], shown["error"]), ("550.54.15", None))
        first, second = shown["gpus"]
        self.assertEqual((first["name"], first["uuid"], first["bus_id"], first["utilization"]),
                         ("Fake GPU one", "GPU-0", "00000000:04:00.0", 37))
        self.assertEqual((first["memory_used"], first["memory_total"]), (1234 << 20, 40960 << 20))
        found = {p["pid"]: p for p in first["processes"]}
        self.assertEqual(sorted(found), sorted({me, parent, 1, 4194305}))
        self.assertEqual([found[me][key] for key in ("memory", "graphics", "compute")],
                         [147 << 20, True, True])
        with open("/proc/self/comm", encoding="utf-8") as name:
            self.assertEqual(found[me]["name"], name.read().strip())
        self.assertIsNone(found[1]["memory"])
        self.assertIsNone(found[4194305]["name"])
        self.assertEqual((second["memory_used"], second["utilization"], second["processes"]),
                         (None, None, []))
        text = self.nvidia("new", FAKE_NVML_PROCESSES=words)
        self.assertRegex(text, "GPU 0 +Fake GPU one, 00000000:04:00.0, 37 % busy\n"
                               " +1234 MiB of 40960 MiB used")
        self.assertRegex(text, r"  %d  147 MiB  GC" % me)

    def test_old_driver(self):
        shown = json.loads(self.nvidia("old", "--json", FAKE_NVML_PROCESSES="g:1:5 g:2:6"))
        gpu = shown["nvidia"]["gpus"][0]
        self.assertEqual((gpu["memory_used"], gpu["memory_total"]), (1192 << 20, 8192 << 20))
        self.assertEqual([(p["pid"], p["memory"]) for p in gpu["processes"]],
                         [(1, 5 << 20), (2, 6 << 20)])

    def test_many_processes(self):
        words = " ".join("g:%d:1" % pid for pid in range(5000000, 5000500))
        shown = json.loads(self.nvidia("new", "--json", FAKE_NVML_PROCESSES=words))
        self.assertEqual(len(shown["nvidia"]["gpus"][0]["processes"]), 500)
        self.assertIn("5000499", self.nvidia("new", FAKE_NVML_PROCESSES=words))

    def test_a_lost_gpu_hides_no_others(self):
        shown = json.loads(self.nvidia("new", "--json", FAKE_NVML_LOST="0"))["nvidia"]
        lost, second = shown["gpus"]
        self.assertIsNone(shown["error"])
        self.assertEqual(lost["error"], "cannot be accessed: GPU is lost")
        self.assertEqual((second["name"], second["error"]), ("Fake GPU two", None))
        text = self.nvidia("new", FAKE_NVML_LOST="0")
        self.assertRegex(text, "GPU 0 +cannot be accessed: GPU is lost\nGPU 1 +Fake GPU two")

    def test_driver_that_is_not_loaded(self):
        shown = self.nvidia("new", FAKE_NVML_ERROR="9")
        self.assertIn("GPU          NVIDIA's driver does not answer: Driver Not Loaded", shown)

    def test_library_that_is_none(self):
        path = os.path.join(self.directory, "libnvidia-ml.so.1")
        with open(path, "w", encoding="utf-8") as file:
            file.write("no library")
        shown = self.ask("status", env=dict(os.environ, LD_LIBRARY_PATH=self.directory)).stdout
        self.assertIn("GPU          no NVIDIA driver", shown)


class RecordTest(ControlTest):
    """--root: the records of a tree that is not this machine's."""

    def write_record(self, name, **fields):
        directory = os.path.join(self.directory, "root/run/gpudesk/sessions")
        os.makedirs(directory, mode=0o755, exist_ok=True)
        record = {"USER": getpass.getuser(), "UID": os.geteuid(), "SESSION": name, "TYPE": "x11",
                  "SERVICE": "gdm-autologin", "OPENED": "2026-11-22T11:09:13Z", **fields}
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.writelines("%s=%s\n" % pair for pair in record.items())
        os.chmod(os.path.join(directory, name), 0o644)

    def read(self, *arguments):
        return self.ask("status", "--root", os.path.join(self.directory, "root"), *arguments,
                        env=dict(os.environ, TZ="UTC")).stdout

    def test_records(self):
        self.assertIn("Session      none is recorded in", self.read())
        self.write_record("no-such-session")
        self.write_record("broken", TYPE="")
        shown = {s["session"]: s for s in json.loads(self.read("--json"))["sessions"]}
        self.assertEqual(sorted(shown), ["broken", "no-such-session"])
        self.assertEqual(shown["no-such-session"]["service"], "gdm-autologin")
        self.assertIs(shown["no-such-session"]["fresh"], False)  # logind knows none of that name
        self.assertIs(shown["broken"]["fresh"], False)
        text = self.read()
        self.assertRegex(text, "session no-such-session of %s, x11, by gdm-autologin, since "
                               "2026-11-22 11:09:13; stale: " % getpass.getuser())
        self.assertEqual(shown["no-such-session"]["opened"], 1795345753)
        self.assertIn("session broken: cannot use its record", text)

    def test_settings(self):
        self.write_config("max_viewers = 3\nresize = perhaps\nview_only = perhaps")
        done = self.ask("status", status=3)
        self.assertIn("  * max_viewers = 3\n", done.stdout)
        self.assertIn("    idle_timeout = 10min\n", done.stdout)
        self.assertIn("Every connection is refused: %s:5: " % self.config_path, done.stdout)
        self.assertEqual(done.stderr.count("perhaps"), 2)


class PasswordTest(ControlTest):
    def set_password(self, *arguments, text=None, status=0):
        return self.gpudesk("passwd", "--user", getpass.getuser(), *arguments, status=status,
                            **({"input": text} if text is not None else {}))

    def read(self):
        with open(self.password_path, "rb") as file:
            return file.read()

    def test_one_and_the_other(self):
        os.unlink(self.password_path)
        self.assertIn("no password yet",
                      self.set_password("--view-only", text="lookers\n", status=1).stderr)
        self.set_password(text="a new one\n")
        self.assertEqual(self.read(), des.vnc_password_file("a new on"))
        self.set_password("--view-only", text="lookers")
        self.assertEqual(self.read(), des.vnc_password_file("a new on", "lookers"))
        self.set_password(text="another1\nis not read")
        self.assertEqual(self.read(), des.vnc_password_file("another1", "lookers"))
        info = os.stat(self.password_path)
        self.assertEqual((stat.S_IMODE(info.st_mode), info.st_uid), (0o600, os.geteuid()))
        self.assertEqual([n for n in os.listdir(self.directory) if n.startswith(".")], [])

    def test_viewers_are_let_in_by_it(self):
        self.start_chain()
        self.set_password(text="brandnew\n")
        password = self.set_password("--view-only", "--generate").stdout.strip()
        self.assertRegex(password, "^[a-zA-Z2-9]{8}$")
        self.refusal()
        self.log_in("brandnew")
        self.log_in(password)
        self.scraper.wait_log(", view only")

    def test_as_vncpasswd_does(self):
        tool = "/usr/bin/vncpasswd"
        if not os.access(tool, os.X_OK):
            self.skipTest("no vncpasswd")
        for password in "simple", "eight888", "longer than that", " blank ":
            done = subprocess.run([tool, "-f"], input=password + "\n", stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, check=False,
                                  **{"encoding": "latin-1"})
            os.unlink(self.password_path)
            self.set_password(text=password + "\n")
            self.assertEqual(self.read(), done.stdout.encode("latin-1")[:8], password)

    def test_what_is_refused(self):
        before = self.read()
        for text, words in ("", "no password"), ("\n", "at least 6"), ("12345\n", "at least 6"), \
                ("tab\tbed\n", "control character"), ("x" * 256 + "\n", "too long"):
            done = self.set_password(text=text, status=1)
            self.assertIn(words, done.stderr)
            self.assertEqual(self.read(), before)
        self.assertIn("first 8 characters count", self.set_password(text="123456789\n").stderr)

    def test_folders_that_others_can_change(self):
        os.chmod(self.directory, 0o777)
        self.assertIn("written by others", self.set_password("--generate", status=1).stderr)
        os.chmod(self.directory, 0o700)
        os.rename(self.password_path, self.password_path + ".old")
        os.symlink(self.password_path + ".old", self.password_path)
        self.assertIn("symbolic link", self.set_password("--generate", status=1).stderr)

    def test_of_others(self):
        self.assertIn("no user", gpudesk("passwd", "--user", "no-such-user", "--generate").stderr)
        if os.geteuid() == 0:
            self.assertIn("--user", gpudesk("passwd", "--generate").stderr)
        done = gpudesk("passwd", "--user", "root", "--generate", **as_nobody(self.directory))
        self.assertEqual(done.returncode, 1)
        self.assertIn("only root may set the password of root", done.stderr)

    def type_in(self, *lines):
        """On a terminal; returns the exit status and what was shown."""
        pid, terminal = pty.fork()
        if pid == 0:
            path = os.path.join(chain.BUILD, PROGRAM)
            os.execv(path, [path, "passwd", "--config", self.config_path, "--user",
                            getpass.getuser()])
        shown = b""
        waiting = list(lines)
        try:
            while select.select([terminal], [], [], rfb.PATIENCE)[0]:
                try:  # fails when the other side is closed
                    shown += os.read(terminal, 4096)
                except OSError:
                    break
                if waiting and shown.endswith(b": "):
                    os.write(terminal, waiting.pop(0))
                    shown += b"|"
        finally:
            os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def test_on_a_terminal(self):
        status, shown = self.type_in(b"typed-in\n", b"typed-in\n")
        self.assertEqual(status, 0, shown)
        self.assertNotIn("typed-in", shown)
        self.assertEqual(self.read(), des.vnc_password_file("typed-in", LOOK_PASSWORD))
        status, shown = self.type_in(b"typed-in\n", b"typed-on\n")
        self.assertEqual(status, 1)
        self.assertIn("do not match", shown)
        status, shown = self.type_in(b"typed\x03")
        self.assertEqual(status, -2, shown)  # SIGINT, after the echo was switched on again
        self.assertEqual(self.read(), des.vnc_password_file("typed-in", LOOK_PASSWORD))


if __name__ == "__main__":
    chain.main()
