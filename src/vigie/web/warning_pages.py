"""The pages of warnings: what is in force, one warning in full, its CAP message, the feed and the brief, each for what its reader may read.

Who is not signed in reads as PUBLIC. No page needs JavaScript.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.exchange.atom import MEDIA_TYPE_ATOM
from vigie.exchange.cap_message import MEDIA_TYPE_CAP
from vigie.exchange.cap_write import cap_xml
from vigie.model.atlas import Atlas, area_by_code
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.languages import FORM, SEVERITY_WORDS, day_text, said
from vigie.model.times import DAY_US, NEVER_US, SECOND_US, format_time
from vigie.model.warning import SEVERITIES, Content, Evidence
from vigie.node.accounts import may
from vigie.node.answers import event_number, events_of_report, when_text
from vigie.node.brief_pages import brief_html, brief_pdf, brief_style
from vigie.node.briefs import Order, make_brief
from vigie.node.cap_out import CapDesk, cap_feed, cap_messages
from vigie.node.desk import deputies
from vigie.node.facts import event_facts
from vigie.node.received import alert_facts
from vigie.node.warning_facts import Shown, chain_facts, live_first, notes_of
from vigie.picture.charts import area_path, land, region_view
from vigie.warn import chain as named_in
from vigie.warn.answers import Responses
from vigie.warn.chain import Chain
from vigie.web.asking import BriefQuery, ListQuery, TongueQuery, check_none, check_once
from vigie.web.paging import part_of
from vigie.web.said import degrees_text
from vigie.web.seats import Reader, Seat
from vigie.web.sheets import sheet
from vigie.web.warning_words import words

OVER_DAYS = 90
"""How long a warning that is over stays on the list."""

MOST_TESTS, MOST_ALERTS = 20, 50
"""How many tests of the channel, and how many alerts of others, the list shows: the newest."""

MAX_RECORDS = 40
"""How many of a warning's records are looked up for links."""

WarningName = Annotated[str, Path(max_length=200)]

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


def shown_of(seat: Seat) -> Shown:
    """For whom facts are written."""
    own = seat.desk.node.settings
    return Shown(seat.desk.atlas, seat.tongue, own.yardstick, seat.log, own.party)


def frame_of(seat: Seat) -> dict[str, Any]:
    """What every page made for a seat bears: whose view it is, of when, in which language."""
    here = words(seat.tongue)
    return {
        "audience": seat.party,
        "exercise": seat.exercise,
        "tongue": seat.tongue,
        "session": seat.session,
        "style": "desk.css",
        "here": "watch",
        "place": seat.place,
        "form": {name: said(seat.tongue, text) for name, text in FORM.items()},
        "as_of": here["as_of"].format(moment=minute_text(seat)),
    }


def minute_text(seat: Seat) -> str:
    """The minute at which the page was made, short enough for its head."""
    return f"{day_text(seat.tongue, seat.now_us, 'medium')}, {format_time(seat.now_us // SECOND_US * SECOND_US)[-len('hh:mm:ssZ') :][: len('hh:mm')]} UTC"


@routes.get("/warnings")
def warnings_page(seat: Reader, query: Annotated[ListQuery, Query()]) -> Response:
    """What is in force, the most severe first, and what is no longer; tests apart, and only for those who are signed in."""
    recent = [chain for chain in live_first(seat.chains) if chain.status == "live" or is_recent(chain, seat.now_us)]
    real = [chain for chain in recent if not is_test(chain)]
    part = part_of(real, query.page or 1, lambda number: seat.path(f"/warnings?page={number}"))
    tests = [chain for chain in recent if is_test(chain)][:MOST_TESTS] if seat.session else []
    facts = listed_facts(seat, part.items)
    return sheet(
        "warnings.html",
        seat.desk,
        **frame_of(seat),
        live=[item for item in facts if item["is_live"]],
        over=[item for item in facts if not item["is_live"]],
        tests=listed_facts(seat, tests),
        alerts=alert_facts(seat.log, shown_of(seat))[:MOST_ALERTS] if seat.party == seat.desk.node.settings.party else [],
        tally=tally(seat, (chain for chain in real if chain.status == "live")),
        pager=part,
        feed=seat.path("/warnings.atom"),
        none_over=words(seat.tongue)["none_over"].format(days=OVER_DAYS),
        notes=notes_of([code for chain in (*part.items, *tests) for code in chain.head.content.areas], seat.desk.atlas),
    )


