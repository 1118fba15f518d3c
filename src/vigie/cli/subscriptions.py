"""`vigie subscriptions`: who is told of which warnings, by mail or webhook."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import JsonOption, NodeOption, the_node
from vigie.cli.show import say, say_json, say_table
from vigie.model.errors import BadSetting
from vigie.model.languages import LANGUAGES, PARTIAL, check_language
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.node.subscription_list import Kept

subscriptions_app = typer.Typer(help="Who is told of which warnings, by mail or webhook.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="The subscription's name.")]
PartyOption = Annotated[str, typer.Option("--party", help="The party that is told (else the node's own).", show_default=False)]
Many = list[str] | None


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(subscriptions_app, name="subscriptions")


@subscriptions_app.command(name="add")
def add(
    name: Name,
    node: NodeOption = None,
    party: PartyOption = "",
    mail: Annotated[str, typer.Option(help="A mail address: of a post, not of a person.", show_default=False)] = "",
    webhook: Annotated[str, typer.Option(help="An address that takes signed POSTs of JSON.", show_default=False)] = "",
    country: Annotated[Many, typer.Option(help="A country or unit (ME, XK, BA-01); may be repeated: any of them.", show_default=False)] = None,
    field: Annotated[Many, typer.Option(help="A field; may be repeated.", show_default=False)] = None,
    kind: Annotated[Many, typer.Option(help="What the warning calls the event, or the beginning of it with .*; may be repeated.", show_default=False)] = None,
    problem: Annotated[Many, typer.Option(help="A warning problem; may be repeated.", show_default=False)] = None,
    stage: Annotated[Many, typer.Option(help="heads-up, warning or alert; may be repeated.", show_default=False)] = None,
    severity: Annotated[str, typer.Option(help="At least so severe: Minor, Moderate, Severe or Extreme.", show_default=False)] = "Unknown",
    quiet: Annotated[str, typer.Option(help="Hours without messages, such as 22:00-06:00; what comes then goes as a digest at their end.")] = "",
    zone: Annotated[str, typer.Option(help="The time zone of the hours, such as Europe/Podgorica.")] = "UTC",
    digest: Annotated[str, typer.Option(help="none, hourly, daily or weekly.")] = "none",
    digest_at: Annotated[str, typer.Option(help="When a daily or weekly digest goes.")] = "07:00",
    language: Annotated[str, typer.Option(help=f"One of {', '.join((*LANGUAGES, *PARTIAL))}.")] = "en",
    *,
    extreme_passes: Annotated[bool, typer.Option("--extreme-passes/--extreme-waits", help="Whether what is Extreme waits for nothing.")] = True,
    exercise: Annotated[bool, typer.Option("--exercise", help="Exercises too; they say so in every subject.")] = False,
    tests: Annotated[bool, typer.Option("--tests", help="Tests of the channel too.")] = False,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="The webhook may lie in a private network, or be http.")] = False,
) -> None:
    """Add a subscription: all conditions must hold; several values of one condition are alternatives."""
    from vigie.node.atlas import load_atlas
    from vigie.node.subscription_list import Kept, add_subscription, preview_count, webhook_secret
    from vigie.warn.subscriptions import read_subscription

    opened, atlas, now = the_node(node), load_atlas(), now_us()
    wanted = _named(areas=country, fields=field, kinds=kind, problems=problem, stages=stage) | {"severity_at_least": severity, "tests": tests}
    how = {"channel": _channel(mail, webhook), "language": check_language(language, is_partial=True), "extreme_passes": extreme_passes}
    when = _hours(quiet) | {"zone": zone, "digest": digest, "digest_at": digest_at}
    facts: dict[str, Any] = {"name": name, "party": party or opened.settings.party, "filter": wanted, **how, **when}
    kept = Kept(subscription=read_subscription(facts), created_us=now, exercise=exercise, may_be_private=allow_private)
    count = preview_count(opened, atlas, add_subscription(opened, atlas, kept), now)
    say(f"{kept.subscription.party} is told by {kept.subscription.channel}. In the last 30 days that would have been {count} messages at most.")
    if not kept.subscription.is_mail:
        say(f"Its POSTs are signed (Standard Webhooks) with {webhook_secret(opened, kept)}; the secret is not shown again.")


def _channel(mail: str, webhook: str) -> str:
    if bool(mail) == bool(webhook):
        raise BadSetting("A subscription needs one way to its reader", expected="either --mail or --webhook")
    return mail or webhook


def _hours(text: str) -> dict[str, str]:
    first, dash, last = text.partition("-")
    if text and not (dash and first and last):
        raise BadSetting("The quiet hours cannot be understood", field="--quiet", got=text, expected="such as 22:00-06:00")
    return {"quiet_from": first, "quiet_to": last}


def _named(**conditions: Many) -> dict[str, Any]:
    """The conditions that were given."""
    return {name: values for name, values in conditions.items() if values}


@subscriptions_app.command(name="list")
def list_all(node: NodeOption = None, party: PartyOption = "", *, as_json: JsonOption = False) -> None:
    """Every subscription, what went out to it, and what waits."""
    from vigie.node.notify import read_ledger
    from vigie.node.subscription_list import list_subscriptions

    opened = the_node(node)
    found, ledger = list_subscriptions(opened, party), read_ledger(opened)
    states = {(kept.subscription.party, kept.name): Counter[str]() for kept in found}
    faults = {}
    for item in ledger.values():
        states.setdefault((item.party, item.subscription), Counter())[item.state] += 1
        if item.fault and item.state != "sent":
            faults[item.party, item.subscription] = item.fault
    facts = [_facts(kept) | _sent(states[kept.subscription.party, kept.name], faults.get((kept.subscription.party, kept.name), "")) for kept in found]
    if as_json:
        say_json(facts)
        return
    rows = [
        (item["name"], item["party"], item["channel"], item["filter"], item["when"], item["sent"], item["waiting"], item["fault"]) for item in map(_row, facts)
    ]
    say_table("Subscriptions", ["name", "party", "by", "of", "when", "sent", "waiting", "fault"], rows)


def _facts(kept: Kept) -> dict[str, Any]:
    from vigie.warn.subscriptions import subscription_to_json

    return subscription_to_json(kept.subscription) | {"exercise": kept.exercise, "allow_private": kept.may_be_private}


def _sent(states: Counter[str], fault: str) -> dict[str, Any]:
    return {"sent": states["sent"], "waiting": states["waiting"] + states["sending"], "failed": states["failed"], "fault": fault}


def _row(item: dict[str, Any]) -> dict[str, Any]:
    shown = [", ".join(map(str, value)) if isinstance(value, list) else str(value) for value in item.get("filter", {}).values()]
    quiet = f"not {item['quiet_from']}-{item['quiet_to']} {item.get('zone', 'UTC')}" if item.get("quiet_from") else ""
    when = ", ".join(filter(None, [item.get("digest", "at once"), quiet, "exercises too" if item["exercise"] else ""]))
    return item | {"filter": " and ".join(shown) or "every warning", "when": when}


@subscriptions_app.command()
def remove(name: Name, node: NodeOption = None, party: PartyOption = "") -> None:
    """Remove a subscription; what waits for it is not sent."""
    from vigie.node.subscription_list import find_subscription, remove_subscription

    opened = the_node(node)
    remove_subscription(opened, find_subscription(opened, name, party))
    say(f"{name} is removed.")


@subscriptions_app.command()
def preview(
    name: Name,
    node: NodeOption = None,
    party: PartyOption = "",
    days: Annotated[int, typer.Option(help="Of so many days until now.", min=1, max=3660)] = 30,
    *,
    as_json: JsonOption = False,
) -> None:
    """How many notices it would have brought: what its party may read, and no more."""
    from vigie.node.atlas import load_atlas
    from vigie.node.subscription_list import find_subscription, preview_count

    opened = the_node(node)
    count = preview_count(opened, load_atlas(), find_subscription(opened, name, party), now_us(), days)
    if as_json:
        say_json({"name": name, "days": days, "notices": count})
    else:
        say(f"{count} notices in the last {days} days.")


@subscriptions_app.command(name="test")
def send_one(name: Name, node: NodeOption = None, party: PartyOption = "") -> None:
    """Send one message that says that it is a test."""
    from vigie.node.notify import send_test
    from vigie.node.subscription_list import find_subscription

    opened = the_node(node)
    kept = find_subscription(opened, name, party)
    send_test(opened, kept, now_us())
    say(f"A test went to {kept.subscription.channel}.")
