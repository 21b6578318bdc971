"""Mappings: any table and any JSON becomes ours by a file that somebody wrote in five minutes."""

import csv
import json
import re
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from workbooks import write_workbook

from policycheck.inventory.base import Source
from policycheck.inventory.detect import detect
from policycheck.inventory.files.heads import make_head
from policycheck.inventory.mapping.file import load_mapping, load_mappings
from policycheck.inventory.mapping.reader import MappedReader
from policycheck.inventory.mapping.suggestion import suggest_mapping
from policycheck.inventory.mapping.written import mapping_schema
from policycheck.inventory.report_file import UnreadableError
from policycheck.problems import PolicycheckError

MAPPING = """
language: 1
mapping: lists
listing: {app: all}
device: {device_id: Host, reported_at: Seen}
item: {name: App}
"""


@pytest.fixture
def emm(files):
    return load_mapping(files / "mapping/emm.yaml")


def write_mapping(path: Path, text: str = MAPPING):
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def suggest(content: bytes) -> str:
    return suggest_mapping(Source(1, "x", make_head(content), content, None))


DEVICES = [
    ("DEV-0417", "李娜的手机", "android", "14", "corporate", "李娜", datetime(2025, 3, 2, 0, 11)),
    ("DEV-0418", "王芳的手机", "harmonyos", "4.2", "personal_enrolled", "王芳",
     datetime(2025, 3, 2, 0, 11)),
    ("DEV-0419", None, "ios", "18.1", None, None, datetime(2025, 3, 2, 8, 11)),
    ("DEV-0420", "外包机", "windows", "11 专业版", "contractor", "张三",
     datetime(2025, 3, 2, 0, 11)),
]  # fmt: skip
REJECTED = [
    (5, "设备编号 was rounded by a spreadsheet: 1.23E+15"),
    (7, "设备归属 is '租赁', expected one of corporate, personal_enrolled, personal_with_access,"
        " personal, contractor"),
]  # fmt: skip


def test_a_chinese_export(read, files, emm):
    reading = read(files / "mapping/emm.csv", mappings=[emm])
    assert (
        reading.reports("device_id, name, platform, os_version, ownership, user_id, reported_at")
        == DEVICES
    )
    assert reading.reports("source, attributes")[0] == ("example-emm", {"department": "物流部"})
    assert reading.items("record, identifier, name, version, system, installed_at") == [
        (1, "com.tencent.mm", "微信", "8.0.50", False, datetime(2025, 2, 28, 16)),
        (2, "com.android.phone", "电话", "14.10", True, None),
        (3, "com.tencent.mm", "微信", "8.0.50", False, datetime(2025, 2, 28, 16)),
        (6, None, "QQ", "9", True, None),
    ]
    assert reading.rejected() == REJECTED
    (line,) = reading.result.inputs
    assert (line.format, line.encoding, line.records, line.rejected) == (
        "example-emm", "GB18030", 7, 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "rejected"),
    [
        ("Total,,2", True),
        ("合计： 3,,", True),
        ("Sub Total,,", True),
        ("Total,Total Reception,WeChat", False),
        ("Totaliser,,WeChat", False),
    ],
)
def test_a_row_of_totals_is_no_device(read, tmp_path, row, rejected):
    named = MAPPING.replace("Host, ", "Host, name: Called, ")
    mapping = write_mapping(tmp_path / "m.yaml", named)
    table = f"Host,Called,App,Seen\npc-1,,WeChat,2026-11-01\n{row},\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    reading = read(tmp_path / "t.csv", mappings=[mapping])
    word = row.partition(",")[0]
    said = [(2, f"a row of totals is no device: {word}")]
    assert reading.rejected() == (said if rejected else [])


@pytest.mark.parametrize(
    ("row", "rejected"),
    [("合计,12,,", True), ("Total:,1,,", True), ("Total,pc-2,Q,", False), ("2,17,Q,", False)],
)
def test_a_row_of_totals_begins_in_a_column_that_is_not_read(read, tmp_path, row, rejected):
    mapping = write_mapping(tmp_path / "m.yaml", MAPPING)
    table = f"No.,Host,App,Seen\n1,pc-1,WeChat,2026-11-01\n{row}\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    reading = read(tmp_path / "t.csv", mappings=[mapping])
    said = [(2, f"a row of totals is no device: {row.partition(',')[0]}")]
    assert reading.rejected() == (said if rejected else [])
    assert len(reading.reports("device_id")) == (1 if rejected else 2)


