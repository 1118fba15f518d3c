"""An activity as the fields of a form, and back. What comes several times is one line each, its parts between semicolons, so that no script is needed.

What the form has no field for (sectors, transactions, places, what a file said besides) stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vigie.model.activity import Activity
from vigie.model.canonical import Json
from vigie.model.errors import BadReport
from vigie.model.said import body_of, read_body
from vigie.web.draft_forms import lines

MAX_TITLES = 4
_YES = ("yes", "done", "x", "1", "true")

_PARTS: Mapping[str, tuple[str, ...]] = {
    "partners": ("name", "role", "country", "party"),
    "countries": ("code", "percent"),
    "budgets": ("begin", "end", "value", "currency"),
    "results": ("title", "baseline", "target", "actual"),
    "documents": ("url", "title"),
    "visibility": ("day", "audience", "channel", "language", "done", "reach"),
}
"""The lists that a form holds as lines, each with the parts of a line in their order; the first is needed."""

_SIMPLE = ("identifier", "mechanism", "status", "provenance")
_DAYS = ("planned_begin", "begin", "planned_end", "end")
_NAMES = ("priorities", "areas", "answers", "risks")


def values_of_activity(activity: Activity) -> dict[str, str]:
    """The activity as the fields of its form."""
    texts = [(tag, activity.titles.get(tag, ""), activity.abstracts.get(tag, "")) for tag in dict.fromkeys((*activity.titles, *activity.abstracts))]
    titles = {f"{name}_{place}": value for place, text in enumerate(texts, 1) for name, value in zip(("language", "title", "text"), text, strict=True)}
    days = {name: getattr(activity, name).isoformat() if getattr(activity, name) else "" for name in _DAYS}
    names = {name: "\n".join(getattr(activity, name)) for name in _NAMES}
    listed = {name: "\n".join(_line(name, item) for item in getattr(activity, name)) for name in _PARTS}
    return {**{name: getattr(activity, name) for name in _SIMPLE}, **titles, **days, **names, **listed}


def _line(name: str, item: Any) -> str:
    said = item.model_dump(mode="json")
    if name == "results":
        first = said["indicators"][0] if said["indicators"] else {}
        said = {**{part: first.get(part, "") for part in _PARTS[name]}, "title": next(iter(said["titles"].values()))}
    if name == "documents":
        said["title"] = next(iter(said["titles"].values()))
    if name == "visibility":
        said["done"] = "done" if said["done"] else ""
    parts = ["" if said[part] is None else str(said[part]) for part in _PARTS[name]]
    while parts and not parts[-1]:
        parts.pop()
    return "; ".join(parts)


def activity_of_form(form: Mapping[str, str], before: Activity | None = None) -> Activity:
    """The activity that a form means, with what `before` says beside it. Raises `BadReport` with one sentence."""
    titles, abstracts = _texts(form)
    if not titles:
        raise BadReport("An activity needs a title", field="title")
    kept: dict[str, Json] = body_of(before) if before else {}
    said: dict[str, Json] = {name: form.get(name, "").strip() for name in _SIMPLE} | {name: form.get(name, "").strip() or None for name in _DAYS}
    said |= {name: [*lines(form, name)] for name in _NAMES}
    said |= {name: [_MADE[name](parts, before) for parts in _listed(form, name)] for name in _PARTS}
    said["status"] = said["status"] or "planned"
    return read_body(Activity, kept | said | {"titles": titles, "abstracts": abstracts})


def _texts(form: Mapping[str, str]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Titles and abstracts by language, of the numbered fields. Raises where a language comes twice, or a text has no title."""
    titles: dict[str, Json] = {}
    abstracts: dict[str, Json] = {}
    for place in range(1, MAX_TITLES + 1):
        language, title, text = (form.get(f"{name}_{place}", "").strip() for name in ("language", "title", "text"))
        if not (title or text):
            continue
        if language in titles or not title:
            raise BadReport("Each language has one title, and each text a title", field="title", got=language or "no language")
        titles[language] = title
        if text:
            abstracts[language] = text
    return titles, abstracts


def _listed(form: Mapping[str, str], name: str) -> list[dict[str, str]]:
    """The lines of a list, each with its parts by name. Raises where a line has too many parts or lacks the first."""
    names, found = _PARTS[name], []
    for number, line in enumerate(lines(form, name), 1):
        separator = ";" if ";" in line or name != "countries" else None
        parts = [part.strip() for part in line.split(separator)]
        if len(parts) > len(names) or (not parts[0] and name != "visibility"):
            raise BadReport(f"Line {number} of {name} cannot be understood", field=name, got=line, expected="; ".join(names))
        found.append(dict.fromkeys(names, "") | dict(zip(names, parts, strict=False)))
    return found


def _partner(parts: Mapping[str, str], before: Activity | None) -> dict[str, Json]:
    known = next((item for item in before.partners if item.name == parts["name"]), None) if before else None
    kept = {"ref": known.ref, "type": known.type} if known else {}
    return {**kept, **parts, "role": parts["role"].lower() or "partner", "country": parts["country"].upper()}


def _share(parts: Mapping[str, str], _before: Activity | None) -> dict[str, Json]:
    percent = parts["percent"].removesuffix("%").strip()
    return {"code": parts["code"].upper(), **({"percent": percent} if percent else {})}


def _budget(parts: Mapping[str, str], _before: Activity | None) -> dict[str, Json]:
    return {**parts, "value": parts["value"].replace(" ", "").replace(",", ""), "currency": parts["currency"].upper()}


def _result(parts: Mapping[str, str], before: Activity | None) -> dict[str, Json]:
    """A result with one indicator; one that stood before under the same title keeps what the form has no field for."""
    known = [item for item in before.results if parts["title"] in item.titles.values()] if before else []
    whole: dict[str, Any] = body_of(known[0]) if known else {"titles": {"en": parts["title"]}}
    figures = {name: parts[name] for name in ("baseline", "target", "actual")}
    first, *others = whole.get("indicators") or [{"titles": whole["titles"]}]
    is_measured = any(figures.values()) or bool(whole.get("indicators"))
    return {**whole, **({"indicators": [{**first, **figures}, *others]} if is_measured else {})}


def _document(parts: Mapping[str, str], before: Activity | None) -> dict[str, Json]:
    known = [item for item in before.documents if item.url == parts["url"]] if before else []
    whole: dict[str, Json] = body_of(known[0]) if known else {"url": parts["url"]}
    is_same = bool(known) and parts["title"] in known[0].titles.values()
    return whole if is_same else {**whole, "titles": {"en": parts["title"] or parts["url"][:160]}}


def _shown(parts: Mapping[str, str], _before: Activity | None) -> dict[str, Json]:
    reach = parts["reach"].replace(" ", "")
    return {
        "day": parts["day"] or None,
        "audience": parts["audience"],
        "channel": parts["channel"],
        "language": parts["language"] or "en",
        "done": parts["done"].lower() in _YES,
        "reach": reach or None,
    }


_MADE: Mapping[str, Callable[[Mapping[str, str], Activity | None], dict[str, Json]]] = {
    "partners": _partner,
    "countries": _share,
    "budgets": _budget,
    "results": _result,
    "documents": _document,
    "visibility": _shown,
}
