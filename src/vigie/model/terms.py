r"""Shared terms: the kinds of happening, and how each agency's own codes map to them.

A pack's `terms.yaml` holds these optional tables; `terms_from_yaml` reads them:

    field: conflict                        # of every kind below that names no other
    kinds:
      unrest.riot: {title: Riot, quad: 4, score: -7, severity: 4.5}
    codes:                                 # scheme -> code -> kind, alone or with mode, contexts, confidence, lossy
      cameo:
        "145*": unrest.riot                # a trailing * stands for any further characters; an exact code wins, then the longest prefix
        "14": {kind: unrest.protest, lossy: true}
    shapes: {cameo: '\d{2,4}'}            # the regular expression that a code of the scheme must match as a whole
    editions: {cameo: "1.1b3, table 1"}    # the edition of the scheme and of our table, kept beside every mapped code
    severity:
      deaths: [[0, 0], [1, 5], [100, 9]]   # per scale: (magnitude, severity), magnitudes rising

Codes are text, and letter case does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeVar

import yaml

from vigie.model.canonical import Json
from vigie.model.errors import BadSetting

ANY = "*"
"""Ends a code that stands for all codes which begin like it."""

MOST_SEVERE = 10.0

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One shared kind of happening. `quad` and `score` are PLOVER's where the field has them; `severity` is 0 to 10."""

    name: str
    title: str
    field: str
    severity: float = 0.0
    quad: int | None = None
    score: float | None = None
    broader: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """What an agency's code means: a kind, with mode, contexts, how sure, and whether the mapping loses something."""

    kind: str
    mode: str = ""
    contexts: tuple[str, ...] = ()
    confidence: float = 1.0
    lossy: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """Kinds by name, codes by scheme, and how magnitudes turn into severity: per scale, (magnitude, severity) points.

    Codes are in folded letter case; one that ends in `*` is a prefix. `shapes` are the forms that a scheme's codes have;
    `editions` says which edition of the scheme, and of our table, the codes are from.
    """

    kinds: Mapping[str, Kind]
    codes: Mapping[str, Mapping[str, Term]]
    severity: Mapping[str, tuple[tuple[float, float], ...]]
    shapes: Mapping[str, str] = field(default_factory=dict)
    editions: Mapping[str, str] = field(default_factory=dict)


def term_of(terms: Terms, scheme: str, code: str) -> Term | None:
    """What `code` of `scheme` means, or None where it is unknown: an exact code wins, then the longest prefix.

    A code is text: one that has lost its leading zero does not have the scheme's shape and is unknown.
    """
    wanted, table = code.strip().casefold(), terms.codes.get(scheme, {})
    shape = terms.shapes.get(scheme)
    if shape is not None and re.fullmatch(shape, wanted, re.IGNORECASE) is None:
        return None
    if wanted in table and not wanted.endswith(ANY):
        return table[wanted]
    prefixes = (wanted[:length] + ANY for length in range(len(wanted), -1, -1))
    return next((table[prefix] for prefix in prefixes if prefix in table), None)


def kind_of(terms: Terms, scheme: str, code: str) -> Kind | None:
    """The kind that `code` of `scheme` stands for, or None where the code is unknown."""
    term = term_of(terms, scheme, code)
    return None if term is None else terms.kinds.get(term.kind)


def codes_of(terms: Terms, scheme: str, kind: str) -> tuple[str, ...]:
    """The codes of `scheme` that mean `kind`, sorted, prefixes included: what an export may choose from."""
    return tuple(sorted(code for code, term in terms.codes.get(scheme, {}).items() if term.kind == kind))


def broader_kinds(terms: Terms, name: str) -> tuple[str, ...]:
    """The kinds above `name`, nearest first; empty for an unknown kind or one at the top."""
    above: list[str] = []
    while name in terms.kinds and (name := terms.kinds[name].broader) and name not in above:
        above.append(name)
    return tuple(above)


