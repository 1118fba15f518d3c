"""The story of a tour as one page: every step with what was told and its picture. It needs no script and no network."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from watch_tour.player import Step

_STYLE = """\
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem 1.2rem 4rem; font: 1rem/1.55 system-ui, "DejaVu Sans", sans-serif; }
.drill { background: #f2c14e; color: #231a00; padding: .5rem .9rem; border-radius: .4rem; font-weight: 700; letter-spacing: .06em; }
ol { list-style: none; padding: 0; }
li { margin: 2.2rem 0; break-inside: avoid; }
h2 { font-size: 1.05rem; margin: 0 0 .2rem; }
h2 span { opacity: .75; font-weight: 400; }
p { margin: .15rem 0; }
img { display: block; width: 100%; height: auto; margin-top: .6rem; border: 1px solid #8a97a5; border-radius: .4rem; }
"""


def story_page(steps: Sequence[Step], party: str, made: str, brief: str) -> str:
    """The page; pictures and the brief are named beside it."""
    told = "\n".join(_told(step) for step in steps)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>The watch, told in pictures</title>
<style>{_STYLE}</style></head><body>
<p class="drill" role="note">EXERCISE EXERCISE EXERCISE: nothing of this happened.</p>
<h1>The watch, told in pictures</h1>
<p>A source speaks, a rule fires, two people release a warning, one partner accepts it, another contests it.
A page becomes a meeting on the map, a project is agreed in silence, and a gap is closed.
Played on a node of {html.escape(party)}, {html.escape(made)}. The public brief: <a href="{brief}">{brief}</a>.</p>
<ol>
{told}
</ol>
</body></html>
"""


def _told(step: Step) -> str:
    who, words, why, address = (html.escape(text) for text in (step.who, step.words, step.why, step.address))
    picture = f'<img src="pictures/{step.picture}" alt="The page at step {step.number}: {words}" width="1280" height="800">'
    return f'<li id="step-{step.number}"><h2><span>{step.number}.</span> {who}: {words}</h2><p>{why}</p><p><small>{address}</small></p>{picture}</li>'


def write_story(folder: Path, steps: Sequence[Step], party: str, made: str) -> Path:
    """Writes the page into the folder and gives its path."""
    path = folder / "story.html"
    path.write_text(story_page(steps, party, made, "brief.pdf"), encoding="utf-8")
    return path
