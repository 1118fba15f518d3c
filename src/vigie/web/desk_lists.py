"""What the first page of the desk lists: problems, signals by problem, drafts, warnings with their answers, who is silent, which jobs are late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vigie.activities.checks import check_states
from vigie.model.atlas import area_by_code
from vigie.model.canonical import Json
from vigie.model.entry import Log
from vigie.model.languages import ANSWER_WORDS, day_text, moment_text, said, said_n, to_say, to_say_n
from vigie.model.rule import LEVELS, RuleBook, Signal
from vigie.model.said import said_in
from vigie.model.times import DAY_US, SECOND_US
from vigie.model.warning import Judgement
from vigie.node.deadlines import local_text
from vigie.node.facts import area_name
from vigie.node.jobs import JobStanding
from vigie.node.outlook import Outlook, open_signals
from vigie.node.page_review import readings
from vigie.node.schedule import jobs_as_run, standings
from vigie.node.warning_facts import Shown, content_facts
from vigie.warn.answers import Recipient, Responses
from vigie.warn.chain import Proposal
from vigie.warn.problems import Indicator, ProblemState
from vigie.web.seats import Seat

NO_PROBLEM = to_say("No warning problem")
_GAPS = to_say_n(
    "without data: {whole} of {n} rule everywhere, {some} in some areas",
    "without data: {whole} of {n} rules everywhere, {some} in some areas",
)
_GAP_COUNTRIES = to_say_n("{number} of {n} country altogether", "{number} of {n} countries altogether")
_HOUR_US = 3_600 * SECOND_US
_DAYS_FROM_US = 3 * DAY_US
_LATE_WORDS = ("late", "failing", "cut off")


def is_own(seat: Seat) -> bool:
    """Whether the seat is at the desk of the node's own party, which alone sees its rules, problems and jobs."""
    return seat.party == seat.desk.node.settings.party


def problem_lines(seat: Seat, outlook: Outlook) -> list[dict[str, Any]]:
    """The problems that the party watches, the worst first; grey comes before green: not to know is no good news."""
    rank = {"red": 0, "amber": 1, "grey": 2, "green": 3}
    owned = [state for state in outlook.problems if is_own(seat) or outlook.book.problems[state.name].owner == seat.party]
    return [_problem(seat, outlook, state) for state in sorted(owned, key=lambda state: (rank[state.level], state.name))]


def _problem(seat: Seat, outlook: Outlook, state: ProblemState) -> dict[str, Any]:
    problem = outlook.book.problems[state.name]
    return {
        "name": state.name,
        "title": state.title,
        "question": problem.question,
        "level": state.level,
        "flag": state.flag,
        "why": state.sentence,
        "grey": sum(item.level == "grey" for item in state.indicators),
        "review_due": state.review_due,
        "reviewed": day_text(seat.tongue, state.review_us - problem.review_days * DAY_US) if state.review_us is not None else "",
        "indicators": [_indicator(seat, item) for item in sorted(state.indicators, key=lambda item: -LEVELS.index(item.level))],
        "horizon_days": problem.horizon_days,
        "scenarios": list[Json](problem.scenarios),
    }


def _indicator(seat: Seat, item: Indicator) -> dict[str, Any]:
    named = [area_name(seat.desk.atlas, code, seat.tongue) or said(seat.tongue, "the region") for code in (*item.red, *item.amber)]
    return {
        "name": item.name,
        "title": item.title,
        "role": item.role,
        "level": item.level,
        "places": named,
        "grey": item.grey,
        "areas": item.areas,
        "why": item.why,
        "is_part": item.role == "part",
    }


def signal_groups(seat: Seat, outlook: Outlook) -> list[tuple[str, list[dict[str, Any]]]]:
    """The signals that nobody has dealt with, by problem; of one rule in one area the newest stands for all."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for same in _folded(open_signals(outlook, seat.log)):
        title = problem_of(seat, outlook.book, same[0].rule) or NO_PROBLEM
        groups.setdefault(title, []).append(signal_line(seat, outlook, same[0]) | {"earlier": len(same) - 1})
    return sorted(groups.items(), key=lambda group: (group[0] == NO_PROBLEM, group[0]))


def _folded(signals: Iterable[Signal]) -> list[list[Signal]]:
    found: dict[tuple[str, str], list[Signal]] = {}
    for signal in signals:
        found.setdefault((signal.rule, signal.area), []).append(signal)
    return list(found.values())


def problem_of(seat: Seat, book: RuleBook, rule: str) -> str:
    """The title of the first problem of the party's own that the rule speaks of; empty where there is none."""
    owned = (item for item in book.problems.values() if is_own(seat) or item.owner == seat.party)
    return next((item.title for item in owned if rule in (*item.critical, *item.confirming, *item.disconfirming)), "")


