"""The pieces of a page of HTML: its blocks in reading order, without what surrounds them, and what its markup says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree, html

from vigie.ingest.page.calendar_words import labels
from vigie.ingest.page.text import BlockKind, Piece, clean
from vigie.ingest.page.tokens import phrase_at, tokens_of
from vigie.model.errors import BadReport

_LEFT_OUT = frozenset({
    "script", "style", "noscript", "template", "nav", "form", "select", "button", "textarea", "iframe", "object", "embed", "svg", "canvas",
    "video", "audio", "map", "head", "aside", "dialog", "menu", "input",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_AROUND = frozenset({
    "menu", "nav", "navbar", "navigation", "navi", "sidebar", "sidenav", "topbar", "related", "recommended", "breadcrumb", "breadcrumbs", "crumb", "crumbs",
    "cookie", "cookies", "gdpr", "consent", "share", "sharing", "social", "newsletter", "footer", "subfooter", "tags", "tagcloud", "latest", "popular",
    "widget", "widgets", "skip", "languages", "advert", "ads", "comments", "pagination", "search", "submenu", "sitemap",
})  # fmt: skip
_OWN = frozenset({"content", "main", "article", "body", "text", "with", "has", "no", "without", "page", "wrapper", "container", "layout"})
"""Words beside one of `_AROUND` that tell of a page's own part: `with-sidebar`, `menu-content`."""

