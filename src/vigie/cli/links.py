"""`vigie link`: reports into events, in the node or from files without a node."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import AudienceOption, ExerciseOption, JsonOption, NodeOption, known_party, the_node
from vigie.cli.show import complain, linking, say, say_json, say_table, steps, world_word
from vigie.cli.worlds import world_of
from vigie.cli.written import is_output, write_lines
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.ingest.mapping import Mapping
    from vigie.node.compatible import Compatible
    from vigie.node.explained import Explained
    from vigie.node.linkfiles import LinkedFiles
    from vigie.node.worlds import World

TaxonomiesOption = Annotated[
    Path | None,
    typer.Option(
        help="Table of taxonomies (taxonomy, agency, category, level_1 the finest, ...). With --compatible: all of them, by default NAME_taxonomies.csv.gz "
        "beside NAME_reports.csv.gz. Without: the levels of the first are the kinds of the reports.",
        show_default=False,
    ),
]
CompatibleOption = Annotated[
    str,
    typer.Option(
        help="Link as another program does: meltt (windows and taxonomies, one report an agency; sizes are not used). "
        "The probability is then 1 less the mean S to the other reports of the event: 1 = all agree at the finest level.",
        show_default=False,
    ),
]

SchedulerOption = Annotated[
    str | None,
    typer.Option(
        help="Link on the workers of this dask scheduler, say tcp://10.0.0.1:8786 (needs vigie[cluster]). The reports go there, and who reaches it can run "
        "programs: use your own network only. The answer is the same.",
        show_default=False,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        help="Link on so many worker processes of this machine, started for this run (needs vigie[cluster]). The answer is the same.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command()(link)


def link(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Tables of reports, or a folder with reports-AGENCY.csv; without any, the node is linked.", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where report_id,event_id,probability is written.", show_default=False)] = None,
    field: Annotated[str, typer.Option(help="The field of all reports, where the table does not say.", show_default=False)] = "",
    preset: Annotated[str, typer.Option(help="A preset that says what the columns mean (else Vigie's own names).", show_default=False)] = "",
    mapping: Annotated[Path | None, typer.Option(help="A TOML file that says what the columns mean.", show_default=False)] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Evidence that is left out: size (magnitudes, deaths).", show_default=False)] = None,
    taxonomies: TaxonomiesOption = None,
    compatible: CompatibleOption = "",
    window_km: Annotated[float | None, typer.Option(help="With --compatible: the largest distance (default 3).", show_default=False)] = None,
    window_days: Annotated[float | None, typer.Option(help="With --compatible: days between begins, and ends (default 1).", show_default=False)] = None,
    parts: Annotated[
        Path | None, typer.Option(help="With --compatible: where report_id,episode_report_id of possible parts is written.", show_default=False)
    ] = None,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    node: NodeOption = None,
    party: AudienceOption = "",
    *,
    explained: Annotated[bool, typer.Option("--explain-model", help="Say in plain words what linking has learned of each field and agency.")] = False,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find the reports that speak of one event."""
    of_files: dict[str, object] = {
        "--field": field or None,
        "--preset": preset or None,
        "--mapping": mapping,
        "--ignore": ignore,
        "--taxonomies": taxonomies,
        "--compatible": compatible or None,
        "--scheduler": scheduler,
        "--workers": workers,
    }
    _check_options(files, compatible, of_files, _asked(window_km, window_days, parts))
    _check_world(files, {"--node": node, "--for": party, "--exercise": exercise})
    _check_explained(explained=explained, compatible=compatible, out=out)
    if not files:
        _explain_node(node, party, exercise=exercise, as_json=as_json) if explained else _link_node(node, party, out, exercise=exercise, as_json=as_json)
        return
    asked = _compatible(compatible, window_km, window_days, taxonomies) if compatible else None
    linked = _linked_files(files, _mapping(mapping, preset, field), asked or _Asked(tuple(ignore or ()), taxonomies, scheduler, workers))
    if explained:
        _say_models(linked.models, as_json=as_json)
        return
    _show_files(linked, out, parts, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Asked:
    """How files are linked by chances: what is left out, where the kinds stand, and who works."""

    ignore: tuple[str, ...]
    taxonomies: Path | None
    scheduler: str | None
    workers: int | None


def _mapping(file: Path | None, preset: str, field: str) -> Mapping:
    from vigie.ingest.mapping import read_mapping
    from vigie.node.mappings import preset_mapping

    chosen = read_mapping(file) if file else preset_mapping(preset or "vigie")
    return replace(chosen, field=field or chosen.field)


def _linked_files(files: list[Path], mapping: Mapping, asked: Compatible | _Asked) -> LinkedFiles:
    from vigie.node.linkfiles import Reading, link_files, report_files

    paths = [path for given in files for path in report_files(given)]
    with linking() as watch:
        watch("files", len(paths))
        if not isinstance(asked, _Asked):
            from vigie.node.compatible import link_compatible

            return link_compatible(paths, mapping, asked)
        from vigie.node.cluster_link import linking_on

        with linking_on(asked.scheduler, asked.workers) as linker:
            return link_files(paths, Reading(mapping, asked.ignore, asked.taxonomies), mapping.field, linker)


def _compatible(mode: str, window_km: float | None, window_days: float | None, taxonomies: Path | None) -> Compatible:
    from vigie.node.compatible import Compatible

    usual = Compatible(mode, taxonomies=taxonomies)
    return replace(usual, window_km=usual.window_km if window_km is None else window_km, window_days=usual.window_days if window_days is None else window_days)


def _explain_node(node: Path | None, party: str, *, exercise: bool, as_json: bool) -> None:
    from vigie.node.explained import node_models

    opened = the_node(node)
    with steps("Learning"):
        models = node_models(opened, opened.audience(known_party(opened, party), now_us()), exercise=exercise)
    if not as_json:
        say(world_word(exercise=exercise))
    _say_models(models, as_json=as_json)


def _say_models(models: dict[str, Explained], *, as_json: bool) -> None:
    from vigie.node.explained import model_sentences

    said = model_sentences(models)
    if as_json:
        say_json({name: {"version": models[name].model.version, "sentences": list(lines)} for name, lines in said.items()})
        return
    for name, lines in said.items():
        say(f"── {name} ──")
        for line in lines:
            say(f"  {line}")
    if not said:
        say("Nothing was learned: there are no reports.")


def _asked(window_km: float | None, window_days: float | None, parts: Path | None) -> dict[str, object]:
    return {"--window-km": window_km, "--window-days": window_days, "--parts": parts}


def _check_options(files: list[Path] | None, compatible: str, of_files: dict[str, object], of_compatible: dict[str, object]) -> None:
    """Raises `BadSetting` for an option that would have no effect."""
    given = [name for name, value in (of_files | of_compatible).items() if value is not None]
    if given and not files:
        raise BadSetting("This option is for files, and none is given", field=given[0], todo="name the tables of reports")
    alone = [name for name in given if name in of_compatible]
    if alone and not compatible:
        raise BadSetting("This option goes with --compatible only", field=alone[0], todo="add --compatible meltt, or leave it out")
    if compatible and {"--scheduler", "--workers"} & set(given):
        what = "This option does not go with --compatible, which links on this machine alone"
        raise BadSetting(what, field="--scheduler" if "--scheduler" in given else "--workers", todo="leave it out")
    if compatible and "--ignore" in given:
        raise BadSetting("This option does not go with --compatible, which uses no size", field="--ignore", todo="leave it out")


def _check_world(files: list[Path] | None, of_node: dict[str, object]) -> None:
    """Raises `BadSetting` for an option of a node where files are linked."""
    if files and (given := [name for name, value in of_node.items() if value]):
        raise BadSetting("This option is for a node, and files are linked without one", field=given[0], todo="leave it out, or name no files")


def _check_explained(*, explained: bool, compatible: str, out: Path | None) -> None:
    """Raises `BadSetting` where nothing is learned, or no links are written."""
    if explained and compatible:
        raise BadSetting("This option does not go with --compatible, which learns nothing", field="--explain-model", todo="leave out one of the two")
    if explained and out is not None:
        raise BadSetting("This option does not go with --explain-model, which writes no links", field="--out", todo="leave out one of the two")


def _link_node(node: Path | None, party: str, out: Path | None, *, exercise: bool, as_json: bool) -> None:
    from vigie.node.atlas import load_atlas
    from vigie.node.linkfiles import world_link_lines
    from vigie.node.summary import world_summary

    opened, atlas = the_node(node), load_atlas()
    world = world_of(opened, known_party(opened, party), atlas, exercise=exercise)
    if out is not None:
        write_lines(out, world_link_lines(opened, world, now_us()))
        _say_written(world, out, as_json=as_json)
        return
    summary: dict[str, Any] = world_summary(world, atlas, now_us(), doubtful_shown=opened.settings.doubtful_shown, language=opened.settings.language)
    say_json(summary) if as_json else say_world(summary)


def _say_written(world: World, out: Path, *, as_json: bool) -> None:
    """What was written of a node's world; nothing where the links themselves went to the standard output."""
    if is_output(out):
        return
    reports, events = len(world.catalogue), len(world.events)
    if as_json:
        counts = {"reports": reports, "events": events, "doubtful_links": len(world.doubtful)}
        say_json({"audience": world.party, "exercise": world.exercise} | counts | {"out": str(out)})
        return
    say(f"{world_word(exercise=world.exercise)}: {are(reports, events)}, in the view of {world.party}. Written to {out}.")


def are(reports: int, events: int, agencies: int | None = None) -> str:
    """How many reports (of how many agencies) are how many events.

    >>> are(1, 1), are(3, 2, 1)
    ('1 report is 1 event', '3 reports of 1 agency are 2 events')
    """
    told_by = "" if agencies is None else f" of {agencies:,} {'agency' if agencies == 1 else 'agencies'}"
    return f"{reports:,} report{'' if reports == 1 else 's'}{told_by} {'is' if reports == 1 else 'are'} {events:,} event{'' if events == 1 else 's'}"


def _show_files(linked: LinkedFiles, out: Path | None, parts: Path | None, *, as_json: bool) -> None:
    from vigie.node.linkfiles import link_lines, part_lines

    if out is not None:
        write_lines(out, link_lines(linked))
    if parts is not None:
        write_lines(parts, part_lines(linked))
    events = len(set(linked.event_ids))
    if as_json:
        counts = {"reports": len(linked.report_ids), "events": events, "doubtful_links": linked.doubtful, "rejects": len(linked.rejects)}
        say_json(counts | linked.facts | {"notes": linked.notes, "out": str(out) if out else None})
        return
    if out is None:
        typer.echo("".join(link_lines(linked)), nl=False)
    for fault in linked.rejects[:20]:
        complain(str(fault))
    for note in linked.notes:
        complain(note)
    if out is not None:
        counted = [f"{linked.doubtful:,} doubtful links", *(f"{count:,} {name.replace('_', ' ')}" for name, count in linked.facts.items())]
        say(f"{are(len(linked.report_ids), events)}; {', '.join(counted)}, {len(linked.rejects):,} rejects. Written to {out}.")


def say_world(facts: dict[str, Any]) -> None:
    """The summary of a world, as a person wants to read it."""
    say(f"── {world_word(exercise=facts['exercise'])}: {are(facts['reports'], facts['events'], facts['agencies'])}, in the view of {facts['audience']} ──")
    seen = facts["seen_by"]
    say(f"Seen by 1 agency: {seen['1']:,}; by 2: {seen['2']:,}; by 3: {seen['3']:,}; by 4 or more: {seen['4+']:,}.")
    say("By field: " + _list(facts["by_field"]) + ".")
    say("By country: " + _list(facts["by_country"]) + ".")
    for note in facts["notes"]:
        say(f"  {note}")
    rows = [_severe_row(event) for event in facts["most_severe"]]
    say_table("The most severe", ["when (UTC)", "what", "where", "size", "severity", "agencies", "sure", "id"], rows)
    say_doubtful(facts)


def _list(counts: dict[str, int], most: int = 16) -> str:
    shown = [f"{name} {count:,}" for name, count in list(counts.items())[:most]]
    rest = list(counts.values())[most:]
    return ", ".join([*shown, *([f"{len(rest)} more {sum(rest):,}"] if rest else [])]) or "none"


def _severe_row(facts: dict[str, Any]) -> tuple[Any, ...]:
    from vigie.cli.worlds import event_row

    row = event_row(facts)
    return (*row[:4], f"{facts['severity']:.1f}", *row[4:])


def say_doubtful(facts: dict[str, Any]) -> None:
    """The links that wait for an analyst."""
    if not facts["doubtful_links"]:
        say("No doubtful links.")
        return
    rows = [_doubtful_row(item) for item in facts["most_doubtful"]]
    say(f"Doubtful links: {facts['doubtful_links']:,} wait for an analyst; `vigie review` asks about them, and about links that are not quite certain.")
    say("The most doubtful:")
    say_table(
        "",
        ["first", "", "second", "", "chance it is one event", "evidence (nats: + for, - against)"],
        rows,
    )


def _doubtful_row(item: dict[str, Any]) -> tuple[str, ...]:
    first, second = item["first"], item["second"]
    why = ", ".join(f"{name} {nats:+.1f}" for name, nats in item["reasons"].items() if nats)
    return (first["agency"], first["begin"][:16], second["agency"], second["begin"][:16], f"{item['probability']:.2f}", why)
