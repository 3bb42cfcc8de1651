# SPDX-License-Identifier: GPL-2.0-or-later
"""The chart for the README: bars of latency (logarithmic) and CPU for each workload, as SVG."""
import math
from xml.sax.saxutils import escape

from figures import tabulate

LABELS = {
    "marker": "a small change", "typing": "typing", "scroll": "text scrolling",
    "view": "3D viewport, 30/s", "full": "full screen, 60/s", "false": "false damage, 60/s",
    "drag": "window dragged, 60/s",
}
COLORS = {"x0vncserver": "#c8553d", "x11vnc": "#e0a458", "floor": "#8d99ae", "gpudesk": "#2a7f9e"}
LEFT, PANEL, GAP, BAR, SPACE, TOP = 170, 330, 60, 11, 14, 62
STYLE = ("text{font:12px system-ui,sans-serif;fill:#24292f}.small{font-size:10px;fill:#57606a}"
         ".head{font-weight:600}.axis{stroke:#d0d7de}"
         "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#8d96a0}"
         ".axis{stroke:#3d444d}}")


class Panel:
    """One axis: maps a value to a length in pixels."""

    def __init__(self, title, figure, ticks, logarithmic, unit):
        self.title, self.figure, self.ticks, self.unit = title, figure, ticks, unit
        self.logarithmic = logarithmic

    def length(self, value):
        low, high = self.ticks[0], self.ticks[-1]
        value = min(max(value, low), high)
        if self.logarithmic:
            return PANEL * math.log(value / low) / math.log(high / low)
        return PANEL * (value - low) / (high - low)


def text(x, y, content, kind="", anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">' \
           f"{escape(content)}</text>"


def short(value):
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def draw_panel(panel, x, cases, names, bottom):
    out = [text(x, TOP - 26, panel.title, "head")]
    for tick in panel.ticks:
        at = x + panel.length(tick)
        out.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 4}" y2="{bottom}" class="axis"/>')
        out.append(text(at, TOP - 8, f"{tick:g}{panel.unit}", "small", "middle"))
    y = TOP + 4
    for _, rows in cases:
        for name in names:
            if name in rows and rows[name].used:
                value = getattr(rows[name], panel.figure)
                if value == value:
                    length = max(1.5, panel.length(value))
                    out.append(f'<rect x="{x}" y="{y}" width="{length:.1f}" height="{BAR - 1}" '
                               f'fill="{COLORS.get(name, "#777")}"/>')
                    out.append(text(x + length + 4, y + BAR - 2, short(value), "small"))
            y += BAR
        y += SPACE
    return out


def draw_chart(records):
    """SVG text, or None when there is nothing to draw."""
    cases = [(case, rows) for case, rows in tabulate(records)
             if case["mode"] in ("main", "quick") and case["encoding"] == "guacd"
             and case["workload"] in LABELS]
    if not cases:
        return None
    names = [n for n in COLORS if any(n in rows for _, rows in cases)]
    height = len(names) * BAR + SPACE
    bottom = TOP + len(cases) * height
    width = LEFT + 2 * PANEL + GAP + 50
    panels = [Panel("latency, ms (median)", "lat50", [0.1, 1, 10, 100, 1000], True, ""),
              Panel("CPU, % of one core", "cpu", [0, 25, 50, 75, 100], False, "")]
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{bottom + 34}" '
           f'viewBox="0 0 {width} {bottom + 34}"><style>{STYLE}</style>']
    for i, (case, _) in enumerate(cases):
        out.append(text(LEFT - 12, TOP + i * height + height / 2, LABELS[case["workload"]],
                        anchor="end"))
    for i, panel in enumerate(panels):
        out += draw_panel(panel, LEFT + i * (PANEL + GAP), cases, names, bottom)
    for i, name in enumerate(names):
        x = LEFT + i * 120
        out.append(f'<rect x="{x}" y="{bottom + 10}" width="12" height="12" '
                   f'fill="{COLORS[name]}"/>')
        out.append(text(x + 18, bottom + 20, name))
    return "\n".join(out + ["</svg>"]) + "\n"
