"""An activity as the fields of a form, and back. What comes several times is one line each, its parts between semicolons, so that no script is needed.

What a person did not touch stays as it was, line by line, and so does what the form has no field for: sectors, transactions, places, languages beyond
those that are shown, what a file said besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from vigie.model.activity import Activity
from vigie.model.canonical import Json
from vigie.model.errors import BadReport
from vigie.model.label import Label
from vigie.model.said import body_of, read_body
from vigie.web.draft_forms import lines

MAX_TITLES = 4
READERS = ("", "own", "named", "GREEN", "CLEAR")
"""Who may read an activity, as the form has it: empty for those who may read it now, or who got what it answers."""

_YES, _NO = ("yes", "done", "x", "1", "true"), ("", "no", "to come", "0", "false")
_AMOUNT = re.compile(r"\d+(\.\d{1,2})?|\d{1,3}(,\d{3})+(\.\d{1,2})?", re.ASCII)

_PARTS: Mapping[str, tuple[str, ...]] = {
    "partners": ("name", "role", "country", "party"),
    "countries": ("code", "percent"),
    "budgets": ("begin", "end", "value", "currency"),
    "results": ("title", "baseline", "target", "actual"),
    "documents": ("url", "title"),
    "visibility": ("day", "audience", "channel", "language", "done", "reach"),
}
"""The lists that a form holds as lines, each with the parts of a line in their order; the first is needed."""

_INPUTS = ("identifier", "mechanism", "status")
_DAYS = ("planned_begin", "begin", "planned_end", "end")
_NAMES = ("priorities", "areas", "answers", "risks")
_TICKED = ("priorities", "risks")

_Body = Mapping[str, Any]


def values_of_activity(activity: Activity) -> dict[str, str]:
    """The activity as the fields of its form."""
    texts = [(tag, activity.titles.get(tag, ""), activity.abstracts.get(tag, "")) for tag in _tags(activity)[:MAX_TITLES]]
    titles = {f"{name}_{place}": value for place, text in enumerate(texts, 1) for name, value in zip(("language", "title", "text"), text, strict=True)}
    days = {name: getattr(activity, name).isoformat() if getattr(activity, name) else "" for name in _DAYS}
    names = {name: "\n".join(_flat(item) for item in getattr(activity, name)) for name in _NAMES}
    listed = {name: "\n".join(_line(name, item) for item in getattr(activity, name)) for name in _PARTS}
    return {**{name: getattr(activity, name) for name in (*_INPUTS, "provenance")}, **titles, **days, **names, **listed}


def _tags(activity: Activity) -> list[str]:
    """The languages in which it says something, those of its titles first."""
    return list(dict.fromkeys((*activity.titles, *activity.abstracts)))


def _flat(text: str) -> str:
    return text.replace("\n", " ")


def _line(name: str, item: Any) -> str:
    said = item.model_dump(mode="json")
    if name == "results":
        first = said["indicators"][0] if said["indicators"] else {}
        said = {part: first.get(part, "") for part in _PARTS[name]} | {"title": next(iter(said["titles"].values()))}
    if name == "documents":
        said["title"] = next(iter(said["titles"].values()))
    if name == "visibility":
        said["done"] = "done" if said["done"] else ""
    parts = ["" if said[part] is None else _flat(str(said[part])) for part in _PARTS[name]]
    while parts and not parts[-1]:
        parts.pop()
    return "; ".join(parts)


def activity_of_form(form: Mapping[str, str], before: Activity | None = None) -> Activity:
    """The activity that a form means, with what `before` says beside it. Raises `BadReport` with one sentence."""
    titles, abstracts = _texts(form, before)
    if not titles:
        raise BadReport("An activity needs a title", field="title")
    shown = values_of_activity(before) if before else {}
    said = _simple(form, shown) | _names(form, shown)
    for name in _PARTS:
        if _rows(form, name) != _rows(shown, name):
            said[name] = _items(form, name, before)
    return read_body(Activity, (body_of(before) if before else {}) | said | {"titles": titles, "abstracts": abstracts})


def _simple(form: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, Json]:
    """The fields of one value that are others than before. A browser takes line breaks out of what is typed in one line."""
    inputs = {name: form.get(name, "").strip() for name in _INPUTS if _one_line(form, name) != _one_line(shown, name)}
    texts = {name: form.get(name, "").strip() for name in ("provenance",) if form.get(name, "").strip() != shown.get(name, "").strip()}
    days = {name: form.get(name, "").strip() or None for name in _DAYS if form.get(name, "").strip() != shown.get(name, "")}
    changed: dict[str, Json] = {**inputs, **texts, **days}
    if "status" in changed and not changed["status"]:
        changed["status"] = "planned"
    return changed


def _one_line(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").replace("\n", "").strip()


def _names(form: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, Json]:
    """The lists of names that are others than before; boxes that are ticked have no order of their own."""
    changed: dict[str, Json] = {}
    for name in _NAMES:
        now, then = _rows(form, name), _rows(shown, name)
        is_same = sorted(now) == sorted(then) if name in _TICKED else now == then
        if not is_same:
            changed[name] = list[Json](dict.fromkeys(now))
    return changed


def _rows(form: Mapping[str, str], name: str) -> list[str]:
    """The lines of a field, without blank ones."""
    return [line.strip() for line in form.get(name, "").split("\n") if line.strip()]


def _texts(form: Mapping[str, str], before: Activity | None) -> tuple[dict[str, Json], dict[str, Json]]:
    """Titles and abstracts by language, of the numbered fields. Raises where a language comes twice, or a text has no title."""
    tags = _tags(before) if before else []
    shown = values_of_activity(before) if before else {}
    whole = [(tag, *_kept_texts(before, tag)) for tag in tags[MAX_TITLES:]]
    for place in range(1, MAX_TITLES + 1):
        language, title, text = (form.get(f"{name}_{place}", "").strip() for name in ("language", "title", "text"))
        is_same = place <= len(tags) and all(
            _one_line(form, f"{name}_{place}") == _one_line(shown, f"{name}_{place}") for name in ("language", "title", "text")
        )
        if is_same:
            whole.append((tags[place - 1], *_kept_texts(before, tags[place - 1])))
        elif title or text:
            if not title:
                raise BadReport("Each text needs a title", field="title", got=language or "no language")
            whole.append((language, title, text))
    languages = [language for language, _, _ in whole]
    if twice := next((language for language in languages if languages.count(language) > 1), None):
        raise BadReport("Each language has one title", field="title", got=twice)
    return {tag: title for tag, title, _ in whole if title}, {tag: text for tag, _, text in whole if text}


def _kept_texts(before: Activity | None, tag: str) -> tuple[str, str]:
    return (before.titles.get(tag, ""), before.abstracts.get(tag, "")) if before else ("", "")


def _items(form: Mapping[str, str], name: str, before: Activity | None) -> list[Json]:
    """What the lines of a list mean: a line that stood before is what it was, any other is read with what it is likely to have been."""
    known: list[tuple[str, Any]] = [(_line(name, item).strip(), item) for item in getattr(before, name)] if before else []
    rows = _rows(form, name)
    others = [body_of(item) for line, item in known if line not in rows]
    language = form.get("language_1", "").strip() or "en"
    made: list[Json] = []
    for number, row in enumerate(rows, 1):
        place = next((place for place, (line, _) in enumerate(known) if line == row), None)
        made.append(_MADE[name](_split(name, number, row), others, language) if place is None else body_of(known.pop(place)[1]))
    return made


def _split(name: str, number: int, line: str) -> dict[str, str]:
    """A line's parts by name. Raises where it has too many, or lacks the first."""
    names = _PARTS[name]
    separator = ";" if ";" in line or name != "countries" else None
    parts = [part.strip() for part in line.split(separator)]
    if len(parts) > len(names) or (not parts[0] and name != "visibility"):
        raise BadReport(f"Line {number} of {name} cannot be understood", field=name, got=line, expected="; ".join(names))
    return dict.fromkeys(names, "") | dict(zip(names, parts, strict=False))


