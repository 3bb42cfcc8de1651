# SPDX-License-Identifier: GPL-2.0-or-later
"""gpudesk's goals, and whether they were met. Only for guacd's encodings at 2560x1600."""
from figures import NAN, better_rival, percentile

# workload: fr/s at least, CPU % at most, median and 99th percentile of the latency in ms at most
MAIN_GOALS = {
    "marker": (None, None, 0.6, 2),
    "typing": (None, None, 0.6, 2),
    "scroll": (29.5, 6, 1.5, None),
    "view": (29.5, 7, 1, None),
    "full": (59, 20, 2, None),
    "false": (59, 2.5, 1, None),
    "drag": (59, 6, 1, None),
}
MEMORY_MB, WAKEUPS = 45, 1
COLD_MS = {("1280x800", "gpudesk, nothing running"): 100,
           ("2560x1600", "gpudesk, nothing running"): 80,
           ("2560x1600", "gpudesk, scraper running"): 35}


def line(what, value, limit, at_least=False):
    if limit is None or value != value or limit != limit:
        return []
    met = value >= limit if at_least else value <= limit
    sign = ">=" if at_least else "<="
    return [f"  {'met   ' if met else 'MISSED'} {what}: {value:.2f} {sign} {limit:.2f}"]


def check_main(case, rows):
    own, workload = rows["gpudesk"], case["workload"]
    out = []
    if workload == "idle":
        out += line("idle: wakeups a second", own.field("server_switches"), WAKEUPS)
        out += line("idle: CPU %", own.cpu, 0.1)
        out += line("idle: memory, MB", own.field("pss"), MEMORY_MB)
    if workload in MAIN_GOALS:
        frames, cpu, lat50, lat99 = MAIN_GOALS[workload]
        if cpu is None and "x0vncserver" in rows:
            cpu = rows["x0vncserver"].cpu
        out += line(f"{workload}: frames a second", own.frames, frames, at_least=True)
        out += line(f"{workload}: CPU %", own.cpu, cpu)
        out += line(f"{workload}: latency, median ms", own.lat50, lat50)
        out += line(f"{workload}: latency, 99 % ms", own.lat99, lat99)
    out += line(f"{workload}: torn updates a second", own.torn, 0)
    return out


def check_keys(case, rows):
    own, what = rows["gpudesk"].pooled("key_ms"), f"key during {case['workload']}"
    return (line(f"{what}, median ms", percentile(own, 0.5), 0.5)
            + line(f"{what}, 99 % ms", percentile(own, 0.99), 3))


def check_links(case, rows):
    own, what = rows["gpudesk"], f"{case['link']}, {case['encoding']}, {case['workload']}"
    out = line(f"{what}: latency beside the better rival's, median ms", own.lat50,
               better_rival(rows, "lat50"))
    if case["workload"] in ("scroll", "view", "drag"):
        rival = better_rival(rows, "frames", smallest=False)
        drawn = own.field("workload_fps")  # no viewer can get more than is drawn
        goal = min(1.5 * rival, 0.98 * drawn)
        out += line(f"{what}: frames a second", own.frames, goal, at_least=True)
        out += line(f"{what}: CPU %", own.cpu, better_rival(rows, "cpu"))
    return out


def check_viewers(case, rows):
    return line(f"{case['viewers']} viewers: frames a second of the worst",
                rows["gpudesk"].worst_frames, 29.5, at_least=True)


def check_busy(_case, rows):
    own = rows["gpudesk"]
    return (line("busy cores: frames a second", own.frames_between(5, 9), 10, at_least=True)
            + line("busy cores: frames a second", own.frames_between(5, 9), 24)
            + line("free again: frames a second", own.frames_between(10, 14), 59, at_least=True))


def check_cold(case, rows):
    out = []
    for (geometry, name), limit in COLD_MS.items():
        if case["geometry"] == geometry and name in rows:
            out += line(f"{name}, {geometry}, ms", rows[name].first_ms, limit)
    return out


def check_stall(cases):
    """The good viewer's p99 at most doubles, so this needs two cases."""
    out, alone = [], {}
    for case, rows in cases:
        if case["mode"] == "stall" and "gpudesk" in rows:
            value = rows["gpudesk"].lat99
            if not case["stalled"]:
                alone[case["workload"]] = value
            else:
                out += line(f"beside a stalled viewer, {case['workload']}: latency, 99 % ms",
                            value, 2 * alone.get(case["workload"], NAN))
    return out


CHECKS = {"main": check_main, "keys": check_keys, "links": check_links,
          "viewers": check_viewers, "busy": check_busy, "cold": check_cold}


def check_goals(cases):
    out = []
    for case, rows in cases:
        check = CHECKS.get(case["mode"])
        in_scope = case["mode"] in ("links", "cold") or (
            case["encoding"] == "guacd" and case["geometry"] == "2560x1600")
        has_own = any(name.startswith("gpudesk") and row.used for name, row in rows.items())
        if check and in_scope and has_own:
            out += check(case, rows)
        for name, row in rows.items():
            if name.startswith("gpudesk") and row.used:
                if row.wrong > 0:
                    out.append(f"  MISSED {name}, {case['mode']}, {case['workload']}, "
                               f"{case['encoding']}: {row.wrong} wrong pixels at rest")
                if row.failed:
                    out.append(f"  MISSED {name}, {case['mode']}, {case['workload']}: "
                               f"{row.failed} runs failed: {row.error}")
            elif name.startswith("gpudesk"):
                out.append(f"  MISSED {name}, {case['mode']}, {case['workload']}: {row.error}")
    return out + check_stall(cases)
