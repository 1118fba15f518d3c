"""Signing in and out, who is signed in, and what a form must bear before it is believed.

A form is believed when the browser says that it comes from this site, when somebody is signed in, and when it bears the key of that session.
The cookie is never shown to scripts and never sent along from another site. None of it needs JavaScript.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC
from vigie.model.languages import LANGUAGES
from vigie.node.accounts import Session, may, session_of, sign_in, sign_out
from vigie.web.asking import check_once
from vigie.web.bearers import bearer_session, has_bearer
from vigie.web.desk import At, Desk, desk_of
from vigie.web.sheets import sheet

COOKIE = "vigie-session"
MAX_FORM_BYTES = 64 * 1024
MAX_FIELDS = 1_000
"""How large a form may be, and how many fields it may have."""

_MAX_NEXT = 1_000
_FORM = "application/x-www-form-urlencoded"
_KEPT_CONTROLS = frozenset("\n\t")

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


def maybe_signed_in(request: Request) -> Session | None:
    """Who is signed in, or asks with a token; None where nobody is. The answer is then for this reader alone, is kept nowhere and is written down.

    Raises 401, 403 or 429 where a token is no good (see `bearers`).
    """
    request.state.private = True
    request.state.reader = bearer_session(request) if has_bearer(request) else _cookie_session(request)
    found: Session | None = request.state.reader
    return found


def _cookie_session(request: Request) -> Session | None:
    token, desk = request.cookies.get(COOKIE, ""), desk_of(request)
    return session_of(desk.node, token, desk.now()) if token else None


def signed_in(request: Request) -> Session:
    """Who is signed in. Raises a redirect (303) to the sign-in page where nobody is, which leads back to a page, though not to a form that was sent."""
    found = maybe_signed_in(request)
    if found is None:
        there = f"{request.url.path}?{request.url.query}".removesuffix("?") if request.method == "GET" else first_page(exercise=is_drill(request.url.query))
        place = quote(there if len(there) <= _MAX_NEXT else request.url.path, safe="/")
        raise HTTPException(303, "Sign in first.", {"Location": f"/sign-in?next={place}"})
    return found


Signed = Annotated[Session, Depends(signed_in)]


def allow(session: Session, act: str) -> None:
    """Raises 403 with one sentence where the role of who is signed in may not do this; acts are those of `vigie.node.accounts.may`."""
    if not may(session.role, act):
        raise HTTPException(403, f"The role of this account, {session.role}, does not allow this.")


async def sent_form(request: Request) -> dict[str, str]:
    """The fields of an urlencoded form that was sent from this site. The values of a field that comes several times are joined by newlines.

    Raises 403 where it was sent from another site, 413 where it is larger than `MAX_FORM_BYTES`, 415 or 400 where it is no such form.
    """
    request.state.private = True
    check_origin(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415, f"A form is sent as {_FORM}.")
    return _fields(await _bounded_body(request))


async def checked_form(request: Request, session: Signed) -> dict[str, str]:
    """The fields of a form that whoever is signed in sent from this site, without its `form_key`; see `sent_form`. Raises 403 where the key is wrong.

    Who asks with a token needs no key: no other site can make a browser send one.
    """
    form = await sent_form(request)
    said = form.pop("form_key", "")
    if not session.token and not compare_digest(said.encode(), session.form_key.encode()):
        raise HTTPException(403, "The form is not of this session; open its page again and send it from there.")
    return form


Form = Annotated[dict[str, str], Depends(checked_form)]


def check_origin(request: Request) -> None:
    """Raises 403 where a browser says that another site's page sends this: by Sec-Fetch-Site, else (over plain HTTP) by Origin."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_ours = site in {"same-origin", "none"}
    else:
        is_ours = origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower() != ""
    if not is_ours:
        raise HTTPException(403, "The form was sent from another site.")


async def _bounded_body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413, f"The form is too large: at most {MAX_FORM_BYTES:,} bytes are read.")
    return body


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise HTTPException(400, f"The form cannot be understood: expected at most {MAX_FIELDS:,} fields in UTF-8.") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        said = value.replace("\r\n", "\n").replace("\r", "\n")
        if any(character < " " and character not in _KEPT_CONTROLS for character in name + said):
            raise HTTPException(400, "The form holds control characters, which are no text.")
        found[name] = f"{found[name]}\n{said}" if name in found else said
    return found


def local_path(text: str) -> str:
    r"""The path, where it is one of this site; else the first page.

    >>> [local_path(text) for text in ("/desk?exercise=true", "//elsewhere", "/\\elsewhere", "https://elsewhere/", "/\t/elsewhere")]
    ['/desk?exercise=true', '/', '/', '/', '/']
    """
    is_path = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if is_path else "/"


def first_page(*, exercise: bool) -> str:
    """The first page of a world."""
    return "/?exercise=true" if exercise else "/"


def is_drill(query: str) -> bool:
    """Whether the question of an address asks for the exercise.

    >>> [is_drill(query) for query in ("language=fr&exercise=true", "exercise=false", "")]
    [True, False, False]
    """
    return ("exercise", "true") in parse_qsl(query)


@routes.get("/sign-in")
def sign_in_page(desk: At, request: Request, session: Annotated[Session | None, Depends(maybe_signed_in)]) -> Response:
    """The form to sign in, or to sign out."""
    there = local_path(request.query_params.get("next", "/"))
    return _sign_in_sheet(desk, there, session=session, tongue=request.query_params.get("language", ""))


def _sign_in_sheet(desk: Desk, there: str, *, account: str = "", fault: str = "", session: Session | None = None, tongue: str = "") -> Response:
    """The form, in the world that it leads on to, and in the language that was asked for, else in that of where it leads."""
    query = urlsplit(there).query
    is_exercise, spoken_there = is_drill(query), dict(parse_qsl(query)).get("language", "")
    tongue = next((each for each in (tongue, spoken_there) if each in LANGUAGES), desk.usual_language)
    parts: dict[str, Any] = {
        "here": "sign-in",
        "there": there,
        "account": account,
        "fault": fault,
        "session": session,
        "style": "desk.css",
        "worlds": [],
        "tongue": tongue,
    }
    parts["place"] = f"/sign-in?next={quote(there, safe='/')}"
    return sheet("sign-in.html", desk, audience=PUBLIC, exercise=is_exercise, status=403 if fault else 200, **parts)


@routes.post("/sign-in")
def sign_in_sent(desk: At, request: Request, form: Annotated[dict[str, str], Depends(sent_form)]) -> Response:
    """Signs in and leads on, or shows the form again with one sentence. Who was signed in here before is signed out."""
    name, there = form.get("account", "").strip(), local_path(form.get("next", "/"))
    try:
        token = sign_in(desk.node, name, form.get("password", ""), desk.now())
    except BadSetting as fault:
        if fault.source:
            raise
        return _sign_in_sheet(desk, there, account=name, fault=str(fault), tongue=form.get("language", ""))
    sign_out(desk.node, request.cookies.get(COOKIE, ""), desk.now())
    answer = RedirectResponse(there, 303)
    seconds = desk.node.settings.session_hours * 3_600
    answer.set_cookie(COOKIE, token, max_age=seconds, path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict")
    return answer


@routes.post("/sign-out")
def sign_out_sent(desk: At, request: Request, form: Form) -> Response:
    """Ends the session and leads on: to the first page unless the form names another."""
    sign_out(desk.node, request.cookies.get(COOKIE, ""), desk.now())
    answer = RedirectResponse(local_path(form.get("next", "/")), 303)
    answer.delete_cookie(COOKIE, path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict")
    return answer
