"""The command behind `make watch`: sets the stage, plays the scenes, writes the story; a fault is one sentence and exit code 1."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from vigie.node.atlas import load_atlas
from watch_tour.archive import archive, burst, table
from watch_tour.faults import TourError
from watch_tour.feed import PRESS, TABLE, serving
from watch_tour.player import Player, browsing, has_display, sheet
from watch_tour.press import press_page
from watch_tour.scenes import SCENES, SHOWN_IN_MANUAL
from watch_tour.stage import PARTY, POSTS, Stage, build, clear, watched
from watch_tour.story import write_story

STOPPED = 130
TO_COME = """\
EXERCISE EXERCISE EXERCISE: the agencies, the happenings and the people of this tour are made up.

A source speaks, a rule fires, two people release a warning, one partner accepts it, another contests it.
A page becomes a meeting on the map, a project is agreed in silence, a gap is closed, and everybody can see what may be seen.

A strip at the foot of each page says who acts, what happens and why."""


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0 played to the end, 1 a fault, 130 stopped by Ctrl-C."""
    asked = _parser().parse_args(words)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        play(asked)
    except TourError as fault:
        return _complain(str(fault), 1)
    except KeyboardInterrupt:
        return _complain("Stopped.", STOPPED)
    return 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="watch-tour", description="Plays the whole warning loop in a real browser, in an exercise world.")
    parser.add_argument("--folder", type=Path, default=Path("watch"), help="where the node, the pictures and the story are kept")
    parser.add_argument("--fast", action="store_true", help="no pauses, and stop at the end")
    parser.add_argument("--headless", action="store_true", help="no window, even where there is a display")
    parser.add_argument("--keep", action="store_true", help="do not empty the folder of an earlier tour; its node goes into a folder of its own")
    parser.add_argument("--pictures", type=Path, help="also put the pictures of the manual here")
    return parser


def play(asked: argparse.Namespace) -> None:
    """Plays all scenes and writes the story."""
    folder = stage_folder(asked.folder.absolute(), keep=asked.keep)
    is_shown = has_display() and not asked.headless
    atlas, now = load_atlas(), datetime.now(UTC)
    past = archive(atlas, now)
    with ExitStack() as stack:
        page = stack.enter_context(browsing(is_shown=is_shown))
        feed = stack.enter_context(serving(table(past)))
        sheet(page, "The watch", "The stage is being set; this takes half a minute.", TO_COME)
        _say(f"Setting the stage in {folder} (an EXERCISE: nothing of it happened) ...")
        passwords = build(folder, feed)
        address = stack.enter_context(watched(folder))
        _say(f"Playing {len(SCENES)} steps on {address}" + ("." if is_shown else "; there is no display, so nothing is shown, but the story is written."))
        later = {TABLE: table(past + burst(atlas, now)), PRESS: press_page(now.date())}
        player = Player(page, Stage(folder, address, passwords), feed, 0.0 if asked.fast else 1.0, len(SCENES) + 1, later)
        stack.callback(_last_look, player)
        _play(player)
        _close(player, now)
        if asked.pictures:
            _to_manual(player, asked.pictures)
        if not asked.fast and sys.stdout.isatty():
            _stay(player)


def stage_folder(folder: Path, *, keep: bool) -> Path:
    """The folder to play in: emptied, or beside what an earlier tour left there."""
    if keep and folder.exists() and any(folder.iterdir()):
        folder = folder.with_name(f"{folder.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    clear(folder)
    (folder / "pictures").mkdir()
    return folder


def _play(player: Player) -> None:
    for scene in SCENES:
        scene(player)
        last = player.steps[-1]
        _say(f"{last.number:2d}. {last.who}: {last.words}")


def _last_look(player: Player) -> None:
    """A picture of where the tour ended, where it did not come to its end."""
    if len(player.steps) < player.total and not player.page.is_closed():
        player.page.screenshot(path=player.stage.folder / "pictures" / "fault.png", full_page=True)


def _close(player: Player, now: datetime) -> None:
    """Writes the story, and shows it."""
    path = write_story(player.stage.folder, player.steps, PARTY, f"{now:%Y-%m-%d %H:%M} UTC")
    player.page.goto(path.as_uri(), wait_until="load")
    player.tell("The end", "Every step with its picture stands in this story.", f"{path}")
    write_story(player.stage.folder, player.steps, PARTY, f"{now:%Y-%m-%d %H:%M} UTC")
    _say(f"The story: {path.as_uri()}")
    _say(f"The brief: {(player.stage.folder / 'brief.pdf').as_uri()}")


def _to_manual(player: Player, there: Path) -> None:
    there.mkdir(parents=True, exist_ok=True)
    for number, scene in enumerate(SCENES, 1):
        if scene.__name__ in SHOWN_IN_MANUAL:
            shutil.copyfile(player.stage.folder / "pictures" / f"{number:02d}.png", there / SHOWN_IN_MANUAL[scene.__name__])


def _stay(player: Player) -> None:
    """Lets people look around until they stop it."""
    path = player.stage.folder / "accounts.txt"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.writelines(f"{name} {POSTS[name][0]} {POSTS[name][1]} {password}\n" for name, password in player.stage.passwords.items())
    _say(f"The node goes on at {player.stage.address}/desk?exercise=true (accounts of this run: {path}). Stop with Ctrl-C.")
    with suppress(KeyboardInterrupt):
        Event().wait()
