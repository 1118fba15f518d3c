"""The seismic field's shared terms, read once from `terms.yaml`, and what an agency's event type means in them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vigie.model.terms import Terms, kind_of, terms_from_yaml

FIELD: Final = "seismic"
UNKNOWN: Final = "seismic.unknown"
TERMS: Final[Terms] = terms_from_yaml(Path(__file__).with_name("terms.yaml").read_text(encoding="utf-8"))


def kind_name(scheme: str, code: str) -> str:
    """The shared kind that an event type of `scheme` (`quakeml` or `ims`) stands for; a blank or unlisted one is `seismic.unknown`."""
    kind = kind_of(TERMS, scheme, code) if code else None
    return UNKNOWN if kind is None else kind.name
