"""Opening files: whatever the bytes, an answer or one sentence; no text that a store cannot keep; limits over the whole file."""

from __future__ import annotations

import gzip
import io
import zipfile
from itertools import islice
from pathlib import Path

import pytest

from mutate import mutation_count, mutations
from vigie.ingest import table
from vigie.ingest.files import Limits, choose_reader, opened, read_parts
from vigie.ingest.mapping import load_mapping, native_mapping
from vigie.ingest.table import mapping_reader
from vigie.model.errors import BadReport, BadSetting, Reject
from vigie.model.pack import ReadContext, Sample
from vigie.model.report import Report

NATIVE = mapping_reader(native_mapping())
HEADER = "report_id,agency,field,kind,begin,place,magnitude,scale"
ROW = "r{0},MSO,seismic,seismic.earthquake,2026-01-01,{1},3,Mw"


def text(*places: str) -> bytes:
    """A table of made-up quakes."""
    return "\n".join([HEADER, *(ROW.format(number, place) for number, place in enumerate(places))]).encode()


def zipped(*contents: bytes, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.csv", content)
    return out.getvalue()


def read(path: Path, limits: Limits | None = None) -> list[Report | Reject]:
    """Everything in a file."""
    return list(read_parts(path, lambda _sample: NATIVE, ReadContext(path.name), limits or Limits(), [0]))


def test_a_member_without_a_name_is_read(tmp_path: Path) -> None:
    """A zip file may hold one, damaged or not."""
    data = zipped(text("Herceg Novi")).replace(b"0.csv", b"\0.csv")
    (tmp_path / "a.zip").write_bytes(data)
    assert [type(item) for item in read(tmp_path / "a.zip")] == [Report]


def test_a_damaged_container_is_one_sentence_and_never_another_exception(tmp_path: Path) -> None:
    """Mutated gzip and zip files of every method: reports, rejects, or `BadReport`."""
    plain = text(*["Herceg Novi"] * 40)
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    samples = [gzip.compress(plain), *(zipped(plain, plain, how=how) for how in methods)]
    path, refused = tmp_path / "a.zip", 0
    for data in mutations(samples, mutation_count()):
        path.write_bytes(data)
        try:
            assert all(isinstance(item, Report | Reject) for item in islice(read(path), 200))
        except BadReport:
            refused += 1
    assert refused > 0


@pytest.mark.parametrize(("field", "value"), [(8, 99), (6, 1)])
def test_an_unknown_method_and_a_password_are_sentences(tmp_path: Path, field: int, value: int) -> None:
    """The flag and the method are changed in both headers of the member."""
    data = bytearray(zipped(text("Budva")))
    central = data.index(b"PK\x01\x02")
    data[field], data[central + field + 2] = value, value
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(BadReport, match=r"damaged|password"):
        read(path)


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.csv.gz"])
def test_a_text_with_nul_is_a_reject_and_its_neighbours_are_read(tmp_path: Path, name: str) -> None:
    """Plain in a table, as an escape in JSON; no store need keep what PostgreSQL cannot."""
    bodies = {
        "a.csv": text("Bar", "Bu\x00dva", "Kotor"),
        "a.csv.gz": gzip.compress(text("Bar", "Bu\x00dva", "Kotor")),
        "a.json": text_json("Bar", "Bu\\u0000dva", "Kotor"),
    }
    path = tmp_path / name
    path.write_bytes(bodies[name])
    first, second, third = read(path)
    assert isinstance(first, Report)
    assert isinstance(second, Reject)
    assert isinstance(third, Report)
    assert "NUL" in second.what


def text_json(*places: str) -> bytes:
    """The same quakes as JSON lines."""
    names = HEADER.split(",")
    rows = [ROW.format(number, place).split(",") for number, place in enumerate(places)]
    return "\n".join("{" + ", ".join(f'"{name}": "{cell}"' for name, cell in zip(names, row, strict=True)) + "}" for row in rows).encode()


def test_an_escape_that_two_pieces_share_is_seen(tmp_path: Path) -> None:
    """Wherever the buffer ends inside it."""
    for shift in range(8):
        path = tmp_path / f"{shift}.json"
        path.write_bytes(b" " * (1024 * 1024 - 4 - shift) + b"\\u0000" + b"x" * 100)
        with opened(path, Limits()) as parts:
            for part in parts:
                part.stream.read()
                assert part.may_hold_nul


def test_no_reject_names_its_place_with_nul(tmp_path: Path) -> None:
    """The id and the column's name are kept in the clear, so they must be texts that can be kept."""
    path = tmp_path / "a.csv"
    path.write_bytes(text("Bar").replace(b"r0", b"r\x000") + b"\nr1,A,seismic,k,never,x,3,Mw\n".replace(b"r1", b"r\x001"))
    rejects = read(path)
    assert len(rejects) == 2
    assert all(isinstance(item, Reject) and "\x00" not in item.place + item.field + item.what + item.expected for item in rejects)


def test_a_mapping_cannot_add_nul() -> None:
    """Its constants would stand in every report."""
    with pytest.raises(BadSetting, match="NUL"):
        load_mapping('name = "x"\nagency = "a\\u0000b"')


def test_the_limit_holds_for_all_members_together(tmp_path: Path) -> None:
    """Ten members that are each within it are not."""
    path = tmp_path / "a.zip"
    content = text(*["Tivat"] * 100)
    path.write_bytes(zipped(*[content] * 10))
    assert len(read(path)) == 1_000
    with pytest.raises(BadReport, match="unpacks to more"):
        read(path, Limits(max_unpacked_bytes=5 * len(content)))


def test_a_parquet_file_too_large_for_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read whole; the limit is said."""
    monkeypatch.setattr(table, "MAX_PARQUET_BYTES", 100)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + bytes(200))
    with pytest.raises(BadReport, match="Parquet file is too large"):
        read(path)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", ["1e300", "inf", "-1", "1.5", "nan"])
def test_a_revision_out_of_range_is_a_reject_without_a_warning(tmp_path: Path, value: str) -> None:
    """Nothing is cast before it was checked."""
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADER},revision\n{ROW.format(1, 'Bar')},{value}\n".encode())
    (item,) = read(path)
    assert isinstance(item, Reject)


@pytest.mark.parametrize(
    ("name", "head", "said"),
    [
        ("u16.csv", "\ufeffa,b\n".encode("utf-16-le"), "UTF-16"),
        ("xl/workbook.xml", b"<x/>", "save the sheet as CSV"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
        ("a.parquet", b"PAR1", "--preset vigie"),
        ("a.bin", b"\x00\x01", "--reader NAME"),
    ],
)
def test_a_file_that_nobody_reads_is_named_for_what_it_is(name: str, head: bytes, said: str) -> None:
    """The sentence says what to do, where the first bytes or the name tell."""
    with pytest.raises(BadReport) as fault:
        choose_reader(Sample(name, head), [])
    assert said in str(fault.value)
