"""Excel workbooks and Zstandard: opened like any other report."""

import zipfile

import pytest
import zstandard
from workbooks import write_workbook

HEADER = ["device_id", "platform", "listing", "name", "version"]


def test_each_sheet_is_a_table(read, tmp_path):
    rows = [HEADER, ["D1", "ios", "app=all", "WeChat", 8.1], ["", "", "", "", ""]]
    path = write_workbook(
        tmp_path / "a.xlsx", {"one": rows, "two": [["Title"], HEADER, ["D2", "ios", "", "QQ", 9.0]]}
    )
    reading = read(path)
    assert [line.path for line in reading.result.inputs] == [f"{path}/one", f"{path}/two"]
    assert len({line.sha256 for line in reading.result.inputs}) == 2
    assert reading.items("name, version, record") == [("WeChat", "8.1", 1), ("QQ", "9", 1)]


def test_merged_cells_are_true_of_each_of_their_rows(read, tmp_path):
    rows = [
        HEADER,
        ["D1", "ios", "app=all", "WeChat", "8.1"],
        ["", "", "", "QQ", "9"],
        ["D2", "ios", "app=all", "Yixin", "1"],
        ["D3", "ios", "app=all", "Yixin", "2"],
    ]
    path = write_workbook(tmp_path / "a.xlsx", {"one": rows}, ["A2:A3", "B2:B3", "C2:C3", "E4:E5"])
    reading = read(path)
    assert reading.rejected() == []
    assert reading.reports("device_id") == [("D1",), ("D2",), ("D3",)]
    assert reading.items("name, version, record") == [
        ("WeChat", "8.1", 1), ("QQ", "9", 2), ("Yixin", "1", 3), ("Yixin", "2", 4),
    ]  # fmt: skip


def test_merged_cells_of_a_table_that_begins_further_in(read, tmp_path):
    rows = [[], ["", "", *HEADER], ["", "", "D1", "ios", "app=all", "WeChat", "8.1"]]
    rows.append(["", "", "", "", "", "QQ", ""])
    merged = ["C3:C4", "D3:D4", "E3:E4"]
    reading = read(write_workbook(tmp_path / "a.xlsx", {"one": rows}, merged))
    assert reading.rejected() == []
    assert reading.items("name, version, record") == [("WeChat", "8.1", 1), ("QQ", None, 2)]
    assert reading.listings() == [(1, "app", "all")]


@pytest.mark.parametrize(
    ("above", "merged"),
    [
        ([["Devices", "", "", "Apps"]], ["A1:C1", "D1:E1"]),
        ([["Devices", "", "listing", "Apps"]], ["A1:B1", "C1:C2", "D1:E1"]),
        ([["Inventory"], [], ["Devices", "", "", "Apps"]], ["A1:E1", "A3:C3", "D3:E3"]),
    ],
)  # fmt: skip
def test_what_heads_groups_of_columns_is_no_header(read, tmp_path, above, merged):
    rows = [*above, HEADER, ["D1", "ios", "app=all", "WeChat", "8.1"]]
    reading = read(write_workbook(tmp_path / "a.xlsx", {"one": rows}, merged))
    assert not reading.result.problems
    assert reading.items("name, version, record") == [("WeChat", "8.1", 1)]


def test_a_range_as_large_as_a_sheet_can_be(read, tmp_path):
    rows = [HEADER, ["D1", "ios", "app=all", "WeChat", "8.1"]]
    path = write_workbook(tmp_path / "a.xlsx", {"one": rows}, ["A2:XFD1048576"])
    assert read(path).items("name") == [("WeChat",)]


@pytest.mark.parametrize("kept", [60, 400])
def test_a_damaged_workbook(read, tmp_path, kept):
    path = write_workbook(tmp_path / "a.xlsx", {"one": [HEADER]})
    path.write_bytes(path.read_bytes()[:kept])
    assert [problem.severity for problem in read(path).result.problems] == ["error"]


def test_a_workbook_that_is_none(read, tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook><sheets><sheet name='x'/></sheets>")
    assert len(read(path).result.problems) == 1


def test_an_empty_workbook(read, tmp_path):
    (problem,) = read(write_workbook(tmp_path / "a.xlsx", {"one": [["Title"]]})).result.problems
    assert problem.message.endswith("is an Excel workbook without a table in it")


def compress(text: str | bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(text if isinstance(text, bytes) else text.encode())


TABLE = "device_id,platform,listing,name\n" + "D1,ios,app=all,WeChat\n" * 3


def test_zstandard(read, tmp_path):
    path = tmp_path / "a.csv.zst"
    path.write_bytes(compress(TABLE) + compress("D1,ios,app=all,QQ\n"))
    assert [name for (name,) in read(path).items("name")] == ["WeChat"] * 3 + ["QQ"]


def test_cut_zstandard_proves_no_absence(read, tmp_path):
    path = tmp_path / "a.csv.zst"
    path.write_bytes(compress(TABLE) + compress("D1,ios,app=all,QQ\n" * 1000)[:-8])
    reading = read(path)
    assert reading.listings() == [(1, "app", "managed")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (compress(b"\0" * (80 << 20)), "unpacks to more than 200 times its size"),
        (compress(TABLE)[:12], "is damaged: it starts like Zstandard and does not unpack"),
    ],
)
def test_refused_zstandard(read, tmp_path, content, message):
    path = tmp_path / "a.zst"
    path.write_bytes(content)
    (problem,) = read(path).result.problems
    assert message in problem.message
