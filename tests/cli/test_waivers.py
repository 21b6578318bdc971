"""Waivers and attestations on the command line: marked, counted, lapsing, shouting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_fleet import Fleet, Run

from policycheck.cli.main import main

WAIVER = """\
language: 1
waiver: liaison
policy: no-wechat
control: no-wechat
when: {person.person_id: user1}
reason: Suppliers.
ticket: SEC-1
requested_by: li.na
approved_by: Wang Fang
granted: 2026-11-01
expires: 2026-11-10
"""


@pytest.fixture
def home(fleet: Fleet, folder: Path) -> Fleet:
    """A workspace with the small fleet, and a waiver of its only breach."""
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
    )
    (folder / "waivers").mkdir()
    (folder / "waivers" / "liaison.yaml").write_text(WAIVER)
    return fleet


def test_a_waived_violation_is_told_and_fails_nothing(run: Run, home: Fleet) -> None:
    done = run("audit", home.report.name, "--as-of", "2026-11-03", "-f", "json")
    told = json.loads(done.out)
    (breach,) = [line for line in told["findings"] if line["verdict"] == "violation"]
    assert (breach["waived"], breach["waiver"], done.code) == (True, "liaison", 0)
    assert (told["tallies"][0]["violation"], told["tallies"][0]["waived"]) == (1, 1)
    (line,) = told["waivers"]
    assert (line["state"], line["violations"]) == ("in force", 1)


@pytest.mark.parametrize(
    ("day", "code"), [("2026-10-31", 1), ("2026-11-01", 0), ("2026-11-10", 0), ("2026-11-11", 1)]
)
def test_it_holds_from_its_first_day_through_its_last(
    run: Run, home: Fleet, folder: Path, day: str, code: int
) -> None:
    report = home.report.read_text(encoding="utf-8").replace("2026-11-02T", "2026-10-02T")
    home.report.write_text(report, encoding="utf-8")
    assert run("audit", home.report.name, "--as-of", day, "-q", "--dry-run").code == code


def test_a_lapsed_one_shouts_until_it_is_removed(run: Run, home: Fleet, folder: Path) -> None:
    run("audit", home.report.name, "--as-of", "2026-11-03", "-q")
    for form in ("terminal", "markdown"):
        done = run("report", "--as-of", "2026-11-11", "-f", form)
        assert "WAIVER LAPSED on 2026-11-10" in done.out
        assert "the waiver 'liaison' lapsed on 2026-11-10: 1 violation counts again" in done.err
        assert "waiver lapsed (liaison)" in done.out
    run("audit", "--all", "--as-of", "2026-11-11", "-q")
    (folder / "waivers" / "liaison.yaml").unlink()
    assert "LAPSED" not in run("report", "--as-of", "2026-11-11").out
    story = json.loads(run("violation", "show", first(run), "-f", "json").out)
    told = [(event["kind"], event["cause"], event["detail"]) for event in story["events"]]
    assert told == [
        ("opened", "report", "due 2026-11-03T15:59:59Z"),
        ("waived", "waiver", "liaison until 2026-11-10T15:59:59Z"),
        ("waiver_lapsed", "clock", "liaison"),
    ]


def first(run: Run) -> str:
    return str(json.loads(run("violation", "list", "-f", "json").out)[0]["fingerprint"])


def test_a_removed_one_unwaives(run: Run, home: Fleet, folder: Path) -> None:
    run("audit", home.report.name, "--as-of", "2026-11-03", "-q")
    (folder / "waivers" / "liaison.yaml").unlink()
    assert run("audit", "--all", "--as-of", "2026-11-04", "-q").code == 1
    assert "unwaived (liaison), because of: waiver" in run("violation", "show", first(run)).out


def test_one_for_too_many_is_an_error_of_lint(run: Run, home: Fleet, folder: Path) -> None:
    run("audit", home.report.name, "--as-of", "2026-11-03", "-q")
    assert run("waiver", "lint").code == 0
    path = folder / "waivers" / "liaison.yaml"
    path.write_text(WAIVER.replace("{person.person_id: user1}", "always"))
    done = run("waiver", "lint")
    assert done.code == 2
    assert "liaison.yaml:5:7" in done.err
    assert "in the scope of 'no-wechat': more than 10.0%" in done.err
    warned = run("audit", "--all", "--as-of", "2026-11-04", "-q")
    assert "more than 10.0%" in warned.err


def test_what_it_demands_has_to_be_met(run: Run, home: Fleet, folder: Path) -> None:
    text = WAIVER.replace("reason:", "provided: {device.managed: true}\nreason:")
    (folder / "waivers" / "liaison.yaml").write_text(text)
    done = run("audit", home.report.name, "--as-of", "2026-11-03", "-q")
    assert done.code == 1
    assert "the waiver 'liaison' demands what is not met: 1 violation counts" in done.err


def test_a_wrong_one_stops_the_audit(run: Run, home: Fleet, folder: Path) -> None:
    (folder / "waivers" / "liaison.yaml").write_text(WAIVER.replace("Wang Fang", "li.na"))
    done = run("audit", home.report.name, "--as-of", "2026-11-03")
    assert (done.code, done.out) == (2, "")
    assert "'li.na' requested it, and cannot approve it" in done.err


def test_list_by_what_is_to_be_done(run: Run, home: Fleet, folder: Path) -> None:
    run("audit", home.report.name, "--as-of", "2026-11-03", "-q")

    def listed(*words: str) -> list[str]:
        done = run("waiver", "list", "-f", "json", "--as-of", "2026-11-03", *words)
        return [line["waiver"] for line in json.loads(done.out)]

    text = WAIVER.replace("liaison", "other").replace("user1", "user2")
    (folder / "waivers" / "other.yaml").write_text(text.replace("11-10", "12-31"))
    assert listed() == ["liaison", "other"]
    assert listed("--expiring", "30d") == ["liaison"]
    assert listed("--unused") == ["other"]
    assert listed("--lapsed") == []


def test_a_draft_is_accepted_once_it_is_complete(run: Run, home: Fleet, folder: Path) -> None:
    (folder / "waivers" / "liaison.yaml").unlink()
    run("audit", home.report.name, "--as-of", "2026-11-03", "-q")
    assert run("waiver", "new", first(run)[:10], "--id", "drafted").code == 0
    draft = folder / "waivers" / "drafted.yaml.draft"
    assert run("waiver", "lint", draft).code == 2
    text = draft.read_text(encoding="utf-8")
    for key in ("reason", "ticket", "requested_by", "approved_by"):
        text = text.replace(f"\n{key}:", f"\n{key}: {key} x")
    text = text.replace("\nexpires:", "\nexpires: 2999-12-31")
    draft.write_text(text, encoding="utf-8")
    assert run("waiver", "lint", draft).code == 0


def test_an_attestation_can_be_put_on_file(run: Run, home: Fleet, folder: Path) -> None:
    policy = home.policy.read_text(encoding="utf-8")
    told = "  - {id: told, clause: c, severity: low, attest: {statement: s, by: issuer}}\n"
    home.policy.write_text(policy + told, encoding="utf-8")
    words = ("attestation", "add", "no-wechat/told", "--by", "Wang Fang", "--date", "2026-11-01")
    assert run(*words, "--valid-until", "2026-10-01").code == 2
    assert not (folder / "attestations").exists()
    assert run(*words, "--valid-until", "2026-11-30").code == 0
    assert run("attestation", "lint").out == "1 attestation: no mistakes\n"
    for day, passed in (("2026-11-03", 1), ("2026-12-01", 0)):
        done = run("audit", home.report.name, "--as-of", day, "--dry-run", "-f", "json")
        assert json.loads(done.out)["tallies"][1]["pass"] == passed


def test_the_schemas_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    for noun in ("waiver", "attestation"):
        assert main([noun, "schema"]) == 0
        assert json.loads(capsys.readouterr().out)["type"] == "object"
