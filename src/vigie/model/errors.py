"""What can go wrong, split by who must act.

    VigieError
    ├── BadReport         the sender: a file or a record that cannot be understood
    ├── BadSetting        the operator: an option, a setting, an address, a missing part
    ├── NotReleasable     policy: a label or a source's terms forbid it
    ├── Overtaken         whoever acts: somebody has spoken since what they saw; look again
    └── PeerUnavailable   nobody yet: a server that is slow, full or down; try later

An exception is for the caller; a fault of data is a value, `Reject`, and is counted.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class VigieError(Exception):
    """A fault with its facts; its text is one sentence: what happened, where, and what to do next."""

    what: str
    source: str = ""
    record: str = ""
    field: str = ""
    got: str = ""
    expected: str = ""
    todo: str = ""

    def __str__(self) -> str:
        return sentence(self)


class BadReport(VigieError):
    """The sender must act: the file or the record cannot be understood."""


class BadSetting(VigieError):
    """The operator must act: an option, a setting or an address is wrong."""


class NotReleasable(VigieError):
    """Policy forbids it: a label or a source's terms."""


@dataclass(eq=False)
class Overtaken(VigieError):
    """Whoever acts must look again: somebody (`by`) has said a `word` since what they saw."""

    by: str = ""
    word: str = ""


class PeerUnavailable(VigieError):
    """A server did not answer as it should; try later."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One thing that could not be read: where it stood, why, and its own bytes (for the quarantine only)."""

    place: str
    what: str
    field: str = ""
    got: str = ""
    expected: str = ""
    raw: bytes = b""

    def __str__(self) -> str:
        return sentence(self)


def sentence(fault: VigieError | Reject) -> str:
    """One sentence of the fault's facts, in the order what, where, got, expected, what next."""
    where = [getattr(fault, name, "") for name in ("source", "record", "place")]
    parts = [fault.what]
    if any(where):
        parts.append(f" ({', '.join(place for place in where if place)})")
    if fault.field:
        parts.append(f", field {fault.field}")
    if fault.got:
        parts.append(f": got {_short(fault.got)}")
    if fault.expected:
        parts.append(f"{',' if fault.got else ':'} expected {fault.expected}")
    todo = getattr(fault, "todo", "")
    return "".join(parts) + (f"; {todo}." if todo else ".")


def _short(text: str, length: int = 80) -> str:
    shown = text if len(text) <= length else text[: length - 1] + "…"
    return repr(shown)
