"""osquery's result logs: what is there after everything was added and removed."""

import json
from datetime import datetime

import pytest


@pytest.fixture
def write(tmp_path):
    """Write a log of events: query, epoch, counter, time, action, app."""

    def write_log(name, *events, more=b""):
        lines = [
            json.dumps({
                "name": query, "hostIdentifier": "mac-1", "unixTime": str(1793520660 + at),
                "epoch": epoch, "counter": counter, "action": action,
                "columns": {"name": app, "bundle_identifier": f"org.{app.lower()}"},
            })
            for query, epoch, counter, at, action, app in events
        ]  # fmt: skip
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode() + more)
        return path

    return write_log


def names(reading):
    return sorted(name for (name,) in reading.items("name"))


def test_a_differential_log(read, files):
    reading = read(files / "osquery" / "differential.log")
    assert reading.reports("device_id, serial, platform, user_id, reported_at, partial") == [
        ("lina-mbp.local", "C02TEST00007", "macos", "lina", datetime(2026, 11, 1, 8, 12), False),
        ("pc-7", None, "windows", None, datetime(2026, 11, 1, 8, 11), True),
    ]
    assert reading.listings() == [(1, "app", "all"), (2, "app", "managed")]
    assert reading.items("record, identifier_type, identifier, version") == [
        (2, "macos_bundle", "im.yixin.mac", "9.1"),
        (4, "macos_bundle", "com.tencent.xinWeChat", "4.0.1"),
        (6, "win_uninstall_key", "{53F49750-6209-4FBF-9CA8-7A333C87D1ED}_is1", "5.1"),
    ]
    assert reading.rejected() == [(7, "is no result of osquery: it has no hostIdentifier")]
    line = reading.result.inputs[0]
    assert (line.records, line.used, line.items, line.devices) == (7, 6, 3, 2)


def test_snapshots_and_batches(read, files):
    reading = read(files / "osquery" / "snapshots.log")
    assert reading.reports("device_id, udid, platform") == [
        ("ubuntu-9", None, "linux"), ("rhel-11", None, "linux"),
        ("0A1B0000-0000-4000-8000-000000000008", "0A1B0000-0000-4000-8000-000000000008", None),
    ]  # fmt: skip
    assert reading.listings() == [
        (1, "app", "all"), (1, "browser_extension", "all"), (2, "app", "all"),
        (3, "app", "managed"),
    ]  # fmt: skip
    assert reading.items("kind, identifier_type, identifier") == [
        ("app", "deb_package", "wechat"),
        ("browser_extension", "chromium_app_id", "hnpfjngllnobngcgfapefoaidbinmjnm"),
        ("browser_extension", "firefox_addon_id", "uBlock0@raymondhill.net"),
        ("app", "rpm_package", "bar"),
        ("app", "homebrew", "telegram"),
    ]
    line = reading.result.inputs[0]
    assert (line.records, line.rejected) == (6, 0)


def test_a_change_follows_its_base_in_another_file(read, write):
    newer = write("a.log", ("q", 1, 1, 60, "removed", "WeChat"), ("q", 1, 1, 60, "added", "Yixin"))
    base = write("b.log", ("q", 1, 0, 0, "added", "WeChat"), ("q", 1, 0, 0, "added", "Zoom"))
    reading = read(newer, base)
    assert names(reading) == ["Yixin", "Zoom"]
    assert reading.reports("partial, input_no") == [(False, 1)]
    assert [(line.records, line.rejected) for line in reading.result.inputs] == [(2, 0), (2, 0)]


def test_a_change_without_its_base_is_partial(read, write):
    reading = read(write("a.log", ("q", 1, 5, 0, "added", "WeChat")))
    (problem,) = reading.result.problems
    assert "tells changes of 1 host without all that went before" in problem.message
    assert names(reading) == ["WeChat"]
    assert reading.reports("partial") == [(True,)]
    assert reading.listings() == [(1, "app", "managed")]


@pytest.mark.parametrize(
    ("events", "left", "partial"),
    [
        ([("q", 1, 0, 0, "added", "A"), ("q", 2, 0, 9, "added", "B")], ["B"], False),
        ([("q", 1, 0, 0, "added", "A"), ("q", 2, 1, 9, "added", "B")], ["B"], True),
        ([("q", 1, 0, 0, "added", "A"), ("q", 1, 0, 9, "added", "B")], ["B"], False),
        ([("q", 1, 0, 0, "added", "A"), ("q", 1, 2, 9, "added", "B")], ["A", "B"], True),
        ([("q", 1, 0, 0, "added", "A"), ("r", 1, 3, 9, "added", "B")], ["A", "B"], True),
        ([("q", 1, 1, 9, "removed", "A"), ("q", 1, 0, 0, "added", "A")], [], False),
    ],
    ids=["new epoch", "new epoch without base", "begun again", "a gap", "two queries", "order"],
)
def test_epochs_and_counters(read, write, events, left, partial):
    reading = read(write("a.log", *events))
    assert names(reading) == left
    assert reading.reports("partial") == [(partial,)]


def test_a_damaged_line_leaves_its_hosts_partial(read, write):
    path = write("a.log", ("q", 1, 0, 0, "added", "A"), more=b'{"name": "q", "hostIdent\n')
    reading = read(path)
    assert names(reading) == ["A"]
    assert [record for record, _ in reading.rejected()] == [2]
    assert reading.reports("partial") == [(True,)]


def test_bytes_that_an_old_osquery_escaped(read, tmp_path):
    path = tmp_path / "x.log"
    path.write_text(json.dumps({
        "hostIdentifier": "h", "name": "q", "unixTime": 1793520660, "action": "snapshot",
        "snapshot": [{"name": "\\xE5\\xBE\\xAE\\xE4\\xBF\\xA1", "bundle_identifier": "a.b"}],
    }))  # fmt: skip
    assert names(read(path)) == ["微信"]


def test_a_log_that_is_dealt_out_to_several_files(read, tmp_path):
    """So large that not all of its hosts are in memory at a time."""
    row = {"name": "A", "bundle_identifier": "a.b", "path": "x" * 180_000}
    path = tmp_path / "x.log"
    path.write_text("".join(
        json.dumps({
            "hostIdentifier": f"h-{number}", "name": "q", "unixTime": 1793520660,
            "action": "snapshot", "snapshot": [row],
        }) + "\n"
        for number in range(100)
    ))  # fmt: skip
    line = read(path).result.inputs[0]
    assert (line.devices, line.items, line.records, line.rejected) == (100, 100, 100, 0)
