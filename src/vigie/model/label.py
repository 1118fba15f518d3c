"""Who may read a record, and who may pass it on: the label, its lattice and its two questions.

Unknown is always closed: a party, group, level, policy or TLP colour that nobody has defined opens nothing.
A joined label keeps the labels it was made of (`parts`) and asks all of them, so that
`may_read(p, join(a, b))` implies `may_read(p, a)` and `may_read(p, b)` by construction; its flat fields are for printing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from vigie.model.canonical import Json, canonical_text
from vigie.model.times import format_time, parse_time

PUBLIC = "PUBLIC"
"""The audience of everybody: no party of any directory bears this name."""

TLP_ORDER = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
_OPEN_WITHOUT_LIST = frozenset({"CLEAR", "GREEN"})


@dataclass(frozen=True, slots=True)
class Label:
    """Release rules of one record. `rel_to` None = no list was given; empty = nobody but the owner."""

    owner: str
    policy: str = "VIGIE"
    level: str = "OPEN"
    tlp: str = "AMBER"
    rel_to: frozenset[str] | None = None
    not_to: frozenset[str] = frozenset()
    orcon: bool = False
    caveats: frozenset[str] = frozenset()
    info: frozenset[str] = frozenset()
    embargo_us: int | None = None
    relay: bool = False
    parts: frozenset[Label] = frozenset()


@dataclass(frozen=True, slots=True)
class Party:
    """One organisation that exchanges records."""

    name: str
    org: str = ""
    community: bool = False
    caveats: frozenset[str] = frozenset()
    clearance: Mapping[str, str] = field(default_factory=dict)
    clients_of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Grant:
    """An owner's leave to forward one version of one record to one party until an instant."""

    owner: str
    record: str
    version: int
    to: str
    until_us: int


@dataclass(frozen=True, slots=True)
class Membership:
    """A party's place in a group, from an instant (µs UTC) until just before another; None = without a begin, without an end."""

    party: str
    from_us: int | None = None
    until_us: int | None = None

    def holds(self, now_us: int) -> bool:
        """Whether the party is in the group at an instant."""
        return (self.from_us is None or self.from_us <= now_us) and (self.until_us is None or now_us < self.until_us)


@dataclass(frozen=True, slots=True)
class Directory:
    """Levels of each policy (lowest first), groups, parties and grants, as one frozen value.

    `groups` has every group with those who are always in it, `dated` the places in a group that begin or end.
    """

    levels: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"VIGIE": ("OPEN", "RESTRICTED", "CONFIDENTIAL")})
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parties: Mapping[str, Party] = field(default_factory=dict)
    grants: frozenset[Grant] = frozenset()
    dated: Mapping[str, frozenset[Membership]] = field(default_factory=dict)

    def names_of(self, party: str, now_us: int) -> frozenset[str]:
        """The party's own name and the groups that it is in at an instant: the names by which a list can mean it."""
        always = {group for group, members in self.groups.items() if party in members}
        now = {group for group, places in self.dated.items() if any(place.party == party and place.holds(now_us) for place in places)}
        return frozenset({party}) | always | now

    def meant_by(self, name: str, now_us: int) -> frozenset[str]:
        """The parties that a name means at an instant: the members of a group, else the one that bears it."""
        if name not in self.groups and name not in self.dated:
            return frozenset({name})
        return self.groups.get(name, frozenset()) | {place.party for place in self.dated.get(name, ()) if place.holds(now_us)}

    def cleared_levels(self, party: str) -> frozenset[tuple[str, str]]:
        """Every (policy, level) that the party may see; the lowest level of each policy needs no clearance."""
        known = self.parties.get(party)
        return frozenset((policy, level) for policy, levels in self.levels.items() for level in levels[: 1 + self._rank(known, policy, levels)])

    @staticmethod
    def _rank(party: Party | None, policy: str, levels: tuple[str, ...]) -> int:
        held = party.clearance.get(policy) if party else None
        return levels.index(held) if held in levels else 0


class Reason(NamedTuple):
    """A rule that closes a label to somebody, one of `RULES`, and the sentence that says so without a full stop."""

    rule: str
    words: str


