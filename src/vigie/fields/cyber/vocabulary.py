"""The field's name and its terms."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vigie.model.terms import terms_from_yaml

FIELD: Final = "cyber"
TERMS: Final = terms_from_yaml((Path(__file__).parent / "terms.yaml").read_text(encoding="utf-8"), "cyber/terms.yaml")