@pytest.mark.parametrize(
    "row",
    [
        "导出人：张三,,",
        "导出人：,张三,",
        "导出时间: 2026-11-20 08:00,,",
        "制表日期：2026年11月20日,,",
        "共 2 条记录,,",
        "总共2台设备,,",
        "第 1 页 共 3 页,,",
        "Exported by: ann@example.org,,",
        "Exported by ann on 2026-11-20,,",
        "Generated on 2026-11-20,,",
        "Report generated: 2026-11-20T08:00:00Z,,",
        "Total records: 2,,",
        "2 records exported,,",
        "End of report,,",
        "-----------,,",
        "*** end ***,,",
        "Page 1 of 3,,",
        "© 2026 Example Ltd.,,",
        "Confidential,,",
        "备注：内部使用,,",
        "合计: 12 台,,",
        "2026-11-20 08:00:13,,",
        "Erstellt am: 20.11.2026,,",
    ],
)
def test_a_remark_below_a_list_is_no_device(read, tmp_path, row):
    mapping = write_mapping(tmp_path / "m.yaml", MAPPING)
    (tmp_path / "t.csv").write_text(f"Host,App,Seen\npc-1,WeChat,2026-11-01\n{row}\n", "utf-8")
    reading = read(tmp_path / "t.csv", mappings=[mapping])
    said = f"a remark below a list is no device: {row.partition(',')[0]}"
    assert reading.rejected() == [(2, said)]
    assert len(reading.reports("device_id")) == 1


@pytest.mark.parametrize(
    "name",
    ["Export-PC", "共享电脑2", "Note 10", "Page", "Confidential-7", "3 Musketeers", "Sum-1",
     "Generator 2", "2026-11", "aa:bb:cc:dd:ee:ff", "Endor", "End office 3", "数据中心-1",
     "打印机1号", "注册台", "共享电脑2部门用", "共享平板3台"],
)  # fmt: skip
def test_a_device_that_is_called_almost_so_is_one(read, tmp_path, name):
    mapping = write_mapping(tmp_path / "m.yaml", MAPPING)
    (tmp_path / "t.csv").write_text(f"Host,App,Seen\n{name},,\n", "utf-8")
    reading = read(tmp_path / "t.csv", mappings=[mapping])
    assert reading.rejected() == []
    assert len(reading.reports("device_id")) == 1


@pytest.mark.parametrize("first", ["更新时间: 2026", "Created by: ann", "Note: lent", "备注：借出"])
def test_a_remark_beside_a_device_and_its_app_is_none_below_the_list(read, tmp_path, first):
    mapping = write_mapping(tmp_path / "m.yaml", MAPPING)
    table = f"Status,Host,App,Seen\n{first},Note: Emma,WeChat,2026-11-01\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    reading = read(tmp_path / "t.csv", mappings=[mapping])
    assert reading.rejected() == []
    assert reading.items("name") == [("WeChat",)]


@pytest.mark.parametrize("row", ["导出人：,张三,,", "Exported by:,ann,,"])
def test_a_remark_begins_in_a_column_that_is_not_read(read, tmp_path, row):
    mapping = write_mapping(tmp_path / "m.yaml", MAPPING)
    table = f"No.,Host,App,Seen\n1,pc-1,WeChat,2026-11-01\n{row}\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    reading = read(tmp_path / "t.csv", mappings=[mapping])
    said = f"a remark below a list is no device: {row.partition(',')[0]}"
    assert reading.rejected() == [(2, said)]


def test_an_item_that_names_no_device_may_be_of_the_one_above_it(read, tmp_path):
    """So a spreadsheet's merged cells look once they are saved as CSV."""
    mapping = write_mapping(tmp_path / "m.yaml", MAPPING.replace("managed", "all"))
    rows = ["pc-1,WeChat,", ",Yixin,", ",QQ,", "pc-2,QQ,", ",,2026-11-01", "pc-3,QQ,", "pc-4,QQ,"]
    table = "\n".join(["Host,App,Seen", *rows, ",Yixin,"])
    (tmp_path / "t.csv").write_text(f"{table}\n", "utf-8")
    reading = read(tmp_path / "t.csv", mappings=[mapping])
    assert [record for record, _ in reading.rejected()] == [2, 3, 5, 8]
    assert reading.reports("device_id, partial") == [
        ("pc-1", True), ("pc-2", False), ("pc-3", False), ("pc-4", True),
    ]  # fmt: skip
    assert [extent for _, _, extent in reading.listings()] == ["managed", "all", "all", "managed"]


