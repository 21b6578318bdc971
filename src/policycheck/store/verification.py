"""Whether everything that is recorded is still as it was recorded.

Every run, event, content and segment of facts is held against its digest, and the digests
against the chain. One fault is one sentence that names what is not as it was. Rows pass one by
one: the memory does not grow with their number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select

from policycheck.store.chain import (
    FIRST,
    SEALED,
    hash_event,
    hash_run,
    run_rows,
    seal_rows,
)
from policycheck.store.contents import unpack
from policycheck.store.facts import Facts
from policycheck.store.opened import find_changed
from policycheck.store.tables import metadata
from policycheck.store.tombstones import Tombstones, read_tombstones
from policycheck.store.tree import EMPTY, root_of

_AT_ONCE = 10_000
_STREAMED = {"yield_per": _AT_ONCE}
_SHORT = 12
_NO_EVENTS: Mapping[str, object] = {"first": None, "rows": 0, "sha256": EMPTY}
_MOST_NAMED = 20
_ROWS = {"report": "files", "rejection": "rejected rows", "tally": "sums"}


@dataclass
class Inspection:
    """What was looked at, and what is wrong with it. Ask `faults` first: it does the work."""

    connection: Connection
    facts: Facts
    runs: int = 0
    events: int = 0
    contents: int = 0
    segments: int = 0
    head: str = FIRST
    _written: dict[int | None, dict[str, Any]] = field(default_factory=dict)
    _removed: Tombstones = field(default_factory=Tombstones)

    def faults(self, known_head: str | None = None) -> Iterator[str]:
        """Yield what is not as it was recorded; nothing, if all of it is.

        known_head: the hash of a run, or how it begins, from a report of some time ago.
        """
        yield from self._check_events()
        hashes: list[str] = []
        kept: dict[str, tuple[str, str, int]] = {}
        segments: dict[str, int] = {}
        rows = self.connection.execute(run_rows()).mappings().all()
        self._removed = read_tombstones(map(dict, rows))
        for row in rows:
            yield from self._check_run(dict(row))
            hashes.append(str(row["hash"]))
            for kind, name, sha256 in (row["seal"] or {}).get("contents", ()):
                kept.setdefault(sha256, (kind, name, row["id"]))
            if row["facts"]:
                segments.setdefault(row["facts"], row["id"])
        for run_id, written in self._written.items():
            yield f"event {written['first']} belongs to no run (run {run_id})"
        yield from self._check_contents(kept)
        yield from self._check_personal(kept)
        yield from self._check_facts(segments)
        if known_head and not any(each.startswith(known_head.lower()) for each in hashes):
            yield (
                f"the head {known_head[:_SHORT]} is not in the chain:"
                " runs were cut off at its end, or written anew"
            )

    def _check_events(self) -> Iterator[str]:
        """Hold every event against its hash; note of each run what it wrote."""
        table = metadata.tables["event"]
        rows = self.connection.execute(
            select(table).order_by(table.c.id), execution_options=_STREAMED
        )
        faults: list[str] = []
        for run_id, events in groupby(rows, key=lambda row: row.run_id):
            written = self._seal(events, faults)
            yield from faults
            faults.clear()
            if run_id in self._written:
                yield f"event {written['first']} stands among the events of other runs"
            else:
                self._written[run_id] = written

    def _seal(self, events: Iterator[Row[Any]], faults: list[str]) -> dict[str, Any]:
        """Return what seals some events in a row, and which ids are not there between them."""
        sealed: dict[str, Any] = {"first": None, "rows": 0, "missing": []}

        def leaves() -> Iterator[str]:
            last = None
            for row in events:
                rest = (row.fingerprint, row.kind, row.cause, row.detail)
                if hash_event(row.id, row.run_id, row.at, rest) != row.hash:
                    faults.append(f"event {row.id} of run {row.run_id} was edited")
                if last is None:
                    sealed["first"] = row.id
                else:
                    sealed["missing"].extend(range(last + 1, min(row.id, last + _MOST_NAMED)))
                last = row.id
                sealed["last"] = last
                sealed["rows"] += 1
                yield row.hash

        sealed["sha256"] = root_of(leaves())
        self.events += sealed["rows"]
        return sealed

    def _check_run(self, row: Mapping[str, Any]) -> Iterator[str]:
        """Hold a run against its hash and its seal, and the hash against the chain."""
        self.runs += 1
        name = f"run {row['id']}"
        if row["previous"] != self.head:
            yield f"{name} does not follow the run before it: one was taken out, or put in"
        self.head = str(row["hash"])
        if hash_run(row) != row["hash"]:
            yield f"{name} was edited"
        seal = row["seal"] or {}
        for table in SEALED:
            found = seal_rows(self.connection, table, row["id"])
            if seal.get(table) != found and not self._is_removed(table, row["id"], found):
                yield f"{name}: its {_ROWS[table]} (table {table}) are not those that it wrote"
        written = self._written.pop(row["id"], dict(_NO_EVENTS))
        sealed = seal.get("event", _NO_EVENTS)
        if {key: written[key] for key in _NO_EVENTS} != sealed:
            yield f"{name}: its events are not those that it wrote{_missing(written, sealed)}"

    def _is_removed(self, table: str, run_id: int, found: Mapping[str, object]) -> bool:
        """Tell whether a run's rows of a table are not there because they were pruned."""
        return table == "rejection" and run_id <= self._removed.rejections and found["rows"] == 0

    def _check_contents(self, kept: Mapping[str, tuple[str, str, int]]) -> Iterator[str]:
        """Hold each content against its digest, and against the runs that went by it."""
        table = metadata.tables["content"]
        there = self.connection.execute(select(table.c.sha256, table.c.kind))
        kinds = {str(row.sha256): str(row.kind) for row in there}
        for sha256, (kind, name, run_id) in kept.items():
            if sha256 not in kinds and sha256 not in self._removed.contents:
                yield f"the {kind} {name} of run {run_id} is missing (content {sha256[:_SHORT]})"
        for sha256, kind in sorted(kinds.items()):
            self.contents += 1
            asked = select(table.c.packed).where(table.c.sha256 == sha256)
            packed = self.connection.execute(asked).scalar_one()
            called = f"content {sha256[:_SHORT]} ({' '.join(kept.get(sha256, (kind,))[:2])})"
            if sha256 not in kept:
                yield f"{called} is of no run"
            elif kind != kept[sha256][0]:
                yield f"{called} was edited: it is no {kind}"
            if not _is_intact(packed, sha256):
                yield f"{called} was edited"

    def _check_personal(self, kept: Mapping[str, tuple[str, str, int]]) -> Iterator[str]:
        """Hold what is personal, as far as it was not forgotten, against its digests."""
        table, content = metadata.tables["personal"], metadata.tables["content"]
        openings = {run: sha for sha, (kind, _, run) in kept.items() if kind == "openings"}
        for run_id in self.connection.execute(select(table.c.run_id)).scalars().all():
            packed = self.connection.execute(
                select(table.c.packed).where(table.c.run_id == run_id)
            ).scalar_one()
            opened = self.connection.execute(
                select(content.c.packed).where(content.c.sha256 == openings.get(run_id, ""))
            ).scalar_one_or_none()
            try:
                changed = find_changed(unpack(opened) if opened else b"", packed)
            except ValueError:
                yield f"run {run_id}: who its violations were about cannot be read"
                continue
            for fingerprint in changed:
                yield f"run {run_id}: who violation {fingerprint} was about was edited"

    def _check_facts(self, segments: Mapping[str, int]) -> Iterator[str]:
        """Hold the files of each segment against its digest."""
        for digest, run_id in segments.items():
            if digest in self._removed.segments and not self.facts.segment(digest).exists():
                continue
            self.segments += 1
            if fault := self.facts.find_fault(digest):
                yield f"facts {digest[:_SHORT]} of run {run_id}: {fault}"


def _missing(written: Mapping[str, Any], sealed: Mapping[str, Any]) -> str:
    """Name the events that are not there, as far as it can be told."""
    missing: list[int] = list(written.get("missing", ()))
    if sealed["rows"] > written["rows"]:
        first, end = sealed["first"], sealed["first"] + sealed["rows"]
        missing += range(first, written["first"] or end)
        missing += range(written.get("last", end) + 1, end)
    if not missing:
        return ""
    return f" (missing: {_numbers(sorted(set(missing)))})"


def _numbers(numbers: Sequence[int]) -> str:
    more = ", ..." if len(numbers) > _MOST_NAMED else ""
    return ", ".join(map(str, numbers[:_MOST_NAMED])) + more


def _is_intact(packed: bytes, sha256: str) -> bool:
    try:
        return hashlib.sha256(unpack(packed)).hexdigest() == sha256
    except ValueError:
        return False
