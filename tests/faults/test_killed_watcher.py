"""A watcher that is killed again and again: the short form of killing.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from killing import check, disturb
from watching import Home

KILLS = 30


@pytest.mark.minutes
@pytest.mark.thorough
def test_nothing_is_lost_and_nothing_recorded_twice(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home")
    check(home, disturb(home, KILLS, seed=1))
