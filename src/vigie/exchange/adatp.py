"""NATO's confidentiality labels (STANAG 4774, ADatP-4774) in and out, and the levels of a policy file (SPIF).

The standard has a policy, a classification and categories. The PERMISSIVE category "Releasable To" is our list of readers, RESTRICTIVE ones are
caveats, INFORMATIVE ones remarks; "Context" says in whose frame a list was made and opens nothing. Another category that is not INFORMATIVE closes
the label, and so does anything else that is not known here. What the standard has no place for travels in informative categories of our own, which
other tools pass over; so a label that is closed without a list is written with its owner as the only reader, and is closed for them too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from vigie.model.errors import BadReport
from vigie.model.label import Directory, Label, label_from_json, label_text, parts_of
from vigie.model.times import format_time, parse_time

NAMESPACE: Final = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
MAX_LABEL_BYTES: Final = 1024 * 1024
MAX_POLICY_BYTES: Final = 8 * 1024 * 1024

_SPIF: Final = "http://www.xmlspif.org/spif"
_ROOTS: Final = ("originatorConfidentialityLabel", "OriginatorConfidentialityLabel")
_BESIDE: Final = frozenset({"ConfidentialityInformation", "OriginatorID", "CreationDateTime", "ReviewDateTime"})
_WITHIN: Final = frozenset({"PolicyIdentifier", "Classification", "Category", "PrivacyMark"})
_READERS, _CONTEXT, _CAVEATS, _REMARKS = "Releasable To", "Context", "Additional Sensitivity", "Remarks"
_OWN: Final = "Vigie "
_OPEN_WITHOUT_LIST: Final = ("CLEAR", "GREEN")

_Categories = list[tuple[str, str, list[str]]]
"""Tag name, type and values, as they stand in the label."""


def adatp_xml(label: Label) -> bytes:
    """The whole label as XML: equal labels, equal bytes. Raises `BadReport` where a name cannot be written without being changed."""
    root = etree.Element(f"{{{NAMESPACE}}}{_ROOTS[0]}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    within = etree.SubElement(root, f"{{{NAMESPACE}}}ConfidentialityInformation")
    _add(within, "PolicyIdentifier", label.policy)
    _add(within, "Classification", label.level)
    for name, kind, values in _official(label) + _own(label):
        category = etree.SubElement(within, f"{{{NAMESPACE}}}Category", TagName=name, Type=kind)
        for value in values:
            _add(category, "GenericValue", value)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _add(parent: etree._Element, name: str, text: str) -> None:
    if text != text.strip():
        raise BadReport("A name in the label begins or ends with a space, which XML does not keep", got=text, todo="correct the name")
    try:
        etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text
    except ValueError as fault:
        raise BadReport("A name in the label holds a character that XML cannot carry", got=repr(text), todo="correct the name") from fault


def _official(label: Label) -> _Categories:
    """The categories that any tool understands."""
    is_closed = label.rel_to is None and label.tlp not in _OPEN_WITHOUT_LIST
    readers = [label.owner] if is_closed or label.rel_to == frozenset() else sorted(label.rel_to or ())
    lists = ((_CAVEATS, "RESTRICTIVE", sorted(label.caveats)), (_READERS, "PERMISSIVE", readers), (_REMARKS, "INFORMATIVE", sorted(label.info)))
    return [(name, kind, values) for name, kind, values in lists if values]


def _own(label: Label) -> _Categories:
    """What only we understand. A joined label brings its parts, each in full."""
    if label.parts:
        return [(f"{_OWN}parts", "INFORMATIVE", sorted(map(label_text, parts_of(label))))]
    facts = {
        "owner": [label.owner],
        "TLP": [label.tlp],
        "not releasable to": sorted(label.not_to),
        "marks": [name for name in ("orcon", "relay") if getattr(label, name)],
        "embargo": [] if label.embargo_us is None else [format_time(label.embargo_us)],
        "list": ["none"] if label.rel_to is None else [] if label.rel_to else ["nobody"],
    }
    return [(f"{_OWN}{name}", "INFORMATIVE", values) for name, values in facts.items() if values]


def read_adatp(data: bytes, owner: str, directory: Directory) -> Label:
    """The label that the bytes hold; `owner` owns one that names none. A label of another system has TLP:AMBER: it opens to its list alone.

    Raises `BadReport` where the bytes are no such label, or where our own categories say something else than the standard's.
    """
    root = _root(data, MAX_LABEL_BYTES, "label")
    if etree.QName(root).namespace != NAMESPACE or etree.QName(root).localname not in _ROOTS:
        raise BadReport("The file is no confidentiality label", got=etree.QName(root).localname, expected=f"{_ROOTS[0]} of {NAMESPACE}")
    within = _only(root, "ConfidentialityInformation")
    policy, level = (_text(_only(within, name)) for name in ("PolicyIdentifier", "Classification"))
    found = [(each.get("TagName", ""), each.get("Type", ""), _values(each)) for each in within.findall(f"{{{NAMESPACE}}}Category")]
    own = {name.removeprefix(_OWN): values for name, kind, values in found if kind == "INFORMATIVE" and name.startswith(_OWN)}
    unknown = [*_strangers(root, _BESIDE), *_strangers(within, _WITHIN)]
    if "parts" in own:
        return _joined(own["parts"], (policy, level, [each for each in found if not each[0].startswith(_OWN)], unknown), directory)
    return _simple(policy, level, found, own, owner, unknown)


def _simple(policy: str, level: str, found: _Categories, own: Mapping[str, list[str]], owner: str, unknown: list[str]) -> Label:
    owner = _one(own, "owner", owner)
    closed = [*unknown, *_unknown_categories(found)]
    listed = _listed(found, own.get("list", []), owner)
    return Label(
        owner,
        policy,
        level,
        _one(own, "TLP", "AMBER"),
        frozenset() if closed else listed,
        not_to=frozenset(own.get("not releasable to", ())),
        orcon="orcon" in own.get("marks", ()),
        caveats=frozenset(value for _, kind, values in found if kind == "RESTRICTIVE" for value in values or [""]),
        info=frozenset(_remarks(found)) | frozenset(f"closed by {name}" for name in closed),
        embargo_us=_embargo(_one(own, "embargo", "")),
        relay="relay" in own.get("marks", ()),
    )


def _listed(found: _Categories, told: list[str], owner: str) -> frozenset[str] | None:
    """The readers: those of every list that is given. `told` says what a list of the owner alone stands for."""
    lists = [frozenset(values) for name, kind, values in found if (name, kind) == (_READERS, "PERMISSIVE")]
    if told == ["none"] and lists in ([], [frozenset({owner})]):
        return None
    if told:
        return frozenset()
    return frozenset.intersection(*lists) if lists else None


def _unknown_categories(found: _Categories) -> Iterator[str]:
    """What may not be passed over, and is not known here."""
    for name, kind, _ in found:
        if kind not in ("RESTRICTIVE", "INFORMATIVE") and (name, kind) not in ((_READERS, "PERMISSIVE"), (_CONTEXT, "PERMISSIVE")):
            yield f"the category {name or 'without a name'} ({kind or 'without a type'})"


def _remarks(found: _Categories) -> Iterator[str]:
    for name, kind, values in found:
        if (name, kind) == (_CONTEXT, "PERMISSIVE"):
            yield from (f"{_CONTEXT}: {value}" for value in values)
        elif kind == "INFORMATIVE" and not name.startswith(_OWN):
            yield from values


def _joined(parts: list[str], said: tuple[str, str, _Categories, list[str]], directory: Directory) -> Label:
    """The label of these parts; the standard's fields beside them must be what the parts make."""
    try:
        label = label_from_json({"parts": [json.loads(part) for part in parts]}, directory)
    except (ValueError, TypeError, AttributeError, RecursionError) as fault:
        raise BadReport("A part of the label cannot be understood", got=str(fault), expected="labels as Vigie writes them") from fault
    if said != (label.policy, label.level, _official(label), []):
        raise BadReport("The label says one thing in the standard's fields and another in its parts", todo="ask its sender for it again")
    return label