def test_it_lists_what_the_mapping_says_and_nothing_for_empty_cells(read, files, emm):
    reading = read(files / "mapping/emm.csv", mappings=[emm])
    assert reading.listings() == [(1, "app", "all"), (2, "app", "managed"), (4, "app", "managed")]


def test_excel_gives_the_same(read, files, emm, tmp_path):
    text = (files / "mapping/emm.csv").read_text("gb18030")
    rows = list(csv.reader(text.splitlines()))
    sheets = {"清单": [["资产清单"], [], *rows], "空": []}
    reading = read(write_workbook(tmp_path / "a.xlsx", sheets), mappings=[emm])
    assert [row[0] for row in reading.reports("device_id")] == [row[0] for row in DEVICES]
    assert reading.rejected() == REJECTED


def test_nested_json(read, files, tmp_path):
    mapping = write_mapping(
        tmp_path / "m.yaml",
        suggest((files / "mapping/fleet.json").read_bytes()).replace("managed", "all", 1),
    )
    reading = read(files / "mapping/fleet.json", mappings=[mapping])
    assert reading.reports("device_id, name, serial, platform, ownership, user_id") == [
        ("7", "Pad", "TESTSER0007", "ipados", "personal_enrolled", "li.na@example.cn"),
        ("8", "Phone", "TESTSER0008", "ios", "corporate", None),
    ]
    assert reading.reports("reported_at") == [(datetime(2025, 3, 2, 8, 11),)] * 2
    assert reading.items("record, identifier, name, version") == [
        (1, "cn.example.notes", "Notes", "1.10"),
        (1, "com.tencent.xin", "WeChat", "8.0.50"),
    ]
    assert reading.listings() == [(1, "app", "all")]  # of the phone the apps are null
    assert reading.rejected() == [(3, "apps is not a list")]


def test_json_lines_lose_only_the_damaged(read, tmp_path):
    mapping = write_mapping(tmp_path / "m.yaml")
    path = tmp_path / "x.jsonl"
    lines = [
        '{"Host": "A", "App": "WeChat"}', '{"Host": "A", "App": ',
        '{"Host": "A", "App": "Q\\u0000Q"}',
        "[1]", '{"Host": "A", "App": {"x": 1}}', '{"Host": "A", "App": "Yixin", "Seen": "soon"}',
        '{"App": "Yixin"}', '{"Host": "A", "App": ["QQ"]}',
    ]  # fmt: skip
    path.write_text("\n".join(lines))
    reading = read(path, mappings=[mapping])
    assert reading.items("record, name") == [(1, "WeChat"), (8, "QQ")]
    assert reading.rejected() == [
        (2, "is cut off"), (3, "holds a NUL character"), (4, "is not an object"),
        (5, "App is not a text, a number or a boolean"),
        (6, "Seen is 'soon', expected a time as 2026-03-01T08:30:00Z"), (7, "no Host"),
    ]  # fmt: skip
    assert reading.reports("partial") == [(True,)]


