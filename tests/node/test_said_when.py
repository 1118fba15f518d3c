"""Times as people say them become intervals in UTC."""

from __future__ import annotations

from typing import Any

import pytest

from vigie.model.errors import BadReport, BadSetting
from vigie.model.times import format_time, parse_time
from vigie.node.said_when import ABOUT_S, EXACT_S, NOW_S, SaidWhen, when_said

NOW_US = parse_time("2026-11-23T12:00:00Z")
PODGORICA = "Europe/Podgorica"


def _said(how: Any, **parts: Any) -> tuple[str, str, str]:
    when = when_said(SaidWhen(how=how, **({"zone": PODGORICA} | parts)), NOW_US)
    return format_time(when.begin_us), format_time(when.end_us), when.meaning


def test_each_way_of_saying_a_time_has_its_interval() -> None:
    """A day begins at its own midnight, a night goes on into the next day, and only what lasted lasted."""
    assert _said("day", day="2026-11-23") == ("2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z", "uncertain")
    assert _said("part", day="2026-11-23", part="morning") == ("2026-11-23T05:00:00Z", "2026-11-23T11:00:00Z", "uncertain")
    assert _said("part", day="2026-11-23", part="night") == ("2026-11-23T21:00:00Z", "2026-11-24T05:00:00Z", "uncertain")
    assert _said("between", day="2026-11-22", clock="23:30", until_day="2026-11-23", until_clock="01:00")[2] == "uncertain"
    assert _said("lasted", day="2026-11-23", clock="08:00", until_clock="09:30") == ("2026-11-23T07:00:00Z", "2026-11-23T08:30:00Z", "lasted")
    assert _said("now") == ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z", "uncertain")


def test_an_instant_says_how_far_off_it_may_be() -> None:
    """To the minute, about, or now; an interval says it by its length."""
    sigmas = [when_said(SaidWhen(how=how, **parts), NOW_US).sigma_s for how, parts in _INSTANTS]  # type: ignore[arg-type]
    assert sigmas == [EXACT_S, ABOUT_S, NOW_S, None]


_INSTANTS: list[tuple[str, dict[str, Any]]] = [
    ("instant", {"day": "2026-11-23", "clock": "10:00"}),
    ("instant", {"day": "2026-11-23", "clock": "10:00", "about": True}),
    ("now", {}),
    ("day", {"day": "2026-11-23"}),
]


def test_where_the_clocks_change_the_interval_is_the_longest_that_can_be_meant() -> None:
    """The day on which they go back has 25 hours, and two o'clock to half past may have been an hour and a half."""
    assert _said("day", day="2026-10-25")[:2] == ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")
    assert _said("between", day="2026-10-25", clock="02:00", until_clock="02:30")[:2] == ("2026-10-25T00:00:00Z", "2026-10-25T01:30:00Z")


@pytest.mark.parametrize(
    ("how", "parts"),
    [
        ("day", {}),
        ("day", {"day": "2026-02-30"}),
        ("instant", {"day": "2026-11-23"}),
        ("part", {"day": "2026-11-23"}),
        ("between", {"day": "2026-11-23", "clock": "10:00", "until_clock": "10:00"}),
        ("lasted", {"day": "2026-11-23", "clock": "10:00", "until_clock": "25:00"}),
    ],
)
def test_what_is_no_time_is_refused(how: str, parts: dict[str, str]) -> None:
    """A part that is missing, or that no calendar or clock has."""
    with pytest.raises(BadReport):
        when_said(SaidWhen(how=how, **parts), NOW_US)  # type: ignore[arg-type]


def test_an_unknown_zone_is_refused() -> None:
    """Only names of the IANA list are zones."""
    with pytest.raises(BadSetting, match="no such time zone"):
        _said("now", zone="Nowhere/Nothing")
