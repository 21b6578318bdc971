"""Golden files: `REGENERATE=1 pytest tests/report` writes them anew, to be read before commit."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def regenerate() -> bool:
    return bool(os.environ.get("REGENERATE"))
