"""What sealing many records at once gains: `python bench/seals.py --records 128000 --batches 64 8 1`.

Sealed and checked records a second on one core (CPU time), beside one Ed25519 signature and one check of it for each record, measured in turns in one run.
The best of the rounds counts for each, so that a busy machine harms all alike.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from time import process_time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vigie.exchange.identity import Domain, History, begun, is_signed, signed
from vigie.exchange.seals import KnownRoots, Seal, is_sealed, sealed

Figures = dict[str, dict[str, int]]
"""Records a second, sealed and checked, by the way of sealing."""

OWNER = "BENCH"


def _seconds(work: Callable[[], object]) -> float:
    begin = process_time()
    work()
    return process_time() - begin


def seal_all(record_ids: Sequence[bytes], history: History, key: Ed25519PrivateKey, batch: int) -> list[Seal]:
    """Seals of all records, so many at a time."""
    starts = range(0, len(record_ids), batch)
    return [seal for start in starts for seal in sealed(record_ids[start : start + batch], OWNER, history.current_id, key.sign, b"s" * 32)]


def check_all(record_ids: Sequence[bytes], seals: Sequence[Seal], history: History) -> None:
    """Checks every seal, each root's signature once. Raises `ValueError` where one is bad."""
    known: KnownRoots = {}
    if not all(is_sealed(record_id, seal, OWNER, history, known) for record_id, seal in zip(record_ids, seals, strict=True)):
        raise ValueError("a seal is bad")


def sign_each(record_ids: Sequence[bytes], key: Ed25519PrivateKey) -> list[bytes]:
    """One signature a record."""
    return [signed(Domain.BATCH, record_id, key.sign) for record_id in record_ids]


def check_each(record_ids: Sequence[bytes], signatures: Sequence[bytes], history: History) -> None:
    """Checks one signature a record."""
    if not all(is_signed(Domain.BATCH, record_id, found, history.current) for record_id, found in zip(record_ids, signatures, strict=True)):
        raise ValueError("a signature is bad")


def measure(records: int, batches: Sequence[int], rounds: int) -> Figures:
    """Records a second, sealed and checked, for each size of batch and for one signature a record."""
    key = Ed25519PrivateKey.generate()
    history = begun(OWNER, key.public_key().public_bytes_raw(), 0, key.sign)
    ids = [sha256(b"%d" % number).digest() for number in range(records)]
    few = ids[: max(1, records // 16)]
    best: Figures = {}
    for _ in range(rounds):
        for batch in batches:
            _measure_batches(best, ids if batch > 1 else few, history, key, batch)
        _measure_each(best, few, history, key)
        _keep(best, "Ed25519 alone", len(few), _alone(few, key))
    return best


def _measure_batches(best: Figures, ids: Sequence[bytes], history: History, key: Ed25519PrivateKey, batch: int) -> None:
    made = seal_all(ids, history, key, batch)
    sealing = _seconds(partial(seal_all, ids, history, key, batch))
    _keep(best, f"batches of {batch}", len(ids), (sealing, _seconds(partial(check_all, ids, made, history))))


def _measure_each(best: Figures, ids: Sequence[bytes], history: History, key: Ed25519PrivateKey) -> None:
    signatures = sign_each(ids, key)
    signing = _seconds(partial(sign_each, ids, key))
    _keep(best, "a signature a record", len(ids), (signing, _seconds(partial(check_each, ids, signatures, history))))


def _alone(messages: Sequence[bytes], key: Ed25519PrivateKey) -> tuple[float, float]:
    """Seconds of the library's own signature and check of each message, with nothing around them."""
    public: Ed25519PublicKey = key.public_key()
    signatures = [key.sign(message) for message in messages]
    made = _seconds(lambda: [key.sign(message) for message in messages])
    return made, _seconds(lambda: [public.verify(found, message) for found, message in zip(signatures, messages, strict=True)])


def _keep(best: Figures, name: str, count: int, seconds: tuple[float, float]) -> None:
    known = best.setdefault(name, {"sealed_per_s": 0, "checked_per_s": 0})
    for what, taken in zip(known, seconds, strict=True):
        known[what] = max(known[what], round(count / max(taken, 1e-9)))


def main() -> None:
    """Prints the figures, as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=128_000)
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 8, 1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measure(chosen.records, chosen.batches, chosen.rounds)
    if chosen.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{'records a second, one core':28}{'sealed':>12}{'checked':>12}")
    for name, figures in found.items():
        print(f"{name:28}{figures['sealed_per_s']:>12,}{figures['checked_per_s']:>12,}")


if __name__ == "__main__":
    main()
