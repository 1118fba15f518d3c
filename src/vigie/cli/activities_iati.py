"""`vigie activities import` and `export`: activities from and to IATI files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.activities import AsOption, PartyOption, TlpOption, ToOption, desk_for
from vigie.cli.options import ExerciseOption, JsonOption, NodeOption, known_party, the_node
from vigie.cli.show import complain, say, say_json, say_table
from vigie.cli.written import is_output, write_file
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.exchange.iati import RuleFault
    from vigie.node.iati_files import Exported, Imported


def register(app: typer.Typer) -> None:
    """Adds the commands of this file to `vigie activities`."""
    app.command("import")(import_)
    app.command("export")(export)


def import_(
    file: Annotated[Path, typer.Argument(help="An IATI activity file, version 2.01 to 2.03.", exists=True, dir_okay=False)],
    node: NodeOption = None,
    account: AsOption = "",
    tlp: TlpOption = "",
    to: ToOption = None,
    *,
    explain: Annotated[bool, typer.Option("--explain", help="Only show what the file holds; nothing is written.")] = False,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take in activities that others publish as IATI; newer words of a known identifier become its next version."""
    from vigie.node.iati_files import import_iati

    desk = desk_for(the_node(node), account, exercise=exercise)
    found = import_iati(desk, file, tlp, to, explain=explain)
    if as_json:
        say_json(_facts(found))
        return
    say_table("Activities", ["what", "identifier", "name here", "title"], [(one.state, one.identifier, one.ref, one.title) for one in found.taken])
    _say_rules([row for one in found.taken for row in _rows(one.identifier, one.faults)])
    for one in found.taken:
        for note in one.notes:
            say(f"{one.identifier}: {note}")
    for reject in found.rejects:
        say(f"Refused: {reject}")
    say(f"{'Would be: ' if explain else ''}{found.sentence}")


def _say_rules(rows: list[tuple[str, str, str, str]]) -> None:
    if rows:
        say_table("Rules that they break", ["identifier", "rule", "severity", "what"], rows)


def _rows(identifier: str, faults: tuple[RuleFault, ...]) -> list[tuple[str, str, str, str]]:
    return [(identifier, fault.rule, fault.severity, fault.sentence) for fault in faults]


def _facts(found: Imported) -> dict[str, Any]:
    taken = [
        {
            "identifier": one.identifier,
            "ref": one.ref,
            "state": one.state,
            "title": one.title,
            "notes": list(one.notes),
            "rules": [_rule_facts(fault) for fault in one.faults],
        }
        for one in found.taken
    ]
    return {"activities": taken, "rejects": [str(reject) for reject in found.rejects], "said": found.sentence}


def _rule_facts(fault: RuleFault) -> dict[str, str]:
    return {"rule": fault.rule, "severity": fault.severity, "path": fault.path, "sentence": fault.sentence}


def export(
    file: Annotated[Path, typer.Argument(help="The file to write; - = standard output.")],
    node: NodeOption = None,
    party: PartyOption = "",
    org_ref: Annotated[str, typer.Option("--org-ref", help="The publisher's identifier in a register, such as XM-DAC-41114.", show_default=False)] = "",
    org_name: Annotated[str, typer.Option("--org-name", help="The publisher's name.", show_default=False)] = "",
    org_type: Annotated[str, typer.Option("--org-type", help="The publisher's kind: a code of IATI's organisation types.")] = "15",
    *,
    check: Annotated[bool, typer.Option("--check", help="Only check against IATI's rules; no file is written.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing where an activity breaks a rule, instead of leaving it out.")] = False,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write what a reader may read as IATI 2.03; what breaks a rule is left out and named, and the exit code is 1."""
    from vigie.exchange.iati import ReportingOrg
    from vigie.node.audit import witness
    from vigie.node.iati_files import export_iati, reporting_org
    from vigie.node.jobs import counted
    from vigie.store import AuditRow

    if is_output(file) and as_json and not check:
        raise BadSetting("The standard output cannot hold both the file and what is said of it", field="--json", todo="name a file, or ask for --check")
    opened = the_node(node)
    own = reporting_org(opened)
    org = ReportingOrg(org_ref or own.ref, org_name or own.name, org_type)
    found = export_iati(opened, known_party(opened, party), now_us(), exercise=exercise, org=org, strict=strict)
    if not check:
        facts: dict[str, Json] = {"activities": found.count, "form": "IATI", "exercise": exercise}
        witness(opened, AuditRow(now_us(), "", opened.settings.party, "export", f"activities for {known_party(opened, party)}", facts))
        write_file(file, [found.data])
    if as_json:
        say_json(_export_facts(found, "" if check else str(file)))
    elif is_output(file) and not check:
        _say_left_out(found, complain)
    else:
        _say_rules([row for one, fault in found.warnings for row in _rows(one, (fault,))])
        _say_left_out(found, say)
        say(f"{counted(found.count, 'activity', 'activities')} {'can be written' if check else f'written to {file}'}.")
    if found.left_out:
        raise typer.Exit(1)


def _say_left_out(found: Exported, tell: Callable[[str], None]) -> None:
    for one in found.left_out:
        tell(one.sentence)


def _export_facts(found: Exported, file: str) -> dict[str, Any]:
    warnings = [{"identifier": identifier, **_rule_facts(fault)} for identifier, fault in found.warnings]
    left = [{"identifier": one.identifier, "title": one.title, "why": str(one.fault)} for one in found.left_out]
    return {"activities": found.count, "file": file, "warnings": warnings, "left_out": left}
