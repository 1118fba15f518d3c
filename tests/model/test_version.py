"""Versions: they grow, stay within their epoch, and are never given out twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vigie.model.version import EPOCH_BITS, MAX_EPOCH, epoch_of, first_of, next_version

EPOCHS = st.integers(0, MAX_EPOCH)
LATEST = st.integers(0, 1 << 30)


def test_in_the_first_epoch_versions_are_one_two_three() -> None:
    """As they were before there were epochs."""
    assert [next_version(latest, 0) for latest in (0, 1, 2)] == [1, 2, 3]
    assert first_of(0) == 1


@given(LATEST, EPOCHS)
def test_the_next_version_is_above_the_latest_and_above_all_of_earlier_epochs(latest: int, epoch: int) -> None:
    """So what a restored node says counts, whatever it said before."""
    version = next_version(latest, epoch)
    assert version > latest
    assert version >= first_of(epoch)
    assert epoch_of(version) >= epoch


@given(EPOCHS)
def test_a_new_key_begins_with_the_first_version_of_the_epoch(epoch: int) -> None:
    """Which fits a column of 32 bits."""
    assert next_version(0, epoch) == first_of(epoch)
    assert epoch_of(first_of(epoch)) == epoch
    assert first_of(epoch) + (1 << EPOCH_BITS) - 2 < 1 << 31
