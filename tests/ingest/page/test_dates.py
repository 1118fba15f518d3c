"""Dates are read as they are written in the languages of the region, with their spans, and what is no date is not read."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

import vigie.ingest.page
from vigie.ingest.page.calendar_words import calendar, date_words
from vigie.ingest.page.dates import dates_in

LOCALES = {
    "en": "en_GB", "fr": "fr", "sq": "sq", "bs": "bs", "hr": "hr", "cnr": "sr_Latn_ME", "cnr-Cyrl": "sr_Cyrl_ME", "sr-Latn": "sr_Latn", "sr-Cyrl": "sr_Cyrl",
    "mk": "mk", "bg": "bg", "el": "el", "ro": "ro", "sl": "sl", "tr": "tr",
}  # fmt: skip
PIECES = ["1", "31", "2016", " ", ".", "-", "/", ", ", " mai ", " et ", " i ", "maja", "May", "\n", "er", "“", "dernier", "2"]
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def read(text: str, language: str, anchor: date | None = None) -> list[str]:
    """The dates of a text, as `begin/end`, or one day."""
    return [str(each.begin) if each.begin == each.end else f"{each.begin}/{each.end}" for each in dates_in(text, language, anchor)]


@pytest.mark.parametrize(
    ("language", "text", "anchor", "expected"),
    [
        ("fr", "les 1er et 2 mars derniers", date(2016, 3, 20), "2016-03-01/2016-03-02"),
        ("fr", "du 30 avril au 2 mai 2017", None, "2017-04-30/2017-05-02"),
        ("fr", "03 Feb. 2016 - 05 Feb. 2016", None, "2016-02-03/2016-02-05"),
        ("sr-Cyrl", "7. и 8. јуна 2015.", None, "2015-06-07/2015-06-08"),
        ("bs", "12. i 13. jula 2019. godine", None, "2019-07-12/2019-07-13"),
        ("sq", "më 3 dhe 4 nëntor 2016", None, "2016-11-03/2016-11-04"),
        ("mk", "на 9 и 10 март 2016 година", None, "2016-03-09/2016-03-10"),
        ("hr", "od 30. travnja do 2. svibnja 2017.", None, "2017-04-30/2017-05-02"),
        ("sr-Latn", "04.05.2018.", None, "2018-05-04"),
        ("bs", "04.05.2018.", None, "2018-05-04"),
        ("hr", "04.05.2018.", None, "2018-05-04"),
        ("fr", "décembre dernier", date(2016, 1, 12), "2015-12-01/2015-12-31"),
    ],
)
def test_the_forms_of_the_trades_page_are_read(language: str, text: str, anchor: date | None, expected: str) -> None:
    """The cases of the reference page on text reports."""
    assert read(text, language, anchor) == [expected]


FORMS = {  # a single day, a range in a month, a list, a range over two months
    "en": ("on 4th May 2018", "from 3 to 5 May 2018", "on 3, 4 and 5 May 2018", "30 April to 2 May 2018"),
    "fr": ("le 4 mai 2018", "du 3 au 5 mai 2018", "les 3, 4 et 5 mai 2018", "du 30 avril au 2 mai 2018"),
    "sq": ("më 4 maj 2018", "nga 3 deri më 5 maj 2018", "më 3, 4 dhe 5 maj 2018", "nga 30 prilli deri më 2 maj 2018"),
    "bs": ("4. maja 2018. godine", "od 3. do 5. maja 2018.", "3, 4. i 5. maja 2018.", "od 30. aprila do 2. maja 2018."),
    "hr": ("4. svibnja 2018.", "3. - 5. svibnja 2018.", "3., 4. i 5. svibnja 2018.", "od 30. travnja do 2. svibnja 2018."),
    "cnr": ("4. maja 2018.", "od 3. do 5. maja 2018.", "3, 4. i 5. maja 2018.", "od 30. aprila do 2. maja 2018. godine"),
    "sr-Latn": ("4. maja 2018.", "3-5. maja 2018.", "3, 4. i 5. maja 2018.", "od 30. aprila do 2. maja 2018."),
    "sr-Cyrl": ("4. маја 2018.", "од 3. до 5. маја 2018.", "3, 4. и 5. маја 2018.", "од 30. априла до 2. маја 2018."),
    "mk": ("на 4 мај 2018", "од 3 до 5 мај 2018", "на 3, 4 и 5 мај 2018", "од 30 април до 2 мај 2018 година"),
    "bg": ("на 4 май 2018 г.", "от 3 до 5 май 2018 г.", "на 3, 4 и 5 май 2018", "от 30 април до 2 май 2018 г."),
    "el": ("στις 4 Μαΐου 2018", "από τις 3 έως τις 5 Μαΐου 2018", "3, 4 και 5 Μαΐου 2018", "30 Απριλίου έως 2 Μαΐου 2018"),
    "ro": ("la 4 mai 2018", "între 3 și 5 mai 2018", "pe 3, 4 și 5 mai 2018", "30 aprilie - 2 mai 2018"),
    "sl": ("4. maja 2018", "od 3. do 5. maja 2018", "3., 4. in 5. maja 2018", "od 30. aprila do 2. maja 2018"),
    "tr": ("4 Mayıs 2018'de", "3-5 Mayıs 2018", "3, 4 ve 5 Mayıs 2018", "30 Nisan'dan 2 Mayıs 2018'e kadar"),
}


@pytest.mark.parametrize(("language", "form"), [(language, form) for language in FORMS for form in range(4)])
def test_every_language_has_days_ranges_lists_and_months_crossed(language: str, form: int) -> None:
    """Four forms in each of fourteen languages."""
    expected = ["2018-05-04", "2018-05-03/2018-05-05", "2018-05-03/2018-05-05", "2018-04-30/2018-05-02"][form]
    assert read(FORMS[language][form], language) == [expected]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "May 4, 2018", ["2018-05-04"]),
        ("en", "May 4-6, 2018, then May 30 - June 2, 2018", ["2018-05-04/2018-05-06", "2018-05-30/2018-06-02"]),
        ("fr", "le 2018-05-04, 03-Feb-2016, 04/05/2018", ["2018-05-04", "2016-02-03", "2018-05-04"]),
        ("en", "30 December - 2 January 2016", ["2015-12-30/2016-01-02"]),
        ("en", "30 December 2015 to 2 January 2016", ["2015-12-30/2016-01-02"]),
        ("en", "3, 10 and 17 May 2016", ["2016-05-03", "2016-05-10", "2016-05-17"]),
        ("hr", "03.-05.05.2017., 30.04. - 02.05.2017.", ["2017-05-03/2017-05-05", "2017-04-30/2017-05-02"]),
        ("fr", "le mardi 3 et mercredi 4 mai 2016", ["2016-05-03/2016-05-04"]),
        ("fr", "le 3 mai 2015 et le 4 juin 2016", ["2015-05-03", "2016-06-04"]),
        ("en", "in May 2016", ["2016-05-01/2016-05-31"]),
        ("en", "20 Mar. 2016 10:12", ["2016-03-20"]),
        ("und", "2018-05-04", ["2018-05-04"]),
    ],
)
def test_other_forms_are_read(language: str, text: str, expected: list[str]) -> None:
    """English and international forms, years crossed, lists with gaps."""
    assert read(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "deux jours, depuis les années 90, créée en 1995, le 28 juin 1389"),
        ("en", "since 1995, resolution 1244 (1999), at 10:30, 10.30-12.30, OG 12/2018, version 10.4.2018.1, 192.10.04.2018"),
        ("en", "tel. +381 11 3 12 2016, 011.22.2016, No. 3/2016"),
        ("fr", "31 février 2016, 2016-13-01, 30.02.2016, 2016-02-30"),
        ("en", "they may 3 times; 5 march on; the 4 may 2016"),
        ("ro", "cele 5 mai importante"),
        ("hr", "5 svi sudionici, 3 pro"),
        ("und", "am 3. Mai 2016, május 3."),
    ],
)
def test_what_is_no_date_is_not_read(language: str, text: str) -> None:
    """Durations, bare years, numbers of things, times of day, impossible days, and other words."""
    assert read(text, language, date(2016, 6, 1)) == []


@pytest.mark.parametrize(
    ("language", "text", "anchor", "expected"),
    [
        ("fr", "les 3 et 4 décembre", date(2016, 1, 10), "2015-12-03/2015-12-04"),
        ("fr", "le 3 décembre prochain", date(2016, 12, 10), "2017-12-03"),
        ("fr", "le 29 février", date(2017, 3, 1), "2016-02-29"),
        ("en", "last December", date(2016, 12, 20), "2015-12-01/2015-12-31"),
        ("sr-Latn", "u decembru prošle godine", date(2016, 1, 5), "2015-12-01/2015-12-31"),
        ("sr-Cyrl", "8. децембра прошле године", date(2016, 11, 5), "2015-12-08"),
        ("mk", "на 8 декември минатата година", date(2016, 11, 5), "2015-12-08"),
        ("fr", "mardi 3 janvier", date(2018, 6, 30), "2017-01-03"),
    ],
)
def test_a_year_left_out_is_the_pages_own(language: str, text: str, anchor: date, expected: str) -> None:
    """The nearest year that fits the words and the weekday, seen from the page's date; nothing without that date."""
    assert read(text, language, anchor) == [expected]
    assert all(each.is_relative for each in dates_in(text, language, anchor))
    assert read(text, language, None) == []


