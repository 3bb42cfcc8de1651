# SPDX-License-Identifier: GPL-2.0-or-later
"""A socket whose program is started at a connection, again and again, as systemd does it.

systemd-socket-activate does it only once.
"""

import os
import select
import signal
import socket
import threading
import time

from lib import rfb
from lib.process import Process, spawn


class Activator(Process):
    """Holds the socket `listening`, and starts `command` whenever there is a connection to it and
    the command does not run."""

    def __init__(self, name, directory, listening, command):
        super().__init__(name, os.path.join(directory, name + ".log"))
        self.listening, self.command = listening, command
        self.statuses = []  # of all that ended
        self.n_started = 0
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
                self.pid = spawn(self.command, self.log_path, sockets=[self.listening])
                self.n_started += 1
                self._change.notify_all()
            # A zombie keeps its pid. It is reaped under the lock that signal() takes, so that no
            # other process gets the signal.
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            with self._change:
                status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
                self.statuses.append(status)
                self.pid = None
                self._change.notify_all()
            if status != 0:
                time.sleep(0.1)  # the units wait longer

    def signal(self, number):
        """Returns whether there was a process to get it."""
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

    def wait_ended(self):
        self.wait(lambda: self.pid is None, "its end")

    def kill(self):
        """Sends SIGKILL and waits for the end; the next connection starts it again."""
        n = len(self.statuses)
        if self.signal(signal.SIGKILL):
            self.wait(lambda: len(self.statuses) > n, "its end")

    def close(self):
        """Ends the program, then closes the socket."""
        self._over = True
        os.write(self._woken, b"x")
        self.signal(signal.SIGCONT)
        try:
            if self.signal(signal.SIGTERM):
                self.wait_ended()
        except AssertionError:
            self.kill()
            raise
        finally:
            self._thread.join(rfb.PATIENCE)
            self.listening.close()
            for fd in (self._wake, self._woken):
                os.close(fd)


def listen_tcp(host="127.0.0.1", port=0):
    """A socket like gpudesk.socket's."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(4096)
    listening.setblocking(False)
    return listening


def listen_local(path):
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(path)
    listening.listen(256)
    listening.setblocking(False)
    return listening
