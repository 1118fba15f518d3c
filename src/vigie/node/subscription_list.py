"""The subscriptions that a node keeps: adding, listing, removing, and what one would have brought. The book is the node's own and never exchanged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vigie.model.atlas import Atlas, area_by_code
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC
from vigie.model.times import DAY_US
from vigie.node.histories import region_of
from vigie.node.mail import checked_address
from vigie.node.packs import pack
from vigie.node.settings import Node
from vigie.node.webhooks import checked_webhook, secret_of
from vigie.store import add_note, list_notes, readable_log, remove_note
from vigie.warn.chain import Chain, chains
from vigie.warn.subscriptions import Subscription, preview, read_subscription, subscription_to_json

BOOK = "subscriptions"
PREVIEW_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A subscription as the node keeps it. It hears of exercises only where `exercise` is set, of nothing from before `created_us`.

    `may_be_private` allows a webhook in a private network, or over http.
    """

    subscription: Subscription
    created_us: int
    exercise: bool = False
    may_be_private: bool = False

    @property
    def name(self) -> str:
        """The subscription's name, which is its own within its party."""
        return self.subscription.name

    @property
    def worlds(self) -> tuple[bool, ...]:
        """Of which worlds it hears, as values of `exercise`."""
        return (False, True) if self.exercise else (False,)


def add_subscription(node: Node, atlas: Atlas, kept: Kept) -> Kept:
    """The subscription as it was added. Raises `BadSetting` for a party, an area, a field or an address that cannot be, and for a name that is taken."""
    _check(node, atlas, kept)
    facts: dict[str, Json] = {
        "subscription": subscription_to_json(kept.subscription),
        "created_us": kept.created_us,
        "exercise": kept.exercise,
        "may_be_private": kept.may_be_private,
    }
    if not add_note(node.store, BOOK, _key(kept.subscription.party, kept.name), facts):
        raise BadSetting("There is a subscription of that name already", got=kept.name, todo="remove it first, or take another name")
    return kept


def list_subscriptions(node: Node, party: str = "") -> list[Kept]:
    """The subscriptions of a party, or all of the node's, by party and name."""
    found = [_kept(note) for note in list_notes(node.store, BOOK).values()]
    return sorted((kept for kept in found if party in ("", kept.subscription.party)), key=lambda kept: (kept.subscription.party, kept.name))


def find_subscription(node: Node, name: str, party: str = "") -> Kept:
    """The subscription of that name. Raises `BadSetting` where there is none, or where several parties have one."""
    found = [kept for kept in list_subscriptions(node, party) if kept.name == name]
    if not found:
        raise BadSetting("There is no such subscription", got=name, todo="see `vigie subscriptions list`")
    if len(found) > 1:
        raise BadSetting("Several parties have a subscription of that name", got=name, todo="name the party with --party")
    return found[0]


def remove_subscription(node: Node, kept: Kept) -> bool:
    """Whether there was such a subscription to remove. What was sent to it stays remembered."""
    return remove_note(node.store, BOOK, _key(kept.subscription.party, kept.name))


def chains_for(node: Node, party: str, now_us: int, *, exercise: bool) -> tuple[Chain, ...]:
    """The warnings that a party may read of one of its worlds: all that a subscription of its can ever hear of."""
    return chains(readable_log(node.store, node.audience(party, now_us), exercise=exercise, types=("warning", "assessment")))


def preview_count(node: Node, atlas: Atlas, kept: Kept, now_us: int, days: int = PREVIEW_DAYS) -> int:
    """How many notices it would have brought in the last days."""
    since_us, region = now_us - days * DAY_US, region_of(atlas)
    worlds = [chains_for(node, kept.subscription.party, now_us, exercise=exercise) for exercise in kept.worlds]
    return sum(preview(kept.subscription, found, region, since_us) for found in worlds)


def webhook_secret(node: Node, kept: Kept) -> str:
    """The secret that the subscription's webhooks are signed with; another one when it is removed and added again."""
    return secret_of(node, _key(kept.subscription.party, kept.name), kept.created_us)


def _key(party: str, name: str) -> str:
    return f"{party}|{name}"


def _kept(note: dict[str, Any]) -> Kept:
    facts = {name: value for name, value in note.items() if name != "subscription"}
    return Kept(subscription=read_subscription(note["subscription"]), **facts)


def _check(node: Node, atlas: Atlas, kept: Kept) -> None:
    wanted = kept.subscription
    known = (node.settings.party, PUBLIC, *sorted(node.directory.parties))
    if wanted.party not in known:
        todo = "write it into directory.toml first"
        raise BadSetting("The directory knows no such party", source=wanted.name, got=wanted.party, expected=", ".join(known), todo=todo)
    _check_areas(atlas, wanted.filter.areas)
    for field in wanted.filter.fields:
        pack(field)
    if wanted.is_mail:
        checked_address(wanted.channel, wanted.name)
    else:
        checked_webhook(wanted.channel, may_be_private=kept.may_be_private)


def _check_areas(atlas: Atlas, areas: Iterable[str]) -> None:
    for code in areas:
        if area_by_code(atlas, code) is None:
            raise BadSetting("There is no such country or unit", got=code, expected="a code such as ME or XK, or one of a unit such as BA-01")
