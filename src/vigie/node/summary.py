"""The summary of a node for one audience, real and exercise apart: what a person wants to know first."""

from __future__ import annotations

import numpy as np

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json
from vigie.node.facts import event_facts, link_facts
from vigie.node.pictures import Choice, chosen_events, picture_facts
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.picture import most_severe
from vigie.store import list_files

SHOWN_EVENTS = 10


def world_summary(world: World, atlas: Atlas, now_us: int, *, doubtful_shown: int, language: str = "en") -> dict[str, Json]:
    """The picture of a world, with its ten most severe events and its most doubtful links."""
    picture = picture_facts(world, chosen_events(world, Choice()), atlas, now_us, language=language)
    severe = [event_facts(world, int(number), atlas, language) for number in most_severe(world.events, SHOWN_EVENTS)]
    doubtful = [link_facts(world, world.doubtful[number]) for number in range(min(doubtful_shown, len(world.doubtful)))]
    agencies = len(np.unique(world.catalogue.agency.codes))
    return picture | {"agencies": agencies, "most_severe": list[Json](severe), "doubtful_links": len(world.doubtful), "most_doubtful": list[Json](doubtful)}


def intake_summary(node: Node) -> dict[str, Json]:
    """What the node has taken in: files, reports, rejects. For the operator."""
    files = list_files(node.store)
    return {name: sum(getattr(file, name) for file in files) for name in ("reports", "unchanged", "rejects")} | {"files": len(files)}
