"""Which labels an audience may read, in SQL, and under which of them a node may show what it received.

Tested equal to `model.label.may_read` and `may_show` on every generated case.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, false, not_, or_, select

from vigie.model.label import TLP_ORDER, Directory
from vigie.store.schema import copies, label_names, label_parts, labels


def readable_labels(party: str, directory: Directory, now_us: int) -> Select[int]:
    """The ids of the labels that `party` may read: every part of the label must be open to it."""
    closed = exists().where(label_parts.c.label_id == labels.c.id, not_(_opens(party, directory, now_us)))
    return select(labels.c.id).where(not_(closed))


def shown_labels(home: str, party: str, directory: Directory, now_us: int, *, is_granted: bool = False) -> Select[int]:
    """The ids of the labels under which the node of `home` may show `party`, another one, what another node released to it; see `may_show`."""
    kept = not_(and_(_opens(party, directory, now_us), _passes(home, is_granted=is_granted)))
    return select(labels.c.id).where(not_(exists().where(label_parts.c.label_id == labels.c.id, kept)))


def is_direct(records: FromClause) -> ColumnElement[bool]:
    """The condition that a record (of reports or entries) is the node's own, or that its owner itself, as a partner, tells this node of it now."""
    is_owners = (copies.c.record_id == records.c.record_id, copies.c.peer == records.c.owner, copies.c.is_live)
    return or_(not_(records.c.received), select(copies.c.record_id).where(*is_owners).correlate(records).exists())


def _opens(party: str, directory: Directory, now_us: int) -> ColumnElement[bool]:
    names = directory.names_of(party, now_us)
    known = directory.parties.get(party)
    rules = and_(
        label_parts.c.tlp.in_(TLP_ORDER),
        _is_cleared(directory.cleared_levels(party)),
        or_(label_parts.c.embargo_us.is_(None), label_parts.c.embargo_us <= now_us),
        not_(_lists("not_to", names)),
        not_(_lacks_caveat(known.caveats if known else frozenset())),
        _is_addressed(names, is_community=known is not None and known.community),
    )
    return or_(label_parts.c.owner == party, rules)


def _passes(home: str, *, is_granted: bool) -> ColumnElement[bool]:
    is_open = or_(_lists("marks", ["relay"]), label_parts.c.tlp.in_(("CLEAR", "GREEN")))
    needs_leave = false() if is_granted else _lists("marks", ["orcon"])
    return or_(label_parts.c.owner == home, and_(label_parts.c.tlp != "RED", not_(needs_leave), is_open))


def _is_cleared(levels: Iterable[tuple[str, str]]) -> ColumnElement[bool]:
    return or_(false(), *(and_(label_parts.c.policy == policy, label_parts.c.level == level) for policy, level in sorted(levels)))


def _lists(name_of_list: str, names: Iterable[str]) -> ColumnElement[bool]:
    return _names_of_part(name_of_list).where(label_names.c.name.in_(sorted(names))).exists()


def _lacks_caveat(held: Iterable[str]) -> ColumnElement[bool]:
    return _names_of_part("caveats").where(label_names.c.name.not_in(sorted(held))).exists()


def _names_of_part(name_of_list: str) -> Select[str]:
    return (
        select(label_names.c.name)
        .where(label_names.c.label_id == label_parts.c.label_id, label_names.c.part == label_parts.c.part, label_names.c.list == name_of_list)
        .correlate(label_parts)
    )


def _is_addressed(names: Iterable[str], *, is_community: bool) -> ColumnElement[bool]:
    open_without_list = ("CLEAR", "GREEN") if is_community else ("CLEAR",)
    return or_(and_(label_parts.c.has_list, _lists("rel_to", names)), and_(not_(label_parts.c.has_list), label_parts.c.tlp.in_(open_without_list)))
