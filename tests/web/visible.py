"""What a reader sees of a template that is not asked for in the language of the page: bare text, bare attributes, bare words in expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jinja2
from jinja2 import nodes

SAME_IN_EVERY_LANGUAGE = frozenset({"Vigie", "CSV", "GeoJSON", "PDF", "SVG", "TLP", "IATI", "UTC", "n", "PUBLIC"})
"""Names and abbreviations that are not translated."""

ATTRIBUTES = frozenset({"aria-label", "title", "placeholder", "alt", "label"})
"""The attributes that a reader sees or hears."""

_LETTERS = re.compile(r"[^\W\d_]+")
_PIECE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LIKE_WORDS = re.compile(r"\s|^[A-Z][a-z]")
_ZONE = re.compile(r"^[A-Z]\w+/[A-Z]\w+$")
_NAMED = frozenset({"t", "tn", "swatch"})
"""What is called with texts that are asked for, or with a name for programs."""

_MACROS = frozenset({"parts", "bits", "dots"})
_NOT_WORDS = frozenset({'lang="', "exercise=true"})
"""What a macro puts into a tag or an address."""


def bare_words(source: str) -> Iterator[str]:
    """Every bare text of a template."""
    reading = _Reading()
    place = 0
    for piece in _PIECE.finditer(source):
        yield from reading.data(source[place : piece.start()])
        if piece[0].startswith("{{") and reading.is_visible:
            yield from _bare_in(piece[0])
        if piece[0].startswith("{%"):
            yield from _bare_in_lists(piece[0])
        place = piece.end()
    yield from reading.data(source[place:])


class _Reading:
    """Where in the HTML the reading is: in text, in a tag, in an attribute."""

    def __init__(self) -> None:
        self.is_tag, self.attribute, self.is_head = False, "", False

    @property
    def is_visible(self) -> bool:
        """Whether a reader sees what is put out here."""
        return self.attribute in ATTRIBUTES if self.is_tag else True

    def data(self, text: str) -> Iterator[str]:
        """The bare texts of a piece of HTML."""
        place = 0
        while place < len(text):
            end = self._end(text, place)
            if self.is_visible and is_words(text[place:end]) and text[place:end].strip() not in _NOT_WORDS:
                yield text[place:end].strip()
            place = self._turn(text, end)

    def _end(self, text: str, place: int) -> int:
        marks = '"' if self.attribute else ('">' if self.is_tag else "<")
        return min((found for mark in marks if (found := text.find(mark, place)) >= 0), default=len(text))

    def _turn(self, text: str, end: int) -> int:
        """Steps over the mark at `end`."""
        if end >= len(text):
            return end
        if text[end] == "<":
            self.is_tag = True
        elif text[end] == ">":
            self.is_tag = False
        elif self.attribute:
            self.attribute = ""
        else:
            self.attribute = (re.search(r"([\w-]+)=$", text[:end]) or ["", "other"])[1]
        return end + 1


def is_words(text: str) -> bool:
    """Whether a text says something that differs between languages."""
    bare = re.sub(r"&\w+;", " ", text.partition("<!DOCTYPE html>")[2] or text)
    return not _ZONE.match(bare.strip()) and any(word not in SAME_IN_EVERY_LANGUAGE for word in _LETTERS.findall(bare))


def _bare_in(expression: str) -> Iterator[str]:
    tree = jinja2.Environment(autoescape=True).parse(expression)
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            yield from _consts(node)


def _consts(node: nodes.Node) -> Iterator[str]:
    """The texts that an expression may put out as they stand: not those that a call or a filter is given, nor those that are compared."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and is_words(node.value) and node.value not in _NOT_WORDS:
        yield node.value
    if isinstance(node, nodes.Call) and _is_macro(node.node):
        yield from filter(_is_like_words, (argument.value for argument in node.args if isinstance(argument, nodes.Const)))
    for part in _parts_put_out(node):
        yield from _consts(part)


def _parts_put_out(node: nodes.Node) -> list[nodes.Node]:
    """The parts of an expression of which one may be put out."""
    if isinstance(node, nodes.CondExpr):
        return [part for part in (node.expr1, node.expr2) if part is not None]
    if isinstance(node, nodes.Or | nodes.Add):
        return [node.left, node.right]
    if isinstance(node, nodes.Concat):
        return list(node.nodes)
    if isinstance(node, nodes.Filter):
        return [part for part in (node.node, *(node.args if node.name == "default" else [])) if part is not None]
    if isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Dict):
        return [pair.value for pair in node.node.items]
    return []


def _bare_in_lists(statement: str) -> Iterator[str]:
    """The texts of lists and tables that a statement writes out, where they look like words for people; the first of a group is its name."""
    if not (wrapped := re.match(r"^\{%-?\s*(?:for\s.*?\sin|set\s+\w+\s*=)\s(.*?)(?:\sif\s[^\]\)]*)?-?%\}$", statement, re.DOTALL)):
        return
    try:
        tree = jinja2.Environment(autoescape=True).parse("{{ " + wrapped[1] + " }}")
    except jinja2.TemplateSyntaxError:
        return
    for holder in (*tree.find_all(nodes.List), *tree.find_all(nodes.Tuple)):
        shown = holder.items[1:] if isinstance(holder, nodes.Tuple) else holder.items
        yield from filter(_is_like_words, (item.value for item in shown if isinstance(item, nodes.Const)))


def _is_macro(callee: nodes.Node) -> bool:
    """Whether a macro is called, whose arguments people see."""
    if isinstance(callee, nodes.Name):
        return callee.name not in _NAMED
    return isinstance(callee, nodes.Getattr) and isinstance(callee.node, nodes.Name) and callee.node.name in _MACROS


def _is_like_words(value: object) -> bool:
    """Whether a value looks like words for people, and not like a name for programs."""
    return isinstance(value, str) and is_words(value) and bool(_LIKE_WORDS.search(value))
