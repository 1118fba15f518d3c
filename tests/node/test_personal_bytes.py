"""No personal word of any reader's sample file is found anywhere in a node's bytes: unpacked payloads and PostgreSQL's rows too."""

from __future__ import annotations

import importlib.util
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa

from conftest import ROOT
from made import NOW_US
from vigie.model.label import Label
from vigie.node.intake import Order, ingest_file
from vigie.node.settings import Node, init_node

FIELDS = ROOT / "tests" / "fields"
PEOPLE = ("Petar Petrović", "Ana Anić", "Ana Example", "Bo Example", "Cy Example", "Hana Hasić", "ana@example.org", "+382 67 123 456")


def module(path: Path) -> ModuleType:
    """A test module by its path: the samples stand beside the readers' tests."""
    spec = importlib.util.spec_from_file_location(f"samples_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def samples(folder: Path) -> list[Path]:
    """A file of each reader that can meet people, each holding some."""
    own = "report_id,agency,field,kind,begin,Telefon,Ime i prezime,E-posta\n1,EX,mines,mines.accident,2026-01-05,{},{},{}\n"
    conflict, cooperation = module(FIELDS / "conflict" / "samples.py"), module(FIELDS / "cooperation" / "test_cooperation_records.py")
    misp = {
        "uuid": "5f3a1c1e-0000-4000-8000-000000000001", "info": "Phishing, ask ana@example.org", "date": "2026-01-05", "timestamp": "1767600000",
        "Orgc": {"name": "EX-CERT", "uuid": "x"}, "Attribute": [{"type": "email-src", "category": "Payload delivery", "value": "ana@example.org"},
        {"type": "phone-number", "category": "Person", "value": "+382 67 123 456"}, {"type": "first-name", "category": "Person", "value": "Hana Hasić"}],
    }  # fmt: skip
    contents = {
        "ged.csv": conflict.ged(),
        "ged.json": conflict.ged_json({"id": 99}),
        "acled.csv": conflict.acled(),
        "gdelt.export.CSV": conflict.gdelt_line(),
        "cooperation.csv": cooperation.TABLE,
        "bulletin.xml": (FIELDS / "seismic" / "bulletins" / "two_agencies.xml").read_bytes(),
        "misp.json": json.dumps({"Event": misp}).encode(),
        "own.csv": own.format("+382 67 123 456", "Hana Hasić", "ana@example.org").encode(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def held_bytes(node: Node) -> bytes:
    """Every value of every table of the store, payload blocks unpacked."""
    found: list[bytes] = []
    with node.store.reading() as connection:
        for name in sa.inspect(connection).get_table_names():
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"'):  # noqa: S608 - names of our own tables
                found += [zlib.decompress(value) if name == "payload_blocks" and isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(found)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_person_of_any_sample_is_in_the_nodes_bytes(kind: str, tmp_path: Path, new_url: Callable[[str], str]) -> None:
    """Each sample holds people; the node that took all of them in holds none, in no file and in no row."""
    (tmp_path / "sent").mkdir()
    files = samples(tmp_path / "sent")
    met = b"\n".join(path.read_bytes() for path in files)
    assert [name for name in PEOPLE if name.encode() not in met] == []
    node = init_node(tmp_path / "node", "ME-NODE", new_url(kind) if kind == "postgresql" else "")
    for path in files:
        outcome = ingest_file(node, path, Order(label=Label("ME-NODE"), agency="EX"), NOW_US)
        assert outcome.tally.reports > 0, path.name
    held = held_bytes(node)
    assert b"Government of North Macedonia" in held
    assert [name for name in PEOPLE if name.encode() in held] == []
    node.store.close()
    for path in (tmp_path / "node").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert [name for name in PEOPLE if name.encode() in content] == [], path
