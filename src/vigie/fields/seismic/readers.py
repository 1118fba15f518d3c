"""The readers of the seismic field, one for each format."""

from __future__ import annotations

from typing import Final

from vigie.fields.seismic import fdsn_text, isf, quakeml
from vigie.model.pack import Reader

READERS: Final[tuple[Reader, ...]] = (quakeml.READER, fdsn_text.READER, isf.READER)
