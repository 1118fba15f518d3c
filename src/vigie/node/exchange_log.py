"""What went out to partners and came in from them, page by page, as the audit log keeps it; and that log itself as JSON, with its chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vigie.model.canonical import Json
from vigie.model.times import format_time
from vigie.node.audit import audit_faults, audit_rows, waiting_count
from vigie.node.settings import Node
from vigie.store import AuditChoice, AuditRow, audit_head

Direction = Literal["in", "out"]
SUBJECTS: Mapping[Direction, str] = {"in": "taken in", "out": "page"}
"""What the audit log calls a page of a partner that was taken in, and one that was given to it."""

COUNTS = ("offered", "taken", "known", "withdrawn", "erased", "refused", "unproved")
"""What a page can count: records that were told; those that came and were new, or known; taken back; erased; refused as erased here; not proved."""

CHECKED_AT_ONCE = 20_000
"""A log of so many rows is proved whenever it is looked at; a longer one when somebody asks."""

MOST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class LogChoice:
    """Which pages: of a partner, of one direction, with a count of this name; before a row; at most so many."""

    peer: str = ""
    direction: Direction | None = None
    kind: str = ""
    since_us: int | None = None
    until_us: int | None = None
    before: int | None = None
    limit: int = 50


def log_facts(node: Node, choice: LogChoice) -> dict[str, Json]:
    """The pages that are meant, the latest first, and the number before which the next ones lie; None at the end."""
    subject = SUBJECTS[choice.direction] if choice.direction else ""
    asked = AuditChoice(
        since_us=choice.since_us,
        until_us=choice.until_us,
        act="sync",
        before=choice.before,
        limit=choice.limit + 1,
        party=choice.peer,
        subject=subject,
        counted=choice.kind,
    )
    found = audit_rows(node, asked)
    shown = found[: choice.limit]
    return {"rows": [_page(row) for row in shown], "before": shown[-1].number if len(found) > choice.limit else None}


def _page(row: AuditRow) -> dict[str, Json]:
    counts: dict[str, Json] = {name: row.facts[name] for name in COUNTS if row.facts.get(name)}
    direction = "out" if row.subject == SUBJECTS["out"] else "in"
    return {"number": row.number, "at": format_time(row.at_us), "peer": row.party, "direction": direction, "counts": counts}


def audit_facts(node: Node, choice: AuditChoice) -> dict[str, Json]:
    """The rows of the audit log that are meant, the latest first (one fewer than the choice's limit), and the number before which the next ones lie."""
    found = audit_rows(node, choice)
    shown = found[: choice.limit - 1]
    return {
        "rows": [_row(row) for row in shown],
        "before": shown[-1].number if shown and len(found) >= choice.limit else None,
        "waiting": waiting_count(node),
    }


def _row(row: AuditRow) -> dict[str, Json]:
    named = {name: getattr(row, name) for name in ("number", "account", "party", "act", "subject")}
    return named | {"at": format_time(row.at_us), "facts": dict(row.facts)}


def chain_facts(node: Node, *, is_asked: bool) -> dict[str, Json]:
    """The head of the log's chain, and whether every row follows from the one before: None where that was not asked of a long log."""
    number, chain = audit_head(node.store)
    head: dict[str, Json] = {"rows": number, "head": chain.hex()}
    if not is_asked and number > CHECKED_AT_ONCE:
        return head | {"verified": None, "faults": []}
    faults = audit_faults(node)
    return head | {"verified": not faults, "faults": [*faults[:MOST_FAULTS]]}
