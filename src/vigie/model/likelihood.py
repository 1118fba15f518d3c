"""Words of probability: three yardsticks as data, and the one sentence part that says a word and its number.

Likelihood and analytic confidence are two things and never stand in one sentence (ICD 203, 2 January 2015, section D.6.e(2)):
`likelihood_words` and `confidence_words` each give one of them.

Decisions of ours, where the scales leave a choice:

- Words are chosen for the whole percentage that is printed, so that one printed number always has one word.
- An edge that two bands share (ICD 203: 5, 20, 45, 55, 80, 95; French scale: 40, 87) belongs to the band nearer to even chances, so that
  the weaker word is used and p and 1 - p have mirrored words. A tie between two bands is settled in the same way.
- A number in a gap between two bands takes the nearest band, and the text says so.
- Below the lowest band and above the highest, the end band's word is used; below 1 % and above 99 % no finer number is printed.
- An interval that fits in no band is given the words of both its ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from vigie.model.errors import BadSetting
from vigie.model.warning import Confidence, Likelihood

LANGUAGES = ("en", "fr", "sr-Cyrl")
EVEN = 50

_LEAST, _MOST = Decimal(1), Decimal(99)


@dataclass(frozen=True, slots=True)
class Band:
    """One word of a scale: percentages `low` to `high`, both included, and the word in each language."""

    low: int
    high: int
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A scale, its bands rising, and the language in which its words are its author's own; the others are our translations, unreviewed."""

    name: str
    title: str
    language: str
    bands: tuple[Band, ...]


def _band(low: int, high: int, *words: str) -> Band:
    return Band(low, high, MappingProxyType(dict(zip(LANGUAGES, words, strict=True))))


ICD203 = Yardstick(
    "ICD203",
    "ICD 203, Analytic Standards (2015), lower row of the table of likelihood",
    "en",
    (
        _band(1, 5, "almost no chance", "presque aucune chance", "готово без изгледа"),
        _band(5, 20, "very unlikely", "très improbable", "веома мало вероватно"),
        _band(20, 45, "unlikely", "improbable", "мало вероватно"),
        _band(45, 55, "roughly even", "chances à peu près égales", "приближно једнаки изгледи"),
        _band(55, 80, "likely", "probable", "вероватно"),
        _band(80, 95, "very likely", "très probable", "веома вероватно"),
        _band(95, 99, "almost certain", "presque certain", "готово сигурно"),
    ),
)
PHIA = Yardstick(
    "PHIA",
    "PHIA probability yardstick of the United Kingdom (figures as in our reference page, not checked against its latest edition)",
    "en",
    (
        _band(0, 5, "remote chance", "chance infime", "незнатни изгледи"),
        _band(10, 20, "highly unlikely", "très improbable", "веома мало вероватно"),
        _band(25, 35, "unlikely", "improbable", "мало вероватно"),
        _band(40, 50, "realistic possibility", "possibilité réelle", "реална могућност"),
        _band(55, 75, "likely", "probable", "вероватно"),
        _band(80, 90, "highly likely", "très probable", "веома вероватно"),
        _band(95, 100, "almost certain", "presque certain", "готово сигурно"),
    ),
)
FRENCH = Yardstick(
    "FRENCH",
    "French scale after S. Kent, Words of Estimative Probability (1964), as in the MISP taxonomy; the English words are Kent's",
    "fr",
    (
        _band(2, 12, "almost certainly not", "presque aucune chance", "готово сигурно не"),
        _band(20, 40, "probably not", "probablement pas", "вероватно не"),
        _band(40, 60, "chances about even", "chances égales", "једнаки изгледи"),
        _band(63, 87, "probable", "probable", "вероватно"),
        _band(87, 99, "almost certain", "quasi certaine", "готово сигурно"),
    ),
)
YARDSTICKS: Mapping[str, Yardstick] = MappingProxyType({scale.name: scale for scale in (ICD203, PHIA, FRENCH)})

_BETWEEN = {
    "en": "{} (between two bands of the scale; the nearest is named)",
    "fr": "{} (entre deux échelons de l'échelle ; le plus proche est nommé)",
    "sr-Cyrl": "{} (између два степена скале; наведен је најближи)",
}
_SPAN = {"en": "{} to {}", "fr": "de « {} » à « {} »", "sr-Cyrl": "од „{}“ до „{}“"}
_BELOW = {"en": "below 1 %", "fr": "moins de 1 %", "sr-Cyrl": "испод 1 %"}
_ABOVE = {"en": "above 99 %", "fr": "plus de 99 %", "sr-Cyrl": "изнад 99 %"}
_CONFIDENCE = {
    "en": ("Confidence in the analysis: {}.", {"low": "low", "moderate": "moderate", "high": "high"}),
    "fr": ("Confiance dans l'analyse : {}.", {"low": "faible", "moderate": "modérée", "high": "élevée"}),
    "sr-Cyrl": ("Поузданост анализе: {}.", {"low": "ниска", "moderate": "умерена", "high": "висока"}),
}


