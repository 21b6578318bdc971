"""Connections that are cut while several record: nothing is lost, half there or there twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from storm import storm

from postgres_server import running_server

pytestmark = pytest.mark.postgres


def test_a_short_storm_leaves_what_a_calm_day_would(tmp_path: Path) -> None:
    with running_server() as server:
        figures = storm(server, tmp_path, seconds=8)
    assert figures.problems == ()
    assert figures.cuts > 0
    assert figures.runs > 0
