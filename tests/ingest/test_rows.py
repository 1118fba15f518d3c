"""Rows of tables and objects of JSON files, with the place where each stood."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.ingest.rows import Row, json_rows, table_rows
from vigie.model.errors import BadReport, Reject

A, B = {"time": "2026", "persons": [{"x": 1}]}, {"time": "2027", "n": [1, [2]]}


def read(text: str) -> list[object]:
    """The cells of each row, or the reject's words."""
    return [item.cells if isinstance(item, Row) else item.what for item in json_rows(io.BytesIO(text.encode()))]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([A, B]),
        json.dumps({"type": "FeatureCollection", "features": [A, B]}),
        json.dumps({"Result": [A, B], "TotalPages": 1}),
        f"{json.dumps(A)}\n{json.dumps(B)}\n",
        "\ufeff" + json.dumps([A, B], indent=2),
        json.dumps({"messages": [], "data": [A, B]}),
    ],
)
def test_every_form_of_json_gives_the_same_records(text: str) -> None:
    """A list, a list in an object, a line each, with a byte-order mark, in a large object under any name."""
    assert read(text) == [A, B]


def test_one_object_is_one_record_though_it_holds_a_list() -> None:
    """A list of objects inside a record is not the file's records."""
    assert read(json.dumps(A)) == [A]


def test_a_long_list_under_any_name_is_the_files_records() -> None:
    """An object that goes on and on is no record."""
    assert read(json.dumps({"whatever": [A] * 10_000})) == [A] * 10_000


@pytest.mark.parametrize("text", ["", "hello", "<html>", "12"])
def test_what_is_not_json_is_refused(text: str) -> None:
    """In one sentence, before anything is read."""
    with pytest.raises(BadReport, match="not JSON"):
        read(text)


@pytest.mark.parametrize("text", [json.dumps([A, B])[:-5], json.dumps([A])[:-1], "[" * 100_000, json.dumps([A])[:-1] + ",12,"])
def test_a_file_that_is_cut_off_says_where(text: str) -> None:
    """What stood before the cut is read; the rest is one reject."""
    assert isinstance(list(json_rows(io.BytesIO(text.encode())))[-1], Reject)


@given(st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=5) | st.integers() | st.none(), max_size=3), max_size=5))
def test_a_list_of_any_objects_is_read_whole(objects: list[dict[str, object]]) -> None:
    """Whatever the keys and values."""
    assert read(json.dumps(objects)) == objects


@given(st.binary(max_size=200))
def test_any_bytes_give_rows_rejects_or_one_refusal(data: bytes) -> None:
    """Neither reader fails otherwise."""
    for reader in (table_rows, json_rows):
        with contextlib.suppress(BadReport):
            assert all(isinstance(item, Row | Reject) for item in reader(io.BytesIO(data)))
