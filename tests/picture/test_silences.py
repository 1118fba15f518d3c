"""Silences: what is usual for an agency is what its own words say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from picture.crowds import crowd
from vigie.model.times import DAY_US
from vigie.picture.silences import Rhythms, last_words, silences, silences_in

instants = st.lists(st.integers(0, 400), min_size=1, max_size=30).map(sorted)


@given(instants, st.integers(0, 500))
def test_the_usual_gap_is_the_90th_percentile(days: list[int], now: int) -> None:
    """As NumPy has it, of the words until now; and the last word is the last of these."""
    said_us = np.array(days, np.int64) * DAY_US
    heard = [day for day in days if day <= now]
    found = silences_in(Rhythms(("A",), ("cyber",), (said_us,)), now * DAY_US)[0]
    usual = max(float(np.quantile(np.diff(heard), 0.9)) if len(heard) > 1 else 1.0, 1.0)
    assert found.usual_days == round(usual, 2)
    assert found.last_us == (heard or days)[-1 if heard else 0] * DAY_US
    assert last_words(Rhythms(("A",), ("cyber",), (said_us,)), now * DAY_US) == ([("A", heard[-1] * DAY_US)] if heard else [])


def test_every_agency_and_field_is_counted_once() -> None:
    """All reports of the catalogue, by agency and field."""
    catalogue = crowd(5, 200).catalogue
    found = silences(catalogue, int(catalogue.issued_us.max()))
    assert sum(item.reports for item in found) == len(catalogue)
    assert len({(item.agency, item.field) for item in found}) == len(found) == 12
