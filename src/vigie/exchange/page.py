"""What two nodes say to each other: a request for what is new, and a page of it. Bytes in, frozen values out; every fault is one sentence.

A request and a page are JSON; their signatures stand beside them and cover the bytes as they are. A page names who speaks, to whom, from which cursor
and to which, so that it can be taken for no other. Records are written as their own canonical bytes, on which their seals rest.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Literal, NoReturn, TypeAlias

from vigie.model.canonical import Json, canonical_bytes, canonical_text, quoted
from vigie.model.errors import BadReport

Stream: TypeAlias = Literal["report", "entry"]
STREAMS: tuple[Stream, ...] = ("report", "entry")
PROTOCOL = 1
MAX_PAGE_BYTES = 64 * 2**20
"""A larger page is refused before it is read to its end."""
MAX_REQUEST_BYTES = 256 * 2**10
MAX_ITEMS = 10_000
MAX_NAME = 200
_ID_BYTES, _NONCE_BYTES, _KEY_BYTES = 32, 16, 16
_PAGE = frozenset({"vigie", "from", "to", "cursor", "next", "more", "restart", "keys", "batches", "items"})
_ITEMS, _SEAL = ',"items":[', ',"seal":['
_START = {stream: f'{{"offer":"{stream}","record":' for stream in STREAMS}
_decode = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is new since a cursor? `count` grows with every request of a node, so that none can be sent again; `keys` is how many statements are known.

    `history` is the sender's own key history where it has changed its key: else who does not ask in turn would never learn of the new one.
    """

    sender: str
    to: str
    cursor: str = ""
    limit: int = 1000
    count: int = 0
    keys: int = 0
    history: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """The signed root of up to 64 records' hashes."""

    owner: str
    key_id: str
    root: bytes
    size: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """Where a record stands in a batch of its page."""

    batch: int
    position: int
    nonce: bytes
    path: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """A record. `text` is its canonical JSON, `payload` the agency's own bytes of a report; `said` is what the text of a page that was read says."""

    stream: Stream
    text: str
    seal: Sealed
    payload: bytes = b""
    said: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A record is released no more; its content is not told again."""

    stream: Stream
    record_id: bytes
    owner: str


@dataclass(frozen=True, slots=True)
class Gone:
    """One version of an erased record: what its owner's signature covers."""

    record_id: bytes
    version: int
    erased: str
    reason: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Erasure:
    """All versions of a key were erased by their owner."""

    stream: Stream
    key: bytes
    owner: str
    versions: tuple[Gone, ...]


Item: TypeAlias = Offer | Withdrawal | Erasure


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is new from `cursor` to `next`. With `restart` the cursor is unknown: begin again. `keys` are statements of the sender's key history."""

    sender: str
    to: str
    cursor: str
    next: str
    more: bool = False
    restart: bool = False
    keys: tuple[Mapping[str, Json], ...] = ()
    batches: tuple[Batch, ...] = ()
    items: tuple[Item, ...] = field(default=())


def request_bytes(request: Request) -> bytes:
    """The canonical bytes of a request."""
    said: dict[str, Json] = {"vigie": PROTOCOL, "from": request.sender, "to": request.to, "cursor": request.cursor}
    return canonical_bytes(said | {"limit": request.limit, "count": request.count, "keys": request.keys, "history": list(request.history)})


def read_request(data: bytes) -> Request:
    """The request that `request_bytes` wrote. Raises `BadReport`."""
    said = _object(data, "request", {"vigie", "from", "to", "cursor", "limit", "count", "keys", "history"})
    numbers = {name: _number(said, name) for name in ("limit", "count", "keys")}
    history = tuple(_mapping(one, "history") for one in _list(said, "history"))
    return Request(sender=_text(said, "from"), to=_text(said, "to"), cursor=_text(said, "cursor"), history=history, **numbers)


