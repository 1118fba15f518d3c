"""What the page's own program sends: JSON, or a form with a file, from this site, with the key of whoever is signed in; and how it is answered."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hmac import compare_digest
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response

from vigie.model.canonical import Json
from vigie.model.errors import BadReport, BadSetting, NotReleasable, VigieError
from vigie.node.accounts import Session
from vigie.web.borders import fault_answer, json_answer
from vigie.web.desk import At, desk_of
from vigie.web.seats import Seat, seat_for
from vigie.web.sessions import check_origin, maybe_signed_in

MAX_JSON_BYTES = 256 * 1024
"""How large a body of JSON may be."""

FORM_KEY = "x-form-key"
"""The header that bears the key of the session."""

_BESIDES = 16 * 1024
"""How many bytes a form may have beside its file."""

_STATUS: dict[type[VigieError], int] = {BadReport: 400, NotReleasable: 403, BadSetting: 409}


def actor_of(request: Request) -> Session:
    """Who is signed in and sends something from this site. Raises 403, and never leads to another page: the page's program shows the sentence itself."""
    request.state.private = True
    check_origin(request)
    session = maybe_signed_in(request)
    if session is None:
        raise HTTPException(403, "Nobody is signed in here any more; sign in and send it again.")
    if not session.token and not compare_digest(request.headers.get(FORM_KEY, "").encode(), session.form_key.encode()):
        raise HTTPException(403, "The form is not of this session; open its page again and send it from there.")
    return session


def acting_of(request: Request, desk: At, session: Annotated[Session, Depends(actor_of)]) -> Seat:
    """The seat of who sends something."""
    return seat_for(request, desk, session)


Acting = Annotated[Seat, Depends(acting_of)]


async def sent_json(request: Request, _session: Annotated[Session, Depends(actor_of)]) -> dict[str, Any]:
    """The object that was sent as JSON. Raises 413 where it is larger than `MAX_JSON_BYTES`, 400 where it is none."""
    body = b"".join([piece async for piece in _bounded(request, MAX_JSON_BYTES)])
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise HTTPException(400, "What was sent cannot be understood: expected one object of JSON.")
    return found


SentJson = Annotated[dict[str, Any], Depends(sent_json)]


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that was sent: its name as the sender has it, and its bytes."""

    name: str
    data: bytes


class _InMemory(MultiPartParser):
    """The parts of a form, kept in memory whatever their size: nothing that was sent lies unsealed on a disk."""

    spool_max_size = 2**31


async def sent_file(request: Request, _session: Annotated[Session, Depends(actor_of)]) -> SentFile:
    """The one file of a multipart form, in its field `file`. Raises 413 where it is larger than the node's `max_upload_bytes`, 400 where there is none."""
    most = desk_of(request).node.settings.max_upload_bytes
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HTTPException(400, "A file is sent as multipart/form-data, in the field file.")
    body = b"".join([piece async for piece in _bounded(request, most, _BESIDES)])
    try:
        form = await _InMemory(request.headers, _pieces(body), max_files=1, max_fields=4).parse()
    except (MultiPartException, KeyError, ValueError):
        raise HTTPException(400, "The form with the file cannot be understood; send it again.") from None
    async with _closing(form):
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise HTTPException(400, "No file was sent.")
        data = await file.read()
    if len(data) > most:
        raise _too_large(most)
    return SentFile(file.filename or "", data)


@asynccontextmanager
async def _closing(form: FormData) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await form.close()


async def _pieces(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


File = Annotated[SentFile, Depends(sent_file)]


async def _bounded(request: Request, most: int, besides: int = 0) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for piece in request.stream():
        seen += len(piece)
        if seen > most + besides:
            raise _too_large(most)
        yield piece


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"What was sent is too large: at most {most:,} bytes are read.")


def answered(act: Callable[[], Json]) -> Response:
    """What the act gives, as JSON; after a fault that the sender can mend, its sentence."""
    try:
        return json_answer(act())
    except (BadReport, BadSetting, NotReleasable) as fault:
        return fault_answer(_STATUS[type(fault)], str(fault))
