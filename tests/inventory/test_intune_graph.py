"""Graph's managedDevices: with and without apps, pages, what is counted only."""

import json
from datetime import datetime

import pytest

ONE, TWO, THREE = (f"6a1d6e2e-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))


def test_a_device_with_its_apps(read, files):
    reading = read(files / "intune_graph" / "device_with_apps.json")
    columns = "device_id, serial, name, platform, form, os_version, ownership, managed, user_id"
    assert reading.reports(columns) == [
        (ONE, "C02TEST00001", "LINA-MBP", "macos", "laptop", "14.5", "corporate", True,
         "li.na@example.cn"),
    ]  # fmt: skip
    assert reading.reports("reported_at, source, attributes") == [
        (datetime(2026, 11, 2, 8, 11, 0, 123456), "intune", {"management_state": "managed"}),
    ]
    assert reading.listings() == [(1, "app", "all")]
    assert reading.items("kind, name, version, publisher, identifier") == [
        ("app", "WeChat", "3.8.9", "Tencent", None),
        ("app", "易信", "9.1", None, None),
    ]


def test_a_list_of_devices_lists_no_apps(read, files):
    reading = read(files / "intune_graph" / "devices.json")
    columns = "device_id, serial, platform, form, ownership, managed, user_id, reported_at"
    assert reading.reports(columns) == [
        (ONE, "C02TEST00001", "macos", None, "corporate", None, "li.na@example.cn",
         datetime(2026, 11, 3, 8, 11)),
        (TWO, None, "ipados", "tablet", "personal_enrolled", True, None, None),
        (THREE, None, "windows", None, None, None, None, None),
    ]  # fmt: skip
    assert reading.listings() == []
    assert reading.result.problems == ()


def test_the_answer_with_apps_is_the_report(read, files):
    folder = files / "intune_graph"
    for paths in (
        ["devices.json", "device_with_apps.json"],
        ["device_with_apps.json", "devices.json"],
    ):
        reading = read(*(folder / path for path in paths))
        assert sorted(reading.reports("device_id")) == [(ONE,), (TWO,), (THREE,)]
        assert [kind for _, kind, _ in reading.listings()] == ["app"]
        assert sum(line.used for line in reading.result.inputs) == 4


@pytest.mark.parametrize(
    ("owner", "apps", "more", "listing"),
    [
        ("personal", [{"displayName": "A"}], {}, [(1, "app", "managed")]),
        ("unknown", [{"displayName": "A"}], {}, [(1, "app", "managed")]),
        ("company", [{"displayName": "A"}, {"displayName": None}], {}, [(1, "app", "managed")]),
        ("company", [{"displayName": "A"}], {"detectedApps@odata.nextLink": "x"},
         [(1, "app", "managed")]),
        ("company", [], {}, [(1, "app", "all")]),
        ("company", None, {}, []),
    ],
)  # fmt: skip
def test_what_a_list_is_worth(read, tmp_path, owner, apps, more, listing):
    path = tmp_path / "x.json"
    device = {
        "id": "D",
        "deviceName": "d",
        "managedDeviceOwnerType": owner,
        "operatingSystem": "iOS",
    }
    path.write_text(json.dumps({**device, "detectedApps": apps, **more}))
    assert read(path).listings() == listing


def test_an_empty_list_of_a_computer_is_none(read, tmp_path):
    path = tmp_path / "x.json"
    device = {"id": "D", "deviceName": "d", "managedDeviceOwnerType": "company"}
    path.write_text(json.dumps({**device, "operatingSystem": "Windows", "detectedApps": []}))
    assert read(path).listings() == []


def test_a_page_without_the_last_one(read, files, tmp_path):
    text = (files / "intune_graph" / "devices.json").read_text()
    first = tmp_path / "first.json"
    first.write_text(text.replace('"value":[', '"@odata.nextLink":"https://x/?$skip=3","value":['))
    (problem,) = read(first).result.problems
    assert "is one page of several" in problem.message
    last = tmp_path / "last.json"
    last.write_text(text.replace("00000000000", "10000000000"))
    assert read(first, last).result.problems == ()


def test_apps_of_the_whole_tenant_are_refused(read, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(
        '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#deviceManagement/detectedApps",'
        '"value":[{"id":"1","displayName":"WeChat","version":"1","deviceCount":7}]}'
    )
    ((record, reason),) = read(path).rejected()
    assert (record, reason) == (
        None, "is Graph's list of detected apps: it counts apps and names no device",
    )  # fmt: skip


def test_a_batch_and_what_failed_in_it(read, tmp_path, files):
    body = (files / "intune_graph" / "device_with_apps.json").read_text()
    path = tmp_path / "x.json"
    path.write_text(
        f'{{"responses": [{{"id": "1", "status": 200, "body": {body}}},'
        ' {"id": "2", "status": 404, "body": {"error": {"code": "ResourceNotFound"}}}]}'
    )
    reading = read(path)
    assert reading.reports("device_id") == [(ONE,)]
    assert [record for record, _ in reading.rejected()] == [2]


def make_page(first, count, *, skip="", total=None):
    page = {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#deviceManagement/managedDevices"
    }
    if total is not None:
        page["@odata.count"] = total
    if skip:
        page["@odata.nextLink"] = f"https://graph.microsoft.com/v1.0/x?{skip}"
    page["value"] = [
        {"id": f"d-{number}", "deviceName": f"PC-{number}", "managedDeviceOwnerType": "company"}
        for number in range(first, first + count)
    ]
    return json.dumps(page)


@pytest.mark.parametrize(
    ("pages", "fault"),
    [
        ([(0, 2, "$skip=2"), (2, 2, "$skip=4"), (4, 1, "")], ""),
        ([(0, 2, "$skip=2"), (4, 2, "$skip=6"), (6, 1, "")], "one between"),
        ([(0, 2, "$skip=2"), (2, 2, "$skip=4")], "the last one"),
        ([(0, 2, "$skiptoken=a"), (4, 1, "")], ""),
        ([(0, 2, "$skiptoken=a", 5), (4, 1, "")], "one between"),
        ([(0, 2, "$skiptoken=a", 5), (2, 2, "$skiptoken=b"), (4, 1, "")], ""),
        ([(0, 2, "$skiptoken=a", 2), (2, 1, "", 1)], ""),
    ],
)
def test_a_page_that_is_missing_is_noticed(read, tmp_path, pages, fault):
    paths = []
    for number, (first, count, skip, *total) in enumerate(pages):
        paths.append(tmp_path / f"{number}.json")
        page = make_page(first, count, skip=skip, total=total[0] if total else None)
        paths[-1].write_text(page)
    messages = [problem.message for problem in read(*paths).result.problems]
    assert all(fault in message for message in messages)
    assert bool(messages) == bool(fault)
