# SPDX-License-Identifier: GPL-2.0-or-later
"""A network of the test's own, which nothing leaves and which can be cut."""

import contextlib
import ctypes
import os
import subprocess
import sys


X_SOCKETS = "/tmp/.X11-unix"


def enter():
    """Runs the calling program again in a network namespace, or skips it where that is refused.

    It also gets an empty directory for the sockets of X servers: an X server in there does not see
    the abstract sockets of those outside, and would take their displays and remove their sockets.
    """
    if "GPUDESK_NETNS" in os.environ:
        return
    with contextlib.suppress(FileExistsError):
        os.mkdir(X_SOCKETS)
        os.chmod(X_SOCKETS, 0o1777)
    inside = ["unshare", "--net", "--mount"]
    if os.geteuid() != 0:
        inside += ["--user", "--map-root-user"]
    inside += ["sh", "-c", 'mount -t tmpfs -o mode=1777 gpudesk-test "$0" && '
               'ip link set lo up && exec "$@"', X_SOCKETS]
    probe = subprocess.run([*inside, "true"], check=False, capture_output=True)
    if probe.returncode:
        print("no network namespaces: %s" % probe.stderr.decode().strip())
        sys.exit(77)
    os.environ["GPUDESK_NETNS"] = "entered"
    os.execvp(inside[0], [*inside, sys.executable, "-B", *sys.argv])


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def add_addresses(*addresses):
    batch = "".join("address add %s/8 dev lo\n" % address for address in addresses)
    subprocess.run(["ip", "-batch", "-"], input=batch.encode(), check=True)


class Cable:
    """A cable to another namespace. Sockets made `with cable.far():` belong to that one.

    Its near end has the address `here`, unless it is a port of `bridge`.
    """

    def __init__(self, here, there, name="cable", bridge=None):
        self.near, self.there = name + "0", there
        self.process = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec sleep 600"],
                                        stdout=subprocess.PIPE)
        self.process.stdout.readline()
        pid = str(self.process.pid)
        ip("link", "add", self.near, "type", "veth", "peer", "name", "far", "netns", pid)
        if bridge:
            ip("link", "set", self.near, "master", bridge)
        else:
            ip("address", "add", here + "/24", "dev", self.near)
        ip("link", "set", self.near, "up")
        with self.far():
            ip("address", "add", there + "/24", "dev", "far")
            ip("link", "set", "far", "up")

    @contextlib.contextmanager
    def far(self):
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net", "rb") as here, \
                open("/proc/%d/ns/net" % self.process.pid, "rb") as there:
            if libc.setns(there.fileno(), 0):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield
            finally:
                libc.setns(here.fileno(), 0)

    def add_far(self, *addresses):
        """Gives the far end addresses of 10.0.0.0/8, which the near end then has a route to."""
        batch = "".join("address add %s/8 dev far\n" % address for address in addresses)
        with self.far():
            subprocess.run(["ip", "-batch", "-"], input=batch.encode(), check=True)
        ip("route", "replace", "10.0.0.0/8", "via", self.there, "dev", self.near)

    def add_fresh(self, network):
        """Sockets at the far end may bind to any address of the network, a part of 10.0.0.0/8."""
        with self.far():
            ip("route", "add", "local", network, "dev", "lo")

    def cut(self):
        """Nothing comes through from now on, and neither end is told."""
        ip("link", "set", self.near, "down")

    def repair(self):
        ip("link", "set", self.near, "up")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        subprocess.run(["ip", "link", "delete", self.near], check=False, capture_output=True)
