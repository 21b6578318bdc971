"""Fleet: hosts with their software, one host's software, the hosts report."""

from datetime import datetime

import pytest


def test_hosts_and_what_each_lists(read, files):
    reading = read(files / "fleet" / "hosts.json")
    columns = "device_id, serial, name, platform, form, os_version, ownership, managed, user_id"
    assert reading.reports(columns) == [
        ("7", "C02TEST00007", "LINA-MBP", "macos", "laptop", "14.5", None, True,
         "li.na@example.cn"),
        ("8", None, "PC-0008", "windows", None, "10.0.22631.3737", None, False,
         "zhao.lei@example.cn"),
        ("9", None, "ubuntu-9", "linux", None, "22.04.3", None, None, None),
        ("10", "F2LTEST00010", "李娜的 iPhone", "ios", "phone", "17.5.1", "personal_enrolled", True,
         None),
        ("11", None, "rhel-11", "linux", None, "8.2.2004", None, None, None),
    ]  # fmt: skip
    assert reading.reports("udid, reported_at, source, partial")[:2] == [
        ("0A1B0000-0000-4000-8000-000000000007", datetime(2026, 11, 1, 5, 9, 44), "fleet", False),
        ("0A1B0000-0000-4000-8000-000000000008", datetime(2026, 11, 2, 8, 11), "fleet", False),
    ]
    assert reading.reports("attributes")[0] == ({"team": "Logistics"},)
    assert reading.listings() == [
        (1, "app", "all"), (1, "browser_extension", "all"),
        (2, "app", "all"), (2, "browser_extension", "all"),
        (4, "app", "managed"),
    ]  # fmt: skip
    line = reading.result.inputs[0]
    assert (line.format, line.devices, line.items, line.records, line.rejected) == (
        "fleet", 5, 5, 5, 0,
    )  # fmt: skip


def test_software_in_every_place_and_by_its_identifier(read, files):
    reading = read(files / "fleet" / "hosts.json")
    columns = "record, kind, identifier_type, identifier, name, version, publisher, signer, os_user"
    team = "5A4RE8SF68"
    extension = "abcdefghijklmnopabcdefghijklmnop"
    assert reading.items(columns) == [
        (1, "browser_extension", "chromium_app_id", extension, "Example Wallet", "1.2.0", None,
         None, None),
        (1, "app", "macos_bundle", "com.tencent.xinWeChat", "WeChat.app", "3.8.9", None, team,
         None),
        (1, "app", "macos_bundle", "com.tencent.xinWeChat", "WeChat.app", "3.8.9", None, team,
         "li.na"),
        (2, "app", None, None, "微信", "4.0.1", "腾讯科技(深圳)有限公司", None, None),
        (4, "app", "ios_bundle", "com.tencent.xin", "微信", "8.0.50", None, None, None),
    ]  # fmt: skip
    assert reading.items("last_used_at, path")[1] == (
        datetime(2026, 10, 30, 23, 3, 7), "/Applications/WeChat.app",
    )  # fmt: skip


def test_one_host_and_an_entry_that_may_be_anything(read, files):
    reading = read(files / "fleet" / "host.json")
    assert reading.reports("device_id, platform, partial") == [("12", "linux", True)]
    assert reading.listings() == [(1, "app", "managed"), (1, "browser_extension", "managed")]
    assert reading.items("identifier_type, identifier") == [("deb_package", "telegram-desktop")]


def test_what_is_only_offered_is_not_installed(read, files):
    reading = read(files / "fleet" / "host_software.json", device="DEV-1")
    assert reading.reports("device_id, platform, partial") == [("DEV-1", "macos", False)]
    assert reading.items("name, version, signer") == [("WeChat.app", "3.8.9", "5A4RE8SF68")]
    assert reading.listings() == [(1, "app", "all"), (1, "browser_extension", "all")]


def test_software_of_a_host_that_nobody_named(read, files):
    path = files / "fleet" / "host_software.json"
    assert read(path).rejected() == [(None, "names no device")]
    looked_at = read(path, only_look=True)
    assert looked_at.reports("device_id, platform") == [(None, "macos")]
    assert [problem.severity for problem in looked_at.result.problems] == ["warning"]


