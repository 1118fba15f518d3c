"""A brief as a page: HTML that holds all it needs and prints on one sheet, PDF by typst, and plain text. No text of a record is ever markup."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from vigie.model.errors import BadSetting
from vigie.model.times import SECOND_US
from vigie.node.brief_shape import BriefFacts, Cited, Row, Section, Sentence

CITED_IN_SENTENCE, CITED_IN_ROW = 2, 1
"""How many records are named beside a sentence and a row; all of them stand in the list behind the page."""

ASIDE = ("warnings", "activities", "changes")
"""The sections that stand beside the map."""

FULL_COLUMN = 900
"""With more letters than this beside the map, the most severe events stand below the map; else across the page."""

DENSE = (3_500, 5_200)
"""With more letters than these the print on paper is smaller, then smallest, so that all of it stays on one page (measured in Chromium)."""

_BESIDE = 30
_LONG_WORD = re.compile(r"\S{24}(?=\S)")
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
_SHORT_ID, _SHORT_NAME = len("ev-123456"), 36
_SHEETS = resources.files("vigie.node").joinpath("brief_sheets")


def brief_html(facts: BriefFacts, address: str | None = None, style: str = "") -> str:
    """The brief as one HTML document that needs no script and no other file, A4 when printed; the list of all records stands behind the page.

    `address` is the node's, before the paths of records (empty = the same site); None writes no links. `style` is where `brief_style` is served,
    for sites that forbid styles within a page.
    """
    sheets = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = sheets.from_string(_SHEETS.joinpath("brief.html").read_text(encoding="utf-8"))
    page: str = template.render(b=page_of(facts, address), map=facts.map_svg, css=brief_style(), style=style)
    return page


def brief_style() -> str:
    """The style of the HTML page."""
    return _SHEETS.joinpath("brief.css").read_text(encoding="utf-8")


def brief_pdf(facts: BriefFacts, address: str | None = None) -> bytes:
    """The brief as a PDF of one A4 page; the same facts give the same bytes. Raises `BadSetting` where the extra `vigie[brief]` is missing."""
    return bytes(_typeset(facts, address))


def _typeset(facts: BriefFacts, address: str | None) -> Any:
    """What typst makes of the page: its own fonts only, so that every machine sets the same; texts come as data, never as source."""
    try:
        import typst
    except ImportError as fault:
        raise BadSetting("A PDF needs typst, which is not installed", todo="install vigie[brief], or ask for HTML") from fault
    made = datetime.fromtimestamp(facts.now_us // SECOND_US, UTC)
    data = _broken(page_of(facts, address)) | {"made": [made.year, made.month, made.day, made.hour, made.minute, made.second]}
    inputs = {"brief": json.dumps(data, ensure_ascii=False, sort_keys=True), "map": facts.map_svg}
    compiled: Any = typst.compile
    return compiled(_SHEETS.joinpath("brief.typ").read_bytes(), format="pdf", ignore_system_fonts=True, sys_inputs=inputs)


def write_brief(facts: BriefFacts, path: Path, address: str | None = None) -> None:
    """Writes the page as PDF where the name ends in .pdf, else as HTML; whole or not at all."""
    data = brief_pdf(facts, address) if path.suffix == ".pdf" else brief_html(facts, address).encode()
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def brief_text(facts: BriefFacts) -> Iterator[str]:
    """The brief as lines of plain text, each sentence with the names of its first records."""
    page = page_of(facts, None)
    yield from (line for line in (page["banner"], f"{page['title']} · {page['kicker']}", page["period"], page["question"], page["marking"]) if line)
    yield ""
    for item in page["lead"]:
        yield _line(item)
    for section in (part for part in page["sections"] if part["rows"] or part["sentences"]):
        yield from ("", section["title"])
        if section["rows"]:
            yield "  " + " | ".join(section["head"])
        yield from ("  " + " | ".join(row["cells"]) + _marks(row) for row in section["rows"])
        yield from ("  " + _line(item) for item in section["sentences"])
    yield from ("", *page["notes"])


def _line(item: dict[str, Any]) -> str:
    return f"{item['text']}{_marks(item)}"


def _marks(item: dict[str, Any]) -> str:
    more = f" +{item['more']}" if item["more"] else ""
    return f"  [{', '.join(cited['name'] for cited in item['shown'])}{more}]"


def page_of(facts: BriefFacts, address: str | None) -> dict[str, Any]:
    """All that a sheet prints, as plain values: sentences and rows are numbered, with the records that are named beside them and how many more there are."""
    numbers = iter(range(1, 10_000))
    lead = [_sentence(sentence, next(numbers), address) for sentence in facts.lead]
    sections = [_section(section, numbers, address) for section in facts.sections]
    return {
        **{name: clean(words) for name, words in facts.words.items()},
        "title": clean(facts.title),
        "language": facts.language,
        "party": clean(facts.party),
        "exercise": facts.exercise,
        "marking": clean(facts.marking),
        "lead": lead,
        "sections": sections,
        "is_full": _letters(facts, ASIDE) > FULL_COLUMN,
        "density": sum(_letters(facts) > most for most in DENSE),
        "map_words": facts.map_words,
        "legend": [list(item) for item in facts.legend],
        "notes": [clean(note) for note in facts.notes],
    }


def _letters(facts: BriefFacts, names: tuple[str, ...] = ()) -> int:
    """About how many letters the page prints, or some of its sections: what stands beside a sentence counts as `_BESIDE`."""
    sections = [section for section in facts.sections if not names or section.name in names]
    texts = [sentence.text for section in sections for sentence in section.sentences] + [" ".join(row.cells) for section in sections for row in section.rows]
    around = [] if names else [*facts.notes, facts.map_words, facts.marking, facts.marking, *(sentence.text for sentence in facts.lead)]
    return sum(len(text) + _BESIDE for text in texts) + sum(map(len, around))


def _section(section: Section, numbers: Iterator[int], address: str | None) -> dict[str, Any]:
    rows = [_row(row, next(numbers), address) for row in section.rows]
    sentences = [_sentence(sentence, next(numbers), address) for sentence in section.sentences]
    return {"name": section.name, "title": section.title, "head": list(section.head), "rows": rows, "sentences": sentences}


def _sentence(sentence: Sentence, number: int, address: str | None) -> dict[str, Any]:
    return {
        "text": clean(sentence.text),
        "language": sentence.language,
        "headline": sentence.is_headline,
        **_cited(sentence.records, number, CITED_IN_SENTENCE, address),
    }


def _row(row: Row, number: int, address: str | None) -> dict[str, Any]:
    return {"cells": [clean(cell) for cell in row.cells], **_cited(row.records, number, CITED_IN_ROW, address)}


def _cited(records: tuple[Cited, ...], number: int, most: int, address: str | None) -> dict[str, Any]:
    links = [
        {"name": clean(record.name), "short": _short(clean(record.name)), "href": f"{address}{record.path}" if address is not None and record.path else ""}
        for record in records
    ]
    return {"number": number, "shown": links[:most], "more": max(len(links) - most, 0), "all": links}


def clean(text: str) -> str:
    r"""A text without what could steer a terminal or turn the line round: control characters and marks of direction.

    >>> clean("a\x1b[2J\u202eb")
    'a[2Jb'
    """
    return "".join(letter for letter in text if letter not in _TURNING and unicodedata.category(letter) not in ("Cc", "Cs"))


def _broken(value: Any) -> Any:
    """The same values; a word that is longer than a column may be broken."""
    if isinstance(value, str):
        return _LONG_WORD.sub("\\g<0>\u200b", value)
    if isinstance(value, dict):
        return {name: item if name in ("href", "language") else _broken(item) for name, item in value.items()}
    return [_broken(item) for item in value] if isinstance(value, list) else value


def _short(name: str) -> str:
    """A record's name as it stands beside a sentence.

    >>> _short("ev-95a233a26c2c584f4166"), _short("EMSC/123")
    ('ev-95a233', 'EMSC/123')
    """
    if name.startswith(("ev-", "w-", "a-")):
        return name[:_SHORT_ID]
    return name if len(name) <= _SHORT_NAME else name[: _SHORT_NAME - 1] + "…"
