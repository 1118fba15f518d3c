"""Names of persons leave a text, and roles stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.ingest.page.persons import MASK, nameless, without_persons


@pytest.mark.parametrize(
    ("text", "names", "role"),
    [
        ("Le général Jean-Paul Dupont, chef d'état-major, a ouvert la réunion.", ["Dupont", "Jean"], "chef d'état-major"),
        ("NATO Secretary General Jens Halvorsen spoke; Halvorsen left.", ["Jens", "Halvorsen"], "secretary general"),
        ("Министар одбране Александар Симић је рекао.", ["Александар", "Симић"], "министар одбране"),
        ("Министерот за одбрана Зоран Митревски рече.", ["Зоран", "Митревски"], "министерот за одбрана"),
        ("Ministri i Mbrojtjes, zoti Besnik Hoxha, tha.", ["Besnik", "Hoxha"], "ministri i mbrojtjes"),
        ("Načelnik Generalštaba general-major Senad Mašić stigao je.", ["Senad", "Mašić"], "general-major"),
        ("Veleposlanica Norveške Kari Nordmann je došla.", ["Kari", "Nordmann"], ""),
        ("Ministrica odbrane Marina Babić istakla je to.", ["Marina", "Babić"], "ministrica"),
        ("Contact: Ana Horvat, ana.horvat@example.org, tel. +385 1 234 5678", ["Horvat", "example", "234"], ""),
        ("Autor: K. Petrović", ["Petrović"], ""),
        ("Zoran Xyzović rekao je da je dobro.", ["Zoran", "Xyzović"], ""),
    ],
)
def test_a_name_is_masked_and_its_role_is_kept(text: str, names: list[str], role: str) -> None:
    """In each language of the region, with titles, signatures, mail and telephone."""
    clean, roles = without_persons(text)
    assert len(clean) == len(text)
    assert not [name for name in names if name in clean]
    if role:
        assert role in [found.value for found in roles]


@pytest.mark.parametrize(
    "text",
    [
        "NATO and UN Discuss Practical Conflict Prevention in the Western Balkans",
        "Начелници генералштабова у Београду",
        "le ministre de la Défense du Monténégro",
    ],
)
def test_a_text_without_persons_stays_as_it_is(text: str) -> None:
    """Titles in capitals, posts and countries are no names."""
    assert without_persons(text)[0] == text


def test_a_span_is_trimmed_to_what_names_nobody() -> None:
    """The longest piece without a name."""
    assert nameless(0, 30, ((4, 12),)) == (12, 30)
    assert nameless(0, 5, ((0, 5),))[0] == nameless(0, 5, ((0, 5),))[1]


@given(st.text(max_size=300))
def test_any_text_keeps_its_length(text: str) -> None:
    """Masking moves no character, and changes only to the mask."""
    clean, _ = without_persons(text)
    assert len(clean) == len(text)
    assert all(left in {right, MASK} for left, right in zip(clean, text, strict=True))
