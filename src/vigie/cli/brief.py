"""`vigie brief`: one page on a country, a warning problem or the region, now or every so many days."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.cli.options import AudienceOption, ExerciseOption, JsonOption, NodeOption, known_party, shown_day, the_node
from vigie.cli.show import say, say_json, say_table
from vigie.cli.worlds import world_of
from vigie.model.errors import BadSetting
from vigie.model.languages import LANGUAGES, PARTIAL
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.model.atlas import Atlas
    from vigie.node.briefs import Order
    from vigie.node.settings import Node


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command()(brief)


def brief(
    node: NodeOption = None,
    country: Annotated[str, typer.Option(help="On this country (two letters, XK for Kosovo); without it and --problem, on the whole region.")] = "",
    problem: Annotated[str, typer.Option(help="On this warning problem.")] = "",
    language: Annotated[str, typer.Option(help=f"One of {', '.join((*LANGUAGES, *PARTIAL))}.")] = "en",
    days: Annotated[int | None, typer.Option(help="Over so many days until now (else 7, or those of --every).", min=1, max=3660, show_default=False)] = None,
    party: AudienceOption = "",
    out: Annotated[Path | None, typer.Option(help="Write the page here: FILE.html or FILE.pdf.", dir_okay=False)] = None,
    address: Annotated[str, typer.Option(help="The node's address, such as https://node.example: then records are links.")] = "",
    every: Annotated[int | None, typer.Option(help="Let the watch make it every so many days; needs --name.", min=1, max=366, show_default=False)] = None,
    name: Annotated[str, typer.Option(help="The order's name, which is its page's too.", show_default=False)] = "",
    *,
    stop: Annotated[bool, typer.Option("--stop", help="Make the brief of --name no more.")] = False,
    orders: Annotated[bool, typer.Option("--orders", help="List the briefs that the watch makes.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Remember it: the next brief says what has changed since.")] = False,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write the one-page brief: map, table, changes, warnings and answers, activities, sources, marking."""
    from vigie.node.atlas import load_atlas
    from vigie.node.briefs import USUAL_DAYS, Order

    opened = the_node(node)
    if orders:
        _list(opened, as_json=as_json)
        return
    if bool(name) != (stop or every is not None):
        raise BadSetting("--every and --stop go with --name, and it with them", todo="say `vigie brief --every 7 --name weekly`, or `--stop --name weekly`")
    if stop:
        _stop(opened, name)
        return
    spoken_of = {"country": country, "problem": problem, "language": language, "exercise": exercise}
    order = Order(party=known_party(opened, party), days=days or every or USUAL_DAYS, **spoken_of)  # type: ignore[arg-type]
    if every is not None:
        _order(opened, name, order, every, is_else=bool(out or address or keep))
        return
    _make(opened, load_atlas(), order, out, address, keep=keep, as_json=as_json)


def _list(node: Node, *, as_json: bool) -> None:
    from vigie.node.brief_orders import list_orders
    from vigie.node.briefs import Order

    found = list_orders(node)
    if as_json:
        say_json([{"name": name, **facts["order"], "every_days": facts["every_days"], "made": _made(facts["made_us"])} for name, facts in found.items()])
        return
    rows = [(name, _subject(Order(**facts["order"])), facts["order"]["party"], facts["every_days"], _made(facts["made_us"])) for name, facts in found.items()]
    say_table("Ordered briefs", ["name", "on", "for", "every, days", "made, UTC"], rows)


def _subject(order: Order) -> str:
    return f"{order.country or order.problem or 'the region'}{' (exercise)' if order.exercise else ''}"


def _made(made_us: int | None) -> str:
    return "" if made_us is None else shown_day(made_us)


def _stop(node: Node, name: str) -> None:
    from vigie.node.brief_orders import FOLDER, cancel_order, list_orders

    if not cancel_order(node, name):
        raise BadSetting("There is no such order", got=name, expected=", ".join(list_orders(node)) or "none: no brief is ordered")
    say(f"{name} is made no more; its last page stays in {FOLDER}/ in the node's folder.")


def _order(node: Node, name: str, order: Order, every: int, *, is_else: bool) -> None:
    from vigie.node.atlas import load_atlas
    from vigie.node.brief_orders import FOLDER, order_brief

    if is_else:
        todo = f"leave out --out, --address and --keep: the page goes to {FOLDER}/{name}.html in the node's folder, and is always remembered"
        raise BadSetting("A brief that the watch makes has its own place", todo=todo)
    order_brief(node, load_atlas(), name, order, every)
    often = "every day" if every == 1 else f"every {every} days"
    say(f"{name}: a brief on {_subject(order)} {often}, the first at the next round of `vigie watch`, in {FOLDER}/{name}.html in the node's folder.")


def _make(node: Node, atlas: Atlas, order: Order, out: Path | None, address: str, *, keep: bool, as_json: bool) -> None:
    from vigie.node.brief_pages import brief_text, write_brief
    from vigie.node.brief_shape import brief_json
    from vigie.node.briefs import keep_brief, make_brief, order_subject

    if out is not None and out.suffix not in (".html", ".pdf"):
        raise BadSetting("A brief is written as HTML or PDF", got=out.name, expected="a name that ends in .html or .pdf")
    order_subject(node, atlas, order)
    facts = make_brief(node, atlas, order, now_us(), world_of(node, order.party, atlas, exercise=order.exercise))
    if out is not None:
        write_brief(facts, out, address.rstrip("/") or None)
    if as_json:
        say_json(brief_json(facts))
    elif out is not None:
        say(f"Written: {out} ({facts.marking}).")
    else:
        for line in brief_text(facts):
            say(line)
    if keep:
        keep_brief(node, order, facts)