def signal_line(seat: Seat, outlook: Outlook, signal: Signal) -> dict[str, Any]:
    """What is shown of a signal wherever it stands."""
    rule = outlook.book.rules[signal.rule]
    return {
        "id": signal.id,
        "rule": signal.rule,
        "title": rule.title,
        "field": rule.field,
        "flag": signal.flag,
        "area": area_name(seat.desk.atlas, signal.area, seat.tongue) or said(seat.tongue, "the region"),
        "raised": moment_text(seat.tongue, signal.raised_us),
        "since": day_text(seat.tongue, signal.since_us),
        "count": signal.count,
        "expected": signal.expected,
        "chance": signal.chance,
        "why": signal.why,
        "is_over": signal.ended_us is not None,
        "ended": None if signal.ended_us is None else moment_text(seat.tongue, signal.ended_us),
    }


def gap_words(seat: Seat, outlook: Outlook) -> str:
    """Where data is missing: of how many rules everywhere, of how many in some areas, and in how many countries of every rule."""
    rules: dict[str, list[bool]] = {}
    countries: dict[str, list[bool]] = {}
    for item in outlook.standings:
        is_grey = item.level == "grey"
        rules.setdefault(item.rule, []).append(is_grey)
        if area := area_by_code(seat.desk.atlas, item.area):
            countries.setdefault(area.country or area.code, []).append(is_grey)
    if not rules:
        return said(seat.tongue, "no rule is switched on")
    whole, some = (sum(map(test, rules.values())) for test in (all, any))
    words = said_n(seat.tongue, *_GAPS, len(rules), whole=whole, some=some - whole)
    there = said_n(seat.tongue, *_GAP_COUNTRIES, len(countries), number=sum(map(all, countries.values()))) if countries else ""
    return "; ".join(part for part in (words, there) if part)


def judged_lines(seat: Seat) -> dict[str, list[dict[str, Any]]]:
    """The analysts' levels that still hold, by rule: of each area the last."""
    last = {entry.ref: (entry, word) for entry, word in said_in(seat.log, "judgement", Judgement) if entry.owner == seat.party}
    found: dict[str, list[dict[str, Any]]] = {}
    for entry, word in last.values():
        if word.until_us > seat.now_us:
            place = area_name(seat.desk.atlas, word.area, seat.tongue) or said(seat.tongue, "the region")
            line = {"area": place, "level": word.level, "reason": word.reason, "until": day_text(seat.tongue, word.until_us), "by": entry.by}
            found.setdefault(word.rule, []).append(line)
    return found


def draft_lines(proposals: Iterable[Proposal], shown: Shown) -> list[dict[str, Any]]:
    """The drafts that are being written or wait for a second person, those that wait first."""
    standing = [item for item in proposals if item.draft.state in ("open", "submitted")]
    return [_draft(item, shown) for item in sorted(standing, key=lambda item: (item.draft.state != "submitted", -item.entry.said_us, item.ref))]


def _draft(item: Proposal, shown: Shown) -> dict[str, Any]:
    refused = [vote for vote in item.votes if not vote.approved]
    return content_facts(item.draft.content, shown) | {
        "ref": item.ref,
        "state": item.draft.state,
        "authors": [name for name in item.authors if name],
        "approvers": list(item.approvers),
        "refused": [{"by": vote.by, "note": vote.note} for vote in refused],
        "said": shown.moment(item.entry.said_us),
    }


def recipient_lines(answered: Responses, log: Log, language: str) -> list[dict[str, Any]]:
    """Where each addressed party stands, in words: all of them for the owner, for others they themselves and whose answers they may read.

    Who seems silent to another recipient may have answered the owner alone.
    """
    is_owner = answered.chain.owner == log.party
    known = [recipient for recipient in answered.recipients if is_owner or recipient.party == log.party or recipient.word]
    return [_recipient(recipient, log.now_us, language, is_owner=is_owner) for recipient in known]


