"""Where it was: the places of the gazetteer that stand in a text, and which of them is the venue.

A name counts with a capital initial only, and never as part of a person's name, a body's name or a country's. What stands beside it decides
how sure it is: the head of the page, then "held in", then "in", then a bare mention; a small town is believed only with such words.
Of places of one name the one in the country named beside it is meant, or else the most populous.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import yaml

from vigie.ingest.page.countries import inflected
from vigie.ingest.page.persons import overlaps
from vigie.ingest.page.scan import MOST_SPANS, Scan, cues_within, data_text, is_footnote, is_sort, sentence_at, span_of, tokens_between
from vigie.model.atlas import Area, Atlas, Place, area_by_code, name_of, unit_at
from vigie.model.lexicon import ANY_LANGUAGE, SERBO_CROATIAN, Lexicon, Match, Word, family, folded, matches, merged_spans
from vigie.model.reading import Found

KNOWN_PEOPLE: Final = 30_000
"""A bare mention of a smaller place is not believed: too many are common words."""

_TAGS: Final = {SERBO_CROATIAN: ("sr-Latn", "bs", "hr")}
_SURE: Final = {"place-head": 0.95, "place-dateline": 0.65, "place-held-in": 0.9, "place-seat": 0.75, "place-in": 0.75, "place-mention": 0.4, "place-body": 0.0}
_WORD_AFTER: Final = 3
_REACH: Final = 70
_FAR: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """An atlas whose places can be found in texts. Built once by `gazetteer_of`, and kept by the caller."""

    atlas: Atlas
    places: tuple[Place, ...]
    names: Lexicon
    needs_in: frozenset[int]


@dataclass(frozen=True, slots=True)
class Taken:
    """Stretches of a text that belong to persons, and to names of bodies."""

    persons: tuple[tuple[int, int], ...] = ()
    bodies: tuple[tuple[int, int], ...] = ()


def gazetteer_of(atlas: Atlas) -> Gazetteer:
    """The places of an atlas and an own list of towns of the world, with an index of their names in all languages (takes a second)."""
    own = _table()
    added = tuple(Place(str(row["name"]), {"en": str(row["name"])}, (), row["country"], row["lon"], row["lat"], row["people"]) for row in own["world"])
    taken = {(place.country, folded(place.name)) for place in added}
    kept = tuple(place for place in atlas.places if (place.country, folded(place.name)) not in taken)
    places = (*kept, *added)
    needs_in = frozenset(len(kept) + number for number, row in enumerate(own["world"]) if row.get("needs_in"))
    words = [*_atlas_words(kept), *_own_words(kept), *_world_words(len(kept))]
    return Gazetteer(atlas, places, Lexicon(tuple(dict.fromkeys(words))), needs_in)


def unit_of(atlas: Atlas, lon: float, lat: float) -> Area | None:
    """The first-level unit that holds a point (degrees), or the nearest of its country within reach; None where the atlas has none."""
    code = str(unit_at(atlas, np.array([lon]), np.array([lat]))[0])
    return area_by_code(atlas, code) if code else None


def place_matches(scan: Scan, gazetteer: Gazetteer) -> tuple[Match, ...]:
    """Where names of places stand, the longest first; words of the stop list only after "in"."""
    stop, after_in = _stops()
    found = matches(gazetteer.names, scan.text, scan.tokens, scan.language)
    return tuple(match for match in found if (name := folded(scan.text[match.begin : match.end])) not in stop or (name in after_in and _is_in(scan, match)))


def places_in(scan: Scan, gazetteer: Gazetteer, countries: tuple[Match, ...], taken: Taken, heads: tuple[tuple[int, int], ...]) -> tuple[Found, ...]:
    """The places of a page, the surest first; `taken` are stretches of persons and bodies, `heads` those of the page's head."""
    mentions: dict[int, list[tuple[float, str, Match]]] = {}
    used = merged_spans((*taken.persons, *((match.begin, match.end) for match in countries)))
    for match in place_matches(scan, gazetteer):
        number = _meant(scan, gazetteer, match, countries)
        if number is None or len(mentions.get(number, ())) >= MOST_SPANS or overlaps(used, match.begin, match.end) or is_footnote(scan, match.begin):
            continue
        rule = _rule_in_body(scan, match, taken.bodies) or _rule(scan, match, heads, countries)
        if rule == "place-mention" and (gazetteer.places[number].population < KNOWN_PEOPLE or number in gazetteer.needs_in):
            continue
        if (confidence := _confidence(scan, match, rule)) > 0:
            mentions.setdefault(number, []).append((confidence, rule, match))
    found = [_found(scan, gazetteer, number, items) for number, items in mentions.items()]
    return tuple(sorted(found, key=lambda item: (-item.confidence, item.spans[0].begin)))


