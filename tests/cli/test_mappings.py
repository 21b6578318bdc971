"""Mappings on the command line: given, configured, suggested."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from policycheck.cli.main import main

MAPPING = """language: 1
mapping: emm
listing: {app: all}
device: {device_id: Host, platform: {value: android}}
item: {name: App, identifier: Package}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "emm.yaml").write_text(MAPPING)
    (tmp_path / "x.csv").write_text("Host,App,Package\nA,WeChat,com.tencent.mm\n")
    return tmp_path


def test_without_a_mapping_nobody_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inventory", "inspect", "x.csv"]) == 2
    assert main(["inventory", "inspect", "x.csv", "--mapping", "emm.yaml"]) == 0
    assert "by the mapping emm (emm), UTF-8" in capsys.readouterr().out


def test_the_workspace_names_its_mappings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "policycheck.yaml").write_text(
        "language: 1\nmappings: emm.yaml\nassume: {person.type: employee}\n"
    )
    assert main(["inventory", "inspect", "x.csv"]) == 0
    assert main(["audit", "-p", "jd-business-im", "--dry-run", "-f", "json", "x.csv"]) == 1
    told = capsys.readouterr().out
    assert json.loads(told[told.index("{") :])


def test_a_suggestion_is_a_mapping(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inventory", "inspect", "--suggest-mapping", "x.csv"]) == 0
    (folder / "new.yaml").write_text(capsys.readouterr().out)
    assert main(["inventory", "inspect", "x.csv", "--mapping", "new.yaml"]) == 0
    (folder / "y.csv").write_text("a,b\n1,2\n")
    assert main(["inventory", "inspect", "--suggest-mapping", "y.csv"]) == 2
    assert main(["inventory", "inspect", "--suggest-mapping", "none.csv"]) == 2


def test_a_suggestion_is_of_the_first_sheet_that_has_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Total devices", 2])
    book.active.append(["Total apps", 3])
    sheet = book.create_sheet("Details")
    sheet.append(["Computer Name", "Application"])
    sheet.append(["PC-1", "WeChat"])
    book.save(folder / "x.xlsx")
    assert main(["inventory", "inspect", "--suggest-mapping", "x.xlsx"]) == 0
    assert "device_id: Computer Name" in capsys.readouterr().out
    book.remove(sheet)
    book.save(folder / "x.xlsx")
    assert main(["inventory", "inspect", "--suggest-mapping", "x.xlsx"]) == 2
    assert "tells: Total devices, 2" in capsys.readouterr().err


def test_a_suggestion_looks_at_all_sheets_with_the_same_columns(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    for sheet, row in [
        (book.active, ["D1", "Android", "WeChat", "com.tencent.mm"]),
        (book.create_sheet("iPhones"), ["D2", "iOS", "WeChat", "com.tencent.xin"]),
    ]:
        sheet.append(["Device ID", "Platform", "App Name", "Package Name"])
        sheet.append(row)
    book.save(folder / "x.xlsx")
    assert main(["inventory", "inspect", "--suggest-mapping", "x.xlsx"]) == 0
    assert "identifier_type" not in capsys.readouterr().out
    book.remove(book["iPhones"])
    book.save(folder / "x.xlsx")
    assert main(["inventory", "inspect", "--suggest-mapping", "x.xlsx"]) == 0
    assert "identifier_type: {value: android_package}" in capsys.readouterr().out


def test_no_suggestion_tells_a_stranger_by_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "x.csv").write_text('"Device\nName","App\nName",Version\nPC-1,WeChat,3.9\n')
    assert main(["inventory", "inspect", "--suggest-mapping", "x.csv"]) == 2
    assert "has a header with a line break within a name" in capsys.readouterr().err


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inventory", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "A policycheck mapping"


def test_a_wrong_mapping_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "emm.yaml").write_text(MAPPING.replace("platform:", "platfrom:"))
    assert main(["inventory", "inspect", "x.csv", "--mapping", "emm.yaml"]) == 2
    assert "did you mean 'platform'?" in capsys.readouterr().err
