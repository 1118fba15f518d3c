"""The language of a text, by its script, its letters and its small words; Bosnian, Croatian, Montenegrin and Serbian by the words in which they differ.

A text in a language that is not ours is `und`: it is compared with the small words of its neighbours too, and never forced into one of ours.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from vigie.ingest.page.tokens import fold, tokens_of

_SEEN = 20_000
"""Characters that are looked at: the beginning of a page tells its language."""

_FEWEST_WORDS, _LEAST_SHARE = 4, 0.14
"""Half the words that a text must have, twice the small words that must be different; the least share of all words that they must make up."""

_MOST_EVIDENCE = 8
_FAMILY = ("bs", "hr", "cnr", "sr")
_BETWEEN_SISTERS = 0.85
"""The most that can be said for one of four languages that share most of their words."""


class Language(NamedTuple):
    """A language as a BCP 47 tag (`und` where it is none of ours), how sure that is from 0 to 1, and the words and letters that say so."""

    tag: str
    confidence: float
    evidence: tuple[str, ...]


_UNKNOWN = Language("und", 0.0, ())


def language_of(text: str, declared: str = "") -> Language:
    """The language of a text: en, fr, sq, bs, hr, cnr, cnr-Cyrl, sr-Latn, sr-Cyrl, mk, bg, el, ro, sl or tr, else `und`.

    `declared` is what the page says of itself: it decides only where the text is too short, or between Bosnian, Croatian, Montenegrin and Serbian.
    """
    script = _script(text)
    named = _declared(declared, script)
    counts = Counter(_words(text))
    shares = {name: _share(counts, small) for name, small in _small_words(script).items()}
    best, (share, seen) = max(shares.items(), key=lambda item: (item[1][0], item[0]), default=("", (0.0, ())))
    if counts.total() < 2 * _FEWEST_WORDS or len(seen) < _FEWEST_WORDS // 2 or share < _LEAST_SHARE:
        return _little(named, counts.total(), share)
    if script == "CYRILLIC":
        best = _by_letters(text, best)
    if best not in _data()["words"]:
        return Language("und", round(min(0.9, share * 2), 2), (best, *seen[:_MOST_EVIDENCE]) if best else ())
    runner_up = max((each[0] for name, each in shares.items() if name != best), default=0.0)
    sure = round(min(0.99, 0.6 + (share - runner_up) * 1.5), 2) if share > runner_up else 0.5
    return _sister(_words(text), named, script, sure, seen) if best.startswith("sh") else Language(best, sure, seen[:_MOST_EVIDENCE])


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return dict(yaml.safe_load(resources.files("vigie.ingest.page").joinpath("stop_words.yaml").read_text("utf-8")))


@lru_cache(maxsize=4)
def _small_words(script: str) -> Mapping[str, frozenset[str]]:
    """The small words of every language that writes in a script, ours and others."""
    every = {**_data()["words"], **_data()["others"]}
    return {name: frozenset(words) for name, words in every.items() if _script(" ".join(words)) == script}


def _words(text: str) -> list[str]:
    """The words as written, in lower case."""
    return [text[token.begin : token.end].lower() for token in tokens_of(text[:_SEEN]) if token.kind == "word"]


def _script(text: str) -> str:
    """The script that most letters of a text belong to: LATIN, CYRILLIC, GREEK or another; blank for a text without letters."""
    counts = Counter(unicodedata.name(sign, "").split(" ", 1)[0] for sign in text[:_SEEN] if sign.isalpha())
    return max(counts, key=lambda name: (counts[name], name), default="")


def _share(counts: Counter[str], small: frozenset[str]) -> tuple[float, tuple[str, ...]]:
    """The share of the words that are small words of a language, and which of them stand there, the most frequent first."""
    seen = sorted((word for word in counts if word in small), key=lambda word: (-counts[word], word))
    return sum(counts[word] for word in seen) / max(1, counts.total()), tuple(seen)


def _by_letters(text: str, best: str) -> str:
    """The language in Cyrillic letters that some of them settle: ђ and ћ, ѓ and ќ, ъ and щ, or ы, which none of ours has."""
    letters = Counter(text[:_SEEN].lower())
    found = {name: sum(letters[sign] for sign in signs) for name, signs in _data()["letters"].items()}
    most = max(found, key=lambda name: (found[name], name))
    if found["none"] > 1 and found["none"] * 10 >= found[most]:
        return best if best in _data()["others"] else ""
    if best in _data()["others"]:
        return best
    return most if found[most] > 1 else best


def _little(named: str, words: int, share: float) -> Language:
    """What can be said of a text with too few small words: what its page declares, if it is short; else nothing."""
    short = words < 10 * _FEWEST_WORDS
    return Language(named, 0.4, ("declared",)) if named and (short or share >= _LEAST_SHARE) else _UNKNOWN


def _declared(declared: str, script: str) -> str:
    """One of our tags for what a page declares, if its text is in that language's script; else blank."""
    name = declared.strip().replace("_", "-").lower()
    name = _data()["declared"].get(name) or _data()["declared"].get(name.split("-")[0]) or name.split("-")[0]
    if name in {"sr", "cnr", "sr-Latn", "sr-Cyrl", "cnr-Cyrl"}:
        stem = name.split("-")[0]
        return {"CYRILLIC": f"{stem}-Cyrl", "LATIN": "cnr" if stem == "cnr" else "sr-Latn"}.get(script, "")
    if name in {"bs", "hr"}:
        return name if script == "LATIN" else ""
    scripts = {"mk": "CYRILLIC", "bg": "CYRILLIC", "el": "GREEK"}
    return name if name in _data()["words"] and scripts.get(name, "LATIN") == script else ""


