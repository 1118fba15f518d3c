"""Taking in files: whole or not at all, once, by anybody at any time, with nobody's personal data."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from made import NOW_US
from vigie.model.atlas import Atlas
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import PUBLIC, Label
from vigie.node.export import refuse_owner_only
from vigie.node.intake import Order, ingest_each, ingest_file
from vigie.node.retry import retry_file
from vigie.node.settings import Node, init_node, open_node
from vigie.node.worlds import make_world
from vigie.store import Window, list_files, list_rejects, sweep_quarantine, visible

HEADER = "report_id,agency,field,kind,begin,lon,lat,magnitude,scale"
CLEAR = Order(label=Label("ME-NODE", tlp="CLEAR"))


def rows(count: int, start: int = 0) -> str:
    """A table of made-up quakes."""
    lines = [
        f"r{number},MSO,seismic,seismic.earthquake,2026-01-{number % 28 + 1:02d}T10:00:00Z,{18 + number % 50 / 10},42.5,{3 + number % 20 / 10},Mw"
        for number in range(start, start + count)
    ]
    return "\n".join([HEADER, *lines]) + "\n"


def table(folder: Path, text: str, name: str = "reports.csv") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def held(node: Node, party: str = "ME-NODE") -> int:
    """How many reports a party sees."""
    return len(visible(node.store, node.audience(party, NOW_US), Window()))


def test_the_same_file_twice_changes_nothing(node: Node, tmp_path: Path) -> None:
    """By its bytes, whatever its name."""
    first = ingest_file(node, table(tmp_path, rows(20)), CLEAR, NOW_US)
    second = ingest_file(node, table(tmp_path, rows(20), "again.csv"), CLEAR, NOW_US + 1)
    assert (first.status, first.tally.reports, second.status, second.tally.reports, second.tally.unchanged) == ("taken in", 20, "known", 0, 20)
    assert held(node) == 20


def test_plain_gzip_and_zip_are_the_same(tmp_path: Path) -> None:
    """The same reports in three wrappings make the same catalogue."""
    plain = table(tmp_path, rows(20))
    packed = tmp_path / "reports.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    with zipfile.ZipFile(tmp_path / "reports.zip", "w") as archive:
        archive.write(plain, "reports.csv")
        archive.writestr("README.txt", "not a table")
    seen = []
    for number, path in enumerate((plain, packed, tmp_path / "reports.zip")):
        node = init_node(tmp_path / f"node{number}", "ME-NODE")
        outcome = ingest_file(node, path, CLEAR, NOW_US)
        seen.append(visible(node.store, node.audience("ME-NODE", NOW_US), Window()).witness.tolist())
        assert outcome.tally.rejects == (1 if path.suffix == ".zip" else 0)
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "empty"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 10, "No reader recognises"),
        ("cut.csv.gz", gzip.compress(rows(5000).encode())[:-2000], "damaged"),
        ("cut.zip", b"PK\x03\x04" + b"x" * 100, "damaged"),
        ("header.csv", (HEADER + "\n").encode(), ""),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_leaves_nothing(node: Node, tmp_path: Path, name: str, content: bytes, words: str) -> None:
    """Empty, foreign, cut off; a header alone is a table without rows."""
    path = tmp_path / name
    path.write_bytes(content)
    outcome = next(ingest_each(node, [path], CLEAR, NOW_US))
    assert outcome.status == ("refused" if words else "taken in")
    assert words in outcome.sentence
    assert held(node) == 0
    assert not words or (list_files(node.store) == [] and list(node.quarantine.iterdir()) == [])


def test_an_unknown_format_says_what_was_tried_and_how_to_name_the_reader(node: Node, tmp_path: Path) -> None:
    """The sentence names the readers and the options."""
    with pytest.raises(BadReport, match=r"quakeml.*--reader NAME.*--mapping FILE"):
        ingest_file(node, table(tmp_path, "just a text", "note.txt"), CLEAR, NOW_US)
    with pytest.raises(BadSetting, match=r"There is no such reader.*quakeml"):
        ingest_file(node, table(tmp_path, rows(1)), replace(CLEAR, reader="nonsense"), NOW_US)


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    """A gzip bomb stops at the limit and leaves nothing."""
    node = init_node(tmp_path / "node", "ME-NODE")
    (tmp_path / "node" / "node.toml").write_text('party = "ME-NODE"\nmax_unpacked_bytes = 100000\n')
    node = open_node(tmp_path / "node")
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(rows(5000).encode()))
    with pytest.raises(BadReport, match="unpacks to more than is allowed"):
        ingest_file(node, path, CLEAR, NOW_US)
    assert held(node) == 0


def test_a_bad_row_is_a_reject_and_the_others_are_read(node: Node, tmp_path: Path) -> None:
    """Counted, placed, with what was got for the operator."""
    text = rows(3) + "r9,MSO,seismic,seismic.earthquake,never,18,42,3,Mw\nr10,MSO\n"
    outcome = ingest_file(node, table(tmp_path, text), CLEAR, NOW_US)
    assert (outcome.tally.reports, outcome.tally.rejects) == (3, 2)
    faults = list_rejects(node.store, node.keyring)
    assert [fault.place for fault in faults] == ["line 5", "line 6"]
    assert faults[0].got == "never"


def test_rejects_are_read_again_from_the_quarantine(node: Node, tmp_path: Path) -> None:
    """The file may be gone: the quarantine holds its bytes; what was read before is unchanged."""
    path = table(tmp_path, rows(3) + "r9,MSO\n")
    ingest_file(node, path, CLEAR, NOW_US)
    path.unlink()
    outcome = retry_file(node, list_files(node.store)[0], NOW_US)
    assert (outcome.status, outcome.tally.unchanged, outcome.tally.rejects) == ("taken in", 3, 1)
    assert len(list_rejects(node.store, node.keyring)) == 1


def test_the_quarantine_forgets_after_its_days(node: Node, tmp_path: Path) -> None:
    """Thirty days by default; then the key is gone and the file too."""
    ingest_file(node, table(tmp_path, rows(3) + "r9,MSO\n"), CLEAR, NOW_US)
    day_us = 86_400_000_000
    assert sweep_quarantine(node.store, node.keyring, node.quarantine, NOW_US + 29 * day_us) == 0
    assert sweep_quarantine(node.store, node.keyring, node.quarantine, NOW_US + 31 * day_us) == 2
    assert list(node.quarantine.iterdir()) == []
    assert [fault.got for fault in list_rejects(node.store, node.keyring)] == [None]
    assert retry_file(node, list_files(node.store)[0], NOW_US).status == "refused"


def test_no_personal_column_is_found_anywhere_in_the_nodes_bytes(node: Node, tmp_path: Path) -> None:
    """Names, addresses, numbers: in no table, payload, reject, index or journal, under any letter case."""
    secrets = ["Hasan Hasanović", "+382 67 123 456", "hasan@example.org", "1303978210015", "Ulica Slobode 17"]
    text = f"{HEADER},victim_name,Phone,e-mail,JMBG,home_address\n"
    text += "".join(f"r{number},MSO,seismic,seismic.earthquake,2026-01-01,18,42,3,Mw,{','.join(secrets)}\n" for number in range(50))
    text += f"r99,MSO,seismic,seismic.earthquake,never,18,42,3,Mw,{','.join(secrets)}\n"
    outcome = ingest_file(node, table(tmp_path, text), CLEAR, NOW_US)
    assert (outcome.tally.reports, outcome.tally.rejects) == (50, 1)
    node.store.close()
    for path in (tmp_path / "node").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [secret for secret in secrets if secret.encode() in content or secret.casefold().encode() in content], path


def test_what_a_source_forbids_to_pass_on_is_the_owners_alone(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """An ACLED export, taken in as CLEAR, is readable by the owner only, and an export refuses it."""
    facts = {
        "event_id_cnty": "SRB1", "event_date": "2026-01-05", "year": "2026", "time_precision": "1", "disorder_type": "Demonstrations",
        "event_type": "Protests", "sub_event_type": "Peaceful protest", "actor1": "Protesters (Serbia)", "inter1": "6", "country": "Serbia",
        "iso": "688", "admin1": "Belgrade", "location": "Belgrade", "latitude": "44.8", "longitude": "20.46", "geo_precision": "1",
        "source": "Daily", "source_scale": "National", "notes": "text", "fatalities": "0", "timestamp": "1767700000",
    }  # fmt: skip
    text = ",".join(facts) + "\n" + ",".join(facts.values()) + "\n"
    outcome = ingest_file(node, table(tmp_path, text), CLEAR, NOW_US)
    assert (outcome.tally.reports, outcome.restricted) == (1, True)
    assert (held(node), held(node, PUBLIC)) == (1, 0)
    with pytest.raises(NotReleasable, match="only their owner"):
        refuse_owner_only(node, make_world(node, node.audience("ME-NODE", NOW_US), atlas, exercise=False))


SLOW_INGEST = """
import sys, time
from pathlib import Path
from vigie.model.label import Label
from vigie.node import intake
from vigie.node.settings import open_node

