"""`vigie ingest`, `rejects`: taking in what agencies send, and what could not be read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.cli.explain import explain_files
from vigie.cli.options import JsonOption, NodeOption, the_node
from vigie.cli.show import progress_bar, release_sentence, say, say_json, say_outcome, say_table
from vigie.model.errors import BadSetting
from vigie.model.label import Directory, Label, label_from_json
from vigie.model.times import format_time
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.node.intake import Order, Outcome
    from vigie.node.settings import Node

Reader = Annotated[
    str, typer.Option(help="The reader's name, where the file is not recognised by itself; page for a press page in plain text.", show_default=False)
]
Preset = Annotated[str, typer.Option(help="A preset that says what a table's columns mean, such as isc-origins.", show_default=False)]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="A TOML file that says what a table's columns mean.", show_default=False)]
Agency = Annotated[str, typer.Option(help="The agency, where the file does not name it.", show_default=False)]


_APPROVED = "The account of who agrees that reports known under a stricter label are opened to this file's readers."


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(ingest)
    app.command()(rejects)


def ingest(
    files: Annotated[list[str], typer.Argument(help="Files, folders of files, or addresses (https://...); plain, .gz or .zip.")],
    node: NodeOption = None,
    tlp: Annotated[str, typer.Option(help="CLEAR, GREEN, AMBER, AMBER+STRICT or RED (else AMBER: readable by you only).", show_default=False)] = "",
    label: Annotated[Path | None, typer.Option(help="A JSON file with the whole label.", show_default=False)] = None,
    reader: Reader = "",
    preset: Preset = "",
    mapping: MappingFile = None,
    agency: Agency = "",
    approved_by: Annotated[str, typer.Option("--approved-by", help=_APPROVED, show_default=False)] = "",
    *,
    exercise: Annotated[bool, typer.Option("--exercise", help="Mark every record as an exercise.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show how the file is understood and what would be blanked; write nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take in reports: one file is one transaction, and the same file twice changes nothing."""
    from vigie.node.incoming import sweep
    from vigie.node.intake import Order, files_under
    from vigie.node.settings import node_folder

    if explain:
        paths = files_under(map(Path, files))
        explain_files(paths, reader=reader, preset=preset, mapping=mapping, agency=agency, as_json=as_json, folder=node_folder(node))
        return
    opened, now = the_node(node), now_us()
    chosen = _label(opened, tlp, label)
    order = Order(label=chosen, reader=reader, preset=preset, mapping=mapping, agency=agency, exercise=exercise, approved_by=_releaser(opened, approved_by))
    outcomes = [outcome for named in files for outcome in _take_in_named(opened, named, order, now, as_json=as_json)]
    sweep(opened, now)
    _report(outcomes, opened.directory, as_json=as_json)


def _releaser(node: Node, account: str) -> str:
    """The account, if it is one of the node's own party that may release; empty where none was named."""
    if account:
        from vigie.cli.activities import desk_for
        from vigie.node.desk import check_may
        from vigie.node.relabel import check_at_home

        desk = desk_for(node, account, exercise=False)
        check_at_home(desk)
        check_may(desk, "release")
    return account


def _take_in_named(node: Node, named: str, order: Order, now: int, *, as_json: bool) -> list[Outcome]:
    from vigie.node.intake import files_under
    from vigie.node.remote import fetched, is_address, label_at, without_secrets

    if not is_address(named):
        return [outcome for path in files_under([Path(named)]) for outcome in take_in(node, path, order, now, as_json=as_json)]
    with fetched(node, named, now) as path:
        kept = replace(order, source=without_secrets(named), label=label_at(node, named, order.label))
        outcomes = take_in(node, path, kept, now, as_json=as_json)
    if kept.label != order.label and not as_json:
        say("  The terms of the source at this address forbid passing it on: readable by you only, never exported.")
    return [replace(outcome, restricted=outcome.restricted or kept.label != order.label) for outcome in outcomes]


