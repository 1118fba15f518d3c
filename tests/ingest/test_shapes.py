"""Shapes of files: tables with any usual delimiter, and JSON with its list wherever it stands."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.ingest.rows import Row
from vigie.ingest.shapes import any_rows, delimiter_of, is_json, names_in
from vigie.model.errors import BadReport, Reject


def cells(data: bytes, member: str = "") -> list[dict[str, object]]:
    """The cells of all rows, in order."""
    return [dict(row.cells) for row in any_rows(io.BytesIO(data), member) if isinstance(row, Row)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_is_found(delimiter: str) -> None:
    """The one that stands most often in the header, a byte-order mark before it or not."""
    data = delimiter.join(["a", "b", "c"]) + "\n" + delimiter.join(["1", "2", "3"]) + "\n"
    for start in ("", "\ufeff"):
        assert delimiter_of((start + data).encode()) == delimiter
        assert names_in((start + data).encode()) == {"a", "b", "c"}
        assert cells((start + data).encode()) == [{"a": "1", "b": "2", "c": "3"}]


@pytest.mark.parametrize(
    "data",
    [b'{"a": 1}', b'[{"a": 1}]', b'\xef\xbb\xbf [{"a": 1}]', b'{"n": 1, "data": [{"a": 1}]}', b'{"messages": [], "data": [{"a": 1}]}'],
)
def test_the_list_is_found_by_its_name(data: bytes) -> None:
    """Alone, in a list, or as the member `data` of an object, also behind an empty list."""
    assert is_json(data)
    assert "a" in names_in(data)
    assert cells(data, "data") == [{"a": 1}]


@given(st.binary(max_size=300), st.sampled_from(["", "data"]))
def test_any_bytes_are_rows_or_no_file_of_rows(data: bytes, member: str) -> None:
    """Looking at anything never fails but with `BadReport`."""
    names_in(data)
    with contextlib.suppress(BadReport):
        list(any_rows(io.BytesIO(data), member))


@pytest.mark.parametrize(("depth", "kind"), [(10, Row), (100, Reject), (500, Reject), (900, Reject)])
def test_a_record_nested_without_measure_is_rejected(depth: int, kind: type) -> None:
    """Walking such a record would exhaust the stack; its neighbours are read."""
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    items = list(any_rows(io.BytesIO(b'[{"b": 1}, {"x": ' + deep + b'}, {"b": 2}]')))
    assert [type(item) for item in items] == [Row, kind, Row]