def is_test(chain: Chain) -> bool:
    """Whether it is a test of the channel and nothing else."""
    return all(version.content.test for version in chain.history)


def listed_facts(seat: Seat, found: Sequence[Chain]) -> list[dict[str, Json]]:
    """What is shown of these warnings, in their order."""
    shown = shown_of(seat)
    return [chain_facts(each.chain, each, shown) for each in seat.responses(found, {})]


def is_recent(chain: Chain, now_us: int) -> bool:
    """Whether what is over is still listed."""
    ended_us = min(chain.head.content.expires_us, chain.head.said_us) if chain.status != "expired" else chain.head.content.expires_us
    return now_us - ended_us < OVER_DAYS * DAY_US


def tally(seat: Seat, found: Iterable[Chain]) -> list[tuple[str, str, int]]:
    """How many of the warnings have each severity: its words, its name, how many."""
    counts = Counter(chain.head.content.severity for chain in found)
    return [(said(seat.tongue, SEVERITY_WORDS[name]), name, counts[name]) for name in SEVERITIES if counts[name]]


@routes.get("/warnings.atom")
def warnings_feed(seat: Reader, _query: Annotated[TongueQuery, Query()]) -> Response:
    """The newest live warnings as a feed of CAP messages."""
    live = [chain for chain in seat.chains if chain.status == "live"]
    return Response(cap_feed(_cap_desk(seat), live, exercise=seat.exercise), media_type=MEDIA_TYPE_ATOM)


@routes.get("/warnings/{name}")
def warning_page(seat: Reader, name: WarningName, _query: Annotated[TongueQuery, Query()]) -> Response:
    """One warning in full."""
    return warning_sheet(seat, name)


@routes.get("/warnings/{name}/cap.xml")
def warning_cap(seat: Reader, name: WarningName, _query: Annotated[TongueQuery, Query()]) -> Response:
    """The head of a warning as a CAP message."""
    found = cap_messages(_cap_desk(seat), [chain_named(seat, name)])
    if not found:
        raise HTTPException(404)
    return Response(cap_xml(found[0][1]), media_type=MEDIA_TYPE_CAP)


def _cap_desk(seat: Seat) -> CapDesk:
    return CapDesk(seat.desk.node, seat.desk.atlas, seat.tongue)


def chain_named(seat: Seat, name: str) -> Chain:
    """The chain of that name that the reader may read; 404 where there is none."""
    found = named_in.chain_named(seat.chains, name, seat.party)
    if found is None:
        raise HTTPException(404)
    return found


def answered_of(seat: Seat, chain: Chain) -> Responses:
    """What was answered to a warning, as far as the reader may read it."""
    known = deputies(seat.desk.node) if seat.party == chain.owner else {}
    return seat.responses([chain], known)[0]


