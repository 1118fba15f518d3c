"""`vigie demo-network`: three nodes on one machine, one command."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner

from vigie.cli.app import app
from vigie.node.clock import now_us
from vigie.node.example.network import make_network, network_members, seen
from vigie.node.settings import open_node

runner = CliRunner()

WANTED = {
    "ME-OBS": {"ME-OBS": "q1 q2 q3 q4 q5", "MK-CERT": "c1 c2 c3", "XI-DESK": "d1 d2"},
    "MK-CERT": {"ME-OBS": "q1 q2", "MK-CERT": "c1 c2 c3 c4", "XI-DESK": "d1 d2 d3"},
    "XI-DESK": {"ME-OBS": "q1 q2 q3", "MK-CERT": "c1 c2", "XI-DESK": "d1 d2 d3 d4"},
}
"""Who sees what: CLEAR and GREEN all, what names one party that one, what is under embargo or names nobody its owner alone."""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the command has run once, without serving."""
    return tmp_path_factory.mktemp("network") / "nodes"


@pytest.fixture(scope="module")
def printed(network: Path) -> str:
    """What it said."""
    done = runner.invoke(app, ["demo-network", "--no-serve", "--folder", str(network)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def seen_by_all(folder: Path) -> dict[str, dict[str, str]]:
    """What each node shows its own party, read from its own store."""
    found = {}
    for member in network_members():
        node = open_node(folder / member.folder)
        found[member.party] = {owner: " ".join(name.partition("/")[2] for name in names) for owner, names in seen(node, now_us()).items()}
        node.store.close()
    return found


def test_each_of_three_nodes_sees_its_own_world(network: Path, printed: str) -> None:
    """CLEAR, GREEN, AMBER to one partner, an embargo and what is the owner's alone: each node holds and shows just what was released to it."""
    assert seen_by_all(network) == WANTED
    for party, owners in WANTED.items():
        assert re.search(rf"^{party}, .* sees {sum(len(names.split()) for names in owners.values())} reports", printed, re.MULTILINE)


def test_why_a_node_does_not_see_a_report_is_said_as_its_owner_says_it(network: Path, printed: str) -> None:
    """The embargo, the list and the missing list are told; the command that is printed says the same at the owner's node."""
    for reason in ("it is under embargo until", "MK-CERT is not on the list of readers (XI-DESK)", "TLP:AMBER without a list is for XI-DESK alone"):
        assert reason in printed
    typed = re.findall(r"`vigie (sync --why [^`]+)`", printed)
    assert len(typed) == 3
    said = runner.invoke(app, typed[0].split())
    assert said.exit_code == 0
    assert said.stdout.strip() in printed
    assert str(network) in typed[0]


def test_the_network_goes_on_when_the_command_is_given_again_and_ends_with_three_addresses(network: Path, printed: str) -> None:
    """Nothing is taken in twice; each address answers for its own party; told to end, it ends well."""
    assert printed
    command = [sys.executable, "-u", "-m", "vigie", "demo-network", "--folder", str(network)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        addresses: dict[str, str] = {}
        for line in running.stdout:
            if found := re.fullmatch(r"  ([A-Z-]+): (http://\S+)\n", line):
                addresses[found[1]] = found[2]
            if len(addresses) == len(WANTED):
                break
        for party, address in addresses.items():
            with urlopen(f"{address}/sync/card") as answer:  # noqa: S310 - on this machine
                assert f'"party":"{party}"' in answer.read().decode()
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    assert seen_by_all(network) == WANTED


def test_a_folder_that_holds_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    """One sentence, and nothing is written into it."""
    (tmp_path / "obs").mkdir()
    (tmp_path / "obs" / "letter.txt").write_text("mine")
    done = runner.invoke(app, ["demo-network", "--no-serve", "--folder", str(tmp_path)])
    assert done.exit_code != 0
    assert [path.name for path in (tmp_path / "obs").iterdir()] == ["letter.txt"]


def test_the_nodes_of_the_network_are_made_once(tmp_path: Path) -> None:
    """Made again, they keep their keys and a directory that somebody changed."""
    first = make_network(tmp_path, now_us())
    keys = {party: node.sign(b"x") for party, node in first.items()}
    directory = tmp_path / "obs" / "directory.toml"
    directory.write_text(directory.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    for node in first.values():
        node.store.close()
    again = make_network(tmp_path, now_us())
    assert {party: node.sign(b"x") for party, node in again.items()} == keys
    assert "# mine" in directory.read_text(encoding="utf-8")
    for node in again.values():
        node.store.close()
