"""The pack contract: what every field obeys, found by its entry point."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import pytest

from vigie.ingest.personal import looks_personal
from vigie.model.pack import Pack
from vigie.model.sameness import Sameness

FIELDS = ("cbrn", "conflict", "cooperation", "cyber", "energy", "mines", "seismic")
FOUND = {point.name: point.load() for point in entry_points(group="vigie.fields")}
PACKS = [pytest.param(pack, id=name) for name, pack in sorted(FOUND.items())]

OPTIONAL = {"kernel": "kernel.py", "protocol": "protocol.py"}
SOURCE_TERMS = re.compile(
    r"\b(sarin|soman|tabun|vx|novichok|phosgene|mustard|lewisite|chlorine|anthrax|ricin|smallpox|plague|botulin\w*|c(a)?esium|cobalt|polonium|plutonium|uranium"
    r"|yield|payload_kg|munition\w*|lethal|lct?50|dosage|release_rate|agent_mass)\b",
    re.IGNORECASE,
)
PERSONAL_WORDS = re.compile(r"\b(ethnic\w*|religio\w*|nationality|surname|first_name|last_name|suspect_name|victim_name|perpetrator_name)\b", re.IGNORECASE)


def _folder(pack: Pack) -> Path:
    return Path(str(files(f"vigie.fields.{pack.name}")))


def test_all_seven_fields_are_found_by_entry_point() -> None:
    """No more and no less, each under its own name."""
    assert tuple(sorted(FOUND)) == FIELDS
    assert all(name == pack.name for name, pack in FOUND.items())


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_is_one_frozen_value_with_a_title(pack: Pack) -> None:
    """Nobody changes a pack while the program runs."""
    assert isinstance(pack, Pack)
    assert pack.title
    with pytest.raises(dataclasses.FrozenInstanceError):
        pack.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize("pack", PACKS)
def test_every_field_has_the_same_files(pack: Pack) -> None:
    """The shape of a pack."""
    for name in ("README.md", "__init__.py", "pack.py", "terms.yaml", "sources.toml", "sameness.py", "rules.yaml", "exercise.py"):
        assert (_folder(pack) / name).is_file(), name


@pytest.mark.parametrize("pack", PACKS)
def test_the_readme_names_what_is_missing(pack: Pack) -> None:
    """A missing part has an honest default, said in the README."""
    text = (_folder(pack) / "README.md").read_text("utf-8").casefold()
    missing = [word for word, name in OPTIONAL.items() if not (_folder(pack) / name).exists()]
    missing += [word for word, part in (("readers", pack.readers), ("presets", pack.presets), ("feeds", pack.feeds)) if not part]
    assert not [word for word in missing if word not in text and word.removesuffix("s") not in text]
    assert "who reports" in text
    assert "units" in text


@pytest.mark.parametrize("pack", PACKS)
def test_every_kind_has_a_title_a_field_and_a_severity(pack: Pack) -> None:
    """And a broader kind, where it has one, that exists."""
    assert pack.terms.kinds
    for name, kind in pack.terms.kinds.items():
        assert kind.name == name
        assert kind.title != name
        assert kind.field in FOUND
        assert 0 <= kind.severity <= 10
        assert not kind.broader or kind.broader in pack.terms.kinds


@pytest.mark.parametrize("pack", PACKS)
def test_severity_never_falls_with_size(pack: Pack) -> None:
    """More is not less severe."""
    for scale, points in pack.terms.severity.items():
        severities = [severity for _, severity in points]
        assert severities == sorted(severities), scale


@pytest.mark.parametrize("pack", PACKS)
def test_every_source_states_its_terms(pack: Pack) -> None:
    """Address, licence, floor and attribution stand beside each source, and its reader is one that exists."""
    readers = {reader.name for other in FOUND.values() for reader in other.readers}
    presets = {path.stem for other in FOUND.values() for path in other.presets}
    for source in pack.sources:
        assert source.address.startswith(("https://", "http://")), source.name
        assert source.licence, source.name
        assert source.attribution, source.name
        assert source.floor in ("open", "owner"), source.name
        assert source.reader in readers | presets | {""}, source.name
        assert source.field == pack.name


@pytest.mark.parametrize("pack", PACKS)
def test_how_sameness_is_judged_is_said(pack: Pack) -> None:
    """Sizes are keyed in small letters, as the engine looks them up."""
    assert isinstance(pack.sameness, Sameness)
    assert all(name == name.lower() for name in pack.sameness.sizes)


@pytest.mark.parametrize("pack", PACKS)
def test_readers_have_names_of_their_own_and_say_what_is_personal(pack: Pack) -> None:
    """Names are unique in the whole program."""
    names = [reader.name for other in FOUND.values() for reader in other.readers]
    assert len(names) == len(set(names))
    assert all(reader.title for reader in pack.readers)


@pytest.mark.parametrize("pack", PACKS)
def test_presets_name_kinds_that_exist_and_no_personal_columns_as_facts(pack: Pack) -> None:
    """A preset's constant kind is one of the field's, and what it reads as a fact is not personal."""
    kinds = {name for other in FOUND.values() for name in other.terms.kinds}
    for path in pack.presets:
        preset = tomllib.loads(path.read_text("utf-8"))
        assert preset.get("kind", "") in kinds | {""}, path.name
        read = [name for value in preset.get("columns", {}).values() for name in ([value] if isinstance(value, str) else value)]
        assert not [name for name in read if looks_personal(name)], path.name


@pytest.mark.parametrize("pack", PACKS)
def test_persons_ethnicity_and_religion_are_neither_kinds_nor_rules(pack: Pack) -> None:
    """They are never filters or covariates."""
    words = [*pack.terms.kinds, *(kind.title for kind in pack.terms.kinds.values()), *pack.units, *pack.sameness.sizes]
    for name in ("rules.yaml", "sources.toml"):
        words += [line for line in (_folder(pack) / name).read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    assert not [word for word in words if PERSONAL_WORDS.search(word)]


@pytest.mark.parametrize("pack", PACKS)
def test_peaceful_assembly_is_in_no_rule(pack: Pack) -> None:
    """Peaceful assembly alone raises no warning."""
    rules = (_folder(pack) / "rules.yaml").read_text("utf-8")
    assert "unrest.protest" not in "\n".join(line for line in rules.splitlines() if not line.lstrip().startswith("#"))


def test_cbrn_has_no_source_terms() -> None:
    """Reports and protective zones only: no substance, amount or effect stands anywhere in the folder."""
    folder = _folder(FOUND["cbrn"])
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".yaml", ".toml", ".md"):
            assert not SOURCE_TERMS.search(path.read_text("utf-8")), path.name


@pytest.mark.parametrize("pack", PACKS)
def test_packs_never_import_packs(pack: Pack) -> None:
    """A field stands on its own."""
    others = "|".join(name for name in FIELDS if name != pack.name)
    for path in _folder(pack).rglob("*.py"):
        assert not re.search(rf"vigie\.fields\.({others})\b", path.read_text("utf-8")), path.name
