"""Two scripts: what is written once reads right in both, and what is no word of the language is left alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.languages import texts_in
from vigie.model.script import FOREIGN, cyrillic, latin

SMALL = "abvgdđežzijklmnoprstćufhcčš"
PAIRS = ("lj", "nj", "dž")
sounds = st.sampled_from([*SMALL, *PAIRS])
small_words = st.lists(sounds, min_size=1, max_size=12).map("".join)
words = st.one_of(small_words, small_words.map(lambda word: "".join(re.findall("lj|nj|dž|.", word)[:1]).capitalize() + word[1:]), small_words.map(str.upper))
kept = st.sampled_from(
    ["{name}", "{n}", "{име}", "https://example.org/љубав?x=1", "desk@example.org", "TLP:AMBER+STRICT", "CAP", "XIV", "12,5 %", "ransomware"]
)
texts = st.lists(st.one_of(words.filter(lambda word: len(word) > 2), kept), max_size=8).map(" ".join)

CASES = [
    ("Љубовија, Његош, Џеп, Ђаковица, Ћуприја, Шабац", "Ljubovija, Njegoš, Džep, Đakovica, Ćuprija, Šabac"),
    ("ЊЕГОШ, ЉУБАВ, ПАЊ, КОЊ", "NJEGOŠ, LJUBAV, PANJ, KONJ"),
    ("Упозорење за општину Љиг", "Upozorenje za opštinu Ljig"),
    ("инјекција, конјунктура, конјугација, Танјуг", "injekcija, konjunktura, konjugacija, Tanjug"),
    ("надживети, одживети, оджалити, поджећи, надждрети", "nadživeti, odživeti, odžaliti, podžeći, nadždreti"),
    ("оџак, хоџа, наџак, коњ, коњушар, иње", "odžak, hodža, nadžak, konj, konjušar, inje"),
    ("Порука CAP 1.2, TLP:RED, {name}, глава XIV", "Poruka CAP 1.2, TLP:RED, {name}, glava XIV"),
    ("Atom ток CAP порука", "Atom tok CAP poruka"),
    ("још {n} ред", "još {n} red"),
]


@pytest.mark.parametrize(("own", "other"), CASES)
def test_a_text_is_right_in_both_scripts(own: str, other: str) -> None:
    """Pairs of letters that are one letter, and those that are two; foreign words and Roman numbers as they are."""
    assert latin(own) == other
    assert cyrillic(other) == own


@given(texts)
def test_a_latin_text_comes_back_from_cyrillic_as_it_was(text: str) -> None:
    """Whichever way a doubtful pair was read."""
    assert latin(cyrillic(text)) == text


@given(st.lists(st.sampled_from("абвгдђежзијклљмнњопрстћуфхцчџш .,-{}"), max_size=40).map("".join))
def test_latin_leaves_no_cyrillic_outside_braces(text: str) -> None:
    """Every letter of Serbian has its Latin one."""
    assert not re.search("[Ѐ-ӿ]", re.sub(r"\{[^{}]*\}", "", latin(text)))


@pytest.mark.parametrize("write", [latin, cyrillic])
@given(before=texts, inside=st.text("abcšњљ", max_size=8), after=texts)
def test_what_is_to_be_filled_in_is_kept(write: object, before: str, inside: str, after: str) -> None:
    """Braces, addresses and markings stand in both scripts letter for letter."""
    address = f"https://example.org/{inside}"
    written = write(f"{before} {{{inside}}} {address} {after}")  # type: ignore[operator]
    assert f" {{{inside}}} {address} " in written
    assert write(written) == written  # type: ignore[operator]


@pytest.mark.parametrize("text", ["", "Ѓорче Петров", "Çamëri, ë", "Вранѣ", "x² + y", "Zürich", "Foča 3"])
def test_letters_of_other_languages_do_no_harm(text: str) -> None:
    """Neither way raises; what is not Serbian stays."""
    for letter in set("ЃѓÇëѣ²xyü3+") & set(text):
        assert letter in latin(text)
        assert letter in cyrillic(text)


def test_no_text_of_the_program_keeps_a_letter_of_the_other_script() -> None:
    """Serbian in Latin letters has no Cyrillic one; Montenegrin in Cyrillic has Latin ones in foreign words alone."""
    from vigie.model.languages import said

    for text in texts_in("sr-Latn"):
        assert not re.search("[Ѐ-ӿ]", said("sr-Latn", text))
    left = {word for text in texts_in("cnr-Cyrl") for word in re.findall("[A-Za-z]+", re.sub(r"\{\w*\}", "", said("cnr-Cyrl", text)))}
    commands_and_files = {"watch", "pages", "suggestions", "yaml", "rules", "directory", "toml", "duty", "cert", "example", "ingest", "sources", "mapping"}
    assert left <= FOREIGN | commands_and_files | {"m"}
