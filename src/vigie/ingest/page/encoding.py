"""Bytes of a page as text: what kind of file it is, and in which of the region's encodings it is written."""

from __future__ import annotations

import codecs
import re
import unicodedata

from vigie.model.errors import BadReport

MAX_PAGE_BYTES = 2 * 1024 * 1024
"""A press page is some ten thousand bytes; a hundred times that is a whole book, and not a page that a person will review."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_NOT_TEXT = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip or office file"),
    (b"\xd0\xcf\x11\xe0", "an office file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "a compressed file"),
    (b"{\\rtf", "an RTF file"),
)
_CHARSET = re.compile(rb"""<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_HEAD_BYTES, _WEIGHED_BYTES = 4096, 100_000
_ALIASES = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-9": "cp1254"}
_OF_THE_WEB = re.compile(r"(?:windows-|cp)(125[0-8])")

_LETTERS = {
    "cp1252": "éèêëàâçùûôîïœæÉÈÊÀÂÇÔÎŒËöüäÖÜÄß",
    "cp1250": "čćžšđČĆŽŠĐăâîşţĂÂÎŞŢáéíóúőűëË",
    "cp1251": "",
    "cp1253": "",
    "cp1254": "çğıöşüâîÇĞİÖŞÜ",
    "iso8859_2": "čćžšđČĆŽŠĐăâîşţĂÂÎŞŢáéíóúőűëË",
    "iso8859_5": "",
}
"""The letters beyond ASCII that the languages written in each encoding use, in the order in which they are tried; blank for its whole script."""

_SCRIPTS = {"cp1251": "CYRILLIC", "iso8859_5": "CYRILLIC", "cp1253": "GREEK"}
_USUAL_SIGNS = frozenset("«»“”„‘’–—…•·©®°№§\xa0€")


def decoded(data: bytes, source: str) -> tuple[str, str]:
    """The text of some bytes and the name of its encoding. Raises `BadReport` for what is too large, empty, or no text.

    A mark of byte order decides, then UTF-8 if its letters of several bytes agree (no other text does by chance), then what the page
    declares if its bytes agree, then the encoding of the region that gives
    the most letters of its own languages (windows-1252, 1250, 1251, 1253, 1254, ISO 8859-2 and 8859-5).
    """
    if len(data) > MAX_PAGE_BYTES:
        raise BadReport(
            "The page is too large", source=source, got=f"{len(data)} bytes", expected=f"at most {MAX_PAGE_BYTES}", todo="give the page's text alone"
        )
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, errors="replace"), name
    _refuse_binary(data, source)
    for name in filter(None, ("utf-8" if not data.isascii() else "", _declared(data), "utf-8")):
        text = _strictly(data, name)
        if text is not None:
            return text, _shown(name)
    best = max(_LETTERS, key=lambda name: _sense(data, name))
    return data.decode(best, errors="replace"), _shown(best)


def _refuse_binary(data: bytes, source: str) -> None:
    known = next((what for start, what in _NOT_TEXT if data.lstrip()[: len(start)] == start), "")
    what = known or ("binary data" if b"\0" in data else "")
    if what:
        raise BadReport("The page is no text", source=source, got=what, expected="HTML or plain text", todo="save the page as HTML or as text")
    if not data.strip():
        raise BadReport("The page is empty", source=source, expected="HTML or plain text")


def _declared(data: bytes) -> str:
    """The encoding that the page declares, as Python names it; blank where it declares none that is known."""
    match = _CHARSET.search(data[:_HEAD_BYTES])
    name = match[1].decode("ascii").lower() if match else ""
    web = _OF_THE_WEB.fullmatch(name)
    name = f"cp{web[1]}" if web else _ALIASES.get(name, name)
    try:
        codec = codecs.lookup(name) if name else None
    except LookupError:
        return ""
    is_text = codec is not None and getattr(codec, "_is_text_encoding", True) and codec.name not in {"utf-7", "idna", "punycode"}
    return codec.name if codec is not None and is_text and not codec.name.startswith(("utf-16", "utf-32", "unicode", "raw")) else ""


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, UnicodeError):
        return None


def _sense(data: bytes, name: str) -> float:
    """How much the bytes read in an encoding look like text of its languages: letters of theirs count for it, other signs against it."""
    text = data[:_WEIGHED_BYTES].decode(name, errors="replace")
    score, before = 0.0, " "
    for sign in text:
        if not sign.isascii():
            score += _weight(sign, before, name)
        before = sign
    return score


def _weight(sign: str, before: str, name: str) -> float:
    if sign in _USUAL_SIGNS:
        return 0.0
    if not sign.isalpha():
        return -3.0
    script = _SCRIPTS.get(name)
    own = sign in _LETTERS[name] if script is None else unicodedata.name(sign, "").startswith(script)
    strange = (sign.isupper() and before.islower()) or (script is not None and before.isascii() and before.isalpha())
    return (1.0 if own else -2.0) - 2.5 * strange


def _shown(name: str) -> str:
    return {"cp1252": "windows-1252", "cp1250": "windows-1250", "cp1251": "windows-1251", "cp1253": "windows-1253", "cp1254": "windows-1254"}.get(
        name, name.replace("iso8859_", "iso-8859-").replace("iso8859-", "iso-8859-")
    )
