"""A page's bytes become one text with blocks, whatever it is written in; what is no page is refused in one sentence."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.ingest.page.text import MAX_PAGE_BYTES, MAX_TEXT, page_text
from vigie.model.errors import BadReport

PAGE = """<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Un atelier | Institut</title>
<meta property="article:modified_time" content="2016-03-20T10:12:00+01:00"><style>p {}</style><script>var a = "3 mai 2011";</script></head>
<body><header>Institut de Serbie</header><nav>Accueil</nav><!-- 4 mai 2012 -->
<h1>Un atelier &agrave; Tirana</h1><div>03 Feb. 2016 - 05 Feb. 2016</div><p>Les 3&nbsp;et<br>4 mai, la <b>pa</b>ix.</p><h2>Suite</h2>
<ul><li>Un<li>Deux</ul><form><p>Votre avis</p></form><p hidden>caché</p>
<footer>Institut, Skopje. Dernière mise à jour : 21 mars 2016</footer></body></html>"""


def test_a_page_of_html_gives_its_blocks_without_what_surrounds_them() -> None:
    """Menus, scripts, forms, comments and the site's own head are left out; of the foot stays the line with the page's date."""
    page = page_text(PAGE.encode(), "page")
    kinds = [(block.kind, page.text[block.begin : block.end]) for block in page.blocks]
    assert kinds == [
        ("title", "Un atelier à Tirana"),
        ("header", "03 Feb. 2016 - 05 Feb. 2016"),
        ("header", "Les 3 et\n4 mai, la paix."),
        ("heading", "Suite"),
        ("list", "Un"),
        ("list", "Deux"),
        ("footer", "Dernière mise à jour : 21 mars 2016"),
    ]
    assert (page.title, page.declared_language, page.declared_updated) == ("Un atelier à Tirana", "fr", "2016-03-20T10:12:00+01:00")
    assert page.text[slice(*page.title_span)] == page.title


def test_a_title_that_stands_in_the_head_only_is_put_first() -> None:
    """Without a main heading the title comes from the page's head, without the name of the site."""
    page = page_text(b"<html><head><title>Peace talks | The Institute</title></head><body><p>Text.</p></body></html>", "page")
    assert (page.title, page.text) == ("Peace talks", "Peace talks\n\nText.")
    same = page_text(b"<html><head><meta property='og:title' content='Peace talks'></head><body><p>Peace talks</p><p>Text.</p></body></html>", "page")
    assert (same.title, same.text) == ("Peace talks", "Peace talks\n\nText.")


def test_plain_text_is_cut_at_blank_and_short_lines() -> None:
    """A title, a line of dates, a paragraph that is wrapped, a list."""
    wrapped = "Tekst paragrafa koji je dugačak i ide preko više redova, kao što se to u običnom\ntekstu radi."
    page = page_text(f"Sastanak u Beogradu\r\n12. i 13. jula 2019. godine\r\n\r\n{wrapped}\n- jedan\n- dva\n".encode(), "page")
    assert [block.kind for block in page.blocks] == ["title", "header", "paragraph", "list", "list"]
    assert page.text.split("\n\n")[2] == wrapped
    assert page.title == "Sastanak u Beogradu"


def test_a_plain_text_without_a_title_is_named_by_its_first_sentence() -> None:
    """The first sentence of a single paragraph."""
    page = page_text(b"The ministers of four countries met in Tirana on Monday. They agreed on a plan.", "page")
    assert page.title == "The ministers of four countries met in Tirana on Monday."


