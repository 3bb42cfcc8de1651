# SPDX-License-Identifier: GPL-2.0-or-later
"""A soak's figures over time, as SVG: a panel each, with the line fitted by least squares."""

from xml.sax.saxutils import escape

LEFT, WIDTH, HEIGHT, GAP, TOP, NOTE = 60, 620, 64, 38, 44, 150
MOST = 150  # points in a panel
STYLE = ("text{font:12px system-ui,sans-serif;fill:#24292f}.small{font-size:10px;fill:#57606a}"
         ".head{font-weight:600}.axis{stroke:#d0d7de}.dot{fill:#2a7f9e}"
         ".line{stroke:#c8553d;stroke-width:1.5;stroke-dasharray:5 3}"
         "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#8d96a0}"
         ".axis{stroke:#3d444d}.dot{fill:#58b4d1}.line{stroke:#f0826b}}")


def fit(points):
    """(slope, value at 0) of the line nearest to the points."""
    n = len(points)
    mean_x = sum(x for x, _ in points) / n
    mean_y = sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    return slope, mean_y - slope * mean_x


def text(x, y, content, kind="", anchor="start"):
    return '<text x="%.0f" y="%.0f" class="%s" text-anchor="%s">%s</text>' % (
        x, y, kind, anchor, escape(content))


def draw_panel(y, title, unit, points, note, hours):
    top = max([value for _, value in points] + [0]) * 1.15 or 1

    def place(hour, value):
        return LEFT + hour / hours * WIDTH, y + HEIGHT - min(max(value / top, 0), 1) * HEIGHT
    out = [text(LEFT, y - 8, title, "head"), text(LEFT + WIDTH + 12, y + 14, note[0], "small"),
           text(LEFT + WIDTH + 12, y + 28, note[1], "small")]
    for part in (0, 0.5, 1):
        at = place(0, top * part)[1]
        out.append('<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" class="axis"/>' %
                   (LEFT, LEFT + WIDTH, at, at))
        out.append(text(LEFT - 6, at + 4, "%.3g%s" % (top * part, unit), "small", "end"))
    shown = points[::len(points) // MOST + 1]
    out += ['<circle cx="%.1f" cy="%.1f" r="1.6" class="dot"/>' % place(*p) for p in shown]
    if len(points) > 1:
        slope, start = fit(points)
        ends = [place(x, start + slope * x) for x in (points[0][0], points[-1][0])]
        out.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="line"/>' %
                   (*ends[0], *ends[1]))
    return out


def draw(title, panels, hours):
    """panels: (title, unit, [(hour, value)], (note, note)) each. Returns the SVG's text."""
    height = TOP + len(panels) * (HEIGHT + GAP) + 6
    width = LEFT + WIDTH + NOTE
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">'
           "<style>%s</style>" % (width, height, width, height, STYLE),
           text(LEFT, 18, title, "head")]
    for i, (name, unit, points, note) in enumerate(panels):
        out += draw_panel(TOP + 12 + i * (HEIGHT + GAP), name, unit, points, note, hours)
    out.append(text(LEFT, height - 4, "0", "small", "middle"))
    out.append(text(LEFT + WIDTH, height - 4, "%.3g h" % hours, "small", "middle"))
    return "\n".join(out + ["</svg>"]) + "\n"
