"""The map of a page that is printed: one SVG that needs no style sheet, no script and no other file."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas
from vigie.model.event import Events
from vigie.picture.charts import WIDTH, Mark, View, land, marks, unit_lines

SEA, LAND, HOME, BORDER, UNITS, NAMES = "#dce6ea", "#edeae1", "#fbf8f0", "#988f7d", "#d4ccb8", "#5d574b"
TONES = ("#40404f", "#c04408", "#00755a", "#993a7c", "#1a83aa", "#946500", "#2b4fae", "#74502f")
"""The colours of fields, in the order of their numbers, on paper; each has a contrast of 3:1 to the land at least."""

_NUMBER_SIZE, _NAME_SIZE = 26, 21
_LETTER, _EDGE = 0.68, 4.0
"""How wide a letter of the widest of the fonts is at most on average, in its size, and how far labels stay from the edge."""


def map_svg(
    atlas: Atlas, view: View, events: Events, numbers: NDArray[np.int64], tone_of: Mapping[str, int], *, named: Mapping[int, int], language: str = "en"
) -> str:
    """An SVG of these events on the land that the view shows; those in `named` bear their place in the list.

    `tone_of` gives each field's number in `TONES`. All events must lie on the canvas.
    """
    shapes, placed = land(atlas, view, language), marks(events, numbers, view)
    fonts = "DejaVu Sans, Liberation Sans, Libertinus Serif, sans-serif"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {view.height:.1f}" font-family="{fonts}">',
        f'<rect width="{WIDTH:g}" height="{view.height:.1f}" fill="{SEA}"/>',
        *(f'<path d="{shape.path}" fill="{HOME if shape.is_home else LAND}" stroke="{BORDER}" stroke-width="1.2"/>' for shape in shapes),
        f'<path d="{unit_lines(atlas, view)}" fill="none" stroke="{UNITS}" stroke-width="1"/>',
        *(_name(shape.name, shape.x, shape.y, view.height) for shape in shapes if shape.name),
        *(_ring(mark, TONES[tone_of[events.field[mark.number]]]) for mark in placed if mark.ring),
        *(_mark(mark, TONES[tone_of[events.field[mark.number]]]) for mark in placed[::-1]),
        *(_number(mark, named[mark.number], view.height) for mark in placed if mark.number in named),
        "</svg>",
    ]
    return "".join(parts)


def inside(at: float, before: float, after: float, length: float) -> float:
    """Where a label stands that needs so much room on either side, on a canvas of that length: as near as can be to where it is wanted, never cut off.

    >>> inside(990.0, 60.0, 60.0, 1000.0), inside(500.0, 60.0, 60.0, 1000.0), inside(5.0, 60.0, 60.0, 1000.0)
    (936.0, 500.0, 64.0)
    """
    return round(max(min(at, length - after - _EDGE), before + _EDGE), 1)


def _name(name: str, x: float, y: float, height: float) -> str:
    half = len(name) * _LETTER * _NAME_SIZE / 2
    x, y = inside(x, half, half, WIDTH), inside(y, _NAME_SIZE, _NAME_SIZE / 3, height)
    return f'<text x="{x}" y="{y}" font-size="{_NAME_SIZE}" fill="{NAMES}" text-anchor="middle">{escape(name)}</text>'


def _ring(mark: Mark, tone: str) -> str:
    return f'<circle cx="{mark.x}" cy="{mark.y}" r="{mark.ring}" fill="none" stroke="{tone}" stroke-opacity="0.6" stroke-width="1.5" stroke-dasharray="6 4"/>'


def _mark(mark: Mark, tone: str) -> str:
    """A hollow mark was seen by one agency only."""
    fill, edge, width = (HOME, tone, 3.2) if mark.is_hollow else (tone, HOME, 1.5)
    return f'<circle cx="{mark.x}" cy="{mark.y}" r="{mark.radius}" fill="{fill}" fill-opacity="0.8" stroke="{edge}" stroke-width="{width}"/>'


def _number(mark: Mark, place: int, height: float) -> str:
    x = inside(mark.x + mark.radius + 4, 0.0, len(str(place)) * _LETTER * _NUMBER_SIZE, WIDTH)
    y = inside(mark.y + _NUMBER_SIZE / 3, _NUMBER_SIZE, 0.0, height)
    halo = f'stroke="{HOME}" stroke-width="6" stroke-linejoin="round"'
    text = f'x="{x:.1f}" y="{y:.1f}" font-size="{_NUMBER_SIZE}" font-weight="bold"'
    return f'<text {text} {halo} fill="none">{place}</text><text {text} fill="#18222c">{place}</text>'