SAMPLES = {
    "windows-1250": ("cp1250", "Sastanak ministara u Čačku, četvrtak, žešći đak ćuti i šapuće, općinski službenik"),
    "iso-8859-2": ("iso8859_2", "Sastanak ministara u Čačku, četvrtak, žešći đak ćuti i šapuće, općinski službenik"),
    "windows-1251": ("cp1251", "Састанак министара у Београду, 7. и 8. јуна 2015. године, о заједничкој припреми"),
    "iso-8859-5": ("iso8859_5", "Састанак министара у Београду, 7. и 8. јуна 2015. године, о заједничкој припреми"),
    "windows-1252": ("cp1252", "Le général a été reçu à l’hôtel où « l’œuvre » était achevée"),
    "windows-1253": ("cp1253", "Η συνάντηση πραγματοποιήθηκε στην Αθήνα την 1 και 2 Μαρτίου 2016"),
    "windows-1254": ("cp1254", "Türkiye'nin başkenti, güvenlik toplantısı yapıldı, ağustos ayında"),
    "utf-8": ("utf-8", "Türkiye, Čačak, Београд, Αθήνα"),
    "utf-16-le": ("utf-16", "Türkiye, Čačak, Београд, Αθήνα"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_regions_encodings_are_told_without_a_declaration(name: str) -> None:
    """The letters that come out tell the encoding."""
    codec, text = SAMPLES[name]
    page = page_text(text.encode(codec), "page")
    assert (page.encoding, page.text) == (name, text)


def test_a_declared_encoding_is_believed_if_its_bytes_agree() -> None:
    """A false declaration is passed over."""
    assert page_text("<meta charset=windows-1251><p>Београд</p>".encode("cp1251"), "page").text == "Београд"
    assert page_text("<meta charset=utf-8><p>žešći đak ćuti i šapuće</p>".encode("cp1250"), "page").encoding == "windows-1250"
    assert page_text("<meta charset=nonsense><p>Čačak</p>".encode(), "page").text == "Čačak"


def test_accents_are_composed_and_unseen_signs_dropped() -> None:
    """Spans count the same characters however the page composed them."""
    assert page_text("Le 3 fe\u0301vrier a\u0300 Ti\u00adra\u200bna\u00a0: oui".encode(), "page").text == "Le 3 février à Tirana : oui"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"\x89PNG\r\n", "image"),
        (b"text\x00text", "binary"),
        (b"<html><script>x</script></html>", "says nothing"),
        (b"<div>" * 100_000 + b"deep", "cannot be read as HTML"),
        (b"x" * (MAX_PAGE_BYTES + 1), "too large"),
        (b"word " * (MAX_TEXT // 4), "too long"),
    ],
)
def test_what_is_no_page_is_refused_in_one_sentence(data: bytes, what: str) -> None:
    """Empty, binary, bottomless or too large."""
    with pytest.raises(BadReport) as caught:
        page_text(data, "page.html")
    assert what in str(caught.value)
    assert str(caught.value).count("\n") == 0
    assert "page.html" in str(caught.value)


def test_a_page_of_fifty_megabytes_is_refused_before_it_is_decoded() -> None:
    """Bytes that no encoding takes are refused for their size, not for their letters."""
    with pytest.raises(BadReport, match="too large"):
        page_text(b"\xff\x00" * (25 * 1024 * 1024), "page")


@pytest.mark.parametrize("piece", [b"<", b"<p ", b"a='", b"&amp", b"<!--", b"<meta charset=", b"\n   ", b"<b>x</b>", b"\xff", b"<footer>updated "])
def test_two_megabytes_of_nonsense_are_read_or_refused(piece: bytes) -> None:
    """Nothing hangs and nothing else is raised."""
    data = (b"<p>" + piece * (MAX_PAGE_BYTES // len(piece)))[:MAX_PAGE_BYTES]
    try:
        page = page_text(data, "page")
    except BadReport:
        return
    assert len(page.text) <= MAX_TEXT


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_blocks_stand_in_the_text_in_order(data: bytes) -> None:
    """Whatever the bytes, the text is composed, blocks lie in it one after the other, the title stands at its span, and it is the same twice."""
    try:
        page = page_text(data, "page")
    except BadReport:
        return
    assert unicodedata.is_normalized("NFC", page.text)
    assert all(0 <= block.begin < block.end <= len(page.text) for block in page.blocks)
    assert all(a.end < b.begin for a, b in itertools.pairwise(page.blocks))
    assert page.text[slice(*page.title_span)] == page.title
    assert page == page_text(data, "page")