def _found(scan: Scan, gazetteer: Gazetteer, number: int, mentions: list[tuple[float, str, Match]]) -> Found:
    place = gazetteer.places[number]
    unit = unit_of(gazetteer.atlas, place.lon, place.lat)
    best, rule, _ = max(mentions, key=lambda item: item[0])
    spans = tuple(span_of(scan.text, match.begin, match.end) for _, _, match in mentions[:MOST_SPANS])
    name = name_of(place)
    words = ", ".join(part for part in (name, unit.code if unit else "", place.country) if part)
    sure = min(0.97, best + 0.02 * (len(mentions) - 1))
    radius_km = round(max(1.0, min(15.0, (max(place.population, 0) / 1e4) ** 0.5)), 1)
    return Found(part="place", value=name, words=words, spans=spans, rule=rule, confidence=round(sure, 3), lon=place.lon, lat=place.lat, radius_km=radius_km)


def _meant(scan: Scan, gazetteer: Gazetteer, match: Match, countries: tuple[Match, ...]) -> int | None:
    """The number of the place that a name means: in the country right beside it, or the most populous; None where that country has none."""
    numbers = sorted({int(word.value) for word in match.words}, key=lambda number: (-gazetteer.places[number].population, number))
    beside = _country_after(scan, match, countries)
    if beside is None:
        return numbers[0]
    inside = [number for number in numbers if gazetteer.places[number].country in beside.split("+")]
    return inside[0] if inside else None


def _country_after(scan: Scan, match: Match, countries: tuple[Match, ...]) -> str | None:
    """The country that follows a place as its own: "Belgrade, Belgique", "Budva (Monténégro)", "Budva, Crna Gora, 4. juna"; not one of a list."""
    first = bisect_right(countries, match.end, key=lambda other: other.begin)
    after = countries[first] if first < len(countries) and countries[first].begin - match.end <= _WORD_AFTER else None
    if after is None or scan.text[match.end : after.begin].strip() not in {",", "("}:
        return None
    follows = next((other for other in countries[first + 1 : first + 2] if other.begin - after.end <= _FAR), None)
    return None if follows is not None and "," in scan.text[after.end : follows.begin] else after.word.value


def _rule(scan: Scan, match: Match, heads: tuple[tuple[int, int], ...], countries: tuple[Match, ...]) -> str:
    """How a place stands in the text, the surest way first."""
    begin, _ = sentence_at(scan, match.begin)
    if _is_head(scan, match, heads, countries):
        return "place-head"
    if _is_dateline(scan, match):
        return "place-dateline"
    before = cues_within(scan, max(begin, match.begin - _REACH), match.begin, {"body", "seat"})
    body = next((cue for cue in reversed(before) if _is_near(scan, cue, match)), None)
    if _is_in(scan, match):
        return _rule_after_in(scan, match, body)
    if body is None and _is_host(scan, match):
        return "place-held-in"
    if body is not None or _is_name_of_body(scan, match):
        return "place-body"
    return "place-mention"


def _rule_after_in(scan: Scan, match: Match, body: Match | None) -> str:
    """How a place stands after a word for "in", and after a body's word before that, where there is one."""
    begin, _ = sentence_at(scan, match.begin)
    is_held = bool(cues_within(scan, begin, match.begin, {"held"}))
    if body is None:
        return "place-held-in" if is_held else "place-in"
    at_seat = cues_within(scan, max(begin, body.begin - _SEAT), body.begin, {"in"})
    return "place-seat" if at_seat and (is_held or is_sort(body, "seat")) else "place-body"


def _rule_in_body(scan: Scan, match: Match, bodies: tuple[tuple[int, int], ...]) -> str:
    """How a place stands within the name of a body: the venue only where something was held at that body; empty for a place in none."""
    at = bisect_right(bodies, (match.begin, len(scan.text) + 1)) - 1
    body = bodies[at] if at >= 0 else (0, 0)
    if match.end > body[1]:
        return ""
    before = cues_within(scan, sentence_at(scan, body[0])[0], body[0], {"held"})
    at_seat = cues_within(scan, max(0, body[0] - _SEAT), body[0], {"in"})
    return "place-seat" if before and at_seat else "place-body"