def take_in(node: Node, path: Path, order: Order, now: int, *, as_json: bool) -> list[Outcome]:
    """Takes in one file behind a progress bar and says what became of it."""
    from vigie.ingest.files import name_of
    from vigie.node import flow
    from vigie.node.mappings import PAGES

    with progress_bar(path.stat().st_size, name_of(path)) as watch:
        outcomes = list(flow.take_in(node, [path], order, now, watch))
    for outcome in outcomes if not as_json else ():
        _say_pages(outcome) if outcome.readers == (PAGES,) else say_outcome(outcome)
    return outcomes


def _say_pages(outcome: Outcome) -> None:
    """What became of a file of pages, in one line."""
    say(f"{outcome.name}: {outcome.sentence}.")


def _report(outcomes: list[Outcome], directory: Directory, *, as_json: bool) -> None:
    if as_json:
        say_json([_outcome_json(outcome) for outcome in outcomes])
    else:
        for sentence in dict.fromkeys(filter(None, (release_sentence(outcome, directory) for outcome in outcomes))):
            say(sentence)
    raise typer.Exit(1 if any(map(_came_to_nothing, outcomes)) else 0)


def _came_to_nothing(outcome: Outcome) -> bool:
    """Whether a file was refused, or held nothing but rejects."""
    tally = outcome.tally
    return outcome.status == "refused" or (tally.rejects > 0 and not tally.reports and not tally.unchanged and not outcome.drafts)


def _outcome_json(outcome: Outcome) -> dict[str, object]:
    tally = outcome.tally
    counts = {name: getattr(tally, name) for name in ("reports", "unchanged", "rejects", "tied", "relabelled", "closed")} | {"drafts": outcome.drafts}
    return {"file": outcome.name, "status": outcome.status, **counts, "readers": list(outcome.readers), "why": outcome.sentence}


def _label(node: Node, tlp: str, path: Path | None) -> Label:
    from vigie.node.settings import owner_label

    if path is None:
        return owner_label(node.settings.party, tlp or None)
    if tlp:
        raise BadSetting("Give --tlp or --label, not both")
    try:
        label = label_from_json({"owner": node.settings.party} | json.loads(path.read_text(encoding="utf-8")), node.directory)
    except (OSError, ValueError, TypeError) as fault:
        raise BadSetting("The label cannot be understood", source=str(path), got=str(fault), expected='JSON such as {"tlp": "GREEN"}') from fault
    if label.owner != node.settings.party:
        raise BadSetting("A node owns what it takes in", source=str(path), field="owner", got=label.owner, expected=node.settings.party)
    return label


def rejects(
    node: NodeOption = None,
    file: Annotated[int | None, typer.Option("--file", help="Only the file with this number.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100_000)] = 50,
    *,
    retry: Annotated[bool, typer.Option("--retry", help="Read again, from the quarantine, the files that had rejects.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What could not be read, where it stood and why; or try again."""
    from vigie.store import list_files, list_rejects

    opened = the_node(node)
    if retry:
        _retry(opened, file)
        return
    found = list_rejects(opened.store, opened.keyring, file_id=file, limit=limit)
    if as_json:
        say_json(
            [
                {
                    "file": item.file,
                    "number": item.file_id,
                    "place": item.place,
                    "what": item.what,
                    "field": item.field,
                    "expected": item.expected,
                    "got": item.got,
                }
                for item in found
            ]
        )
        return
    total = sum(entry.rejects for entry in list_files(opened.store) if file is None or entry.id == file)
    rows = [(item.file_id, item.file, item.place, item.what, item.field, item.got if item.got is not None else "(gone)", item.expected) for item in found]
    say_table("Rejects", ["no", "file", "where", "what", "field", "got", "expected"], rows)
    say(f"{len(found):,} of {total:,} rejects shown." if total else "Everything that was taken in could be read.")


def _retry(node: Node, file: int | None) -> None:
    from vigie.node.retry import retry_file
    from vigie.store import list_files

    now = now_us()
    for entry in list_files(node.store):
        if entry.rejects and (file is None or entry.id == file):
            say(f"{entry.name}, taken in {format_time(entry.received_us)}:")
            say_outcome(retry_file(node, entry, now))
