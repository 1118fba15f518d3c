"""Canonical bytes: known answers of RFC 8785 and its laws."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.canonical import canonical_bytes, number_text

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"),
        (1e21, "1e+21"),
        (999999999999999700000.0, "999999999999999700000"),
        (0.000001, "0.000001"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (333333333.3333332, "333333333.3333332"),
        (1e-05, "0.00001"),
        (1424953923781206.2, "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_the_standard_says(number: float, text: str) -> None:
    """RFC 8785, appendix B."""
    assert canonical_bytes(number) == text.encode()
    assert number_text(number) == text


def test_keys_are_sorted_by_utf16_code_units() -> None:
    """RFC 8785, section 3.2.3: its own example."""
    given_keys = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "ö": 7}
    assert list(json.loads(canonical_bytes(given_keys)).values()) == [2, 4, 6, 7, 1, 5, 3]


def test_texts_are_escaped_as_the_standard_says() -> None:
    """RFC 8785, section 3.2.2.2: the shortest escapes, lower-case hexadecimal."""
    assert canonical_bytes('€$\u000f\nA\'B"\\\\"/') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()


@given(VALUES)
def test_canonical_bytes_read_back_as_the_same_value(value: object) -> None:
    """What was written is what is read."""
    assert json.loads(canonical_bytes(value), parse_int=float) == value


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-5, 5)))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    """The same members in another order give the same bytes."""
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf], 2**53, {"a": -(2**60)}, {1: 2}])
def test_a_value_without_canonical_form_is_refused(value: object) -> None:
    """NaN, infinities, integers beyond the exact ones and keys that are not text."""
    with pytest.raises(ValueError, match=r"."):
        canonical_bytes(value)  # type: ignore[arg-type]
