# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables, as text."""
from figures import NAN, better_rival, percentile, tabulate
from goals import check_goals

LEGEND = """\
CPU: % of one core, the server's own and what it adds to the X server's (xCPU is that part).
fr/s: distinct whole frames that the viewer got. lat: from "on the X screen" to "right pixel in the
viewer's decoded picture", ms, median and 99th percentile; content: the same for the workload's own
frames. torn: updates a second that show two frames at once. wrong: pixels that differ from the
screen at rest. wake/s: context switches of the server. PSS: MB. first: connect to first whole
picture, ms. other: CPU used by other processes meanwhile. runs: used/made.
x lat, x CPU, x fr/s: how many times better than the better one of the two rivals."""

MEANINGFUL = 0.05  # below this (%, ms, fr/s) a ratio is one of noise


def ratio(a, b):
    return a / b if b and b == b else NAN


def column(title, width, digits, value):
    return title, width, digits, value


def better(figure, smallest=True):
    """How many times better than the better rival."""
    def value(row, rows):
        rival, own = better_rival(rows, figure, smallest), getattr(row, figure)
        if min(rival, own) < MEANINGFUL:
            return NAN
        return ratio(rival, own) if smallest else ratio(own, rival)
    return value


def samples(name, fraction):
    return lambda row, _: percentile(row.pooled(name), fraction)


CPU = [column("CPU", 7, 2, lambda r, _: r.cpu),
       column("xCPU", 7, 2, lambda r, _: r.added_x_cpu)]
FRAMES = [column("fr/s", 6, 1, lambda r, _: r.frames)]
LATENCY = [column("lat50", 7, 2, lambda r, _: r.lat50),
           column("lat99", 7, 2, lambda r, _: r.lat99)]
CONTENT = [column("con50", 7, 2, samples("content_ms", 0.5)),
           column("con99", 7, 2, samples("content_ms", 0.99))]
TRAFFIC = [column("MB/s", 8, 3, lambda r, _: r.probe("bytes") / 1e6)]
RIGHT = [column("torn", 5, 1, lambda r, _: r.torn), column("wrong", 7, 0, lambda r, _: r.wrong)]
RESOURCES = [column("wake/s", 7, 1, lambda r, _: r.wakeups),
             column("PSS", 6, 1, lambda r, _: r.field("pss"))]
FIRST = [column("first", 7, 1, lambda r, _: r.first_ms)]
RATIOS = [column("x lat", 6, 1, better("lat50")), column("x CPU", 6, 1, better("cpu")),
          column("x fr/s", 6, 1, better("frames", smallest=False))]
OTHER = [column("other", 6, 0, lambda r, _: 100 * r.field("foreign_cpu"))]

MAIN = (CPU + FRAMES + LATENCY + CONTENT + TRAFFIC + RIGHT + RESOURCES + FIRST + RATIOS + OTHER)
COLUMNS = {
    "main": MAIN,
    "quick": MAIN,
    "sizes": MAIN,
    "links": CPU + FRAMES + LATENCY + CONTENT + TRAFFIC + RIGHT + FIRST + RATIOS + OTHER,
    "stall": CPU + FRAMES + LATENCY + CONTENT + RIGHT + FIRST + OTHER,
    "keys": [column("key50", 7, 2, lambda r, _: r.key50),
             column("key99", 7, 2, lambda r, _: r.key99),
             column("direct50", 9, 2, samples("direct_ms", 0.5)),
             column("direct99", 9, 2, samples("direct_ms", 0.99)),
             column("echo50", 7, 2, samples("echo_ms", 0.5)),
             column("echo99", 7, 2, samples("echo_ms", 0.99)),
             column("n", 5, 0, lambda r, _: len(r.pooled("key_ms")))] + FRAMES + RIGHT + OTHER,
    "viewers": CPU + FRAMES + [column("worst", 6, 1, lambda r, _: r.worst_frames)] + LATENCY
    + RIGHT + RESOURCES + OTHER,
    "busy": [column("before", 7, 1, lambda r, _: r.frames_between(1, 4)),
             column("busy", 7, 1, lambda r, _: r.frames_between(5, 9)),
             column("after", 7, 1, lambda r, _: r.frames_between(10, 14))] + LATENCY + RIGHT,
    "resize": [column("answers", 8, 0, lambda r, _: r.probe("answers")),
               column("refused", 8, 0, lambda r, _: r.probe("refused")),
               column("skipped", 8, 1, lambda r, _: r.probe("skipped_pixels") / 1e6),
               column("right", 8, 1, lambda r, _: r.right_ms),
               column("worst", 8, 1,
                      lambda r, _: max((p.get("right_ms", NAN) for p in r.first), default=NAN)),
               column("updates", 8, 0, lambda r, _: r.probe("right_updates")),
               column("MB", 6, 1, lambda r, _: r.probe("right_bytes") / 1e6),
               column("never", 6, 0, lambda r, _: r.never_right),
               column("wrong", 8, 0, lambda r, _: r.wrong)] + OTHER,
    "cold": [column("median", 8, 1, lambda r, _: r.first_ms),
             column("p90", 8, 1,
                    lambda r, _: percentile([p["full_frame_ms"] for p in r.first], 0.9)),
             column("best", 8, 1, lambda r, _: min(p["full_frame_ms"] for p in r.first)),
             column("worst", 8, 1, lambda r, _: max(p["full_frame_ms"] for p in r.first)),
             column("kB", 8, 0, lambda r, _: r.probe("full_frame_bytes") / 1e3),
             column("wrong", 6, 0, lambda r, _: r.wrong),
             column("x x0vnc", 8, 2, lambda r, rows: ratio(
                 r.first_ms, rows["x0vncserver"].first_ms if "x0vncserver" in rows else NAN))],
}
COLD_NOTE = ("From connect to the first whole picture, ms, the rivals and the floor already "
             "running. x x0vnc: the median in units of x0vncserver's.")