def coding(terms: Terms, scheme: str, code: str, term: Term) -> dict[str, Json]:
    """What a report keeps of its agency's code in its details: scheme, code, edition, and what the mapping says of itself."""
    said: dict[str, Json] = {"scheme": scheme, "code": code}
    if edition := terms.editions.get(scheme):
        said["edition"] = edition
    if term.mode:
        said["mode"] = term.mode
    if term.contexts:
        said["contexts"] = list(term.contexts)
    if term.confidence < 1:
        said["confidence"] = term.confidence
    if term.lossy:
        said["lossy"] = True
    return said


def severity_of(terms: Terms, kind: str, magnitude: float | None = None, scale: str | None = None) -> float:
    """Severity 0 to 10: the kind's own, or the magnitude's on its scale (straight lines between the points) if that is higher."""
    own = terms.kinds[kind].severity if kind in terms.kinds else 0.0
    points = terms.severity.get(scale or "", ())
    if magnitude is None or not points:
        return own
    return max(own, _between(points, magnitude))


def _between(points: tuple[tuple[float, float], ...], at: float) -> float:
    if at <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return points[-1][1]


def differences(old: Terms, new: Terms, scheme: str) -> tuple[tuple[str, Term | None, Term | None], ...]:
    """What changed between two editions of a table: (code, meant then, means now), sorted by code; None where it was or is unknown."""
    then, now = old.codes.get(scheme, {}), new.codes.get(scheme, {})
    return tuple((code, then.get(code), now.get(code)) for code in sorted({*then, *now}) if then.get(code) != now.get(code))


def quad_index(kinds: Iterable[Kind], cap: float = MOST_SEVERE) -> tuple[dict[int, int], float]:
    """Counts by quad, and the sum of PLOVER scores with no event counting for more than `cap` either way.

    Kinds outside the four quads (statements, and fields that have no quads) move neither.
    """
    counts, total = dict.fromkeys((1, 2, 3, 4), 0), 0.0
    for kind in kinds:
        if kind.quad in counts:
            counts[kind.quad] += 1
            total += min(cap, max(-cap, kind.score or 0.0))
    return counts, total


def terms_from_yaml(text: str, name: str = "terms.yaml", kinds: Mapping[str, Kind] | None = None) -> Terms:
    """The terms that a `terms.yaml` holds; `kinds` are further kinds that its codes may name (they become part of the terms).

    Raises `BadSetting` where the text is not such a file: unknown kinds, severities outside 0 to 10, points out of order.
    """
    try:
        tables = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise BadSetting("The terms are not YAML", source=name, got=str(fault)) from fault
    tables = _table(tables, name, "the file")
    unknown = sorted(set(tables) - {"field", "kinds", "codes", "shapes", "editions", "severity"})
    if unknown:
        raise BadSetting("The terms hold an unknown table", source=name, got=unknown[0], expected="field, kinds, codes, shapes, editions or severity")
    own = {str(key): _kind(str(key), value, str(tables.get("field") or ""), name) for key, value in _table(tables.get("kinds"), name, "kinds").items()}
    all_kinds = _joined(dict(kinds or {}), own, "kind", name)
    return Terms(
        kinds=all_kinds,
        codes={str(scheme): _codes(str(scheme), value, all_kinds, name) for scheme, value in _table(tables.get("codes"), name, "codes").items()},
        severity={str(scale): _points(str(scale), value, name) for scale, value in _table(tables.get("severity"), name, "severity").items()},
        shapes={str(scheme): _shape(str(value), name) for scheme, value in _table(tables.get("shapes"), name, "shapes").items()},
        editions={str(scheme): str(value) for scheme, value in _table(tables.get("editions"), name, "editions").items()},
    )


def merge_terms(*parts: Terms) -> Terms:
    """All terms of `parts`. Raises `BadSetting` where two of them disagree on a kind, a code, a scale, a shape or an edition."""
    merged = Terms({}, {}, {})
    for part in parts:
        schemes = {*merged.codes, *part.codes}
        merged = Terms(
            kinds=_joined(merged.kinds, part.kinds, "kind"),
            codes={scheme: _joined(merged.codes.get(scheme, {}), part.codes.get(scheme, {}), f"code of {scheme}") for scheme in sorted(schemes)},
            severity=_joined(merged.severity, part.severity, "scale"),
            shapes=_joined(merged.shapes, part.shapes, "shape"),
            editions=_joined(merged.editions, part.editions, "edition"),
        )
    return merged


