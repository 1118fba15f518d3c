"""Canonical bytes of a value (RFC 8785, the JSON Canonicalization Scheme) and hashes of them.

The same value gives the same bytes on every machine; record ids, event ids and signatures rest on this.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias, Union

Json: TypeAlias = Union[bool, int, float, str, Sequence["Json"], Mapping[str, "Json"], None]  # noqa: UP007 - the name refers to itself

MAX_EXACT_INTEGER = 2**53 - 1
_PLAIN_FROM, _PLAIN_TO = 1e-4, float(2**53)
quoted: Callable[[str], str] = json.encoder.encode_basestring
"""One text as canonical JSON has it, quotes included."""

_encode_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode


def canonical_bytes(value: Json) -> bytes:
    r"""The one byte string of `value`: UTF-8, keys sorted by UTF-16 code units, numbers as ECMAScript writes them.

    Raises `ValueError` for NaN, infinities, integers beyond 2**53 - 1 and keys that are not text.

    >>> canonical_bytes({"b": 1.0, "a": "é"})
    b'{"a":"\xc3\xa9","b":1}'
    """
    return canonical_text(value).encode("utf-8")


def canonical_text(value: Json) -> str:
    """`canonical_bytes` before encoding."""
    if isinstance(value, dict) and all(type(key) is str and key.isascii() and type(item) is str for key, item in value.items()):
        return _encode_plain(value)
    normal, plain = _normal(value)
    return _encode_plain(normal) if plain else _write(value)


def number_text(value: float) -> str:
    """One number as canonical JSON has it."""
    if value.is_integer() and -MAX_EXACT_INTEGER <= value <= MAX_EXACT_INTEGER:
        return str(int(value))
    return repr(float(value)) if _PLAIN_FROM <= abs(value) < _PLAIN_TO else _write_number(value)


def digest(data: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _normal(value: Json) -> tuple[Json, bool]:
    """`value` with whole floats as integers, and whether the standard encoder then writes it canonically."""
    if value is None or isinstance(value, str | bool):
        return value, True
    if isinstance(value, int):
        return value, abs(value) <= MAX_EXACT_INTEGER
    if isinstance(value, float):
        return _normal_float(value)
    if isinstance(value, Mapping):
        return _normal_mapping(value)
    pairs = [_normal(item) for item in value]
    return [item for item, _ in pairs], all(plain for _, plain in pairs)


def _normal_float(value: float) -> tuple[Json, bool]:
    if value.is_integer() and abs(value) <= MAX_EXACT_INTEGER:
        return int(value), True
    return value, _PLAIN_FROM <= abs(value) < _PLAIN_TO


def _normal_mapping(value: Mapping[str, Json]) -> tuple[Json, bool]:
    plain, normal = True, {}
    for key, item in value.items():
        normal[key], plain_item = _normal(item)
        plain = plain and plain_item and isinstance(key, str) and key.isascii()
    return normal, plain


def _write(value: Json) -> str:
    """The slow, complete writer."""
    if value is None or isinstance(value, str | bool):
        return _encode_plain(value)
    if isinstance(value, int | float):
        return _write_number(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_write_key(key)}:{_write(value[key])}" for key in sorted(value, key=_utf16)) + "}"
    return "[" + ",".join(_write(item) for item in value) + "]"


def _write_key(key: str) -> str:
    if not isinstance(key, str):
        msg = f"a key must be text, not {type(key).__name__}"
        raise ValueError(msg)  # noqa: TRY004 - one error type for every value that has no canonical form
    return _encode_plain(key)


def _utf16(key: object) -> bytes:
    return key.encode("utf-16-be", "surrogatepass") if isinstance(key, str) else b""


def _write_number(value: float) -> str:
    """ECMAScript's Number::toString (ECMA-262, section 6.1.6.1.20), which RFC 8785 section 3.2.2.3 asks for."""
    if isinstance(value, int) and abs(value) > MAX_EXACT_INTEGER:
        msg = f"the integer {value} is beyond 2**53 - 1; write it as text"
        raise ValueError(msg)
    if not math.isfinite(value):
        msg = f"{value} has no canonical form"
        raise ValueError(msg)
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    shown = "".join(map(str, digits))
    return ("-" if sign else "") + _place_point(shown, len(shown) + int(exponent))


def _place_point(digits: str, point: int) -> str:
    """`digits` with the decimal point after `point` of them, in ECMAScript's four forms."""
    count = len(digits)
    if count <= point <= 21:  # noqa: PLR2004 - ECMA-262's own limits
        return digits + "0" * (point - count)
    if 0 < point <= 21:  # noqa: PLR2004
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:  # noqa: PLR2004
        return "0." + "0" * -point + digits
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return digits[0] + (f".{digits[1:]}" if count > 1 else "") + power