def _is_host(scan: Scan, match: Match) -> bool:
    """Whether a town received the guests ("Budva hosted"), or is the capital in which something was held ("in the Montenegrin capital, Podgorica")."""
    begin, end = sentence_at(scan, match.begin)
    if any(len(tokens_between(scan, match.end, cue.begin)) <= 1 for cue in cues_within(scan, match.end, min(end, match.end + _TOWN), {"host"})):
        return True
    capital = cues_within(scan, max(begin, match.begin - _TOWN), match.begin, {"capital"})
    return bool(capital) and bool(cues_within(scan, begin, capital[-1].begin, {"held"})) and bool(cues_within(scan, begin, capital[-1].begin, {"in"}))


_SEAT: Final = 14


def _confidence(scan: Scan, match: Match, rule: str) -> float:
    """How sure that is; less where the sentence tells of earlier work, or names several places."""
    sure = _SURE[rule]
    if rule not in {"place-held-in", "place-in", "place-mention"}:
        return sure
    begin, end = sentence_at(scan, match.begin)
    sure *= 0.5 if cues_within(scan, begin, end, {"past"}) else 1.0
    return round(sure * (0.7 if cues_within(scan, begin, match.begin, {"later"}) else 1.0), 3)


def _is_in(scan: Scan, match: Match) -> bool:
    """Whether a word for "in" stands right before a place, an article or "the town of" between them at most."""
    cues = [cue for cue in cues_within(scan, max(0, match.begin - _TOWN), match.begin, {"in"}) if is_sort(cue, "in")]
    if not cues:
        return False
    between = tokens_between(scan, cues[-1].end, match.begin)
    return len(between) <= _FAR and all(token.folded in _town_words() for token in between) and "." not in scan.text[cues[-1].end : match.begin]


_TOWN: Final = 30


def _is_near(scan: Scan, cue: Match, match: Match) -> bool:
    """Whether a body's word belongs to the place: a few small words or names between, no comma and no other verb of holding."""
    between = tokens_between(scan, cue.end, match.begin)
    held = cues_within(scan, cue.end, match.begin, {"held"})
    return len(between) <= _FAR and not held and not any(token.text == "," for token in between)


def _is_name_of_body(scan: Scan, match: Match) -> bool:
    """Whether a place begins a name: "Geneva Centre", "Ohrid Agreement", "Brussels headquarters", "Berlin Process", "Skopje-based"."""
    after = tokens_between(scan, match.end, match.end + _TOWN)[:_WORD_AFTER]
    if after and scan.text[match.end : after[0].begin] in {"-", "‑"}:
        return True
    return any(
        is_sort(cue, "body") or is_sort(cue, "seat")
        for cue in cues_within(scan, match.end, after[-1].end if after else match.end, {"body", "seat"})
        if not any(mark in scan.text[match.end : cue.begin] for mark in ",.;:()\n–—")
    )


def _is_head(scan: Scan, match: Match, heads: tuple[tuple[int, int], ...], countries: tuple[Match, ...]) -> bool:
    """Whether a place stands by itself in the page's head, with its country, a date or a label at most."""
    if not any(begin <= match.begin < end for begin, end in heads):
        return False
    earliest = max(0, match.begin - _REACH - 1)
    line_begin = scan.text.rfind("\n", earliest, match.begin) + 1 or earliest
    line = scan.text[line_begin : match.end + _REACH].partition("\n")[0]
    small = [word for word in line.replace("-", " ").split() if word.isalpha() and word[0].islower()]
    is_short = len(line) <= _REACH and not line.rstrip().endswith((".", "?", "!")) and len(small) <= 1
    return is_short and _is_alone(scan, match, line_begin, countries)


def _is_alone(scan: Scan, match: Match, line_begin: int, countries: tuple[Match, ...]) -> bool:
    """Whether nothing but figures, months and labels stands between the line's begin and the place."""
    before = scan.text[line_begin : match.begin].strip()
    at = bisect_left(countries, line_begin, key=lambda other: other.begin)
    named = at < len(countries) and countries[at].begin < match.begin
    return not named and (not before or before.endswith((":", ",", "|", "–", "—", "-", "·", "•")) or any(letter.isdigit() for letter in before))


def _is_dateline(scan: Scan, match: Match) -> bool:
    """Whether a place begins a line and is followed by a comma and a date, a dash, or (in capitals) a full stop: where the news was sent from."""
    if scan.text[match.begin - 1 : match.begin] not in {"", "\n"}:
        return False
    head = scan.text[match.end : match.end + _TOWN].lstrip(" \u00a0")
    if head[:1] in {"–", "—"} or head.startswith("- "):
        return True
    if head.startswith(". ") and scan.text[match.begin : match.end].isupper():
        return True
    return head[:1] in {",", "("} and any(letter.isdigit() for letter in head[:_DATE])


_DATE: Final = 24


