"""`vigie labels`: who may read a report, and another label for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.cli.options import ExerciseOption, JsonOption, NodeOption, instant, shown_day, the_node
from vigie.cli.show import say, say_json, say_table
from vigie.model.errors import BadSetting
from vigie.model.label import Label, label_from_json, label_to_json

if TYPE_CHECKING:
    from vigie.node.desk import Desk
    from vigie.node.relabel import Proposal
    from vigie.node.settings import Node

AsOption = Annotated[str, typer.Option("--as", help="The account that acts (see vigie accounts).", show_default=False)]
NameArgument = Annotated[str, typer.Argument(help="The report: AGENCY/REF, REF alone, or the id of its record.")]
RefArgument = Annotated[str, typer.Argument(help="The proposal, as vigie labels list prints it.")]

labels_app = typer.Typer(help="Who may read a report, and another label for it.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(labels_app, name="labels")


def _desk(node: Node, account: str, *, exercise: bool) -> Desk:
    from vigie.cli.activities import desk_for

    return desk_for(node, account, exercise=exercise)


@labels_app.command()
def show(
    name: NameArgument,
    node: NodeOption = None,
    account: AsOption = "",
    *,
    nato: Annotated[bool, typer.Option("--nato", help="As XML of STANAG 4774 (ADatP-4774).")] = False,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """The label of a report, who may read it by it, and why others may not."""
    from vigie.node.relabel import readers_of, report_named

    desk = _desk(the_node(node), account, exercise=exercise)
    held = report_named(desk, name)
    if nato:
        from vigie.exchange.adatp import adatp_xml

        say(adatp_xml(held.label).decode().rstrip())
        return
    readers = readers_of(desk, held.label)
    if as_json:
        closed = {party: list(reasons) for party, reasons in readers.items()}
        say_json({"record": held.record_id, "version": held.version, "label": label_to_json(held.label), "closed": closed})
        return
    say(_label_words(label_to_json(held.label)))
    say_table("Readers", ["party", "may read", "why not"], [(party, "no" if reasons else "yes", "; ".join(reasons)) for party, reasons in readers.items()])


def _label_words(label: object) -> str:
    return json.dumps(label, ensure_ascii=False, sort_keys=True)


@labels_app.command()
def propose(
    name: NameArgument,
    node: NodeOption = None,
    account: AsOption = "",
    tlp: Annotated[str, typer.Option(help="The TLP level: CLEAR, GREEN, AMBER, AMBER+STRICT or RED; without, it stays.", show_default=False)] = "",
    rel_to: Annotated[list[str] | None, typer.Option("--rel-to", help="A reader: a party or group; may be given several times.")] = None,
    label: Annotated[Path | None, typer.Option(help="A file with the whole label: JSON, or XML of STANAG 4774.", show_default=False)] = None,
    reason: Annotated[str, typer.Option(help="Why; kept for the node's own party.", show_default=False)] = "",
    *,
    nobody: Annotated[bool, typer.Option("--nobody", help="Nobody but the owner may read it.")] = False,
    no_list: Annotated[bool, typer.Option("--no-list", help="Without a list of readers: the TLP level decides.")] = False,
    exercise: ExerciseOption = False,
) -> None:
    """Give a report another label: at once where that only takes readers away, else a second account must approve it."""
    from vigie.node import relabel

    desk = _desk(the_node(node), account, exercise=exercise)
    held = relabel.report_named(desk, name)
    wanted = _wanted(desk.node, held.label, label, tlp, () if nobody else rel_to, no_list=no_list)
    found = relabel.propose(desk, name, wanted, reason)
    if found.said.state == "done":
        say(f"{name} has its new label; who may not read it any more finds nothing, and partners are told at the next sync.")
        return
    say(f"This opens the report to more readers, so a second account must approve it: vigie labels approve {found.ref}")


def _wanted(node: Node, before: Label, path: Path | None, tlp: str, rel_to: list[str] | tuple[()] | None, *, no_list: bool) -> Label:
    """The label that the options describe. Raises `BadSetting` where they describe none, or two."""
    from dataclasses import replace

    from vigie.node.relabel import changed_label

    if (path is not None) + bool(tlp or rel_to is not None or no_list) != 1 or (no_list and rel_to is not None):
        raise BadSetting("Say what the label shall be", expected="--tlp, and --rel-to, --nobody or --no-list; or a file by --label alone")
    if path is not None:
        return _label_in(node, path)
    changed = changed_label(before, tlp, rel_to)
    return replace(changed, rel_to=None) if no_list else changed


def _label_in(node: Node, path: Path) -> Label:
    from vigie.exchange.adatp import read_adatp

    try:
        data = path.read_bytes()
        if data.lstrip()[:1] == b"<":
            return read_adatp(data, node.settings.party, node.directory)
        return label_from_json({"owner": node.settings.party} | json.loads(data), node.directory)
    except (OSError, ValueError, TypeError, RecursionError) as fault:
        expected = 'JSON such as {"tlp": "GREEN"}, or XML of STANAG 4774'
        raise BadSetting("The label cannot be understood", source=str(path), got=str(fault), expected=expected) from fault


@labels_app.command()
def approve(ref: RefArgument, node: NodeOption = None, account: AsOption = "", *, exercise: ExerciseOption = False) -> None:
    """Approve a wider label as the second person; the report has it from then on."""
    from vigie.node import relabel

    found = relabel.approve(_desk(the_node(node), account, exercise=exercise), ref)
    say(f"{found.said.name} has its new label: {_label_words(found.said.label)}")


@labels_app.command()
def refuse(
    ref: RefArgument,
    node: NodeOption = None,
    account: AsOption = "",
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)] = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Refuse a proposed label, or take one's own proposal back."""
    from vigie.node import relabel

    found = relabel.refuse(_desk(the_node(node), account, exercise=exercise), ref, reason)
    say(f"The label of {found.said.name} stays as it is.")


