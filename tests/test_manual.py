"""The manual tells all: every command, setting and error is in the reference; the README's table is true."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from conftest import ROOT
from vigie.cli.app import app
from vigie.model import errors
from vigie.node.settings import Settings

REFERENCE = ROOT / "docs" / "reference"
LESSON = ROOT / "docs" / "tutorial" / "page-to-project.md"
SILENCE_S = 6
"""How long the silence of the lesson lasts in the test; in the lesson it is a minute."""


def commands() -> list[str]:
    """Every command as it is typed."""
    tree = typer.main.get_command(app)
    found = []
    for name, command in tree.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [f"vigie {name} {sub}" for sub in inner or ()]
        found += [f"vigie {name}"] if not inner or command.invoke_without_command else []
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_reference_and_explains_itself(command: str) -> None:
    """In the table of commands, and with a help that says what it is for."""
    assert f"`{command}`" in (REFERENCE / "commands.md").read_text()
    done = CliRunner().invoke(app, [*command.split()[1:], "--help"])
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) > 4


def test_the_reference_names_no_command_that_is_not_there() -> None:
    """The table and the program list the same."""
    assert sorted(re.findall(r"^\| `(vigie [^`]+)`", (REFERENCE / "commands.md").read_text(), re.MULTILINE)) == sorted(commands())


@pytest.mark.parametrize("setting", list(Settings.model_fields))
def test_every_setting_is_in_the_reference(setting: str) -> None:
    """With its default."""
    row = next(line for line in (REFERENCE / "settings.md").read_text().splitlines() if line.startswith(f"| `{setting}`"))
    default = Settings.model_fields[setting].default
    assert not isinstance(default, int) or str(default) in row


@pytest.mark.parametrize(
    "error", [name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.VigieError) and kind is not errors.VigieError]
)
def test_every_error_is_in_the_reference(error: str) -> None:
    """With who must act and the exit code."""
    assert f"| `{error}` |" in (REFERENCE / "errors.md").read_text()


PRESSED = re.compile(r'\bkey: ([^,]+), does: t\("([^"]*)"')
KEYS_OF_SCREENS = {"Everywhere": "App.svelte", "Picture": "picture/*.svelte", "Event": "dossier/*.svelte", "Review": "review/*.svelte"}
"""The headings of the reference of keys, with the sources whose keys they tell."""


def keys_bound(sources: str) -> set[tuple[str, str]]:
    """The keys that the page's program binds in some of its sources, each with what it does, as the reference writes them."""
    folder = ROOT / "ui" / "src"
    ways = re.findall(r'Way\("(\w+)", "[^"]+", to_say\("([^"]+)"\)', (ROOT / "src/vigie/web/ways.py").read_text())
    letters = dict(re.findall(r'(\w+): "(\w)"', re.search(r"LETTERS[^=]*= \{(.*?)\}", (folder / "App.svelte").read_text())[1]))  # type: ignore[index]
    presets = re.findall(r'last: "\w+", .*?title: \(\) => t\("([^"]+)"\)', (folder / "picture" / "query.ts").read_text())
    counted = {
        "`g ${LETTERS[way.name]}`": {(f"`g` `{letters[name]}`", f"Go to: {title}") for name, title in ways},
        "`t ${place + 1}`": {(f"`t` `{place}`", f"The last {title}") for place, title in enumerate(presets, start=1)},
        "String(number + 1)": {("`1` to `9`", "Only {field}, or not")},
    }
    found = set[tuple[str, str]]()
    for path in folder.glob(sources):
        for key, does in PRESSED.findall(path.read_text()):
            found |= counted[key] if key in counted else {(" ".join(f"`{part}`" for part in key.strip('"').split(" ") if part) or "`Space`", does)}
    return found


@pytest.mark.parametrize(("heading", "sources"), KEYS_OF_SCREENS.items())
def test_every_key_of_the_desk_is_in_the_reference(heading: str, sources: str) -> None:
    """Under the screen that has it, in the words of the page; and no key that is not there."""
    part = (REFERENCE / "keys.md").read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    told = set(re.findall(r"^\| (`[^|]+`) \| (.+) \|$", part, re.MULTILINE))
    assert told == keys_bound(sources)


def test_no_screen_has_keys_that_the_reference_does_not_look_for() -> None:
    """Keys are bound in the sources that the headings stand for, and all of them in a form that the test reads."""
    folder = ROOT / "ui" / "src"
    looked_at = {path for sources in KEYS_OF_SCREENS.values() for path in folder.glob(sources)}
    binding = {path for path in folder.rglob("*.svelte") if "bind([" in path.read_text()}
    assert binding <= looked_at
    assert all(len(PRESSED.findall(path.read_text())) == len(re.findall(r"\bkey: .*? does: ", path.read_text())) for path in binding)


def readme_rows() -> list[tuple[str, str, str]]:
    """The rows of the README's table: what, command, test."""
    lines = (ROOT / "README.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ") and line.count("|") == 4]
    return [(row[0], row[1], row[2]) for row in cells if row[0] != "what was named"]


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo has run."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run([sys.executable, "-m", "vigie", "demo", "--no-serve", "--reports", "2000"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


