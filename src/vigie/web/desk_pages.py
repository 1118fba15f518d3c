"""The desk: what waits for people, why a signal fired, drafts, warnings with their answers, rules, scores and jobs. For those who are signed in.

Every page is made from what the party of whoever is signed in may read; rules, scores of accounts and jobs are for the node's own party.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.model.languages import ACTIVITY_WORDS, ANSWER_WORDS, OUTCOME_WORDS, STATUS_WORDS, said, to_say, to_say_n
from vigie.model.rule import Signal
from vigie.model.times import DAY_US, format_day
from vigie.model.warning import SEVERITIES, Evidence
from vigie.node.accounts import may
from vigie.node.desk import deputies
from vigie.node.desk_facts import score_lines, scores_of
from vigie.node.facts import area_name
from vigie.node.outlook import SHOWN_DAYS, Outlook, enabled_rules, replay_of
from vigie.node.rules import rule_book
from vigie.node.schedule import is_watched
from vigie.node.warning_facts import Shown, chain_facts
from vigie.warn.answers import DECIDED, Responses, unanswered
from vigie.warn.chain import Chain
from vigie.warn.fatigue import fatigue
from vigie.web.asking import ListQuery, TongueQuery, check_once
from vigie.web.deputy import deputy_lines
from vigie.web.desk_lists import (
    count_words,
    draft_lines,
    gap_words,
    is_own,
    job_lines,
    judged_lines,
    problem_lines,
    problem_of,
    recipient_lines,
    signal_groups,
    signal_line,
    waits_elsewhere,
)
from vigie.web.paging import part_of
from vigie.web.rule_words import replay_words, rule_words
from vigie.web.seats import Member, Seat
from vigie.web.sheets import sheet
from vigie.web.warning_pages import chain_named, frame_of, records_of

MOST_LISTED = 50
"""How many warnings each list of the first page shows; the page of warnings has them all."""

SNOOZE_DAYS = (1, 3, 7, 14)

PARTS = (
    ("board", "/desk", to_say("Today"), ""),
    ("warnings", "/desk/warnings", to_say("Warnings"), ""),
    ("activities", "/desk/activities", to_say("Activities"), ""),
    ("pages", "/desk/pages", to_say("Pages"), "own"),
    ("review", "/desk/review", to_say("Review"), ""),
    ("contacts", "/desk/contacts", to_say("Contacts"), ""),
    ("scoreboard", "/desk/scoreboard", to_say("Scores"), ""),
    ("rules", "/desk/rules", to_say("Rules"), "own"),
    ("schedule", "/desk/schedule", to_say("Schedule"), "own"),
    ("audit", "/desk/audit", to_say("Audit"), "auditor"),
)
"""The pages of the desk: name, address, words, and for whom they are: everybody who is signed in, the node's own party, its operators."""

Named = Annotated[str, Path(max_length=200)]
Asked = Annotated[TongueQuery, Query()]

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


def desk_sheet(name: str, seat: Seat, page: str, **parts: Any) -> Response:
    """A page of the desk."""
    session, frame = seat.session, frame_of(seat)
    is_auditor = session is not None and may(session.role, "accounts")
    own = [(page, path, said(seat.tongue, words)) for page, path, words, who in PARTS if who == "" or (is_own(seat) and (who == "own" or is_auditor))]
    common: dict[str, Any] = {
        "here": "watch",
        "page": page,
        "subnav": own,
        "may": lambda act: session is not None and may(session.role, act),
        "fault": "",
        "sent": {},
    }
    return sheet(name, seat.desk, **(frame | common | parts))


def shown_here(seat: Seat) -> Shown:
    """For whom the desk's facts are written."""
    own = seat.desk.node.settings
    return Shown(seat.desk.atlas, seat.tongue, own.yardstick, seat.log, own.party)


@routes.get("/desk")
def board_page(seat: Member, _query: Asked) -> Response:
    """What waits for somebody today."""
    outlook, shown = seat.outlook, shown_here(seat)
    known = seat.responses(seat.chains, deputies(seat.desk.node))
    own = [each for each in known if each.chain.owner == seat.party]
    late = unanswered(own)
    jobs = [job for job in job_lines(seat) if job["is_late"]] if is_own(seat) else []
    signals = signal_groups(seat, outlook)
    written = draft_lines([item for item in seat.drafts if item.owner == seat.party], shown)
    return desk_sheet(
        "desk.html",
        seat,
        "board",
        problems=problem_lines(seat, outlook),
        elsewhere=waits_elsewhere(seat),
        signals=signals,
        signal_count=sum(len(group) for _, group in signals),
        drafts=written,
        **listed(shown, "live", [each for each in own if each.chain.status == "live"]),
        **listed(shown, "unassessed", [each for each in own if each.chain.status in ("expired", "ended", "cancelled")]),
        **listed(shown, "asked", [each for each in known if is_asked(seat, each)]),
        deputised=deputy_lines(seat, known),
        late=[(chain_facts_brief(chain, shown), recipient) for chain, recipient in late[:MOST_LISTED]],
        late_count=len(late),
        late_lines=late_lines(seat, own, {chain.warning for chain, _ in late[:MOST_LISTED]}),
        jobs=jobs,
        figures=_figures(seat, outlook, signals, written, late),
        gaps=gap_words(seat, outlook),
    )


