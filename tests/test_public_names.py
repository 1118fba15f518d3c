"""The engines' public names: they are promised, so a change of them is a decision."""

from __future__ import annotations

import vigie.harmonise


def test_the_public_names_of_harmonise_are_these() -> None:
    """What `from vigie.harmonise import ...` may ask for."""
    assert vigie.harmonise.__all__ == ["Agreement", "Background", "Sameness", "SizeScale", "estimate_background", "link", "make_events", "pair_scores"]
    assert all(hasattr(vigie.harmonise, name) for name in vigie.harmonise.__all__)