RULES = ("owner", "tlp", "list", "clearance", "caveat", "excluded", "embargo", "orcon", "relay")
"""The rules that can close a label: kept for its owner alone; TLP without a list; not on the list of readers; not cleared; a caveat that is not held;
excluded by name; an embargo; the owner's leave that is wanting; no leave to pass on what was received.
"""


def may_read(party: str, label: Label, directory: Directory, now_us: int) -> bool:
    """Whether `party` may read what bears `label`. Rules of exchange.md, section 2; unknown anything is a no."""
    return all(_may_read_part(party, part, directory, now_us) for part in parts_of(label))


def _may_read_part(party: str, label: Label, directory: Directory, now_us: int) -> bool:
    return next(_closing(party, label, directory, now_us), None) is None


def why_closed(party: str, label: Label, directory: Directory, now_us: int) -> tuple[str, ...]:
    """In plain words each reason why `party` may not read what bears `label`; empty exactly where it may. For the owner's eyes only."""
    return tuple(reason.words for reason in _told(label, lambda part: _closing(party, part, directory, now_us)))


def _closing(party: str, label: Label, directory: Directory, now_us: int) -> Iterator[Reason]:
    """The rules of reading, each told where it closes a simple label to the party."""
    if party == label.owner:
        return
    known, names = directory.parties.get(party), directory.names_of(party, now_us)
    if label.tlp not in TLP_ORDER:
        yield Reason("tlp", f"nobody has defined TLP:{label.tlp}")
    if (label.policy, label.level) not in directory.cleared_levels(party):
        yield Reason("clearance", _unclear(party, label, directory))
    if label.embargo_us is not None and now_us < label.embargo_us:
        yield Reason("embargo", f"it is under embargo until {format_time(label.embargo_us)}")
    if excluded := names & label.not_to:
        yield Reason("excluded", f"{party} is excluded as {_listed(excluded)}")
    if lacking := label.caveats - (known.caveats if known else frozenset()):
        yield Reason("caveat", f"{party} does not hold {_listed(lacking)}")
    if not _is_addressed(label, names, is_community=known is not None and known.community):
        yield _unaddressed(party, label)


def _unclear(party: str, label: Label, directory: Directory) -> str:
    levels = directory.levels.get(label.policy)
    if levels is None:
        return f"nobody has defined the policy {label.policy!r}"
    if label.level not in levels:
        return f"the policy {label.policy} has no level {label.level!r}"
    return f"{party} is not cleared for {label.policy} {label.level}"


def _unaddressed(party: str, label: Label) -> Reason:
    if label.rel_to:
        return Reason("list", f"{party} is not on the list of readers ({_listed(label.rel_to)})")
    if label.rel_to is not None:
        return Reason("owner", f"the list of readers is empty: nobody but {label.owner}")
    if label.tlp == "GREEN":
        return Reason("tlp", f"TLP:GREEN is for the community, and {party} is not of it")
    return Reason("tlp", f"TLP:{label.tlp} without a list is for {label.owner} alone")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _told(label: Label, reasons: Callable[[Label], Iterator[Reason]]) -> tuple[Reason, ...]:
    """The reasons of each part, once each; of a joined label with whose part it is."""
    parts = sorted(parts_of(label), key=label_text)
    said = [Reason(rule, f"{words} (part of {part.owner})" if len(parts) > 1 else words) for part in parts for rule, words in reasons(part)]
    return tuple(dict.fromkeys(said))


def _is_addressed(label: Label, names: frozenset[str], *, is_community: bool) -> bool:
    if label.rel_to is not None:
        return bool(names & label.rel_to)
    return label.tlp == "CLEAR" or (label.tlp == "GREEN" and is_community)


def may_forward(holder: str, party: str, label: Label, directory: Directory, now_us: int, record: tuple[str, int]) -> bool:
    """Whether `holder` may pass `record` (key, version) on to `party`. The owner forwards to whoever may read."""
    return all(next(_keeping(holder, party, part, directory, now_us, record), None) is None for part in parts_of(label))


