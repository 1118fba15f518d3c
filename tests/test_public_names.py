"""The engines' public names: they are promised, so a change of them is a decision."""

from __future__ import annotations

import vigie.harmonise


def test_the_public_names_of_harmonise_are_these() -> None:
    """What `from vigie.harmonise import ...` may ask for."""
    assert vigie.harmonise.__all__ == [
        *("Agreement", "Background", "Learned", "LinkState", "Sameness", "SizeScale", "add", "clusters_of", "cut", "decide", "estimate_background"),
        *("explain_model", "from_arrays", "is_compiled", "join", "learn", "link", "make_events", "pair_scores", "start", "take_away", "to_arrays"),
        *("unlinked", "work"),
    ]
    assert all(hasattr(vigie.harmonise, name) for name in vigie.harmonise.__all__)
