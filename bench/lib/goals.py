# SPDX-License-Identifier: GPL-2.0-or-later
"""gpudesk's goals, and whether they were met: ratios to the floor and the better rival of the same
run, so that they hold on every machine. Only for guacd's encodings, but in `links` and `cold`."""
from figures import NAN, RIVALS, better_rival

CPU_OF_FLOOR = {"typing": 0.8, "scroll": 0.8, "view": 0.8, "full": 0.8, "drag": 0.8,
                "false": 0.25}  # the others: 1
P99_OF_FLOOR = 1.2
FIRST_OF_FLOOR = 1.2
SAME = 0.98  # two counts of the same frames may differ by that much
FRAME_RATE = 60  # gpudesk.conf's default: more is never sent
UNPACED = ("storm",)  # drawn faster than that, and the floor has no such limit: no yardstick


def line(what, value, limit, at_least=False, why=""):
    if limit is None or value != value or limit != limit:
        return []
    met = value >= limit if at_least else value <= limit
    sign = ">=" if at_least else "<="
    return [f"  {'met   ' if met else 'MISSED'} {what}: {value:.2f} {sign} {limit:.2f}{why}"]


def no_more_than(what, rows, figure, of_floor):
    """At most so many times the floor's (NaN: whatever that is) and at most the better rival's."""
    floor = getattr(rows["floor"], figure) if "floor" in rows and rows["floor"].used else NAN
    rival, own = better_rival(rows, figure), getattr(rows["gpudesk"], figure)
    if of_floor * floor == of_floor * floor and not of_floor * floor > rival:
        return line(what, own, of_floor * floor,
                    why=f" ({own / floor if floor else NAN:.2f} of the floor's {floor:.2f})")
    return line(what, own, rival, why=" (the better rival's)")


def enough_frames(what, rows):
    """As many whole frames as the floor and the better rival get, but no more than are sent."""
    rivals = [rows[n].frames for n in RIVALS + ("floor",) if n in rows and rows[n].used]
    drawn = rows["gpudesk"].field("workload_fps")
    best = min(max(rivals, default=NAN), drawn, FRAME_RATE)
    return line(what, rows["gpudesk"].frames, SAME * best, at_least=True)


def check_main(case, rows):
    own, workload = rows["gpudesk"], case["workload"]
    out = []
    if workload == "idle":
        out += line("idle: wakeups a second", own.wakeups,
                    better_rival(rows, "wakeups"), why=" (the better rival's)")
        out += line("idle: CPU %", own.cpu, better_rival(rows, "cpu"), why=" (the better rival's)")
    else:
        paced = NAN if workload in UNPACED else 1
        cpu = CPU_OF_FLOOR.get(workload, 1)
        out += no_more_than(f"{workload}: CPU %", rows, "cpu", paced * cpu)
        out += no_more_than(f"{workload}: latency, median ms", rows, "lat50", paced)
        out += no_more_than(f"{workload}: latency, 99 % ms", rows, "lat99", paced * P99_OF_FLOOR)
    if workload not in ("idle", "marker"):
        out += enough_frames(f"{workload}: frames a second", rows)
    out += line(f"{workload}: torn updates a second", own.torn, 0)
    return out


def check_keys(case, rows):
    what = f"key during {case['workload']}"
    return (no_more_than(f"{what}, median ms", rows, "key50", 1)
            + no_more_than(f"{what}, 99 % ms", rows, "key99", 1))


def check_links(case, rows):
    own, what = rows["gpudesk"], f"{case['link']}, {case['encoding']}, {case['workload']}"
    out = line(f"{what}: latency beside the better rival's, median ms", own.lat50,
               better_rival(rows, "lat50"))
    if case["workload"] in ("scroll", "view", "drag"):
        rival = better_rival(rows, "frames", smallest=False)
        drawn = own.field("workload_fps")  # no viewer can get more than is drawn
        goal = min(1.5 * rival, SAME * drawn)
        out += line(f"{what}: frames a second", own.frames, goal, at_least=True)
        out += line(f"{what}: CPU %", own.cpu, better_rival(rows, "cpu"))
    return out


def check_viewers(case, rows):
    own = rows["gpudesk"]
    return line(f"{case['viewers']} viewers: frames a second of the worst", own.worst_frames,
                SAME * own.field("workload_fps"), at_least=True, why=" (those drawn)")


def check_busy(_case, rows):
    out = []
    # With the cores busy gpudesk yields, which the floor does not.
    for what, start, end, others in (("busy cores", 5, 9, RIVALS),
                                     ("free again", 10, 14, RIVALS + ("floor",))):
        best = max([rows[n].frames_between(start, end) for n in others
                    if n in rows and rows[n].used], default=NAN)
        out += line(f"{what}: frames a second", rows["gpudesk"].frames_between(start, end),
                    SAME * best, at_least=True)
    return out


def check_cold(case, rows):
    out = []
    for name, other, factor in (("gpudesk, nothing running", "x0vncserver", 1),
                                ("gpudesk, scraper running", "floor", FIRST_OF_FLOOR)):
        if name in rows and other in rows:
            out += line(f"{name}, {case['geometry']}, ms", rows[name].first_ms,
                        factor * rows[other].first_ms, why=f" ({factor} of {other}'s)")
    return out


def check_resize(case, rows):
    own, what = rows["gpudesk"], f"{case['sizes']} sizes {case['gap_ms']} ms apart"
    return (line(f"{what}: rounds never exact", own.never_right, 0)
            + line(f"{what}: sizes refused", own.probe("refused"), 0))


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


CHECKS = {"main": check_main, "keys": check_keys, "links": check_links, "resize": check_resize,
          "viewers": check_viewers, "busy": check_busy, "cold": check_cold}


def check_goals(cases):
    out = []
    for case, rows in cases:
        check = CHECKS.get(case["mode"])
        in_scope = case["mode"] in ("links", "cold") or case["encoding"] == "guacd"
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
