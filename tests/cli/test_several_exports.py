"""Several exports that tell of one device: what is joined, and what is told where they differ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_fleet import WECHAT, Run, device, write_lines, write_people, write_policy

WORDS = ("--as-of", "2026-11-03", "-f", "json")
SERIAL = "S0000001"


def audit(run: Run, *words: object) -> dict:
    done = run("audit", *words, "-p", write_policy(Path("policies/no-wechat.yaml")), *WORDS)
    return json.loads(done.out)


def say(number: int, source: str, **columns: object) -> dict[str, object]:
    """Make what a second system says of a device: only what is named."""
    return {
        "device_id": f"{source}-{number}",
        "serial": f"S{number:07}",
        "source": source,
        "reported_at": "2026-11-01T08:00:00Z",
        "items": [],
    } | columns


CONTRADICTIONS = {
    "ownership": ({"ownership": "corporate"}, {"ownership": "personal"}, True),
    "ownership, enrolled or not": (
        {"ownership": "personal_enrolled"}, {"ownership": "personal"}, False,
    ),
    "platform": ({"platform": "android"}, {"platform": "harmonyos"}, True),
    "platform that many do not tell apart": ({"platform": "ipados"}, {"platform": "ios"}, False),
    "platform, other": ({"platform": "android"}, {"platform": "other"}, False),
    "form": ({"form": "phone"}, {"form": "tablet"}, True),
    "managed": ({"managed": True}, {"managed": False}, True),
    "udid": ({"udid": "U-1"}, {"udid": "U-2"}, True),
    "udid in another case": ({"udid": "u-1"}, {"udid": "U-1"}, False),
    "user_id": ({"user_id": "li@example.com"}, {"user_id": "wang@example.com"}, True),
    "user_id as a login": ({"user_id": "li@example.com"}, {"user_id": "CORP\\Li"}, False),
    "user_id, the same person": ({"user_id": "li@example.com"}, {"user_id": "E-1"}, False),
    "user_id, two people": ({"user_id": "li@example.com"}, {"user_id": "E-2"}, True),
    "name": ({"name": "Front desk"}, {"name": "PC-1"}, False),
    "nothing said": ({"ownership": "corporate"}, {}, False),
}  # fmt: skip


@pytest.mark.wide
@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_counts_as_a_contradiction(name: str, run: Run, folder: Path) -> None:
    ours, theirs, told = CONTRADICTIONS[name]
    (folder / "people.csv").write_text(
        "person_id,email\nE-1,li@example.com\nE-2,wang@example.com\n"
    )
    unsaid = {"platform": None, "form": None, "user_id": None}
    report = write_lines(
        folder / "two.ndjson", [device(1, **unsaid | ours), say(1, "register", **theirs)]
    )
    document = audit(run, report, "--people", "people.csv")
    column = name.partition(",")[0].partition(" ")[0]
    assert [line["column"] for line in document["conflicts"]] == ([column] if told else [])


def test_the_newest_value_counts_and_all_are_told(run: Run, folder: Path) -> None:
    newer, older = {"ownership": "corporate"}, {"ownership": "personal"}
    report = write_lines(folder / "two.ndjson", [device(1, **newer), say(1, "register", **older)])
    (line,) = audit(run, report)["conflicts"]
    assert line == {
        "device_id": "d-1",
        "device_name": "PHONE-1",
        "column": "ownership",
        "used": "corporate",
        "said": [
            {"source": "policycheck", "value": "corporate", "reported_at": "2026-11-02T08:00:00Z"},
            {"source": "register", "value": "personal", "reported_at": "2026-11-01T08:00:00Z"},
        ],
    }
    done = run("audit", report, "-p", "policies/no-wechat.yaml", "--as-of", "2026-11-03")
    assert "Where reports contradict each other: 1 column of 1 device" in done.out
    assert "ownership  corporate  personal (register)" in done.out


def test_a_report_that_shows_two_stored_devices_to_be_one_is_told(run: Run, folder: Path) -> None:
    (folder / "policycheck.yaml").write_text("language: 1\npolicies: [./policies/no-wechat.yaml]\n")
    first = device(1, serial=None)
    audit(run, write_lines(folder / "1.ndjson", [first]))
    audit(run, write_lines(folder / "2.ndjson", [say(1, "register")]))
    both = write_lines(folder / "3.ndjson", [first | {"serial": SERIAL, "udid": "U1"}])
    (line,) = audit(run, both)["conflicts"]
    assert (line["column"], line["used"]) == ("device_key", "d-1")
    assert sorted(claim["value"] for claim in line["said"]) == ["d-1", "register-1"]


def test_what_a_name_alone_joins_is_said(run: Run, folder: Path) -> None:
    ours = device(1, WECHAT, serial=None, user_id=None)
    theirs = say(1, "register", serial=None, name="phone-1", user_id="li@example.com")
    people = write_people(folder / "people.csv", li="employee")
    report = write_lines(folder / "two.ndjson", [ours, theirs])
    policy = write_policy(folder / "policies/no-wechat.yaml")
    done = run("audit", report, "-p", policy, "--people", people, *WORDS)
    assert json.loads(done.out)["tallies"][0]["violation"] == 1
    assert "joined by name only, for lack of a serial number: phone-1" in done.err


APPS = """\
ApplicationKey,ApplicationName,ApplicationVersion,DeviceId,DeviceName,EmailAddress,Platform
k1,微信,8.0.49,6a1d6e2e-0000-4000-8000-000000000001,PHONE-1,,Android
"""
GRAPH = {
    "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#deviceManagement/managedDevices",
    "value": [
        {
            "id": "6a1d6e2e-0000-4000-8000-000000000001",
            "deviceName": "PHONE-1",
            "managedDeviceOwnerType": "company",
            "operatingSystem": "Android",
            "serialNumber": SERIAL,
            "userPrincipalName": "li@example.com",
            "lastSyncDateTime": "2026-11-02T08:11:00Z",
        }
    ],
}


def test_a_systems_list_and_its_roster_are_one_device_whichever_is_newer(
    run: Run, folder: Path
) -> None:
    people = write_people(folder / "people.csv", li="employee")
    (folder / "apps.csv").write_text(APPS, encoding="utf-8")
    (folder / "graph.json").write_text(json.dumps(GRAPH))
    document = audit(run, "apps.csv", "graph.json", "--people", people)
    (finding,) = document["findings"]
    assert (finding["verdict"], finding["person_id"]) == ("violation", "li")
    assert finding["evidence"]["source"] == "intune"
    assert document["tallies"][0]["all"] == 1
    assert document["conflicts"] == []


def test_a_roster_that_comes_later_takes_no_list_away(run: Run, folder: Path) -> None:
    write_people(folder / "people.csv", li="employee")
    write_policy(folder / "policies/no-wechat.yaml")
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./policies/no-wechat.yaml]\n"
    )
    (folder / "apps.csv").write_text(APPS, encoding="utf-8")
    (folder / "graph.json").write_text(json.dumps(GRAPH))
    run("audit", "apps.csv", "--as-of", "2026-11-02")
    done = run("audit", "graph.json", "--as-of", "2026-11-03", "-f", "json")
    (finding,) = json.loads(done.out)["findings"]
    assert (done.code, finding["verdict"], finding["app_id"]) == (1, "violation", "wechat")


ASSETS = """\
Asset Tag,Name,Serial,BYOD,Checked Out To: Username,Checked Out To: Email
A-1,A phone,S0000001,Yes,li,li@example.com
"""


def test_a_register_says_whose_the_device_of_another_system_is(run: Run, folder: Path) -> None:
    people = write_people(folder / "people.csv", li="employee")
    (folder / "assets.csv").write_text(ASSETS)
    phones = write_lines(folder / "phones.ndjson", [device(1, WECHAT, user_id=None)])
    alone = audit(run, phones, "--people", people)
    assert [line["reasons"] for line in alone["findings"]] == [["scope"]]
    document = audit(run, phones, "assets.csv", "--people", people)
    (finding,) = document["findings"]
    assert (finding["verdict"], finding["person_id"]) == ("violation", "li")
    assert document["tallies"][0]["all"] == 1
