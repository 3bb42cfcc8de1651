# SPDX-License-Identifier: GPL-2.0-or-later
"""A socket that stays, and a program that is started for whoever connects to it, again and again.

That is what systemd does with the socket units; systemd-socket-activate does it once only.
"""

import os
import select
import signal
import socket
import threading
import time

from lib import rfb


class Activator:
    """Holds `listening` and runs `command` with it as long as that has something to do."""

    def __init__(self, name, directory, listening, command, limits="", wrapper=()):
        self.name, self.listening = name, listening
        self.command = [*wrapper, *command]
        self.limits = limits  # for the shell, as "ulimit -n 20"
        self.log_path = os.path.join(directory, name + ".log")
        self.statuses = []  # of all that have ended
        self.n_started = 0
        self.pid = None
        self._change = threading.Condition()
        self._wake, self._woken = os.pipe()
        self._over = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            select.select([self.listening, self._wake], [], [])
            with self._change:
                if self._over:
                    return
                self.pid = self._spawn()
                self.n_started += 1
                self._change.notify_all()
            # What has ended stays a zombie, so that its number is nobody else's, until the lock
            # is held that everybody takes who sends it a signal.
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            with self._change:
                status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
                self.statuses.append(status)
                self.pid = None
                self._change.notify_all()
            if status != 0:
                time.sleep(0.1)  # as the units do it, only shorter

    def _spawn(self):
        log = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        shell = "%s\nLISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"" % self.limits
        actions = [(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2),
                   (os.POSIX_SPAWN_DUP2, self.listening.fileno(), 3)]
        try:
            return os.posix_spawn("/bin/sh", ["sh", "-c", shell, "sh", *self.command], os.environ,
                                  file_actions=actions)
        finally:
            os.close(log)

    def signal(self, number):
        """Returns whether there was a process to send it to."""
        with self._change:
            if self.pid is None:
                return False
            os.kill(self.pid, number)
            return True

    def wait(self, condition, what):
        with self._change:
            if not self._change.wait_for(condition, rfb.PATIENCE):
                raise AssertionError("%s: waited in vain for %s; its log: %s" %
                                     (self.name, what, self.read_log()))

    def wait_running(self):
        self.wait(lambda: self.pid is not None, "its start")
        return self.pid

    def wait_ended(self):
        self.wait(lambda: self.pid is None, "its end")

    def kill(self):
        """SIGKILL, and waits until it is gone; the next connection starts it again."""
        n = len(self.statuses)
        if self.signal(signal.SIGKILL):
            self.wait(lambda: len(self.statuses) > n, "its end")

    def read_log(self):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def wait_log(self, text, n=1):
        end = time.monotonic() + rfb.PATIENCE
        while self.read_log().count(text) < n:
            if time.monotonic() > end:
                raise AssertionError("%r is not in the log of %s: %s" %
                                     (text, self.name, self.read_log()))
            time.sleep(0.02)

    def close(self):
        """Ends the program, and then the socket."""
        self._over = True
        os.write(self._woken, b"x")
        self.signal(signal.SIGCONT)
        if self.signal(signal.SIGTERM):
            try:
                self.wait_ended()
            except AssertionError:
                self.kill()
                raise
            finally:
                self._close()
        else:
            self._close()

    def _close(self):
        self._thread.join(rfb.PATIENCE)
        self.listening.close()
        for fd in (self._wake, self._woken):
            os.close(fd)


def listen_tcp(host="127.0.0.1", port=0):
    """As gpudesk.socket has it."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(256)
    listening.setblocking(False)
    return listening


def listen_local(path, kind=socket.SOCK_SEQPACKET):
    listening = socket.socket(socket.AF_UNIX, kind)
    listening.bind(path)
    listening.listen(256)
    listening.setblocking(False)
    return listening


def count_descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def read_status(pid, field):
    with open("/proc/%d/status" % pid, encoding="utf-8") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    raise AssertionError(field)


def read_cpu(pid):
    """Seconds of CPU that it has used."""
    with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def count_segments(*pids):
    """Shared memory of screens: mapped from a descriptor, or System V's that one of them made."""
    n = 0
    for pid in pids:
        with open("/proc/%d/maps" % pid, encoding="utf-8") as maps:
            n += sum("gpudesk-screen" in line for line in maps)
    with open("/proc/sysvipc/shm", encoding="ascii") as segments:
        next(segments)
        return n + sum(int(segment.split()[4]) in pids for segment in segments)