def _figures(seat: Seat, outlook: Outlook, signals: Any, written: Sequence[Mapping[str, Any]], late: Sequence[Any]) -> list[tuple[str, str]]:
    """What is most wanted in words, each with the place on the page where it stands."""
    red = [item for item in problem_lines(seat, outlook) if item["level"] == "red"]
    waiting = [item for item in written if item["state"] == "submitted"]
    counted = partial(count_words, seat.tongue)
    return [
        (counted(to_say_n("{n} problem red", "{n} problems red"), red), "#problems-title"),
        (counted(to_say_n("{n} new signal", "{n} new signals"), [item for _, group in signals for item in group]), "#signals-title"),
        (counted(to_say_n("{n} draft waiting", "{n} drafts waiting"), waiting), "#drafts-title"),
        (counted(to_say_n("{n} recipient overdue", "{n} recipients overdue"), late), "#late-title"),
    ]


def listed(shown: Shown, name: str, found: Sequence[Responses]) -> dict[str, Any]:
    """The first warnings of a list of the board, and how many there are."""
    return {name: [warning_line(each, shown) for each in found[:MOST_LISTED]], f"{name}_count": len(found)}


def late_lines(seat: Seat, own: Sequence[Responses], names: Collection[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Where the recipients of these warnings stand, by warning and party."""
    return {(each.chain.warning, line["party"]): line for each in own if each.chain.warning in names for line in recipient_lines(each, seat.log, seat.tongue)}


def is_asked(seat: Seat, each: Responses) -> bool:
    """Whether the party has been addressed by a live warning of another and has not said what it makes of it."""
    mine = next((item for item in each.recipients if item.party == seat.party), None)
    return each.chain.status == "live" and mine is not None and mine.word not in DECIDED


def chain_facts_brief(chain: Chain, shown: Shown) -> dict[str, Any]:
    """A chain's headline and name."""
    return {"id": chain.warning, "headline": chain.head.content.texts[0].headline, "due": shown.moment(chain.head.said_us)}


def warning_line(each: Responses, shown: Shown) -> dict[str, Any]:
    """A warning in the lists of the desk."""
    lines = recipient_lines(each, shown.log, shown.language)
    return chain_facts(each.chain, each, shown) | {
        "recipient_lines": lines,
        "mine": next((line for line in lines if line["party"] == shown.log.party), None),
    }


@routes.get("/desk/warnings")
def list_page(seat: Member, query: Annotated[ListQuery, Query()]) -> Response:
    """All warnings that the party may read, its own first."""
    shown, known = shown_here(seat), sorted(seat.chains, key=lambda chain: chain.owner != seat.party)
    part = part_of(known, query.page or 1, lambda number: seat.path(f"/desk/warnings?page={number}"))
    lines = [warning_line(each, shown) for each in seat.responses(part.items, deputies(seat.desk.node))]
    own_count = sum(chain.owner == seat.party for chain in known)
    return desk_sheet(
        "desk-warnings.html",
        seat,
        "warnings",
        own=[line for line in lines if line["issuer"] == seat.party],
        others=[line for line in lines if line["issuer"] != seat.party],
        counts={"own": own_count, "others": len(known) - own_count},
        pager=part,
    )


@routes.get("/desk/signals/{name}")
def signal_page(seat: Member, name: Named, _query: Asked) -> Response:
    """Why a signal fired, and what to do with it."""
    return signal_sheet(seat, name)


def signal_sheet(seat: Seat, name: str, *, fault: str = "", sent: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page of a signal; after a fault with one sentence and what was typed."""
    outlook = seat.outlook
    signal = signal_named(outlook, name)
    rule = outlook.book.rules[signal.rule]
    seen = replay_of(seat.desk.node, rule, exercise=seat.world.exercise) if is_own(seat) else None
    return desk_sheet(
        "signal.html",
        seat,
        "board",
        status=status,
        item=signal_line(seat, outlook, signal),
        rule=rule_words(rule, seat.tongue),
        replay=replay_words(seen, seat.tongue),
        problem=problem_of(seat, outlook.book, signal.rule),
        evidence=records_of(seat, [Evidence(event=event) for event in signal.events]),
        days=[(days, format_day(seat.now_us + days * DAY_US)) for days in SNOOZE_DAYS],
        triaged=triage_of(seat, signal),
        fault=fault,
        sent=dict(sent or {}),
    )


def signal_named(outlook: Outlook, name: str) -> Signal:
    """The signal of that id; 404 where the party has none."""
    found = outlook.signal(name)
    if found is None:
        raise HTTPException(404)
    return found


def triage_of(seat: Seat, signal: Signal) -> dict[str, Any] | None:
    """The last word of the party's people on a signal."""
    last = max(
        (entry for entry in seat.log.of("triage") if entry.ref == signal.id and entry.owner == seat.party), key=lambda entry: entry.version, default=None
    )
    return None if last is None else {"by": last.by, "when": shown_here(seat).moment(last.said_us), **dict(last.body)}


@routes.get("/desk/warnings/{name}")
def own_warning_page(seat: Member, name: Named, _query: Asked) -> Response:
    """A warning at the desk: who answered what, and what its owner may do with it."""
    return own_warning_sheet(seat, name)


def own_warning_sheet(seat: Seat, name: str, *, fault: str = "", sent: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page of a warning at the desk; after a fault with one sentence and what was typed."""
    chain, shown = chain_named(seat, name), shown_here(seat)
    answered = seat.responses([chain], deputies(seat.desk.node) if chain.owner == seat.party else {})[0]
    return desk_sheet(
        "desk-warning.html",
        seat,
        "warnings",
        status=status,
        item=warning_line(answered, shown),
        is_owner=chain.owner == seat.party,
        lines=[_log_line(line, shown, is_owner=chain.owner == seat.party) for line in reversed(answered.lines)],
        apart=[word.party for word in answered.apart],
        drafts=draft_lines((item for item in seat.drafts if item.draft.content.warning == name), shown),
        evidence=records_of(seat, chain.head.content.evidence),
        fault=fault,
        sent=dict(sent or {}),
    )


def line_words(line: Any, language: str) -> str:
    """What a line of a warning's log says, in this language; the name itself of what has no words."""
    known = {**ANSWER_WORDS, **STATUS_WORDS, **OUTCOME_WORDS, **ACTIVITY_WORDS}
    return said(language, known.get(line.word, line.word))


def _log_line(line: Any, shown: Shown, *, is_owner: bool) -> dict[str, Any]:
    by = line.by if is_owner and line.party == shown.log.party else ""
    return {
        "at": shown.moment(line.at_us),
        "what": line.what,
        "party": line.party,
        "by": by,
        "words": line_words(line, shown.language),
        "text": line.text,
        "is_apart": line.is_apart,
    }


@routes.get("/desk/rules")
def rules_page(seat: Member, _query: Asked) -> Response:
    """All rules by field: which are on, and how each did on the archive."""
    return rules_sheet(seat)


def rules_sheet(seat: Seat, *, fault: str = "", about: str = "", sent: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The rules; after a fault with one sentence at the rule that it is about."""
    check_own(seat)
    node = seat.desk.node
    book = rule_book(node)
    on = enabled_rules(node, book, exercise=seat.world.exercise)
    fields: dict[str, list[dict[str, Any]]] = {}
    for name in sorted(book.rules):
        rule = book.rules[name]
        line = rule_words(rule, seat.tongue) | {
            "is_on": name in on,
            "replay": replay_words(replay_of(node, rule, exercise=seat.world.exercise), seat.tongue),
            "is_judged": rule.how == "judged",
        }
        fields.setdefault(line["field_title"], []).append(line)
    return desk_sheet(
        "rules.html",
        seat,
        "rules",
        status=status,
        groups=sorted(fields.items()),
        fault=fault,
        about=about,
        sent=dict(sent or {}),
        areas=region_names(seat),
        judged=judged_lines(seat),
        on=len(on),
    )


def region_names(seat: Seat) -> list[tuple[str, str]]:
    """The countries of the region by name."""
    return sorted(((code, area_name(seat.desk.atlas, code, seat.tongue) or code) for code in seat.desk.atlas.region), key=lambda item: item[1])


def check_own(seat: Seat) -> None:
    """Raises 403 where the party is not the node's own."""
    if not is_own(seat):
        raise HTTPException(403, "This page is for the node's own party.")


@routes.get("/desk/schedule")
def schedule_page(seat: Member, _query: Asked) -> Response:
    """The node's jobs: when each ran last, when it is next due, what is late."""
    check_own(seat)
    return desk_sheet("schedule.html", seat, "schedule", jobs=job_lines(seat), watched=is_watched(seat.desk.node))


@routes.get("/desk/scoreboard")
def scoreboard_page(seat: Member, _query: Asked) -> Response:
    """How good the warnings were, and how much they asked of people."""
    log, answered = seat.log, seat.responses(seat.chains, {})
    loads = fatigue(answered, seat.outlook.signals, seat.outlook.book.rules if is_own(seat) else {}, log, seat.now_us - SHOWN_DAYS * DAY_US)
    return desk_sheet(
        "scoreboard.html",
        seat,
        "scoreboard",
        scores=scores_of(answered, log, seat.outlook, seat.desk.atlas),
        loads=loads,
        days=SHOWN_DAYS,
        severities=SEVERITIES,
    )


@routes.get("/desk/scoreboard.csv")
def scoreboard_csv(seat: Member, _query: Asked) -> Response:
    """The scores as a table."""
    answered = seat.responses(seat.chains, deputies(seat.desk.node))
    lines = score_lines(scores_of(answered, seat.log, seat.outlook, seat.desk.atlas))
    return Response("".join(f"{line}\n" for line in lines), headers={"Content-Disposition": 'attachment; filename="scoreboard.csv"'}, media_type="text/csv")
