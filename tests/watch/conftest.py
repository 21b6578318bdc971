"""A workspace with an empty inbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from watching import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.make(tmp_path / "home")
