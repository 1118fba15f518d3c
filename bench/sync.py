"""How fast two nodes exchange records: `python bench/sync.py --records 100000`.

One node serves in a process of its own (`vigie serve --tls`), another asks it in a process of its own (`vigie sync`), both on SQLite and on this machine's
own HTTPS. Prints the verified records a second of wall time, the processor's seconds of both, peak memory of both, how that stands beside one Ed25519
check a record, and how long a poll takes that finds nothing new. With `--peers 10` so many partners then ask one node of `--each` records at once.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest import write_reports
from seals import measure
from vigie.model.label import Label
from vigie.node.clock import now_us
from vigie.node.intake import Order, ingest_file
from vigie.node.peers import add_peer, own_card, peer
from vigie.node.sending import sender_to
from vigie.node.serving import answer
from vigie.node.settings import Node, init_node, open_node
from vigie.node.sync import pull

SERVER = "BENCH"
POLLS = 50
_MIB = 1024.0


def make_server(folder: Path, records: int, parties: Sequence[str]) -> tuple[Node, str]:
    """A node that holds so many records open to all, and its address."""
    node = init_node(folder / "server", SERVER)
    (folder / "server" / "directory.toml").write_text("".join(f"[parties.{name}]\ncommunity = true\n" for name in (SERVER, *parties)), encoding="utf-8")
    write_reports(folder / "reports.csv", records)
    ingest_file(node, folder / "reports.csv", Order(label=Label(SERVER, tlp="GREEN")), now_us())
    with socket.create_server(("127.0.0.1", 0)) as line:
        address = f"https://127.0.0.1:{line.getsockname()[1]}"
    for name in parties:
        client = init_node(folder / name, name)
        add_peer(client, own_card(node, address), now_us())
        add_peer(node, own_card(client), now_us())
        client.store.close()
    node.store.close()
    return open_node(folder / "server"), address


@contextmanager
def serving(folder: Path, address: str) -> Iterator[int]:
    """The process number of the node's server, once it answers."""
    port = address.rpartition(":")[2]
    command = [sys.executable, "-m", "vigie", "serve", "--tls", "--node", str(folder / "server"), "--port", port]
    with (folder / "server.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            _until_open(int(port))
            yield server.pid
        finally:
            server.terminate()


def _until_open(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not start")


def asked(folder: Path, names: Sequence[str]) -> dict[str, Any]:
    """Wall and processor seconds, and the highest peak memory in MiB, of these partners that ask at once, each in a process of its own."""
    started = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-m", "vigie", "sync", "--node", str(folder / name)], stdout=subprocess.PIPE) for name in names]
    cpu_s, peak_mib = 0.0, 0.0
    for one in running:
        said = one.stdout.read().decode().strip() if one.stdout else ""
        _, status, used = os.wait4(one.pid, 0)
        one.returncode = os.waitstatus_to_exitcode(status)
        if one.returncode or " taken" not in said:
            raise SystemExit(f"a partner failed: {said}")
        cpu_s, peak_mib = cpu_s + used.ru_utime + used.ru_stime, max(peak_mib, used.ru_maxrss / _MIB)
    return {"wall_s": round(time.perf_counter() - started, 2), "cpu_s": round(cpu_s, 2), "peak_mib": round(peak_mib)}


def used_by(pid: int) -> dict[str, Any]:
    """Processor seconds and peak memory in MiB of a process that runs (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines() if ":" in line)
    return {
        "cpu_s": round((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), 2),
        "peak_mib": round(int(status["VmHWM"].split()[0]) / _MIB),
    }


def polled(server: Node, folder: Path, name: str) -> dict[str, Any]:
    """The middle and the longest milliseconds of a poll that finds nothing new: whole, over HTTPS, and of the answer alone."""
    client = open_node(folder / name)
    send, whole, alone = sender_to(peer(client, SERVER)), [], []
    pull(client, SERVER, send, now_us())
    for _ in range(POLLS):
        started = time.perf_counter()
        pull(client, SERVER, send, now_us())
        whole.append(1000 * (time.perf_counter() - started))

    def asked_here(body: bytes, signature: str) -> tuple[int, bytes, str]:
        started = time.perf_counter()
        said = answer(server, body, signature, now_us())
        alone.append(1000 * (time.perf_counter() - started))
        return said.status, said.body, said.signature

    for _ in range(POLLS):
        pull(client, SERVER, asked_here, now_us())
    client.store.close()
    return {"poll_ms": [round(part, 2) for part in _spread(whole)], "answer_ms": [round(part, 2) for part in _spread(alone)]}


def _spread(values: Sequence[float]) -> tuple[float, float]:
    return statistics.median(values), max(values)


def exchange(records: int, partners: int) -> dict[str, Any]:
    """The figures of so many partners that each read so many records, all at once, and of a poll after that."""
    names = [f"PARTNER{number}" for number in range(partners)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        server, address = make_server(folder, records, names)
        with serving(folder, address) as pid:
            before = used_by(pid)["cpu_s"]
            client = asked(folder, names)
            used = used_by(pid)
            poll = polled(server, folder, names[0])
        server.store.close()
    rate = round(records * partners / client["wall_s"])
    used["cpu_s"] = round(used["cpu_s"] - before, 2)
    return {"records": records, "partners": partners, "records_per_s": rate, "client": client, "server": used} | poll


def main() -> None:
    """Prints the figures, in sentences or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--peers", type=int, default=0)
    parser.add_argument("--each", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    alone = measure(4_000, [64], 1)["Ed25519 alone"]["checked_per_s"]
    runs = [(chosen.records, 1)] + ([(chosen.each, chosen.peers)] if chosen.peers else [])
    found = []
    for records, partners in runs:
        found.append(exchange(records, partners))
        if not chosen.json:
            _say(found[-1], alone)
    if chosen.json:
        print(json.dumps({"ed25519_checks_per_s": alone, "runs": found}, indent=2))


def _say(found: dict[str, Any], alone: int) -> None:
    client, server = found["client"], found["server"]
    whole = found["records"] * found["partners"]
    print(f"{found['partners']} x {found['records']:,} records in {client['wall_s']} s: {found['records_per_s']:,} a second")
    for name, used in (("client", client), ("server", server)):
        print(f"  {name}: {used['cpu_s']} s of processor ({whole / max(used['cpu_s'], 0.01):,.0f} records a second of one core), peak {used['peak_mib']} MiB")
    print(f"  beside {alone:,} checks of Ed25519 a second of one core: {100 * found['records_per_s'] / alone:.0f} %")
    print(f"  a poll with nothing new: {found['poll_ms'][0]} ms (longest {found['poll_ms'][1]}), of which the answer {found['answer_ms'][0]} ms", flush=True)


if __name__ == "__main__":
    main()
