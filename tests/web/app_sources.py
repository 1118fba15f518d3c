"""The app's sources as the tests read them: what they say, and what they say without asking for its translation."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "ui" / "src"

Text = tuple[str, ...]
"""A text, or the two English forms of a plural."""

_SAID = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')
_SAID_N = re.compile(r'\btn\(\s*"((?:[^"\\]|\\.)*)"\s*,\s*"((?:[^"\\]|\\.)*)"')
_ASKED = re.compile(r"\b(?:t|tn)\(\s*([^)\s])")
_PARTS = re.compile(r"<(script|style|code|kbd)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_SPOKEN = re.compile(r'\s(?:aria-label|title|placeholder|alt|label)="([^"{}]*[^\W\d_]{2,}[^"{}]*)"')
NAMES = frozenset({"Vigie", "GeoJSON", "CSV", "UTC", "TLP", "JSON", "API", "km", "nats", "XLSX", "TSV"})
"""What is written alike in every language."""


def app_files(*endings: str) -> list[Path]:
    """The source files with one of these endings."""
    return [path for path in sorted(SOURCES.rglob("*")) if path.suffix in endings]


def texts_of_app() -> frozenset[Text]:
    """Every text that the app says."""
    found: set[Text] = set()
    for path in app_files(".svelte", ".ts"):
        text = path.read_text("utf-8")
        found |= {(_plain(one),) for one in _SAID.findall(text)}
        found |= {(_plain(one), _plain(many)) for one, many in _SAID_N.findall(text)}
    return frozenset(found)


def asked_by_name(path: Path) -> list[str]:
    """Where a source asks for a text that it does not write out."""
    text = path.read_text("utf-8")
    return [text[match.start() : match.start() + 60] for match in _ASKED.finditer(text) if match[1] != '"' and not text[: match.start()].endswith("function ")]


def unsaid_in(path: Path) -> list[str]:
    """Words that a component shows without asking for their translation: in its markup, or in an attribute that is read out."""
    markup = _PARTS.sub("", path.read_text("utf-8"))
    shown = re.sub(r"<[^<>]*>", " ", _without_braces(re.sub(r"=>", "", markup)))
    spoken = [text for text in _SPOKEN.findall(_without_braces(markup)) if set(_WORDS.findall(text)) - NAMES]
    return [*sorted(set(_WORDS.findall(re.sub(r"&\w+;", " ", shown))) - NAMES), *spoken]


def _without_braces(text: str) -> str:
    """The text without what stands in braces, however deep."""
    while (less := re.sub(r"\{[^{}]*\}", " ", text)) != text:
        text = less
    return text


def _plain(literal: str) -> str:
    return str(json.loads(f'"{literal}"'))
