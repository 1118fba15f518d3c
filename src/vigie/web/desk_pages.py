"""The desk: what waits for people, why a signal fired, drafts, warnings with their answers, rules, scores and jobs. For those who are signed in.

Every page is made from what the party of whoever is signed in may read; rules, scores of accounts and jobs are for the node's own party.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.model.rule import Rule, Signal, rule_name
from vigie.model.times import DAY_US, format_day
from vigie.model.warning import SEVERITIES, Evidence
from vigie.node.accounts import may
from vigie.node.desk import deputies
from vigie.node.desk_facts import score_lines, scores_of
from vigie.node.facts import area_name
from vigie.node.outlook import SHOWN_DAYS, Outlook, enabled_rules, replay_of
from vigie.node.packs import packs
from vigie.node.rules import rule_book
from vigie.node.schedule import is_watched
from vigie.node.warning_facts import Shown, chain_facts
from vigie.warn.answers import DECIDED, Responses, unanswered
from vigie.warn.chain import Chain
from vigie.warn.fatigue import fatigue
from vigie.warn.replay import Replay
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
from vigie.web.seats import Member, Seat
from vigie.web.sheets import sheet
from vigie.web.warning_pages import chain_named, frame_of, records_of

MOST_LISTED = 50
"""How many warnings each list of the first page shows; the page of warnings has them all."""

SNOOZE_DAYS = (1, 3, 7, 14)

Named = Annotated[str, Path(max_length=200)]
Asked = Annotated[TongueQuery, Query()]

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


def desk_sheet(name: str, seat: Seat, page: str, **parts: Any) -> Response:
    """A page of the desk; its own words are English."""
    session = seat.session
    frame = frame_of(seat.in_english())
    own = [("board", "/desk", "Today"), ("warnings", "/desk/warnings", "Warnings"), ("activities", "/desk/activities", "Activities")]
    own += [("pages", "/desk/pages", "Pages")] if is_own(seat) else []
    own += [("review", "/desk/review", "Review")]
    own += [("contacts", "/desk/contacts", "Contacts"), ("scoreboard", "/desk/scoreboard", "Scores")]
    own += [("rules", "/desk/rules", "Rules"), ("schedule", "/desk/schedule", "Schedule")] if is_own(seat) else []
    own += [("audit", "/desk/audit", "Audit")] if is_own(seat) and session and may(session.role, "accounts") else []
    common: dict[str, Any] = {
        "here": "watch",
        "tongues": [],
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
    return Shown(seat.desk.atlas, "en", own.yardstick, seat.log, own.party)


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
        figures=[
            (count_words([item for item in problem_lines(seat, outlook) if item["level"] == "red"], "problem red", "problems red"), "#problems-title"),
            (count_words([item for _, group in signals for item in group], "new signal", "new signals"), "#signals-title"),
            (count_words([item for item in written if item["state"] == "submitted"], "draft waiting", "drafts waiting"), "#drafts-title"),
            (count_words(late, "recipient overdue", "recipients overdue"), "#late-title"),
        ],
        gaps=gap_words(seat, outlook),
    )


def listed(shown: Shown, name: str, found: Sequence[Responses]) -> dict[str, Any]:
    """The first warnings of a list of the board, and how many there are."""
    return {name: [warning_line(each, shown) for each in found[:MOST_LISTED]], f"{name}_count": len(found)}


def late_lines(seat: Seat, own: Sequence[Responses], names: Collection[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Where the recipients of these warnings stand, by warning and party."""
    return {(each.chain.warning, line["party"]): line for each in own if each.chain.warning in names for line in recipient_lines(each, seat.log)}


def is_asked(seat: Seat, each: Responses) -> bool:
    """Whether the party has been addressed by a live warning of another and has not said what it makes of it."""
    mine = next((item for item in each.recipients if item.party == seat.party), None)
    return each.chain.status == "live" and mine is not None and mine.word not in DECIDED


