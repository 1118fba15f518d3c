"""A decision: an analyst's word that two reports are, or are not, one event."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.model.label import Label


@dataclass(frozen=True, slots=True)
class Decision:
    """`first` and `second` are (agency, ref) of the reports; `same` says whether they are one event."""

    first: tuple[str, str]
    second: tuple[str, str]
    same: bool
    reason: str
    label: Label
    decided_us: int
