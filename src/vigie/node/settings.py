"""A node on disk: its folder, its settings, its directory of parties, its key."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pydantic
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC, Directory, Label, Membership, Party
from vigie.model.times import DAY_US, parse_time
from vigie.store import Audience, Keyring, Store, create_store, open_store, sqlite_url, upgrade_store

if TYPE_CHECKING:
    from vigie.ingest.files import Limits

SETTINGS_FILE = "node.toml"
DIRECTORY_FILE = "directory.toml"


class Settings(pydantic.BaseModel):
    """What an operator may set in `node.toml`. Every limit has a default that suits a laptop."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    party: str = pydantic.Field(min_length=1, max_length=64, description="the name of this node's own party, the owner of what it takes in")
    store: str = pydantic.Field(default="", description="address of the store; empty = SQLite in the node's folder, or postgresql+psycopg://USER@HOST/NAME")
    language: str = pydantic.Field(default="en", description="language of place names, as a BCP 47 tag")
    quarantine_days: int = pydantic.Field(default=30, ge=1, le=3650, description="how long raw files and rejects are kept, encrypted")
    max_file_bytes: int = pydantic.Field(default=4 * 1024**3, ge=1, description="the largest file that is taken in")
    max_unpacked_bytes: int = pydantic.Field(default=8 * 1024**3, ge=1, description="the most that one file may unpack to")
    max_upload_bytes: int = pydantic.Field(default=32 * 1024**2, ge=1, le=1024**3, description="the largest table that is sent to the node from its own page")
    max_page: int = pydantic.Field(default=1000, ge=1, le=10_000, description="the most items on one page of a list")
    doubtful_shown: int = pydantic.Field(default=20, ge=0, le=1000, description="how many doubtful links the summary shows")
    four_eyes: bool = pydantic.Field(default=True, description="whether a warning must be approved by somebody who did not write it")
    yardstick: Literal["ICD203", "PHIA", "FRENCH"] = pydantic.Field(
        default="ICD203", description="whose words of probability are printed: ICD203, PHIA, FRENCH"
    )
    sender: str = pydantic.Field(
        default="", max_length=200, pattern=r"^[^\s,<&]*$", description="the sender's name in CAP messages, without spaces, commas, < and &; empty = the party"
    )
    session_hours: int = pydantic.Field(default=12, ge=1, le=168, description="how many hours somebody who signed in stays so")


@dataclass(frozen=True, slots=True)
class Node:
    """An opened node."""

    folder: Path
    settings: Settings
    directory: Directory
    store: Store
    keyring: Keyring

    @property
    def quarantine(self) -> Path:
        """Where sealed raw files lie."""
        return self.folder / "quarantine"

    @property
    def limits(self) -> Limits:
        """What a file may hold."""
        from vigie.ingest.files import Limits

        return Limits(max_unpacked_bytes=self.settings.max_unpacked_bytes)

    def audience(self, party: str, now_us: int) -> Audience:
        """The audience of a party at an instant."""
        return Audience(party, self.directory, now_us, self.settings.party)

    def expires_us(self, now_us: int) -> int:
        """When what is put into the quarantine now is destroyed."""
        return now_us + self.settings.quarantine_days * DAY_US

    def sign(self, data: bytes) -> bytes:
        """The node's Ed25519 signature."""
        return _load_key(self.folder / "keys" / "node.pem").sign(data)


def init_node(folder: Path, party: str, store_url: str = "") -> Node:
    """A new node in `folder`, or the existing one: unchanged, but for an older store, which is brought up to this version and keeps its data.

    Raises `BadSetting` where the folder belongs to another party or holds something else.
    """
    settings_file = folder / SETTINGS_FILE
    if settings_file.exists():
        return _known_node(folder, party, store_url)
    if folder.exists() and any(folder.iterdir()):
        raise BadSetting("The folder is not empty and holds no node", source=str(folder), todo="name another folder with --node")
    settings = _checked({"party": party, "store": store_url}, str(settings_file))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = create_store(_store_address(folder, settings))
    _new_key(folder / "keys" / "node.pem")
    (folder / "quarantine").mkdir(mode=0o700, exist_ok=True)
    (folder / DIRECTORY_FILE).write_text(_DIRECTORY_TEMPLATE, encoding="utf-8")
    settings_file.write_text(_settings_text(settings), encoding="utf-8")
    store.close()
    return open_node(folder)


def _known_node(folder: Path, party: str, store_url: str) -> Node:
    """The node that is in the folder already, with its store brought up to this version."""
    settings = read_settings(folder)
    if settings.party != party:
        raise BadSetting("The node belongs to another party", source=str(folder), got=party, expected=settings.party)
    if store_url and store_url != settings.store:
        kept = shown_url(settings.store) or "SQLite in the folder"
        raise BadSetting("The node has another store", source=str(folder), got=shown_url(store_url), expected=kept)
    upgrade_store(_store_address(folder, settings))
    return open_node(folder)


def _store_address(folder: Path, settings: Settings) -> str:
    return settings.store or sqlite_url(folder.absolute() / "vigie.sqlite")


def shown_url(url: str) -> str:
    """An address of a store without what may be a password."""
    scheme, at, rest = url.partition("://")
    return f"{scheme}{at}{rest.rpartition('@')[2]}"


def open_node(folder: Path) -> Node:
    """The node in `folder`. Raises `BadSetting` where there is none or a setting is wrong."""
    settings = read_settings(folder)
    store = open_store(_store_address(folder, settings))
    return Node(folder, settings, read_directory(folder / DIRECTORY_FILE), store, Keyring(folder / "keys" / "quarantine.keys"))


