"""Apple's MDM answers: joined by UDID, in webhooks, binary, and hostile."""

import base64
import json
import plistlib
import struct
from datetime import datetime

import pytest

PHONE, MAC = "00008110-000A1B2C3D4E5F60", "0A1B0000-0000-4000-8000-000000000082"


def wrap(*payloads: bytes) -> str:
    return "\n".join(
        json.dumps({
            "topic": "mdm.Connect",
            "event_id": "e",
            "created_at": f"2026-11-0{number}T08:11:00.123456789Z",
            "acknowledge_event": {
                "udid": "U", "status": "Acknowledged",
                "raw_payload": base64.b64encode(payload).decode(),
            },
        })
        for number, payload in enumerate(payloads, 1)
    )  # fmt: skip


def test_apps_and_the_device_that_they_are_on(read, files):
    folder = files / "apple_mdm"
    reading = read(folder / "installed.plist", folder / "information.plist")
    columns = "device_id, serial, udid, name, platform, form, os_version, managed, reported_at"
    assert reading.reports(columns) == [
        (PHONE, "F2LTEST00081", PHONE, "李娜的 iPhone", "ios", "phone", "17.5.1", True, None),
    ]
    assert reading.listings() == [(1, "app", "all")]
    assert reading.items("identifier_type, identifier, name, version, install_source") == [
        ("ios_bundle", "com.example.notes", "Notes & more", None, "ad_hoc"),
        ("ios_bundle", "com.tencent.xin", "微信", "8.0.50", "app_store"),
    ]
    assert [line.used for line in reading.result.inputs] == [1, 1]


def test_each_answer_alone(read, files):
    folder = files / "apple_mdm"
    assert read(folder / "installed.plist").reports("device_id, platform") == [(PHONE, None)]
    alone = read(folder / "information.plist")
    assert alone.reports("device_id, serial") == [(PHONE, "F2LTEST00081")]
    assert alone.reports("source") == [("apple-mdm roster",)]
    assert alone.listings() == []


def test_what_is_managed_is_another_source(read, files):
    folder = files / "apple_mdm"
    reading = read(folder / "managed.plist", folder / "installed.plist")
    assert reading.reports("device_id, source") == [
        (PHONE, "apple-mdm-managed"),
        (PHONE, "apple-mdm"),
    ]
    assert reading.listings() == [(1, "app", "managed"), (2, "app", "all")]
    assert reading.items("identifier")[0] == ("com.apple.Numbers",)


def test_a_mac_and_an_app_on_its_way(read, files):
    reading = read(files / "apple_mdm" / "mac.plist")
    assert reading.items("identifier_type, identifier, name") == [
        (None, None, "Set Info"),
        ("macos_bundle", "com.tencent.xinWeChat", "WeChat"),
    ]
    assert reading.reports("partial") == [(True,)]
    assert reading.listings() == [(1, "app", "managed")]


def test_a_user_enrolment_shows_what_is_managed(read, tmp_path):
    path = tmp_path / "x"
    answer = {"EnrollmentID": "E-1", "InstalledApplicationList": [{"Identifier": "a.b.c"}]}
    path.write_bytes(plistlib.dumps(answer))
    reading = read(path)
    assert reading.reports("device_id, ownership") == [("E-1", "personal_enrolled")]
    assert reading.listings() == [(1, "app", "managed")]


def test_binary_and_in_webhooks(read, files, tmp_path):
    folder = files / "apple_mdm"
    answers = [plistlib.loads((folder / f"{name}.plist").read_bytes())
               for name in ("installed", "information", "managed")]  # fmt: skip
    binary, hooks = tmp_path / "binary", tmp_path / "hooks"
    binary.write_bytes(plistlib.dumps(answers[0], fmt=plistlib.FMT_BINARY))
    assert read(binary).items("name") == [("Notes & more",), ("微信",)]
    payloads = [plistlib.dumps(answer, fmt=plistlib.FMT_BINARY) for answer in answers]
    idle = plistlib.dumps({"Status": "Idle", "UDID": PHONE})
    hooks.write_text(wrap(payloads[1], idle, payloads[0], payloads[0], payloads[2]))
    reading = read(hooks)
    assert reading.reports("serial, source, reported_at") == [
        ("F2LTEST00081", "apple-mdm", datetime(2026, 11, 4, 8, 11, 0, 123456)),
        ("F2LTEST00081", "apple-mdm-managed", datetime(2026, 11, 5, 8, 11, 0, 123456)),
    ]
    assert reading.rejected() == [(3, "record 4 is a newer report of the same device")]
    line = reading.result.inputs[0]
    assert (line.devices, line.records, line.rejected) == (2, 5, 1)