@settings(max_examples=150, deadline=None)
@given(day=DAYS, language=st.sampled_from(sorted(LOCALES)), style=st.sampled_from(["long", "full"]))
def test_what_babel_writes_is_read_back(day: date, language: str, style: str) -> None:
    """Every day in every language, long or full, gives itself back, and its span lies in what was written."""
    written = format_date(day, style, LOCALES[language])
    text = f"({written}) ."
    (found,) = dates_in(text, language, None)
    begin, end = found.span
    assert (found.begin, found.end) == (day, day)
    assert 1 <= begin < end <= 1 + len(written)
    assert str(day.day) in text[begin:end]
    assert text[begin:end].endswith(str(day.year))


@settings(max_examples=150, deadline=None)
@given(day=DAYS, data=st.data())
def test_every_name_of_a_month_is_read_back(day: date, data: st.DataObject) -> None:
    """Genitives and other cases of the months, from the CLDR and from the project's own table."""
    language = data.draw(st.sampled_from(sorted(LOCALES)))
    words = date_words(calendar()["tags"][language])
    name = data.draw(st.sampled_from(sorted(name for name, month in words.months.items() if month.number == day.month)))
    text = f"x, {day.day}. {name.title()} {day.year}."
    (found,) = dates_in(text, language, None)
    assert (found.begin, found.end, text[slice(*found.span)]) == (day, day, text[3:-1])


