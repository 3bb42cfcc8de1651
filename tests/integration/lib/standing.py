# SPDX-License-Identifier: GPL-2.0-or-later
"""The chain as it stands on a machine: whatever of it ends, the next connection starts it again."""

import getpass
import os
import signal
import socket

from lib import des, rfb
from lib.activator import (Activator, count_descriptors, count_segments, listen_local,
                           listen_tcp)
from lib.chain import BUILD, LOOK_PASSWORD, PASSWORD, Client, Display, wait_until


class StandingChain:
    """An X server, and sockets for proxy and scraper. `close` ends all of it."""

    def __init__(self, directory, config="", geometry="640x480x24", host="127.0.0.1", port=0,
                 proxy_limits="", scraper_limits="", scraper_wrapper=()):
        self.directory, self.geometry, self.host = directory, geometry, host
        self.password_path = os.path.join(directory, "passwd")
        self.config_path = os.path.join(directory, "gpudesk.conf")
        self.scraper_socket = os.path.join(directory, "scraper.sock")
        self.write_passwords(PASSWORD, LOOK_PASSWORD)
        self.write_config(config)
        self.x = self.proxy = self.scraper = None
        self.display = None
        self.fine_statuses = {0, -signal.SIGKILL}  # with which a program may end
        try:
            self.start_x()
            self.scraper = Activator(
                "scraper", directory, listen_local(self.scraper_socket),
                [os.path.join(BUILD, "scraper/gpudesk-scraper"), "--config", self.config_path,
                 "--display", self.display], scraper_limits, scraper_wrapper)
            listening = listen_tcp(host, port)
            self.port = listening.getsockname()[1]
            self.proxy = Activator(
                "proxy", directory, listening,
                [os.path.join(BUILD, "proxy/gpudesk-proxy"), "--config", self.config_path,
                 "--scraper-socket", self.scraper_socket], proxy_limits)
        except BaseException:
            self.close()
            raise

    def write_passwords(self, *passwords):
        self._replace(self.password_path, des.vnc_password_file(*passwords))

    def write_config(self, text):
        self._replace(self.config_path, ("user = %s\npassword_file = %s\n%s\n" % (
            getpass.getuser(), self.password_path, text)).encode())

    @staticmethod
    def _replace(path, data):
        """As editors do it: never half a file."""
        with open(path + ".new", "wb") as file:
            file.write(data)
        os.chmod(path + ".new", 0o600)
        os.rename(path + ".new", path)

    def start_x(self):
        """The first one, or another one on the same display."""
        number = [self.display] if self.display else []
        self.x = Display(self.directory, command=["Xvfb", *number, "-screen", "0", self.geometry])
        self.display = self.x.display
        return self.x

    def lose_x(self, number=signal.SIGKILL):
        self.x.end(number)
        self.start_x()

    def view(self, source=None):
        return rfb.Viewer(self.port, self.host, source)

    def log_in(self, password=PASSWORD, source=None, **options):
        viewer = self.view(source)
        try:
            return viewer.log_in(password, **options)
        except BaseException:
            viewer.close()
            raise

    def x_client(self):
        return Client("xclient", DISPLAY=self.display)

    def programs(self):
        return [program for program in (self.proxy, self.scraper) if program]

    def count_descriptors(self):
        """Of proxy, scraper and X server; None for what does not run."""
        return tuple(count_descriptors(pid) if pid else None
                     for pid in (self.proxy.pid, self.scraper.pid, self.x.pid))

    def count_segments(self):
        return count_segments(*(pid for pid in (self.scraper.pid, self.x.pid) if pid))

    def shares_one_screen(self):
        """At most: the scraper keeps it for the next viewer, and X has no other one."""
        ours = count_segments(self.scraper.pid) if self.scraper.pid else 0
        return count_segments(self.x.pid) == ours <= 1

    def settle(self):
        """Descriptors of all, as soon as they stay the same and no more than one screen is shared."""
        seen = []

        def is_stable():
            seen.append((self.count_descriptors(), self.shares_one_screen()))
            return len(seen) > 3 and len(set(seen[-3:])) == 1 and seen[-1][1]
        try:
            wait_until(is_stable, "descriptors to stay the same and segments to go")
        except AssertionError as error:
            raise AssertionError("%s: %s" % (error, seen[-5:])) from None
        return seen[-1][0]

    def close(self):
        """Returns what went wrong in the programs' lives, as text."""
        wrong = []
        for program in self.programs():
            program.close()
            log = program.read_log()
            wrong += ["%s ended with %d: %s" % (program.name, status, log[-1000:])
                      for status in program.statuses if status not in self.fine_statuses]
            wrong += [line for line in log.splitlines()
                      if "Sanitizer" in line or "runtime error" in line]
        if self.x:
            self.x.kill()
        return "\n".join(wrong)


def is_closed(connection):
    """Reads what is left of a socket's stream."""
    try:
        while connection.recv(65536):
            pass
    except (ConnectionResetError, BrokenPipeError):
        pass
    except socket.timeout:
        return False
    return True
