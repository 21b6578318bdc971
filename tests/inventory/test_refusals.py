"""Every message that a report can cause, with the exact text that its user gets to read.

The reports lie in `tests/broken/reports`; those that would be large or binary are made here. After
a change of wording run once with UPDATE_GOLDEN=1, and read the difference.
"""

import gzip
import io
import os
import zipfile
import zlib
from pathlib import Path

import pytest

from policycheck.problems import render

BROKEN = Path(__file__).parent.parent / "broken" / "reports"


def make_zip(*members, encrypted=False):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    content = buffer.getvalue()
    if encrypted:  # only the flags matter: nobody gets as far as the content
        content = content.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
        content = content.replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
        )
    return content


MADE = {
    "zip_bomb.zip": lambda: make_zip(("report.csv", b"\0" * (80 << 20))),
    "gzip_bomb.csv.gz": lambda: gzip.compress(b"\0" * (80 << 20)),
    "damaged.zip": lambda: make_zip(("report.csv", "device_id,kind,name\n"))[:40],
    "encrypted.zip": lambda: make_zip(("report.csv", "device_id,kind,name\n"), encrypted=True),
    "empty.zip": make_zip,
    "excel.xlsx": lambda: make_zip(
        ("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<x/>")
    ),
    "damaged.csv.gz": lambda: b"\x1f\x8b\x08\x00nonsense",
    "half.csv.gz": lambda: gzip.compress(
        ("device_id,platform,kind,name\n" + "D1,ios,app,WeChat\n" * 5).encode()
    )[:-12],
    "cut.ocs": lambda: zlib.compress(b"<REQUEST><CONTENT/><DEVICEID>d</DEVICEID></REQUEST>")[:-6],
    "damaged.parquet": lambda: b"PAR1" + b"\0" * 100,
    "binary.csv": lambda: bytes(range(256)) * 20,
    "nul_and_latin.csv": lambda: (
        b"device_id,platform,kind,name\nD1,ios,app,A\0B\nD1,ios,app,M\xfcller GmbH\nD1,ios,app,C\n"
    ),
    "surrogate.ndjson": lambda: (
        b'{"device_id": "D1", "items": [{"name": "\\ud800"}]}\n{"device_id": "D2", "items": []}\n'
    ),
    "deep.xml": lambda: b"<REQUEST>" + b"<A>" * 10_000,
    "long_field.csv": lambda: (
        b"device_id,platform,kind,name\nD1,ios,app," + b"x" * 10_000_000 + b"\nD1,ios,app,C\n"
    ),
}
"""Names of files that are not kept in the repository -> what is in them."""
NAMES = sorted(path.name for path in BROKEN.iterdir() if path.suffix != ".txt")


@pytest.mark.parametrize("name", [*NAMES, *sorted(MADE), "none.csv"])
def test_each_mistake_has_its_text(read, name, tmp_path, monkeypatch):
    folder = BROKEN
    if name in MADE:
        folder = tmp_path
        (tmp_path / name).write_bytes(MADE[name]())
    monkeypatch.chdir(folder)
    reading = read(Path(name))
    lines = [render(problem) for problem in reading.result.problems]
    lines += [
        f"{path} record {record}: {reason}"
        for path, record, reason in reading.rows(
            "SELECT path, record, reason FROM rejected WHERE record IS NOT NULL ORDER BY record"
        )
    ]
    (line,) = reading.result.inputs
    lines.append(f"{line.used} of {line.records} records used")
    told = "\n".join(lines) + "\n"
    golden = BROKEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_no_golden_text_is_left_over():
    known = {*NAMES, *MADE, "none.csv"}
    assert {path.name.removesuffix(".txt") for path in BROKEN.glob("*.txt")} == known


def test_a_refused_file_stops_no_other(read, files):
    reading = read(BROKEN / "plain.log", files / "own.csv", BROKEN / "agent_cut.xml")
    assert [line.format for line in reading.result.inputs] == [
        "", "policycheck-table", "",
    ]  # fmt: skip
    assert reading.reports("name") == [("Front desk",), ("Empty desk",)]
    assert reading.rows("SELECT input_no FROM rejected WHERE record IS NULL ORDER BY ALL") == [
        (1,), (3,),
    ]  # fmt: skip