def why_not_forwarded(holder: str, party: str, label: Label, directory: Directory, now_us: int, record: tuple[str, int]) -> tuple[str, ...]:
    """In plain words each reason why `holder` may not pass `record` on to `party`; empty exactly where it may. For the owner's eyes only."""
    return tuple(reason.words for reason in _told(label, lambda part: _keeping(holder, party, part, directory, now_us, record)))


def _keeping(holder: str, party: str, label: Label, directory: Directory, now_us: int, record: tuple[str, int]) -> Iterator[Reason]:
    """The rules of forwarding, each told where it keeps a simple label with the holder."""
    yield from _closing(party, label, directory, now_us)
    if holder == label.owner:
        return
    yield from (Reason(rule, f"{holder} itself may not read it: {words}") for rule, words in _closing(holder, label, directory, now_us))
    is_granted = _is_granted(label.owner, party, directory, now_us, record)
    yield from _staying(holder, party, label, is_granted=is_granted, is_near=_is_near(holder, party, label, directory))


def _staying(holder: str, party: str, label: Label, *, is_granted: bool, is_near: bool) -> Iterator[Reason]:
    """The rules that keep what another owner released to the holder with it."""
    if label.tlp == "RED":
        yield Reason("relay", "TLP:RED is never passed on")
    if label.orcon and not is_granted:
        yield Reason("orcon", f"{label.owner} has given no leave to pass it on to {party}")
    if not (label.relay or label.tlp in _OPEN_WITHOUT_LIST or is_near):
        yield Reason("relay", f"TLP:{label.tlp} without relay stays with {holder}")


def may_show(home: str, party: str, label: Label, directory: Directory, now_us: int, *, is_granted: bool = False) -> bool:
    """Whether the node of `home` may show `party` a record that another node released to it; `is_granted` where its owner gave leave to pass it on to them.

    Home itself sees it: its owner has released it. Anybody else must be allowed to read it, and home to pass it on, whoever may be near: not RED, not
    orcon unless that is granted, and CLEAR, GREEN or with relay. Of what home owns a part of, that part is its own to show.
    """
    return party == home or all(_may_read_part(party, part, directory, now_us) and _passes(home, part, is_granted=is_granted) for part in parts_of(label))


def _passes(home: str, label: Label, *, is_granted: bool) -> bool:
    return home == label.owner or next(_staying(home, "", label, is_granted=is_granted, is_near=False), None) is None


def why_not_shown(home: str, party: str, label: Label, directory: Directory, now_us: int, *, is_received: bool, is_granted: bool = False) -> tuple[Reason, ...]:
    """Each rule by which the node of `home` does not show `party` a record; empty exactly where it may. For home's own people only.

    The gate of `may_read` for a record of home's own, that of `may_show` for one that another node released to it.
    """

    def hiding(part: Label) -> Iterator[Reason]:
        yield from _closing(party, part, directory, now_us)
        if is_received and part.owner != home:
            yield from _staying(home, party, part, is_granted=is_granted, is_near=False)

    return () if is_received and party == home else _told(label, hiding)


def _is_granted(owner: str, party: str, directory: Directory, now_us: int, record: tuple[str, int]) -> bool:
    return any((grant.owner, grant.record, grant.version, grant.to) == (owner, *record, party) and now_us <= grant.until_us for grant in directory.grants)


def _is_near(holder: str, party: str, label: Label, directory: Directory) -> bool:
    """Within the holder's organisation; for AMBER also a client of the holder."""
    giver, taker = directory.parties.get(holder), directory.parties.get(party)
    if giver is None or taker is None:
        return False
    same_organisation = holder == party or (giver.org != "" and giver.org == taker.org)
    return same_organisation or (label.tlp == "AMBER" and holder in taker.clients_of)


def parts_of(label: Label) -> frozenset[Label]:
    """The simple labels that a label asks: its parts, or itself."""
    return label.parts or frozenset({label})


def join(first: Label, second: Label, directory: Directory) -> Label:
    """The label of what was made from both. Commutative, associative, idempotent; it never lets more people read."""
    parts = parts_of(first) | parts_of(second)
    if len(parts) == 1:
        return next(iter(parts))
    return _flat(parts, directory)