def test_a_page_of_one_hosts_software_is_partial(read, files, tmp_path):
    path = tmp_path / "x.json"
    text = (files / "fleet" / "host_software.json").read_text()
    path.write_text(text.replace('"has_next_results": false', '"has_next_results": true'))
    reading = read(path, device="DEV-1")
    assert reading.reports("partial") == [(True,)]
    assert reading.listings() == [(1, "app", "managed"), (1, "browser_extension", "managed")]


def test_what_remains_of_one_hosts_damaged_list_is_partial(read, files, tmp_path):
    path = tmp_path / "x.json"
    text = (files / "fleet" / "host_software.json").read_text()
    path.write_text(text.replace('"installed_versions": []}', '"installed_versions": [],}'))
    reading = read(path, device="DEV-1")
    assert reading.reports("partial") == [(True,)]
    assert reading.items("name") == [("WeChat.app",)]
    assert reading.listings() == [(1, "app", "managed"), (1, "browser_extension", "managed")]


def test_a_page_of_hosts_is_told(read, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(
        '{"hosts": [{"id": 1, "uuid": "U", "hostname": "h", "platform": "darwin",'
        ' "osquery_version": "5"}], "meta": {"has_next_results": true}}'
    )
    reading = read(path)
    assert reading.reports("device_id") == [("1",)]
    assert "one page of several" in reading.result.problems[0].message


@pytest.mark.parametrize(
    "text",
    [
        '{"software": [{"id": 1, "name": "A", "source": "apps", "hosts_count": 9}]}',
        '{"software_titles": [{"name": "A", "source": "apps", "versions": [], "hosts_count": 9}]}',
    ],
)
def test_lists_of_the_whole_fleet_are_refused(read, tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    reading = read(path)
    assert reading.rejected() == [
        (None, "is Fleet's list of all software: it counts hosts and names none")
    ]


def test_the_hosts_report_lists_nothing(read, files):
    reading = read(files / "fleet" / "hosts_report.csv")
    assert reading.reports("device_id, serial, name, platform, os_version, reported_at") == [
        ("7", "C02TEST00007", "LINA-MBP", "macos", "14.5", datetime(2026, 11, 2, 8, 0)),
        ("8", None, "pc-0008", "windows", "10.0.22631.3737", datetime(2026, 11, 2, 8, 11)),
        ("9", None, "r9", "linux", None, datetime(2026, 11, 2, 8, 0)),
    ]
    assert reading.listings() == []
    line = reading.result.inputs[0]
    assert (line.devices, line.items, line.records, line.rejected) == (3, 0, 3, 0)


def test_damaged_and_hostile_hosts(read, tmp_path):
    start = '{"id": 1, "uuid": "U1", "hostname": "h", "platform": "darwin", "osquery_version": "5"'
    cut, deep, odd = tmp_path / "cut.json", tmp_path / "deep.json", tmp_path / "odd.json"
    cut.write_text('{"hosts": [' + start + '}, {"id": 2, "uuid"')
    deep.write_text('{"hosts": [' + start + ', "software": ' + "[" * 10_000)
    odd.write_text(
        '{"hosts": [' + start + ', "software": [null, 7, {"name": "=cmd|\' /C calc\'!A0",'
        ' "source": ["apps"], "installed_paths": {"a": 1}, "signature_information": 7}],'
        ' "mdm": [], "end_users": "x"}, {"hostname": "' + "x" * 300_000 + '", "id": 3}, {}, 7]}'
    )
    reading = read(cut, deep, odd)
    assert [(line.devices, line.records, line.rejected) for line in reading.result.inputs] == [
        (1, 2, 1), (0, 1, 1), (1, 4, 3),
    ]  # fmt: skip
    assert reading.items("name, path") == [("=cmd|' /C calc'!A0", None)]
    assert [reason for _, reason in reading.rejected()] == [
        "is cut off; nothing after it can be read",
        "is no JSON that can be used: is nested too deeply; nothing after it can be read",
        "is nested too deeply; nothing after it can be read",
        "what it says of its device is longer than 262144 characters",
        "names no device: no id, serial, udid or name",
        "names no device: no id, serial, udid or name",
    ]
