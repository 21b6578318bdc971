"""FusionInventory, GLPI and OCS agents: identifiers only where the agent found one."""

from datetime import datetime

import pytest


def test_a_linux_host(read, files):
    reading = read(files / "agent_linux.xml")
    (device,) = reading.devices()
    assert device == {
        "report_no": 1, "input_no": 1, "part": 0, "device_ref": "1/host-1-2026-01-02-03-04-05",
        "record": 0, "source": "fusioninventory", "partial": False,
        "device_id": "host-1-2026-01-02-03-04-05", "name": "host-1", "serial": "TESTSER0001",
        "udid": "4c4c4544-0000-4000-8000-000000000001", "platform": "linux", "form": "laptop",
        "os_version": "12.11", "manufacturer": "Example", "model": "Model 1", "user_id": "lina",
        "reported_at": datetime(2026, 11, 1, 8, 30), "received_at": datetime(2026, 11, 22, 12),
        "attributes": {"tag": "Beijing"},
    }  # fmt: skip
    assert reading.listings() == [(1, "app", "all")]
    assert reading.items("record, identifier_type, identifier, name, installed_at") == [
        (1, "deb_package", "wechat", "wechat", None),
        (2, "rpm_package", "wps-office", "wps-office", datetime(2026, 2, 3)),
        (3, "snap_name", "telegram-desktop", "telegram-desktop", None),
        (4, "flatpak_id", "org.signal.Signal", "org.signal.Signal", None),
        (5, None, None, "Signal Desktop", None),
    ]
    (line,) = reading.result.inputs
    assert (line.format, line.devices, line.items, line.records) == ("agent-xml", 1, 5, 6)


def test_ocs_has_ways_of_its_own(read, files):
    reading = read(files / "agent_ocs.xml")
    (device,) = reading.devices()
    assert device["source"] == "ocs"
    assert "serial" not in device  # a placeholder
    assert "user_id" not in device  # two users: nobody can tell
    assert "reported_at" not in device
    assert reading.items("identifier_type, identifier, publisher, installed_at") == [
        ("deb_package", "wechat", None, datetime(2026, 2, 3)),
        ("snap_name", "telegram-desktop", "telegram.desktop", None),
        ("flatpak_id", "org.signal.Signal", None, None),
    ]


def test_windows(read, files):
    reading = read(files / "agent_windows.xml")
    (device,) = reading.devices()
    assert (device["platform"], device["form"], device["user_id"], device["source"]) == (
        "windows", "desktop", "lina", "glpi-agent",
    )  # fmt: skip
    assert reading.items("identifier_type, identifier, name, publisher, os_user") == [
        ("win_uninstall_key", "WeChat", "微信", "腾讯科技(深圳)有限公司", "lina"),
        ("msix_pfn", "5319275A.WhatsAppDesktop_cv1g1gvanyjgm", "WhatsApp", "WhatsApp Inc.", None),
        (None, None, "KB5034441", None, None),
    ]


def test_android_where_one_means_removable(read, files):
    reading = read(files / "agent_android.xml")
    assert reading.items("identifier_type, identifier, name, system, installed_at") == [
        ("android_package", "com.tencent.mm", "微信", False, datetime(2026, 1, 2)),
        ("android_package", "com.android.mms", "Messages", True, None),  # 2008 is no date
    ]


def test_two_agents_on_one_host_are_two_sources(read, files):
    reading = read(files / "agent_linux.xml", files / "agent_ocs.xml")
    assert reading.reports("source, device_id") == [
        ("fusioninventory", "host-1-2026-01-02-03-04-05"), ("ocs", "host-1-2026-01-02-03-04-05"),
    ]  # fmt: skip


def test_without_a_software_section_nothing_is_listed(read, tmp_path):
    path = tmp_path / "x.xml"
    path.write_text("<REQUEST><CONTENT><HARDWARE><NAME>h</NAME></HARDWARE></CONTENT></REQUEST>")
    reading = read(path)
    assert reading.reports("name") == [("h",)]
    assert reading.listings() == []


def test_local_time_without_its_zone_is_no_time(read, tmp_path):
    path = tmp_path / "x.xml"
    path.write_text(
        "<REQUEST><CONTENT><ACCESSLOG><LOGDATE>2026-11-01 10:00:00</LOGDATE></ACCESSLOG></CONTENT>"
        "<DEVICEID>d</DEVICEID></REQUEST>"
    )
    assert read(path).reports("reported_at") == [(None,)]


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-16", "windows-1252"])
def test_declared_encodings(read, tmp_path, encoding):
    name = "é" if encoding == "windows-1252" else "微信"
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><REQUEST><CONTENT><SOFTWARES><NAME>{name}'
        "</NAME></SOFTWARES></CONTENT><DEVICEID>d</DEVICEID></REQUEST>"
    )
    path = tmp_path / "x.xml"
    path.write_bytes(text.encode(encoding))
    assert read(path).items("name") == [(name,)]


def test_an_entry_without_a_name_is_rejected(read, tmp_path):
    path = tmp_path / "x.xml"
    path.write_text(
        "<REQUEST><CONTENT><SOFTWARES><VERSION>1</VERSION></SOFTWARES><SOFTWARES><NAME>A</NAME>"
        "</SOFTWARES></CONTENT><DEVICEID>d</DEVICEID></REQUEST>"
    )
    reading = read(path)
    assert reading.rejected() == [(1, "an item needs an identifier or a name")]
    assert reading.items("record, name") == [(2, "A")]
    assert reading.listings() == [(1, "app", "managed")]  # one entry is not known


def test_a_lost_entry_leaves_the_list_incomplete(read, tmp_path):
    path = tmp_path / "x.xml"
    entries = "".join(
        f"<SOFTWARES><NAME>{name}</NAME></SOFTWARES>" for name in ("a", "b" * 300_000)
    )
    path.write_text(f"<REQUEST><DEVICEID>D1</DEVICEID><CONTENT>{entries}</CONTENT></REQUEST>")
    reading = read(path)
    assert reading.rejected() == [(2, "longer than 262144 characters")]
    assert [visibility for _, _, visibility in reading.listings()] == ["managed"]
    assert reading.reports("partial") == [(True,)]
