"""`vigie init`, `doctor`, `check`, `erase`: making a node, looking after it."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.options import JsonOption, NodeOption, the_node
from vigie.cli.show import complain, counting, say, say_json, say_table
from vigie.node.clock import now_us


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(init)
    app.command()(doctor)
    app.command()(check)
    app.command(name="erase")(erase_records)


def init(
    party: Annotated[str, typer.Option(help="The name of your organisation's party: the owner of what this node takes in.")] = "LOCAL",
    node: NodeOption = None,
    store: Annotated[
        str, typer.Option(help="Address of a PostgreSQL store, postgresql+psycopg://USER@HOST/NAME (else SQLite in the folder).", show_default=False)
    ] = "",
) -> None:
    """Make a node in a folder."""
    from vigie.node.settings import init_node, node_folder

    made = init_node(node_folder(node), party, store)
    say(f"The node of {made.settings.party} is ready in {made.folder}. Next: vigie ingest FILE, then vigie link.")


def doctor(node: NodeOption = None, *, as_json: JsonOption = False) -> None:
    """Is the node well? Looks at settings, store, key, epoch, last backup, disk, atlas, packs, quarantine."""
    from vigie.node.health import examine
    from vigie.node.settings import node_folder

    findings = examine(node_folder(node), now_us())
    if as_json:
        say_json([{"what": item.what, "well": item.is_well, "words": item.words} for item in findings])
    else:
        say_table("", ["", "", ""], [("well" if item.is_well else "NOT WELL", item.what, item.words) for item in findings])
    raise typer.Exit(0 if all(item.is_well for item in findings) else 1)


def check(node: NodeOption = None, *, as_json: JsonOption = False) -> None:
    """Prove that every record is still what was written."""
    from vigie.node.audit import audit_faults
    from vigie.node.health import count_records, faults_of

    opened = the_node(node)
    with counting("Checking records", count_records(opened)) as step:
        faults = [*faults_of(opened, step), *audit_faults(opened)]
    if as_json:
        say_json({"faults": faults})
    else:
        for fault in faults[:100]:
            complain(fault)
        say("Every record is what was written." if not faults else f"{len(faults)} faults.")
    raise typer.Exit(1 if faults else 0)


def erase_records(
    names: Annotated[list[str], typer.Argument(help="AGENCY/REF, REF alone where one agency bears it, or record ids.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the tombstone, so name no person.")],
    node: NodeOption = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase records for good: content, payload and quarantined bytes go, a signed tombstone stays."""
    from vigie.node.kept import forget_worlds
    from vigie.store import erasable, erase

    opened = the_node(node)
    found = erasable(opened.store, names)
    if not found:
        say("Nothing bears that name; nothing was erased.")
        raise typer.Exit(1)
    say_table("To be erased", ["agency", "reference", "versions"], [(item.agency, item.agency_ref or "(none)", item.versions) for item in found])
    if not yes:
        typer.confirm("Erase these with all versions, and every quarantined file that may have held them?", abort=True)
    erased = erase(opened.store, opened.keyring, opened.quarantine, names, reason, now_us(), opened.sign)
    forget_worlds(opened)
    say(f"Erased {erased.versions} versions of records.")
    if not erased.is_journal_clear:
        complain("The store's journal still holds them until other readers close; run vigie doctor again then.")
    raise typer.Exit(0 if erased.is_journal_clear else 1)
