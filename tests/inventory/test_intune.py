"""Intune: app lists and devices, joined; ownership decides what a list shows."""

from datetime import datetime

import pytest

ONE, TWO, THREE, FOUR, FIVE = (f"6a1d6e2e-0000-4000-8000-00000000000{n}" for n in range(1, 6))


def test_the_app_list_alone(read, files):
    reading = read(files / "intune_apps.csv")
    assert reading.reports("device_id, name, platform, ownership, managed, user_id, source") == [
        (ONE, "PC-0001", "windows", None, True, "li.na@example.cn", "intune"),
        (TWO, "Pad-0002", "ios", None, True, None, "intune"),
        (THREE, "Phone-0003", "android", None, True, "zhao.lei@example.cn", "intune"),
    ]
    assert reading.listings() == [(n, "app", "managed") for n in (1, 2, 3)]
    assert reading.items("record, kind, identifier, name, version, publisher") == [
        (1, "app", None, "WeChat", "3.9.11.25", "Tencent"),
        (2, "app", None, "Example, Notes", "1.0", None),
        (3, "app", None, "WeChat", "8.0.50", "Tencent"),
        (4, "app", None, "易信", "9.1", "NetEase"),
    ]


def test_joined_with_the_devices(read, files):
    reading = read(files / "intune_devices.csv", files / "intune_apps.csv")
    rows = reading.reports("device_id, serial, platform, form, ownership, user_id, reported_at")
    assert rows == [
        (FOUR, "TESTSER0004", "macos", "laptop", None, "chen.jie@upn.example.cn", None),
        (ONE, "TESTSER0001", "windows", None, "corporate", "li.na@example.cn",
         datetime(2026, 11, 1, 8, 11)),
        (TWO, None, "ipados", "tablet", "personal_enrolled", "wang.fang@upn.example.cn",
         datetime(2026, 11, 2, 8, 11)),
        (THREE, None, "android", None, None, "zhao.lei@example.cn", None),
    ]  # fmt: skip
    assert reading.listings() == [
        (2, "app", "all"), (3, "app", "managed"), (4, "app", "managed"),
    ]  # fmt: skip
    assert [(line.devices, line.items, line.records) for line in reading.result.inputs] == [
        (3, 0, 3), (3, 4, 4),
    ]  # fmt: skip


def test_the_other_spelling_and_delimiter(read, files):
    reading = read(files / "intune_all_devices.csv", files / "intune_apps.csv")
    assert reading.reports("device_id, platform, form, ownership, managed, serial") == [
        (FIVE, "ios", "phone", "personal_enrolled", True, "TESTSER0005"),
        (ONE, "windows", None, None, True, None),
        (TWO, "ios", None, None, True, None),
        (THREE, "android", None, "corporate", True, "TESTSER0003"),
    ]
    assert reading.listings() == [(2, "app", "managed"), (3, "app", "managed"), (4, "app", "all")]


def test_a_device_that_two_exports_name_is_taken_once_from_the_newest(read, tmp_path):
    header = "DeviceId,DeviceName,Ownership,LastContact"
    old, new = tmp_path / "a.csv", tmp_path / "b.csv"
    old.write_text(f"{header}\n{ONE},Old,Personal,2026-10-01 08:00:00.0000000\n")
    new.write_text(f"{header}\n{ONE},New,Company,2026-11-01 08:00:00.0000000\n")
    assert read(old, new).reports("name, ownership") == [("New", "corporate")]
    assert read(new, old).reports("name, ownership") == [("New", "corporate")]


def test_any_order_and_localised_columns(read, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        "Platform_loc;DeviceId;ApplicationVersion;Platform;ApplicationName;ApplicationKey\n"
        "Fenster;D1;1.0;Windows;WeChat;k\n"
    )
    reading = read(path)
    assert reading.reports("device_id, platform") == [("D1", "windows")]
    assert reading.items("name, version, publisher") == [("WeChat", "1.0", None)]