def _flat(parts: frozenset[Label], directory: Directory) -> Label:
    ordered = sorted(parts, key=label_text)
    policies = {part.policy for part in ordered}
    one_policy = ordered[0].policy if len(policies) == 1 else ""
    embargoes = [part.embargo_us for part in ordered if part.embargo_us is not None]
    return Label(
        owner="+".join(sorted({part.owner for part in ordered})),
        policy=one_policy,
        level=_highest_level(ordered, directory) if one_policy else "",
        tlp=_strictest_tlp(ordered),
        rel_to=_joined_list(ordered),
        not_to=frozenset().union(*(part.not_to for part in ordered)),
        orcon=any(part.orcon for part in ordered),
        caveats=frozenset().union(*(part.caveats for part in ordered)),
        info=frozenset().union(*(part.info for part in ordered)),
        embargo_us=max(embargoes) if embargoes else None,
        relay=all(part.relay for part in ordered),
        parts=parts,
    )


def _highest_level(parts: list[Label], directory: Directory) -> str:
    known = directory.levels.get(parts[0].policy, ())
    unknown = [part.level for part in parts if part.level not in known]
    return min(unknown) if unknown else max((part.level for part in parts), key=known.index)


def _strictest_tlp(parts: list[Label]) -> str:
    unknown = sorted(part.tlp for part in parts if part.tlp not in TLP_ORDER)
    return unknown[0] if unknown else max((part.tlp for part in parts), key=TLP_ORDER.index)


def _joined_list(parts: list[Label]) -> frozenset[str] | None:
    """The intersection of the lists, after AMBER's missing list has become the empty list that it means."""
    lists = [part.rel_to if part.rel_to is not None else frozenset() for part in parts if part.rel_to is not None or part.tlp not in _OPEN_WITHOUT_LIST]
    return frozenset.intersection(*lists) if lists else None


def label_to_json(label: Label) -> dict[str, Json]:
    """The label as canonical JSON has it; a missing list is left out, an empty one is kept."""
    if label.parts:
        return {"parts": [label_to_json(part) for part in sorted(label.parts, key=label_text)]}
    lists: dict[str, Json] = {name: sorted(getattr(label, name)) for name in ("not_to", "caveats", "info") if getattr(label, name)}
    flags: dict[str, Json] = {name: True for name in ("orcon", "relay") if getattr(label, name)}
    released: dict[str, Json] = {} if label.rel_to is None else {"rel_to": sorted(label.rel_to)}
    embargo: dict[str, Json] = {} if label.embargo_us is None else {"embargo": format_time(label.embargo_us)}
    return {"owner": label.owner, "policy": label.policy, "level": label.level, "tlp": label.tlp, **lists, **flags, **released, **embargo}


def label_text(label: Label) -> str:
    """Canonical text of a label: equal labels, equal texts."""
    return canonical_text(label_to_json(label))


def label_from_json(value: Mapping[str, Json], directory: Directory) -> Label:
    """The label that `label_to_json` wrote. Raises `ValueError` or `TypeError` where a field is unknown or of the wrong kind."""
    if "parts" in value:
        return _from_parts(value["parts"], directory)
    facts = dict(value)
    embargo = facts.pop("embargo", None)
    lists = {name: frozenset(_names(facts.pop(name), name)) for name in ("rel_to", "not_to", "caveats", "info") if facts.get(name) is not None}
    facts.pop("rel_to", None)
    if unknown := set(facts) - {"owner", "policy", "level", "tlp", "orcon", "relay"}:
        msg = f"unknown label field {min(unknown)!r}"
        raise ValueError(msg)
    return replace(Label(**facts), **lists, embargo_us=parse_time(str(embargo)) if embargo is not None else None)  # type: ignore[arg-type]


def _from_parts(parts: Json, directory: Directory) -> Label:
    if not isinstance(parts, list) or not parts:
        msg = "the parts of a label must be a list of labels"
        raise ValueError(msg)
    labels = frozenset(label_from_json(part, directory) for part in parts)
    return next(iter(labels)) if len(labels) == 1 else _flat(labels, directory)


def _names(value: Json, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        msg = f"label field {name!r} must be a list of names"
        raise ValueError(msg)
    return [str(item) for item in value]
