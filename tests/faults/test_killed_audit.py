"""Audits that are killed: the short form of killed_audit.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from killed_audit import AUDITS, kill_audits


@pytest.mark.minutes
@pytest.mark.thorough
def test_a_killed_audit_leaves_a_whole_store_and_can_be_run_again(tmp_path: Path) -> None:
    came = kill_audits(tmp_path, AUDITS, seed=2, devices=200)
    assert came.total() == AUDITS