def _joined(first: Mapping[str, _Value], second: Mapping[str, _Value], what: str, name: str = "") -> dict[str, _Value]:
    clash = next((key for key in second if key in first and first[key] != second[key]), None)
    if clash is not None:
        raise BadSetting(f"Two terms files disagree on a {what}", source=name, got=clash, todo="let one file define it")
    return {**first, **second}


def _table(value: Any, name: str, what: str) -> dict[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadSetting(f"In the terms, {what} is not a table", source=name, got=repr(value))
    return value


def _kind(kind: str, value: Any, default_field: str, name: str) -> Kind:
    cells = _table(value, name, f"the kind {kind}")
    try:
        made = Kind(
            name=kind,
            title=str(cells.get("title") or kind),
            field=str(cells.get("field") or default_field),
            severity=float(cells.get("severity", 0.0)),
            quad=None if cells.get("quad") is None else int(cells["quad"]),
            score=None if cells.get("score") is None else float(cells["score"]),
            broader=str(cells.get("broader") or ""),
        )
    except (TypeError, ValueError) as fault:
        raise BadSetting(f"The kind {kind} holds a value that is not a number", source=name, got=str(fault)) from fault
    if not (0 <= made.severity <= MOST_SEVERE and made.field):
        raise BadSetting(f"The kind {kind} needs a field and a severity", source=name, got=f"{made.field!r}, {made.severity}", expected="a name, 0 to 10")
    return made


def _codes(scheme: str, value: Any, kinds: Mapping[str, Kind], name: str) -> dict[str, Term]:
    made: dict[str, Term] = {}
    for code, meaning in _table(value, name, f"the codes of {scheme}").items():
        if not isinstance(code, str):
            raise BadSetting(f"A code of {scheme} is not text", source=name, got=repr(code), expected="text", todo="put the code in quotes")
        if code.strip().casefold() in made:
            raise BadSetting(f"A code of {scheme} stands twice", source=name, got=code)
        made[code.strip().casefold()] = _term(scheme, code, meaning, kinds, name)
    return made


def _term(scheme: str, code: str, meaning: Any, kinds: Mapping[str, Kind], name: str) -> Term:
    cells = {"kind": meaning} if isinstance(meaning, str) else _table(meaning, name, f"the code {code} of {scheme}")
    kind = str(cells.get("kind", ""))
    if kind not in kinds:
        raise BadSetting(f"The code {code} of {scheme} names an unknown kind", source=name, got=kind, expected="one of the kinds")
    contexts = cells.get("contexts") or ()
    return Term(
        kind=kind,
        mode=str(cells.get("mode") or ""),
        contexts=tuple(map(str, contexts)) if isinstance(contexts, list | tuple) else (str(contexts),),
        confidence=float(cells.get("confidence", 1.0)),
        lossy=bool(cells.get("lossy", False)),
    )


def _points(scale: str, value: Any, name: str) -> tuple[tuple[float, float], ...]:
    try:
        points = tuple((float(magnitude), float(severity)) for magnitude, severity in value)
    except (TypeError, ValueError) as fault:
        raise BadSetting(f"The severity of {scale} is not a list of pairs", source=name, got=repr(value)) from fault
    rising = all(left[0] < right[0] for left, right in pairwise(points))
    if not points or not rising or not all(0 <= severity <= MOST_SEVERE for _, severity in points):
        raise BadSetting(f"The severity of {scale} is out of order", source=name, got=repr(value), expected="rising magnitudes, severities 0 to 10")
    return points


@lru_cache(maxsize=256)
def _shape(pattern: str, name: str) -> str:
    try:
        re.compile(pattern)
    except re.error as fault:
        raise BadSetting("The shape of a scheme is not a regular expression", source=name, got=pattern) from fault
    return pattern
