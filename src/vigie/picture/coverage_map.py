"""The map of coverage against risk: first-level units filled by verdict, each with a pattern of its own, so that no colour is the only code.

A page takes the shapes and the patterns (`coverage_map`) and colours them by its style sheet; print and export take one whole SVG (`coverage_svg`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from textwrap import wrap

from vigie.model.atlas import Atlas, area_by_code, displayed_name, footnotes
from vigie.picture.charts import WIDTH, Shape, View, area_path, land, region_view
from vigie.picture.map_svg import BORDER, HOME, LAND, NAMES, SEA, inside

_LINE, _INK = "#a79e8b", "#18222c"
_FONTS = "DejaVu Sans, Liberation Sans, Libertinus Serif, sans-serif"
_NAME_SIZE, _LEGEND_SIZE, _LETTER = 21, 17, 0.6
_SWATCH, _ROW, _COLUMN, _PAD = 34, 32, 500, 16
_NOTE, _NOTE_SIZE, _NOTE_LETTERS = 20, 14, 108


@dataclass(frozen=True, slots=True)
class Tone:
    """How a verdict is drawn on paper: the ground, the colour of its pattern, and the pattern as SVG on a tile so wide (empty = plain)."""

    ground: str
    mark: str
    tile: int = 8
    pattern: str = ""


_SLANT = '<path class="{name}-mark" d="M-2 2L2 -2M-2 10L10 -2M6 10L10 6" fill="none" stroke="{mark}" stroke-width="2.6"/>'
_THIN = '<path class="{name}-mark" d="M-2 6L2 10M-2 -2L10 10M6 -2L10 2" fill="none" stroke="{mark}" stroke-width="1"/>'
_RULED = '<path class="{name}-mark" d="M0 3.5H7" fill="none" stroke="{mark}" stroke-width="1.2"/>'
_DOTS = '<circle class="{name}-dot" cx="3" cy="3" r="0.9" fill="{mark}"/>'

TONES: Mapping[str, Tone] = {
    "gap": Tone("#f7cdbb", "#a52a12", 8, _SLANT),
    "planned only": Tone("#fbe6b8", "#8a5c00", 8, _THIN),
    "open": Tone("#f3e3ea", "#8a3a68", 7, _RULED),
    "covered": Tone("#8fb4d9", "#8fb4d9"),
    "not known": Tone("#e1e1df", "#6b6b66", 6, _DOTS),
    "no known risk": Tone(HOME, HOME),
}
"""The verdicts that can be drawn. Vermilion, amber, purple and blue differ for all common kinds of colour blindness, and by pattern without any colour."""


@dataclass(frozen=True, slots=True)
class CoverShape:
    """A unit on the map: its code, name and country, its outline as an SVG path, its verdict, and the fill to draw it with."""

    code: str
    name: str
    country: str
    path: str
    verdict: str
    style: str
    """The verdict as a CSS class, such as `cover-planned-only`."""

    fill: str
    """`url(#…)` of its pattern, else a colour; for a renderer without a style sheet."""


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """All that a page needs to draw the map: the canvas, the countries under and over the units, the units, the patterns (safe SVG), notes on names."""

    view: View
    countries: tuple[Shape, ...]
    units: tuple[CoverShape, ...]
    patterns: str
    notes: tuple[str, ...]


def coverage_map(atlas: Atlas, levels: Mapping[str, str], language: str = "en", *, country: str = "", prefix: str = "cover") -> CoverageMap:
    """The map of these verdicts by area code, of the region or of one country; areas without a verdict are left as land.

    `prefix` begins the ids of the patterns, and the classes: choose another for a second map on the same page. Raises `KeyError` for a verdict without a tone.
    """
    view = region_view(atlas, country)
    outlines = _outlines(atlas, view, tuple(sorted(levels)))
    units = tuple(_unit(atlas, code, path, levels[code], language, prefix) for code, path in outlines)
    shapes = land(atlas, view, language)
    notes = footnotes([area for shape in shapes if shape.name and (area := area_by_code(atlas, shape.code))])
    return CoverageMap(view, shapes, units, patterns(prefix), notes)


def patterns(prefix: str = "cover") -> str:
    """The patterns of all verdicts as SVG definitions. Their parts bear classes (`cover-gap-ground`, `cover-gap-mark`) for a style sheet."""
    return "<defs>" + "".join(_pattern(verdict, tone, prefix) for verdict, tone in TONES.items() if tone.pattern) + "</defs>"


def coverage_svg(
    atlas: Atlas, levels: Mapping[str, str], language: str = "en", *, words: Mapping[str, str], title: str = "", country: str = "", prefix: str = "cover"
) -> str:
    """The map as one SVG that needs no style sheet and no other file. `words` say each verdict in the reader's language: the legend, in their order."""
    made = coverage_map(atlas, levels, language, country=country, prefix=prefix)
    counts = Counter(verdict for code, verdict in levels.items() if not country or _country_of(atlas, code) == country)
    legend, heading = _legend(words, counts, made.notes, prefix), _ROW if title else 0
    height = made.view.height + _PAD * 2 + heading + _ROW * len(_rows(words)) + _NOTE * len(_note_lines(made.notes))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:.1f}" font-family="{_FONTS}" role="img">',
        f"<title>{escape(title)}</title>" if title else "",
        made.patterns,
        f'<rect width="{WIDTH:g}" height="{height:.1f}" fill="#ffffff"/>',
        f'<svg width="{WIDTH:g}" height="{made.view.height:.1f}">',
        *_ground(made),
        "</svg>",
        f'<g font-weight="bold">{_line(_PAD, made.view.height + _PAD + _LEGEND_SIZE, title, _size([title], WIDTH - 2 * _PAD))}</g>' if title else "",
        f'<g transform="translate(0 {made.view.height + _PAD + heading:.1f})">',
        *legend,
        "</g>",
        "</svg>",
    ]
    return "".join(parts)