def _one(own: Mapping[str, list[str]], name: str, otherwise: str) -> str:
    values = own.get(name, [otherwise])
    if len(values) != 1:
        raise BadReport("A field of the label is told more than once", field=f"{_OWN}{name}", got=", ".join(values), expected="one value")
    return values[0]


def _embargo(text: str) -> int | None:
    try:
        return parse_time(text) if text else None
    except (ValueError, OverflowError) as fault:
        raise BadReport("The label's embargo cannot be understood", got=text, expected="an instant such as 2026-12-01T00:00:00Z") from fault


def _root(data: bytes, limit: int, what: str) -> etree._Element:
    if len(data) > limit:
        raise BadReport(f"The {what} is too long", got=f"{len(data)} bytes", expected=f"at most {limit} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as fault:
        raise BadReport(f"The {what} is no well-formed XML", got=str(fault)) from fault
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadReport(f"The {what} declares a document type", expected="XML without one", todo="entities are never followed")
    return root


def _only(parent: etree._Element, name: str) -> etree._Element:
    found = parent.findall(f"{{{NAMESPACE}}}{name}")
    if len(found) != 1:
        raise BadReport("The label is not whole", field=name, got=str(len(found)), expected="exactly one")
    return found[0]


def _strangers(parent: etree._Element, known: frozenset[str]) -> list[str]:
    return sorted({etree.QName(each).localname for each in parent if each.tag not in {f"{{{NAMESPACE}}}{name}" for name in known}})


def _values(category: etree._Element) -> list[str]:
    """Its values; one of another kind than text counts as an empty value, which no list and no party holds."""
    return [_text(each) if each.tag == f"{{{NAMESPACE}}}GenericValue" else "" for each in category]


def _text(element: etree._Element) -> str:
    return "".join(str(piece) for piece in element.itertext()).strip()


def policy_levels(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The name of the policy that a SPIF defines, and its levels, lowest first. Raises `BadReport` where it is none, or two levels have one rank."""
    root = _root(data, MAX_POLICY_BYTES, "policy file")
    name = root.find(f"{{{_SPIF}}}securityPolicyId")
    ranked = {each.get("hierarchy", ""): each.get("name", "") for each in root.iter(f"{{{_SPIF}}}securityClassification")}
    is_ranked = all(rank.isascii() and rank.isdigit() and level for rank, level in ranked.items())
    count = sum(1 for _ in root.iter(f"{{{_SPIF}}}securityClassification"))
    if root.tag != f"{{{_SPIF}}}SPIF" or name is None or not name.get("name") or not ranked or not is_ranked or count != len(ranked):
        raise BadReport("The file is no security policy", expected=f"SPIF of {_SPIF} with a name and classifications, each of a rank of its own")
    return name.get("name", ""), tuple(ranked[rank] for rank in sorted(ranked, key=int))