def test_a_cut_document_proves_no_absence(read, tmp_path):
    mapping = write_mapping(tmp_path / "m.yaml")
    path = tmp_path / "x.json"
    path.write_text('[{"Host": "A", "App": "WeChat"}, {"Host": "A", "Ap')
    reading = read(path, mappings=[mapping])
    assert reading.listings() == [(1, "app", "managed")]
    assert [record for record, _ in reading.rejected()] == [2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-02", datetime(2025, 3, 2)),
        ("2025-03-02 08:11:00.500", datetime(2025, 3, 2, 8, 11, 0, 500000)),
        ("2025/3/2 8:11", datetime(2025, 3, 2, 8, 11)),
        ("2025年3月2日 8时11分", datetime(2025, 3, 2, 8, 11)),
        ("2025/3/2 下午 8:11", datetime(2025, 3, 2, 20, 11)),
        ("2025-03-02T08:11:00Z", datetime(2025, 3, 2, 8, 11)),
        ("2025-03-02T08:11:00+0800", datetime(2025, 3, 2, 0, 11)),
        ("2025-03-02T08:11", datetime(2025, 3, 2, 8, 11)),
        ("20250302", datetime(2025, 3, 2)),
        ("20250302081100", datetime(2025, 3, 2, 8, 11)),
        ("1740903060", datetime(2025, 3, 2, 8, 11)),
        ("1740903060000", datetime(2025, 3, 2, 8, 11)),
        ("45718.340972222", datetime(2025, 3, 2, 8, 11)),
        ("02.03.2025", datetime(2025, 3, 2)),
        ("2.3.2025 08:11", datetime(2025, 3, 2, 8, 11)),
        ("02.03.2025, 08:11:30", datetime(2025, 3, 2, 8, 11, 30)),
        ("2025. 3. 2. 08:11", datetime(2025, 3, 2, 8, 11)),
        ("Mar 2, 2025, 8:11 PM", datetime(2025, 3, 2, 20, 11)),
        ("Monday, March 29 2021 at 12:38 PM", datetime(2021, 3, 29, 12, 38)),
        ("2025/3/2 8:11 PM", datetime(2025, 3, 2, 20, 11)),
        ("0", None),
        ("0001-01-01T00:00:00Z", None),
        ("无", None),
    ],
)
def test_times(read, tmp_path, text, expected):
    mapping = write_mapping(tmp_path / "m.yaml")
    path = tmp_path / "x.csv"
    path.write_text(f"Host,App,Seen\nA,B,{text}\n".replace(text, f'"{text}"'), encoding="utf-8")
    reading = read(path, mappings=[mapping])
    assert (reading.reports("reported_at"), reading.rejected()) == ([(expected,)], [])


@pytest.mark.parametrize(
    ("order", "expected"),
    [("day-first", datetime(2025, 3, 2, 8, 11)), ("month-first", datetime(2025, 2, 3, 8, 11))],
)
def test_only_the_mapping_tells_day_from_month(read, tmp_path, order, expected):
    (tmp_path / "x.csv").write_text("Host,App,Seen\nA,B,02/03/2025 08:11\n")
    mapping = write_mapping(tmp_path / "m.yaml", f"{MAPPING}dates: {order}\n")
    assert read(tmp_path / "x.csv", mappings=[mapping]).reports("reported_at") == [(expected,)]
    plain = write_mapping(tmp_path / "m.yaml")
    assert len(read(tmp_path / "x.csv", mappings=[plain]).rejected()) == 1


