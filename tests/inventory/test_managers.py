"""Other managers' interfaces: devices in pages, and the apps of one device by themselves."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

SAMPLES = Path(os.environ.get("POLICYCHECK_SAMPLES", Path(__file__).parents[3] / "shared/samples"))
MORNING = datetime(2026, 11, 1, 8, 11)
DEVICE = "device_id, name, serial, platform, os_version, ownership, user_id"
APP = "identifier_type, identifier, name, version"


@pytest.mark.parametrize(
    ("name", "devices"),
    [
        ("workspace_one.json", [
            ("5614", "LINA-PC", "TESTSER1", "windows", "10.0.22631", "corporate",
             "li.na@example.cn"),
            ("5615", "wang iPad", "TESTSER2", "ipados", None, None, None),
        ]),
        ("kandji_devices.json", [
            ("k-1", "LINA-MBP", "TESTSER1", "macos", "14.5", None, "li.na@example.cn"),
            ("k-2", "Pad", "TESTSER2", "ipados", "18.1", None, None),
        ]),
        ("kandji_apps.json", [("k-1", None, None, None, None, None, None)]),
        ("simplemdm_devices.json", [
            ("7", "李娜的 iPad", "TESTSER7", "ipados", "18.1", None, None),
        ]),
        ("google_mobile.json", [
            ("r-1", None, "TESTSER1", "android", "14", None, "li.na@example.cn"),
            ("r-2", None, None, "ios", "18.1", None, None),
        ]),
        ("cloud_identity.json", [
            ("d-1", None, "TESTSER1", "macos", "14.5", "personal_enrolled", None),
            ("devices/2", None, None, "windows", "10.0.22631", None, None),
        ]),
        ("tanium.json", [
            ("1001", "PC-1001", None, None, None, None, None),
            ("1002", "PC-1002", None, None, None, None, None),
        ]),
        ("hexnode.json", [("3", "Phone", "TESTSER3", "android", "14", None, "Li Na")]),
        ("addigy.json", [
            ("a-1", "LINA-MBP", "TESTSER1", "macos", "14.5", None, "lina"),
            ("a-2", "Pad", "TESTSER2", "ipados", "18.1", None, None),
        ]),
        ("manageengine_computers.json", [
            ("301", "LINA-PC", None, "windows", "10.0.22631", None, "li.na@example.cn"),
            ("302", "wang-mac", None, "macos", "14.5", None, "wang"),
        ]),
        ("manageengine_mobile.json", [
            ("9001", "李娜的手机", "TESTSER1", "android", "14", "corporate", "li.na@example.cn"),
            ("9002", "Pad", None, "ipados", "18.1", "personal_enrolled", "wang"),
        ]),
    ],
)  # fmt: skip
def test_devices(read, files, name, devices):
    reading = read(files / "managers" / name)
    assert reading.reports(DEVICE) == devices
    assert reading.rejected() == []
    assert {time for (time,) in reading.reports("reported_at")} <= {MORNING, None}


@pytest.mark.parametrize(
    ("name", "app", "listings"),
    [
        ("kandji_apps.json", ("macos_bundle", "com.tencent.xinWeChat", "WeChat", "3.8.9"), ["all"]),
        ("google_mobile.json", ("android_package", "com.tencent.mm", "微信", "8.0.50"),
         ["managed"]),
        ("workspace_one_apps.json", (None, "com.tencent.xin", "WeChat", "8.0.50"), ["managed"]),
        ("simplemdm_apps.json", (None, "com.tencent.xin", "微信", "8.0.50"), ["managed"]),
        ("tanium.json", (None, None, "WeChat", "3.9"), ["all", "managed"]),
        ("manageengine_software.json", (None, None, "微信", "3.9.11"), ["managed"]),
    ],
)  # fmt: skip
def test_apps_and_how_far_they_are_listed(read, files, name, app, listings):
    reading = read(files / "managers" / name, device="PC-1")
    assert reading.items(APP)[0] == app
    assert [visibility for _, _, visibility in reading.listings()] == listings


def test_an_error_is_no_app(read, files):
    assert read(files / "managers/tanium.json").items("name") == [("WeChat",), ("QQ",)]


@pytest.mark.parametrize(
    "name", ["workspace_one_apps.json", "simplemdm_apps.json", "manageengine_software.json"]
)
def test_apps_that_name_no_device(read, files, name):
    (problem,) = read(files / "managers" / name).result.problems
    assert problem.message.endswith("names no device")


@pytest.mark.parametrize(
    "name", ["workspace_one.json", "simplemdm_devices.json", "google_mobile.json"]
)
def test_one_page_is_not_the_fleet(read, files, name):
    (problem,) = read(files / "managers" / name).result.problems
    assert "is one page of several" in problem.message


def test_all_pages_are(read, files, tmp_path):
    page = files / "managers/simplemdm_devices.json"
    last = tmp_path / "last.json"
    text = page.read_text("utf-8").replace("true}", "false}").replace('"id": 7', '"id": 8')
    last.write_text(text, encoding="utf-8")
    assert read(page, last).result.problems == ()


@pytest.mark.parametrize("name", ["kandji_apps.json", "tanium.json", "hexnode.json"])
def test_a_cut_answer_is_told(read, files, tmp_path, name):
    path = tmp_path / "x.json"
    path.write_bytes((files / "managers" / name).read_bytes()[:-60])
    assert read(path).result.problems


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no samples in {SAMPLES}")
@pytest.mark.parametrize(
    ("path", "name", "items"),
    [
        ("workspace_one/devices_search_resp.excerpt.json", "workspace-one", 0),
        ("simplemdm/installed_apps_page1.json", "simplemdm", 100),
        ("simplemdm/installed_apps_page_last.json", "simplemdm", 31),
    ],
)
def test_the_samples(read, path, name, items):
    (line,) = read(SAMPLES / path, device="PC-1").result.inputs
    assert (line.format, line.devices, line.items, line.rejected) == (name, 1, items, 0)


def test_an_app_that_workspace_one_only_assigned_is_no_item(read, tmp_path):
    states = ["Installed", "Not Installed", "Pending Removal", "Removed", "PendingInstall"]
    apps = [
        {"name": name, "bundle_id": f"com.example.{number}", "installed_status": name}
        for number, name in enumerate(states)
    ]
    (tmp_path / "x.json").write_text(json.dumps({"app_items": apps}))
    assert read(tmp_path / "x.json", device="D").items("name") == [
        ("Installed",),
        ("Pending Removal",),
    ]