def chain_facts_brief(chain: Chain, shown: Shown) -> dict[str, Any]:
    """A chain's headline and name."""
    return {"id": chain.warning, "headline": chain.head.content.texts[0].headline, "due": shown.moment(chain.head.said_us)}


def warning_line(each: Responses, shown: Shown) -> dict[str, Any]:
    """A warning in the lists of the desk."""
    lines = recipient_lines(each, shown.log)
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
        rule=rule_words(rule),
        replay=replay_words(seen),
        problem=problem_of(seat, outlook.book, signal.rule),
        evidence=records_of(seat.in_english(), [Evidence(event=event) for event in signal.events]),
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


def rule_words(rule: Rule) -> dict[str, Any]:
    """What a rule asks, in words."""
    known = packs().get(rule.field)
    baseline = rule.baseline
    return {
        "name": rule_name(rule),
        "title": rule.title,
        "field": rule.field,
        "field_title": known.title if known else rule.field,
        "how": rule.how,
        "flag": rule.flag,
        "why": rule.why,
        "kinds": list(rule.query.kinds),
        "window": f"{rule.window_days:g} days",
        "area": rule.area,
        "minimum": rule.minimum,
        "direction": rule.direction,
        "baseline": ""
        if baseline is None
        else f"red below a chance of {baseline.red:g}, amber below {baseline.amber:g}, against up to {baseline.years} earlier years",
        "waits": f"ends after {rule.clear_after_days} usual days, then quiet for {rule.cool_down_days} days; grey after {rule.grey_after_days} silent days",
        "budget": rule.budget_per_week,
        "outcome": ""
        if rule.outcome is None
        else f"{rule.outcome.count} or more of {', '.join(rule.outcome.query.kinds) or 'the same'} within {rule.outcome.horizon_days} days",
        "severity": rule.severity,
    }


def replay_words(seen: Replay | None) -> dict[str, Any] | None:
    """A replay in words and figures."""
    if seen is None:
        return None
    lead = seen.lead_quartiles
    return {
        "sentence": seen.sentence,
        "period": f"{format_day(seen.since_us)} to {format_day(seen.until_us)}",
        "fired": seen.fired,
        "hits": seen.hits,
        "misses": seen.misses,
        "false_alarms": seen.false_alarms,
        "precision": str(seen.precision),
        "recall": str(seen.recall),
        "lead": f"{lead[1]:.1f} days (quartiles {lead[0]:.1f} and {lead[2]:.1f})" if lead else "not known: fewer than two hits",
        "per_week": f"{seen.signals_per_week:.2f}",
        "budget": f"{seen.budget_per_week:g}",
        "is_over": seen.is_over_budget,
        "undated": f"{seen.undated_share:.0%}",
        "cases": [_case(case.raised_us, case.verdict, seen) for case in seen.cases],
    }


def _case(raised_us: int, verdict: str, seen: Replay) -> dict[str, Any]:
    place = 1000 * (raised_us - seen.since_us) / max(seen.until_us - seen.since_us, 1)
    return {"x": round(place, 1), "verdict": verdict, "day": format_day(raised_us)}


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
        evidence=records_of(seat.in_english(), chain.head.content.evidence),
        fault=fault,
        sent=dict(sent or {}),
    )


def _log_line(line: Any, shown: Shown, *, is_owner: bool) -> dict[str, Any]:
    by = line.by if is_owner and line.party == shown.log.party else ""
    return {"at": shown.moment(line.at_us), "what": line.what, "party": line.party, "by": by, "word": line.word, "text": line.text, "is_apart": line.is_apart}


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
        line = rule_words(rule) | {
            "is_on": name in on,
            "replay": replay_words(replay_of(node, rule, exercise=seat.world.exercise)),
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
    return sorted(((code, area_name(seat.desk.atlas, code, "en") or code) for code in seat.desk.atlas.region), key=lambda item: item[1])


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
