"""What the command line shows of the warning desk, as JSON and as text; the scoreboard as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vigie.exchange import cap_xml
from vigie.model.atlas import Atlas
from vigie.model.canonical import Json
from vigie.model.entry import Log
from vigie.model.errors import BadSetting
from vigie.model.rule import Signal
from vigie.model.times import format_time
from vigie.node.cap_out import CapDesk, cap_message
from vigie.node.desk import deputies
from vigie.node.facts import area_name
from vigie.node.histories import region_of
from vigie.node.outlook import Outlook, open_signals
from vigie.node.received import alert_facts
from vigie.node.settings import Node
from vigie.node.warning_facts import Shown, chain_facts, content_facts
from vigie.warn.answers import Recipient, Responses, all_responses, responses, unanswered
from vigie.warn.chain import Chain, Proposal, chain_named, chains, drafts
from vigie.warn.problems import ProblemState
from vigie.warn.scoreboard import Score, missed_of, score_rows, scoreboard

_PARTS = (
    ("What", "what"),
    ("Where", "where"),
    ("When", "when"),
    ("Why", "why"),
    ("What changed", "changed"),
    ("Another explanation", "alternative"),
    ("What would change our mind", "mind"),
    ("What to do", "instruction"),
)


def desk_facts(node: Node, atlas: Atlas, outlook: Outlook, log: Log) -> dict[str, Json]:
    """The state of one party's desk: problems, open signals, drafts, warnings, CAP alerts of others, who of its own recipients is silent."""
    known = chains(log)
    own = [chain for chain in known if chain.owner == outlook.party]
    return {
        "party": outlook.party,
        "exercise": outlook.exercise,
        "as_of": format_time(outlook.now_us),
        "problems": [_problem(item) for item in outlook.problems],
        "signals": [_signal(item, atlas, node.settings.language) for item in open_signals(outlook, log)],
        "drafts": [_draft(item) for item in drafts(log) if item.draft.state in ("open", "submitted")],
        "warnings": [_warning(chain) for chain in known],
        "alerts": [*alert_facts(log, Shown(atlas, node.settings.language, node.settings.yardstick, log))],
        "unanswered": [_late(chain, recipient) for chain, recipient in unanswered(all_responses(own, log, deputies(node)))],
    }


def _problem(item: ProblemState) -> dict[str, Json]:
    return {"problem": item.name, "title": item.title, "level": item.level, "said": item.sentence}


def _signal(item: Signal, atlas: Atlas, language: str) -> dict[str, Json]:
    return {
        "id": item.id,
        "rule": item.rule,
        "flag": item.flag,
        "area": item.area,
        "area_name": area_name(atlas, item.area, language) or "the region",
        "raised": format_time(item.raised_us),
        "count": item.count,
        "expected": item.expected,
        "why": item.why,
        "events": list[Json](item.events),
    }


def _draft(item: Proposal) -> dict[str, Json]:
    return {"ref": item.ref, "state": item.draft.state, "headline": item.draft.content.texts[0].headline, "approved_by": list[Json](item.approvers)}


def _warning(chain: Chain) -> dict[str, Json]:
    content = chain.head.content
    return {
        "warning": chain.warning,
        "issuer": chain.owner,
        "status": chain.status,
        "stage": content.stage,
        "severity": content.severity,
        "headline": content.texts[0].headline,
        "expires": format_time(content.expires_us),
    }


def _late(chain: Chain, recipient: Recipient) -> dict[str, Json]:
    told = recipient.escalation
    return {
        "party": recipient.party,
        "warning": chain.warning,
        "headline": chain.head.content.texts[0].headline,
        "due": format_time(recipient.due_us) if recipient.due_us is not None else "",
        "deputy": told.deputy if told else "",
    }


def readable_chain(log: Log, warning: str) -> Chain:
    """The chain of a warning that the log's reader may read. Raises `BadSetting` where there is none."""
    found = chain_named(chains(log), warning, log.party)
    if found is None:
        raise BadSetting("There is no such warning", got=warning)
    return found