def _sister(written: Sequence[str], named: str, script: str, sure: float, seen: Sequence[str]) -> Language:
    """Which of the four sister languages a text is in, with what tells it; Serbian without anything that does, and little sure."""
    words = [word if script == "LATIN" else _latin(word) for word in written]
    scores, marks = _scores(words)
    if named:
        scores[named.split("-", maxsplit=1)[0]] += 2.0
    best = max(_FAMILY, key=lambda name: (scores[name], name))
    others = max(scores[name] for name in _FAMILY if name != best)
    margin = (scores[best] - others) / max(6.0, scores[best])
    tag = {"sr": "sr-Cyrl" if script == "CYRILLIC" else "sr-Latn", "cnr": "cnr-Cyrl" if script == "CYRILLIC" else "cnr"}.get(best, best)
    if script == "CYRILLIC" and best in {"bs", "hr"}:
        tag, margin = "sr-Cyrl", 0.0
    return Language(tag, round(sure * min(_BETWEEN_SISTERS, 0.3 + margin), 2), (*marks.get(best, ())[:_MOST_EVIDENCE], *seen[:2]))


def _scores(words: Sequence[str]) -> tuple[dict[str, float], dict[str, list[str]]]:
    """The weight of what speaks for each of the four, each mark counted three times at most, and the words that do."""
    counts = Counter(words)
    scores, marks = dict.fromkeys(_FAMILY, 0.0), {name: list[str]() for name in _FAMILY}
    for word, times in sorted(counts.items()):
        for name in _FAMILY:
            weight = _weight(word, name)
            scores[name] += weight * min(times, 3)
            marks[name] += [word] if weight else []
        if _matches(word, _data()["ijekavian"]):
            scores["sr"] -= min(times, 3)
    return scores, marks


@lru_cache(maxsize=1 << 14)
def _weight(word: str, name: str) -> float:
    return max((weight for weight, stems in _data()["family"][name].items() if _matches(word, stems)), default=0)


def _matches(word: str, stems: Sequence[str]) -> bool:
    return any(word == stem[:-1] if stem.endswith(".") else word.startswith(stem) for stem in stems)


_TO_LATIN = str.maketrans({"љ": "lj", "њ": "nj", "џ": "dž", "ђ": "đ", "ж": "ž", "ч": "č", "ћ": "ć", "ш": "š"})


def _latin(word: str) -> str:
    """A Serbian word in Latin letters, with their accents."""
    return "".join(part if not part.isalpha() else part.translate(_TO_LATIN) if part in "љњџђжчћш" else fold(part) for part in word)
