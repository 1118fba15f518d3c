"""How sure it is what a column means."""

from __future__ import annotations

import polars as pl

from vigie.ingest.guess import guess
from vigie.ingest.mapping import Mapping
from vigie.ingest.senses import Sense, senses

CELLS = pl.DataFrame(
    {
        "lat": ["42.1", "43.0", ""],
        "lon": ["north", "south", "east"],
        "when": ["2026-01-01", "2026-01-02", "2026-01-03"],
        "type": ["Riot", "Riot", "Protest"],
        "Ime": ["Petra", "Ana", "Marko"],
        "remark": ["a", "b", "c"],
        "state": ["ME", "Serbia", "XK"],
    }
)


def _by_name(mapping: Mapping, *, is_guessed: bool) -> dict[str, Sense]:
    return {sense.view.name: sense for sense in senses(CELLS, mapping, is_guessed=is_guessed)}


def test_a_name_and_cells_that_agree_are_sure_and_cells_that_do_not_make_it_doubtful() -> None:
    """Latitudes in a column of that name; words in one that is called a longitude; dates whose column's name says nothing."""
    found = _by_name(guess(CELLS), is_guessed=True)
    assert (found["lat"].confidence, found["lat"].why) == ("sure", ("name", "cells"))
    assert (found["lon"].confidence, found["lon"].why) == ("doubtful", ("name", "unlike"))
    assert (found["when"].view.targets, found["when"].confidence, found["when"].why) == (("begin",), "likely", ("cells",))
    assert (found["remark"].view.understood, found["remark"].why) == ("detail", ("spare",))


def test_a_personal_column_shows_nothing_and_offers_nothing() -> None:
    """It is blanked, whatever its cells look like."""
    ime = _by_name(guess(CELLS), is_guessed=True)["Ime"]
    assert (ime.view.understood, ime.view.examples, ime.fits, ime.why) == ("blanked", (), (), ("personal",))


def test_what_somebody_chose_is_said_to_be_chosen() -> None:
    """And is still checked against the cells."""
    found = _by_name(Mapping(name="m", columns={"country": ("state",), "depth_km": ("remark",)}, units={"depth_km": "m"}), is_guessed=False)
    assert (found["state"].confidence, found["state"].why) == ("sure", ("chosen", "cells"))
    assert (found["remark"].confidence, found["remark"].unit) == ("doubtful", "m")
    assert "country" in found["state"].fits
