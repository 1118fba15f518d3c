"""Sources: which a node knows, adding one, running one or those that are due, and how they are. The names that the faces use."""

from __future__ import annotations

from vigie.node.line import FetchLimits
from vigie.node.settings import Node
from vigie.node.source_health import SourceStatus, Word, health
from vigie.node.source_list import Entry, add, find, known
from vigie.node.source_runs import RunOutcome, Watch, run, run_due
from vigie.node.tokens import token_of, token_variable

__all__ = ["Entry", "FetchLimits", "RunOutcome", "SourceStatus", "Watch", "Word", "add", "find", "known", "run", "run_due", "status", "token_variable"]


def status(node: Node, now_us: int, *, added_only: bool = False) -> list[SourceStatus]:
    """How each source is at `now_us`, by name; all that are known, or those that were added or run."""
    entries = [entry for entry in known(node) if not added_only or entry.is_added or entry.state]
    return [health(entry, now_us, has_token=bool(token_of(node, entry.source.name))) for entry in entries]
