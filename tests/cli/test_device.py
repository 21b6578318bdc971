"""`policycheck device`: the fleet as it is recorded."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from small_fleet import WECHAT, YIXIN, Fleet, Run, device, write_lines

from policycheck.cli.exits import Exit


@pytest.fixture
def home(fleet: Fleet, folder: Path, run: Run) -> Fleet:
    """A workspace in which the small fleet was audited once."""
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
    )
    run("audit", fleet.report.name, "--as-of", "2026-11-03", "-q")
    return fleet


def listed(run: Run, *words: str) -> list[dict[str, object]]:
    done = run("device", "list", "-f", "json", *words)
    assert done.code == 0
    return json.loads(done.out)


def test_devices_are_listed(run: Run, home: Fleet) -> None:
    first, *rest = listed(run)
    assert len(rest) == 4
    assert first == {
        "device_key": "d-1", "device_id": "d-1", "name": "PHONE-1", "serial": "S0000001",
        "udid": None, "platform": "android", "person_id": "user1", "status": "present",
        "first_seen": "2026-11-03T15:59:59Z", "last_seen": "2026-11-02T08:00:00Z",
        "left_at": None, "merged_into": None, "sources": ["policycheck"],
        "aliases": ["d-1", "phone-1", "s0000001"],
    }  # fmt: skip
    rows = list(csv.DictReader(run("device", "list", "-f", "csv").out.splitlines()))
    assert rows[0]["aliases"] == "d-1;phone-1;s0000001"
    told = run("device", "list").out
    assert "PHONE-1" in told
    assert "2026-11-02" in told


def test_a_device_is_retired_and_comes_back(run: Run, home: Fleet) -> None:
    done = run("device", "retire", "PHONE-1", "--as-of", "2026-11-10")
    assert (done.code, done.out) == (0, "d-1 has left: 1 violation closed\n")
    assert [each["device_key"] for each in listed(run, "--status", "left")] == ["d-1"]
    assert len(listed(run)) == 4
    (line,) = json.loads(run("violation", "list", "--status", "all", "-f", "json").out)
    assert (line["status"], line["cause"]) == ("closed", "device_left")
    assert "because of: operator" in run("violation", "show", line["fingerprint"]).out
    assert run("audit", "--all", "--as-of", "2026-11-11", "-q").code == 0
    assert run("store", "verify").code == 0
    write_lines(home.report, [device(1, WECHAT, YIXIN, reported_at="2026-11-11T08:00:00Z")])
    assert run("audit", home.report.name, "--as-of", "2026-11-12", "-q").code == 1
    assert len(listed(run)) == 5


@pytest.mark.parametrize(
    ("word", "as_of", "message"),
    [
        ("nobody", "2026-11-10", "no device in the store is called 'nobody'"),
        ("d-1", "2026-11-01", "device d-1 was reported after that"),
        ("d-1", "soon", "--as-of: "),
    ],
)
def test_what_cannot_be_retired_is_told(
    run: Run, home: Fleet, word: str, as_of: str, message: str
) -> None:
    done = run("device", "retire", word, "--as-of", as_of)
    assert done.code == 2
    assert message in done.err
    assert len(listed(run)) == 5


def test_two_devices_are_merged(run: Run, home: Fleet) -> None:
    (before,) = json.loads(run("violation", "list", "-f", "json").out)
    done = run("device", "merge", "d-2", "PHONE-1")
    assert (done.code, done.out) == (0, "d-2 is now d-1, too, with its 1 violation\n")
    (line,) = json.loads(run("violation", "list", "--device", "phone-1", "-f", "json").out)
    assert (line["device_id"], line["first_seen"]) == ("d-2", before["first_seen"])
    found = json.loads(run("violation", "show", before["fingerprint"], "-f", "json").out)
    assert found["fingerprint"] == line["fingerprint"]
    assert len(listed(run)) == 4
    assert run("store", "verify").code == 0
    run("evidence", "export", line["fingerprint"], "pack.zip")
    assert run("evidence", "verify", "pack.zip").code == 0
    done = run("device", "merge", "d-2", "d-1")
    assert (done.code, "both are device d-2" in done.err) == (2, True)


def test_without_a_store_nothing_is_listed(run: Run, folder: Path) -> None:
    done = run("device", "list")
    assert (done.code, "there is no store" in done.err) == (2, True)


def test_what_a_complete_fleet_leaves_out_has_left(run: Run, home: Fleet) -> None:
    write_lines(home.report, [device(2, YIXIN, reported_at="2026-11-04T08:00:00Z")])
    done = run("audit", home.report.name, "--complete", "--as-of", "2026-11-05", "-q")
    assert "4 devices have left the fleet: 'd-1', 'd-3', 'd-4', 'd-5'" in done.err
    assert [each["device_key"] for each in listed(run)] == ["d-2"]
    (line,) = json.loads(run("violation", "list", "--status", "closed", "-f", "json").out)
    assert line["cause"] == "device_left"
    assert run("store", "verify").code == 0


def test_a_fleet_of_which_something_was_rejected_is_not_complete(run: Run, home: Fleet) -> None:
    nameless = device(3, device_id=None, serial=None, name=None)
    write_lines(home.report, [device(2, reported_at="2026-11-04T08:00:00Z"), nameless])
    words = ("audit", home.report.name, "--as-of", "2026-11-05", "--max-rejected", "60%", "-q")
    done = run(*words, "--complete")
    assert "the fleet is not complete: not all that was given could be used" in done.err
    assert done.code == Exit.INCOMPLETE
    assert len(listed(run)) == 5
    assert run(*words).code == Exit.CLEAN


NOBODY = {
    "intune.csv": "Device name,OS,OS version,Last check-in,Primary user UPN,Device ID\n",
    "jamf.xml": "<computers><size>0</size></computers>",
}


@pytest.mark.parametrize("name", NOBODY)
def test_a_roster_of_nobody_lets_nobody_leave(run: Run, home: Fleet, name: str) -> None:
    home.report.with_name(name).write_text(NOBODY[name], encoding="utf-8")
    done = run("audit", name, "--complete", "--as-of", "2026-11-05", "-q")
    assert "the fleet is not complete: what was given names no device" in done.err
    assert done.code == Exit.INCOMPLETE
    assert len(listed(run)) == 5


def test_a_roster_beside_a_file_that_cannot_be_read_is_not_complete(run: Run, home: Fleet) -> None:
    home.report.with_name("more.ndjson").write_text("", encoding="utf-8")
    write_lines(home.report, [device(2, YIXIN, reported_at="2026-11-04T08:00:00Z")])
    files = (home.report.name, "more.ndjson")
    done = run("audit", *files, "--complete", "--as-of", "2026-11-05", "-q")
    assert "the fleet is not complete: not all that was given could be used" in done.err
    assert len(listed(run)) == 5


@pytest.mark.parametrize("words", [("--all",), ("phones.ndjson", "--all")])
def test_a_complete_fleet_is_said_of_inputs(run: Run, home: Fleet, words: tuple[str, ...]) -> None:
    done = run("audit", *words, "--complete")
    assert (done.code, "--complete is said of inputs" in done.err) == (2, True)


def test_without_a_store_nobody_has_left(run: Run, fleet: Fleet) -> None:
    done = run("audit", fleet.report.name, "-p", fleet.policy, "--complete")
    assert (done.code, "nothing is recorded here" in done.err) == (2, True)


def test_a_clock_that_is_ahead_is_told_and_does_not_count(run: Run, home: Fleet) -> None:
    old = device(1, WECHAT, reported_at="2020-11-02")
    write_lines(home.report, [old, device(6, WECHAT, reported_at="9026-11-02")])
    done = run("audit", home.report.name, "-q")
    assert "phones.ndjson: 1 device reports a time in the future, up to 9026-11-02" in done.err
    (new,) = (each for each in listed(run) if each["device_key"] == "d-6")
    assert new["last_seen"] == new["first_seen"]
    before = run("violation", "list", "--status", "all", "-f", "json").out
    run("audit", home.report.name, "-q")
    assert run("violation", "list", "--status", "all", "-f", "json").out == before


def test_an_audit_of_the_past_rejects_what_was_reported_later(run: Run, home: Fleet) -> None:
    write_lines(home.report, [device(6, WECHAT, reported_at="9026-11-02")])
    done = run("audit", home.report.name, "--as-of", "2026-11-05", "-f", "json")
    assert [each["reason"] for each in json.loads(done.out)["rejected"]] == ["newer_than_as_of"]
