"""What Vigie says, in the languages that it speaks: English is the key, `texts/*.po` holds the others, babel writes days and numbers.

Serbian in Latin letters and Montenegrin in Cyrillic ones have no file: their texts are those of the other script, written anew.
A text that nobody who speaks the language has read is marked `fuzzy` in its file, as gettext does it, and counts as unreviewed: a page says so.
Text that is chosen at run time is marked by `to_say` where it is written, so that a test finds every text that lacks a translation.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from vigie.model.errors import BadSetting
from vigie.model.script import cyrillic, latin
from vigie.model.times import format_day, format_time

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

LANGUAGES: Mapping[str, str] = {
    "en": "en_GB",
    "fr": "fr",
    "sq": "sq",
    "bs": "bs_Latn",
    "hr": "hr",
    "cnr": "sr_Latn_ME",
    "cnr-Cyrl": "sr_Cyrl_ME",
    "sr-Latn": "sr_Latn",
    "sr-Cyrl": "sr_Cyrl",
    "mk": "mk",
}
"""The languages that texts are written in, as BCP 47 tags, each with the name of its locale. Bosnian and Montenegrin are in Latin letters."""

LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "English",
    "fr": "Français",
    "sq": "Shqip",
    "bs": "Bosanski",
    "hr": "Hrvatski",
    "cnr": "Crnogorski",
    "cnr-Cyrl": "Црногорски",
    "sr-Latn": "Srpski",
    "sr-Cyrl": "Српски",
    "mk": "Македонски",
}
"""The name of each language in itself, in the order in which a page offers them."""

PARTIAL: Mapping[str, str] = {"bg": "bg", "el": "el", "ro": "ro", "sl": "sl", "tr": "tr"}
"""The languages that a part of the texts is written in, with their locales: those of the public page, of warnings, of briefs and of CAP messages.

Names of countries and places come in them too. Other pages are not offered in them, and would speak English.
"""

PARTIAL_NAMES: Mapping[str, str] = {"bg": "Български", "el": "Ελληνικά", "ro": "Română", "sl": "Slovenščina", "tr": "Türkçe"}
"""The name of each of these in itself."""

_LOCALES: Mapping[str, str] = {**LANGUAGES, **PARTIAL}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALIASES: Mapping[str, str] = {
    "bs-cyrl": "sr-Cyrl",
    "bs-latn": "bs",
    "cnr-latn": "cnr",
    "hbs": "sr-Latn",
    "sh": "sr-Latn",
    "sr": "sr-Cyrl",
    "sr-cyrl-me": "cnr-Cyrl",
    "sr-latn-me": "cnr",
}
_KNOWN: Mapping[str, str] = {**{tag.lower(): tag for tag in _LOCALES}, **_ALIASES}
_WRITTEN_ANEW: Mapping[str, tuple[str, Callable[[str], str]]] = {"sr-Latn": ("sr-Cyrl", latin), "cnr-Cyrl": ("cnr", cyrillic)}
"""Languages without a file: whose texts they share, and how these are written in the other script."""

_READ_ALIKE = (frozenset({"bs", "hr", "cnr", "sr-Latn"}), frozenset({"cnr-Cyrl", "sr-Cyrl"}))
"""Languages whose readers read each other's texts as they stand, by script."""

_GENITIVE = frozenset({"bs", "cnr", "cnr-Cyrl", "sl", "sr-Latn", "sr-Cyrl"})
"""Languages that say a month of a day in the genitive, which CLDR gives in the nominative (Croatian is right there)."""


def to_say(text: str) -> str:
    """The text itself: marks what `said` is asked for elsewhere, so that its translations are asked for."""
    return text


def to_say_n(one: str, many: str) -> tuple[str, str]:
    """The two forms themselves: as `to_say`, for `said_n`."""
    return one, many


EXERCISE = to_say("EXERCISE EXERCISE EXERCISE")
"""What begins everything that an exercise says."""

NOT_REAL = to_say("Nothing of this happened.")

FORM: Mapping[str, str] = {
    "what": to_say("What"),
    "where": to_say("Where"),
    "when": to_say("When"),
    "likelihood": to_say("How likely"),
    "confidence": to_say("Confidence"),
    "why": to_say("Why"),
    "changed": to_say("What changed"),
    "alternative": to_say("Another explanation"),
    "mind": to_say("What would change our mind"),
    "options": to_say("What can be done"),
    "next_review": to_say("Next review"),
    "expires": to_say("Expires"),
    "recipients": to_say("Who was told"),
    "instruction": to_say("Advice"),
    "evidence": to_say("Records"),
    "replay": to_say("How the rule did on the archive"),
    "label": to_say("Release"),
}
"""The headings of a warning's text, by the part of its content that stands below, in the order in which they are read."""

