"""Terms: how a code finds its kind, and how terms files are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.errors import BadSetting
from vigie.model.terms import Kind, Terms, broader_kinds, codes_of, coding, differences, kind_of, merge_terms, quad_index, severity_of, term_of, terms_from_yaml

SMALL = """
field: conflict
kinds:
  a: {title: A, quad: 4, score: -10, severity: 2}
  a.b: {title: B, quad: 1, score: 3, broader: a}
  c: {title: C, field: cyber}
codes:
  s: {"1*": a, "12*": a.b, "12": {kind: c, mode: m, contexts: [x], confidence: 0.5, lossy: true}, Word: c}
shapes: {s: '1\\d*|[a-z]+'}
editions: {s: "table 1"}
severity:
  deaths: [[0, 0], [10, 5], [100, 10]]
"""


def small() -> Terms:
    """The terms above."""
    return terms_from_yaml(SMALL)


def test_an_exact_code_beats_a_prefix_and_a_longer_prefix_a_shorter() -> None:
    """12 is exact, 123 has the longer prefix, 13 the shorter."""
    found = [term_of(small(), "s", code) for code in ("12", "123", "13", "1")]
    assert [term.kind for term in found if term] == ["c", "a.b", "a", "a"]


def test_letter_case_and_margins_do_not_matter() -> None:
    """WORD is Word; a star is no code of its own."""
    kind = kind_of(small(), "s", " WORD ")
    assert kind is not None
    assert (kind.name, kind.field) == ("c", "cyber")
    assert term_of(small(), "s", "1*") is None
    assert term_of(small(), "none", "1") is None


@given(st.text(max_size=6))
def test_any_text_has_one_meaning_or_none(code: str) -> None:
    """Looking up never fails, and is the same on each day."""
    assert term_of(small(), "s", code) == term_of(small(), "s", code)


def test_coding_keeps_the_source_and_what_the_mapping_says_of_itself() -> None:
    """Scheme, code, edition, mode, contexts, confidence and loss stand beside the kind."""
    term = term_of(small(), "s", "12")
    assert term is not None
    expected = {"scheme": "s", "code": "12", "edition": "table 1", "mode": "m", "contexts": ["x"], "confidence": 0.5, "lossy": True}
    assert coding(small(), "s", "12", term) == expected


def test_broader_kinds_and_codes_of_a_kind() -> None:
    """A kind knows what is above it, and which codes lead to it."""
    assert broader_kinds(small(), "a.b") == ("a",)
    assert broader_kinds(small(), "nothing") == ()
    assert codes_of(small(), "s", "c") == ("12", "word")


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=5))
def test_severity_rises_with_the_magnitude_and_stays_within_ten(magnitudes: list[float]) -> None:
    """More deaths are never less severe, and the kind's own severity is the least."""
    found = [severity_of(small(), "a", magnitude, "deaths") for magnitude in sorted(magnitudes)]
    assert found == sorted(found)
    assert all(2 <= severity <= 10 for severity in found)


def test_severity_between_two_points_is_on_the_line() -> None:
    """Half-way between the points (10, 5) and (100, 10); without a scale the kind's own counts."""
    assert severity_of(small(), "c", 55, "deaths") == 7.5
    assert severity_of(small(), "a") == severity_of(small(), "a", 55, "unknown") == 2
    assert severity_of(small(), "unknown") == 0


def test_two_editions_of_a_table_list_what_changed() -> None:
    """A code that changed, one that came and one that went are listed; the rest is not."""
    new = terms_from_yaml(SMALL.replace('"1*": a,', '"1*": c,').replace("Word: c", "Other: c"))
    changed = differences(small(), new, "s")
    assert [code for code, _, _ in changed] == ["1*", "other", "word"]
    assert changed[1][1] is None


def test_one_event_moves_the_index_by_no_more_than_the_cap() -> None:
    """An event of score -10 under a cap of 5 moves the index by 5 and the count by one; a statement moves nothing."""
    kinds = small().kinds
    assert quad_index([kinds["a"], kinds["a.b"]], cap=5) == ({1: 1, 2: 0, 3: 0, 4: 1}, -2)
    assert quad_index([Kind(name="s", title="S", field="f", quad=0, score=0)]) == ({1: 0, 2: 0, 3: 0, 4: 0}, 0)


def test_terms_of_two_files_join_unless_they_disagree() -> None:
    """Joining a file with itself changes nothing; another meaning of one code is refused."""
    assert merge_terms(small(), small()) == small()
    with pytest.raises(BadSetting, match="disagree on a code of s"):
        merge_terms(small(), terms_from_yaml(SMALL.replace("Word: c", "Word: a")))


@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        "{",
        "colour: red",
        "kinds: {a: {severity: 11, field: f}}",
        "kinds: {a: {severity: much, field: f}}",
        "kinds: {a: {}}",
        "kinds: {a: {field: f}}\ncodes: {s: {1: a}}",
        "kinds: {a: {field: f}}\ncodes: {s: {x: b}}",
        "kinds: {a: {field: f}}\ncodes: {s: {x: a, X: a}}",
        "severity: {deaths: [[1, 2], [1, 3]]}",
        "severity: {deaths: []}",
        "severity: {deaths: [[1, 11]]}",
        "severity: {deaths: 3}",
        "shapes: {s: '('}",
    ],
)
def test_a_faulty_terms_file_is_the_operators_to_mend(text: str) -> None:
    """Codes that are numbers, unknown kinds, severities out of range: one sentence, `BadSetting`."""
    with pytest.raises(BadSetting):
        terms_from_yaml(text)
