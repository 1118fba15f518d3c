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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from vigie.model.errors import BadSetting
from vigie.model.languages import in_both_scripts, spoken
from vigie.model.warning import Confidence, Likelihood

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


def _bands(edges: Sequence[tuple[int, int]], words: Mapping[str, str]) -> tuple[Band, ...]:
    """The bands of these percentages, rising; each language's words stand in one line, in the same order."""
    lines = {tag: line.split("; ") for tag, line in in_both_scripts(words).items()}
    return tuple(Band(low, high, MappingProxyType({tag: line[place] for tag, line in lines.items()})) for place, (low, high) in enumerate(edges))


ICD203 = Yardstick(
    "ICD203",
    "ICD 203, Analytic Standards (2015), lower row of the table of likelihood",
    "en",
    _bands(
        ((1, 5), (5, 20), (20, 45), (45, 55), (55, 80), (80, 95), (95, 99)),
        {
            "en": "almost no chance; very unlikely; unlikely; roughly even; likely; very likely; almost certain",
            "fr": "presque aucune chance; très improbable; improbable; chances à peu près égales; probable; très probable; presque certain",
            "sq": "pothuajse pa gjasa; ka shumë pak gjasa; ka pak gjasa; gjasa afërsisht të barabarta; ka gjasa; ka shumë gjasa; pothuajse e sigurt",
            "bs": "gotovo bez izgleda; veoma malo vjerovatno; malo vjerovatno; približno jednaki izgledi; vjerovatno; veoma vjerovatno; gotovo sigurno",
            "hr": "gotovo bez izgleda; vrlo malo vjerojatno; malo vjerojatno; podjednaki izgledi; vjerojatno; vrlo vjerojatno; gotovo sigurno",
            "cnr": "gotovo bez izgleda; veoma malo vjerovatno; malo vjerovatno; približno jednaki izgledi; vjerovatno; veoma vjerovatno; gotovo sigurno",
            "sr-Cyrl": "готово без изгледа; веома мало вероватно; мало вероватно; приближно једнаки изгледи; вероватно; веома вероватно; готово сигурно",
            "mk": "речиси без изгледи; многу малку веројатно; малку веројатно; приближно еднакви изгледи; веројатно; многу веројатно; речиси сигурно",
            "bg": "почти никаква вероятност; много малко вероятно; малко вероятно; приблизително равни шансове; вероятно; много вероятно; почти сигурно",
            "el": "σχεδόν καμία πιθανότητα; πολύ απίθανο; απίθανο; περίπου ίσες πιθανότητες; πιθανό; πολύ πιθανό; σχεδόν βέβαιο",
            "ro": "aproape nicio șansă; foarte improbabil; improbabil; șanse aproximativ egale; probabil; foarte probabil; aproape sigur",
            "sl": "skoraj brez možnosti; zelo malo verjetno; malo verjetno; približno enake možnosti; verjetno; zelo verjetno; skoraj gotovo",
            "tr": "neredeyse imkânsız; olasılığı çok az; olasılığı az; yaklaşık eşit olasılık; olası; çok olası; neredeyse kesin",
        },
    ),
)
PHIA = Yardstick(
    "PHIA",
    "PHIA probability yardstick of the United Kingdom (figures as in our reference page, not checked against its latest edition)",
    "en",
    _bands(
        ((0, 5), (10, 20), (25, 35), (40, 50), (55, 75), (80, 90), (95, 100)),
        {
            "en": "remote chance; highly unlikely; unlikely; realistic possibility; likely; highly likely; almost certain",
            "fr": "chance infime; très improbable; improbable; possibilité réelle; probable; très probable; presque certain",
            "sq": "gjasa të papërfillshme; ka shumë pak gjasa; ka pak gjasa; mundësi reale; ka gjasa; ka shumë gjasa; pothuajse e sigurt",
            "bs": "neznatni izgledi; veoma malo vjerovatno; malo vjerovatno; realna mogućnost; vjerovatno; veoma vjerovatno; gotovo sigurno",
            "hr": "neznatni izgledi; vrlo malo vjerojatno; malo vjerojatno; realna mogućnost; vjerojatno; vrlo vjerojatno; gotovo sigurno",
            "cnr": "neznatni izgledi; veoma malo vjerovatno; malo vjerovatno; realna mogućnost; vjerovatno; veoma vjerovatno; gotovo sigurno",
            "sr-Cyrl": "незнатни изгледи; веома мало вероватно; мало вероватно; реална могућност; вероватно; веома вероватно; готово сигурно",
            "mk": "незначителни изгледи; многу малку веројатно; малку веројатно; реална можност; веројатно; многу веројатно; речиси сигурно",
            "bg": "нищожна вероятност; много малко вероятно; малко вероятно; реална възможност; вероятно; много вероятно; почти сигурно",
            "el": "ελάχιστη πιθανότητα; πολύ απίθανο; απίθανο; πραγματικό ενδεχόμενο; πιθανό; πολύ πιθανό; σχεδόν βέβαιο",
            "ro": "șansă infimă; foarte improbabil; improbabil; posibilitate reală; probabil; foarte probabil; aproape sigur",
            "sl": "neznatna možnost; zelo malo verjetno; malo verjetno; realna možnost; verjetno; zelo verjetno; skoraj gotovo",
            "tr": "çok uzak olasılık; olasılığı çok az; olasılığı az; gerçekçi olasılık; olası; çok olası; neredeyse kesin",
        },
    ),
)
FRENCH = Yardstick(
    "FRENCH",
    "French scale after S. Kent, Words of Estimative Probability (1964), as in the MISP taxonomy; the English words are Kent's",
    "fr",
    _bands(
        ((2, 12), (20, 40), (40, 60), (63, 87), (87, 99)),
        {
            "en": "almost certainly not; probably not; chances about even; probable; almost certain",
            "fr": "presque aucune chance; probablement pas; chances égales; probable; quasi certaine",
            "sq": "pothuajse me siguri jo; me gjasë jo; gjasa të barabarta; ka gjasa; pothuajse e sigurt",
            "bs": "gotovo sigurno ne; vjerovatno ne; jednaki izgledi; vjerovatno; gotovo sigurno",
            "hr": "gotovo sigurno ne; vjerojatno ne; jednaki izgledi; vjerojatno; gotovo sigurno",
            "cnr": "gotovo sigurno ne; vjerovatno ne; jednaki izgledi; vjerovatno; gotovo sigurno",
            "sr-Cyrl": "готово сигурно не; вероватно не; једнаки изгледи; вероватно; готово сигурно",
            "mk": "речиси сигурно не; веројатно не; еднакви изгледи; веројатно; речиси сигурно",
            "bg": "почти сигурно не; вероятно не; равни шансове; вероятно; почти сигурно",
            "el": "σχεδόν βέβαιο ότι όχι; μάλλον όχι; ίσες πιθανότητες; πιθανό; σχεδόν βέβαιο",
            "ro": "aproape sigur nu; probabil nu; șanse egale; probabil; aproape sigur",
            "sl": "skoraj gotovo ne; verjetno ne; enake možnosti; verjetno; skoraj gotovo",
            "tr": "neredeyse kesin olarak hayır; muhtemelen hayır; eşit olasılık; olası; neredeyse kesin",
        },
    ),
)
YARDSTICKS: Mapping[str, Yardstick] = MappingProxyType({scale.name: scale for scale in (ICD203, PHIA, FRENCH)})