def read_settings(folder: Path) -> Settings:
    """The settings of the node in `folder`."""
    path = folder / SETTINGS_FILE
    if not path.exists():
        raise BadSetting("There is no node here", source=str(folder), todo="make one with `vigie init`, or name it with --node")
    return _checked(_read_toml(path), str(path))


def node_folder(named: Path | None) -> Path:
    """The folder of the node that is meant: the one named, else VIGIE_NODE, else ./node."""
    return named or Path(os.environ.get("VIGIE_NODE") or "node")


def read_directory(path: Path) -> Directory:
    """Parties, groups and levels from `directory.toml`; the empty directory where there is none."""
    if not path.exists():
        return Directory()
    facts = _read_toml(path)
    try:
        parties = {name: _party(name, party) for name, party in facts.pop("parties", {}).items()}
        places = {name: _places(name, members, str(path)) for name, members in facts.pop("groups", {}).items()}
        levels = {name: tuple(map(str, ranks)) for name, ranks in facts.pop("levels", {}).items()}
    except (TypeError, AttributeError) as fault:
        raise BadSetting("The directory of parties cannot be understood", source=str(path), got=str(fault)) from fault
    if facts:
        raise BadSetting("The directory holds an unknown table", source=str(path), got=min(facts), expected="parties, groups, levels")
    if PUBLIC in parties:
        raise BadSetting("No party may be named PUBLIC: it is the audience of everybody", source=str(path))
    always = {name: frozenset(place.party for place in found if place == Membership(place.party)) for name, found in places.items()}
    dated = {name: frozenset(place for place in found if place != Membership(place.party)) for name, found in places.items()}
    return Directory(dict(Directory().levels) | levels, always, parties, dated={name: found for name, found in dated.items() if found})


def _places(group: str, members: Any, source: str) -> list[Membership]:
    """The places in a group: names of parties, or tables of `party`, `from` and `until`. Raises `BadSetting` for anything else."""
    if not isinstance(members, list) or not all(isinstance(member, str | dict) for member in members):
        expected = 'a list of names and tables such as {party = "ME-CERT", from = 2026-01-01, until = 2027-01-01}'
        raise BadSetting("The members of a group cannot be understood", source=source, field=f"groups.{group}", got=str(members), expected=expected)
    return [_place(member, group, source) if isinstance(member, dict) else Membership(member) for member in members]


def _place(facts: Mapping[str, Any], group: str, source: str) -> Membership:
    where = f"groups.{group}"
    if unknown := set(facts) - {"party", "from", "until"}:
        raise BadSetting("A place in a group holds an unknown word", source=source, field=where, got=min(unknown), expected="party, from, until")
    party = facts.get("party")
    if not isinstance(party, str) or not party:
        raise BadSetting("A place in a group names no party", source=source, field=where, got=str(party), expected="the name of a party")
    begin, end = (_instant(facts.get(name), f"{where}.{name}", source) for name in ("from", "until"))
    if begin is not None and end is not None and end <= begin:
        raise BadSetting("A place in a group ends before it begins", source=source, field=where, record=party, got=str(facts["until"]))
    return Membership(party, begin, end)


def _instant(said: Any, field: str, source: str) -> int | None:
    """Microseconds of a day (its first instant) or a time, UTC where no zone is named; None where nothing is said."""
    if said is None:
        return None
    try:
        return parse_time(said if isinstance(said, str) else said.isoformat())
    except (ValueError, OverflowError, AttributeError) as fault:
        expected = "a day or a time such as 2026-01-01 or 2026-01-01T08:00:00Z"
        raise BadSetting("A date cannot be understood", source=source, field=field, got=str(said), expected=expected) from fault


def _party(name: str, facts: Mapping[str, Any]) -> Party:
    lists = {key: frozenset(map(str, facts.get(key, ()))) for key in ("caveats", "clients_of")}
    return Party(
        name, str(facts.get("org", name)), bool(facts.get("community", False)), lists["caveats"], dict(facts.get("clearance", {})), lists["clients_of"]
    )


def owner_label(party: str, tlp: str | None) -> Label:
    """The label of a file when the operator named a TLP level, or none: then AMBER without a list, which only the owner reads."""
    from vigie.model.label import TLP_ORDER

    level = (tlp or "AMBER").upper()
    if level not in TLP_ORDER:
        raise BadSetting("There is no such TLP level", got=str(tlp), expected=", ".join(TLP_ORDER))
    return Label(party, tlp=level)


def _checked(facts: Mapping[str, Any], source: str) -> Settings:
    try:
        return Settings.model_validate(facts)
    except pydantic.ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise BadSetting("A setting is wrong", source=source, field=name, got=str(first.get("input")), expected=first["msg"]) from fault


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadSetting("The file is not TOML", source=str(path), got=str(fault)) from fault


def _settings_text(settings: Settings) -> str:
    """The settings that differ from their defaults, and the others as comments."""
    lines = ["# Settings of this node; a line that begins with # shows a default.", ""]
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
        lines += [f"# {field.description}", f"{'# ' if value == field.default else ''}{name} = {shown}", ""]
    return "\n".join(lines)


_DIRECTORY_TEMPLATE = """\
# Parties that this node exchanges with, groups of them, and the levels of each policy (lowest first).
#
# [parties.ME-CERT]
# org = "ME"
# community = true
# clearance = { VIGIE = "RESTRICTED" }
# caveats = ["MEDICAL"]
# clients_of = []
#
# [groups]
# CERTS = ["ME-CERT", {party = "RS-CERT", from = 2026-01-01, until = 2027-01-01}]
"""


def _new_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(pem)


def _load_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as fault:
        raise BadSetting("The node's key cannot be read", source=str(path), got=str(fault), todo="restore keys/node.pem from a backup") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSetting("The node's key is not an Ed25519 key", source=str(path))
    return key