def style_of(verdict: str, prefix: str = "cover") -> str:
    """The CSS class of a verdict.

    >>> style_of("planned only")
    'cover-planned-only'
    """
    return f"{prefix}-{verdict.replace(' ', '-')}"


def fill_of(verdict: str, prefix: str = "cover") -> str:
    """What a verdict is filled with where no style sheet says so: its pattern, or its plain ground."""
    tone = TONES[verdict]
    return f"url(#{style_of(verdict, prefix)})" if tone.pattern else tone.ground


@lru_cache(maxsize=16)
def _outlines(atlas: Atlas, view: View, codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each area that is seen with its path."""
    drawn = ((code, area_path(atlas, view, [code])) for code in codes)
    return tuple((code, path) for code, path in drawn if path)


def _unit(atlas: Atlas, code: str, path: str, verdict: str, language: str, prefix: str) -> CoverShape:
    area = area_by_code(atlas, code)
    name = displayed_name(area, language) if area else code
    return CoverShape(code, name, _country_of(atlas, code), path, verdict, style_of(verdict, prefix), fill_of(verdict, prefix))


def _country_of(atlas: Atlas, code: str) -> str:
    area = area_by_code(atlas, code)
    return area.country if area else ""


def _pattern(verdict: str, tone: Tone, prefix: str) -> str:
    name = style_of(verdict, prefix)
    ground = f'<rect class="{name}-ground" width="{tone.tile}" height="{tone.tile}" fill="{tone.ground}"/>'
    marks = tone.pattern.format(name=name, mark=tone.mark)
    return f'<pattern id="{name}" width="{tone.tile}" height="{tone.tile}" patternUnits="userSpaceOnUse">{ground}{marks}</pattern>'


def _ground(made: CoverageMap) -> Iterator[str]:
    """Sea, land, units, borders and names, from below."""
    yield f'<rect width="{WIDTH:g}" height="{made.view.height:.1f}" fill="{SEA}"/>'
    yield from (f'<path d="{shape.path}" fill="{HOME if shape.is_home else LAND}"/>' for shape in made.countries)
    for unit in made.units:
        yield f'<path d="{unit.path}" fill="{unit.fill}" stroke="{_LINE}" stroke-width="0.8"><title>{escape(f"{unit.name}: {unit.verdict}")}</title></path>'
    yield from (f'<path d="{shape.path}" fill="none" stroke="{BORDER}" stroke-width="{1.8 if shape.is_home else 1}"/>' for shape in made.countries)
    yield from (_name(shape, made.view.height) for shape in made.countries if shape.name)


def _name(shape: Shape, height: float) -> str:
    half = len(shape.name) * _LETTER * _NAME_SIZE / 2
    x, y = inside(shape.x, half, half, WIDTH), inside(shape.y, _NAME_SIZE, _NAME_SIZE / 3, height)
    text = f'x="{x}" y="{y}" font-size="{_NAME_SIZE}" text-anchor="middle"'
    halo = f'<text {text} fill="none" stroke="{HOME}" stroke-width="7" stroke-linejoin="round">{escape(shape.name)}</text>'
    return f'{halo}<text {text} fill="{_INK if shape.is_home else NAMES}">{escape(shape.name)}</text>'


def _rows(words: Mapping[str, str]) -> list[Sequence[tuple[str, str]]]:
    """The legend in two columns."""
    items = list(words.items())
    return [items[place : place + 2] for place in range(0, len(items), 2)]


def _legend(words: Mapping[str, str], counts: Mapping[str, int], notes: Iterable[str], prefix: str) -> Iterator[str]:
    """A swatch and a sentence for each verdict, all of one size of letter, then the notes on names."""
    said = {verdict: f"{text} ({counts.get(verdict, 0)})" for verdict, text in words.items()}
    size = _size(said.values(), _COLUMN - _SWATCH - 2 * _PAD)
    for row, items in enumerate(_rows(said)):
        for column, (verdict, text) in enumerate(items):
            yield _entry(_PAD + column * _COLUMN, row * _ROW, fill_of(verdict, prefix), text, size)
    below = len(_rows(words)) * _ROW + _NOTE_SIZE
    yield from (_line(_PAD, below + place * _NOTE, text, _NOTE_SIZE) for place, text in enumerate(_note_lines(notes)))


def _note_lines(notes: Iterable[str]) -> list[str]:
    return [line for note in notes for line in wrap(note, _NOTE_LETTERS)]


def _size(texts: Iterable[str], width: float) -> float:
    """The size of letter in which all texts fit into that width."""
    return min(_LEGEND_SIZE, width / (max(map(len, texts), default=1) * _LETTER))


def _entry(x: float, y: float, fill: str, text: str, size: float) -> str:
    tall = _SWATCH * 0.7
    swatch = f'<rect x="{x:g}" y="{y:.1f}" width="{_SWATCH}" height="{tall:g}" fill="{fill}" stroke="{BORDER}" stroke-width="1.2"/>'
    return swatch + _line(x + _SWATCH + 10, y + tall / 2 + size * 0.35, text, size)


def _line(x: float, y: float, text: str, size: float) -> str:
    return f'<text x="{x:g}" y="{y:.1f}" font-size="{size:.1f}" fill="{_INK}">{escape(text)}</text>'
