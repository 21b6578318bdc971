"""Gives bytes to a reader as if they were a report, many of them in one staging area.

What any bytes may come to is a report, rejected records, or a refusal in words. Anything else that
is raised is a bug.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb

from policycheck.inventory.base import Source
from policycheck.inventory.detect import detect
from policycheck.inventory.files.opening import Opener
from policycheck.inventory.reader import Reader
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.area import Staging

RECEIVED = datetime(2026, 11, 22, 12, 0)
_BATCH = 100


class Feeder:
    """Feeds one reader. After every batch the rows go all the way to the tables."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self.inputs = 0
        """How many were fed."""
        self.claimed = 0
        """How many of them the reader took for its own."""
        self.batch: list[bytes] = []
        """What was fed since the tables were made last: one of these broke them, if they break."""
        self._reader = reader
        self._folder = folder
        self._con = duckdb.connect(config={"threads": 1, "memory_limit": "300MB"})
        # To plan a table's long queries takes longer than to run them over a few records.
        self._con.execute("PRAGMA disable_optimizer")
        self._start()

    def _start(self) -> None:
        self._place = tempfile.TemporaryDirectory(dir=self._folder)
        root = Path(self._place.name)
        scratch, facts = root / "scratch", root / "facts"
        scratch.mkdir()
        facts.mkdir()
        self._file = root / "report"
        self._staging = Staging(self._con, facts, scratch, "DEV-1")
        self._opener = Opener(self._con, scratch, lambda size: None)
        self.batch.clear()

    def feed(self, content: bytes) -> None:
        """Feed a report by itself."""
        self.inputs += 1
        self.batch.append(content)
        self._file.write_bytes(content)
        for _, _, found in self._opener.open(self._file):
            if isinstance(found, Source) and self._is_mine(found):
                self.claimed += 1
                source = replace(found, input_no=self.claimed)
                self._staging.enter(source, self._reader)
                self._reader.read([source], self._staging)
        if len(self.batch) >= _BATCH:
            self.finish()
            self._start()

    def _is_mine(self, source: Source) -> bool:
        try:
            return detect(source.head) is self._reader
        except UnreadableError:
            return False

    def finish(self) -> None:
        """Make the tables of what was fed, and check the sums."""
        self._staging.finish(RECEIVED)
        for input_no, rejected in self._staging.rejects.items():
            assert rejected <= self._staging.records[input_no], "more rejected than there was"
        self._place.cleanup()