def _partner(parts: Mapping[str, str], others: Sequence[_Body], _language: str) -> dict[str, Json]:
    known: _Body = next((item for item in others if item.get("name") == parts["name"]), {})
    return {**known, **parts, "role": parts["role"].lower() or "partner", "country": parts["country"].upper()}


def _share(parts: Mapping[str, str], _others: Sequence[_Body], _language: str) -> dict[str, Json]:
    percent = parts["percent"].removesuffix("%").strip().replace(",", ".")
    return {"code": parts["code"].upper(), **({"percent": percent} if percent else {})}


def _budget(parts: Mapping[str, str], others: Sequence[_Body], _language: str) -> dict[str, Json]:
    """A budget; one of the same period that stood before keeps whether it is the revised one. An amount that may be read in two ways is refused."""
    value = "".join(parts["value"].split())
    if not _AMOUNT.fullmatch(value):
        raise BadReport("The amount cannot be understood", field="budgets", got=parts["value"], expected="such as 200000 or 200000.50")
    known: _Body = next((item for item in others if (item["begin"], item["end"]) == (parts["begin"], parts["end"])), {})
    return {**known, **parts, "value": value.replace(",", ""), "currency": parts["currency"].upper()}


def _result(parts: Mapping[str, str], others: Sequence[_Body], language: str) -> dict[str, Json]:
    """A result with one indicator; one that stood before under a title like this keeps what the form has no field for."""
    first_titles = {next(iter(item["titles"].values())): item for item in others}
    like = get_close_matches(parts["title"], first_titles, 1)
    known: _Body = first_titles[like[0]] if like else {"titles": {language: parts["title"]}}
    whole = {**known, "titles": {**known["titles"], next(iter(known["titles"])): parts["title"]}}
    figures = {name: parts[name] for name in ("baseline", "target", "actual")}
    if not (any(figures.values()) or known.get("indicators")):
        return whole
    first, *rest = known.get("indicators") or [{"titles": whole["titles"]}]
    return {**whole, "indicators": [{**first, **figures}, *rest]}


