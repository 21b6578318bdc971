"""Whose list lost a record that was at fault before anybody could say whose it was.

A record with a wrong number of fields, an open quote or a broken byte may have named a forbidden
app. If one of its fields names a device of the same table, that device's list is not complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_WORDS = 100_000
"""Words kept of one source; a source with more lost so much that no list of it is complete."""


class Losses:
    """Collects the words of records at fault, and marks the devices that they name."""

    def __init__(self) -> None:
        self._words: dict[int, set[str] | None] = {}

    def note(self, input_no: int, fields: Iterable[str]) -> None:
        """Take note of what may be the fields of a lost record."""
        words = self._words.setdefault(input_no, set())
        if words is None:
            return
        words.update(fields)
        if len(words) > _MOST_WORDS:
            self._words[input_no] = None

    def mark(self, con: DuckDBPyConnection) -> None:
        """Add to `incomplete` who lost something, once all devices are staged."""
        for input_no, words in self._words.items():
            if words is None:
                con.execute("INSERT INTO incomplete VALUES ($1, NULL)", [input_no])
                continue
            con.execute(
                "INSERT INTO incomplete SELECT input_no, device_ref FROM staged_device"
                " WHERE input_no = $1 AND coalesce(device_id, serial, udid, name)"
                " IN (SELECT unnest($2::VARCHAR[]))",
                [input_no, list(words)],
            )
