"""Windows: registry exports, tables of programs, winget's export and its list as text."""

from datetime import datetime

import pytest

from policycheck.inventory.formats.windows.console_table import (
    cut_cells,
    find_columns,
    is_broken,
    repair,
)


def test_a_registry_export_of_the_machine(read, files):
    reading = read(files / "windows" / "machine.reg", device="PC-1")
    assert reading.reports("device_id, platform, source, partial") == [
        ("PC-1", "windows", "windows-registry-machine", False)
    ]
    assert reading.listings() == [(1, "app", "managed")]
    columns = "record, identifier_type, identifier, name, version, publisher, path, installed_at"
    assert reading.items(columns)[0] == (
        1, "win_uninstall_key", "WeChat", "微信", "3.9.12.57", "腾讯科技(深圳)有限公司",
        r"%ProgramFiles%\Tencent\WeChat", datetime(2026, 2, 3),
    )  # fmt: skip
    assert reading.items("identifier, name, attributes")[1:] == [
        ("{0B1C0000-0000-4000-8000-000000000001}", None, {"hive": "machine", "hidden": "true"}),
        ("KB5034441", "a name over\ntwo lines", {"hive": "machine"}),
    ]


def test_each_hive_is_a_source_of_its_own(read, files):
    folder = files / "windows"
    reading = read(folder / "machine.reg", folder / "user.reg", device="PC-1")
    assert reading.reports("source, device_id") == [
        ("windows-registry-machine", "PC-1"), ("windows-registry-user", "PC-1"),
    ]  # fmt: skip
    assert reading.items("os_user")[-1] == ("S-1-5-21-1-2-3-1001",)


@pytest.mark.parametrize("name", ["machine.reg", "programs.csv", "winget_list.txt",
                                  "winget_export.json"])  # fmt: skip
def test_without_a_name_it_is_refused_unless_it_is_only_looked_at(read, files, name):
    refused = read(files / "windows" / name)
    (problem,) = refused.result.problems
    assert problem.message.endswith("names no device")
    assert "--device ID" in problem.hint
    assert refused.reports("device_id") == []
    looked_at = read(files / "windows" / name, only_look=True)
    assert [problem.severity for problem in looked_at.result.problems] == ["warning"]
    assert looked_at.reports("device_id, platform") == [(None, "windows")]
    assert looked_at.result.inputs[0].items > 0


def test_a_registry_export_of_something_else(read, tmp_path):
    path = tmp_path / "x.reg"
    path.write_text('REGEDIT4\n\n[HKEY_CURRENT_USER\\Console]\n"a"="b"\n')
    (problem,) = read(path, device="PC-1").result.problems
    assert "without an Uninstall key" in problem.message


def test_a_damaged_key_is_rejected_and_the_rest_is_read(read, tmp_path):
    start = b"Windows Registry Editor Version 5.00\r\n"
    key = rb"[HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Uninstall\%b]" + b"\r\n"
    path = tmp_path / "x.reg"
    path.write_bytes(
        start + key % b"A" + b'"DisplayName"="\xff\r\n'
        + key % b"B" + b'"DisplayName"=hex(2):41,0,zz\\\r\n' + key % b"C"
    )  # fmt: skip
    reading = read(path, device="PC-1")
    assert reading.rejected() == [(1, "holds bytes that are not UTF-8")]
    assert reading.items("record, identifier") == [(2, "B"), (3, "C")]
    assert reading.reports("partial") == [(True,)]


def test_a_table_of_one_computer(read, files):
    reading = read(files / "windows" / "programs.csv", device="PC-1")
    assert reading.reports("device_id, source") == [("PC-1", "windows-registry")]
    assert reading.items("record, name, version, publisher, installed_at") == [
        (1, "微信", "3.9.12.57", "腾讯科技(深圳)有限公司", datetime(2026, 2, 3)),
        (3, "DingTalk", "7.1.0", "Alibaba", None),  # 3/2/2026 may be either day
    ]
    line = reading.result.inputs[0]
    assert (line.records, line.items, line.rejected) == (3, 2, 0)