RESIZE_NOTE = """\
By libvncclient's rule: it shows nothing between a size that it has requested and the next
ExtendedDesktopSize. answers: such rectangles; refused: those with an error. skipped: millions of
pixels sent in between. right: from the last request until the picture is exact, ms (median, worst),
and the updates and MB until then. never: rounds in which it was not exact after 10 s."""
NOTES = {"cold": [COLD_NOTE], "resize": [RESIZE_NOTE]}


def title_of(case):
    parts = [case["workload"], case["geometry"], f"asks for: {case['encoding']}"]
    if case["link"]:
        parts.append(f"link {case['link']}")
    if case["sizes"]:
        parts.append(f"{case['sizes']} sizes, {case['gap_ms']} ms apart")
    if case["viewers"] > 1:
        parts.append(f"{case['viewers']} viewers")
    if case["stalled"]:
        parts.append(f"{case['stalled']} stalled viewer beside it")
    return ", ".join(parts) + f" ({case['x']})"


def format_cell(value, width, digits):
    return f"{value:{width}.{digits}f}" if value == value else "-".rjust(width)


def format_row(row, rows, columns):
    name = f"  {row.contender:25}"
    if not row.used:
        return f"{name} failed: {row.error}"
    cells = [format_cell(value(row, rows), width, digits) for _, width, digits, value in columns]
    failed = f"  ({row.failed} failed: {row.error})" if row.failed else ""
    return f"{name} {' '.join(cells)}  {len(row.used)}/{row.all}{failed}"


def format_mode(mode, cases):
    columns = COLUMNS[mode]
    head = " " * 28 + " ".join(title.rjust(width) for title, width, _, _ in columns) + "  runs"
    lines = [f"== {mode} =="] + NOTES.get(mode, [])
    for case, rows in cases:
        lines += ["", title_of(case), head]
        lines += [format_row(row, rows, columns) for row in rows.values()]
    return lines


def format_report(records):
    cases = tabulate(records)
    lines = [LEGEND, ""]
    for mode in dict.fromkeys(case["mode"] for case, _ in cases):
        lines += format_mode(mode, [c for c in cases if c[0]["mode"] == mode]) + [""]
    goals = check_goals(cases)
    if goals:
        lines += ["== goals =="] + goals + [""]
    return "\n".join(lines)


def summaries(records):
    """The same figures for machines: one dict for each row."""
    for case, rows in tabulate(records):
        for row in rows.values():
            figures = {title: value(row, rows) for title, _, _, value in COLUMNS[case["mode"]]
                       if row.used}
            figures = {t: round(v, 4) for t, v in figures.items() if v == v}
            yield {**case, "contender": row.contender, "runs": len(row.used), **figures,
                   **({"error": row.error} if row.error else {})}
