"""docs/readers.md is what the readers say of themselves today."""

from __future__ import annotations

import runpy

from test_docs_paths import ROOT

from policycheck.inventory.detect import READERS

MADE = runpy.run_path(str(ROOT / "docs/make_readers.py"))


def test_the_table_of_formats_is_of_today() -> None:
    written = (ROOT / "docs/readers.md").read_text("utf-8")
    assert written == MADE["document"](), "run `make docs` and read what changed"


def test_every_reader_has_a_row() -> None:
    rows = [line for line in MADE["document"]().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == sorted(reader.NAME for reader in READERS)
    assert len({row.count(" | ") for row in rows}) == 1
