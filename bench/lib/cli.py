# SPDX-License-Identifier: GPL-2.0-or-later
"""bench/run: measures gpudesk beside the other servers of an existing X display. See README.md."""
import argparse
import glob
import json
import os
import signal
import subprocess
import sys
import time

from chart import draw_chart
from cold import run_cold
from contenders import open_contenders, write_password_file
from figures import load
from measure import ENCODINGS, measure
from modes import GEOMETRIES, LINK_NAMES, MODES, jobs
from process import BenchError
from report import format_report, summaries
from xserver import XServer

BENCH = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
ALL = ["cold", "main", "keys", "viewers", "stall", "busy", "resize", "links", "sizes"]


class Bench:
    """What all measurements of one run share."""

    def __init__(self, options):
        self.options = options
        self.work = os.path.abspath(options.out)
        self.binaries = f"{self.work}/bin"
        self.password_file = f"{self.work}/passwd"
        self.visits = options.visits
        self.quiet, self.quiet_wait = options.quiet, options.quiet_wait
        self.retries = options.retries
        self.gpudesk_config = options.config
        os.makedirs(self.work, exist_ok=True)
        for log in glob.glob(f"{self.work}/*.log"):
            os.unlink(log)
        subprocess.run(["make", "-s", "-C", BENCH, f"OUT={self.work}"], check=True,
                       stdout=sys.stderr)
        write_password_file(self.password_file)
        self.contenders, missing = open_contenders(options.build, options.before, options.only)
        for what in missing:
            print(f"skipping {what}", flush=True)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        self.records_path = f"{self.work}/{options.mode}-{stamp}.jsonl"

    def chosen(self):
        return self.options.only or list(self.contenders)

    def write(self, record):
        with open(self.records_path, "a") as file:
            file.write(json.dumps(record) + "\n")
        print(progress(record), flush=True)


def progress(record):
    """A line for a record, as progress."""
    where = " ".join(str(record.get(f, "")) for f in ("round", "geometry", "link", "workload",
                                                       "encoding", "contender"))
    if "error" in record:
        return f"{where}: FAILED: {record['error']}"
    words = []
    if "server_cpu" in record:
        words.append(f"CPU {100 * record['server_cpu']:.1f}%")
    if record.get("probes"):
        probe = record["probes"][0]
        words.append(f"first {probe['full_frame_ms']:.1f} ms")
        if "frames" in probe:
            words.append(f"{probe['frames']:.1f} fr/s")
        for name in ("marker_ms", "key_ms"):
            values = sorted(probe.get(name, []))
            if values:
                words.append(f"{name[:-3]} {values[len(values) // 2]:.2f} ms")
        words.append(f"wrong {max(p['wrong_pixels'] for p in record['probes'])}")
    if "foreign_cpu" in record:
        words.append(f"others {100 * record['foreign_cpu']:.0f}%")
    return f"{where}: {', '.join(words)}"


def with_x_server(bench, geometry, work):
    x = XServer(bench.options.x, geometry, bench.work)
    try:
        subprocess.run([f"{bench.binaries}/workload", "desk", "-display", x.display], env=x.env,
                       check=True, timeout=60)
        work(x)
    finally:
        x.stop()


def run_mode(bench, mode):
    if mode == "cold":
        for geometry in bench.options.cold_geometries:
            with_x_server(bench, geometry, lambda x, g=geometry: run_cold(bench, x, g))
        return
    by_geometry = {}
    for job in jobs(mode, bench.options, bench.chosen()):
        by_geometry.setdefault(job.geometry, []).append(job)
    for geometry, group in by_geometry.items():
        with_x_server(bench, geometry, lambda x, g=group: [measure(bench, x, job) for job in g])


def write_report(records, base):
    """The table as base.txt, the chart as base.svg; returns what was written."""
    text, chart = format_report(records), draw_chart(records)
    with open(base + ".txt", "w") as file:
        file.write(text)
    written = [base + ".txt"]
    if chart:
        with open(base + ".svg", "w") as file:
            file.write(chart)
        written.append(base + ".svg")
    return text, written


