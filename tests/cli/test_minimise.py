"""`minimise: true`: only what a control could be about is kept, and no verdict grows too sure."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from small_fleet import WECHAT, YIXIN, Run, device, write_lines, write_people, write_policy

from policycheck.cli.exits import Exit

CONFIG = "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
OTHER = WECHAT | {"identifier": "com.example.diary", "name": "Diary"}
COMMON = WECHAT | {"identifier": "com.example.clock", "name": "Clock"}
LOOKALIKE = WECHAT | {"identifier": "com.example.chat", "name": "WeChаt"}
REQUIRE = """\
language: 1
policy: {policy}
title: Yixin is needed
issuer: Example Ltd.
status: active
timezone: UTC
stale_after: 30d
applies_to: {{device.platform: android}}
controls:
  - id: yixin
    clause: Everybody has Yixin.
    severity: high
    {demand}
"""


@pytest.fixture
def workspace(folder: Path) -> Path:
    write_people(folder / "people.csv", **{f"user{n}": "employee" for n in range(1, 5)})
    write_policy(folder / "no-wechat.yaml")
    (folder / "policycheck.yaml").write_text(f"{CONFIG}minimise: true\n")
    return folder


def audit(run: Run, *words: str) -> dict[str, tuple[str, ...]]:
    """Audit; return the reasons of each device's unknown, or that it is in violation."""
    done = run("audit", *words, "--as-of", "2026-11-03", "-f", "json")
    assert done.code in (Exit.CLEAN, Exit.VIOLATIONS), done.err
    found = json.loads(done.out)["findings"]
    return {f["device_id"]: tuple(f["reasons"]) or ("violation",) for f in found}


def kept(folder: Path) -> set[str]:
    paths = [str(path) for path in folder.glob("policycheck.facts/??/*/items-*.parquet")]
    query = "SELECT DISTINCT coalesce(identifier, name) FROM read_parquet($1)"
    with duckdb.connect() as con:
        return {each for (each,) in con.execute(query, [paths]).fetchall()}


def test_what_no_control_is_about_is_not_kept(run: Run, workspace: Path) -> None:
    devices = [device(1, WECHAT, OTHER, COMMON), device(2, LOOKALIKE, OTHER), device(3, OTHER)]
    write_lines(workspace / "phones.ndjson", devices)
    found = audit(run, "phones.ndjson")
    assert found == {"d-1": ("violation",), "d-2": ("suspected",)}
    assert kept(workspace) == {"com.tencent.mm", "com.example.chat"}
    assert audit(run, "--all") == found
    assert run("store", "verify").code == Exit.CLEAN


def test_verdicts_are_those_of_whole_reports(run: Run, workspace: Path) -> None:
    devices = [device(1, WECHAT, OTHER), device(2, LOOKALIKE, OTHER), device(3, OTHER), device(4)]
    write_lines(workspace / "phones.ndjson", devices)
    words = ("audit", "phones.ndjson", "--as-of", "2026-11-03", "-f", "json", "--dry-run")
    minimised = json.loads(run(*words).out)
    (workspace / "policycheck.yaml").write_text(CONFIG)
    whole = json.loads(run(*words).out)
    assert minimised["tallies"] == whole["tallies"]
    assert len(minimised["findings"]) == len(whole["findings"]) == 2


@pytest.mark.parametrize("compacted", [False, True])
def test_another_policy_finds_no_proof_of_absence(
    compacted: bool, run: Run, workspace: Path
) -> None:
    for number in (1, 2):
        write_lines(workspace / f"{number}.ndjson", [device(number, YIXIN, OTHER)])
        assert audit(run, f"{number}.ndjson") == {}
    if compacted:
        run("store", "prune", "--older-than", "0")
        assert len(list(workspace.glob("policycheck.facts/??/*"))) == 1
    forbid = REQUIRE.format(policy="no-yixin", demand="forbid: {app: yixin}")
    (workspace / "no-yixin.yaml").write_text(forbid)
    partial = {"d-1": ("partial_visibility",), "d-2": ("partial_visibility",)}
    assert audit(run, "--all", "-p", "./no-yixin.yaml") == partial
    require = REQUIRE.format(policy="yixin", demand="require: {app: yixin}")
    (workspace / "yixin.yaml").write_text(require)
    assert audit(run, "--all", "-p", "./yixin.yaml") == partial
    assert audit(run, "--all", "-p", "./no-wechat.yaml") == {}


def test_what_is_required_is_kept_and_missed(run: Run, workspace: Path) -> None:
    require = REQUIRE.format(policy="yixin", demand="require: {app: yixin}")
    (workspace / "yixin.yaml").write_text(require)
    write_lines(workspace / "phones.ndjson", [device(1, YIXIN, OTHER), device(2, OTHER)])
    assert audit(run, "phones.ndjson", "-p", "./yixin.yaml") == {"d-2": ("violation",)}
    assert kept(workspace) == {"im.yixin"}


def test_a_report_without_names_is_still_known_to_give_none(run: Run, workspace: Path) -> None:
    nameless = [{k: v for k, v in each.items() if k != "name"} for each in (COMMON, OTHER)]
    devices = [device(1, *nameless), device(2, nameless[0]), device(3, *nameless, WECHAT)]
    write_lines(workspace / "phones.ndjson", devices)
    assert audit(run, "phones.ndjson") == {"d-3": ("violation",)}
    assert kept(workspace) == {"com.example.clock", "com.tencent.mm"}