def page_bytes(page: Page) -> bytes:
    """The bytes of a page. The records' own text is put in as it is."""
    head: dict[str, Json] = {"vigie": PROTOCOL, "from": page.sender, "to": page.to, "cursor": page.cursor, "next": page.next}
    head |= {"more": page.more, "restart": page.restart, "keys": list(page.keys), "batches": [_batch_json(batch) for batch in page.batches]}
    items = ",".join(_item_text(item) for item in page.items)
    return f'{canonical_text(head)[:-1]},"items":[{items}]}}'.encode()


def _batch_json(batch: Batch) -> dict[str, Json]:
    return {"owner": batch.owner, "key": batch.key_id, "root": batch.root.hex(), "size": batch.size, "signature": _base64(batch.signature)}


def _item_text(item: Item) -> str:
    if isinstance(item, Withdrawal):
        return canonical_text({"withdraw": item.stream, "record": item.record_id.hex(), "owner": item.owner})
    if isinstance(item, Erasure):
        versions: list[Json] = [
            {"record": one.record_id.hex(), "version": one.version, "erased": one.erased, "reason": one.reason, "signature": _base64(one.signature)}
            for one in item.versions
        ]
        return canonical_text({"erase": item.stream, "key": item.key.hex(), "owner": item.owner, "versions": versions})
    seal = f'[{item.seal.batch},{item.seal.position},"{item.seal.nonce.hex()}","{item.seal.path.hex()}"]'
    payload = f',"payload":"{_base64(item.payload)}"' if item.payload else ""
    return f'{{"offer":{quoted(item.stream)},"record":{item.text},"seal":{seal}{payload}}}'


def read_page(data: bytes) -> Page:
    """The page that `page_bytes` wrote. Raises `BadReport` where it is too large, cut off, or no page."""
    if len(data) > MAX_PAGE_BYTES:
        raise BadReport("The page is too large", got=f"{len(data):,} bytes", expected=f"at most {MAX_PAGE_BYTES:,}")
    said, texts = _scanned(data) or (_object(data, "page", _PAGE), ())
    names = {name: _text(said, name) for name in ("to", "cursor", "next")}
    flags = {name: _flag(said, name) for name in ("more", "restart")}
    keys = tuple(_mapping(one, "keys") for one in _list(said, "keys"))
    batches = tuple(_batch(one) for one in _list(said, "batches"))
    items = tuple(_item(one, text, len(batches)) for one, text in zip_longest(_list(said, "items"), texts, fillvalue=""))
    return Page(sender=_text(said, "from"), **names, **flags, keys=keys, batches=batches, items=items)  # type: ignore[arg-type]


def _scanned(data: bytes) -> tuple[Mapping[str, Any], Sequence[str]] | None:
    """What a page says and the text of each of its items, where it is written exactly as `page_bytes` writes one; else None. Each byte is parsed once."""
    try:
        text = data.decode()
        head, mark, _ = text.partition(_ITEMS)
        said = _object(f"{head}}}".encode(), "page", _PAGE - {"items"})
        found, texts, place = [], [], len(head) + len(mark) - 1
        while text[place : place + 2] not in ("]}", "[]"):
            item, end = _decode(text, place + 1)
            found.append(item)
            texts.append(text[place + 1 : end])
            place = end if text[end : end + 1] in (",", "]") else len(text)
    except (ValueError, RecursionError, BadReport):
        return None
    is_whole = text[place:] in ("]}", "[]}")
    return ({**said, "items": found}, texts) if is_whole else None


def _batch(value: Any) -> Batch:
    said = _mapping(value, "batches")
    return Batch(_text(said, "owner"), _text(said, "key"), _hex(said, "root", _ID_BYTES), _number(said, "size"), _bytes(said, "signature"))


def _item(value: Any, text: str, batches: int) -> Item:
    said = _mapping(value, "items")
    if "offer" in said:
        return _offer(said, text, batches)
    if "withdraw" in said:
        return Withdrawal(_stream(said, "withdraw"), _hex(said, "record", _ID_BYTES), _text(said, "owner"))
    if "erase" in said:
        versions = tuple(_gone(_mapping(one, "versions")) for one in _list(said, "versions"))
        return Erasure(_stream(said, "erase"), _hex(said, "key", _KEY_BYTES), _text(said, "owner"), versions)
    return _refuse("items", "an item that offers, withdraws or erases nothing", "offer, withdraw or erase")


