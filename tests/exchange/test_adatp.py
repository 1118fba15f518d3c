"""NATO's labels: what the published examples mean, what closes, and that our own labels come back whole."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import LEVELS, directories, instants, labels, name_sets, readers
from vigie.exchange.adatp import MAX_LABEL_BYTES, adatp_xml, policy_levels, read_adatp
from vigie.model.errors import BadReport
from vigie.model.label import Directory, Label, Party, join, may_read

SPACE = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
LEVELS_OF_NATO = ("UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET")


def xml(*categories: str, root: str = "originatorConfidentialityLabel", beside: str = "", level: str = "UNCLASSIFIED") -> bytes:
    """A label of another system with these categories."""
    within = f"<PolicyIdentifier>NATO</PolicyIdentifier><Classification>{level}</Classification>{''.join(categories)}"
    return f'<{root} xmlns="{SPACE}"><ConfidentialityInformation>{within}</ConfidentialityInformation>{beside}</{root}>'.encode()


def category(name: str, kind: str, *values: str) -> str:
    """A category."""
    return f'<Category TagName="{name}" Type="{kind}">{"".join(f"<GenericValue>{value}</GenericValue>" for value in values)}</Category>'


def read(data: bytes) -> Label:
    """The label, owned by A where it names nobody."""
    return read_adatp(data, "A", Directory())


def test_the_published_examples_are_read(data: Path) -> None:
    """Policy, level and list; the context opens nothing and is kept as a remark."""
    folder = data / "exchange" / "labels"
    context = frozenset({"Context: NATO", "Context: Releasable"})
    first, fourth = (read((folder / f"stanag4774_{number}.xml").read_bytes()) for number in (1, 4))
    assert first == Label("A", "NATO", "UNCLASSIFIED", "AMBER", frozenset({"NATO", "ISAF", "KFOR", "RESOLUTE SUPPORT"}), info=context)
    assert fourth == Label("A", "NATO", "RESTRICTED", "AMBER", frozenset({"NATO", "JPN", "CHE", "UKR"}), info=context)
    directory = Directory({"NATO": LEVELS_OF_NATO}, parties={"CHE": Party("CHE", clearance={"NATO": "RESTRICTED"}), "JPN": Party("JPN")})
    assert [may_read(party, fourth, directory, 0) for party in ("CHE", "JPN", "UKR", "USA")] == [True, False, False, False]


def test_the_policy_file_gives_the_levels(data: Path) -> None:
    """Of NATO, lowest first."""
    packed = (data / "exchange" / "labels" / "spif_nato_policy.xml.gz").read_bytes()
    assert policy_levels(gzip.decompress(packed)) == ("NATO", LEVELS_OF_NATO)


def test_both_spellings_of_the_root_are_read() -> None:
    """With a small and with a capital letter; any other name is refused."""
    assert read(xml()) == read(xml(root="OriginatorConfidentialityLabel"))
    with pytest.raises(BadReport, match="no confidentiality label"):
        read(xml(root="alternativeConfidentialityLabel"))


def test_what_is_permissive_restrictive_and_informative_stays_apart() -> None:
    """Readers, caveats, remarks; two lists of readers are never merged."""
    said = [category("Additional Sensitivity", "RESTRICTIVE", "ATOMAL"), category("Administrative", "INFORMATIVE", "STAFF")]
    found = read(xml(*said, category("Releasable To", "PERMISSIVE", "B", "C")))
    assert (found.rel_to, found.caveats, found.info) == (frozenset({"B", "C"}), frozenset({"ATOMAL"}), frozenset({"STAFF"}))
    two = xml(category("Releasable To", "PERMISSIVE", "B", "C"), category("Releasable To", "PERMISSIVE", "C", "D"))
    assert read(two).rel_to == frozenset({"C"})
    assert read(xml()).rel_to is None


@pytest.mark.parametrize(
    "data",
    [
        xml(category("Releasable To", "PERMISSIVE", "B"), category("Only", "PERMISSIVE", "B")),
        xml(category("Releasable To", "PERMISSIVE", "B"), category("Eyes", "ENUMERATED", "B")),
        xml(category("Releasable To", "PERMISSIVE", "B"), category("Eyes", "")),
        xml(category("Releasable To", "INFORMATIVE", "B")),
        xml(category("Releasable To", "PERMISSIVE")),
        xml(category("Releasable To", "PERMISSIVE", "B"), category("Any", "RESTRICTIVE")),
        xml(category("Releasable To", "PERMISSIVE", "B"), beside="<SuccessionHandling/>"),
        xml(category("Releasable To", "PERMISSIVE", "B"), "<Compartment>X</Compartment>"),
        xml(category("Releasable To", "PERMISSIVE", "B"), level="COSMIC"),
        xml(category("Releasable To", "PERMISSIVE", "B"), category("Vigie list", "INFORMATIVE", "none")),
        xml(category("Context", "PERMISSIVE", "B")),
    ],
)
def test_whatever_is_unknown_closes_the_label(data: bytes) -> None:
    """An unknown category that is not informative, an unknown element, an unknown level, a list that is empty or no list."""
    directory = Directory({"NATO": LEVELS_OF_NATO}, parties={"B": Party("B", community=True)})
    assert not may_read("B", read(data), directory, 0)
    assert may_read("A", read(data), directory, 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<a", "no well-formed XML"),
        (b"", "no well-formed XML"),
        (b"<a/>", "no confidentiality label"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml(category("Releasable To", "PERMISSIVE", "&b;")), "declares a document type"),
        (f'<originatorConfidentialityLabel xmlns="{SPACE}"/>'.encode(), "not whole"),
        (xml("<Classification>SECRET</Classification>"), "not whole"),
        (b" " * (MAX_LABEL_BYTES + 1), "too long"),
        (xml(category("Vigie embargo", "INFORMATIVE", "soon")), "embargo cannot be understood"),
        (xml(category("Vigie TLP", "INFORMATIVE", "CLEAR", "RED")), "told more than once"),
        (xml(category("Vigie parts", "INFORMATIVE", "[]")), "cannot be understood"),
    ],
)
def test_what_is_no_label_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    """Entities and document types are never followed."""
    with pytest.raises(BadReport, match=words) as fault:
        read(data)
    assert "\n" not in str(fault.value)


simple = st.builds(
    lambda label, info: Label(**{name: getattr(label, name) for name in Label.__slots__} | {"info": info}),
    labels,
    st.frozensets(st.text("ab \tž", max_size=3).map(str.strip), max_size=2),
)


@given(simple, simple, st.booleans())
def test_a_label_comes_back_whole(first: Label, second: Label, is_joined: bool) -> None:  # noqa: FBT001 - drawn
    """Simple or joined; no list and the empty list stay apart."""
    directory = Directory(LEVELS)
    label = join(first, second, directory) if is_joined else first
    assert read_adatp(adatp_xml(label), "SOMEBODY", directory) == label


@given(labels, labels, directories, readers, instants, st.booleans())
def test_a_tool_that_knows_the_standard_alone_never_opens_more_of_what_is_listed(
    first: Label,
    second: Label,
    directory: Directory,
    party: str,
    now: int,
    is_joined: bool,  # noqa: FBT001 - drawn
) -> None:
    """Without our own categories a listed or closed label opens to its list and its owner alone."""
    label = join(first, second, directory) if is_joined else first
    if label.tlp in ("CLEAR", "GREEN") and label.rel_to is None:
        return
    lines = adatp_xml(label).decode().splitlines()
    starts = [number for number, line in enumerate(lines) if 'TagName="Vigie' in line]
    bare = lines[: starts[0]] + lines[-2:]
    found = read_adatp("\n".join(bare).encode(), label.owner, directory)
    assert found.rel_to == (label.rel_to or frozenset({label.owner}))
    assert (
        not may_read(party, found, directory, now)
        or party in (label.owner, *(label.rel_to or ()))
        or directory.names_of(party, now) & (label.rel_to or frozenset())
    )


def test_parts_that_say_something_else_than_the_label_are_refused() -> None:
    """Somebody has changed the one and not the other."""
    joined = join(Label("A", rel_to=frozenset({"B", "C"})), Label("D", rel_to=frozenset({"B"})), Directory())
    forged = adatp_xml(joined).replace(b"<GenericValue>B</GenericValue>", b"<GenericValue>E</GenericValue>")
    with pytest.raises(BadReport, match="one thing in the standard's fields and another in its parts"):
        read(forged)


@pytest.mark.parametrize("name", [" B", "B\x00", "B\x0b"])
def test_a_name_that_xml_would_change_is_not_written(name: str) -> None:
    """It would come back as another name."""
    with pytest.raises(BadReport, match="A name in the label"):
        adatp_xml(Label("A", rel_to=frozenset({name})))


@given(name_sets, name_sets)
def test_a_shorter_list_is_a_shorter_label(first: frozenset[str], second: frozenset[str]) -> None:
    """Equal labels, equal bytes; other labels, other bytes."""
    one, other = (adatp_xml(Label("A", rel_to=names)) for names in (first, second))
    assert (one == other) is (first == second)


@pytest.mark.parametrize("data", [b"<a/>", b'<s:SPIF xmlns:s="http://www.xmlspif.org/spif"><s:securityPolicyId name="X"/></s:SPIF>'])
def test_what_is_no_policy_file_is_refused(data: bytes) -> None:
    """Without a name or without levels."""
    with pytest.raises(BadReport, match="no security policy"):
        policy_levels(data)
