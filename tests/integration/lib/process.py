# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that tests start and end, each with its output in a file, and X servers among them."""

import fcntl
import itertools
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import time

from lib import rfb

BUILD = os.environ.get("BUILDDIR", ".")
NOBODY = 65534


def wait_until(condition, what):
    """Returns what `condition` returns as soon as that is true."""
    end = time.monotonic() + rfb.PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain for " + what)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def survives_x():
    """Whether the scraper can go on when its X server is gone: libX11 before 1.7 has no call for
    that."""
    with open(os.path.join(BUILD, "scraper/gpudesk-scraper"), "rb") as file:
        return b"XSetIOErrorExitHandler" in file.read()


def run(program, *arguments, **options):
    """Runs one of the build's programs to its end. The options are subprocess.run's."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([os.path.join(BUILD, program), *arguments], check=False, timeout=120, **{
        "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8",
        "errors": "replace", **options})


def as_nobody(directory):
    """Options of `run` for gpudesk as a user with no rights: root becomes one, with a copy of the
    program in the directory, since that user may not reach the build."""
    if os.geteuid():
        return {}
    os.chmod(directory, 0o755)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": [],
            "executable": shutil.copy(os.path.join(BUILD, "ctl/gpudesk"), directory)}


def spawn(command, log_path, env=None, sockets=(), keep=(), setsid=False):
    """Returns the pid. The output is appended to the log. The process gets `sockets` as systemd
    passes them, and keeps the descriptors `keep`."""
    env = dict(os.environ if env is None else env)
    # Away from the descriptors that they are to become.
    copies = [fcntl.fcntl(s.fileno(), fcntl.F_DUPFD_CLOEXEC, 200) for s in sockets]
    actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
               (os.POSIX_SPAWN_DUP2, 1, 2), *((os.POSIX_SPAWN_DUP2, fd, fd) for fd in keep),
               *((os.POSIX_SPAWN_DUP2, fd, 3 + i) for i, fd in enumerate(copies))]
    if sockets:
        env["LISTEN_FDS"] = str(len(sockets))
        command = ["sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh", *command]
    try:
        return os.posix_spawnp(command[0], command, env, file_actions=actions,
                               setsigdef=[signal.SIGPIPE], setsid=setsid)
    finally:
        for fd in copies:
            os.close(fd)


class Process:
    """What can be read of a process. `pid` is None while there is none."""

    pid = None

    def __init__(self, name, log_path):
        self.name, self.log_path = name, log_path

    def read_log(self):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def wait_log(self, text, n=1):
        try:
            wait_until(lambda: self.read_log().count(text) >= n, "%r in the log of %s" %
                       (text, self.name))
        except AssertionError as error:
            raise AssertionError("%s: %s" % (error, self.read_log())) from None

    def read_proc(self, name):
        with open("/proc/%s/%s" % (self.pid, name), encoding="utf-8") as file:
            return file.read()

    def count_descriptors(self):
        pid = self.pid
        return len(os.listdir("/proc/%d/fd" % pid)) if pid else None

    def read_status(self, field):
        for line in self.read_proc("status").splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise AssertionError(field)

    def count_switches(self):
        return (self.read_status("voluntary_ctxt_switches") +
                self.read_status("nonvoluntary_ctxt_switches"))

    def read_cpu(self):
        """Seconds of CPU that it has used."""
        fields = self.read_proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_sanitized(self):
        return "libasan" in self.read_proc("maps")

    def limit(self, kind, value):
        """Sets a resource limit of the process. Returns what undoes that."""
        pid = self.pid
        before = resource.prlimit(pid, kind)
        resource.prlimit(pid, kind, (value, before[1]))
        return lambda: resource.prlimit(pid, kind, before)

    def leave_descriptors(self, n):
        """From now on it can have n descriptors more than it has. Returns what undoes that."""
        used = {int(fd) for fd in os.listdir("/proc/%d/fd" % self.pid)}
        free = (fd for fd in itertools.count() if fd not in used)
        return self.limit(resource.RLIMIT_NOFILE, next(itertools.islice(free, n, None)))

    def count_own_segments(self):
        """The System V shared memory segments that it has made."""
        with open("/proc/sysvipc/shm", encoding="ascii") as segments:
            next(segments)
            return sum(int(segment.split()[4]) == self.pid for segment in segments)

    def count_screens(self):
        """Shared memory of screens: mapped from a descriptor, or a segment of its own."""
        if self.pid is None:
            return 0
        return self.read_proc("maps").count("gpudesk-screen") + self.count_own_segments()


class Program(Process):
    """A process that is started once and ended by its test. The options are those of `spawn`."""

    def __init__(self, name, directory, command, **options):
        super().__init__(name, os.path.join(directory, "%s.%d.log" % (name, time.monotonic_ns())))
        self.status = None
        self.pid = spawn(command, self.log_path, **options)

    def is_running(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is None

    def wait(self):
        """Returns the exit status, or -SIGNAL."""
        wait_until(lambda: not self.is_running(), "the end of " + self.name)
        return self.status

    def end(self, number=signal.SIGTERM):
        if self.is_running():
            os.kill(self.pid, number)
        return self.wait()

    def kill(self):
        return self.end(signal.SIGKILL)


class Display(Program):
    """Xvfb on a free display, or on the one named, or the X server that `command` starts."""

    def __init__(self, directory, geometry="800x600x24", *arguments, name="Xvfb", display=None,
                 command=None):
        command = command or ["Xvfb", *([display] if display else []), "-screen", "0", geometry]
        receive, send = os.pipe()
        with os.fdopen(receive) as number:
            super().__init__(name, directory, [*command, "-displayfd", str(send), "-nolisten",
                                               "tcp", "-noreset", *arguments], keep=[send])
            os.close(send)
            self.display = ":" + number.readline().strip()
        if self.display == ":":
            self.kill()
            raise AssertionError("no %s: %s" % (command[0], self.read_log()))

    def environment(self, **more):
        """For the programs of this display."""
        return dict(os.environ, DISPLAY=self.display, **more)

    def xrandr(self, *arguments):
        return subprocess.run(["xrandr", "--display", self.display, *map(str, arguments)],
                              check=True, capture_output=True, encoding="utf-8").stdout

    def set_mode(self, width, height, output="screen", name=None):
        """As the desktop's display settings do it."""
        name = name or "test-%dx%d" % (width, height)
        if name not in self.xrandr():
            self.xrandr("--newmode", name, 50, width, width + 8, width + 16, width + 32, height,
                        height + 2, height + 4, height + 8)
            self.xrandr("--addmode", output, name)
        self.xrandr("--output", output, "--mode", name)

    def size(self):
        return tuple(map(int, re.search(r"current (\d+) x (\d+)", self.xrandr()).groups()))
