"""The application, and the server that runs it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.gzip import GZipMiddleware

import vigie
from vigie.model.atlas import Atlas
from vigie.node.answers import KeptWorlds
from vigie.node.certificates import certificate_of
from vigie.node.clock import now_us
from vigie.node.finding import learn_names
from vigie.node.map_names import map_names
from vigie.node.settings import Node
from vigie.picture.basemap import DETAILS, basemap
from vigie.web import (
    activity_pages,
    api,
    audit_pages,
    contact_pages,
    desk_forms,
    desk_pages,
    dossier_data,
    draft_pages,
    exchange_data,
    pages,
    picture_data,
    public_pages,
    reading_pages,
    report_data,
    review_api,
    review_pages,
    risk_data,
    sessions,
    shell,
    source_data,
    stock_pages,
    sync_api,
    table_data,
    warning_pages,
    words_data,
)
from vigie.web.borders import MAX_QUERY_BYTES, Borders, catch_faults
from vigie.web.desk import Desk
from vigie.web.fault_pages import pages_for_faults
from vigie.web.shapes import Events
from vigie.web.witness import Witness

ABOUT = f"""\
Reports of many agencies, linked into events, as the audience PUBLIC may see them; signed-in pages show what the account's party may see.
A program that sends a token (`Authorization: Bearer ...`) is answered with what the party of the token's account may see.

Real happenings and exercises are two worlds: `exercise=true` asks for the second, and an answer never mixes them.
Lists are paged by key: follow the `next` link. Times are ISO 8601 in UTC, coordinates are lon, lat in degrees (WGS84).
A query is at most {MAX_QUERY_BYTES:,} bytes long. A fault is answered as `{{"error": "one sentence"}}`; what is hidden is answered as what is absent.
Every answer bears an ETag over its own content; send it back as If-None-Match and get 304 while nothing has changed.
"""

_PAGES = (
    *(warning_pages, public_pages, activity_pages, stock_pages, desk_pages, draft_pages, desk_forms, reading_pages, contact_pages, review_pages),
    audit_pages,
    sync_api,
    words_data,
    picture_data,
    *(source_data, table_data, report_data),
    dossier_data,
    exchange_data,
    risk_data,
)


def make_app(node: Node, atlas: Atlas, now: Callable[[], int]) -> FastAPI:
    """The ASGI application that answers for this node; `now` gives µs since 1970, UTC."""
    app = FastAPI(title="Vigie", description=ABOUT, version=vigie.__version__, docs_url=None, redoc_url=None, license_info={"name": "Apache-2.0"})
    desk = Desk(node, atlas, now, KeptWorlds(node, atlas, now))
    app.state.desk = desk
    app.include_router(api.routes)
    app.include_router(review_api.routes)
    app.include_router(shell.routes)
    app.include_router(pages.routes)
    app.include_router(sessions.routes)
    for part in _PAGES:
        app.include_router(part.routes)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    catch_faults(app)
    pages_for_faults(app)
    app.add_middleware(Witness, desk=desk)
    app.add_middleware(Borders)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6)
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, with the shapes of what is not plain JSON among its parts."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes, license_info=app.license_info)
        shape = Events.model_json_schema(ref_template="#/components/schemas/{model}")
        made["components"]["schemas"] |= shape.pop("$defs") | {"Events": shape}
        app.openapi_schema = made
    return app.openapi_schema


def serve(node: Node, atlas: Atlas, port: int, host: str = "127.0.0.1", *, tls: bool = False) -> None:
    """Serves the page and the API until it is interrupted; with `tls` under the node's own certificate, which partners know from its card.

    Logs one line at the begin and one for each failed request.
    """
    structlog.get_logger().info("serving", party=node.settings.party, address=f"http{'s' if tls else ''}://{host}:{port}/")
    certificate = certificate_of(node, now_us()) if tls else None
    shown: dict[str, Any] = {"ssl_certfile": certificate.file, "ssl_keyfile": certificate.key_file} if certificate else {}
    Thread(target=_draw_ahead, args=(atlas, node.settings.language), daemon=True).start()
    uvicorn.run(make_app(node, atlas, now_us), host=host, port=port, **how_served(), **shown)


def _draw_ahead(atlas: Atlas, language: str) -> None:
    """Draws the land that every map stands on and folds the names that are searched for, so that nobody waits: it takes seconds, and is done once."""
    for detail in DETAILS:
        basemap(atlas, detail)
    map_names(atlas, language)
    learn_names(atlas)


def how_served() -> dict[str, Any]:
    """What the web server is told, wherever a node is served."""
    return {"log_config": None, "access_log": False, "server_header": False, "timeout_keep_alive": 15}
