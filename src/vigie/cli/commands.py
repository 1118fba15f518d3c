"""The commands of `vigie`: which module of this folder has each, and its line in the help.

A module is imported when one of its commands is asked for; the help of the program imports none, so every start is fast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("nodes", "Make a node in a folder."),
    "doctor": ("nodes", "Is the node well? Looks at settings, store, key, epoch, last backup, disk, atlas, packs, quarantine."),
    "check": ("nodes", "Prove that every record is still what was written."),
    "erase": ("nodes", "Erase records for good: content, payload and quarantined bytes go, a signed tombstone stays."),
    "backup": ("operations", "Write the whole node into one file, while others go on working: store, settings, directory, rules, keys, quarantine."),
    "restore": ("operations", "Make the node of a backup again in a new folder, verified to the last byte, in a new epoch."),
    "upgrade": ("operations", "Bring the node's store up to this version of Vigie, after a backup in the node's folder."),
    "ingest": ("intake", "Take in reports: one file is one transaction, and the same file twice changes nothing."),
    "rejects": ("intake", "What could not be read, where it stood and why; or try again."),
    "link": ("links", "Find the reports that speak of one event."),
    "review": ("review", "List the doubtful links, the one whose answer is worth most first, or answer them."),
    "events": ("worlds", "List events, the latest first."),
    "picture": ("worlds", "Counts by field, kind, area, period and agency; cells; agencies that fell silent."),
    "serve": ("worlds", "Serve the pages and the API: to everybody what PUBLIC may see, to who signs in what the account's party may see."),
    "brief": ("brief", "Write the one-page brief: map, table, changes, warnings and answers, activities, sources, marking."),
    "watch": ("watch", "Run sources, partners, linking, rules, timers, silences, checks, notices and briefs, each at its cadence, until it is stopped."),
    "export": ("exchange", "Write the events that a party, or everybody, may see."),
    "demo": ("demo", "Make a node, take in the example region and an exercise, link, and show the result."),
    "demo-network": ("network", "Make three nodes on this machine that exchange records, and show who sees what, and why not."),
    "keys": ("node_keys", "The keys that this node signs with: what its partners know it by."),
    "accounts": ("accounts", "Accounts are posts, not persons: duty-analyst, head-of-desk."),
    "audit": ("audit", "Who saw, changed and released what: the audit log, the latest first."),
    "peers": ("peers", "Partners: nodes that this one exchanges records with, each known by the card that its people handed over."),
    "sync": ("sync", "Ask partners for what is new: records that they release, what they withdraw, what was erased."),
    "refer": ("sync", "Give a reference by which a partner opens an event in its own world."),
    "labels": ("labels", "Who may read a report, and another label for it."),
    "sources": ("sources", "Known and own feeds: address, licence, account, cadence; run them, see how they are."),
    "pages": ("pages", "Drafts that were read out of pages, and their review."),
    "subscriptions": ("subscriptions", "Who is told of which warnings, by mail or webhook."),
    "exercise": ("exercise", "Make a made-up world with known truth, and score links against it."),
    "warn": ("warn", "Rules, signals, warnings and answers."),
    "activities": ("activities", "Projects and other activities, and how they are agreed."),
    "contacts": ("contacts", "Points of contact, and whether they answer."),
}
"""Each command in the order of the help: the module whose `register` adds it, and the first sentence of its own help."""


@cache
def commands_of(part: str) -> Mapping[str, Any]:
    """The commands that a module of this folder registers, by name."""
    made = typer.Typer(rich_markup_mode=None)
    import_module(f"vigie.cli.{part}").register(made)
    return typer.main.get_group(made).commands


class _Asked(Mapping[str, Any]):
    """All commands by name, each imported when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        return commands_of(COMMANDS[name][0])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Commands(TyperGroup):
    """The program's group of commands: as any other, but it lists them without importing them."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**{**attrs, "commands": _Asked()})

    def format_commands(self, _ctx: Any, formatter: Any) -> None:
        """Writes the commands with their lines, cut to the width as those of any group are."""
        limit = formatter.width - 6 - max(map(len, COMMANDS))
        with formatter.section("Commands"):
            formatter.write_dl([(name, TyperCommand(name, help=words).get_short_help_str(limit)) for name, (_, words) in COMMANDS.items()])
