"""Pages for tests: made up, of the kind that institutions put out."""

from __future__ import annotations

from pathlib import Path

from made import NOW_US
from vigie.node.intake import Order, Outcome, ingest_file
from vigie.node.settings import Node, owner_label

FRENCH = """\
Conférence régionale sur le déminage à Skopje

Mise à jour : 20 mars 2016

Les 1er et 2 mars derniers, des représentants de l'Albanie, du Monténégro et de la Serbie se sont réunis à Skopje pour une conférence
sur le déminage, organisée par l'OTAN et l'OSCE. Le général Petar Petrović a ouvert la réunion.
"""
_LINES = "".join(f"<p>{line}</p>" for line in FRENCH.splitlines() if line)
HTML = f'<!DOCTYPE html><html lang="fr"><head><title>Conférence</title></head><body>{_LINES}</body></html>'


def page_file(folder: Path, text: str = FRENCH, name: str = "page.txt") -> Path:
    """The text as a file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def take_page(node: Node, path: Path, tlp: str | None = None, *, reader: str = "page", exercise: bool = False, now_us: int = NOW_US) -> Outcome:
    """Takes a page in as `vigie ingest --reader page` does."""
    return ingest_file(node, path, Order(label=owner_label(node.settings.party, tlp), reader=reader, exercise=exercise), now_us)
