"""The picture of how time and memory of linking grow with the number of reports, drawn as SVG from the figures of `bench/link.py --growth`.

`python bench/link_growth.py` draws it again from the figures kept in `bench/results/linking-growth.json`.
Greys and hues are of middle lightness, so that they can be read on white and on black.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "bench" / "results" / "linking-growth.json"
PICTURE = ROOT / "docs" / "pictures" / "linking-growth.svg"

WIDTH, HEIGHT = 790, 330
GREY, BLUE, ORANGE = "#808080", "#3182bd", "#d9822b"

Points: TypeAlias = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot with two logarithmic axes: its place in pixels, and the powers of ten at the ends of both."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[int, int]
    y: tuple[int, int]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The pixels of a point."""
        right = (math.log10(x) - self.x[0]) / (self.x[1] - self.x[0])
        up = (math.log10(y) - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + right * self.width, self.top + (1 - up) * self.height


def publish(found: list[dict[str, Any]]) -> None:
    """Keeps the figures and draws them."""
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(found, indent=1) + "\n")
    PICTURE.write_text(draw(found))


def draw(found: list[dict[str, Any]]) -> str:
    """The picture: seconds on the left, memory on the right."""
    reports = [one["reports"] for one in found]
    across = (math.floor(math.log10(min(reports))), math.ceil(math.log10(max(reports))))
    wall, cpu, memory = ([(one["reports"], max(one[name], 1e-3)) for one in found] for name in ("wall_s", "cpu_s", "peak_gib"))
    seconds = Panel(52, 44, 300, 230, across, _powers([*wall, *cpu]))
    gib = Panel(440, 44, 300, 230, across, _powers(memory))
    parts = [
        *_axes(seconds, "seconds"),
        *_axes(gib, "peak memory, GiB"),
        _slope(seconds, cpu[-1]),
        *_series(seconds, cpu, ORANGE, "CPU", _square),
        *_series(seconds, wall, BLUE, "wall", _dot),
        *_series(gib, memory, BLUE, "", _dot),
        *_legend(seconds),
    ]
    said = f"Linking from {min(reports):,} to {max(reports):,} reports: " + "; ".join(f"{x:,} in {y:g} s" for x, y in wall)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" font-size="12" fill="{GREY}">'
    return "\n".join([head, f"<title>{said}</title>", *parts, "</svg>", ""])


def _powers(points: Points) -> tuple[int, int]:
    values = [math.log10(value) for _, value in points]
    low = math.floor(min(values))
    return low, max(math.ceil(max(values)), low + 1)


def _axes(panel: Panel, title: str) -> list[str]:
    """Frame, lines and numbers at each power of ten, and what is shown."""
    parts = [_text(panel.left, panel.top - 26, title, "start", "bold"), _text(panel.left + panel.width / 2, panel.top + panel.height + 38, "reports", "middle")]
    for power in range(panel.x[0], panel.x[1] + 1):
        x, y = panel.at(10.0**power, 10.0 ** panel.y[0])
        parts += [_line((x, y), (x, panel.top), 0.25), _text(x, y + 18, _count(power), "middle")]
    for power in range(panel.y[0], panel.y[1] + 1):
        x, y = panel.at(10.0 ** panel.x[0], 10.0**power)
        parts += [_line((x, y), (x + panel.width, y), 0.25), _text(x - 8, y + 4, f"{10.0**power:g}", "end")]
    return parts


def _count(power: int) -> str:
    return f"{10 ** (power - 6)} million" if power >= 6 else f"{10**power:,}"


def _slope(panel: Panel, through: tuple[float, float]) -> str:
    """A dashed line of slope one through a point, as far as the panel reaches."""
    each = through[1] / through[0]
    low, high = max(10.0 ** panel.x[0], 10.0 ** panel.y[0] / each), min(10.0 ** panel.x[1], 10.0 ** panel.y[1] / each)
    return _line(panel.at(low, low * each), panel.at(high, high * each), 0.9, "5 4")


def _series(panel: Panel, points: Points, colour: str, name: str, mark: Callable[[float, float, str], str]) -> list[str]:
    places = [panel.at(*point) for point in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    marks = [f"<g><title>{name} {x:,}: {y:g}</title>{mark(*place, colour)}</g>" for (x, y), place in zip(points, places, strict=True)]
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>', *marks]


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'


def _square(x: float, y: float, colour: str) -> str:
    return f'<rect x="{x - 3.2:.1f}" y="{y - 3.2:.1f}" width="6.4" height="6.4" fill="{colour}"/>'


def _legend(panel: Panel) -> list[str]:
    """What each mark of the first panel means, above it."""
    y = panel.top - 30
    keys = [_dot(panel.left + 84, y, BLUE), _square(panel.left + 138, y, ORANGE), _line((panel.left + 184, y), (panel.left + 208, y), 0.9, "5 4")]
    words = ((94, "wall"), (148, "CPU"), (214, "in proportion"))
    return [*keys, *(_text(panel.left + x, y + 4, word, "start") for x, word in words)]


def _line(begin: tuple[float, float], end: tuple[float, float], opacity: float, dash: str = "none") -> str:
    place = f'x1="{begin[0]:.1f}" y1="{begin[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {place} stroke="{GREY}" stroke-opacity="{opacity}" stroke-dasharray="{dash}"/>'


def _text(x: float, y: float, text: str, anchor: str, weight: str = "normal") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{text}</text>'


if __name__ == "__main__":
    PICTURE.write_text(draw(json.loads(FIGURES.read_text())))
