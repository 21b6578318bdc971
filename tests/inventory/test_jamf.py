"""Jamf: both APIs of Jamf Pro, searches with rows that continue a device, Jamf School."""

from datetime import datetime

import pytest

MORNING = datetime(2026, 11, 2, 8, 11)
EVENING = datetime(2026, 11, 1, 18, 4, 13)


def test_computers_and_sections_that_nobody_asked_for(read, files):
    reading = read(files / "jamf" / "computers.json")
    assert reading.reports("device_id, serial, name, platform, managed, user_id") == [
        ("14", "C02TEST00014", "LINA-MBP", "macos", True, "li.na@example.cn"),
        ("15", None, "ZHAO-MINI", "macos", False, None),
        ("16", None, "NEW-MAC", "macos", None, None),
    ]
    assert reading.reports("form, os_version, model, reported_at")[0] == (
        "laptop", "14.5", "Mac14,9", EVENING,
    )  # fmt: skip
    assert reading.reports("attributes")[0] == (
        {"Owner check": "passed, 2026", "site": "Shanghai"},
    )
    assert reading.listings() == [(1, "app", "all")]
    assert reading.items("identifier_type, identifier, name, version, system, os_user") == [
        ("macos_bundle", "com.apple.Safari", "Safari.app", "17.5", True, None),
        ("macos_bundle", "com.tencent.xinWeChat", "WeChat.app", "3.8.9", None, None),
        (None, None, "微信.app", None, None, "li.na"),
    ]
    (page,) = reading.result.problems
    assert "is one page of several: 3 of 4 devices" in page.message


def test_all_pages_together_are_the_fleet(read, files, tmp_path):
    second = tmp_path / "second.json"
    second.write_text(
        '{"totalCount": 4, "results": [{"id": "18", "udid": "U18", "general": {"name": "LAST"},'
        ' "hardware": null}]}'
    )
    reading = read(files / "jamf" / "computers.json", second)
    assert reading.result.problems == ()
    assert len(reading.reports("device_id")) == 4


def test_one_computer(read, files):
    reading = read(files / "jamf" / "computer_detail.json")
    assert reading.reports("device_id, name, form, user_id, reported_at") == [
        ("17", "ONE-MAC", "desktop", "wang.fang", datetime(2026, 11, 2, 9, 0)),
    ]
    assert reading.items("name, identifier") == [("易信.app", "im.yixin")]


def test_mobile_devices_by_how_they_were_enrolled(read, files):
    reading = read(files / "jamf" / "mobile_devices.json")
    assert reading.reports("device_id, serial, platform, form, ownership, user_id") == [
        ("21", "F2LTEST00021", "ios", "phone", "corporate", "li.na@example.cn"),
        ("22", None, "ipados", "tablet", "personal_enrolled", None),
        ("23", None, "ios", None, "corporate", None),
    ]
    assert reading.reports("udid, os_version, reported_at, attributes")[0] == (
        "00008110-TEST21", "17.5.1", MORNING, {"department": "Logistics"},
    )  # fmt: skip
    assert reading.listings() == [(1, "app", "all"), (2, "app", "managed")]
    assert reading.items("identifier_type, identifier, name, version") == [
        ("ios_bundle", "com.tencent.xin", "微信", "8.0.50"),
    ]


def test_one_mobile_device(read, files):
    reading = read(files / "jamf" / "mobile_detail.json")
    assert reading.reports("device_id, serial, name, platform, ownership, user_id") == [
        ("24", "DMPTEST00024", "iPad 24", "ipados", "corporate", "zhao.lei@example.cn"),
    ]
    assert reading.listings() == [(1, "app", "all")]
    assert reading.items("name, identifier") == [("企业微信", "com.tencent.ww")]


def test_the_classic_api(read, files):
    folder = files / "jamf"
    names = ("classic_computer.json", "classic_computer.xml", "classic_mobile.xml")
    reading = read(*(folder / name for name in names))
    columns = "device_id, serial, name, platform, form, os_version, ownership, managed, user_id"
    assert reading.reports(columns) == [
        ("31", "C02TEST00031", "OLD-MAC", "macos", "laptop", "13.6.1", None, True,
         "li.na@example.cn"),
        ("32", "C02TEST00032", "XML-MAC", "macos", "desktop", "14.0", None, True, "li.na"),
        ("33", "F2LTEST00033", "李娜的 iPhone", "ios", "phone", "17.0", "corporate", True, "li.na"),
    ]  # fmt: skip
    assert reading.reports("reported_at") == [(EVENING,), (EVENING,), (MORNING,)]
    assert reading.listings() == [(1, "app", "all"), (2, "app", "all"), (3, "app", "all")]
    assert reading.items("identifier, name, version") == [
        ("ru.keepcoder.Telegram", "Telegram.app", "10.2"),
        (None, "Notes & more.app", "1"),
        ("com.tencent.xinWeChat", "WeChat.app", "3.8.9"),
        ("com.tencent.xin", "微信", "8.0.50"),
    ]


def test_a_classic_list_lists_no_apps(read, files):
    reading = read(files / "jamf" / "classic_list.json")
    assert reading.reports("device_id, name, serial, managed, user_id") == [
        ("41", "LIST-MAC", "C02TEST00041", True, "li.na"),
        ("42", "LIST-MAC-2", None, None, None),
    ]
    assert reading.listings() == []


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE computer [<!ENTITY a "aaaa">]><computer><general><id>&a;</id></general>',
        '<!DOCTYPE computer SYSTEM "file:///etc/passwd"><computer/>',
        "<computer><general><id>1</id>",
        "<computer>" * 10_000,
        "<computer><general/></computer>",
    ],
)
def test_hostile_and_damaged_xml(read, tmp_path, xml):
    path = tmp_path / "x.xml"
    path.write_text(xml)
    reading = read(path)
    assert reading.reports("device_id") == []
    assert len(reading.rejected()) == 1


