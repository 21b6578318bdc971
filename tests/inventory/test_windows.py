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


WINGET = """Name      Id             Version Available Source
-----------------------------------------------
WeChat    Tencent.WeChat 3.9.11  3.9.12    winget
Notes. A  ARP\\User\\X64\\n 1.0
"""


@pytest.mark.parametrize("word", ["ID", "Id.", "ИД", "識別碼"])
def test_winget_speaks_many_languages(read, tmp_path, word):
    path = tmp_path / "x.txt"
    width = len(word) * (2 if word == "識別碼" else 1)
    table = WINGET.replace("Id" + " " * (width - 2), word, 1)
    path.write_text(table, encoding="utf-8")
    assert read(path, device="PC-1").items("name, identifier") == [
        ("WeChat", "Tencent.WeChat"), ("Notes. A", "n"),
    ]  # fmt: skip


def test_what_winget_says_below_its_list_is_no_program(read, tmp_path):
    path = tmp_path / "x.txt"
    rest = """2 upgrades available.
1 package(s) have version numbers that cannot be determined. Use --include-unknown to see more.

The following packages have an upgrade available, but require explicit targeting for upgrade:
"""
    header, dashes = WINGET.split("\n")[:2]
    more = f"{header}\n{dashes}\nSlack     Slack.Slack    4.0     4.1       winget\n"
    path.write_text(WINGET + rest + more, encoding="utf-8")
    assert read(path, device="PC-1").items("name") == [("WeChat",), ("Notes. A",), ("Slack",)]


def test_what_winget_found_in_the_stores_is_not_installed(read, tmp_path):
    path = tmp_path / "x.txt"
    header = "Name      Id             Version Match     Source"
    row = "WeChat    Tencent.WeChat 3.9.12  Tag: chat winget"
    path.write_text(f"{header}\n{'-' * len(header)}\n{row}\n", encoding="utf-8")
    (problem,) = read(path, device="PC-1").result.problems
    assert "winget search" in problem.message


def test_nobody_makes_a_list_look_like_a_search_by_a_name_or_a_version(read, tmp_path):
    path = tmp_path / "x.txt"
    header = "Name           Id                  Version   Source"
    row = "Notes Tag: x   ARP\\Machine\\X64\\N   Tag: chat "
    path.write_text(f"{header}\n{'-' * len(header)}\n{row}\n", encoding="utf-8")
    assert read(path, device="PC-1").items("name, version") == [("Notes Tag: x", "Tag: chat")]


def write_table(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_wmic_through_its_broken_line_ends(read, tmp_path):
    path = tmp_path / "x.csv"
    lines = ["", "Node,IdentifyingNumber,Name,Vendor,Version", "PC-1,{A},WeChat,Tencent,3.9"]
    path.write_bytes("".join(f"{line}\r\r\n" for line in lines).encode("utf-16"))
    reading = read(path)
    assert reading.reports("name") == [("PC-1",)]
    assert reading.items("identifier, name, publisher, version") == [
        ("{A}", "WeChat", "Tencent", "3.9")
    ]


def test_a_product_that_is_advertised_or_absent_is_not_installed(read, tmp_path):
    path = write_table(
        tmp_path / "x.csv",
        '"PSComputerName","Name","Vendor","Version","InstallState"',
        '"PC-1","WeChat","Tencent","3.9","5"', '"PC-1","QQ","Tencent","9","1"',
        '"PC-2","QQ","Tencent","9","2"',
    )  # fmt: skip
    reading = read(path)
    assert reading.reports("name") == [("PC-1",), ("PC-2",)]
    assert reading.items("name") == [("WeChat",)]


def test_packages_of_the_store(read, tmp_path):
    path = write_table(
        tmp_path / "x.csv",
        '"Name","ResourceId","Version","PackageFullName","PackageFamilyName"',
        '"5319275A.WhatsAppDesktop","","2.24","5319275A_2.24_x64__cv1","5319275A_cv1g1gvanyjgm"',
    )
    reading = read(path, device="PC-1")
    assert reading.items("identifier_type, identifier, name") == [
        ("msix_pfn", "5319275A_cv1g1gvanyjgm", "5319275A.WhatsAppDesktop")
    ]


def test_configmgr_names_a_program_in_one_of_two_columns(read, tmp_path):
    path = write_table(
        tmp_path / "x.csv",
        "ResourceID,Name0,ARPDisplayName0,ProductName0,ProductVersion0",
        "1,PC-1,WeChat,Weixin,3.9", "1,PC-1,,QQ,9",
    )  # fmt: skip
    reading = read(path)
    assert reading.reports("device_id, name, source") == [("1", "PC-1", "configmgr")]
    assert reading.items("name, version") == [("WeChat", "3.9"), ("QQ", "9")]


def test_a_table_that_counts_computers_is_about_none(read, tmp_path):
    path = write_table(tmp_path / "x.csv", "DisplayName0,Version0,Count", "WeChat,3.9,14")
    (problem,) = read(path, device="PC-1").result.problems
    assert "counts computers in its column 'Count'" in problem.message


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_script_that_wrote_no_tabs(read, tmp_path, quote):
    lines = ["DisplayName`tDisplayVersion`tPublisher", "WeChat`t3.9`tTencent", 'a "b"`t1`t']
    path = write_table(tmp_path / "x.csv", *(f"{quote}{line}{quote}" for line in lines))
    assert read(path, device="PC-1").items("name, version, publisher") == [
        ("WeChat", "3.9", "Tencent"), ("a 'b'", "1", None),
    ]  # fmt: skip
