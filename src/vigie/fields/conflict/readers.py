"""The agencies' formats that this pack understands, one module each."""

from __future__ import annotations

from typing import Final

from vigie.fields.conflict import acled, gdelt, ucdp

READERS: Final = (ucdp.READER, acled.READER, gdelt.READER)
