#!/usr/bin/env python3
"""Draws the time of a token against the vocabulary: plot.py pipelines.json pipelines.svg

Peaked rows of float, medians of CPU time, both axes logarithmic. Standard library only.
"""
import argparse
import math
from xml.sax.saxutils import escape

from report import load, machine

WIDTH, HEIGHT = 860, 540
LEFT, RIGHT, TOP, BOTTOM = 86, 238, 84, 66
INK, FAINT, GRID = "#1f2328", "#59636e", "#e4e7eb"

# name in the JSON, label, colour, dash pattern
LINES = [
    ("baseline/top_p", "baseline top-p, full sort", "#a3431f", "7 4"),
    ("baseline/top_p_partial", "baseline top-p, partial sort", "#c2621b", "7 4"),
    ("baseline/default", "baseline default chain", "#8f6a00", "7 4"),
    ("pipeline/top_p", "argdraw top-p", "#1257b0", ""),
    ("pipeline/temperature", "argdraw temperature", "#0b7a75", ""),
    ("pipeline/default", "argdraw default chain", "#6a3fb5", ""),
    ("floor", "reading the row once", "#59636e", "2 3"),
]


def series(times):
    vocabularies = sorted({int(key.split("/")[-1]) for key in times})
    for name, label, colour, dash in LINES:
        keys = {v: f"floor/read/float/{v}" if name == "floor" else f"{name}/peaked/float/{v}" for v in vocabularies}
        points = [(v, times[key]) for v, key in keys.items() if key in times]
        if points:
            yield label, colour, dash, points


def spread(wanted, gap):
    """Label heights as near to the wanted ones as a minimum distance allows; `wanted` is in ascending order."""
    groups = []
    for y in wanted:
        groups.append([y, 1])
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < gap * (groups[-1][1] + groups[-2][1]) / 2:
            centre, count = groups.pop()
            groups[-1] = [(groups[-1][0] * groups[-1][1] + centre * count) / (groups[-1][1] + count),
                          groups[-1][1] + count]
    return [centre + gap * (i - (count - 1) / 2) for centre, count in groups for i in range(count)]


def text(x, y, content, size=13, colour=INK, anchor="start", extra=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{extra}>'
            f"{escape(content)}</text>")


def duration(decade):
    return f"{10 ** decade:g} µs" if decade < 3 else f"{10 ** (decade - 3):g} ms"


def draw(times, context):
    lines = list(series(times))
    if not lines:
        raise SystemExit("no peaked float rows in this run")
    xs = sorted({v for *_, points in lines for v, _ in points})
    ys = [t for *_, points in lines for _, t in points]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    span = math.log(xs[-1] / xs[0]) or 1.0

    def px(v):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(v / xs[0]) / span

    def py(t):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(t) - low) / (high - low)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
           'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" role="img">',
           "<title>Time of one token against the size of the vocabulary</title>",
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
           text(LEFT, 34, "From a row of logits to a token", 19, INK, extra=' font-weight="600"'),
           text(LEFT, 58, f"one thread, {machine(context)}; peaked rows of float, median of repetitions", 12.5, FAINT)]
    for decade in range(low, high + 1):
        y = py(10 ** decade)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        out.append(text(LEFT - 10, y + 4.5, duration(decade), colour=FAINT, anchor="end"))
    for v in xs:
        x = px(v)
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM + 5}" stroke="{GRID}"/>')
        out.append(text(x, HEIGHT - BOTTOM + 21, f"{round(v / 1000)}k", colour=FAINT, anchor="middle"))
    out.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, "tokens in the vocabulary (logarithmic)", colour=FAINT,
                    anchor="middle"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    out.append(text(18, middle, "time of one token (logarithmic)", colour=FAINT, anchor="middle",
                    extra=f' transform="rotate(-90 18 {middle:.1f})"'))

    lines.sort(key=lambda line: py(line[3][-1][1]))
    heights = spread([py(points[-1][1]) for *_, points in lines], 18)
    for (label, colour, dash, points), y in zip(lines, heights):
        path = " ".join(f"{px(v):.1f},{py(t):.1f}" for v, t in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.2"{dashes}/>')
        out.extend(f'<circle cx="{px(v):.1f}" cy="{py(t):.1f}" r="3.2" fill="{colour}"/>' for v, t in points)
        x_end, y_end = px(points[-1][0]), py(points[-1][1])
        out.append(f'<polyline points="{x_end + 5:.1f},{y_end:.1f} {x_end + 16:.1f},{y:.1f}" fill="none" '
                   f'stroke="{colour}" stroke-width="0.8"/>')
        out.append(text(x_end + 20, y + 4.5, label, colour=colour))
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("json")
    parser.add_argument("svg")
    arguments = parser.parse_args()
    with open(arguments.svg, "w", encoding="utf-8", newline="\n") as file:
        file.write(draw(*load(arguments.json)))


if __name__ == "__main__":
    main()