def test_rows_that_continue_a_device(read, files):
    reading = read(files / "jamf" / "search_computers.csv")
    columns = "device_id, serial, name, platform, form, os_version, managed, user_id, reported_at"
    assert reading.reports(columns) == [
        ("51", "C02TEST00051", "LINA-MBP", "macos", "laptop", "14.5", True, "li.na@example.cn",
         datetime(2026, 11, 1, 12, 38)),
        ("52", "C02TEST00052", "NEW-MAC", "macos", None, None, False, None, None),
    ]  # fmt: skip
    assert reading.listings() == [(1, "app", "all")]
    assert reading.items("record, identifier, name, version") == [
        (1, "com.apple.Safari", "Safari.app", "17.5"),
        (1, "com.apple.systempreferences", "System Settings.app", "15.0"),
        (1, "com.tencent.xinWeChat", "WeChat.app", "3.8.9"),
        (1, None, "易信.app", "9.1"),
    ]
    line = reading.result.inputs[0]
    assert (line.devices, line.items, line.records, line.rejected) == (2, 4, 2, 0)


@pytest.mark.parametrize("left", ["WeChat", "Safari"])
def test_a_search_for_an_app_does_not_say_what_else_there_is(read, files, tmp_path, left):
    """Jamf shows of a field with several values what meets the search's criterion on it."""
    path = tmp_path / "x.csv"
    text = (files / "jamf" / "search_computers.csv").read_text(encoding="utf-8-sig")
    head, *rows = text.splitlines()
    device, new = rows[0].split(",WeChat.app")[0], rows[-1]
    path.write_text(f"{head}\n{device},{left}.app,1,\n{new}\n", encoding="utf-8")
    reading = read(path)
    assert reading.items("record, name") == [(1, f"{left}.app")]
    assert reading.listings() == []
    (problem,) = reading.result.problems
    assert "lists apps of 1 device and may leave others out" in problem.message


def test_a_search_of_mobile_devices_never_proves_that_an_app_is_missing(read, files, tmp_path):
    path = tmp_path / "x.csv"
    head, *rows = (files / "jamf" / "search_mobile.csv").read_text("utf-8-sig").splitlines()
    rows = [f"{row},Yixin,Institutional" for row in rows]
    table = "\n".join([f"{head},App Name,Device Ownership Type", *rows])
    path.write_text(f"{table}\n", encoding="utf-8")
    reading = read(path)
    assert reading.items("name") == [("Yixin",), ("Yixin",), ("Yixin",)]
    assert reading.listings() == []
    assert [problem.severity for problem in reading.result.problems] == ["warning"]


def test_a_search_without_an_app_field_lists_nothing(read, files):
    reading = read(files / "jamf" / "search_mobile.csv")
    assert reading.reports("device_id, serial, name, platform, form, user_id") == [
        (None, "F2LTEST00061", "iPhone 61", "ios", "phone", "li.na@example.cn"),
        (None, "DMPTEST00062", "iPad 62", "ipados", "tablet", None),
    ]
    assert reading.listings() == []


def test_a_field_of_several_values_stands_at_the_end_of_the_rows(read, files):
    reading = read(files / "jamf" / "search_groups.csv")
    assert reading.reports("serial, name, os_version, model, managed, user_id") == [
        ("DMPTEST00063", "iPad 63", "17.4.1", "iPad Air (5th generation)", True,
         "li.na@example.cn"),
        (None, "iPhone 64", "16.7", "iPhone 13", False, None),
    ]  # fmt: skip


def test_cells_under_names_that_are_not_theirs(read, files, tmp_path):
    path = tmp_path / "x.csv"
    text = (files / "jamf" / "search_groups.csv").read_text(encoding="utf-8")
    path.write_text(text.replace("Group", "Role"), encoding="utf-8")
    reading = read(path)
    assert reading.reports("device_id") == []
    (problem,) = reading.result.problems
    assert "has cells under names that are not theirs: IP Address is '02:00:5E" in problem.message


def test_times_that_a_spreadsheet_wrote_anew(read, files, tmp_path):
    path = tmp_path / "x.csv"
    text = (files / "jamf" / "search_groups.csv").read_text(encoding="utf-8")
    text = text.replace("2026-11-01 07:30:00", "1970-01-01 00:00:00")
    path.write_text(text.replace("2026-10-31 21:00:00", "10/31/2026 21:00"), encoding="utf-8")
    reading = read(path)
    assert reading.reports("reported_at") == [(None,), (None,)]
    (problem,) = reading.result.problems
    assert "a device has a time that cannot be read, '10/31/2026 21:00'" in problem.message


def test_a_lost_row_may_have_been_the_devices_own(read, files, tmp_path):
    path = tmp_path / "x.csv"
    text = (files / "jamf" / "search_computers.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    table = [lines[0], lines[4], lines[1], "a,b", lines[2], lines[3], lines[5]]
    path.write_text("\n".join(table), encoding="utf-8")
    reading = read(path)
    assert reading.reports("name, partial") == [("LINA-MBP", True), ("NEW-MAC", False)]
    assert reading.listings() == [(1, "app", "managed")]
    assert [record for record, _ in reading.rejected()] == [1, 3]


def test_jamf_school(read, files):
    reading = read(files / "jamf" / "school.csv")
    assert reading.reports("serial, udid, name, platform, managed, user_id, reported_at") == [
        ("DMPTEST00071", "00008110-TEST71", "Classroom iPad", "ipados", True,
         "zhao.lei@example.cn", MORNING),
    ]  # fmt: skip
    assert reading.listings() == []