NAMED = (
    "prevention", "review of the situation", "stocktake", "projects for approval", "public confidence", "mines", "seismologists' exchange", "seismic risk",
    "counter-terrorism", "cyber defence", "training", "human and social aspects", "energy", "CBRN", "regional cooperation in cyberspace", "interoperability",
)  # fmt: skip


def test_the_table_speaks_of_everything_that_was_named() -> None:
    """Each thing that the cooperation of 2014 and 2018 named begins one row."""
    rows = [what for what, _, _ in readme_rows()]
    assert [name for name in NAMED if not any(row.startswith(name) for row in rows)] == []
    assert len(rows) == len(NAMED)


@pytest.mark.parametrize(("what", "command", "test"), [row for row in readme_rows() if row[1] != "not yet"])
def test_every_row_of_the_readme_is_true(what: str, command: str, test: str, demo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its command runs on the demo's node and says something; its test is there."""
    words = shlex.split(command.strip("`"))
    assert words[0] == "vigie", what
    monkeypatch.chdir(demo_folder)
    done = CliRunner(env={"VIGIE_NODE": str(demo_folder / "demo" / "node"), "PATH": ""}).invoke(app, words[1:])
    assert done.exit_code == 0, (done.output, done.exception)
    assert re.search(r"[1-9]", done.stdout), done.stdout
    assert not re.search(r"\b0 of 0 events|\b0 events", done.stdout), done.stdout
    path, _, name = test.strip("`").partition("::")
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE)


def typed_commands() -> list[str]:
    """Every command of `vigie` that a code block of the manual or the README types, once."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    blocks = [
        block for page in pages for block in re.findall(r"^```(?:console|sh)\n(.*?)^```|^((?:    vigie .*\n)+)", page.read_text(), re.DOTALL | re.MULTILINE)
    ]
    lines = [line.strip().removeprefix("$ ") for parts in blocks for line in "".join(parts).splitlines()]
    return list(dict.fromkeys(line.removeprefix(".venv/bin/") for line in lines if re.match(r"(\.venv/bin/)?vigie ", line)))


@pytest.mark.parametrize("line", typed_commands())
def test_every_command_that_the_manual_types_is_there_with_its_options(line: str) -> None:
    """Nobody is told to type what the program does not know."""
    words = shlex.split(line, comments=True)[1:]
    command = typer.main.get_command(app)
    while words and (inner := getattr(command, "commands", {}).get(words[0])):
        command, words = inner, words[1:]
    assert not hasattr(command, "commands") or command.invoke_without_command, "it names no command"
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options


def lesson_steps(folder: Path) -> list[str]:
    """The commands of the lesson in their order; its files are written into the folder, the partners when the node is there."""
    blocks = re.findall(r"(?:^([^\n]+)\n\n)?^```(\w+)\n(.*?)^```\n", LESSON.read_text(), re.DOTALL | re.MULTILINE)
    for before, kind, text in blocks:
        name = re.search(r"[Ss]ave this.* as `([^`]+)`", before)
        if kind != "console":
            (folder / (name[1] if name else "partners.toml")).write_text(text)
    return [line.removeprefix("$ ") for _, kind, text in blocks if kind == "console" for line in text.splitlines()]


def test_the_lesson_goes_from_a_page_to_a_project_agreed_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the tutorial runs in its order; a draft is no event, a reason stays with the owner, and nobody has to be there at the deadline."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_NODE", raising=False)
    names, said = dict[str, str](), list[tuple[str, str]]()
    for line in lesson_steps(tmp_path):
        until = datetime.now(UTC) + timedelta(seconds=SILENCE_S)
        words = [{**names, "DEADLINE": f"{until:%Y-%m-%dT%H:%M:%SZ}"}.get(word, word) for word in shlex.split(line)]
        done = CliRunner().invoke(app, words[1:], input="a long password\na long password\n" if "accounts" in words else None)
        assert done.exit_code == 0, f"{line}: {done.output} {done.exception}"
        said.append((line, done.stdout))
        if line.startswith("vigie init"):
            with (tmp_path / "node" / "directory.toml").open("a") as directory:
                directory.write("\n" + (tmp_path / "partners.toml").read_text())
        for name, pattern in (
            ("DRAFT", r"\b([0-9a-f]{16})\s*$"),
            ("ACTIVITY", r"(a-[0-9a-f]+) is written"),
            ("CONTACT", r"^(\S+): duty desk"),
            ("CHECK", r"Check (\S+) is"),
        ):
            if name not in names and (found := re.search(pattern, done.stdout, re.MULTILINE)):
                names[name] = found[1]
        if "DEADLINE" in line:
            time.sleep(SILENCE_S)
    check_lesson(said)


def check_lesson(said: list[tuple[str, str]]) -> None:
    """What the lesson promises is what was printed."""
    events = [text for line, text in said if line == "vigie events"]
    assert [text.count("Podgorica") for text in events] == [0, 1]
    broken, hidden, agreed = [text for line, text in said if line.startswith("vigie activities show ACTIVITY")][:3]
    assert "March is too early for us" in broken
    assert "Broken by RS-DESK" in hidden
    assert "too early" not in hidden
    assert "procedure: agreed" in agreed
    assert "2 silences have ended" in dict(said)["vigie watch --once"]
    assert "answered in time" in dict(said)["vigie contacts checks"]
