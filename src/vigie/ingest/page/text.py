"""The text of a page, from HTML or plain text, with the blocks that it is made of. Every span of a draft counts characters of this text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from vigie.ingest.page.calendar_words import labels
from vigie.ingest.page.encoding import MAX_PAGE_BYTES, decoded
from vigie.ingest.page.tokens import phrase_at, tokens_of
from vigie.model.errors import BadReport

__all__ = ["MAX_PAGE_BYTES", "MAX_TEXT", "Block", "BlockKind", "PageText", "Piece", "page_text"]

BlockKind = Literal["title", "heading", "header", "paragraph", "list", "footer"]

_HTML = re.compile(r"<(?:!doctype\s{1,9}html|html|head|body|div|p|h1|h2|article|main|section|table|ul|br|span|title|meta)\b", re.IGNORECASE)
_SEEN = 4096
"""Characters in which markup is looked for: what has none by then is plain text."""

_DROPPED = re.compile("[\u00ad\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060\ufeff\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]")
_BULLET = re.compile(r"(?:[-*•·‣–—]|[0-9]{1,2}\))\s")
_WRAPPED = 50
"""A line of plain text at least this long may go on in the next one."""

_LONGEST_TITLE, _LONGEST_HEAD = 250, 160

MAX_TEXT = 200_000
"""Characters: some eighty printed pages. What is longer is no page of news, and nobody would review its draft."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page's text that stands by itself, end excluded."""

    begin: int
    end: int
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says, as text in composed Unicode (NFC); blocks are parted by a blank line, `title` stands in the text at `title_span`.

    `declared_updated` and `declared_published` are the dates that the page's own markup gives, as they stand there.
    """

    text: str
    title: str
    title_span: tuple[int, int]
    declared_language: str
    declared_updated: str
    blocks: tuple[Block, ...]
    declared_published: str = ""
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Piece:
    """A block's kind and its words, before it has a place in the text."""

    kind: BlockKind
    text: str


def page_text(data: bytes, source: str) -> PageText:
    r"""The text of a page of HTML or plain text. Raises `BadReport` for what is too large, empty or no text.

    >>> page_text(b"<html lang=fr><h1>Paix</h1><p>Le 3 mai &agrave; Tirana.</p></html>", "page").text
    'Paix\n\nLe 3 mai à Tirana.'
    """
    text, encoding = decoded(data, source)
    if _HTML.search(text[:_SEEN]):
        from vigie.ingest.page.markup import markup_pieces

        markup = markup_pieces(text, source)
        return _laid_out(markup.pieces, source, markup.language, (markup.updated, markup.published), encoding)
    return _laid_out(_plain_pieces(text), source, "", ("", ""), encoding)


def clean(text: str) -> str:
    """A run of text in composed Unicode, with single spaces and without signs that nobody sees."""
    return " ".join(_DROPPED.sub("", unicodedata.normalize("NFC", text)).split())


def _laid_out(pieces: Iterable[Piece], source: str, language: str, dates: tuple[str, str], encoding: str) -> PageText:
    """The pieces put one below the other, with their places."""
    parts = list(_with_tail(_with_heads(pieces)))
    if not parts:
        raise BadReport("The page says nothing", source=source, expected="HTML or plain text with words")
    blocks, begin = [], 0
    for piece in parts:
        blocks.append(Block(begin, begin + len(piece.text), piece.kind))
        begin += len(piece.text) + 2
    text = "\n\n".join(piece.text for piece in parts)
    if len(text) > MAX_TEXT:
        raise BadReport(
            "The page's text is too long", source=source, got=f"{len(text)} characters", expected=f"at most {MAX_TEXT}", todo="give the part that counts"
        )
    span = next(((block.begin, block.end) for block in blocks if block.kind == "title"), None) or _first_sentence(text, blocks[0])
    return PageText(text, text[slice(*span)], span, language, dates[0], tuple(blocks), dates[1], encoding)


def _with_heads(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, those short ones with figures before the first long paragraph marked as the page's head."""
    in_head = True
    for piece in pieces:
        in_head &= piece.kind != "paragraph" or len(piece.text) <= _LONGEST_HEAD
        is_head = in_head and piece.kind == "paragraph" and any(sign.isdigit() for sign in piece.text)
        yield Piece("header", piece.text) if is_head else piece


def _with_tail(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, those marked as the page's foot that point to other pages: after a label such as "related news", in its line or in the short ones below."""
    in_tail = False
    for piece in pieces:
        label = _pointer(piece.text)
        rest = piece.text[label:].lstrip()
        is_short = piece.kind != "title" and (piece.kind == "list" or (piece.kind != "heading" and len(piece.text) <= _LONGEST_HEAD))
        starts = label > 0 and piece.kind != "title" and (not rest.strip(":") or piece.kind == "heading")
        in_tail = starts or (in_tail and is_short)
        is_tail = in_tail or (label > 0 and piece.kind != "title" and rest[:1] in {":", "–", "—", "»"})
        yield Piece("footer", piece.text) if is_tail else piece


def _pointer(text: str) -> int:
    """How many characters at a piece's begin are a label that points to other pages; 0 for none."""
    tokens = tokens_of(text[:_WRAPPED])
    length = phrase_at(tokens, 0, labels("elsewhere"))
    return tokens[length - 1].end if length else 0


def _first_sentence(text: str, block: Block) -> tuple[int, int]:
    """Where the first sentence of a page without a title stands."""
    line = text[block.begin : min(block.end, block.begin + _LONGEST_TITLE)]
    stop = re.search(r"[.!?](?=\s+[^\W\d_])", line)
    return block.begin, block.begin + (stop.end() if stop and stop.end() > _WRAPPED else len(line.rstrip()))


def _plain_pieces(text: str) -> Iterator[Piece]:
    """The blocks of plain text: paragraphs between blank lines, list items, and short lines that stand by themselves."""
    lines = [_line(line) for line in _DROPPED.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))).split("\n")]
    runs = list(_runs(lines))
    for place, run in enumerate(runs):
        kind: BlockKind = "list" if _BULLET.match(run[0]) else "paragraph"
        yield Piece("title" if place == _title_place(runs) else kind, "\n".join(run))


def _line(line: str) -> str:
    return " ".join(line.split())


def _title_place(runs: list[list[str]]) -> int:
    """Which of the first runs is the title: the first single line that is mostly words and no sentence; -1 for none."""
    for place, run in enumerate(runs[:4]):
        line = run[0]
        letters = sum(sign.isalpha() for sign in line)
        if letters * 2 > len(line):
            is_title = len(run) == 1 and len(line) <= _LONGEST_TITLE and (len(runs) > place + 1) and not line.endswith((".", ":", ";", ","))
            return place if is_title else -1
    return -1


def _runs(lines: Iterable[str]) -> Iterator[list[str]]:
    """Lines that belong together: a blank line, a bullet, or a short line before ends a run."""
    run: list[str] = []
    for line in lines:
        goes_on = line and run and len(run[-1]) >= _WRAPPED and not _BULLET.match(line)
        if run and not goes_on:
            yield run
            run = []
        if line:
            run.append(line)
    if run:
        yield run
