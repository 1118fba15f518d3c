"""`vigie backup`, `restore`, `upgrade`: keeping a node, and getting it back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.cli.options import JsonOption, NodeOption
from vigie.cli.show import complain, err, say, say_json
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.node.backup import Restored


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(backup)
    app.command()(restore)
    app.command()(upgrade)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, such as node-2026-11-22.tar.gz; never one that is there already.")],
    node: NodeOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Write the whole node into one file, while others go on working: store, settings, directory, rules, keys, quarantine."""
    from vigie.node.backup import back_up
    from vigie.node.settings import node_folder

    made = back_up(node_folder(node), file, now_us())
    if as_json:
        say_json({"file": str(made.path), "bytes": made.bytes, "party": made.party, "schema": made.schema, "epoch": made.epoch})
        return
    say(f"The node of {made.party} is in {made.path} ({made.bytes / 1024**2:,.1f} MiB, epoch {made.epoch}).")
    say("The file holds the node's private keys and all its records, unencrypted: whoever has it can speak as the node. Keep it where only you can read it.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that vigie backup wrote.")],
    node: NodeOption = None,
    store: Annotated[str, typer.Option(help="Address of an empty PostgreSQL database (else the one of the settings).", show_default=False)] = "",
    beyond: Annotated[int, typer.Option(min=0, help="The highest epoch that the lost node is known to have used, where it is not written down.")] = 0,
    *,
    as_json: JsonOption = False,
) -> None:
    """Make the node of a backup again in a new folder, verified to the last byte, in a new epoch."""
    from vigie.node.backup import restore as restore_node
    from vigie.node.settings import node_folder

    folder = node_folder(node)
    with err.status("Unpacking, and checking every record ..."):
        made = restore_node(file, folder, now_us(), store_url=store, beyond=beyond)
    if as_json:
        say_json({**asdict(made), "node": str(folder)})
    else:
        _say_restored(made, folder)
    raise typer.Exit(1 if made.faults else 0)


def _say_restored(made: Restored, folder: Path) -> None:
    for fault in made.faults[:100]:
        complain(fault)
    found = "each of them what was written" if not made.faults else f"{len(made.faults)} of them not what was written, before the backup already"
    say(f"The node of {made.party} is in {folder} as it was on {made.made}: {made.records:,} versions of records, {found}.")
    say(f"It opened epoch {made.epoch}: no version is given out twice. Never let the lost node and this one run both.")
    say(
        "What was erased after the backup is back: partners bring erasures that they know of when you sync; erase the rest again. "
        "So are accounts, tokens and grants that were removed since."
    )


def upgrade(node: NodeOption = None, *, as_json: JsonOption = False) -> None:
    """Bring the node's store up to this version of Vigie, after a backup in the node's folder."""
    from vigie.node.backup import upgrade as upgrade_node
    from vigie.node.settings import node_folder

    done = upgrade_node(node_folder(node), now_us())
    if as_json:
        say_json({"before": done.before, "now": done.now, "backup": str(done.backup.path) if done.backup else None})
    elif done.backup is None:
        say(f"The store is of this version already ({done.now}); nothing was done.")
    else:
        say(f"The store was of version {done.before} and is of version {done.now} now. The node as it was is in {done.backup.path}; keep it safe.")
