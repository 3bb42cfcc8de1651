# SPDX-License-Identifier: GPL-2.0-or-later
"""One measurement: a server, a workload and viewers on one X display, for a few seconds."""
import contextlib
import dataclasses
import json
import os
import signal
import time

from contenders import PASSWORD
from link import open_link
from process import BenchError, Child, Snapshot, foreign_load

# What viewers request, as probe's arguments. libvncclient adds compression level 3 by itself.
ENCODINGS = {
    "guacd": ["-encodings", "zrle ultra copyrect hextile zlib corre rre raw", "-level", "3"],
    "raw": ["-encodings", "raw copyrect"],
    "zrle": ["-encodings", "zrle copyrect"],
    "tight": ["-encodings", "tight copyrect zrle", "-level", "3"],
    "jpeg": ["-encodings", "tight copyrect zrle", "-level", "3", "-quality", "5"],
    "hextile": ["-encodings", "hextile copyrect"],
    "zlib": ["-encodings", "zlib copyrect", "-level", "3"],
}
# Nothing is drawn but, in "marker", the probe's own window.
WITHOUT_TICKS = ("idle", "marker", "resize")
FIRST_PICTURE_S = 95
# Of 255, in each channel, for a marker after JPEG or over a slow link. The tick colours are at
# least 29 apart. Everywhere else a colour must match exactly.
TOLERANCE = 14


@dataclasses.dataclass
class Job:
    """What to measure; its fields are also the fields of the record."""
    mode: str
    contender: str
    workload: str
    encoding: str = "guacd"
    geometry: str = "2560x1600"
    link: str = ""
    viewers: int = 1
    stalled: int = 0  # viewers that request a picture and never read it
    sizes: int = 0  # the first viewer requests so many sizes
    gap_ms: int = 0  # between two of them
    keys: bool = False  # the marker answers to keys that are sent through the server
    seconds: float = 5
    warmup: float = 1
    hogs: tuple = ()  # (from, to): all cores are kept busy in these seconds
    round: int = 0


def memory_file(stack):
    """The descriptor of a file without a name, which ends with its last process."""
    fd = os.memfd_create("bench-ticks")
    stack.callback(os.close, fd)
    return fd


def ticks_option(ticks):
    return ["-ticks", f"/proc/self/fd/{ticks}"]


def started(stack, child):
    stack.callback(child.stop)
    return child


def start_workload(stack, bench, x, job, ticks):
    command = [f"{bench.binaries}/workload", job.workload, "-display", x.display]
    child = started(stack, Child(command + ticks_option(ticks), f"{bench.work}/workload.log",
                                 x.env, talks=True, keep=(ticks,)))
    child.expect("READY", 60)
    time.sleep(0.3)
    return child


def probe_command(bench, job, server, extra):
    return [f"{bench.binaries}/probe", "-host", server.address, "-port", str(server.port),
            "-password", PASSWORD, *ENCODINGS[job.encoding], "-seconds", str(job.seconds), *extra]


def start_probe(stack, bench, x, job, link, server, extra, ticks=None):
    keep = ()
    if ticks is not None:
        extra, keep = extra + ticks_option(ticks), (ticks,)
    command = link.at_viewer(probe_command(bench, job, server, extra))
    child = started(stack, Child(command, f"{bench.work}/probe.log", x.env, talks=True, keep=keep))
    child.expect("READY", FIRST_PICTURE_S)
    return child


def start_viewers(stack, bench, x, job, link, server, ticks):
    """Starts the stalled ones first: coming late would spare them load."""
    for _ in range(job.stalled):
        start_probe(stack, bench, x, job, link, server, ["-stall"])
    lossy, slow = job.encoding == "jpeg", bool(job.link)
    # With many viewers, a slow server may pause that long between two updates of one.
    rest = (2.5 if lossy or slow else 0.7) + 0.5 * (job.viewers - 1)
    extra = ["-display", x.display, "-verify", "-verify-rest", str(rest),
             "-verify-wait", "45" if slow or job.viewers > 1 else "15"]
    if lossy or slow:
        extra += ["-tolerance", str(TOLERANCE)]
    probes = []
    for number in range(job.viewers):
        what = []
        if number == 0 and job.sizes:
            what = ["-resizes", str(job.sizes), "-resize-gap", str(job.gap_ms / 1000)]
        elif number == 0 and job.workload != "idle":
            what = ["-keys"] if job.keys else ["-marker"]
        probes.append(start_probe(stack, bench, x, job, link, server, extra + what, ticks))
    return probes


