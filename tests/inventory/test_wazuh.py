"""Wazuh: the API's snapshot by agent, events that prove presence only."""

from datetime import datetime

import pytest


def test_packages_of_agents(read, files):
    reading = read(files / "wazuh/packages.json")
    assert reading.reports("device_id, platform, source, partial") == [
        ("003", "linux", "wazuh", False), ("004", "windows", "wazuh", False),
    ]  # fmt: skip
    assert reading.items("identifier_type, identifier, name, version, publisher") == [
        ("deb_package", "telegram-desktop", "telegram-desktop", "5.6.1", "Debian"),
        (None, None, "微信", "3.9.11", "腾讯科技(深圳)有限公司"),
    ]
    assert reading.listings() == [(1, "app", "all"), (2, "app", "all")]


def test_one_page_of_several_proves_no_absence(read, files, tmp_path):
    text = (files / "wazuh/packages.json").read_text("utf-8")
    path = tmp_path / "x.json"
    path.write_text(text.replace('items": 3', 'items": 900'), encoding="utf-8")
    reading = read(path)
    assert {row[2] for row in reading.listings()} == {"managed"}
    assert "is a part of what an agent lists" in reading.result.problems[0].message


def test_agents(read, files):
    reading = read(files / "wazuh/agents.json")
    assert reading.reports("device_id, name, platform, os_version, reported_at") == [
        ("000", "manager", "linux", "22.04", None),
        ("004", "PC-0417", "windows", "10.0.22631", datetime(2026, 11, 1, 8, 11)),
    ]
    assert reading.listings() == []
    assert reading.result.inputs[0].records == 2


@pytest.mark.parametrize(
    ("name", "item"), [("events.jsonl", ("WeChat", "3.9")), ("sync.json", ("yixin", "1"))]
)
def test_events_name_no_device_and_are_a_part(read, files, name, item):
    (problem,) = read(files / "wazuh" / name).result.problems
    assert problem.message.endswith("names no device")
    reading = read(files / "wazuh" / name, device="PC-1")
    assert reading.reports("device_id, partial") == [("PC-1", True)]
    assert reading.items("name, version") == [item]
    assert reading.listings() == [(1, "app", "managed")]
