"""The map of coverage can be read without colour, without a style sheet, and holds only areas of the atlas."""

from __future__ import annotations

import pytest
from lxml import etree

from vigie.activities.coverage import VERDICT_WORDS, VERDICTS
from vigie.model.atlas import Atlas
from vigie.picture.coverage_map import TONES, coverage_map, coverage_svg, patterns, style_of

_SVG = "{http://www.w3.org/2000/svg}"


def test_every_verdict_has_a_drawing_and_those_that_matter_a_pattern_of_their_own() -> None:
    """No colour is the only code: two verdicts are plain, light and dark; the others differ by pattern."""
    assert set(TONES) == set(VERDICTS)
    drawn = [tone.pattern for tone in TONES.values() if tone.pattern]
    assert len(set(drawn)) == len(drawn) == len(TONES) - 2
    assert TONES["gap"].pattern


def test_the_map_is_one_file_that_is_well_formed_and_says_what_it_shows(atlas: Atlas) -> None:
    """Title, legend in words, counts, notes on names; no link, no style, no script."""
    levels = {"ME-01": "gap", "ME-02": "covered", "XK-01": "not known", "ZZ-99": "gap"}
    svg = coverage_svg(atlas, levels, words=dict[str, str](VERDICT_WORDS.items()), title="EXERCISE. A < B")  # type: ignore[arg-type]
    root = etree.fromstring(svg)
    text = " ".join(root.itertext())
    assert "EXERCISE. A < B" in text
    assert all(words in text for words in VERDICT_WORDS.values())
    assert "Kosovo*" in text
    assert "UNSCR 1244" in text
    assert {element.tag.removeprefix(_SVG) for element in root.iter()} <= {"svg", "title", "defs", "pattern", "rect", "path", "circle", "text", "g"}
    assert [unit.code for unit in coverage_map(atlas, levels).units] == ["ME-01", "ME-02", "XK-01"]


def test_a_pages_shapes_carry_class_and_fallback(atlas: Atlas) -> None:
    """A page colours by class; a renderer without a style sheet finds a fill."""
    (unit,) = coverage_map(atlas, {"ME-16": "planned only"}, "fr", prefix="second").units
    assert (unit.style, unit.fill, unit.country) == ("second-planned-only", "url(#second-planned-only)", "ME")
    assert 'id="second-planned-only"' in patterns("second")
    assert unit.path.startswith("M")
    assert style_of("gap") == "cover-gap"


def test_a_verdict_that_nobody_knows_is_refused(atlas: Atlas) -> None:
    """A mistyped verdict must not be drawn as land."""
    with pytest.raises(KeyError):
        coverage_map(atlas, {"ME-01": "fine"})
