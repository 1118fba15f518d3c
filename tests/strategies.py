"""Made-up labels and directories for hypothesis."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from vigie.model.label import TLP_ORDER, Directory, Grant, Label, Membership, Party

PARTIES = ("A", "B", "C", "D", "STRANGER")
GROUPS = ("G", "H", "EMPTY", "LATER")
LEVELS = {"VIGIE": ("OPEN", "RESTRICTED", "CONFIDENTIAL"), "NATO": ("UNCLASSIFIED", "SECRET")}

names = st.sampled_from([*PARTIES, *GROUPS, "NO-SUCH"])
name_sets = st.frozensets(names, max_size=3)
caveats = st.frozensets(st.sampled_from(["MEDICAL", "SOURCES"]), max_size=2)
labels = st.builds(
    Label,
    owner=st.sampled_from(PARTIES[:4]),
    policy=st.sampled_from([*LEVELS, "UNHEARD"]),
    level=st.sampled_from(["OPEN", "RESTRICTED", "UNCLASSIFIED", "SECRET", "ULTRA"]),
    tlp=st.sampled_from([*TLP_ORDER, "PURPLE"]),
    rel_to=st.none() | name_sets,
    not_to=st.just(frozenset()) | name_sets,
    orcon=st.booleans(),
    caveats=st.just(frozenset()) | caveats,
    embargo_us=st.none() | st.integers(0, 20),
    relay=st.booleans(),
)
parties = st.builds(
    Party,
    st.just(""),
    st.sampled_from(["X", "Y"]),
    st.booleans(),
    caveats,
    st.dictionaries(st.sampled_from([*LEVELS]), st.sampled_from(["RESTRICTED", "CONFIDENTIAL", "SECRET", "ULTRA"]), max_size=2),
    st.frozensets(st.sampled_from(PARTIES), max_size=2),
)
groups = st.fixed_dictionaries({"G": st.frozensets(st.sampled_from(PARTIES)), "H": st.frozensets(st.sampled_from(PARTIES)), "EMPTY": st.just(frozenset())})
places = st.builds(Membership, st.sampled_from(PARTIES), st.none() | st.integers(0, 20), st.none() | st.integers(5, 30))
dated = st.dictionaries(st.sampled_from(["G", "H", "LATER"]), st.frozensets(places, max_size=2), max_size=2)
grants = st.builds(Grant, st.sampled_from(PARTIES[:4]), st.just("r"), st.integers(1, 2), st.sampled_from(PARTIES), st.integers(0, 30))
directories = st.builds(
    lambda table, members, later, given: Directory(LEVELS, members, {name: replace(party, name=name) for name, party in table.items()}, given, later),
    st.dictionaries(st.sampled_from(PARTIES[:4]), parties, min_size=4, max_size=4),
    groups,
    dated,
    st.frozensets(grants, max_size=3),
)
readers = st.sampled_from(PARTIES)
instants = st.integers(0, 30)