def find_yardstick(name: str) -> Yardstick:
    """The yardstick of this name (`ICD203`, `PHIA` or `FRENCH`, letter case does not matter). Raises `BadSetting` for another."""
    found = YARDSTICKS.get(name.upper().replace(" ", ""))
    if found is None:
        raise BadSetting("There is no such yardstick of probability", got=name, expected=", ".join(YARDSTICKS))
    return found


def likelihood_words(likelihood: Likelihood, yardstick: str = "ICD203", language: str = "en") -> str:
    """The word and the number of a likelihood, always both. Raises `BadSetting` for an unknown yardstick; an unknown language is English.

    >>> likelihood_words(Likelihood(low=0.25, high=0.35))
    'unlikely, 25-35 %'
    """
    scale, tag = find_yardstick(yardstick), written_language(language)
    low, high = _percent(likelihood.low), _percent(likelihood.high)
    text = f"{_word(scale, low, high, tag)}, {likelihood_number(likelihood, tag)}"
    return _BETWEEN[tag].format(text) if _is_between(scale, low) or _is_between(scale, high) else text


def likelihood_number(likelihood: Likelihood, language: str = "en") -> str:
    """The number alone, in whole percentages, the same for every yardstick: `30 %`, `25-35 %`, `below 1 %`, `above 99 %`.

    An interval that reaches below 1 % or above 99 % prints 0 or 100 at that end.
    """
    tag = written_language(language)
    low, high = _exact(likelihood.low), _exact(likelihood.high)
    if high < _LEAST:
        return _BELOW[tag]
    if low > _MOST:
        return _ABOVE[tag]
    first, last = _whole(low), _whole(high)
    return f"{first} %" if first == last else f"{first}-{last} %"


def likelihood_rank(likelihood: Likelihood, yardstick: str = "ICD203") -> int:
    """The place of the word for the middle of the likelihood among the scale's words, from 0; it never falls as the probability rises."""
    middle = (_exact(likelihood.low) + _exact(likelihood.high)) / 2
    return _nearest(find_yardstick(yardstick), _whole(middle))


def confidence_words(confidence: Confidence, language: str = "en") -> str:
    """The analytic confidence as a sentence of its own.

    >>> confidence_words("moderate")
    'Confidence in the analysis: moderate.'
    """
    sentence, words = _CONFIDENCE[written_language(language)]
    return sentence.format(words[confidence])


def written_language(language: str) -> str:
    """The one of `LANGUAGES` that a reader of `language` (BCP 47) is given: his own, or English."""
    parts = language.replace("_", "-").casefold().split("-")
    if parts[0] == "sr" and "latn" not in parts:
        return "sr-Cyrl"
    return parts[0] if parts[0] in LANGUAGES else "en"


def is_own_words(yardstick: str, language: str) -> bool:
    """Whether the words are those of the scale's author; otherwise they are our translation, which nobody has reviewed yet."""
    return find_yardstick(yardstick).language == written_language(language)


def _word(scale: Yardstick, low: int, high: int, tag: str) -> str:
    first, last = (_nearest(scale, low),) * 2 if low == high else _span(scale, low, high)
    if first == last:
        return scale.bands[first].words[tag]
    return _SPAN[tag].format(scale.bands[first].words[tag], scale.bands[last].words[tag])


def _span(scale: Yardstick, low: int, high: int) -> tuple[int, int]:
    """The bands of an interval's ends. An edge is the beginning of a band for the lower end, and the end of a band for the upper."""
    first = max((place for place, band in enumerate(scale.bands) if band.low <= low <= band.high), default=_nearest(scale, low))
    last = min((place for place, band in enumerate(scale.bands) if band.low <= high <= band.high), default=_nearest(scale, high))
    return first, max(first, last)


def _nearest(scale: Yardstick, percent: int) -> int:
    def remoteness(place: int) -> tuple[int, float]:
        band = scale.bands[place]
        return max(band.low - percent, percent - band.high, 0), abs((band.low + band.high) / 2 - EVEN)

    return min(range(len(scale.bands)), key=remoteness)


def _is_between(scale: Yardstick, percent: int) -> bool:
    inside = any(band.low <= percent <= band.high for band in scale.bands)
    return not inside and scale.bands[0].low < percent < scale.bands[-1].high


def _percent(share: float) -> int:
    """The whole percentage that decides the word; what prints as below 1 % or above 99 % is at the scale's end."""
    exact = _exact(share)
    if exact < _LEAST:
        return 0
    return 100 if exact > _MOST else _whole(exact)


def _exact(share: float) -> Decimal:
    """Per cent of a share as it was written: 0.55 is 55, not 55.000000000000007."""
    return Decimal(repr(float(share))) * 100


def _whole(percent: Decimal) -> int:
    return int(percent.quantize(Decimal(1), ROUND_HALF_UP))
