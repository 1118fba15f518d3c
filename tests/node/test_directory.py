"""The directory of parties on disk: groups whose members come and go, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.model.errors import BadSetting
from vigie.model.label import Membership
from vigie.model.times import parse_time
from vigie.node.settings import read_directory


def directory_of(tmp_path: Path, groups: str) -> Path:
    """A directory with these groups."""
    path = tmp_path / "directory.toml"
    path.write_text(f'[parties.ME-CERT]\norg = "ME"\n\n[groups]\n{groups}\n', encoding="utf-8")
    return path


def test_a_group_holds_names_and_places_with_dates(tmp_path: Path) -> None:
    """Names alone are always in it; a day begins at midnight, UTC; an instant may have a zone, as a date of TOML or as text."""
    dated = '{party = "RS-CERT", from = 2026-01-01, until = "2027-01-01T00:00:00Z"}, {party = "MK-CERT", from = 2026-03-01T02:00:00+02:00}'
    groups = f'CERTS = ["ME-CERT", {dated}]\nIO = [{{party = "OSCE"}}]'
    found = read_directory(directory_of(tmp_path, groups))
    assert found.groups == {"CERTS": frozenset({"ME-CERT"}), "IO": frozenset({"OSCE"})}
    begin, end, march = (parse_time(day) for day in ("2026-01-01", "2027-01-01", "2026-03-01"))
    assert found.dated == {"CERTS": frozenset({Membership("RS-CERT", begin, end), Membership("MK-CERT", march, None)})}
    assert "CERTS" in found.names_of("RS-CERT", begin)
    assert "CERTS" not in found.names_of("RS-CERT", end)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ('G = [{party = "A", from = "yesterday"}]', r"A date cannot be understood \(.*\), field groups.G.from: got 'yesterday', expected a day or a time"),
        ('G = [{party = "A", until = 5}]', "A date cannot be understood"),
        ('G = [{party = "A", from = 08:00:00}]', "A date cannot be understood"),
        ('G = [{party = "A", from = 2027-01-01, until = 2026-01-01}]', r"A place in a group ends before it begins \(.*, A\)"),
        ('G = [{party = "A", since = 2026-01-01}]', "unknown word.*got 'since'"),
        ("G = [{from = 2026-01-01}]", "names no party"),
        ('G = "A"', "The members of a group cannot be understood"),
        ("G = [5]", "The members of a group cannot be understood"),
    ],
)
def test_a_bad_place_in_a_group_is_one_sentence(tmp_path: Path, groups: str, words: str) -> None:
    """What happened, where, and what was expected."""
    with pytest.raises(BadSetting, match=words) as fault:
        read_directory(directory_of(tmp_path, groups))
    assert "\n" not in str(fault.value)
