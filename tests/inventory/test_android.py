"""Android: the management API, and what adb and androidqf say of one phone."""

from datetime import datetime

import pytest


def test_management_api(read, files):
    reading = read(files / "android" / "management.json")
    columns = "device_id, serial, os_version, ownership, managed, user_id, reported_at"
    assert reading.reports(columns) == [
        ("enterprises/LC01/devices/31ab", "R5TEST0001", "14", "corporate", True,
         "enterprises/LC01/users/77", datetime(2026, 11, 1, 8, 11, 0, 123456)),
        ("enterprises/LC01/devices/31ac", None, None, "personal_enrolled", True,
         "li.na@example.cn", datetime(2026, 11, 1, 8, 11)),
        ("enterprises/LC01/devices/31ad", None, None, None, True, None, None),
    ]  # fmt: skip
    assert reading.listings() == [(1, "app", "all"), (2, "app", "managed")]
    columns = "record, identifier, name, version, system, profile, install_source"
    assert sorted(reading.items(columns)) == [
        (1, "com.android.mms", "Messages", "14", True, None, None),
        (1, "com.tencent.mm", "微信", "8.0.50", False, None, "com.huawei.appmarket"),
        (2, "im.yixin", "易信", "9.1", False, "work", None),
    ]  # the app in the state REMOVED is no item
    (problem,) = reading.result.problems
    assert "one page of several" in problem.message


def test_one_device_by_itself(read, tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"name": "enterprises/A/devices/B", "applicationReports": null}')
    reading = read(path)
    assert reading.reports("device_id, platform") == [("enterprises/A/devices/B", "android")]
    assert reading.listings() == []


def test_pm_list(read, files):
    reading = read(files / "android" / "pm_list.txt", device="phone-1")
    assert reading.reports("device_id, platform, source") == [("phone-1", "android", "adb")]
    assert reading.listings() == [(1, "app", "managed")]
    columns = "record, identifier, path, install_source, os_user, profile, system"
    apk = "/data/app/~~Qs==/com.tencent.mm-1ab==/base.apk"
    assert sorted(reading.items(columns), key=str) == [
        (1, "com.android.mms", None, None, None, None, None),
        (2, "com.tencent.mm", apk, "com.huawei.appmarket", "0", None, None),
        (2, "com.tencent.mm", apk, "com.huawei.appmarket", "999", "clone", None),
        (3, "com.android.sms", "/system/priv-app/Sms/Sms.apk", None, "0", None, True),
        (4, "im.yixin", None, None, None, None, None),
    ]


def test_several_lists_of_one_phone_are_all_judged(read, tmp_path):
    for name, package in (("a.txt", "com.a"), ("b.txt", "com.b")):
        (tmp_path / name).write_text(f"package:{package}\n")
    reading = read(tmp_path / "a.txt", tmp_path / "b.txt", device="phone-1")
    assert reading.reports("source, device_id") == [("adb", "phone-1"), ("adb-2", "phone-1")]


def test_getprop_names_the_phone(read, tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("[ro.serialno]: [R5TEST0002]\n[ro.product.model]: [Phone 2]\npackage:com.a\n")
    assert read(path).reports("serial, model") == [("R5TEST0002", "Phone 2")]


def test_what_is_no_package_is_rejected(read, tmp_path):
    path = tmp_path / "x.txt"
    path.write_bytes(b"* daemon started\r\npackage:com.a\r\npackage:=cmd|x\r\npackage:\xff\r\n")
    reading = read(path, device="phone-1")
    assert reading.items("identifier") == [("com.a",)]
    assert reading.rejected() == [(2, "holds no package's name"), (3, "holds no package's name")]
    assert reading.reports("partial") == [(True,)]


def test_dumpsys(read, files):
    reading = read(files / "android" / "dumpsys.txt", device="phone-1")
    assert reading.listings() == [(1, "app", "all")]
    columns = "record, identifier, version, os_user, profile, system, installed_at"
    assert sorted(reading.items(columns), key=str) == [
        (1, "com.tencent.mm", "8.0.50", "0", "personal", False, datetime(2026, 2, 3)),
        (1, "com.tencent.mm", "8.0.50", "999", "clone", False, datetime(2026, 2, 3)),
        (2, "com.android.mms", "14", "0", "personal", True, None),
        (2, "com.android.mms", "14", "10", "work", True, None),
    ]


def test_a_bug_report_without_packages(read, tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("== dumpstate: 2026-11-01 10:00:00\nBuild: A\n")
    (problem,) = read(path, device="phone-1").result.problems
    assert "without a list of packages" in problem.message


def test_androidqf(read, files):
    reading = read(files / "android" / "androidqf.json", device="phone-1")
    assert reading.listings() == [(1, "app", "all")]
    columns = "record, identifier, signer, install_source, system, attributes"
    assert reading.items(columns) == [
        (1, "com.tencent.mm", "cdef", "com.huawei.appmarket", False, None),
        (2, "com.android.mms", None, None, True, {"disabled": "true"}),
    ]


@pytest.mark.parametrize("name", ["pm_list.txt", "dumpsys.txt", "androidqf.json"])
def test_without_a_name_it_is_refused(read, files, name):
    (problem,) = read(files / "android" / name).result.problems
    assert problem.message.endswith("names no device")
