"""`violation list --as-of` and `--changes-only`: the past, and what is new since a cursor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_fleet import WECHAT, YIXIN, Fleet, Run, device, write_lines


@pytest.fixture
def home(fleet: Fleet, folder: Path, run: Run) -> Fleet:
    """A workspace with two audits: WeChat is there on 3 November, and gone on the 5th."""
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
    )
    run("audit", fleet.report.name, "--as-of", "2026-11-03", "-q")
    write_lines(fleet.report, [device(1, YIXIN, reported_at="2026-11-04T08:00:00Z")])
    run("audit", fleet.report.name, "--as-of", "2026-11-05", "-q")
    return fleet


def changes(run: Run, *words: str) -> list[dict[str, object]]:
    done = run("violation", "list", "--changes-only", *words)
    assert done.code == 0
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.mark.parametrize(
    ("as_of", "open_then"),
    [("2026-11-02", 0), ("2026-11-03", 1), ("2026-11-04", 1), ("2026-11-05", 0)],
)
def test_a_day_is_over_at_its_end_in_the_policy_s_zone(
    run: Run, home: Fleet, as_of: str, open_then: int
) -> None:
    listed = json.loads(run("violation", "list", "--as-of", as_of, "-f", "json").out)
    assert len(listed) == open_then
    assert all(line["last_seen"] is None for line in listed)


def test_changes_are_lines_and_go_on_from_a_cursor(run: Run, home: Fleet) -> None:
    opened, closed = changes(run)
    assert [opened["kind"], closed["kind"], closed["detail"]] == ["opened", "closed", "resolved"]
    assert opened["device_id"] == "d-1"
    assert changes(run, "--since", str(opened["cursor"])) == [closed]
    assert changes(run, "--since", str(closed["cursor"])) == []


def test_a_cursor_file_moves_on(run: Run, home: Fleet, folder: Path) -> None:
    words = ("--cursor-file", "siem.cursor")
    assert [line["kind"] for line in changes(run, *words)] == ["opened", "closed"]
    assert changes(run, *words) == []
    write_lines(home.report, [device(1, WECHAT, reported_at="2026-11-06T08:00:00Z")])
    run("audit", home.report.name, "--as-of", "2026-11-07", "-q")
    assert [line["kind"] for line in changes(run, *words)] == ["reopened"]
    assert changes(run, *words) == []


def test_a_cursor_that_is_none_is_refused_and_kept(run: Run, home: Fleet, folder: Path) -> None:
    (folder / "siem.cursor").write_text("77-ffffffffffff\n")
    done = run("violation", "list", "--changes-only", "--cursor-file", "siem.cursor")
    assert done.code == 2
    assert "the store has no event '77-ffffffffffff'" in done.err
    assert (folder / "siem.cursor").read_text() == "77-ffffffffffff\n"


def between(run: Run, *words: str) -> dict[str, object]:
    done = run("report", "--between", *words, "-f", "json")
    assert done.code == 0
    return json.loads(done.out)


NOTHING = {"open": 0, "waived": 0, "in_grace": 0, "overdue": 0}
ONE = {"open": 1, "waived": 0, "in_grace": 0, "overdue": 1}


@pytest.mark.wide
@pytest.mark.parametrize(
    ("first", "last", "before", "after", "changes"),
    [
        ("2026-11-01", "2026-11-02", NOTHING, NOTHING, {}),
        ("2026-11-03", "2026-11-03", NOTHING, ONE, {"opened": 1}),
        ("2026-11-04", "2026-11-04", ONE, ONE, {}),
        ("2026-11-05", "2026-11-30", ONE, NOTHING, {"closed: resolved": 1}),
        ("2026-11-03", "2026-11-05", NOTHING, NOTHING, {"closed: resolved": 1, "opened": 1}),
    ],
)
def test_both_days_are_included(
    run: Run, home: Fleet, first: str, last: str, before: object, after: object, changes: object
) -> None:
    told = between(run, first, last)
    assert (told["before"], told["after"], told["changes"]) == (before, after, changes)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("day", [("2026-11-03", 1, 0, 1), ("2026-11-05", 0, 1, 0)]),
        ("week", [("2026-W45", 1, 1, 0)]),
        ("month", [("2026-11", 1, 1, 0)]),
    ],
)
def test_a_trend_needs_no_snapshots(
    run: Run, home: Fleet, by: str, expected: list[tuple[object, ...]]
) -> None:
    trend = between(run, "2026-11-01", "2026-11-30", "--trend", by)["trend"]
    assert [tuple(line.values()) for line in trend] == expected  # type: ignore[union-attr]
    told = run("report", "--between", "2026-11-01", "2026-11-30", "--trend", by).out
    assert f"by {by}:" in told
    assert "after: 0 open" in told


def test_other_forms_cannot_tell_it(run: Run, home: Fleet) -> None:
    done = run("report", "--between", "2026-11-01", "2026-11-30", "-f", "csv")
    assert done.code == 2
    assert "--between cannot be told as csv" in done.err