def warning_sheet(seat: Seat, name: str, *, fault: str = "", sent: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page of a warning; after a fault with one sentence, and with the answer as it was written."""
    chain = chain_named(seat, name)
    facts = chain_facts(chain, answered_of(seat, chain), shown_of(seat))
    return sheet(
        "warning.html",
        seat.desk,
        **frame_of(seat),
        status=status,
        item=facts,
        map=locator(seat.desk.atlas, chain.head.content, seat.tongue),
        evidence=newest_first(records_of(seat, chain.head.content.evidence)),
        notes=facts["notes"],
        answering=may_answer(seat, chain),
        may_be_open=is_open_to_all(chain) and seat.session is not None and may(seat.session.role, "release"),
        is_own=seat.party == chain.owner,
        fault=fault,
        sent=dict(sent or {}),
    )


def may_answer(seat: Seat, chain: Chain) -> bool:
    """Whether the reader is asked for an answer: a party that is signed in and did not issue the warning."""
    return seat.session is not None and may(seat.session.role, "answer") and seat.party != chain.owner


def is_open_to_all(chain: Chain) -> bool:
    """Whether an answer may be as open as TLP:CLEAR: only where the warning itself is."""
    label = chain.head.entry.label
    return label.tlp == "CLEAR" and label.rel_to is None and not label.parts


def locator(atlas: Atlas, content: Content, language: str) -> dict[str, Any] | None:
    """A map on which the warning's areas stand out; None where the atlas knows none of them."""
    areas = [area for code in content.areas if (area := area_by_code(atlas, code))]
    if not areas:
        return None
    countries = {area.country for area in areas}
    view = region_view(atlas, countries.pop() if len(countries) == 1 else "")
    return {"view": view, "land": land(atlas, view, language), "struck": area_path(atlas, view, content.areas)}


def records_of(seat: Seat, evidence: Iterable[Evidence]) -> list[dict[str, Json]]:
    """The records that a warning rests on, as the reader's world has them: an event with its page, or the names that the warning gives."""
    kept, world = seat.desk.worlds_of(seat.party), seat.world
    found: list[dict[str, Json]] = []
    for item in list(evidence)[:MAX_RECORDS]:
        number = event_number(world, item.event) if item.event else None
        for name in () if number is not None else item.reports:
            events = events_of_report(kept, world, name)
            number = events[0] if events else None
            if number is not None:
                break
        found.append(_record(seat, item, number))
    return found


def newest_first(records: Iterable[dict[str, Json]]) -> list[dict[str, Json]]:
    """The records, the newest first; those that the reader's world does not have last, in the order that the warning has."""
    return sorted(records, key=lambda record: record["begin_us"] if isinstance(record["begin_us"], int) else NEVER_US, reverse=True)


def _record(seat: Seat, item: Evidence, number: int | None) -> dict[str, Json]:
    said_of: dict[str, Json] = {"words": item.words, "reports": list[Json](item.reports), "path": "", "when": "", "begin_us": None, "title": item.event or "—"}
    if number is None:
        return said_of
    world = seat.world
    facts = event_facts(world, number, seat.desk.atlas, seat.tongue)
    spot = float(world.events.lon[number]), float(world.events.lat[number])
    place = ", ".join(str(facts[name]) for name in ("unit_name", "country_name") if facts[name]) or degrees_text(*spot)
    size = f" {facts['scale']} {facts['magnitude']:g}" if facts["scale"] and facts["magnitude"] is not None else ""
    return said_of | {
        "title": ", ".join(part for part in (f"{said(seat.tongue, str(facts['title']))}{size}", place) if part),
        "when": when_text(int(world.events.begin_us[number]), int(world.events.end_us[number])),
        "begin_us": int(world.events.begin_us[number]),
        "path": f"/events/{facts['id']}" + ("?exercise=true" if seat.exercise else ""),
    }


@routes.get("/brief")
def brief_page(seat: Reader, query: Annotated[BriefQuery, Query()]) -> Response:
    """The brief as a page that prints on one sheet."""
    facts = make_brief(seat.desk.node, seat.desk.atlas, _order(seat, query), seat.now_us, seat.world)
    return Response(brief_html(facts, "", "/static/brief.css"), media_type="text/html")


@routes.get("/brief.pdf")
def brief_sheet(seat: Reader, query: Annotated[BriefQuery, Query()]) -> Response:
    """The brief as a PDF of one page."""
    facts = make_brief(seat.desk.node, seat.desk.atlas, _order(seat, query), seat.now_us, seat.world)
    return Response(brief_pdf(facts), media_type="application/pdf")


@routes.get("/static/desk.css", dependencies=[Depends(check_none)])
def desk_css() -> Response:
    """The style of the pages of warnings and of the desk, beside that of all pages."""
    return Response(resources.files(__package__).joinpath("static/desk.css").read_bytes(), media_type="text/css")


@routes.get("/static/brief.css", dependencies=[Depends(check_none)])
def brief_css() -> Response:
    """The style of briefs."""
    return Response(brief_style(), media_type="text/css")


def _order(seat: Seat, query: BriefQuery) -> Order:
    if query.problem and seat.session is None:
        raise BadSetting("Briefs on warning problems are for those who are signed in", got=query.problem, todo="ask for a country, or sign in")
    return Order(party=seat.party, country=query.country or "", problem=query.problem or "", language=seat.tongue, days=query.days or 7, exercise=seat.exercise)
