"""osquery's logs, a file a day: what changed is added to what an earlier audit left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_fleet import Run, write_people

NOON = 1793620800  # 2 November 2026, 12:00 UTC
DAY = 86400
POLICY = """\
language: 1
policy: no-wechat
title: No WeChat here
issuer: Example Ltd.
status: active
applies_to: {}
controls:
  - id: no-wechat
    clause: Nobody uses WeChat for work.
    severity: high
    forbid: {app: wechat}
"""
WECHAT = {"name": "WeChat.app", "bundle_identifier": "com.tencent.xinWeChat"}
NOTES = {"name": "Notes.app", "bundle_identifier": "com.example.notes"}
# events: epoch, counter, action, columns, and the day if it is another than the file's
BASE = ((7, 0, "added", NOTES), (7, 0, "added", WECHAT))


@pytest.fixture
def audit(run: Run, folder: Path):
    """Audit a day's log in a workspace; return the verdict, its reasons and the exit code."""
    (folder / "no-wechat.yaml").write_text(POLICY)
    write_people(folder / "people.csv", li="employee")
    (folder / "policycheck.yaml").write_text("language: 1\npolicies: [./no-wechat.yaml]\n")

    def audit_day(day: int, *events: tuple, query: str = "apps") -> tuple[str, list[str]]:
        log = folder / f"day-{day}.log"
        log.write_text("".join(line(day, query, *event) for event in events))
        done = run("audit", log, "--as-of", f"2026-11-{2 + day:02}", "-f", "json")
        document = json.loads(done.out)
        (tally,) = document["tallies"]
        assert tally["all"] == 1
        verdict = next(name for name in ("pass", "violation", "unknown") if tally[name])
        return verdict, sorted(tally["unknown_reasons"])

    return audit_day


def line(
    day: int,
    query: str,
    epoch: int,
    counter: int,
    action: str,
    columns: dict[str, str],
    said_on: int = 0,
) -> str:
    event = {
        "name": query,
        "hostIdentifier": "mac-1",
        "calendarTime": "",
        "unixTime": NOON + ((said_on or day) - 1) * DAY + counter,
        "epoch": epoch,
        "counter": counter,
        "columns": columns,
        "action": action,
    }
    return json.dumps(event) + "\n"


def test_a_removal_on_another_day_ends_the_violation(audit) -> None:
    assert audit(1, *BASE) == ("violation", [])
    assert audit(2, (7, 1, "removed", WECHAT)) == ("pass", [])


def test_what_was_added_days_ago_is_still_there(audit) -> None:
    assert audit(1, (7, 0, "added", NOTES)) == ("pass", [])
    assert audit(2, (7, 1, "added", WECHAT)) == ("violation", [])
    assert audit(3, (7, 2, "removed", NOTES)) == ("violation", [])


def test_a_day_that_is_missing_makes_it_partial_until_the_next_whole_set(audit) -> None:
    audit(1, (7, 0, "added", NOTES))
    assert audit(2, (7, 2, "removed", NOTES)) == ("unknown", ["partial_visibility"])
    assert audit(3, (7, 3, "added", NOTES)) == ("unknown", ["partial_visibility"])
    assert audit(4, (8, 0, "added", NOTES)) == ("pass", [])


def test_a_new_epoch_without_its_whole_set_is_partial(audit) -> None:
    audit(1, (7, 0, "added", NOTES))
    assert audit(2, (8, 1, "added", NOTES)) == ("unknown", ["partial_visibility"])


def test_a_log_that_was_never_begun_is_partial(audit) -> None:
    assert audit(1, (7, 4, "added", NOTES)) == ("unknown", ["partial_visibility"])


def test_logs_may_overlap(audit) -> None:
    audit(1, *BASE, (7, 1, "removed", WECHAT))
    assert audit(2, *BASE, (7, 1, "removed", WECHAT), (7, 2, "removed", NOTES)) == ("pass", [])


def test_a_result_may_go_on_in_the_next_file(audit) -> None:
    assert audit(1, (7, 0, "added", NOTES)) == ("pass", [])
    assert audit(2, (7, 0, "added", WECHAT, 1), (7, 1, "removed", NOTES)) == ("violation", [])


def test_other_queries_of_the_host_go_on_too(audit) -> None:
    assert audit(1, *BASE) == ("violation", [])
    addon = {"name": "Blocker", "identifier": "b" * 32, "browser_type": "chrome"}
    assert audit(2, (7, 0, "added", addon), query="extensions") == ("violation", [])


def test_without_a_workspace_nothing_is_remembered(run: Run, folder: Path) -> None:
    (folder / "no-wechat.yaml").write_text(POLICY)
    for day, event in enumerate([(7, 0, "added", NOTES), (7, 1, "added", NOTES)], 1):
        (folder / "day.log").write_text(line(day, "apps", *event))
        done = run(
            "audit", "day.log", "-p", "./no-wechat.yaml", "--as-of", "2026-11-09", "-f", "json"
        )
    assert json.loads(done.out)["tallies"][0]["unknown_reasons"] == {"partial_visibility": 1}