_BETWEEN = in_both_scripts(
    {
        "en": "{} (between two bands of the scale; the nearest is named)",
        "fr": "{} (entre deux échelons de l'échelle ; le plus proche est nommé)",
        "sq": "{} (midis dy shkallëve; është shënuar më e afërta)",
        "bs": "{} (između dva stepena skale; naveden je najbliži)",
        "hr": "{} (između dvaju stupnjeva ljestvice; naveden je najbliži)",
        "cnr": "{} (između dva stepena skale; naveden je najbliži)",
        "sr-Cyrl": "{} (између два степена скале; наведен је најближи)",
        "mk": "{} (меѓу два степена на скалата; наведен е најблискиот)",
        "bg": "{} (между две степени на скалата; посочена е най-близката)",
        "el": "{} (μεταξύ δύο βαθμίδων της κλίμακας· αναφέρεται η πλησιέστερη)",
        "ro": "{} (între două trepte ale scalei; este numită cea mai apropiată)",
        "sl": "{} (med dvema stopnjama lestvice; navedena je najbližja)",
        "tr": "{} (ölçeğin iki basamağı arasında; en yakını belirtilmiştir)",
    }
)
_SPAN = in_both_scripts(
    {
        "en": "{} to {}",
        "fr": "de « {} » à « {} »",
        "sq": "nga “{}” deri në “{}”",
        "bs": "od „{}“ do „{}“",
        "hr": "od „{}” do „{}”",
        "cnr": "od „{}“ do „{}“",
        "sr-Cyrl": "од „{}“ до „{}“",
        "mk": "од „{}“ до „{}“",
        "bg": "от „{}“ до „{}“",
        "el": "από «{}» έως «{}»",
        "ro": "de la „{}” la „{}”",
        "sl": "od »{}« do »{}«",
        "tr": "“{}” ile “{}” arası",
    }
)
_BELOW = in_both_scripts(
    {
        "en": "below 1 %",
        "fr": "moins de 1 %",
        "sq": "nën 1 %",
        "bs": "ispod 1 %",
        "hr": "ispod 1 %",
        "cnr": "ispod 1 %",
        "sr-Cyrl": "испод 1 %",
        "mk": "под 1 %",
        "bg": "под 1 %",
        "el": "κάτω από 1 %",
        "ro": "sub 1 %",
        "sl": "pod 1 %",
        "tr": "1 % altında",
    }
)
_ABOVE = in_both_scripts(
    {
        "en": "above 99 %",
        "fr": "plus de 99 %",
        "sq": "mbi 99 %",
        "bs": "iznad 99 %",
        "hr": "iznad 99 %",
        "cnr": "iznad 99 %",
        "sr-Cyrl": "изнад 99 %",
        "mk": "над 99 %",
        "bg": "над 99 %",
        "el": "πάνω από 99 %",
        "ro": "peste 99 %",
        "sl": "nad 99 %",
        "tr": "99 % üzerinde",
    }
)
_CONFIDENCE = in_both_scripts(
    {
        "en": "Confidence in the analysis: {}.; low; moderate; high",
        "fr": "Confiance dans l'analyse : {}.; faible; modérée; élevée",
        "sq": "Besueshmëria e analizës: {}.; e ulët; mesatare; e lartë",
        "bs": "Pouzdanost analize: {}.; niska; umjerena; visoka",
        "hr": "Pouzdanost analize: {}.; niska; umjerena; visoka",
        "cnr": "Pouzdanost analize: {}.; niska; umjerena; visoka",
        "sr-Cyrl": "Поузданост анализе: {}.; ниска; умерена; висока",
        "mk": "Доверливост на анализата: {}.; ниска; умерена; висока",
        "bg": "Увереност в анализа: {}.; ниска; умерена; висока",
        "el": "Βεβαιότητα της ανάλυσης: {}.; χαμηλή; μέτρια; υψηλή",
        "ro": "Încredere în analiză: {}.; redusă; moderată; ridicată",
        "sl": "Zanesljivost analize: {}.; nizka; zmerna; visoka",
        "tr": "Analize duyulan güven: {}.; düşük; orta; yüksek",
    }
)
"""The sentence, and its words for low, moderate and high."""


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
    sentence, *words = _CONFIDENCE[written_language(language)].split("; ")
    return sentence.format(dict(zip(("low", "moderate", "high"), words, strict=True))[confidence])


def written_language(language: str) -> str:
    """The one of the program's languages that a reader of `language` (BCP 47) is given: his own, or English."""
    return spoken(language.replace("_", "-"))


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