def keep_cores_busy(stack, bench, job):
    """Blocks for the whole time of job.hogs."""
    time.sleep(job.hogs[0])
    hogs = [started(stack, Child(["sh", "-c", "while :; do :; done"], f"{bench.work}/hog.log"))
            for _ in range(os.cpu_count())]
    time.sleep(job.hogs[1] - job.hogs[0])
    for hog in hogs:
        hog.stop()
    return hogs


def watch(stack, bench, job, probes, groups):
    """Opens the window of all probes at once; returns the cost of each process in it."""
    before = Snapshot(groups)
    for probe in probes:
        probe.say()
    for probe in probes:
        probe.expect("START", 10)
    if job.hogs:
        keep_cores_busy(stack, bench, job)
    # Until the first one ends; the others end a moment later.
    probes[0].expect("END", job.seconds + 30)
    rates = before.rates_until(Snapshot(groups))
    for probe in probes[1:]:
        probe.expect("END", 30)
    return rates


def measure_without_server(stack, bench, x, job):
    """What the workload alone costs the X server."""
    workload = None
    if job.workload not in WITHOUT_TICKS:
        workload = start_workload(stack, bench, x, job, memory_file(stack))
    time.sleep(0.5)
    groups = {"x": [x.pid], "workload": [workload.pid] if workload else []}
    before = Snapshot(groups)
    time.sleep(job.seconds)
    return before.rates_until(Snapshot(groups))


def measure_server(stack, bench, x, job):
    link = open_link(job.link, bench.binaries, bench.work)
    stack.callback(link.stop)
    server = bench.contenders[job.contender].start(bench, x, link)
    stack.callback(server.stop)
    time.sleep(0.6)  # for a server's one-time work after it begins to listen
    ticks = workload = None
    if job.workload not in WITHOUT_TICKS:
        ticks = memory_file(stack)
        workload = start_workload(stack, bench, x, job, ticks)
    probes = start_viewers(stack, bench, x, job, link, server, ticks)
    time.sleep(job.warmup)
    groups = {"server": server.pids(), "x": [x.pid], "link": link.pids,
              "workload": [workload.pid] if workload else [], "probe": [p.pid for p in probes]}
    record = watch(stack, bench, job, probes, groups)
    record["pss"] = server.pss()
    if workload:
        workload.send(signal.SIGSTOP)
    record["probes"] = [json.loads(p.line(120)) for p in probes]
    if workload:
        workload.send(signal.SIGTERM)
        workload.send(signal.SIGCONT)
        record["workload_fps"] = json.loads(workload.line(10))["fps"]
    return record


def measure_once(bench, x, job):
    """A record: the job's fields, and either what was measured or an "error"."""
    record = dataclasses.asdict(job)
    record.update(x=x.kind, when=time.time())
    with contextlib.ExitStack() as stack:
        try:
            if job.contender == "none":
                record.update(measure_without_server(stack, bench, x, job))
            else:
                record.update(measure_server(stack, bench, x, job))
        except (BenchError, ValueError, OSError) as error:  # a failing server must not end the run
            record["error"] = str(error) or repr(error)
    return record


def measure(bench, x, job):
    """Waits for a quiet machine, and retries if other processes took CPU meanwhile."""
    for attempt in range(bench.retries + 1):
        deadline = time.monotonic() + bench.quiet_wait
        while bench.quiet_wait and foreign_load() > bench.quiet and time.monotonic() < deadline:
            pass
        record = measure_once(bench, x, job)
        record["disturbed"] = record.get("foreign_cpu", 0) > bench.quiet
        bench.write(record)
        # Hogs count as other processes: with them, a run always looks disturbed.
        if not record["disturbed"] or "error" in record or job.hogs or attempt == bench.retries:
            return
