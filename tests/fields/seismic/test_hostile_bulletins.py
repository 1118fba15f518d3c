"""Whatever bytes come, a seismic reader answers with reports, rejects or one BadReport, and never invents an event."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mutate import assert_survives

from vigie.fields.seismic.readers import READERS
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader
from vigie.model.report import Report, facts_text, is_finite

BULLETINS = Path(__file__).parent / "bulletins"
SAMPLES = {"quakeml": "two_agencies.xml", "fdsn-text": "older_server.txt", "isf": "two_agencies.isf"}


def harvest(reader: Reader, content: bytes) -> list[Report | Reject]:
    """What the reader makes of these bytes; nothing where it refuses them."""
    try:
        items = list(reader.read(io.BytesIO(content), ReadContext("hostile")))
    except BadReport:
        return []
    for item in items:
        assert isinstance(item, Report | Reject)
        assert isinstance(item, Reject) or (is_finite(item) and facts_text(item).encode() and item.field == "seismic")
    return items


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@given(content=st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_make_reports_rejects_or_a_bad_report(reader: Reader, content: bytes) -> None:
    """No other exception comes out."""
    harvest(reader, content)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_damaged_bulletin_makes_reports_rejects_or_a_bad_report(reader: Reader) -> None:
    """No other exception comes out."""
    assert_survives(reader, [(BULLETINS / SAMPLES[reader.name]).read_bytes()], seed=3)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_bulletin_cut_anywhere_keeps_only_events_that_were_whole(reader: Reader) -> None:
    """Every report of a cut file is, to the letter, one of the whole file; only FDSN text cannot know that its last line is cut."""
    sample = (BULLETINS / SAMPLES[reader.name]).read_bytes()
    whole = {facts_text(item) for item in harvest(reader, sample) if isinstance(item, Report)}
    for length in range(0, len(sample), 7):
        cut = harvest(reader, sample[:length])
        reports = [facts_text(item) for item in cut if isinstance(item, Report)]
        spared = reports[:-1] if reader.name == "fdsn-text" else reports
        assert set(spared) <= whole


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_exercise_files_make_exercise_reports(reader: Reader) -> None:
    """The caller says so, and every report does."""
    sample = (BULLETINS / SAMPLES[reader.name]).read_bytes()
    items = list(reader.read(io.BytesIO(sample), ReadContext("x", exercise=True)))
    assert all(item.exercise for item in items if isinstance(item, Report))