def _recipient(recipient: Recipient, now_us: int, language: str, *, is_owner: bool) -> dict[str, Any]:
    told = recipient.escalation if is_owner else None
    return {
        "party": recipient.party,
        "word": recipient.word,
        "state": recipient.state,
        "words": said(language, ANSWER_WORDS[recipient.word]) if recipient.word else _silence(recipient, now_us, language),
        "deputy": told.deputy if told else "",
        "is_overdue": recipient.state == "overdue",
    }


def _silence(recipient: Recipient, now_us: int, language: str) -> str:
    if recipient.due_us is None or recipient.state in ("untimed", "closed"):
        return said(language, "silent")
    left_us = recipient.due_us - now_us
    text = to_say("silent, due in {span}") if left_us > 0 else to_say("silent, overdue by {span}")
    return said(language, text, span=span_text(abs(left_us), language))


def span_text(span_us: int, language: str = "en") -> str:
    """A span of time in whole hours, in days from three on, in seconds below a minute.

    >>> span_text(5 * _HOUR_US), span_text(4 * DAY_US), span_text(30 * SECOND_US)
    ('5 h', '4 days', '30 s')
    """
    if span_us >= _DAYS_FROM_US:
        return said_n(language, "{n} day", "{n} days", span_us // DAY_US)
    if span_us < 60 * SECOND_US:
        return said(language, "{number} s", number=max(span_us, 0) // SECOND_US)
    if span_us >= _HOUR_US:
        return said(language, "{number} h", number=span_us // _HOUR_US)
    return said(language, "{number} min", number=span_us // (60 * SECOND_US))


def job_lines(seat: Seat) -> list[dict[str, Any]]:
    """The node's jobs as they stand."""
    return [_job(item, seat.now_us, seat.tongue) for item in standings(seat.desk.node, jobs_as_run(seat.desk.node), seat.now_us)]


def _job(item: JobStanding, now_us: int, language: str) -> dict[str, Any]:
    state = item.state
    return {
        "name": item.name,
        "word": item.word,
        "every": span_text(item.every_s * SECOND_US, language),
        "began": None if state.began_us is None else moment_text(language, state.began_us),
        "due": None if item.due_us is None else moment_text(language, item.due_us),
        "late": span_text(item.late_us, language) if item.late_us else "",
        "said": state.said,
        "said_at": None if state.said_us in (None, state.began_us) else moment_text(language, state.said_us),
        "fault": state.fault,
        "runs": state.runs,
        "is_late": item.word in _LATE_WORDS,
        "ago": "" if state.began_us is None else span_text(now_us - state.began_us, language),
    }


def count_words(language: str, text: tuple[str, str], lines: Sequence[Any]) -> str:
    """How many, in words of this language."""
    return said_n(language, *text, len(lines))


def waits_elsewhere(seat: Seat) -> list[dict[str, str]]:
    """What waits for the party on other pages of the desk: silences that it is asked for, checks to answer, drafts read out of pages."""
    asked = sorted((each for each in seat.activities if each.owner != seat.party and each.course.open_round), key=lambda each: (each.owner, each.ref))
    found = []
    for each in asked:
        asking = each.course.open_round
        if asking and seat.party in asking.parties:
            words = said(seat.tongue, "{party} asks for silence until {moment}", party=each.owner, moment=local_text(asking.deadline_us, asking.zone))
            found.append({"path": f"/activities/{each.owner}/{each.ref}", "title": each.activity.title(seat.tongue), "words": words})
    for check in check_states(seat.log, seat.now_us):
        if check.check.party == seat.party and check.asker != seat.party and not check.answers:
            when = said(seat.tongue, "answer by {moment}", moment=moment_text(seat.tongue, check.check.until_us))
            title = said(seat.tongue, "{party} asks:", party=check.asker) + " " + (check.check.text or said(seat.tongue, "communication check"))
            found.append({"path": "/desk/contacts", "title": title, "words": when})
    drafts = [reading for entry, reading in readings(seat.log) if reading.state == "open"] if is_own(seat) else []
    if drafts:
        title = said_n(seat.tongue, "{n} page to review", "{n} pages to review", len(drafts))
        found.append({"path": "/desk/pages", "title": title, "words": said(seat.tongue, "drafts of reports, shown nowhere yet")})
    return found