@pytest.mark.parametrize("cell", ["", "-", "--", "无", "N/A", "null", "　", '=""'])
def test_cells_that_say_nothing(read, tmp_path, cell):
    mapping = write_mapping(tmp_path / "m.yaml")
    with (tmp_path / "x.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([("Host", "App", "Seen"), ("\tA", cell, cell)])
    reading = read(tmp_path / "x.csv", mappings=[mapping])
    assert reading.reports("device_id, reported_at") == [("A", None)]
    assert (reading.items("name"), reading.listings()) == ([], [])


def test_words_and_what_stands_for_all_others(read, tmp_path):
    field = "{column: P, words: {N: windows}, otherwise: unknown}"
    text = MAPPING.replace("Seen}", f"Seen, platform: {field}, form: {{value: desktop}}}}")
    mapping = write_mapping(tmp_path / "m.yaml", f"{text}partial: true\nempty: [nix]\n")
    (tmp_path / "x.csv").write_text("host ,APP,Seen,P\nA,B,,n\nC,nix,,BeOS\nD,B,,win10\n")
    reading = read(tmp_path / "x.csv", mappings=[mapping])
    assert reading.reports("device_id, platform, form, partial") == [
        ("A", "windows", "desktop", True), ("C", None, "desktop", True),
        ("D", "windows", "desktop", True),
    ]  # fmt: skip


def test_devices_only(read, tmp_path):
    text = "language: 1\nmapping: assets\nlisting: {}\ndevice: {serial: SN, ownership: Own}\n"
    mapping = write_mapping(tmp_path / "m.yaml", text)
    (tmp_path / "x.csv").write_text("SN,Own\nS1,BYOD\nNone,company\nS2,company\n")
    reading = read(tmp_path / "x.csv", mappings=[mapping])
    assert reading.reports("serial, ownership") == [("S1", "personal"), ("S2", "corporate")]
    assert reading.rejected() == [(2, "no SN")]
    assert (reading.items("name"), reading.listings()) == ([], [])


def test_a_mapping_goes_before_the_built_in_and_two_are_too_many(tmp_path):
    text = MAPPING.replace("Host", "device_id").replace("Seen", "reported_at")
    one = MappedReader(write_mapping(tmp_path / "a.yaml", text))
    two = MappedReader(write_mapping(tmp_path / "b.yaml", text.replace("lists", "others")))
    head = make_head(b"device_id,reported_at,App,platform\n")
    assert detect(head).NAME == "policycheck-table"
    assert detect(head, [one]).NAME == "lists"
    with pytest.raises(UnreadableError, match="could be read as lists and others"):
        detect(head, [one, two])


def test_what_a_mapping_lacks_is_told(tmp_path):
    mapping = MappedReader(write_mapping(tmp_path / "a.yaml"))
    with pytest.raises(UnreadableError) as caught:
        detect(make_head(b"Host,Seen,Application\n"), [mapping])
    assert "looked for\n- lists: it has no 'App'\n" in caught.value.hint


def test_mistakes_of_a_mapping(tmp_path):
    text = MAPPING.replace("lists", "My list").replace("device_id", "devise_id")
    (tmp_path / "a.yaml").write_text(text)
    text = MAPPING.replace("device_id: Host", "managed: {value: maybe}")
    text = text.replace("{name: App}", "{version: {words: {a: b}}}") + "timezone: Mars/Base\n"
    (tmp_path / "b.yaml").write_text(text)
    with pytest.raises(PolicycheckError) as caught:
        load_mappings([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert [problem.message for problem in caught.value.problems] == [
        "'My list' is not a name like my-export",
        "unknown key 'devise_id'",
        "nothing names the device",
        "unknown managed 'maybe'",
        "an item needs a name or an identifier",
        "needs either 'column' or 'value'",
        "'Mars/Base' is not a time zone like Asia/Shanghai",
    ]


def test_the_schema_fits_what_is_written(files):
    validator = jsonschema.Draft202012Validator(mapping_schema())
    validator.check_schema(mapping_schema())
    written = yaml.safe_load((files / "mapping/emm.yaml").read_text("utf-8"))
    assert validator.is_valid(written)
    assert not validator.is_valid({**written, "listing": {"app": "some"}})
    assert not validator.is_valid({**written, "device": {"devise_id": "x"}})


def test_a_suggestion_reads_what_it_was_made_of(read, files, tmp_path):
    text = suggest((files / "mapping/emm.csv").read_bytes().decode("gb18030").encode())
    mapping = write_mapping(tmp_path / "m.yaml", text)
    assert "      租赁: unknown" in text.splitlines()
    assert "# not read: 备注" in text
    reading = read(files / "mapping/emm.csv", mappings=[mapping])
    assert [record for record, _ in reading.rejected()] == [5]
    assert set(reading.listings()) == {(n, "app", "managed") for n in (1, 2, 4, 5)}


def test_an_english_suggestion():
    text = suggest(
        b"Computer Name;Serial Number;OS;Last Check-in;Owner Type;Title: app;Application;"
        b"Publisher\n"
        b"PC-1;S1;Windows 11;31/12/2025 08:00;Leased;x;WeChat;Tencent\n"
    )
    written = yaml.safe_load(text)
    assert written["dates"] == "day-first"
    assert written["listing"] == {"app": "managed"}
    assert written["device"] == {
        "device_id": "Computer Name", "serial": "Serial Number", "platform": "OS",
        "os_version": "OS", "reported_at": "Last Check-in",
        "ownership": {"column": "Owner Type", "words": {"Leased": "unknown"}},
    }  # fmt: skip
    assert written["item"] == {"name": "Application", "publisher": "Publisher"}
    assert re.search("# not read: Title: app", text)


GERMAN = """Gerätename;Seriennummer;Benutzer;E-Mail;Besitz;Betriebssystem;Anwendung;Hersteller
PC-1;S1;Li Na;li.na@example.cn;Firma;Windows 11;WeChat;Tencent
"""
FRENCH = """Nom de l'appareil;Adresse e-mail;Propriété;Version;Application;Version de l'application
PC-1;li.na@example.cn;Personnel;11;WeChat;3.9
"""
JAPANESE = """デバイス名,メールアドレス,所有形態,アプリ名,アプリバージョン,最終接続日時
PC-1,li.na@example.cn,会社,WeChat,3.9,2026/11/1 9:00
"""


@pytest.mark.parametrize(
    ("text", "ownership", "item", "time"),
    [
        (GERMAN, "corporate", ("WeChat", None, "Tencent"), None),
        (FRENCH, "personal_enrolled", ("WeChat", "3.9", None), None),
        (JAPANESE, "corporate", ("WeChat", "3.9", None), datetime(2026, 11, 1)),
    ],
)
def test_suggestions_in_other_languages(read, tmp_path, text, ownership, item, time):
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    mapping = tmp_path / "m.yaml"
    mapping.write_text(suggest(text.encode()), encoding="utf-8")
    reading = read(tmp_path / "x.csv", mappings=load_mappings([mapping]))
    assert reading.reports("name, user_id, ownership, reported_at") == [
        ("PC-1", "li.na@example.cn", ownership, time)
    ]
    assert reading.items("name, version, publisher") == [item]


BARE_NAMES = {
    "Name,Model,OS,Serial,Owner,Last seen": ({"name": "Name"}, None),
    "Name,Model,Serial,Version": ({"name": "Name", "os_version": "Version"}, None),
    "deviceId,email,model,name,os": ({"device_id": "deviceId"}, None),
    "Name,Serial,OS,Application,Version": ({"name": "Name"}, "Application"),
    "Name,Application name,Version": ({"name": "Name"}, "Application name"),
    "Device,Name,Version,Publisher": ({"name": "Device"}, "Name"),
    "Serial,Name,Version,Publisher": ({"serial": "Serial"}, "Name"),
    "Name,Email,Serial,Application": ({"name": "Name"}, "Application"),
    "Name,Email,Application": None,
}
"""Header -> some of the device's columns, and the item's name; none where it tells of people."""


@pytest.mark.parametrize("header", BARE_NAMES)
def test_a_bare_name_is_the_devices_or_the_apps(header):
    text = suggest(f"{header}\n".encode())
    if BARE_NAMES[header] is None:
        assert "person:" in text
        return
    device, item = BARE_NAMES[header]
    written = yaml.safe_load(text)
    assert device.items() <= written["device"].items()
    assert ("name" in device) == ("name" in written["device"])
    assert written.get("item", {}).get("name") == item


CHINESE = (
    "终端名称,最近登录用户,操作系统,软件名,软件版本号,软件发布商,软件安装时间,最近上线\n"
    "PC-1,li.na,Windows 10,微信,3.9,腾讯,2025-01-01,2025-01-02 10:00\n"
)


def test_a_suggestion_for_a_chinese_desktop_manager():
    written = yaml.safe_load(suggest(CHINESE.encode()))
    assert written["item"] == {
        "name": "软件名", "version": "软件版本号", "publisher": "软件发布商",
        "installed_at": "软件安装时间",
    }  # fmt: skip
    assert written["device"]["user_id"] == "最近登录用户"
    assert written["device"]["reported_at"] == "最近上线"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Name,OS platform,Vendor,Exposed devices\n",
            "in its column 'Exposed devices' and names no",
        ),
        ("软件名称,软件版本,软件厂商,终端数\n", "in its column '终端数' and names no"),
        ('{"value": [{"name": "edge", "vendor": "m", "installedMachines": 5}]}', "names no device"),
        ("deviceId,applications.0.packageName,applications.1.packageName\n", "side by side"),
    ],
)
def test_what_no_mapping_can_read(read, tmp_path, text, message):
    with pytest.raises(UnreadableError, match=message):
        suggest(text.encode())
    (tmp_path / "x").write_text(text, encoding="utf-8")
    (problem,) = read(tmp_path / "x").result.problems
    assert message in problem.message