def test_tables_that_name_their_computers(read, files):
    reading = read(files / "windows" / "computers.csv", files / "windows" / "configmgr.csv")
    assert reading.reports("device_id, name, source, managed, user_id") == [
        (None, "PC-1", "windows-registry", None, None),
        (None, "PC-2", "windows-registry", None, None),
        ("16777220", "PC-7", "configmgr", True, "CORP\\lina"),
    ]
    assert {visibility for _, _, visibility in reading.listings()} == {"managed"}
    assert reading.items("identifier")[-1] == ("{0B1C0000-0000-4000-8000-000000000002}",)


def test_winget_export(read, files):
    reading = read(files / "windows" / "winget_export.json", device="PC-1")
    assert reading.listings() == [(1, "app", "managed")]
    assert reading.items("record, identifier_type, identifier, version, attributes") == [
        (1, "winget_id", "Tencent.WeChat", "3.9.12.57", {"scope": "user"}),
        (2, "winget_id", "7zip.7zip", None, None),
        (3, "msstore_id", "XPFCKBRNFZQ62G", None, None),
    ]


def test_winget_packages_at_the_top(read, tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"Packages": [{"PackageIdentifier": "A.B"}, {"Version": "1"}]}')
    reading = read(path, device="PC-1")
    assert reading.items("identifier") == [("A.B",)]
    assert reading.rejected() == [(2, "an item needs an identifier or a name")]


def test_winget_list(read, files):
    reading = read(files / "windows" / "winget_list.txt", device="PC-1")
    assert reading.listings() == [(1, "app", "all")]
    assert reading.items("identifier_type, identifier, name, version") == [
        ("winget_id", "Tencent.WeChat", "WeChat", "3.9.12.57"),
        ("win_uninstall_key", "WeType", "微信输入法", "1.2.3"),
        ("win_uninstall_key", "{0B1C0000-0000-4000-8000-000000000003}_is1", "Trae (User)", "1.0"),
        ("msix_pfn", "5319275A.WhatsAppDesktop_cv1g1gvanyjgm", "WhatsApp", "2.2401.4.0"),
        (None, None, "Some program", "< 1.0"),  # the id is cut
        ("msstore_id", "XPDDXV3SXC0J2V", "企业微信", None),
    ]


def test_winget_list_whose_characters_were_broken(read, files):
    reading = read(files / "windows" / "winget_list_broken.txt", device="PC-1")
    assert reading.listings() == [(1, "app", "managed")]  # of one row neither id nor name is whole
    assert reading.items("identifier, name") == [
        ("Tencent.WeChat", "微信"),
        ("Feishu", "飞书"),
        ("{0B1C0000-0000-4000-8000-000000000003}_is1", "Trae (User)"),
        ("5319275A.WhatsAppDesktop_cv1g1gvanyjgm", "WhatsApp"),
        (None, "Some program"),
        ("XPDDXV3SXC0J2V", "企业微信"),
        ("Alibaba.DingTalk", "钉钉"),
        ("NetEase.CloudMusic", "网易云音\ufffd"),  # its last byte is lost
        (None, "Some program with a very long na…"),
    ]


def test_a_filtered_list_proves_nothing(read, tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("Name   Id             Version\n-----------------------------\n"
                    "WeChat Tencent.WeChat 3.9\n")  # fmt: skip
    reading = read(path, device="PC-1")
    assert reading.listings() == [(1, "app", "managed")]
    assert reading.items("name, identifier, version") == [("WeChat", "Tencent.WeChat", "3.9")]


@pytest.mark.parametrize(
    ("broken", "sound"),
    [
        ("寰\ue1bb俊", "微信"),
        ("鍚嶇О", "名称"),
        ("婧?", "婧?"),  # one byte of one character: nothing to go by
        ("微信", "微信"),
        ("陆续", "陆续"),
        ("Müller", "Müller"),
        ("plain", "plain"),
    ],
)
def test_cells_are_repaired_only_where_that_is_better(broken, sound):
    assert repair(broken) == sound


def test_sound_chinese_is_not_taken_for_broken():
    assert not is_broken(["微信", "企业微信", "钉钉", "陆续", "联通"])
    assert is_broken(["寰\ue1bb俊", "婧?"])


def test_columns_go_by_their_width():
    starts = find_columns("名称   ID   版本")
    assert starts == (0, 7, 12)
    assert cut_cells("微信   A.B  1", starts) == ("微信", "A.B", "1")
    assert cut_cells("微信微信 A.B  1", starts) is None
