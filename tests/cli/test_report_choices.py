"""`report --by`, `--status`, `--severity`, `--since`: some findings, counted or listed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from small_fleet import Fleet, Run

STORE = ("--store", "sqlite:///audit.db")


@pytest.fixture
def report(run: Run, fleet: Fleet, folder: Path) -> Run:
    """Run `report` on the small fleet, audited once."""
    assert run(*fleet.words, *STORE).code == 1
    shared = ("-p", fleet.policy, "--people", fleet.people, *STORE, "--as-of", "2026-11-03")
    return lambda *words: run("report", *shared, *words)


def test_by_person_counts_findings_of_each(report: Run) -> None:
    rows = json.loads(report("--by", "person", "-f", "json").out)
    assert rows[0]["overdue"] == 1
    assert [row["person"] for row in rows] == ["user1", "nobody@example.com", "user2"]
    assert sum(row["overdue"] for row in rows) == 1
    shown = report("--by", "control").out.split()
    assert "no-wechat/no-wechat" in shown


def test_by_as_csv_and_not_as_a_page(report: Run) -> None:
    (row,) = csv.DictReader(report("--by", "control", "-f", "csv").out.splitlines())
    assert row["control"] == "no-wechat/no-wechat"
    refused = report("--by", "person", "-f", "html")
    assert refused.code == 2
    assert "terminal, json, csv" in refused.err


def test_a_selection_holds_for_what_is_printed_and_what_is_exported(
    report: Run, folder: Path
) -> None:
    done = report("--status", "overdue", "-f", "json", "--export", "o.csv")
    told = json.loads(done.out)
    assert told["selection"] == "status overdue"
    assert {line["verdict"] for line in told["findings"]} == {"violation"}
    rows = [*csv.DictReader((folder / "o.csv").read_text("utf-8").splitlines())]
    assert [row["device_id"] for row in rows] == [line["device_id"] for line in told["findings"]]


def test_since_begins_with_the_day_in_the_policys_zone(report: Run) -> None:
    everything = json.loads(report("-f", "json").out)
    (first,) = (line for line in everything["findings"] if line["verdict"] == "violation")
    day = first["first_seen"][:10]
    told = json.loads(report("-f", "json", "--since", day).out)
    assert [line["fingerprint"] for line in told["findings"]] == [first["fingerprint"]]
    later = json.loads(report("-f", "json", "--since", "2030-01-01").out)
    assert later["findings"] == []
    assert later["tallies"] == everything["tallies"]


@pytest.mark.parametrize(
    "words", [("--status", "late"), ("--by", "shoe size"), ("--since", "soon")]
)
def test_what_nobody_can_mean_is_refused(report: Run, words: tuple[str, str]) -> None:
    done = report(*words)
    assert done.code == 2
    assert words[0] in done.err
