"""The conflict pack as a whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.fields.conflict.samples import acled, acled_json, gdelt, ged, ged_json
from tests.mutate import outcomes

from vigie.fields.conflict.pack import PACK
from vigie.model.pack import Sample


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No reader fails on anything, and recognising a sample never fails either."""
    for reader in PACK.readers:
        outcomes(reader, data)
        assert reader.recognises(Sample("x", data)) in (True, False)


def test_no_two_readers_claim_one_file() -> None:
    """Each sample is recognised by its own reader alone."""
    for data, name in ((ged(), "ucdp-ged"), (ged_json(), "ucdp-ged"), (acled(), "acled"), (acled_json(), "acled"), (gdelt(), "gdelt-events")):
        assert [reader.name for reader in PACK.readers if reader.recognises(Sample("x", data))] == [name]


def test_every_source_has_a_reader_and_its_floor() -> None:
    """A known feed is read by a reader of this pack, and is no more open than that reader's format."""
    floors = {reader.name: reader.floor for reader in PACK.readers}
    assert {source.floor for source in PACK.sources if source.name == "acled-export"} == {"owner"}
    assert all(source.floor == "owner" or floors[source.reader] == "open" for source in PACK.sources)


def test_deaths_weigh_more_than_the_kind_from_the_first_ten_on() -> None:
    """Severity of deaths rises to ten and never past it."""
    points = PACK.terms.severity["deaths"]
    assert [severity for _, severity in points] == sorted(severity for _, severity in points)
    assert points[-1][1] == 10


def test_peaceful_assembly_is_the_least_severe() -> None:
    """Its severity is the least that is not nothing; that no rule speaks of it is tested over every pack."""
    assert PACK.terms.kinds["unrest.protest"].severity == min(kind.severity for kind in PACK.terms.kinds.values() if kind.severity)