def save(records, mode):
    base = f"{BENCH}/results/{mode}"
    os.makedirs(os.path.dirname(base), exist_ok=True)
    _, written = write_report(records, base)
    with open(base + ".jsonl", "w") as file:
        file.writelines(json.dumps(s) + "\n" for s in summaries(records))
    return written + [base + ".jsonl"]


def command_run(options):
    bench = Bench(options)
    try:
        for mode in ALL if options.mode == "all" else [options.mode]:
            run_mode(bench, mode)
    finally:
        if os.path.exists(bench.records_path):
            records = load([bench.records_path])
            text, written = write_report(records, bench.records_path[:-len(".jsonl")])
            if options.save:
                written += save(records, options.mode)
            print(f"\n{text}\nwritten: {' '.join([bench.records_path] + written)}", flush=True)


def command_report(options):
    records = load(options.files)
    print(format_report(records))
    if options.svg:
        with open(options.svg, "w") as file:
            file.write(draw_chart(records) or "")
    if options.save:
        print("written:", *save(records, options.save))


def command_limits(options):
    bench = Bench(options)
    with_x_server(bench, "2560x1600", lambda x: subprocess.run(
        [f"{bench.binaries}/limits", "-display", x.display], env=x.env, check=True))


def words(text):
    return text.split(",")


def add_options(parser):
    build = os.environ.get("BUILDDIR", "")
    add = parser.add_argument
    add("--build", default=build, metavar="DIR", help="where gpudesk was built or installed")
    add("--before", metavar="DIR", help="another build, measured beside it as \"before\"")
    add("--out", metavar="DIR", help="for programs, logs and records (default: BUILD/bench)")
    add("--save", action="store_true", help="also write bench/results/MODE.*")
    add("--only", type=words, metavar="NAMES", help="these contenders")
    add("--workloads", type=words, metavar="NAMES", help="these workloads of the mode")
    add("--rounds", type=int, default=0, help="(3; 1 for quick)")
    add("--seconds", type=float, default=5, help="of a measured window")
    add("--x", choices=("xvfb", "xorg"), default="xvfb", help="xorg: with the dummy driver")
    add("--geometry", default="2560x1600")
    add("--encodings", type=words, default=["guacd"], help=f"of main: {','.join(ENCODINGS)}")
    add("--links", type=words, default=LINK_NAMES, help=",".join(LINK_NAMES))
    add("--geometries", type=words, default=GEOMETRIES, help="of sizes")
    add("--cold-geometries", type=words, default=["1280x800", "2560x1600"], help="of cold")
    add("--visits", type=int, default=20, help="of cold, of each contender")
    add("--config", action="append", default=[], metavar="LINE", help="a line for gpudesk.conf")
    add("--quiet", type=float, default=0.35, help="cores that others may keep busy")
    add("--quiet-wait", type=float, default=10, help="seconds to wait for that; 0: do not")
    add("--retries", type=int, default=1, help="of a measurement that others disturbed")


def parse(arguments):
    if arguments and os.path.isdir(arguments[0]):  # bench/run DIR [MODE]...
        arguments = (arguments[1:] or ["main"]) + ["--build", arguments[0]]
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    sub = parser.add_subparsers(dest="mode", required=True, metavar="MODE")
    for mode in [*MODES, "cold", "all", "limits"]:
        add_options(sub.add_parser(mode))
    report = sub.add_parser("report")
    report.add_argument("files", nargs="+")
    report.add_argument("--svg", metavar="FILE")
    report.add_argument("--save", metavar="NAME", help="write bench/results/NAME.*")
    options = parser.parse_args(arguments)
    if options.mode == "report":
        return options
    if not options.out:
        if not options.build:
            parser.error("--build or --out is needed")
        options.out = os.path.join(options.build, "bench")
    quick = options.mode == "quick"
    options.rounds = options.rounds or (1 if quick else 3)
    if quick:
        options.retries, options.quiet_wait = 0, 0
    return options


def main(arguments):
    # So that finally clauses end what was started. A shell's background job ignores SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    options = parse(arguments)
    try:
        if options.mode == "report":
            command_report(options)
        elif options.mode == "limits":
            command_limits(options)
        else:
            command_run(options)
    except BenchError as error:
        sys.exit(f"bench/run: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