def test_webhooks_at_fault_are_rejected_by_themselves(read, files, tmp_path):
    good = (files / "apple_mdm" / "installed.plist").read_bytes()
    path = tmp_path / "x"
    path.write_text(wrap(b"<plist><dict>", good).replace("PHBsaXN0Pjx", "!", 1) + wrap(b"bplist00"))
    reading = read(path)
    assert reading.reports("device_id") == [(PHONE,)]
    assert [record for record, _ in reading.rejected()] == [1, 3]


def holds_itself() -> bytes:
    """A binary list whose dictionary holds an array that holds itself."""
    objects = [b"\xd1\x01\x02", b"\x5f\x10\x18InstalledApplicationList", b"\xa1\x02"]
    body, offsets = b"bplist00", b""
    for packed in objects:
        offsets += bytes([len(body)])
        body += packed
    return body + offsets + struct.pack(">6xBBQQQ", 1, 1, len(objects), 0, len(body))


def holds_a_billion() -> bytes:
    """A binary list in which each array holds the next one ten times."""
    objects = [b"\xd1\x01\x02", b"\x5f\x10\x18InstalledApplicationList"]
    objects += [b"\xaa" + bytes([number + 3]) * 10 for number in range(9)]
    objects += [b"\x51a", b"\x51a"]
    objects[-2:] = [b"\x51a"]
    objects[2:11] = [b"\xaa" + bytes([number]) * 10 for number in range(3, 12)]
    body, offsets = b"bplist00", b""
    for packed in objects:
        offsets += bytes([len(body)])
        body += packed
    return body + offsets + struct.pack(">6xBBQQQ", 1, 1, len(objects), 0, len(body))


KEY = b"<plist><dict><key>InstalledApplicationList</key>"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (holds_itself(), "is nested deeper than 32 levels, or holds itself"),
        (holds_a_billion(), "holds more than 1000000 values"),
        (KEY + b"<array>" * 10_000, "is a damaged property list, or one that is none"),
        (KEY + b"<array/>", "is a damaged property list, or one that is none"),
        (KEY + b"<array a='" + b"x" * 10_000_000 + b"'/></dict></plist>",
         "has a tag longer than 10,000 bytes, which no property list has"),
        (KEY + b"<array/><!-- " + b"<" * 10_000_000, "has a comment longer than 100,000 bytes"),
        (KEY + b"<integer>" + b"9" * 10_000 + b"</integer></dict></plist>",
         "is a damaged property list, or one that is none"),
        (b'<!DOCTYPE plist [<!ENTITY a "aaa">]>' + KEY + b"<array>&a;</array></dict></plist>",
         "is a damaged property list, or one that is none"),
        (KEY + b"<array/><key>Status</key><string>Error</string></dict></plist>",
         "is an answer by which the device refused the command"),
    ],
)  # fmt: skip
def test_hostile_and_damaged_lists(read, files, tmp_path, content, reason):
    path = tmp_path / "x"
    path.write_bytes(content)
    reading = read(path, files / "apple_mdm" / "installed.plist")
    assert reading.rejected() == [(None, reason)]
    assert reading.reports("device_id") == [(PHONE,)]


def test_an_answer_that_names_no_device(read, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(plistlib.dumps({"InstalledApplicationList": [{"Identifier": "a.b.c"}]}))
    assert read(path).rejected() == [(1, "names no device: no id, serial, udid or name")]