_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_UPDATED = ("article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "datemodified", "last-modified", "revised", "date.modified")
_PUBLISHED = ("article:published_time", "dcterms.issued", "dcterms.date", "dcterms.created", "dc.date.issued", "dc.date", "datepublished", "pubdate", "date")
_SEPARATORS = (" | ", " – ", " — ", " - ", " » ", " :: ")


@dataclass(frozen=True, slots=True)
class Markup:
    """The pieces of a page, and the language and dates that its markup declares, as they stand there."""

    pieces: tuple[Piece, ...]
    language: str
    updated: str
    published: str


def markup_pieces(text: str, source: str) -> Markup:
    """The pieces of a page of HTML. Raises `BadReport` where it cannot be read as such. Nothing is fetched."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.ParserError as fault:
        raise _unreadable(source) from fault
    except etree.XMLSyntaxError as fault:
        raise _unreadable(source) from fault
    if root is None or any("depth" in fault.message for fault in parser.error_log):
        raise _unreadable(source)
    metas = _metas(root)
    pieces = tuple(_with_title(list(_Walk().pieces(root)), root, metas))
    updated = next((metas[name] for name in _UPDATED if name in metas), "") or _timed(root, "datemodified")
    published = next((metas[name] for name in _PUBLISHED if name in metas), "") or _timed(root, "datepublished")
    return Markup(pieces, _language(root, metas), updated, published)


def _unreadable(source: str) -> BadReport:
    return BadReport("The page cannot be read as HTML", source=source, todo="save it again, or give its text alone")


def _metas(root: etree._Element) -> dict[str, str]:
    """What the page's `meta` elements say, the first of each name, names in lower case."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv") or ""
        found.setdefault(name.strip().lower(), clean(element.get("content") or ""))
    return {name: value for name, value in found.items() if name and value}


def _language(root: etree._Element, metas: dict[str, str]) -> str:
    declared = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang")
    return clean(declared or metas.get("content-language") or metas.get("dcterms.language") or metas.get("og:locale") or "").replace("_", "-")


def _timed(root: etree._Element, name: str) -> str:
    """The day of the first `time` element that says by its own name or its parent's what it is."""
    for element in root.iter("time"):
        about = " ".join(str(element.get(key) or "") for key in ("itemprop", "class", "property")).lower().replace("-", "").replace("_", "")
        marks = (name, name.removeprefix("date")) if name == "datepublished" else (name, "updated", "modified")
        if element.get("datetime") and any(mark in about for mark in marks):
            return clean(element.get("datetime") or "")
    return ""


def _with_title(pieces: list[Piece], root: etree._Element, metas: dict[str, str]) -> list[Piece]:
    """The pieces with the title among them: the first main heading, else what the head says, put first."""
    place = next((at for at, piece in enumerate(pieces) if piece.kind == "title"), None)
    if place is not None:
        return [piece if piece.kind != "title" or at == place else Piece("heading", piece.text) for at, piece in enumerate(pieces)]
    title = metas.get("og:title") or _head_title(root)
    same = next((at for at, piece in enumerate(pieces[:8]) if title and piece.text == title), None)
    if same is not None:
        return [Piece("title", piece.text) if at == same else piece for at, piece in enumerate(pieces)]
    return [Piece("title", title), *pieces] if title else pieces


def _head_title(root: etree._Element) -> str:
    """The `title` element without the name of the site behind it."""
    element = next(root.iter("title"), None)
    title = clean("".join(str(part) for part in element.itertext())) if element is not None else ""
    for separator in _SEPARATORS[:1] + _SEPARATORS[4:]:
        title = max(title.split(separator), key=lambda part: len(part.split())) if separator in title else title
    return title.strip()


class _Walk:
    """A walk through a page's elements that gathers their words, line by line."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._lines: list[str] = []
        self._kinds: list[BlockKind] = ["paragraph"]

    def pieces(self, root: etree._Element) -> Iterator[Piece]:
        """The blocks of a page in reading order."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            if event == "start":
                yield from self._enter(element, walker)
            else:
                yield from self._leave(element, element is root)
        yield from self._flush()

    def _enter(self, element: etree._Element, walker: etree.iterwalk) -> Iterator[Piece]:
        name = _name(element)
        if _is_left_out(element, name):
            if name == "footer" and (line := _own_date_line(element)):
                yield from self._flush()
                yield Piece("footer", line)
            self._words.append(" ")
            walker.skip_subtree()
            return
        if name == "br":
            self._break()
        elif name in _BLOCKS:
            yield from self._flush()
            self._kinds.append(_kind(name, self._kinds[-1]))
        self._words.append(element.text or "")

    def _leave(self, element: etree._Element, is_root: bool) -> Iterator[Piece]:  # noqa: FBT001
        name = _name(element)
        if name in _BLOCKS and not _is_left_out(element, name):
            yield from self._flush()
            self._kinds.pop()
        if not is_root:
            self._words.append(element.tail or "")

    def _break(self) -> None:
        self._lines.append(clean("".join(self._words)))
        self._words.clear()

    def _flush(self) -> Iterator[Piece]:
        self._break()
        text = "\n".join(filter(None, self._lines))
        self._lines.clear()
        if text:
            yield Piece(self._kinds[-1], text)


def _name(element: etree._Element) -> str:
    return element.tag.lower() if isinstance(element.tag, str) else ""


def _kind(name: str, around: BlockKind) -> BlockKind:
    if name == "h1":
        return "title"
    if name in _HEADINGS:
        return "heading"
    return "list" if name in {"li", "dd", "dt"} else around if around == "list" and name in {"p", "div"} else "paragraph"


def _is_left_out(element: etree._Element, name: str) -> bool:
    """Whether an element is no part of what the page says: hidden, a script, a menu, the site's own head or foot."""
    if not name or name in _LEFT_OUT or element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if name in {"header", "footer"}:
        return not _in_article(element) and (name == "footer" or next(element.iter("h1", "time"), None) is None)
    if name in {"div", "section", "ul", "ol", "p", "span", "table"} and _is_around(element):
        return True
    style = (element.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or element.get("role") in {"navigation", "banner", "contentinfo", "search", "complementary", "dialog"}


def _is_around(element: etree._Element) -> bool:
    """Whether an element's class or name says that it surrounds the page's own words (a menu, a side column, related news), and no title stands in it."""
    names = re.split(r"[\s_-]+", f"{element.get('class') or ''} {element.get('id') or ''}".lower())
    return not _AROUND.isdisjoint(names) and _OWN.isdisjoint(names) and next(element.iter("h1", "main", "article"), None) is None


def _in_article(element: etree._Element) -> bool:
    return next(element.iterancestors("article", "main"), None) is not None


def _own_date_line(element: etree._Element) -> str:
    """The line of a page's foot that says when it was last changed; blank where none does."""
    words = clean(" ".join(str(part) for part in element.itertext()))[:2000]
    tokens = tokens_of(words)
    at = next((at for at in range(len(tokens)) if phrase_at(tokens, at, labels("updated"))), None)
    return words[tokens[at].begin : tokens[at].begin + 60] if at is not None else ""
