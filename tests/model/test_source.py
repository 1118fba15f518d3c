"""Sources: the file of known feeds."""

from __future__ import annotations

import pytest

from vigie.model.errors import BadSetting
from vigie.model.source import sources_from_toml

GOOD = """
[feed]
title = "A feed"
address = "https://example.org/feed"
fetch = "http"
reader = "r"
licence = "CC BY 4.0"
floor = "open"
attribution = "Example"
"""


def test_a_source_takes_its_name_from_its_table_and_its_field_from_the_pack() -> None:
    """What the table does not say has the default."""
    (source,) = sources_from_toml(GOOD, "conflict")
    assert (source.name, source.field, source.floor, source.cadence_minutes) == ("feed", "conflict", "open", 1440)
    assert sources_from_toml("", "conflict") == ()


@pytest.mark.parametrize(
    "text",
    [
        "[feed",
        "feed = 1",
        GOOD + "colour = 'red'",
        GOOD.replace('licence = "CC BY 4.0"', ""),
        GOOD.replace('"open"', '"shut"'),
        GOOD + "cadence_minutes = 0",
        GOOD + "cadence_minutes = true",
        GOOD + "account = 3",
    ],
)
def test_a_faulty_sources_file_is_the_operators_to_mend(text: str) -> None:
    """A key too many, one too few, a value of the wrong sort: one sentence, `BadSetting`."""
    with pytest.raises(BadSetting):
        sources_from_toml(text, "conflict")
