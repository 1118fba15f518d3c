"""A mapping file is read whole or refused with one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.ingest.guess import mapping_toml
from vigie.ingest.mapping import Mapping, load_mapping, native_mapping, read_mapping
from vigie.model.errors import BadSetting

PRESETS = sorted((Path(__file__).parents[2] / "src" / "vigie").glob("**/presets/*.toml"))

WRONG = {
    'name = "x"\ncolums = 1': "unknown key",
    'title = "x"': "lacks a key",
    'name = "x"\n[columns]\nlongitud = "x"': "unknown report field",
    'name = "x"\n[units]\ndepth_km = "s"': "unknown unit",
    'name = "x"\ntime_zone = "Europe/Nowhere"': "unknown time zone",
    'name = "x"\n[interval_by_code]\n1 = "decade"': "unknown interval",
    'name = "x"\n[radius_by_code]\n1 = -3': "wrong radius",
    'name = "x"\n[radius_by_code.acled]\n1 = "far"': "wrong radius",
    'name = "x"\ndate_order = "dym"': "wrong value",
    'name = "x"\nellipse_level = 1.0': "wrong value",
    'name = "x"\ndelimiter = ",,"': "wrong value",
    "name = ": "not TOML",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items())
def test_a_wrong_mapping_is_refused_with_one_sentence_that_says_what_and_where(text: str, said: str) -> None:
    """The operator learns what is wrong without reading a program."""
    with pytest.raises(BadSetting) as caught:
        load_mapping(text, "mine.toml")
    assert said in str(caught.value)
    assert "mine.toml" in str(caught.value)


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_every_preset_reads_and_survives_being_written_again(path: Path) -> None:
    """The TOML that is written for a mapping describes the same mapping."""
    mapping = read_mapping(path)
    assert load_mapping(mapping_toml(mapping)) == mapping


def test_a_name_and_a_list_of_one_name_mean_the_same() -> None:
    """Both spellings of a column are allowed."""
    assert load_mapping('name = "x"\n[columns]\nlon = "x"').columns == load_mapping('name = "x"\n[columns]\nlon = ["x"]').columns


def test_codes_of_an_agency_stand_beside_codes_of_any_agency() -> None:
    """A code may mean another thing at each agency."""
    mapping = load_mapping('name = "x"\n[kinds]\nRiot = "unrest.riot"\n[kinds.GED]\n1 = "viol.clash"')
    assert mapping.kinds == {"": {"riot": "unrest.riot"}, "ged": {"1": "viol.clash"}}


def test_the_native_preset_names_a_reports_own_fields() -> None:
    """The preset that `vigie exercise` writes is always there."""
    assert native_mapping().columns["begin"] == ("begin", "time")


def test_a_file_that_is_not_there_is_a_setting_fault(tmp_path: Path) -> None:
    """No bare OSError reaches a user."""
    with pytest.raises(BadSetting, match="cannot be read"):
        read_mapping(tmp_path / "none.toml")


def test_a_mapping_is_a_value() -> None:
    """Two equal mappings are one."""
    assert Mapping(name="a") == Mapping(name="a")
