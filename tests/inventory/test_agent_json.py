"""GLPI's JSON: what its XML says, in small letters; a partial one proves no absence."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

SAMPLES = Path(os.environ.get("POLICYCHECK_SAMPLES", Path(__file__).parents[3] / "shared/samples"))


def test_a_computer(read, files):
    reading = read(files / "agent_json/windows.json")
    assert reading.reports(
        "device_id, name, serial, platform, form, os_version, user_id, reported_at, source"
    ) == [
        ("PC-0417-2026-11-01-08-11-00", "PC-0417", "TESTSER0417", "windows", "laptop", "23H2",
         "lina", datetime(2026, 11, 1, 0, 11), "glpi-agent"),
    ]  # fmt: skip
    assert reading.reports("attributes") == [({"tag": "BJ"},)]
    assert reading.items(
        "identifier_type, identifier, name, version, publisher, os_user, installed_at"
    ) == [
        ("win_uninstall_key", "WeChat", "微信", "3.9.11.25", "腾讯科技(深圳)有限公司", "lina",
         datetime(2026, 10, 1)),
    ]  # fmt: skip
    assert reading.listings() == [(1, "app", "managed")]  # one entry has no name


def test_phones_and_what_is_none(read, files):
    reading = read(files / "agent_json/phones.json")
    assert reading.reports("device_id, platform, partial") == [
        ("phone-1", "android", True), ("phone-2", "android", False),
    ]  # fmt: skip
    assert reading.items("identifier_type, identifier, name, system") == [
        ("android_package", "com.tencent.mm", "微信", False)
    ]
    assert reading.listings() == [(1, "app", "managed")]
    assert reading.rejected() == [
        (3, "is the inventory of a Printer"),
        (4, "is an agent's answer to netdiscovery, not a device's inventory"),
        (5, "names no device: no id, serial, udid or name"),
    ]


def test_a_whole_list_counts_as_whole(read, files, tmp_path):
    text = (files / "agent_json/phones.json").read_text("utf-8")
    path = tmp_path / "x.json"
    path.write_text(text.replace('"partial": true,', ""), encoding="utf-8")
    assert read(path).listings() == [(1, "app", "all")]


def test_its_name_may_stand_behind_a_long_list(read, files, tmp_path):
    """The agent sorts its keys: `softwares` stands before `versionclient` and `deviceid`."""
    inventory = json.loads((files / "agent_json/windows.json").read_text(encoding="utf-8"))
    content = inventory["content"]
    content["softwares"] = [{"name": f"Tool {n}", "comments": "x" * 500} for n in range(3000)]
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"action": "inventory", "content": content, **inventory}))
    reading = read(path)
    assert reading.reports("device_id") == [("PC-0417-2026-11-01-08-11-00",)]
    assert len(reading.items("name")) == 3000


def test_a_cut_file_is_refused(read, files, tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes((files / "agent_json/windows.json").read_bytes()[:800])
    (problem,) = read(path).result.problems
    assert "is cut off" in problem.message


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no samples in {SAMPLES}")
def test_the_sample(read):
    (line,) = read(SAMPLES / "glpi/computer_1_partial_softs.json").result.inputs
    assert (line.format, line.devices, line.items, line.rejected) == ("agent-json", 1, 6, 0)
