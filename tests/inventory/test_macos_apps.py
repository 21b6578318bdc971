"""system_profiler in its three forms, and Munki's list."""

import plistlib
from datetime import datetime

import pytest

TEAM = "5A4RE8SF68"


def test_json_with_the_hardware_names_its_mac(read, files):
    reading = read(files / "macos" / "profiler.json")
    columns = "device_id, serial, udid, name, platform, form, os_version, model, user_id"
    assert reading.reports(columns) == [
        ("C02TEST00091", "C02TEST00091", "0A1B0000-0000-4000-8000-000000000091", "LINA-MBP",
         "macos", "laptop", "14.5", "Mac14,9", None),
    ]  # fmt: skip
    assert reading.listings() == [(1, "app", "all")]
    assert reading.items("name, version, publisher, signer, install_source, system, os_user") == [
        ("Safari", "17.5", None, None, None, True, None),
        ("WeChat", "3.8.9", "Tencent Mobile International Limited", TEAM, None, None, None),
        ("易信", "9.1", None, None, "app_store", None, "li.na"),
    ]


def test_xml_with_apps_in_folders(read, files):
    reading = read(files / "macos" / "profiler.plist", device="DEV-1")
    assert reading.reports("device_id, platform, reported_at") == [
        ("DEV-1", "macos", datetime(2026, 11, 2, 8, 11)),
    ]
    assert reading.items("name, path") == [
        ("Ordinateur", "/Applications/Tools/Ordinateur.app"),
        ("WeChat", "/Applications/WeChat.app"),
    ]


def test_text(read, files):
    reading = read(files / "macos" / "profiler.txt", device="DEV-1")
    assert reading.reports("device_id, platform") == [("DEV-1", "macos")]
    assert reading.listings() == [(1, "app", "all")]
    assert reading.items("name, version, publisher, signer, path") == [
        ("Notes: the app", "1.0", None, None, "/Applications/Notes: the app.app"),
        ("WeChat", "3.8.9", "Tencent, Mobile (International) Limited", TEAM,
         "/Applications/WeChat.app"),
    ]  # fmt: skip


def test_munki(read, files, tmp_path):
    reading = read(files / "macos" / "ApplicationInventory.plist", device="DEV-1")
    assert reading.listings() == [(1, "app", "all")]
    rows = [
        (None, None, "Tool", "1", True),
        ("macos_bundle", "com.tencent.xinWeChat", "微信", "3.8.9", None),
    ]
    assert reading.items("identifier_type, identifier, name, version, system") == rows
    binary = tmp_path / "x"
    value = plistlib.loads((files / "macos" / "ApplicationInventory.plist").read_bytes())
    binary.write_bytes(plistlib.dumps(value, fmt=plistlib.FMT_BINARY))
    again = read(binary, device="DEV-1")
    assert again.items("identifier_type, identifier, name, version, system") == rows


@pytest.mark.parametrize("name", ["profiler.plist", "profiler.txt", "ApplicationInventory.plist"])
def test_nobody_named_the_mac(read, files, name):
    path = files / "macos" / name
    assert read(path).rejected() == [(None, "names no device")]
    assert len(read(path, only_look=True).items("name")) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"SPApplicationsDataType": []}', "lists no app, which no Mac is without"),
        (b'{"SPApplicationsDataType": [{"_name": "A"', "is no JSON that can be used"),
        (b"Applications:\n\n    A:\n\n      Version: 1\n\xff\n", "holds bytes that are not UTF-8"),
        (b"Applications:\n\n    A:\n\n      Version: 1\n" + b"x" * 300_000, "has a line longer"),
        (b"<plist><array><dict><key>_dataType</key><string>SPA", "is a damaged property list"),
    ],
)
def test_damaged_and_hostile(read, files, tmp_path, content, reason):
    path = tmp_path / "x"
    path.write_bytes(content)
    reading = read(path, files / "macos" / "profiler.json", device="DEV-1")
    assert [reason in said for _, said in reading.rejected()].count(True) == 1
    assert reading.reports("serial") == [("C02TEST00091",)]
