"""The app's document and its files: the same bytes for everybody. Who reads without JavaScript is led on to the plain page of the same thing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from vigie.web.sheets import written

ENTRY = "src/main.ts"
"""The source that the app begins with, as the build's manifest names it."""

MAP_SOURCES = ("src/picture/Screen.svelte",)
"""What the browser may fetch early: the first screen."""

SCRIPTED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The content policy of the app: its own scripts and data, and nothing from elsewhere."""

_KINDS = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json", ".txt": "text/plain"}
_FOR_EVER = "public, max-age=31536000, immutable"

routes = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class AppFiles:
    """The files of the built app that its document names, as addresses."""

    script: str
    styles: tuple[str, ...]
    early: tuple[str, ...]


def _folder() -> Traversable:
    return resources.files(__package__).joinpath("static/app")


def app_files() -> AppFiles | None:
    """The built app's files; None in a checkout whose app was not built."""
    found = _folder().joinpath("manifest.json")
    if not found.is_file():
        return None
    manifest = json.loads(found.read_text("utf-8"))
    entries = [manifest[name] for name in (ENTRY, *MAP_SOURCES)]
    styles = dict.fromkeys(f"/static/app/{name}" for entry in entries for name in entry.get("css", ()))
    return AppFiles(f"/static/app/{entries[0]['file']}", tuple(styles), tuple(f"/static/app/{entry['file']}" for entry in entries[1:]))


def _document(request: Request) -> Response:
    request.state.content_policy = SCRIPTED
    plain, files = plain_address(request), app_files()
    if files is None:
        return RedirectResponse(plain, 303)
    return Response(written("shell.html", files=files, plain=plain), media_type="text/html")


def plain_address(request: Request) -> str:
    """The address of the plain page of what is asked for, with what it knows of the question; the picture's where a screen has no page of its own."""
    path = request.url.path
    is_picture = path == "/"
    there = f"/plain{path.rstrip('/')}" if is_picture or path.startswith("/events/") else _PLAIN.get(path.split("/")[1], "/plain")
    known = _OF_PICTURE if is_picture else _OF_ALL
    asked = {known[name]: _DAYS.get(value, value) for name, value in request.query_params.items() if name in known and _is_plain(name, value)}
    return f"{there}?{urlencode(asked)}" if asked else there


def _is_plain(name: str, value: str) -> bool:
    """Whether the plain picture can be asked this: it knows one field at a time, and some presets of time."""
    return (name != "last" or value in _DAYS) and (name != "field" or "," not in value)


_PLAIN = {"review": "/desk/review", "risks": "/coverage", "exchange": "/plain", "sources": "/plain", "report": "/plain"}
_OF_ALL = {name: name for name in ("exercise", "language")}
_OF_PICTURE = _OF_ALL | {name: name for name in ("field", "country", "agency", "min_agencies")} | {"last": "days"}
_DAYS = {"24h": "1", "7d": "7", "30d": "30", "365d": "365"}
"""The presets of the app's times that the plain picture has too, in days."""

for _address in ("/", "/events/{there:path}", *(f"/{name}{more}" for name in _PLAIN for more in ("", "/{there:path}"))):
    routes.add_api_route(_address, _document)


@routes.get("/static/app/{name:path}")
def app_file(request: Request, name: Annotated[str, Path(max_length=200)]) -> Response:
    """A file of the built app; packed as it was built where the reader takes that."""
    parts = PurePosixPath(name).parts
    kind = _KINDS.get(PurePosixPath(name).suffix)
    if kind is None or ".." in parts or PurePosixPath(name).is_absolute():
        raise HTTPException(404)
    request.state.content_policy = SCRIPTED
    takes_packed = "gzip" in request.headers.get("accept-encoding", "")
    found, packed = _folder().joinpath(name), _folder().joinpath(f"{name}.gz")
    headers = {"Cache-Control": _FOR_EVER if parts[0] == "assets" else "no-cache", "Vary": "Accept-Encoding"}
    if takes_packed and packed.is_file():
        return Response(packed.read_bytes(), 200, headers | {"Content-Encoding": "gzip"}, kind)
    if not found.is_file():
        raise HTTPException(404)
    return Response(found.read_bytes(), 200, headers, kind)