def _document(parts: Mapping[str, str], others: Sequence[_Body], language: str) -> dict[str, Json]:
    known: _Body = next((item for item in others if item["url"] == parts["url"]), {"titles": {}})
    tag = next(iter(known["titles"]), language)
    return {**known, "url": parts["url"], "titles": {**known["titles"], tag: parts["title"] or parts["url"][:160]}}


def _shown(parts: Mapping[str, str], _others: Sequence[_Body], _language: str) -> dict[str, Json]:
    done = parts["done"].lower()
    if done not in (*_YES, *_NO):
        raise BadReport("A step of the visibility plan is done or not", field="visibility", got=parts["done"], expected="done, or nothing")
    return {
        "day": parts["day"] or None,
        "audience": parts["audience"],
        "channel": parts["channel"],
        "language": parts["language"] or "en",
        "done": done in _YES,
        "reach": "".join(parts["reach"].split()) or None,
    }


_MADE: Mapping[str, Callable[[Mapping[str, str], Sequence[_Body], str], dict[str, Json]]] = {
    "partners": _partner,
    "countries": _share,
    "budgets": _budget,
    "results": _result,
    "documents": _document,
    "visibility": _shown,
}


def label_values(label: Label) -> dict[str, str]:
    """A label as the fields of the form: who may read it."""
    if label.rel_to is None and label.tlp in ("CLEAR", "GREEN"):
        return {"readers": label.tlp}
    named = sorted(label.rel_to or ())
    return {"readers": "named" if named else "own", "named": "\n".join(named)}


def label_of_form(form: Mapping[str, str]) -> tuple[str, list[str] | None]:
    """The TLP level and the readers that the form means; none where it leaves them as they are."""
    choice = form.get("readers", "")
    if choice not in READERS:
        raise BadReport("There is no such choice of readers", field="readers", got=choice, expected="own, named, GREEN or CLEAR")
    if choice in ("CLEAR", "GREEN", ""):
        return choice, None
    return "AMBER", lines(form, "named") if choice == "named" else []


def label_said(form: Mapping[str, str]) -> dict[str, str]:
    """The label that the form means, as `label_values` writes one."""
    named = "\n".join(sorted(lines(form, "named")))
    return {"readers": form.get("readers", "")} | ({"named": named} if form.get("readers") in ("named", "own") else {})