LEVEL_WORDS: Mapping[str, str] = {"green": to_say("green"), "amber": to_say("amber"), "red": to_say("red"), "grey": to_say("no data")}
STATUS_WORDS: Mapping[str, str] = {
    "live": to_say("live"),
    "expired": to_say("expired"),
    "ended": to_say("ended"),
    "cancelled": to_say("cancelled"),
    "superseded": to_say("superseded"),
}
STAGE_WORDS: Mapping[str, str] = {"heads-up": to_say("heads-up"), "warning": to_say("warning"), "alert": to_say("alert")}
SEVERITY_WORDS: Mapping[str, str] = {
    "Extreme": to_say("extreme"),
    "Severe": to_say("severe"),
    "Moderate": to_say("moderate severity"),
    "Minor": to_say("minor"),
    "Unknown": to_say("unknown severity"),
}
CONFIDENCE_WORDS: Mapping[str, str] = {"low": to_say("low confidence"), "moderate": to_say("moderate confidence"), "high": to_say("high confidence")}
ANSWER_WORDS: Mapping[str, str] = {
    "received": to_say("received"),
    "read": to_say("has been read"),
    "accepted": to_say("accepted"),
    "contested": to_say("contested"),
    "action": to_say("action taken"),
    "none": to_say("no action"),
}
OUTCOME_WORDS: Mapping[str, str] = {
    "hit": to_say("hit"),
    "miss": to_say("miss"),
    "false alarm": to_say("false alarm"),
    "averted": to_say("perhaps averted"),
    "cannot tell": to_say("cannot tell"),
}
ACTIVITY_WORDS: Mapping[str, str] = {
    "planned": to_say("planned"),
    "running": to_say("running"),
    "finalising": to_say("being finalised"),
    "closed": to_say("closed"),
    "suspended": to_say("suspended"),
    "withdrawn": to_say("withdrawn"),
}


def said(language: str, text: str, /, **values: object) -> str:
    """The text in this language, else in English, with `{name}` filled in from `values`."""
    return _filled(_translations(spoken(language)).gettext(text) if text else "", values)


def said_n(language: str, one: str, many: str, count: int, /, **values: object) -> str:
    """The text in the plural form that `count` asks for; `{n}` is the count as the language writes it."""
    return _filled(_translations(spoken(language)).ngettext(one, many, count), {"n": number_text(language, count), **values})


def is_reviewed(language: str, text: str) -> bool:
    """Whether somebody who speaks the language has read this text (for a plural, its singular). English is the original."""
    tag = spoken(language)
    if tag == "en":
        return True
    found = _catalogue(tag).get(text)
    return found is not None and bool(found.string) and not found.fuzzy and not _catalogue(tag).fuzzy


def is_language_reviewed(language: str) -> bool:
    """Whether every text of the language has been read by somebody who speaks it: else a page that uses it says so."""
    tag = spoken(language)
    return tag == "en" or all(is_reviewed(language, text) for text in texts_in(tag))


def texts_in(language: str) -> tuple[str, ...]:
    """The texts that the language's file translates, in its order; of a plural its singular."""
    messages = _catalogue(spoken(language)) if spoken(language) != "en" else ()
    return tuple(message.id if isinstance(message.id, str) else message.id[0] for message in messages if message.id and message.string)


def translations_of(language: str) -> dict[str, str | tuple[str, ...]]:
    """Every translated text of the language by its English; of one with plurals all its forms. Empty for English."""
    messages = _catalogue(spoken(language)) if spoken(language) != "en" else ()
    found = ((message.id if isinstance(message.id, str) else message.id[0], message.string) for message in messages if message.id and message.string)
    return {text: said if isinstance(said, str) else tuple(said) for text, said in found}


def spoken(language: str) -> str:
    """The language in which Vigie's own words come for a reader of this one: itself, its closest kin, or English.

    >>> spoken("hr-HR"), spoken("sr-Latn-ME"), spoken("sr"), spoken("de")
    ('hr', 'cnr', 'sr-Cyrl', 'en')
    """
    parts = language.lower().split("-")
    tags = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((_KNOWN[tag] for tag in tags if tag in _KNOWN), "en")


def is_read_by(text_language: str, language: str) -> bool:
    """Whether who reads this language reads a text of that one too: the same, or its kin in the same script. Unknown languages count as English.

    >>> is_read_by("hr", "bs"), is_read_by("bs-Cyrl", "cnr-Cyrl"), is_read_by("sr-Cyrl", "hr")
    (True, True, False)
    """
    both = {spoken(text_language), spoken(language)}
    return len(both) == 1 or any(both <= alike for alike in _READ_ALIKE)