def warning_facts(node: Node, atlas: Atlas, log: Log, warning: str, language: str) -> dict[str, Any]:
    """One warning with its answers, as the log's reader may see it."""
    chain = readable_chain(log, warning)
    return chain_facts(chain, responses(chain, log, deputies(node)), Shown(atlas, language, node.settings.yardstick, log, node.settings.party))


def warning_text(facts: Mapping[str, Any]) -> str:
    """A warning as a person reads it at the command line."""
    likelihood = facts["likelihood"]
    lines = [
        "EXERCISE EXERCISE EXERCISE" if facts["exercise"] else "",
        f"{facts['headline']}",
        f"{facts['stage_words']} of {facts['issuer']}, {facts['status_words']}; {facts['severity_words']}; {facts['label']}",
        *(f"{title}: {facts['text'][name]}" for title, name in _PARTS if name in facts["text"]),
        f"How likely: {likelihood['words']}" if likelihood else "",
        f"Confidence: {facts['confidence_words']}. {facts['confidence_why']}",
        f"Expires: {facts['expires']['text']}",
        *(f"Option: {option['action']} ({option['owner'] or 'nobody named'})" for option in facts["options"]),
        *(f"Answer of {item['party']}: {item['word']} {item['text']}" for item in facts["answers"]),
        *(f"Activity: {item['title']}" for item in facts["activities"]),
    ]
    return "\n".join(line for line in lines if line)


def draft_text(node: Node, atlas: Atlas, found: Proposal) -> str:
    """A draft as a person reads it at the command line: its text, its label and recipients, who wrote and approved it."""
    draft, shown = found.draft, Shown(atlas, node.settings.language, node.settings.yardstick, Log(party=found.owner, now_us=0, exercise=False))
    facts: dict[str, Any] = content_facts(draft.content, shown)
    released = draft.tlp if draft.rel_to is None else f"{draft.tlp}, only {', '.join(draft.rel_to) or 'nobody but the owner'}"
    lines = [
        f"{facts['headline']} ({facts['act_words']}, {facts['stage_words']}, {facts['severity_words']})",
        *(f"{title}: {facts['text'][name]}" for title, name in _PARTS if name in facts["text"]),
        f"How likely: {facts['likelihood']['words']}" if facts["likelihood"] else "",
        f"Expires: {facts['expires']['text']}",
        f"TLP:{released}; to {', '.join(draft.content.recipients) or 'nobody yet'}",
        f"Records: {', '.join(name for item in draft.content.evidence for name in (item.event, *item.reports) if name) or 'none'}",
        f"State: {draft.state}; by {', '.join(found.authors)}; approved by {', '.join(found.approvers) or 'nobody yet'}",
    ]
    return "\n".join(line for line in lines if line)


def cap_bytes(node: Node, atlas: Atlas, log: Log, warning: str) -> bytes:
    """The head of a warning as CAP 1.2. Raises `BadSetting` where there is nothing that the reader could be told."""
    chain = readable_chain(log, warning)
    message = cap_message(CapDesk(node, atlas, node.settings.language), chain, chain.head)
    if message is None:
        raise BadSetting("The warning was closed before its reader could know of it", got=warning)
    return cap_xml(message)


def scoreboard_lines(node: Node, atlas: Atlas, outlook: Outlook, log: Log) -> Iterator[str]:
    """The scoreboard of all that the log's reader may read; see `score_lines`."""
    return score_lines(scores_of(all_responses(chains(log), log, deputies(node)), log, outlook, atlas))


def scores_of(answered: Sequence[Responses], log: Log, outlook: Outlook, atlas: Atlas) -> tuple[Score, ...]:
    """The scores of the warnings, with what began while none stood as misses."""
    missed = missed_of(outlook.onsets, [each.chain for each in answered], region_of(atlas), outlook.party)
    return scoreboard(answered, log, missed)


def score_lines(scores: Iterable[Score]) -> Iterator[str]:
    """The scoreboard as lines of CSV: the header, then all, parties, problems, rules and the own party's accounts, each with its n."""
    rows = score_rows(scores)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return iter(out.getvalue().splitlines())
