#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
stranger.py SCRAPER_PID X_PID DISPLAY - run by another user of the machine, while there is a viewer.
Tries to see the screen and to interfere. Prints what probe.c does: "got NAME" for each attempt that
succeeded, and "tried N, M succeeded".
"""
import ctypes
import glob
import os
import socket
import struct
import sys

tried = got = 0


def attempt(name, function, *arguments):
    """It succeeds unless the function raises an exception."""
    global tried, got
    tried += 1
    try:
        function(*arguments)
    except (OSError, EOFError):
        return
    got += 1
    print("got " + name)


def read(path):
    with open(path, "rb", buffering=0) as file:
        if not file.read(1):
            raise EOFError


def read_memory(pid):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
        file.seek(0x400000)
        file.read(1)


def connect(path, kind):
    with socket.socket(socket.AF_UNIX, kind) as connection:
        connection.settimeout(5)
        connection.connect(path)


def open_display(address):
    """An X connection without a cookie."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(address)
        connection.sendall(struct.pack("<BxHHHHxx", 0x6c, 11, 0, 0, 0))
        answer = connection.recv(8)
        if not answer or answer[0] != 1:
            raise PermissionError(answer)


def write(path):
    with open(path, "x", encoding="ascii") as file:
        file.write("USER=exouser\n")
    os.unlink(path)


def trace(pid):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(0x4206, pid, None, None) < 0:  # PTRACE_SEIZE
        raise OSError(ctypes.get_errno(), "ptrace")


def attach_segment(number):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    if libc.shmat(number, None, 0o10000) == ctypes.c_void_p(-1).value:  # SHM_RDONLY
        raise OSError(ctypes.get_errno(), "shmat")


def try_processes(*pids):
    for pid in pids:
        for name in "environ", "maps", "auxv", "stack", "io":
            attempt(f"{name} of process {pid}", read, f"/proc/{pid}/{name}")
        attempt(f"memory of process {pid}", read_memory, pid)
        attempt(f"descriptors of process {pid}", os.listdir, f"/proc/{pid}/fd")
        attempt(f"mappings of process {pid}", os.listdir, f"/proc/{pid}/map_files")
        attempt(f"root of process {pid}", os.listdir, f"/proc/{pid}/root/")
        for descriptor in range(3, 40):
            attempt(f"descriptor {descriptor} of process {pid}", read,
                    f"/proc/{pid}/fd/{descriptor}")
        attempt(f"signal to process {pid}", os.kill, pid, 0)
        attempt(f"trace of process {pid}", trace, pid)


def try_sockets():
    for path in glob.glob("/run/gpudesk/**/*.sock", recursive=True):
        for kind in socket.SOCK_SEQPACKET, socket.SOCK_STREAM, socket.SOCK_DGRAM:
            attempt(f"connection to {path}", connect, path, kind)


def try_screen(display):
    number = display.removeprefix(":")
    attempt("display by its socket", open_display, "/tmp/.X11-unix/X" + number)
    attempt("display by its abstract socket", open_display, "\0/tmp/.X11-unix/X" + number)
    with open("/proc/sysvipc/shm", encoding="ascii") as segments:
        next(segments)
        for line in segments:
            attempt("segment " + line.split()[1], attach_segment, int(line.split()[1]))
    for path in glob.glob("/dev/shm/*"):
        attempt(path, read, path)
    for path in ("/run/user/1001/gdm/Xauthority", "/home/exouser/.vnc/passwd",
                 "/home/exouser/.Xauthority"):
        attempt(path, read, path)


def try_records():
    for folder in ("/run/gpudesk/sessions", "/run/gpudesk/scraper", "/run/gpudesk/desktop",
                   "/run/gpudesk"):
        attempt("a file in " + folder, write, folder + "/99")
        attempt("a link in " + folder, os.symlink, "/tmp/record", folder + "/98")
        attempt(folder + " moved", os.rename, folder, folder + ".away")
    for path in glob.glob("/run/gpudesk/**/*", recursive=True) + glob.glob("/tmp/.X11-unix/X*"):
        attempt(path + " removed", os.unlink, path)
    for path in glob.glob("/run/gpudesk/sessions/*"):
        attempt(path + " changed", open, path, "r+")
    attempt("the configuration", open, "/etc/gpudesk.conf", "r+")


def main():
    scraper, x, display = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    try_processes(scraper, x)
    try_sockets()
    try_screen(display)
    try_records()
    print(f"tried {tried}, {got} succeeded")


main()
