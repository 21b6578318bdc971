"""A watcher does not grow: the short form of endurance.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from endurance import endure
from watching import Home


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_neither_descriptors_nor_threads_grow(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home")
    figures, _ = endure(home, drops=120, at_once=10, agents=False)
    first, last = figures[1], figures[-1]
    assert last.descriptors <= first.descriptors + 2
    assert last.threads <= first.threads + 2
