"""The CSV report: a table by RFC 4180 that no spreadsheet takes for a program."""

from __future__ import annotations

import csv
import io

import pytest
from held_content import HOSTILE, SMALL, HeldContent, hostile

from policycheck.report import csv_report
from policycheck.report.csv_report import COLUMNS, safe_cell
from policycheck.report.forms import PLAIN, Look


def rows(content: HeldContent, look: Look = PLAIN) -> list[dict[str, str]]:
    stream = io.StringIO(newline="")
    csv_report.write(content, stream, look)
    stream.seek(0)
    return list(csv.DictReader(stream, strict=True))


def test_every_finding_is_a_row_and_every_field_a_column() -> None:
    found = rows(SMALL)
    assert [row["device_id"] for row in found] == ["d-1", "d-2", "d-3", "d-4", "d-5"]
    assert tuple(found[0]) == COLUMNS
    assert found[0]["name"] == "微信"
    assert found[1]["in_grace"] == "true"
    assert found[1]["device_name"] == ""
    assert found[3]["evidence_missing"] == "person.type"
    assert found[4]["reasons"] == "partial_visibility;stale"
    assert found[0]["evidence_record"] == "17"


def test_lines_end_as_the_standard_says() -> None:
    stream = io.StringIO(newline="")
    csv_report.write(SMALL, stream)
    assert stream.getvalue().count("\r\n") == len(SMALL.lines) + 1
    assert "\n" not in stream.getvalue().replace("\r\n", "")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'    =1"),
        ("\r=1", "'\\x0d=1"),
        ("＝1+1", "'＝1+1"),
        ("a=1", "a=1"),
        ("", ""),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
    ],
)
def test_cells_are_made_harmless(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


def test_raw_cells_are_the_texts_themselves_but_for_what_utf8_cannot_hold() -> None:
    names = [row["name"] for row in rows(hostile(), PLAIN._replace(raw=True))]
    kept = [text.replace("\ud83d", "\\ud83d") for text in HOSTILE]
    assert names == kept


def test_no_hostile_text_is_a_formula_or_hides_anything() -> None:
    for row, text in zip(rows(hostile()), HOSTILE, strict=True):
        assert not row["name"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert row["name"].isprintable()
        assert len(row["name"]) >= len(text)
