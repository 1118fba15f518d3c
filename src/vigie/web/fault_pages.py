"""Faults as pages: a browser that asks for a page is given the sentence on one, with a way back; programs are given JSON as ever."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from vigie.model.label import PUBLIC
from vigie.model.languages import LANGUAGES, said, to_say
from vigie.web.desk import desk_of
from vigie.web.sheets import sheet
from vigie.web.ways import in_place

_TITLES: Mapping[int, str] = {
    400: to_say("This was not understood"),
    403: to_say("This is not allowed"),
    404: to_say("There is nothing here"),
    405: to_say("This address takes no such request"),
    409: to_say("Something has changed meanwhile"),
    413: to_say("This is too large"),
}
_PROGRAMS = ("/api/", "/data/", "/static/", "/openapi.json", "/metrics", "/health")
_FIRST_FAULT = 400

Handler = Callable[[Request, Exception], Any]


def pages_for_faults(app: FastAPI) -> None:
    """From now on a browser is given the faults of this application as pages."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _with_page(handler))


def _with_page(handler: Handler) -> Handler:
    async def answered(request: Request, fault: Exception) -> Response:
        made = handler(request, fault)
        answer: Response = await made if inspect.isawaitable(made) else made
        return _page(request, answer) if answer.status_code >= _FIRST_FAULT and wants_page(request) else answer

    return answered


def wants_page(request: Request) -> bool:
    """Whether a person asks: a browser's question to an address that gives pages."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_PROGRAMS)


def _page(request: Request, answer: Response) -> Response:
    try:
        words = str(json.loads(bytes(answer.body))["error"])
    except (ValueError, KeyError):
        return answer
    desk, is_exercise = desk_of(request), request.query_params.get("exercise") == "true"
    asked = request.query_params.get("language", "")
    tongue = asked if asked in LANGUAGES else desk.usual_language
    back = "/desk" if request.url.path.startswith("/desk") else "/"
    return sheet(
        "fault.html",
        desk,
        audience=PUBLIC,
        exercise=is_exercise,
        status=answer.status_code,
        style="desk.css",
        tongue=tongue,
        title=said(tongue, _TITLES.get(answer.status_code, to_say("The node could not answer"))),
        words=words,
        back=in_place(back, desk.usual_language, tongue, exercise=is_exercise),
        back_words=said(tongue, "To the watch") if back == "/desk" else said(tongue, "To the picture"),
    )