node = open_node(Path(sys.argv[1]))
fill = intake._fill
def slow(open_intake, pieces, watch):
    fill(open_intake, pieces, watch)
    print("filled", flush=True)
    time.sleep(60 if sys.argv[3] == "wait" else 0)
intake._fill = slow
outcome = intake.ingest_file(node, Path(sys.argv[2]), intake.Order(label=Label("ME-NODE", tlp="CLEAR")), 1)
print(outcome.tally, flush=True)
"""


def start(node: Node, path: Path, how: str) -> subprocess.Popen[str]:
    """Another process that takes the file in, and waits before it commits where asked."""
    return subprocess.Popen([sys.executable, "-c", SLOW_INGEST, str(node.folder), str(path), how], stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_kill_in_the_middle_leaves_nothing_and_the_next_run_takes_all(node: Node, tmp_path: Path) -> None:
    """Kill -9 after all rows were written, before the transaction ended."""
    path = table(tmp_path, rows(2000))
    process = start(node, path, "wait")
    assert process.stdout is not None
    assert process.stdout.readline() == "filled\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert held(node) == 0
    assert ingest_file(node, path, CLEAR, NOW_US).tally.reports == 2000
    assert held(node) == 2000


@pytest.mark.slow
def test_two_processes_at_once_take_each_report_once(node: Node, tmp_path: Path) -> None:
    """Two files that overlap by half."""
    files = [table(tmp_path, rows(3000), "a.csv"), table(tmp_path, rows(3000, 1500), "b.csv")]
    processes = [start(node, path, "go") for path in files]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert all("Tally" in output for output in outputs)
    assert held(node) == 4500


@pytest.mark.slow
def test_a_large_file_read_by_a_second_process_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the size at which reading and writing are two processes; a fault in it is the same sentence."""
    seen = []
    for limit in (10**9, 1000):
        monkeypatch.setattr("vigie.node.intake.OWN_PROCESS_BYTES", limit)
        node = init_node(tmp_path / f"node{limit}", "ME-NODE")
        outcome = ingest_file(node, table(tmp_path, rows(12_000) + "r9,MSO\n"), CLEAR, NOW_US)
        assert (outcome.tally.reports, outcome.tally.rejects) == (12_000, 1)
        seen.append(visible(node.store, node.audience("ME-NODE", NOW_US), Window()).witness.tolist())
        damaged = tmp_path / "cut.csv.gz"
        damaged.write_bytes(gzip.compress(rows(60_000).encode(), 1)[:-50_000])
        with pytest.raises(BadReport, match="damaged"):
            ingest_file(node, damaged, CLEAR, NOW_US)
        assert held(node) == 12_000
    assert seen[0] == seen[1]


KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
from vigie.ingest.files import Limits
from vigie.model.label import Label
from vigie.node import intake

if __name__ == "__main__":
    order = intake.Order(label=Label("ME-NODE"))
    pieces = intake._pieces_from_process(Path(sys.argv[1]), order, order.label, Limits(), 1)
    next(pieces)
    import multiprocessing
    print(multiprocessing.active_children()[0].pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
def test_the_reading_process_ends_when_the_writing_one_is_killed(tmp_path: Path) -> None:
    """It would else wait for ever to hand on the next piece; its own end of the pipe tells that it has gone."""
    path, script = table(tmp_path, rows(200_000)), tmp_path / "writer.py"
    script.write_text(KILLED_WRITER)
    with subprocess.Popen([sys.executable, str(script), str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reader = int(process.stdout.readline())
        process.communicate(timeout=60)  # the reader holds the pipe too: it is at its end when both have gone
    with pytest.raises(ProcessLookupError):
        _signal_unless_zombie(reader)


def _signal_unless_zombie(number: int) -> None:
    """Raises `ProcessLookupError` where the process has ended, also where nobody has taken notice of that yet."""
    os.kill(number, 0)
    state = Path(f"/proc/{number}/stat")
    if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
        raise ProcessLookupError


def test_a_short_word_for_a_kind_gets_its_whole_name_and_an_unknown_one_is_kept(node: Node, tmp_path: Path) -> None:
    """`earthquake` can mean one kind only; what nobody knows is kept as it was said; a field that nobody knows is a reject."""
    lines = ["a,M,seismic,Earthquake,2026-01-01,18,42,3,Mw", "b,M,seismic,tremor of joy,2026-01-01,18,42,3,Mw", "c,M,weather,storm,2026-01-01,18,42,,"]
    outcome = ingest_file(node, table(tmp_path, "\n".join([HEADER, *lines]) + "\n"), CLEAR, NOW_US)
    assert (outcome.tally.reports, outcome.tally.rejects) == (2, 1)
    assert sorted(visible(node.store, node.audience("ME-NODE", NOW_US), Window()).kind.names) == ["seismic.earthquake", "tremor of joy"]


def test_a_file_under_a_wider_label_opens_what_was_closed_only_where_a_second_person_agrees(node: Node, tmp_path: Path) -> None:
    """The same reports again for everybody keep their stricter label, and a new one beside them bears the file's; a stricter file narrows at once."""
    closed, wide = Label("ME-NODE", tlp="AMBER", rel_to=frozenset({"ME-NODE"})), Label("ME-NODE", tlp="CLEAR")
    ingest_file(node, table(tmp_path, rows(3)), Order(label=closed), NOW_US)
    again = ingest_file(node, table(tmp_path, rows(4), "again.csv"), Order(label=wide), NOW_US)
    assert (again.tally.reports, again.tally.unchanged, again.tally.closed, held(node, PUBLIC)) == (1, 3, 3, 1)
    agreed = ingest_file(node, table(tmp_path, rows(4), "again.csv"), Order(label=wide, approved_by="head"), NOW_US)
    assert (agreed.tally.reports, agreed.tally.closed, held(node, PUBLIC)) == (3, 0, 4)
    assert ingest_file(node, table(tmp_path, rows(4), "back.csv"), Order(label=closed), NOW_US).tally.closed == 0
    assert (held(node, PUBLIC), held(node)) == (0, 4)
