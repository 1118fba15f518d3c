"""IATI files in and out of a node: activities that others publish become activities of the party, in one transaction; what an audience may read goes out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from lxml import etree

from vigie.activities.record import Known, known
from vigie.exchange.iati import Published, Read, ReportingOrg, RuleFault, named
from vigie.exchange.iati_kept import fragment
from vigie.exchange.iati_read import read_iati
from vigie.exchange.iati_rules import check_iati
from vigie.exchange.iati_write import activity_element, file_of
from vigie.model.activity import Activity
from vigie.model.canonical import digest
from vigie.model.entry import Entry
from vigie.model.errors import BadReport, BadSetting, Reject
from vigie.model.said import body_of
from vigie.node.activity_labels import asked_label, check_grounds
from vigie.node.desk import Desk, check_may, log_of, word_of
from vigie.node.settings import Node
from vigie.store import add_entries
from vigie.warn.chain import chain_named, chains

_REF_DIGITS = 16

MAX_FILE_BYTES = 128 * 1024 * 1024
"""The most that one file may hold: it is taken in whole, in one transaction, so that all of it stands in memory."""

State = Literal["new", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one activity of a file: its identifier, its name here, and whether it is new, changed or the same as before."""

    identifier: str
    ref: str
    state: State
    title: str
    faults: tuple[RuleFault, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: its activities, and what could not be read, each with its reason."""

    taken: tuple[Taken, ...]
    rejects: tuple[Reject, ...]

    @property
    def sentence(self) -> str:
        """The counts in a sentence."""
        count = {state: sum(one.state == state for one in self.taken) for state in ("new", "changed", "same")}
        return f"{count['new']} new, {count['changed']} changed, {count['same']} as before, {len(self.rejects)} refused."


def import_iati(desk: Desk, path: Path, tlp: str = "", rel_to: Collection[str] | None = None, *, explain: bool = False) -> Imported:
    """Takes in the activities of an IATI file in one transaction: all that can be read, or none. The same file again changes nothing.

    An activity is known by its identifier: newer words of it become its next version, under the label that it has; a new one gets the label that is asked.
    With `explain` nothing is written. Raises `BadReport` where the file cannot be read, and where one of its activities is under silence.
    """
    check_may(desk, "draft")
    found = _read(path, desk.now_us)
    rejects = tuple(one for one in found if isinstance(one, Reject))
    standing = {(each.owner, each.ref): each for each in known(desk.log)}
    told = [_told(desk, one, standing) for one in found if isinstance(one, Read)]
    written = [_entry(desk, taken, activity, before, tlp, rel_to) for taken, activity, before in told if taken.state != "same"]
    if not explain:
        add_entries(desk.node.store, written)
    return Imported(tuple(taken for taken, _, _ in told), rejects)


def _read(path: Path, now_us: int) -> list[Read | Reject]:
    try:
        if (size := path.stat().st_size) > MAX_FILE_BYTES:
            most = f"at most {MAX_FILE_BYTES >> 20} MiB"
            raise BadReport("The file is too large to be taken in at once", source=path.name, got=f"{size >> 20} MiB", expected=most, todo="split it")
        with path.open("rb") as stream:
            return list(read_iati(stream, path.name, now_us=now_us))
    except OSError as fault:
        raise BadSetting("The file cannot be opened", source=path.name, got=fault.strerror or "") from fault


def ref_of(identifier: str) -> str:
    """The name that an activity of this identifier has here."""
    return f"i-{digest(identifier.encode())[:_REF_DIGITS]}"


def _told(desk: Desk, read: Read, standing: dict[tuple[str, str], Known]) -> tuple[Taken, Activity, Known | None]:
    """What an activity of the file would become, and the one that it would be the next version of."""
    before = _before(desk, read.identifier, standing)
    activity, notes = _as_ours(desk, read, before)
    state: State = "new" if before is None else "same" if body_of(activity) == before.entry.body else "changed"
    ref = before.ref if before else ref_of(read.identifier)
    return Taken(read.identifier, ref, state, activity.title("en"), read.faults, (*read.notes, *notes)), activity, before


def _before(desk: Desk, identifier: str, standing: dict[tuple[str, str], Known]) -> Known | None:
    """The party's own activity of that identifier: taken in before, or written here and published under it."""
    party, org = desk.actor.party, reporting_org(desk.node)
    own = identifier.removeprefix(f"{org.ref}-") if identifier.startswith(f"{org.ref}-") else ""
    refs = [(party, ref_of(identifier)), (party, own)]
    named = [each for each in standing.values() if each.owner == party and each.activity.identifier == identifier]
    return next((standing[key] for key in refs if key in standing), named[0] if named else None)


def _as_ours(desk: Desk, read: Read, before: Known | None) -> tuple[Activity, tuple[str, ...]]:
    """The activity as it is kept here: with its identifier, who reported it, where it comes from, and without warnings that are not known here."""
    activity, org = read.activity, reporting_org(desk.node)
    is_own = (read.reporting.ref, read.reporting.name) == (org.ref, org.name)
    stand = chains(desk.log) if activity.answers else ()
    answers = tuple(name for name in activity.answers if chain_named(stand, name, desk.actor.party))
    notes = () if len(answers) == len(activity.answers) else ("It answers warnings that are not known here; they were left out.",)
    changes: dict[str, Any] = {"answers": answers}
    if not (is_own and before is not None):
        changes["identifier"] = activity.identifier or read.identifier
    if not is_own:
        changes["kept"] = (_org_fragment(read.reporting), *activity.kept)
        changes["provenance"] = activity.provenance or f"Published as IATI by {read.reporting.name or read.reporting.ref or 'nobody named'}."
    return activity.model_copy(update=changes), notes


def _org_fragment(org: ReportingOrg) -> str:
    return fragment(named("reporting-org", org.name, ref=org.ref, type=org.type))


def _entry(desk: Desk, taken: Taken, activity: Activity, before: Known | None, tlp: str, rel_to: Collection[str] | None) -> Entry:
    """The version to be written. Raises where the one that stands is under silence, or where its readers could not read what it answers."""
    if before and before.course.open_round:
        todo = "wait until the silence is over, or withdraw the activity"
        raise BadSetting("An activity of the file is under silence here; what is being agreed cannot change", record=taken.identifier, todo=todo)
    label = before.entry.label if before else asked_label(desk, None, tlp, rel_to)
    check_grounds(desk, activity, label, before.activity if before else None)
    return replace(word_of(desk, "activity", taken.ref, activity, label), version=before.entry.version + 1 if before else 1)


_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, section 2.2."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An activity that no file can hold: its identifier, or its owner and name where it has none; its title; and why not."""

    identifier: str
    title: str
    fault: BadReport

    @property
    def sentence(self) -> str:
        """Which it is, and what of it IATI does not take."""
        return f"Left out: {self.title}. {self.fault}"


@dataclass(frozen=True, slots=True)
class Exported:
    """An IATI file and what it is worth saying of it: the rules that an activity breaks without being wrong, by identifier, and what was left out."""

    data: bytes
    count: int
    warnings: tuple[tuple[str, RuleFault], ...]
    left_out: tuple[LeftOut, ...] = ()


def with_remarks(made: Exported) -> bytes:
    """The file with a comment at its end for each activity that was left out, so that who fetches it learns of it too."""
    told = [_NO_XML.sub("?", item.sentence).replace("--", "- -").rstrip("-") for item in made.left_out]
    return made.data + "".join(f"<!-- {text} -->\n" for text in told).encode()


def reporting_org(node: Node) -> ReportingOrg:
    """The node's party as an organisation that publishes."""
    return ReportingOrg(node.settings.party, node.settings.party)


def export_iati(node: Node, party: str, now_us: int, *, exercise: bool = False, org: ReportingOrg | None = None, strict: bool = False) -> Exported:
    """The activities that a party, or PUBLIC, may read, as an IATI file; the oldest first.

    One that breaks a rule whose breach is an error is left out and told of; with `strict` it is raised as `BadReport`, which names it and the rule.
    Raises `BadReport` where there is none to write.
    """
    log = log_of(node, party, now_us, exercise=exercise)
    return write_checked(known(log), org or reporting_org(node), now_us, node.settings.language, strict=strict)


def write_checked(activities: Iterable[Known], org: ReportingOrg, now_us: int, language: str = "en", *, strict: bool = False) -> Exported:
    """The activities that the rules let pass as a file; see `export_iati`."""
    elements: dict[str, etree._Element] = {}
    warnings: list[tuple[str, RuleFault]] = []
    left: list[LeftOut] = []
    for each in sorted(activities, key=lambda each: (each.first_us, each.owner, each.ref)):
        try:
            identifier, element, faults = _checked(each, org, now_us, language, elements)
        except BadReport as fault:
            if strict:
                raise
            left.append(LeftOut(each.activity.identifier or f"{each.owner}/{each.ref}", each.activity.title(language), fault))
            continue
        warnings += [(identifier, fault) for fault in faults]
        elements[identifier] = element
    if not elements:
        raise _nothing(left)
    return Exported(file_of(list(elements.values()), now_us), len(elements), tuple(warnings), tuple(left))


def _nothing(left: Sequence[LeftOut]) -> BadReport:
    if not left:
        return BadReport("There is no activity that this reader may read", todo="release one first, or name another reader")
    fault, many = left[0].fault, "The only activity" if len(left) == 1 else f"None of the {len(left)} activities"
    what = f"{many} {'cannot' if len(left) == 1 else 'can'} be written. {'' if len(left) == 1 else 'The first: '}{fault.what}"
    return BadReport(what, record=fault.record, field=fault.field, got=fault.got, expected=fault.expected, todo=fault.todo)


def _checked(
    each: Known, org: ReportingOrg, now_us: int, language: str, before: Mapping[str, etree._Element]
) -> tuple[str, etree._Element, tuple[RuleFault, ...]]:
    """Identifier and element of an activity, and the rules that it breaks. Raises `BadReport` where a file cannot hold it beside those before it."""
    element = activity_element(Published(each.activity, each.ref, each.entry.said_us), org, language)
    identifier = element.findtext("iati-identifier") or each.ref
    if identifier in before:
        raise BadReport("Two activities have the same identifier", record=identifier, expected="what rule 1.1.2 of IATI asks")
    faults = check_iati(element, now_us)
    error = next((fault for fault in faults if fault.severity == "error"), None)
    if error is not None:
        raise BadReport(error.sentence.rstrip("."), record=identifier, expected=f"what rule {error.rule} of IATI asks", todo="change the activity")
    return identifier, element, faults
