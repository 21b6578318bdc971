"""The life of a violation as the commands tell it: audit, violation, explain, report, store."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from small_fleet import WECHAT, YIXIN, Fleet, Run, device, write_lines, write_policy

from policycheck.report.rows import Finding

AUDITED = "2026-11-03"


@pytest.fixture
def home(fleet: Fleet, folder: Path) -> Fleet:
    """A workspace with the small fleet."""
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
    )
    return fleet


def audit(run: Run, home: Fleet, as_of: str = AUDITED) -> int:
    return run("audit", home.report.name, "--as-of", as_of, "-q").code


def listed(run: Run, *words: str) -> list[dict[str, object]]:
    done = run("violation", "list", "-f", "json", *words)
    assert done.code == 0
    return json.loads(done.out)


def later(home: Fleet, *devices: dict[str, object]) -> None:
    """Replace the report by one of the next day."""
    write_lines(home.report, [line | {"reported_at": "2026-11-04T08:00:00Z"} for line in devices])


def test_an_audit_in_a_workspace_is_recorded_and_listed(run: Run, home: Fleet) -> None:
    assert audit(run, home) == 1
    (line,) = listed(run)
    assert tuple(line) == (*Finding._fields, "status", "cause", "reopened")
    assert (line["device_id"], line["app_id"], line["person_id"]) == ("d-1", "wechat", "user1")
    assert (line["status"], line["cause"], line["reopened"]) == ("open", None, 0)
    assert line["first_seen"] == "2026-11-03T15:59:59Z"
    assert line["evidence"]["record"] == 1  # type: ignore[index]


def test_the_same_file_again_changes_nothing(run: Run, home: Fleet) -> None:
    audit(run, home)
    before = listed(run, "--status", "all")
    audit(run, home)
    assert listed(run, "--status", "all") == before


def test_it_is_resolved_by_a_newer_report_and_opens_again(run: Run, home: Fleet) -> None:
    audit(run, home)
    later(home, device(1, YIXIN))
    assert audit(run, home, "2026-11-05") == 0
    assert listed(run) == []
    (line,) = listed(run, "--status", "closed")
    assert (line["status"], line["cause"]) == ("closed", "resolved")
    write_lines(home.report, [device(1, WECHAT, reported_at="2026-11-06T08:00:00Z")])
    assert audit(run, home, "2026-11-07") == 1
    (line,) = listed(run)
    assert (line["status"], line["reopened"]) == ("open", 1)
    story = run("violation", "show", str(line["fingerprint"])[:10]).out
    told = [text for text in story.splitlines() if "because of: report" in text]
    assert [text.split()[3].rstrip(",") for text in told] == ["opened", "closed", "reopened"]
    closing = "2026-11-05 15:59 UTC  closed (resolved), because of: report; run 2 of phones.ndjson"
    assert closing in story
    assert "reopened once" in story
    assert "evidence of opening 1: 微信 8.0.49 in phones.ndjson, record 1, by policycheck" in story
    (first,) = json.loads(run("violation", "show", str(line["fingerprint"]), "-f", "json").out)[
        "episodes"
    ]
    assert (first["number"], first["reported_at"]) == (0, "2026-11-02T08:00:00Z")
    digest = sha256(home.report.read_bytes()).hexdigest()
    assert f"run 3 of phones.ndjson (SHA-256 {digest[:12]})" in story


def test_people_see_the_worst_first_and_devices_by_their_names(
    run: Run, home: Fleet, folder: Path
) -> None:
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./a-mild.yaml, ./no-wechat.yaml]\n"
    )
    write_policy(folder / "a-mild.yaml", "a-mild", severity="low")
    names = {1: "Zebra", 2: "ant", 3: "Bee"}
    owner = {"user_id": "user1@example.com"}
    devices = [device(number, WECHAT, name=name, **owner) for number, name in names.items()]
    write_lines(home.report, devices)
    told = run("audit", home.report.name, "--as-of", AUDITED).out
    breaches = told.split("Who breaks the rules")[1].split("Whom the rules")[0]
    assert devices_of(breaches.splitlines(), 0) == ["ant", "Bee", "Zebra"] * 2
    assert breaches.index("high no-wechat") < breaches.index("low no-wechat")
    assert devices_of(run("violation", "list").out.splitlines(), 2) == ["ant", "Bee", "Zebra"] * 2
    ids = [line["device_id"] for line in listed(run)]
    assert ids == ["d-1", "d-2", "d-3"] * 2


def devices_of(lines: list[str], column: int) -> list[str]:
    """Take the devices from the lines of a table for people."""
    return [line.split()[column] for line in lines if "user1" in line]


def test_an_older_report_resolves_nothing(run: Run, home: Fleet) -> None:
    audit(run, home)
    write_lines(home.report, [device(1, YIXIN, reported_at="2026-11-01T08:00:00Z")])
    audit(run, home, "2026-11-05")
    assert len(listed(run)) == 1


def test_show_tells_the_whole_story(run: Run, home: Fleet) -> None:
    audit(run, home)
    (line,) = listed(run)
    story = run("violation", "show", str(line["fingerprint"])).out
    for part in (
        "open, first seen 2026-11-03 15:59 UTC, due 2026-11-03 15:59 UTC",
        "policy: no-wechat (No WeChat here)",
        "control: no-wechat (high, must)",
        'clause: "Nobody uses WeChat for work."',
        "device: PHONE-1 (d-1, android)",
        "person: user1",
        "what: wechat (微信), com.tencent.mm, version 8.0.49, recognised by its identifier (exact)",
        "record 1, by policycheck",
        str(line["evidence"]["report"]),  # type: ignore[index]
        "remedy: Remove 微信.",
        "opened (due 2026-11-03T15:59:59Z), because of: report; run 1",
    ):
        assert part in story
    as_json = json.loads(run("violation", "show", str(line["fingerprint"]), "-f", "json").out)
    assert {key: as_json[key] for key in line} == line
    assert [event["kind"] for event in as_json["events"]] == ["opened"]
    (file,) = as_json["events"][0]["files"]
    assert file == {"path": "phones.ndjson", "sha256": line["evidence"]["report"]}  # type: ignore[index]


@pytest.mark.parametrize(
    "words",
    [("explain",), ("violation", "show"), ("violation", "list", "--device")],
)
def test_bytes_that_are_no_text_are_nobody_s_name(
    run: Run, home: Fleet, words: tuple[str, ...]
) -> None:
    audit(run, home)
    done = run(*words, "PHONE\udcff")
    assert "bug" not in done.err
    assert done.code == (0 if "list" in words else 2)


def test_show_of_a_policy_that_is_gone(run: Run, home: Fleet, folder: Path) -> None:
    audit(run, home)
    (line,) = listed(run)
    (folder / "policycheck.yaml").write_text("language: 1\npolicies: [jd-business-im]\n")
    done = run("violation", "show", str(line["fingerprint"]))
    assert done.code == 0
    assert "no-wechat (no such policy is here any more)" in done.out


@pytest.mark.wide
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--policy", "no-wechat"), 1),
        (("--policy", "another"), 0),
        (("--control", "no-wechat"), 1),
        (("--severity", "high", "--severity", "low"), 1),
        (("--severity", "low"), 0),
        (("--person", "USER1"), 1),
        (("--person", "user2"), 0),
        (("--device", "PHONE-1"), 1),
        (("--device", "S0000001"), 1),
        (("--device", "d-2"), 0),
        (("--status", "closed"), 0),
        (("--status", "all"), 1),
    ],
)
def test_lists_can_be_narrowed(run: Run, home: Fleet, words: tuple[str, ...], found: int) -> None:
    audit(run, home)
    assert len(listed(run, *words)) == found


def test_the_table_and_the_csv_tell_the_same(run: Run, home: Fleet) -> None:
    audit(run, home)
    table = run("violation", "list").out.splitlines()
    assert table[0].split() == [
        "violation", "severity", "device", "person", "what", "since", "status",
    ]  # fmt: skip
    assert table[1].split()[1:] == [
        "high",
        "PHONE-1",
        "user1",
        "wechat",
        "(微信)",
        "2026-11-03",
        "open",
    ]
    (row,) = csv.DictReader(run("violation", "list", "-f", "csv").out.splitlines())
    assert row["fingerprint"].startswith(table[1].split()[0])
    assert (row["evidence_record"], row["status"], row["reopened"]) == ("1", "open", "0")


def test_nothing_listed_is_said(run: Run, home: Fleet) -> None:
    audit(run, home)
    assert run("violation", "list", "--status", "closed").out == "no closed violations\n"


@pytest.mark.parametrize(
    "words",
    [
        ("violation", "list"),
        ("violation", "show", "ab"),
        ("store", "info"),
        ("report",),
        ("explain", "d-1"),
    ],
)
def test_without_a_store_there_is_nothing_to_tell(
    run: Run, home: Fleet, words: tuple[str, ...]
) -> None:
    done = run(*words)
    assert done.code == 2
    assert "error: there is no store" in done.err


@pytest.mark.parametrize("word", ["d-1", "PHONE-1", "phone-1", "S0000001", "s0000001"])
def test_explain_finds_a_device_by_any_of_its_names(run: Run, home: Fleet, word: str) -> None:
    audit(run, home)
    done = run("explain", word, "--as-of", AUDITED)
    assert done.code == 0
    assert done.out.startswith("PHONE-1\n")
    for part in (
        "violation: no-wechat of no-wechat (high)",
        "wechat (微信) is there, recognised as wechat (exact, by its identifier).",
        "evidence: wechat (微信) 8.0.49 in phones.ndjson, record 1, SHA-256 ",
        "to pass: Remove 微信.",
    ):
        assert part in done.out


@pytest.mark.parametrize(
    ("device", "verdict", "why"),
    [
        ("d-2", "pass", "A fresh report lists all such items, and nothing that it forbids"),
        ("d-3", "not_applicable", "The policy does not address it: person.type is partner."),
        ("d-4", "unknown", "What no report and no people file says: person.type."),
        ("d-5", "unknown", "The report lists managed items only"),
    ],
)
def test_explain_says_why(run: Run, home: Fleet, device: str, verdict: str, why: str) -> None:
    audit(run, home)
    out = run("explain", device, "no-wechat", "--as-of", AUDITED).out
    assert f"\n{verdict}: no-wechat of no-wechat" in out
    assert why in out
    assert ("to pass: " in out) == (verdict == "unknown")


def test_explain_of_nothing_known(run: Run, home: Fleet) -> None:
    audit(run, home)
    done = run("explain", "d-99")
    assert done.code == 2
    assert "no device in the store is called 'd-99'" in done.err
    done = run("explain", "d-1", "no-such-control")
    assert done.code == 2
    assert "no policy has a control 'no-such-control'" in done.err


def test_explain_of_a_name_that_two_devices_have(run: Run, home: Fleet) -> None:
    write_lines(home.report, [device(1, WECHAT, name="PHONE"), device(2, YIXIN, name="PHONE")])
    audit(run, home)
    done = run("explain", "PHONE")
    assert done.code == 2
    assert "2 devices are called 'PHONE'" in done.err
    assert "name one of them: d-1, d-2" in done.err


def test_explain_and_report_record_nothing(run: Run, home: Fleet) -> None:
    audit(run, home)
    before = run("store", "info").out
    run("explain", "d-1", "--as-of", AUDITED)
    run("report", "--as-of", AUDITED)
    assert run("store", "info").out == before


def test_the_report_tells_what_is_stored(run: Run, home: Fleet) -> None:
    audit(run, home)
    done = run("report", "--as-of", AUDITED, "-f", "json")
    assert done.code == 0
    told = json.loads(done.out)
    assert [(f["device_id"], f["verdict"]) for f in told["findings"]] == [
        ("d-1", "violation"),
        ("d-4", "unknown"),
        ("d-5", "unknown"),
    ]
    assert told["findings"][0]["evidence"]["path"] == "phones.ndjson"


def test_a_report_as_of_a_day_says_by_what_it_judges(run: Run, home: Fleet) -> None:
    audit(run, home)
    home.policy.write_text(home.policy.read_text().replace("app: wechat", "app: qq"))
    by = "from what is stored, by the policies, rules and people of today"
    exports = (("txt", by), ("md", by), ("html", f"{by[:1].upper()}{by[1:]}."))
    for suffix, words in exports:
        run("report", "--as-of", AUDITED, "--export", f"state.{suffix}", "-q")
        page = home.policy.with_name(f"state.{suffix}").read_text(encoding="utf-8")
        assert words in " ".join(page.split())
    told = json.loads(run("report", "--as-of", AUDITED, "-f", "json").out)
    assert all(each["verdict"] != "violation" for each in told["findings"])
    (line,) = json.loads(run("violation", "list", "--as-of", AUDITED, "-f", "json").out)
    assert line["status"] == "open"  # as it was found then: events tell


def test_the_audit_and_the_list_agree_on_what_is_stale(
    run: Run, home: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(home.report, [device(1, WECHAT, reported_at="2026-07-01T08:00:00Z")])
    told = json.loads(run("audit", home.report.name, "--as-of", AUDITED, "-f", "json").out)
    moment = datetime(2026, 11, 4, tzinfo=UTC)
    monkeypatch.setattr("policycheck.cli.violation.now", lambda: moment)
    assert [f["stale"] for f in (*told["findings"], *listed(run))] == [True, True]


def test_the_store_is_called_as_its_folder_is(run: Run, home: Fleet, folder: Path) -> None:
    run("audit", home.report.name, "--as-of", AUDITED, "--store", "sqlite:///数据 1.db", "-q")
    assert "数据 1.db\n" in run("store", "info", "--store", "sqlite:///数据 1.db").out


def test_store_info_counts(run: Run, home: Fleet, folder: Path) -> None:
    audit(run, home)
    out = run("store", "info").out
    assert f"store: sqlite:///{folder}/policycheck.db" in out
    assert "runs: 1\n" in out
    assert "devices: 5\n" in out
    assert "violations: 1 (1 open)\n" in out
    audit(run, home)
    assert "reports: 2 (of 1 file)\n" in run("store", "info").out
    assert "last audit as of: 2026-11-03 15:59 UTC" in out


def test_store_upgrade_of_a_store_of_today(run: Run, home: Fleet) -> None:
    audit(run, home)
    done = run("store", "upgrade")
    assert done.code == 0
    assert "already" in done.out


def test_a_store_that_is_none_ends_with_2(run: Run, home: Fleet, folder: Path) -> None:
    (folder / "policycheck.db").write_text("not a database, by any means" * 100)
    assert audit(run, home) == 2


def test_hostile_texts_are_inert_in_lists_and_stories(run: Run, home: Fleet) -> None:
    evil = "\x1b[2J\u202e<script>=1+1"
    write_lines(home.report, [device(1, WECHAT | {"name": evil}, name=evil)])
    audit(run, home)
    (line,) = listed(run)
    calls = [("violation", "list", "-f", form) for form in ("terminal", "json", "csv")]
    calls += [("violation", "show", str(line["fingerprint"])), ("explain", "d-1")]
    for words in calls:
        done = run(*words)
        assert done.code == 0
        assert {c for c in done.out if not c.isprintable()} <= {"\n", "\r"}
