"""The cooperation field's terms: the shared kinds of cooperation, and plain words for them."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from vigie.model.terms import Term, Terms, term_of, terms_from_yaml
from vigie.model.vocabulary import shared_kinds

FIELD: Final = "cooperation"
SCHEME: Final = "words"
TERMS: Final[Terms] = terms_from_yaml(
    (files("vigie.fields.cooperation") / "terms.yaml").read_text(encoding="utf-8"),
    "cooperation/terms.yaml",
    {name: kind for name, kind in shared_kinds().items() if kind.field == FIELD},
)


def meaning_of(word: str) -> Term | None:
    """What a word means: a shared kind's own name, or a plain word of `terms.yaml`; None where it is neither."""
    name = word.strip().casefold()
    return Term(name) if name in TERMS.kinds else term_of(TERMS, SCHEME, name)
