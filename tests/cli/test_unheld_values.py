"""A scope that nobody is in, because of a slip of the pen, is said aloud."""

from __future__ import annotations

from pathlib import Path

from small_fleet import Fleet, Run


def _audit(run: Run, fleet: Fleet, scope: str) -> str:
    text = fleet.policy.read_text(encoding="utf-8")
    assert "person.type: employee" in text
    fleet.policy.write_text(text.replace("person.type: employee", scope), encoding="utf-8")
    words = ("-p", fleet.policy, "--people", fleet.people, "--as-of", "2026-11-03")
    return run("audit", fleet.report, *words).err


def test_a_value_that_nobody_holds_is_a_warning(run: Run, fleet: Fleet, folder: Path) -> None:
    err = _audit(run, fleet, "person.type: employe")
    assert "no person has person.type 'employe'" in err
    assert "did you mean 'employee'?" in err


def test_values_compare_folded_and_a_silent_column_is_not_accused(run: Run, fleet: Fleet) -> None:
    assert "no person has" not in _audit(run, fleet, "person.type: ' EMPLOYEE '")


def test_a_column_that_says_nothing_is_the_verdicts_business(run: Run, fleet: Fleet) -> None:
    assert "no person has" not in _audit(run, fleet, "person.grade: P7")


def test_a_closed_vocabulary_is_not_accused(run: Run, fleet: Fleet) -> None:
    assert "no device has" not in _audit(run, fleet, "device.platform: windows")
