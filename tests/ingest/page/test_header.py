"""The head of a page: its title, the event's dates, and the page's own date, which dates what the body leaves open."""

from __future__ import annotations

from datetime import date

import pytest

from vigie.ingest.page.header import Header, header_of
from vigie.ingest.page.text import page_text


def head(text: str, language: str) -> Header:
    """The head of a page of plain text or HTML."""
    return header_of(page_text(text.encode(), "page"), language)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Last updated: 20 Mar. 2016 10:12"),
        ("fr", "Mis à jour le : 20 mars 2016"),
        ("fr", "Last updated: 20 Mar. 2016 10:12"),
        ("fr", "Dernière mise à jour\n20/03/2016"),
        ("sq", "Përditësuar më 20 mars 2016"),
        ("hr", "Zadnja izmjena: 20. ožujka 2016."),
        ("bs", "Ažurirano: 20.03.2016."),
        ("sr-Latn", "Poslednja izmena: 20. marta 2016."),
        ("sr-Cyrl", "Ажурирано: 20. марта 2016."),
        ("mk", "Последна измена: 20 март 2016"),
        ("bg", "Последна актуализация: 20 март 2016 г."),
        ("el", "Τελευταία ενημέρωση: 20 Μαρτίου 2016"),
        ("ro", "Ultima actualizare: 20 martie 2016"),
        ("sl", "Zadnja sprememba: 20. marca 2016"),
        ("tr", "Son güncelleme: 20 Mart 2016"),
    ],
)
def test_the_pages_own_date_is_read_behind_its_label(language: str, line: str) -> None:
    """In every language, and in English on any page."""
    text = f"Title of the news here\n{line}\n\nBody of 3 May 2015.\n"
    page = page_text(text.encode(), "page")
    found = header_of(page, language)
    assert (found.updated, found.anchor) == (date(2016, 3, 20), date(2016, 3, 20))
    assert found.updated_span is not None
    assert "20" in page.text[slice(*found.updated_span)]
    assert "2016" in page.text[slice(*found.updated_span)]


def test_the_events_dates_stand_apart_from_the_pages_own() -> None:
    """An English head on a French page: two days of the event, then when the page was changed."""
    text = "<h1>Un atelier</h1><div>03 Feb. 2016 - 05 Feb. 2016 | Last updated: 20 Mar. 2016 10:12</div><p>Texte.</p>"
    found = head(text, "fr")
    assert [(each.begin, each.end) for each in found.dates] == [(date(2016, 2, 3), date(2016, 2, 5))]
    assert found.updated == date(2016, 3, 20)
    unbarred = head(text.replace(" | ", " "), "fr")
    assert (unbarred.updated, len(unbarred.dates)) == (date(2016, 3, 20), 1)


def test_a_line_of_dates_is_not_the_title() -> None:
    """A page that begins with its dates is named by what follows."""
    found = head("03 Feb. 2016 - 05 Feb. 2016\nLast updated: 6 Feb. 2016\nA workshop in Tirana\n\nText of the news.", "en")
    assert found.title == "A workshop in Tirana"
    assert [(each.begin, each.end) for each in found.dates] == [(date(2016, 2, 3), date(2016, 2, 5))]


def test_what_the_markup_says_counts_where_the_text_says_nothing() -> None:
    """The words of the page come first, then its markup, then the newest full date, ever less sure."""
    markup = '<meta property="article:modified_time" content="2016-03-20T10:12"><h1>News of the day</h1><p>{}</p>'
    from_markup, from_words = head(markup.format("Text."), "en"), head(markup.format("Updated: 21 March 2016"), "en")
    newest = head("A title\n\n3 May 2015.", "en")
    assert (from_markup.updated, from_markup.updated_span, from_words.updated) == (date(2016, 3, 20), None, date(2016, 3, 21))
    assert (newest.updated, newest.anchor) == (None, date(2015, 5, 3))
    assert from_words.anchor_confidence > from_markup.anchor_confidence > newest.anchor_confidence > 0


def test_a_page_without_any_date_has_no_anchor() -> None:
    """What nobody said is not guessed."""
    found = head("A title\n\nText of 3 May.", "en")
    assert (found.anchor, found.updated, found.anchor_confidence, found.dates) == (None, None, 0.0, ())


def test_updated_in_a_sentence_is_no_label() -> None:
    """Only the beginning of a line, or of a part of it, can be a label."""
    assert head("A title\n\nThe parties updated on 3 May 2016 their plan.", "en").updated is None
