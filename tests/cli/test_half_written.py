"""An audit whose writing fails, while it judges or after it: nothing of it counts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from small_fleet import Fleet, Run

from policycheck.cli.exits import Exit
from policycheck.store.database import open_store


@pytest.mark.wide
@pytest.mark.parametrize("table", ["report", "alias", "device", "violation", "event"])
def test_what_cannot_be_written_fails_the_audit(
    table: str, run: Run, fleet: Fleet, folder: Path
) -> None:
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
    )
    open_store("sqlite:///policycheck.db", folder)
    with closing(sqlite3.connect(folder / "policycheck.db")) as full:
        full.execute(
            f"CREATE TRIGGER no_room BEFORE INSERT ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
        done = run("audit", fleet.report.name, "--as-of", "2026-11-03")
        assert (done.code, done.out) == (Exit.COULD_NOT_AUDIT, "")
        assert "no room is left on the disk" in done.err
        for name in ("run", "report", "alias", "device_source", "device", "violation", "event"):
            assert full.execute(f"SELECT count(*) FROM {name}").fetchone() == (0,), name
        full.execute("DROP TRIGGER no_room")
    assert run("audit", fleet.report.name, "--as-of", "2026-11-03").code == Exit.VIOLATIONS
