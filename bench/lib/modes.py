# SPDX-License-Identifier: GPL-2.0-or-later
"""What each mode measures. Contenders are interleaved: A B C in one round, C B A in the next."""
from measure import Job

LIGHT = ["idle", "marker", "typing"]
HEAVY = ["scroll", "view", "full", "false", "drag", "strips", "strips-full", "storm"]
GEOMETRIES = ["1280x800", "1920x1080", "2560x1600", "3840x2160", "7680x4320"]
RESIZE_COUNTS = [2, 40]
RESIZE_GAPS_MS = [20, 50, 100, 200]  # all below gpudesk's 250 ms between two changes of the size
SETTLE_S = 10  # a picture that is not right by then is never right
LINK_NAMES = ["1gbit-1ms", "100mbit-20ms", "20mbit-40ms", "5mbit-80ms"]


def main_cases(options):
    for workload in LIGHT + HEAVY:
        for encoding in options.encodings:
            yield {"workload": workload, "encoding": encoding}


def quick_cases(_options):
    for workload in ("idle", "typing", "view"):
        yield {"workload": workload, "seconds": 3, "warmup": 0.5}


def keys_cases(_options):
    for workload in ("marker", "view", "full"):
        yield {"workload": workload, "keys": True, "seconds": 10}


def viewers_cases(_options):
    for count in (1, 2, 4, 8):
        yield {"workload": "view", "viewers": count, "warmup": 2}


def stall_cases(_options):
    for workload in ("view", "full"):
        for stalled in (0, 1):
            yield {"workload": workload, "stalled": stalled, "seconds": 8}


def links_cases(options):
    for link in options.links:
        for encoding in ("guacd", "jpeg"):
            for workload in ("typing", "scroll", "view", "drag"):
                yield {"workload": workload, "encoding": encoding, "link": link, "seconds": 8,
                       "warmup": 3}


def sizes_cases(options):
    for geometry in options.geometries:
        for workload in ("typing", "view", "full"):
            yield {"workload": workload, "geometry": geometry}


def busy_cases(_options):
    yield {"workload": "full", "seconds": 14, "hogs": (4, 9), "warmup": 2}


def resize_cases(_options):
    for count in RESIZE_COUNTS:
        for gap in RESIZE_GAPS_MS:
            yield {"workload": "resize", "sizes": count, "gap_ms": gap,
                   "seconds": count * gap / 1000 + SETTLE_S}


# mode: (its cases, whether "none" is measured too, the contenders it cannot have)
MODES = {
    "quick": (quick_cases, True, ()),
    "main": (main_cases, True, ()),
    "keys": (keys_cases, False, ("floor",)),
    "viewers": (viewers_cases, True, ("floor",)),
    "stall": (stall_cases, False, ("floor",)),
    "links": (links_cases, True, ("floor",)),
    "sizes": (sizes_cases, True, ()),
    "busy": (busy_cases, False, ()),
    "resize": (resize_cases, False, ("x11vnc", "floor")),
}


def jobs(mode, options, contenders):
    """The jobs of one round after the other."""
    cases, with_none, without = MODES[mode]
    names = [n for n in contenders if n not in without]
    if with_none:
        names = ["none"] + names
    if options.workloads:
        kept = [c for c in cases(options) if c["workload"] in options.workloads]
    else:
        kept = list(cases(options))
    for number in range(options.rounds):
        for case in kept:
            for name in names if number % 2 == 0 else names[::-1]:
                if name == "none" and not needs_baseline(case, options):
                    continue
                fields = {"geometry": options.geometry, "seconds": options.seconds, **case}
                yield Job(mode, name, round=number, **fields)


def needs_baseline(case, options):
    """The workload's own cost depends on neither encoding, link nor viewers: once is enough."""
    return (case.get("encoding", options.encodings[0]) in ("guacd", options.encodings[0])
            and case.get("viewers", 1) == 1
            and case.get("link", options.links[0]) == options.links[0])