@cache
def _table() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(data_text("places.yaml"))
    return read


@cache
def _stops() -> tuple[frozenset[str], frozenset[str]]:
    after_in = frozenset(folded(str(word)) for word in _table()["after_in"])
    return frozenset(folded(str(word)) for word in _table()["stop"]) | after_in, after_in


@cache
def _town_words() -> frozenset[str]:
    return frozenset(map(str, _table()["town_words"]))


_SHORTEST: Final = 3


def _atlas_words(places: tuple[Place, ...]) -> Iterator[Word]:
    for number, place in enumerate(places):
        if len(place.name) >= _SHORTEST:
            yield from _forms(number, place.name, ANY_LANGUAGE)
        for tag, name in place.names.items():
            yield from _forms(number, name, family(tag))
        if place.names or place.country in {"RS", "BA", "ME", "HR", "XK", "MK"}:
            yield from (word for form in inflected_town(place.names.get("sr-Latn", place.name)) for word in _forms(number, form, SERBO_CROATIAN))
            kin = dict.fromkeys(form for tag in ("bs", "hr") if tag in place.names for form in inflected_town(place.names[tag]))
            yield from (word for form in kin for word in _forms(number, form, SERBO_CROATIAN))
        if place.names.get("sq"):
            yield from (word for form in inflected(place.names["sq"], "sq") for word in _forms(number, form, "sq"))


def _forms(number: int, name: str, language: str) -> Iterator[Word]:
    if len(name) >= _SHORTEST and name[0].isupper():
        yield Word(str(number), f"^{name}", language, rule="gazetteer")


def _own_words(places: tuple[Place, ...]) -> Iterator[Word]:
    at = {(place.country, folded(place.name)): number for number, place in enumerate(places)}
    for row in _table()["names"]:
        number = at.get((row["country"], folded(row["key"])))
        if number is not None:
            yield from _listed(number, row["names"])


def _world_words(first: int) -> Iterator[Word]:
    for number, row in enumerate(_table()["world"], first):
        yield Word(str(number), f"^{row['name']}", "en", rule="gazetteer")
        yield from _listed(number, row["names"])


def _listed(number: int, names: dict[str, list[str]]) -> Iterator[Word]:
    for language, forms in names.items():
        yield from (Word(str(number), f"^{form}", language, rule="gazetteer") for form in forms)


def inflected_town(name: str) -> tuple[str, ...]:
    """The cases of a town's name in Bosnian, Croatian, Montenegrin and Serbian (Latin letters), the name itself first.

    >>> inflected_town("Skoplje"), inflected_town("Sarajevo")
    (('Skoplje', 'Skoplja', 'Skoplju', 'Skopljem'), ('Sarajevo', 'Sarajeva', 'Sarajevu', 'Sarajevom'))
    >>> inflected_town("Beograd")[:3], inflected_town("Bihać")[-1], inflected_town("Novi Sad")[1:3]
    (('Beograd', 'Beograda', 'Beogradu'), 'Bihaćem', ('Novog Sada', 'Novom Sadu'))
    """
    words = name.split()
    cases = [name, *(" ".join([*(_first_word(word, case, words[-1]) for word in words[:-1]), _last_word(words[-1], case)]) for case in range(4))]
    return tuple(dict.fromkeys(cases))


_FEMALE: Final = ("e", "i", "u", "om")
_MALE: Final = ("a", "u", "u", "om")
_SOFT: Final = ("a", "u", "u", "em")


def _last_word(word: str, case: int) -> str:
    if word.endswith("ac") and len(word) > len("Oac"):
        return word[:-2] + "c" + _SOFT[case]
    if word[-1] == "a":
        return word[:-1] + _FEMALE[case]
    if word[-1] == "o":
        return word[:-1] + _MALE[case]
    if word[-1] == "e":
        return word[:-1] + _SOFT[case]
    if word[-1] in "iu":
        return word[:-1] + ("a", "ima", "e", "ima")[case] if word[-1] == "i" else word
    soft = word.endswith(("ć", "č", "š", "ž", "đ", "j", "lj", "nj"))
    return word + (_SOFT if soft else _MALE)[case]


def _first_word(word: str, case: int, last: str) -> str:
    if word[-1] == "i" and last[-1] not in "ie":
        return word[:-1] + ("og", "om", "i", "im")[case]
    if word[-1] == "o":
        return word[:-1] + ("og", "om", "o", "im")[case]
    if word[-1] == "a" and last[-1] == "a":
        return word[:-1] + (("e", "oj", "u", "om") if word.endswith(("ska", "va", "na", "ra")) else _FEMALE)[case]
    return word
