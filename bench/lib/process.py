# SPDX-License-Identifier: GPL-2.0-or-later
"""Child processes that cannot outlive the bench, and what they cost."""
import ctypes
import os
import select
import signal
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class BenchError(Exception):
    """Something that makes one measurement impossible; the text says what."""


class Child:
    """
    A process of ours. It gets SIGTERM when the bench dies, however it dies. With `talks` its
    standard output is ours to read; else it goes to the log, as standard error always does.
    It inherits the descriptors in `keep`.
    """

    def __init__(self, command, log, env=None, talks=False, keep=()):
        self.name = os.path.basename(command[0])
        self.log_path = log
        with open(log, "ab") as log_file:
            self.process = subprocess.Popen(
                [str(c) for c in command], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if talks else log_file, stderr=log_file, env=env, bufsize=0,
                pass_fds=keep,
                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM))
        self.pid = self.process.pid
        self.buffer = b""

    def alive(self):
        return self.process.poll() is None

    def last_words(self):
        try:
            with open(self.log_path, errors="replace") as log_file:
                lines = log_file.read().strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "no word why"

    def line(self, timeout):
        """The next line of its standard output; BenchError when none comes in time."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            ready = select.select([self.process.stdout], [], [], max(0, left))[0]
            chunk = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            if not chunk:
                why = "took too long" if not ready else "exited: " + self.last_words()
                raise BenchError(f"{self.name} {why}")
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def expect(self, word, timeout):
        line = self.line(timeout)
        if line.split()[:1] != [word]:
            raise BenchError(f"{self.name} said {line!r}, not {word}")
        return line

    def say(self):
        self.process.stdin.write(b"\n")

    def send(self, number):
        if self.alive():
            self.process.send_signal(number)

    def stop(self, timeout=5):
        if self.alive():
            # In this order: a stopped workload must not draw once more.
            self.send(signal.SIGTERM)
            self.send(signal.SIGCONT)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


def read_file(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def cpu_seconds(pid):
    """User and system time of all threads, ended ones too, to the nanosecond."""
    try:
        return time.clock_gettime(((~pid) << 3) | 2)  # the CPU clock of another process
    except OSError:
        return 0.0


def context_switches(pid):
    count = 0
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return 0
    for thread in threads:
        for line in read_file(f"/proc/{pid}/task/{thread}/status").splitlines():
            if "voluntary_ctxt_switches" in line:
                count += int(line.split()[1])
    return count


def pss_mb(pid):
    for line in read_file(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def machine_busy_seconds():
    """CPU time that all processes together have used since boot."""
    with open("/proc/stat") as file:
        fields = [int(x) for x in file.readline().split()[1:]]
    user, nice, system, _, _, irq, softirq = fields[:7]
    return (user + nice + system + irq + softirq) / TICKS_PER_SECOND


def descendants(pid):
    """The process and everything that it has started."""
    found = [pid]
    for task in read_file(f"/proc/{pid}/task/{pid}/children").split():
        found += descendants(int(task))
    return found


class Snapshot:
    """What groups of processes have cost so far: {name: [pid, ...]}."""

    def __init__(self, groups):
        self.time = time.monotonic()
        self.busy = machine_busy_seconds()
        self.own = time.process_time()
        self.cpu = {g: {p: cpu_seconds(p) for p in pids} for g, pids in groups.items()}
        self.switches = {g: {p: context_switches(p) for p in pids} for g, pids in groups.items()}

    def rates_until(self, later):
        """Per second: NAME_cpu and NAME_switches of each group; foreign_cpu: other processes."""
        seconds = later.time - self.time
        rates, ours = {"wall": seconds}, later.own - self.own
        for group in self.cpu:
            # A process that came in between counts from zero; one that went keeps what it had.
            cpu = sum(later.cpu[group].get(p, c) - c for p, c in self.cpu[group].items())
            cpu += sum(c for p, c in later.cpu[group].items() if p not in self.cpu[group])
            switches = sum(max(0, later.switches[group].get(p, n) - n)
                           for p, n in self.switches[group].items())
            rates[group + "_cpu"] = cpu / seconds
            rates[group + "_switches"] = switches / seconds
            ours += cpu
        rates["foreign_cpu"] = max(0.0, (later.busy - self.busy - ours) / seconds)
        return rates


def foreign_load(seconds=0.4):
    """Cores that others keep busy just now."""
    before, own = machine_busy_seconds(), time.process_time()
    time.sleep(seconds)
    return max(0.0, machine_busy_seconds() - before - (time.process_time() - own)) / seconds
