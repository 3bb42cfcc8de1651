# SPDX-License-Identifier: GPL-2.0-or-later
"""From connecting to the first whole picture of a still desktop, also with no process running."""
import contextlib
import json
import time

from link import Loopback
from measure import Job, probe_command, started
from process import BenchError, Child

COLD, WARM = "gpudesk, nothing running", "gpudesk, scraper running"


def connect_once(bench, x, server, job):
    """One short visit; the times and whether the picture was right."""
    extra = ["-once", "-display", x.display, "-verify", "-verify-rest", "0.2"]
    with contextlib.ExitStack() as stack:
        child = started(stack, Child(probe_command(bench, job, server, extra),
                                     f"{bench.work}/probe.log", x.env, True))
        child.expect("READY", 95)
        return json.loads(child.line(30))


class Visits:
    """How each is visited: gpudesk started anew each time, the others as running servers."""

    def __init__(self, bench, x, stack):
        self.bench, self.x, self.stack, self.running = bench, x, stack, {}

    def start(self, name):
        server = self.bench.contenders[name].start(self.bench, self.x, Loopback())
        self.stack.callback(server.stop)
        time.sleep(0.6)
        return server

    def visit(self, name, job):
        if name == COLD:
            server = self.bench.contenders["gpudesk"].start(self.bench, self.x, Loopback())
            try:
                return connect_once(self.bench, self.x, server, job)
            finally:
                server.stop()
        if name == WARM:
            return self.visit_warm(job)
        if name not in self.running:
            self.running[name] = self.start(name)
        return connect_once(self.bench, self.x, self.running[name], job)

    def visit_warm(self, job):
        """Both programs run: a viewer was there a moment ago. The proxy ends when it is idle."""
        server = self.running.get(WARM)
        if server is None or not all(c.alive() for c in server.children):
            server = self.running[WARM] = self.start("gpudesk")
        connect_once(self.bench, self.x, server, job)
        return connect_once(self.bench, self.x, server, job)


def run_cold(bench, x, geometry):
    names = [n for n in bench.chosen() if n not in ("none", "gpudesk")]
    if "gpudesk" in bench.chosen():
        names += [WARM, COLD]
    with contextlib.ExitStack() as stack:
        visits = Visits(bench, x, stack)
        for number in range(bench.visits):
            for name in names if number % 2 == 0 else names[::-1]:
                record = {"mode": "cold", "contender": name, "workload": "desk", "x": x.kind,
                          "encoding": "guacd", "geometry": geometry, "round": number,
                          "when": time.time()}
                job = Job("cold", name, "desk", geometry=geometry)
                try:
                    record["probes"] = [visits.visit(name, job)]
                except (BenchError, ValueError, OSError) as error:
                    record["error"] = str(error)
                bench.write(record)
