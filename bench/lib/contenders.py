# SPDX-License-Identifier: GPL-2.0-or-later
"""The servers that are compared, each as a user would run it, all but the floor with VncAuth."""
import getpass
import glob
import os
import shutil
import socket
import subprocess
import tempfile
import time

from process import BenchError, Child, descendants, pss_mb, read_file

PASSWORD = "bench-pw"
TCP_LISTEN = "0A"  # as /proc/net/tcp writes it

RIVALS = {
    "x0vncserver": "X0tigervnc -display {display} -rfbport {port} -interface {address}"
                   " -SecurityTypes VncAuth -PasswordFile {password_file}",
    "x11vnc": "x11vnc -display {display} -auth {xauthority} -rfbport {port} -listen {address}"
              " -rfbauth {password_file} -forever -shared -q",
    "floor": "{binaries}/floor -display {display} -port {port} -address {address}",
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def is_listening(pid, port):
    """Checks without connecting, which would count as a viewer or start a server on demand."""
    for family in ("tcp", "tcp6"):
        for line in read_file(f"/proc/{pid}/net/{family}").splitlines()[1:]:
            fields = line.split()
            if fields[3] == TCP_LISTEN and int(fields[1].rsplit(":", 1)[1], 16) == port:
                return True
    return False


def wait_for(condition, child, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        if not child.alive():
            raise BenchError(f"{child.name} exited: {child.last_words()}")
        if time.monotonic() > deadline:
            raise BenchError(f"{child.name} does not listen on its port")
        time.sleep(0.01)


def write_password_file(path):
    packed = subprocess.run([shutil.which("tigervncpasswd") or "vncpasswd", "-f"], check=True,
                            input=PASSWORD.encode() + b"\n", stdout=subprocess.PIPE).stdout
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(packed)


class Running:
    """A server that listens at address:port."""

    def __init__(self, address, port, children):
        self.address, self.port, self.children = address, port, children

    def pids(self):
        return [p for c in self.children for p in descendants(c.pid)]

    def pss(self):
        return sum(pss_mb(p) for p in self.pids())

    def stop(self):
        for child in self.children:
            child.stop()


class Rival:
    def __init__(self, name):
        self.name, self.template = name, RIVALS[name]

    def start(self, bench, x, link):
        port = free_port()
        command = self.template.format(display=x.display, xauthority=x.xauthority, port=port,
                                       address=link.address, binaries=bench.binaries,
                                       password_file=bench.password_file).split()
        child = Child(link.at_server(command), f"{bench.work}/{self.name}.log", x.env)
        try:
            wait_for(lambda: is_listening(child.pid, port), child)
        except Exception:
            child.stop()
            raise
        return Running(link.address, port, [child])


class Gpudesk:
    """The real chain: systemd's sockets, the proxy, VncAuth, the hand-off, the scraper."""

    def __init__(self, name, build):
        self.name = name
        self.proxy = find_program(build, "gpudesk-proxy")
        self.scraper = find_program(build, "gpudesk-scraper")

    def start(self, bench, x, link):
        port = free_port()
        # A short directory of its own: a socket's path has at most 107 bytes.
        directory = tempfile.mkdtemp(prefix="gpudesk-bench-")
        running = Running(link.address, port, [])
        running.stop = lambda: (Running.stop(running), shutil.rmtree(directory, True))
        try:
            self.start_chain(bench, x, link, running, directory)
        except Exception:
            running.stop()
            raise
        return running

    def start_chain(self, bench, x, link, running, directory):
        config, handoff = f"{directory}/gpudesk.conf", f"{directory}/scraper.sock"
        with open(config, "w") as file:
            file.write(f"user = {getpass.getuser()}\npassword_file = {bench.password_file}\n"
                       "allow = 127.0.0.0/8, 10.77.0.0/30\nmax_viewers = 16\n"
                       + "".join(f"{line}\n" for line in bench.gpudesk_config))
        log = f"{bench.work}/{self.name}.log"
        scraper = Child(["systemd-socket-activate", "--seqpacket", "-l", handoff, self.scraper,
                         "--config", config, "--display", x.display,
                         "--xauthority", x.xauthority], log)
        running.children.append(scraper)
        proxy = Child(link.at_server(
            ["systemd-socket-activate", "-l", f"{link.address}:{running.port}", self.proxy,
             "--config", config, "--scraper-socket", handoff]), log)
        running.children.append(proxy)
        wait_for(lambda: os.path.exists(handoff), scraper)
        wait_for(lambda: is_listening(proxy.pid, running.port), proxy)


def find_program(build, name):
    for pattern in (name, f"*/{name}", f"libexec/gpudesk/{name}", f"usr/libexec/gpudesk/{name}"):
        for path in glob.glob(os.path.join(build, pattern)):
            if os.access(path, os.X_OK) and os.path.isfile(path):
                return os.path.realpath(path)
    raise BenchError(f"{name} is not in {build}")


def open_contenders(build, before, only):
    """The contenders by name, and why others are skipped. `before` is the
    build of another version of gpudesk, or None."""
    contenders, missing = {}, []
    for name, program in (("x0vncserver", "X0tigervnc"), ("x11vnc", "x11vnc"), ("floor", "true")):
        if shutil.which(program):
            contenders[name] = Rival(name)
        else:
            missing.append(f"{name}: {program} is not installed")
    if build:
        try:
            contenders["gpudesk"] = Gpudesk("gpudesk", build)
        except BenchError as error:
            missing.append(f"gpudesk: {error}")
    else:
        missing.append("gpudesk: --build names no directory")
    if before:
        contenders["before"] = Gpudesk("before", before)
    unknown = [n for n in only or [] if n not in contenders and n != "none"]
    if unknown:
        raise BenchError(f"unknown or not installed: {', '.join(unknown)}")
    return contenders, missing
