"""`store backup` and `store prune`: what is copied can be used, what is needed stays."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from small_fleet import WECHAT, Fleet, Run, device, write_lines

from policycheck.cli.exits import Exit


@pytest.fixture
def stored(run: Run, fleet: Fleet, folder: Path) -> Path:
    """Record an audit, and then one of newer reports of all of its devices."""
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
    )
    old = [device(number, WECHAT) for number in range(1, 4)]
    write_lines(folder / "old.ndjson", old)
    write_lines(
        folder / "new.ndjson", [one | {"reported_at": "2026-11-02T09:00:00Z"} for one in old]
    )
    run("audit", "old.ndjson", "--as-of", "2026-11-03", "-q")
    run("audit", "new.ndjson", "--as-of", "2026-11-03", "-q")
    return folder / "policycheck.facts"


def segments(facts: Path) -> set[str]:
    return {path.name for path in facts.glob("??/*")}


def test_a_backup_is_a_store_that_can_be_used(run: Run, stored: Path, folder: Path) -> None:
    before = run("violation", "list", "--format", "json").out
    done = run("store", "backup", "copy")
    assert done.code == Exit.CLEAN
    assert "copied the database and 1 segment of facts" in done.out
    (folder / "policycheck.db").unlink()
    url = "sqlite:///copy/policycheck.db"
    assert run("violation", "list", "--format", "json", "--store", url).out == before
    audited = run("audit", "--all", "--as-of", "2026-11-04", "--store", url)
    assert (audited.code, audited.err) == (Exit.VIOLATIONS, "")


def test_a_backup_overwrites_nothing(run: Run, stored: Path, folder: Path) -> None:
    (folder / "copy").mkdir()
    done = run("store", "backup", "copy")
    assert (done.code, list((folder / "copy").iterdir())) == (Exit.COULD_NOT_AUDIT, [])
    assert "is there already" in done.err


def test_facts_that_were_replaced_are_removed_when_they_are_old(run: Run, stored: Path) -> None:
    before = segments(stored)
    assert len(before) == 2
    assert "removed 0 segments" in run("store", "prune").out
    assert segments(stored) == before
    assert "removed 1 segment of" in run("store", "prune", "--older-than", "0").out
    assert len(segments(stored)) == 1
    assert run("store", "verify").code == Exit.CLEAN
    assert run("audit", "--all", "--as-of", "2026-11-04").code == Exit.VIOLATIONS


@pytest.mark.parametrize("words", [("--older-than", "0"), ("--forget", "user1")])
def test_what_an_audit_at_work_writes_stays_and_what_a_killed_one_left_goes(
    words: tuple[str, ...], run: Run, stored: Path
) -> None:
    growing, left = stored / "incoming-growing", stored / "incoming-left"
    for folder in (growing, left):
        folder.mkdir()
    days = 2 * 24 * 3600
    os.utime(left, (left.stat().st_atime - days, left.stat().st_mtime - days))
    assert run("store", "prune").code == Exit.CLEAN
    assert (growing.exists(), left.exists()) == (True, True)
    assert run("store", "prune", *words).code == Exit.CLEAN
    assert (growing.exists(), left.exists()) == (True, False)


def test_facts_that_were_not_pruned_are_missed(run: Run, stored: Path) -> None:
    assert run("store", "verify").code == Exit.CLEAN
    for segment in list(stored.glob("??/*")):
        shutil.rmtree(segment)
    assert run("store", "verify").code == Exit.VIOLATIONS


@pytest.mark.parametrize("words", [("backup", "copy"), ("prune",)])
def test_without_a_store_nothing_is_made(words: tuple[str, ...], run: Run, folder: Path) -> None:
    done = run("store", *words, "--store", "sqlite:///none.db")
    assert done.code == Exit.COULD_NOT_AUDIT
    assert "there is no store" in done.err
    assert not (folder / "none.db").exists()
