"""Whether another label only takes readers away: then one person may give it, else a second one must agree.

The answer must hold for every party that the directory may come to know and at every time, so it is given by the labels' own fields: each of them
must be at least as strict. What cannot be shown to be narrower counts as wider.
"""

from __future__ import annotations

from vigie.model.label import PUBLIC, TLP_ORDER, Directory, Label, may_read, parts_of


def is_wider(label: Label, before: Label, directory: Directory, now_us: int) -> bool:
    """Whether `label` opens anything that `before` does not: to a reader now, to one who may come, or to whom it may be passed on."""
    names = {PUBLIC, *directory.parties, *directory.groups, *(name for members in directory.groups.values() for name in members)}
    names |= {place.party for places in directory.dated.values() for place in places}
    is_added = any(may_read(name, label, directory, now_us) and not may_read(name, before, directory, now_us) for name in names)
    return is_added or not is_narrower(label, before, directory)


def is_narrower(label: Label, before: Label, directory: Directory) -> bool:
    """Whether every field is at least as strict: then nobody reads `label`, ever, who does not read `before`, nor is it passed on further."""
    return all(any(_is_within(part, old, directory) for part in parts_of(label)) for old in parts_of(before))


def _is_within(label: Label, before: Label, directory: Directory) -> bool:
    return (
        label.owner == before.owner
        and _ranks(label, before, directory)
        and label.not_to >= before.not_to
        and label.caveats >= before.caveats
        and (before.embargo_us is None or (label.embargo_us is not None and label.embargo_us >= before.embargo_us))
        and label.orcon >= before.orcon
        and label.relay <= before.relay
        and _is_list_within(label, before, directory)
    )


def _ranks(label: Label, before: Label, directory: Directory) -> bool:
    """Whether TLP and level are as strict or stricter; of what nobody has defined only the same is."""
    levels = directory.levels.get(before.policy, ())
    is_known = label.level in levels and before.level in levels and label.policy == before.policy
    is_level = levels.index(label.level) >= levels.index(before.level) if is_known else (label.policy, label.level) == (before.policy, before.level)
    if label.tlp in TLP_ORDER and before.tlp in TLP_ORDER:
        return is_level and TLP_ORDER.index(label.tlp) >= TLP_ORDER.index(before.tlp)
    return is_level and label.tlp == before.tlp


def _is_list_within(label: Label, before: Label, directory: Directory) -> bool:
    if before.rel_to is None:
        return before.tlp == "CLEAR" or label.rel_to is None or all(before.tlp == "GREEN" and _is_community(name, directory) for name in label.rel_to)
    if label.rel_to is None:
        return label.tlp not in ("CLEAR", "GREEN")
    return all(_is_listed(name, before.rel_to, directory) for name in label.rel_to)


def _is_listed(name: str, listed: frozenset[str], directory: Directory) -> bool:
    """Whether whoever bears the name is on the list already: by it, or as one party that is always in a group of the list."""
    is_group = name in directory.groups or name in directory.dated
    return name in listed or (not is_group and any(name in directory.groups.get(group, ()) for group in listed))


def _is_community(name: str, directory: Directory) -> bool:
    """Whether everybody whom the name means, now or later, is of the community."""
    members = directory.groups.get(name, frozenset()) | {place.party for place in directory.dated.get(name, ())}
    meant = members if name in directory.groups or name in directory.dated else {name}
    return all(party in directory.parties and directory.parties[party].community for party in meant | ({name} & set(directory.parties)))