def test_no_suggestion_for_devices_within_apps():
    app = b'{"value": [{"displayName": "A", "managedDevices": [{"id": "1", "deviceName": "PC"}]}]}'
    with pytest.raises(UnreadableError, match="lists devices within each app"):
        suggest(app)


def test_no_suggestion_for_two_columns_of_one_name():
    with pytest.raises(UnreadableError, match="has 2 columns 'Name'"):
        suggest(b"Device,Name,Name\nPC-1,Windows,WeChat\n")


def test_a_suggestion_remarks_on_apps_that_may_be_gone():
    text = suggest(b"DeviceId,DeviceName,Application,AppInstallState\nd,PC-1,WeChat,Failed\n")
    assert "# 'AppInstallState' may tell that a row's app is not installed:" in text


MAY_HOLD = "may hold apps, and is not read"
GONE = "may tell that a row's app is not installed"
SEVERAL = "seems to hold several apps in a cell"
REMARKS = {
    "设备名称,序列号,已安装软件\nPC-1,S1,微信;QQ\n": ("已安装软件", MAY_HOLD),
    "Device,InstalledApps\nPC-1,WeChat\n": ("InstalledApps", MAY_HOLD),
    "Device,App count,Approved by,Happy\nPC-1,12,Li Na,yes\n": None,
    "Device,Software\nPC-1,WeChat; Slack\nPC-2,QQ;Slack\n": ("Software", SEVERAL),
    "Device,Software\nPC-1,WeChat\nPC-2,A|B\nPC-3,Slack\n": None,
    "设备名称,软件名称,状态\nPC-1,微信,已安装\nPC-1,QQ,已卸载\n": ("状态", GONE),
    "Device,App,Action\nPC-1,WeChat,Uninstalled\n": ("Action", GONE),
    "Device,App,Note\nPC-1,WeChat,Installed\n": None,
}
"""Table -> the column that is remarked on, and how; none where nothing is."""