def check_language(language: str, *, is_partial: bool = False) -> str:
    """The language, if texts are written in it; with `is_partial` those of the public page and of warnings are enough.

    Raises `BadSetting` with one sentence for any other.
    """
    known = _LOCALES if is_partial else LANGUAGES
    if language not in known:
        raise BadSetting("There are no texts in this language", got=language, expected=", ".join(known))
    return language


def in_both_scripts(words: Mapping[str, str]) -> dict[str, str]:
    """Words by language, with those of the languages that are another in a second script.

    >>> in_both_scripts({"en": "yes", "sr-Cyrl": "да", "cnr": "da"})
    {'en': 'yes', 'sr-Cyrl': 'да', 'cnr': 'da', 'sr-Latn': 'da', 'cnr-Cyrl': 'да'}
    """
    return {**words, **{tag: write(words[source]) for tag, (source, write) in _WRITTEN_ANEW.items()}}


def number_text(language: str, value: float, decimals: int = 0) -> str:
    """A number as the language writes it.

    >>> number_text("en", 12345), number_text("sr-Cyrl", 12345.678, 1)
    ('12,345', '12.345,7')
    """
    from babel.numbers import format_decimal

    pattern = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    return format_decimal(round(value, decimals), format=pattern, locale=_LOCALES[spoken(language)])


def day_text(language: str, time_us: int, form: Literal["short", "medium", "long", "full"] = "long") -> str:
    """The calendar day of an instant, UTC, as the language writes it; as ISO 8601 before the year 1.

    >>> day_text("en", 0), day_text("fr", 0), day_text("sr-Cyrl", 0)
    ('1 January 1970', '1er janvier 1970', '1. јануара 1970.')
    """
    from babel.dates import format_date

    moment, tag = _moment(time_us), spoken(language)
    if moment is None:
        return format_day(time_us)
    text = format_date(moment.date(), form, locale=_LOCALES[tag])
    if tag == "fr" and form != "short" and moment.day == 1:
        return re.sub(r"\b1 ", "1er ", text, count=1)
    return _in_genitive(text, tag) if tag in _GENITIVE and form in ("long", "full") else text


def moment_text(language: str, time_us: int) -> str:
    """An instant to the minute, UTC, as the language writes it.

    >>> moment_text("en", 60_000_000)
    '1 January 1970, 00:01 UTC'
    """
    moment = _moment(time_us)
    return format_time(time_us) if moment is None else f"{day_text(language, time_us)}, {moment:%H:%M} UTC"


def _in_genitive(text: str, tag: str = "") -> str:
    """A date whose month is in the nominative, with the month as it is said.

    >>> _in_genitive("3. septembar 2026."), _in_genitive("3. juli 2026."), _in_genitive("3. мај 2026."), _in_genitive("3. marec 2026", "sl")
    ('3. septembra 2026.', '3. jula 2026.', '3. маја 2026.', '3. marca 2026')
    """
    genitive = _slovene_genitive if tag == "sl" else _genitive
    return re.sub(r"(?<=\d\. )[^\W\d]+", lambda month: genitive(month[0]), text)


def _genitive(month: str) -> str:
    if month.endswith(("bar", "бар")):
        return month[:-2] + month[-1] + month[-2]
    return month.removesuffix("i") + ("a" if month.isascii() else "а")


def _slovene_genitive(month: str) -> str:
    """Of a Slovene month: januarja, marca, aprila, junija, septembra."""
    if month.endswith(("er", "ec")):
        return f"{month[:-2]}{month[-1]}a"
    return f"{month}ja" if month.endswith("ar") else f"{month}a"


def _moment(time_us: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=time_us)
    except OverflowError:
        return None


def _filled(text: str, values: Mapping[str, object]) -> str:
    return text.format_map(values) if values else text


@lru_cache(maxsize=len(_LOCALES))
def _translations(tag: str) -> gettext.NullTranslations:
    """The texts of a language in the form that gettext looks them up in, unreviewed ones too."""
    from babel.messages.mofile import write_mo

    if tag == "en":
        return gettext.NullTranslations()
    packed = io.BytesIO()
    write_mo(packed, _catalogue(tag), use_fuzzy=True)
    packed.seek(0)
    return gettext.GNUTranslations(packed)


@lru_cache(maxsize=len(_LOCALES))
def _catalogue(tag: str) -> Catalog:
    """The file of a language, as it is written, or that of its other script. Raises `FileNotFoundError` for one that there is not."""
    from babel.messages.pofile import read_po

    source, write = _WRITTEN_ANEW.get(tag, (tag, str))
    text: Any = io.BytesIO(resources.files("vigie.model").joinpath(f"texts/{source}.po").read_bytes())
    catalogue = read_po(text, locale=_LOCALES[tag], charset="utf-8", abort_invalid=True)
    for message in catalogue:
        if message.id and write is not str:
            message.string = write(message.string) if isinstance(message.string, str) else tuple(map(write, message.string or ()))
    return catalogue
