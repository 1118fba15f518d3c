"""How `vigie ingest --explain` shows what a file would become."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vigie.cli.show import say, say_json, say_table


def explain_files(paths: Sequence[Path], *, reader: str, preset: str, mapping: Path | None, agency: str, as_json: bool, folder: Path | None = None) -> None:
    """Prints the explanation of each file; nothing is written. `folder` is that of a node, if there is one, for its own lexicon."""
    from vigie.node.explaining import explain_file

    found = [explain_file(path, reader, preset, mapping, agency, folder) for path in paths]
    if as_json:
        say_json(found)
        return
    for facts in found:
        _view_of(facts)(facts)
    say("Nothing was written.")


def _view_of(facts: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    if "pages" in facts:
        return _say_page_view
    return _say_table_view if "columns" in facts else _say_reader_view


def _say_page_view(facts: dict[str, Any]) -> None:
    from vigie.node.page_facts import reading_lines

    for page in facts["pages"]:
        say(f"{facts['file']}: a page, read as a draft that would wait for review.")
        for line in reading_lines(page):
            say(line)


def _say_table_view(facts: dict[str, Any]) -> None:
    how = "nobody recognises it, so its columns were guessed" if facts["guessed"] else f"read by the mapping {facts['mapping']}"
    say(f"{facts['file']}: {how}; {facts['reports']:,} rows would be reports, {facts['rejects']:,} rejects.")
    rows = [(item["name"], item["understood"], ", ".join(item["targets"]), item["why"], " | ".join(item["examples"])) for item in facts["columns"]]
    say_table("", ["column", "understood as", "of a report", "because", "examples"], rows)
    _say_reasons(facts["reasons"])
    if facts["guessed"]:
        say("If that is not what was meant, save this as mapping.toml, correct it, and give it with --mapping mapping.toml:")
        say(facts["toml"])


def _say_reader_view(facts: dict[str, Any]) -> None:
    more = "" if facts["is_whole"] else " among the first ones"
    say(f"{facts['file']}: {facts['title']} (reader {facts['reader']}); {facts['reports']:,} reports and {facts['rejects']:,} rejects{more}.")
    say(f"Blanked before anything is kept: {', '.join(facts['blanked']) or 'nothing'}, and whatever else bears a personal name.")
    if facts["floor"] == "owner":
        say("The source's terms forbid passing it on: it would be readable by you only.")
    _say_reasons(facts["reasons"])
    for example in facts["examples"]:
        say(json.dumps(example, ensure_ascii=False, indent=2))


def _say_reasons(reasons: Sequence[str]) -> None:
    for reason in reasons:
        say(f"  reject: {reason}")