@labels_app.command("list")
def list_(node: NodeOption = None, account: AsOption = "", *, exercise: ExerciseOption = False, as_json: JsonOption = False) -> None:
    """Every proposed and every changed label: by whom, and what became of it."""
    from vigie.node import relabel

    found = relabel.proposals(_desk(the_node(node), account, exercise=exercise))
    if as_json:
        say_json([_proposal_facts(item) for item in found])
        return
    rows = [(item.ref, item.said.state, item.said.name, item.said.proposer, shown_day(item.entry.said_us), _label_words(item.said.label)) for item in found]
    say_table("Labels", ["proposal", "state", "report", "by", "when, UTC", "label"], rows)


def _proposal_facts(item: Proposal) -> dict[str, object]:
    return {"proposal": item.ref, "settled_by": item.entry.by if item.said.state != "open" else "", **item.said.model_dump(mode="json")}


@labels_app.command()
def grant(
    name: Annotated[str, typer.Argument(help="The record: AGENCY/REF, TYPE/REF, or its record id.")],
    to: Annotated[str, typer.Option("--to", help="The party that holders may pass it on to.")],
    until: Annotated[str, typer.Option("--until", help="Until when, such as 2027-01-31 or 2027-01-31T12:00:00Z.")],
    node: NodeOption = None,
    account: AsOption = "",
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)] = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Give those who hold an own record marked orcon leave to pass it on to one party."""
    from vigie.node import granting

    given = granting.grant(_desk(the_node(node), account, exercise=exercise), name, to, instant(until, "--until") or 0, reason)
    say(f"Whoever holds {given.said.name} may pass it on to {to} until {until}; take it back with vigie labels ungrant {given.entry.ref}")


@labels_app.command()
def ungrant(
    ref: Annotated[str, typer.Argument(help="The leave, as vigie labels grants prints it.")],
    node: NodeOption = None,
    account: AsOption = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Take leave back that was given with grant."""
    from vigie.node import granting

    said = granting.take_back(_desk(the_node(node), account, exercise=exercise), ref).said
    say(f"{said.name} may no more be passed on to {said.to}; holders withdraw it when they next ask this node.")


@labels_app.command()
def grants(node: NodeOption = None, account: AsOption = "", *, exercise: ExerciseOption = False, as_json: JsonOption = False) -> None:
    """Every leave that was given for records marked orcon: to whom, until when, and whether it stands."""
    from vigie.node import granting

    desk = _desk(the_node(node), account, exercise=exercise)
    found = [(item, item.words(desk.now_us)) for item in granting.grants(desk)]
    if as_json:
        say_json([{"grant": item.entry.ref, "stands": stands, **item.said.model_dump(mode="json", exclude={"state"})} for item, stands in found])
        return
    rows = [(item.entry.ref, stands, item.said.name, item.said.to, shown_day(item.said.until_us)) for item, stands in found]
    say_table("Leave", ["leave", "state", "record", "to", "until, UTC"], rows)


@labels_app.command()
def levels(file: Annotated[Path, typer.Argument(help="A policy file (SPIF), plain or gzip.")]) -> None:
    """The levels of a policy file, as directory.toml wants them."""
    import gzip
    import zlib

    from vigie.exchange.adatp import MAX_POLICY_BYTES, policy_levels

    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            data = stream.read(MAX_POLICY_BYTES + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise BadSetting("The policy file cannot be read", source=str(file), got=str(fault)) from fault
    policy, ranks = policy_levels(data)
    say(f"[levels]\n{json.dumps(policy, ensure_ascii=False)} = {json.dumps(ranks, ensure_ascii=False)}")
