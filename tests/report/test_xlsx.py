"""The workbook: what another program reads out of it, and that nothing in it is a formula."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from held_content import AS_OF, HOSTILE, SMALL, HeldContent, breach, hostile
from python_calamine import CalamineWorkbook

import policycheck
from policycheck.report import xlsx
from policycheck.report.xlsx import table
from policycheck.store.history import Happening
from policycheck.text import visible

GOLDEN = Path(__file__).with_name("golden") / "small.xlsx.txt"
SHEETS = ["Summary", "Violations", "Unknown", "Waivers", "Changes", "Inputs", "Rejected"]
PAST = (
    Happening(datetime(2026, 10, 30, 8), 1, "opened", None, 4),
    Happening(datetime(2026, 11, 1, 8), 2, "opened", None, 1),
    Happening(datetime(2026, 11, 1, 8), 2, "closed", "resolved", 2),
)


def written(content: HeldContent) -> bytes:
    buffer = io.BytesIO()
    with io.TextIOWrapper(buffer, "utf-8") as stream:
        xlsx.write(content, stream)
        stream.flush()
        return buffer.getvalue()


def rows_of(content: HeldContent, sheet: str) -> list[list]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(content)))
    return book.get_sheet_by_name(sheet).to_python()


def parts_of(content: HeldContent) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(written(content))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_workbook_against_its_golden_file(regenerate: bool) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(SMALL)))
    lines = []
    for name in book.sheet_names:
        lines.append(f"# {name}")
        lines += [" | ".join(map(str, row)) for row in book.get_sheet_by_name(name).to_python()]
    text = "\n".join([*lines, ""]).replace(policycheck.__version__, "@@VERSION@@")
    if regenerate:
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
    assert book.sheet_names == SHEETS


def test_moments_are_dates_and_numbers_are_numbers() -> None:
    head, first, *_ = rows_of(SMALL, "Violations")
    told = dict(zip(head, first, strict=True))
    assert told["first seen"] == datetime(2026, 11, 1, 7)
    assert told["record"] == 17
    assert told["standing"] == "overdue"
    assert told["device"] == "张伟的手机"
    assert rows_of(SMALL, "Summary")[1][1] == AS_OF.replace(tzinfo=None)


def test_every_table_has_a_filter_a_frozen_head_and_widths() -> None:
    parts = parts_of(SMALL)
    for number, name in enumerate(SHEETS, start=1):
        sheet = parts[f"xl/worksheets/sheet{number}.xml"]
        assert "<autoFilter" in sheet, name
        assert "<cols>" in sheet, name
        assert ('state="frozen"' in sheet) == (name != "Summary"), name
    assert "conditionalFormatting" in parts["xl/worksheets/sheet2.xml"]


def test_charts_are_excels_own_and_have_words() -> None:
    parts = parts_of(HeldContent(**{**vars(SMALL), "past": PAST}))
    assert "percentStacked" in parts["xl/charts/chart1.xml"]
    assert "Changes!$D$2:$D$3" in parts["xl/charts/chart2.xml"]
    for number in (1, 2):
        assert 'descr="' in parts[f"xl/drawings/drawing{number}.xml"]


def test_no_hostile_text_becomes_a_formula_or_a_link() -> None:
    parts = parts_of(hostile())
    for name, part in parts.items():
        if name.startswith("xl/worksheets/"):
            assert not re.search('<f[ >]|<hyperlink|<c [^>]*t="(?:e|str)"', part), name
    assert not any("externalLink" in name for name in parts)
    head, *rows = rows_of(hostile(), "Violations")
    place = head.index("device")
    assert {row[place] for row in rows} == set(map(visible, HOSTILE))


@pytest.mark.parametrize("content", [HeldContent(), HeldContent(lines=[breach()])])
def test_an_empty_workbook_has_all_sheets_and_heads(content: HeldContent) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(content)))
    assert book.sheet_names == SHEETS
    assert book.get_sheet_by_name("Violations").to_python()[0][0] == "standing"


def test_the_same_content_gives_the_same_bytes() -> None:
    assert written(SMALL) == written(SMALL)


def test_what_is_too_much_for_a_sheet_goes_on_on_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    many = HeldContent(lines=[breach(fingerprint=f"{n:032x}") for n in range(5)])
    names = ("Violations", "Violations 2", "Violations 3")
    assert [len(rows_of(many, name)) - 1 for name in names] == [2, 2, 1]