@pytest.mark.parametrize("table", REMARKS)
def test_a_suggestion_remarks_on_what_it_may_misread(table):
    lines = suggest(table.encode()).splitlines()
    told = [line for line in lines if any(said in line for said in (MAY_HOLD, GONE, SEVERAL))]
    expected = REMARKS[table]
    assert len(told) == (1 if expected else 0)
    if expected:
        assert told[0].startswith(f"# '{expected[0]}' {expected[1]}")


@pytest.mark.parametrize(
    ("value", "path"),
    [("HQ", None), ("C:\\Program Files\\x", "Location"), ("/Applications/x.app", "Location")],
)
def test_a_location_is_a_path_if_its_values_are(value, path):
    written = yaml.safe_load(suggest(f"Device,Location,App\nPC-1,{value},WeChat\n".encode()))
    assert written["item"].get("path") == path


@pytest.mark.parametrize(
    ("header", "section", "column", "meant"),
    [
        ("设备名称,应用名称,版本号,版本名", "item", "version", "版本名"),
        ("设备名称,软件名称,出版商", "item", "publisher", "出版商"),
        ("hostname,swname,swversion", "item", "version", "swversion"),
        ("Computer Name,Computer Current User,App", "device", "user_id", "Computer Current User"),
        ("Computer Name,Computer O/S,App", "device", "platform", "Computer O/S"),
        ("Gerätename,Letztes Einchecken", "device", "reported_at", "Letztes Einchecken"),
        ("デバイス名,製造元,モデル", "device", "manufacturer", "製造元"),
    ],
)
def test_headers_that_a_suggestion_knows(header, section, column, meant):
    assert yaml.safe_load(suggest(f"{header}\n".encode()))[section][column] == meant


def test_no_suggestion_without_a_device():
    with pytest.raises(UnreadableError, match="has no column that names a device"):
        suggest(b"a,b\n1,2\n")


def test_hostile_cells_and_names_stay_texts(read, tmp_path):
    name = "it's; DROP TABLE report; --"
    mapping = write_mapping(
        tmp_path / "m.yaml",
        MAPPING.replace("Host", json.dumps(name)) + f"empty: [{json.dumps(name)}]\n",
    )
    with (tmp_path / "x.csv").open("w", newline="") as handle:
        csv.writer(handle).writerows([(name, "App", "Seen"), ("A", "=cmd|' /C calc'!A0", "")])
    assert read(tmp_path / "x.csv", mappings=[mapping]).items("name") == [("=cmd|' /C calc'!A0",)]