@pytest.mark.parametrize(
    ("row", "reason"), [("k,WeChat,1,", "no DeviceId"), ("k,,1,D1", "no ApplicationName")]
)
def test_rows_without_device_or_app_are_rejected(read, tmp_path, row, reason):
    path = tmp_path / "x.csv"
    path.write_text(
        "ApplicationKey,ApplicationName,ApplicationVersion,DeviceId\n"
        f"k,WeChat,1,D1\n{row}\nk,QQ,1,D1\n"
    )
    reading = read(path)
    assert reading.rejected() == [(2, reason)]
    assert reading.items("record, name") == [(1, "WeChat"), (3, "QQ")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Windows", "windows"), ("windows10x64", "windows"), ("macOS", "macos"),
        ("MacMDM", "macos"),
        ("iOS", "ios"), ("iOS/iPadOS", "ios"), ("iPadOS", "ipados"),
        ("AndroidEnterprise", "android"),
        ("Linux (ubuntu)", "linux"), ("ChromeOS", "chromeos"), ("Unknown", None), ("", None),
    ],
)  # fmt: skip
def test_platforms(read, tmp_path, said, expected):
    path = tmp_path / "x.csv"
    path.write_text(f"ApplicationKey,ApplicationName,DeviceId,Platform\nk,WeChat,D1,{said}\n")
    assert read(path).reports("platform") == [(expected,)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Company", "corporate"), ("corporate", "corporate"), ("Personal", "personal_enrolled"),
        ("Unknown", None), ("", None),
    ],
)  # fmt: skip
def test_ownership(read, tmp_path, said, expected):
    path = tmp_path / "x.csv"
    path.write_text(f"DeviceId,DeviceName,Ownership,LastContact\nD1,PC,{said},\n")
    reading = read(path)
    assert reading.reports("ownership") == [(expected,)]
    assert reading.listings() == []


def test_a_time_that_cannot_be_read_is_no_time(read, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("DeviceId,DeviceName,Ownership,LastContact\nD1,PC,Company,11/3/2026 8:11 AM\n")
    reading = read(path)
    assert reading.reports("reported_at") == [(None,)]
    assert reading.rejected() == []


def test_numbers_with_their_words_beside_them(read, tmp_path):
    """An export job that adds localised columns leaves numbers in the others."""
    path = tmp_path / "x.csv"
    path.write_text(
        "DeviceId,DeviceName,OwnerType,OwnerType_loc,LastContact,DeviceType,DeviceType_loc,"
        "ManagementAgent,ManagementAgent_loc\n"
        "a,PC-1,1,Company,2026-11-20T08:11:00Z,1,Windows,2,MDM\n"
        "b,PHONE-1,2,Personal,2026-11-20T08:11:00Z,8,iOS/iPadOS,2,MDM\n"
        "c,PC-2,0,Unknown,2026-11-20T08:11:00Z,1,Windows,2,MDM\n",
        encoding="utf-8",
    )
    assert read(path).reports("device_id, ownership, platform, managed") == [
        ("a", "corporate", "windows", True), ("b", "personal_enrolled", "ios", True),
        ("c", None, "windows", True),
    ]  # fmt: skip


def test_times_that_a_spreadsheet_wrote_anew(read, tmp_path):
    path = tmp_path / "x.csv"
    header = "Device ID,Device name,Last check-in,Ownership,OS"
    rows = ["a,A,3/2/2025 8:11,Corporate,Windows", "b,B,2025-03-02 08:11:00.0000000,Corporate,iOS",
            "c,C,0001-01-01 00:00:00,Corporate,iOS"]  # fmt: skip
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    reading = read(path)
    assert [device for (device,) in reading.reports("device_id")] == ["a", "b", "c"]
    (problem,) = reading.result.problems
    assert "a device has a time that cannot be read, '3/2/2025 8:11'" in problem.message
