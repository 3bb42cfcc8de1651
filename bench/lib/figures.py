# SPDX-License-Identifier: GPL-2.0-or-later
"""From records to figures: one Row for each contender in each case, over all rounds."""
import json
import statistics

NAN = float("nan")
CASE_FIELDS = ("mode", "x", "geometry", "link", "workload", "encoding", "viewers", "stalled",
               "sizes", "gap_ms")
RIVALS = ("x0vncserver", "x11vnc")


def load(paths):
    records = []
    for path in paths:
        with open(path) as file:
            records += [json.loads(line) for line in file if line.strip()]
    return records


def median(values):
    values = [v for v in values if v is not None and v == v]
    return statistics.median(values) if values else NAN


def percentile(values, fraction):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * fraction))] if values else NAN


class Row:
    """All rounds of one contender in one case. CPU is in % of one core, times are in ms."""

    def __init__(self, contender, records, x_alone):
        self.contender = contender
        good = [r for r in records if "error" not in r]
        quiet = [r for r in good if not r.get("disturbed")]
        self.used = quiet or good  # only undisturbed rounds, where there are any
        self.all, self.failed = len(records), len(records) - len(good)
        self.error = next((r["error"] for r in records if "error" in r), "")
        self.first = [r["probes"][0] for r in self.used if r.get("probes")]
        self.probes = [p for r in self.used for p in r.get("probes", [])]
        self.x_alone = x_alone

    def field(self, name):
        return median([r.get(name) for r in self.used])

    def probe(self, name):
        return median([p.get(name) for p in self.first])

    def pooled(self, name):
        """The samples of the first viewer, of all rounds together."""
        return [v for p in self.first for v in p.get(name, [])]

    @property
    def server_cpu(self):
        return 100 * self.field("server_cpu")

    @property
    def added_x_cpu(self):
        return 100 * (self.field("x_cpu") - self.x_alone)

    @property
    def cpu(self):
        """The server's own, and what it adds to the X server's."""
        added = self.added_x_cpu
        return self.server_cpu + (added if added == added else 0)

    @property
    def frames(self):
        return self.probe("frames")

    @property
    def worst_frames(self):
        """Of the viewer that got the fewest."""
        return median([min(p["frames"] for p in r["probes"]) for r in self.used if r.get("probes")])

    @property
    def lat50(self):
        return percentile(self.pooled("marker_ms"), 0.5)

    @property
    def lat99(self):
        return percentile(self.pooled("marker_ms"), 0.99)

    @property
    def key50(self):
        return percentile(self.pooled("key_ms"), 0.5)

    @property
    def key99(self):
        return percentile(self.pooled("key_ms"), 0.99)

    @property
    def wakeups(self):
        """Context switches of the server in a second."""
        return self.field("server_switches")

    @property
    def wrong(self):
        return max((p["wrong_pixels"] for p in self.probes), default=NAN)

    @property
    def torn(self):
        return max((p.get("torn", 0) for p in self.probes), default=NAN)

    @property
    def right_ms(self):
        """From the last size of a storm to the right picture, NaN when one never came."""
        values = [p.get("right_ms", NAN) for p in self.first]
        return median(values) if all(v == v for v in values) else NAN

    @property
    def never_right(self):
        return sum("right_ms" not in p for p in self.first)

    @property
    def first_ms(self):
        return self.probe("full_frame_ms")

    def frames_between(self, start, end):
        """Frames a second in a part of the window (seconds), median over the rounds."""
        rates = []
        for probe in self.first:
            times = [t for t in probe.get("frame_times_ms", []) if start * 1000 <= t < end * 1000]
            rates.append(len(times) / (end - start))
        return median(rates)


def case_of(record):
    defaults = {"link": "", "viewers": 1, "stalled": 0, "sizes": 0, "gap_ms": 0}
    return tuple(record.get(f, defaults.get(f)) for f in CASE_FIELDS)


def x_alone(records):
    """{(x, geometry, workload): CPU of the X server without any server}, quiet rounds first."""
    alone = {}
    for record in records:
        if record["contender"] == "none" and "error" not in record:
            key = (record["x"], record["geometry"], record["workload"])
            alone.setdefault(key, []).append((record.get("disturbed", False), record["x_cpu"]))
    return {key: median([c for d, c in v if not d] or [c for _, c in v])
            for key, v in alone.items()}


def tabulate(records):
    """{case: {contender: Row}}, in the order of the records; a case is a dict of CASE_FIELDS."""
    grouped, alone = {}, x_alone(records)
    for record in records:
        if record["contender"] != "none":
            rows = grouped.setdefault(case_of(record), {})
            rows.setdefault(record["contender"], []).append(record)
    cases = []
    for key, contenders in grouped.items():
        case = dict(zip(CASE_FIELDS, key))
        base = alone.get((case["x"], case["geometry"], case["workload"]), NAN)
        rows = {name: Row(name, found, base) for name, found in contenders.items()}
        cases.append((case, dict(sorted(rows.items(), key=lambda item: rank(item[0])))))
    return cases


def rank(contender):
    order = RIVALS + ("floor",)
    return order.index(contender) if contender in order else len(order)


def better_rival(rows, figure, smallest=True):
    values = [getattr(rows[n], figure) for n in RIVALS if n in rows and rows[n].used]
    values = [v for v in values if v == v]
    return (min if smallest else max)(values) if values else NAN