@settings(max_examples=100, deadline=None)
@given(begin=DAYS, length=st.integers(1, 40), language=st.sampled_from(sorted(FORMS)))
def test_a_range_of_two_written_days_is_read_back(begin: date, length: int, language: str) -> None:
    """Two whole dates with a dash between are one run of days."""
    end = begin + timedelta(days=length)
    text = " – ".join(f"{each:%d.%m.%Y}" for each in (begin, end))
    assert [(each.begin, each.end, each.span) for each in dates_in(text, language, None)] == [(begin, end, (0, len(text)))]


@settings(max_examples=200, deadline=None)
@given(
    text=st.lists(st.sampled_from(["1", "31", "2016", " ", ".", "-", "/", ", ", " mai ", " et ", " i ", "maja", "May", "\n", "er", "“", "dernier", "2"])).map(
        "".join
    )
)
def test_spans_stand_in_the_text_in_order(text: str) -> None:
    """Whatever the text, spans lie in it, never overlap unless they are the same list, and bounds are in order."""
    found = dates_in(text, "fr", date(2016, 5, 1))
    assert all(0 <= each.span[0] < each.span[1] <= len(text) and each.begin <= each.end and 0 < each.confidence <= 1 for each in found)
    assert all(a.span == b.span or a.span[1] <= b.span[0] for a, b in itertools.pairwise(found))


def test_a_date_does_not_go_across_a_blank_line() -> None:
    """A number that ends one block and a month that begins the next are not a date; a line break within one is nothing."""
    assert read("salle 3\n\nmai 2016", "fr") == ["2016-05-01/2016-05-31"]
    assert read("le 3\nmai 2016", "fr") == ["2016-05-03"]


def test_a_wrong_weekday_makes_a_date_less_sure() -> None:
    """3 May 2016 was a Tuesday."""
    right, wrong = dates_in("mardi 3 mai 2016; lundi 3 mai 2016", "fr", None)
    assert right.confidence > wrong.confidence


def test_a_state_that_lasts_since_a_day_is_less_sure() -> None:
    """"Since 3 May 2016" says when something began, not when this happened."""  # fmt: skip
    plain, since = dates_in("le 3 mai 2016; depuis le 3 mai 2016", "fr", None)
    assert plain.confidence > since.confidence


def test_no_module_of_the_page_reader_looks_at_a_clock() -> None:
    """No source of the package asks what time it is, so that a page gives the same bytes in any year."""
    folder = Path(vigie.ingest.page.__file__).parent
    asked = ("now(", "today(", "time.time", "utcnow", "import time", "import random", "localtime")
    assert [(path.name, word) for path in sorted(folder.glob("*.py")) for word in asked if word in path.read_text("utf-8")] == []
