"""Fetching a MISP feed: `manifest.json` lists the events with the time of their last change; only new and changed ones are fetched.

Addresses are made from the source's own and the event's UUID; none is taken from what an event says. The state remembers the time of
each event that was taken in, so that a run that was cut off goes on, and an event that was refused comes again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping
from typing import Any, Final
from urllib.parse import urljoin
from uuid import UUID

from vigie.model.canonical import Json
from vigie.model.errors import PeerUnavailable
from vigie.model.feed import Answer, Ask, Errand, Feed, Haul, Request
from vigie.model.times import SECOND_US

MOST_EVENTS: Final = 2_000
"""Events a run, oldest change first; the others come with the next run."""

_MANIFEST: Final = "manifest.json"
_SECONDS: Final = re.compile(r"[0-9]{1,11}")


def fetch_misp(errand: Errand, ask: Ask) -> Generator[Haul, bool, None]:
    """The new and the changed events of a feed. Raises `PeerUnavailable` where the manifest is something else."""
    seen: dict[str, Json] = dict(_seen(errand.state))
    known = {name: str(errand.state.get(name, "")) for name in ("etag", "last_modified")} if errand.since_us is None else {}
    answer = ask(Request(address=_address(errand, _MANIFEST), name=_MANIFEST, **known))  # type: ignore[arg-type]
    if answer.is_unchanged:
        return
    wanted = _wanted(errand, _manifest(answer, errand.source.address), seen)
    whole = len(wanted) <= MOST_EVENTS
    for changed, uuid in wanted[:MOST_EVENTS]:
        event = ask(Request(address=_address(errand, f"{uuid}.json"), name=f"{uuid}.json", passes=frozenset({404})))
        if event.status == 404:  # noqa: PLR2004 - HTTP
            whole = False
            yield Haul(state={"seen": dict(seen)}, note=f"The feed lists the event {uuid}, but does not have it; it is tried again")
        elif (yield Haul(state={"seen": {**seen, uuid: changed}}, name=f"{uuid}.json", content=event.path)):
            seen[uuid] = changed
        else:
            whole = False
    yield Haul(state={"seen": seen, **({"etag": answer.etag, "last_modified": answer.last_modified} if whole else {})})


def _address(errand: Errand, name: str) -> str:
    """An address in the feed's folder, whether the source names the folder or its manifest."""
    folder = errand.source.address.removesuffix(_MANIFEST)
    return urljoin(folder if folder.endswith("/") else f"{folder}/", name)


def _seen(state: Mapping[str, Any]) -> Mapping[str, int]:
    return {str(uuid): int(changed) for uuid, changed in state.get("seen", {}).items()}


def _manifest(answer: Answer, address: str) -> dict[str, int]:
    """UUID -> time of the last change in seconds. Entries that are none are left out."""
    content = answer.path.read_bytes() if answer.path else b""
    try:
        entries = json.loads(content).items()
    except (ValueError, AttributeError, RecursionError):
        got = content[:60].decode("utf-8", "replace")
        raise PeerUnavailable("The feed's manifest is something else", source=address, got=got, expected="JSON with an entry for each event") from None
    return {uuid: changed for name, entry in entries if (uuid := _uuid(name)) and (changed := _changed(entry)) is not None}


def _uuid(name: str) -> str:
    try:
        return str(UUID(name))
    except ValueError:
        return ""


def _changed(entry: Any) -> int | None:
    text = str(entry.get("timestamp", "")) if isinstance(entry, dict) else ""
    return int(text) if _SECONDS.fullmatch(text) else None


def _wanted(errand: Errand, manifest: Mapping[str, int], seen: Mapping[str, Any]) -> list[tuple[int, str]]:
    """(time of change, UUID) of every event to fetch, oldest change first; a named period limits the time of change."""
    first = -1 if errand.since_us is None else errand.since_us // SECOND_US
    last = None if errand.until_us is None else errand.until_us // SECOND_US
    chosen = [(changed, uuid) for uuid, changed in manifest.items() if changed > int(seen.get(uuid, -1)) and changed >= first]
    return sorted(item for item in chosen if last is None or item[0] < last)


FEEDS: Final[Mapping[str, Feed]] = {"misp-feed": Feed(fetch=fetch_misp, token_header="Authorization: {token}")}  # noqa: S106 - the shape of a header
