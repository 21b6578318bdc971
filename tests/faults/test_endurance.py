"""A watcher does not grow: the short form of endurance.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from endurance import Figures, endure, has_grown
from watching import Home


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_neither_descriptors_nor_threads_nor_memory_grow(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home")
    figures, _ = endure(home, drops=240, at_once=10, agents=False)
    assert not has_grown(figures)


@pytest.mark.parametrize("grown", [(13, 200.0, 9), (10, 261.0, 9), (10, 200.0, 12)])
def test_what_grows_is_seen(grown: tuple[int, float, int]) -> None:
    at_start, early = Figures(9, 150.0, 9), Figures(10, 200.0, 9)
    assert not has_grown([at_start, early, early])
    assert has_grown([at_start, early, Figures(*grown)])