def _offer(said: Mapping[str, Any], item: str, batches: int) -> Offer:
    seal, record = said.get("seal"), said.get("record")
    if not isinstance(seal, list) or len(seal) != 4 or not isinstance(record, dict):  # noqa: PLR2004 - a seal's four parts
        _refuse("items", "an offer without a record or a seal", "both")
    parts = {"batch": seal[0], "position": seal[1], "nonce": seal[2], "path": seal[3]}
    place = Sealed(_number(parts, "batch"), _number(parts, "position"), _hex(parts, "nonce", _NONCE_BYTES), _hex(parts, "path"))
    if place.batch >= batches:
        _refuse("seal", str(place.batch), f"a batch of the page, of which there are {batches}")
    stream = _stream(said, "offer")
    return Offer(stream, _record_text(record, _START[stream], item), place, _bytes(said, "payload") if "payload" in said else b"", record)


def _record_text(record: Mapping[str, Any], start: str, item: str) -> str:
    """The record's text as it stands in the item; where the item is written otherwise, what the record is in canonical form."""
    if item.startswith(start):
        return item[len(start) : item.rfind(_SEAL)]
    try:
        return canonical_text(record)
    except (ValueError, RecursionError) as fault:
        _refuse("record", str(fault), "a record in canonical form")


def _gone(said: Mapping[str, Any]) -> Gone:
    return Gone(_hex(said, "record", _ID_BYTES), _number(said, "version"), _text(said, "erased"), _text(said, "reason", 10_000), _bytes(said, "signature"))


def _object(data: bytes, what: str, names: frozenset[str] | set[str]) -> Mapping[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        _refuse(what, "bytes that are no JSON", f"a {what} of Vigie")
    if not isinstance(said, dict) or set(said) != names or said["vigie"] != PROTOCOL:
        _refuse(what, "another kind of message, or one of another version of Vigie", f"a {what} of protocol {PROTOCOL}")
    return said


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        _refuse(name, type(value).__name__, "an object")
    return value


def _list(said: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = said.get(name)
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        _refuse(name, type(value).__name__, f"a list of at most {MAX_ITEMS:,}")
    return value


def _text(said: Mapping[str, Any], name: str, longest: int = MAX_NAME) -> str:
    value = said.get(name)
    if not isinstance(value, str) or len(value) > longest:
        _refuse(name, type(value).__name__, f"a text of at most {longest} characters")
    return str(value)


def _stream(said: Mapping[str, Any], name: str) -> Stream:
    value = said.get(name)
    if value not in STREAMS:
        _refuse(name, str(value)[:MAX_NAME], ", ".join(STREAMS))
    return "report" if value == "report" else "entry"


def _number(said: Mapping[str, Any], name: str) -> int:
    value = said.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        _refuse(name, str(value)[:MAX_NAME], "a whole number from 0 on")
    return int(value)


def _flag(said: Mapping[str, Any], name: str) -> bool:
    value = said.get(name)
    if not isinstance(value, bool):
        _refuse(name, str(value)[:MAX_NAME], "true or false")
    return value


def _hex(said: Mapping[str, Any], name: str, length: int | None = None) -> bytes:
    value = said.get(name)
    try:
        found = bytes.fromhex(value) if isinstance(value, str) and value == value.lower() else None
    except ValueError:
        found = None
    if found is None or (length is not None and len(found) != length):
        _refuse(name, str(value)[:MAX_NAME], f"{length or 'some'} bytes in hexadecimal")
    return found


def _bytes(said: Mapping[str, Any], name: str) -> bytes:
    value = said.get(name)
    try:
        return b64decode(value, validate=True) if isinstance(value, str) else _refuse(name, type(value).__name__, "bytes in base64")
    except (NotBase64, ValueError):
        _refuse(name, str(value)[:MAX_NAME], "bytes in base64")


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _refuse(name: str, got: str, expected: str) -> NoReturn:
    raise BadReport("The partner's message cannot be understood", field=name, got=got, expected=expected)
