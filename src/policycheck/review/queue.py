"""The queue: every unknown item that looks like something controlled, most devices first.

Counting is DuckDB's; what is clever runs once for each distinct item.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.denial import Denials
from policycheck.catalogue.recognise import Recogniser, Recognition
from policycheck.engine.items import read_items
from policycheck.engine.session import open_session
from policycheck.inventory.base import Progress
from policycheck.memory import recall
from policycheck.model import DISTINCT_COLUMNS, Confidence
from policycheck.problems import Problem
from policycheck.reading import read_inputs
from policycheck.request import AuditRequest
from policycheck.review.candidate import Candidate, UnknownItem
from policycheck.review.controlled import Controlled
from policycheck.review.counts import count_devices
from policycheck.review.makers import Makers
from policycheck.review.signs import Signs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from policycheck.store.archive import Archive

_CHUNK = 10_000
_NOTHING = Recognition()
_DISTINCT = ", ".join(DISTINCT_COLUMNS)


@dataclass(frozen=True)
class Queue:
    """What is to be decided, and out of how much."""

    candidates: tuple[Candidate, ...]
    """Most devices first."""
    items: int
    """Distinct items that were looked at."""
    many: Mapping[str, int]
    """Makers of controlled apps whose unknown products were left out, as these are so many."""
    problems: tuple[Problem, ...]
    """Report files that could not be read."""


@dataclass
class _Group:
    """What is asked about once, while its signs are gathered."""

    suspected: dict[str, str] = field(default_factory=dict)
    looks_like: set[str] = field(default_factory=set)
    signs: dict[str, None] = field(default_factory=dict)
    neighbours: set[str] = field(default_factory=set)
    members: dict[int, UnknownItem] = field(default_factory=dict)

    @property
    def reasons(self) -> tuple[str, ...]:
        return (*self.suspected.values(), *self.signs)


def review_queue(
    request: AuditRequest,
    controlled: Controlled,
    day: date,
    archive: Archive | None,
    progress: Progress | None = None,
) -> Queue:
    """Look through the reports that the request names, or with an archive through what is stored.

    `day` says who owned which vendor. Nothing is judged or written.
    """
    with tempfile.TemporaryDirectory(prefix="policycheck-") as scratch:
        folder = Path(scratch)
        with closing(open_session(folder)) as con:
            inputs = read_inputs(request, con, folder, progress)
            with archive.open() if archive else nullcontext() as memory:
                recall(request, con, (), memory)
            read_items(con)
            con.execute(
                "CREATE OR REPLACE TEMP TABLE every_item AS SELECT"
                " CAST(row_number() OVER () AS INTEGER) AS item_no,"
                f" {_DISTINCT} FROM (SELECT DISTINCT {_DISTINCT} FROM item_row)"
            )
            groups, items, many = _gather(con, request.catalogue, controlled, day)
            candidates = sorted(_counted(con, groups), key=_rank)
            return Queue(tuple(candidates), items, many, inputs.problems)


def _gather(
    con: DuckDBPyConnection, catalogue: Catalogue, controlled: Controlled, day: date
) -> tuple[list[_Group], int, Mapping[str, int]]:
    """Group the items that look like something controlled, for a `Queue`."""
    makers = Makers(catalogue, controlled.apps, day)
    unknown, items = _recognise(con, catalogue, controlled, makers)
    numbers = sorted(unknown, key=lambda number: [text or "" for text in unknown[number][0]])
    related, many = makers.related([unknown[number][0] for number in numbers])
    signs = Signs(catalogue, controlled)
    denials = Denials(catalogue.denials)
    groups: dict[tuple[str, ...], _Group] = {}
    for place, number in enumerate(numbers):
        item, recognition = unknown[number]
        found = _Group(suspected=signs.suspected(recognition))
        looks, reasons = signs.looks(item, recognition)
        found.looks_like.update(looks)
        for maker in related.get(place, ()):
            reason, apps = makers.explain(maker, item)
            left = _undenied(apps, item, denials, catalogue)
            found.neighbours |= left
            reasons += [reason] if left else []
        found.signs.update(dict.fromkeys(reasons))
        if found.reasons:
            _join(groups.setdefault(item.key, _Group()), found, number, item)
    return list(groups.values()), items, many


_Unknown = dict[int, tuple[UnknownItem, Recognition]]
"""By the item's number."""


def _recognise(
    con: DuckDBPyConnection, catalogue: Catalogue, controlled: Controlled, makers: Makers
) -> tuple[_Unknown, int]:
    """Return the items that no rule knows, if they look like anything or a maker is known.

    Also how many items there are in all. The makers learn from what is surely there.
    """
    recognise = Recogniser(catalogue).recognise
    unknown: _Unknown = {}
    sure: set[int] = set()
    items = 0
    for row in _rows(con):
        items += 1
        recognition = recognise(*row[1:])
        if not recognition.meanings or recognition.meanings[0].confidence == Confidence.POSSIBLE:
            if recognition.meanings or recognition.looks_like:
                unknown[row[0]] = UnknownItem._make(row[1:]), recognition
            continue
        sure.add(row[0])
        if recognition.meanings[0].confidence == Confidence.EXACT:
            apps = {meaning.app_id for meaning in recognition.meanings}
            makers.learn(UnknownItem._make(row[1:]), controlled.apps & apps)
    for row in _by_makers(con, makers):
        if row[0] not in sure:
            unknown.setdefault(row[0], (UnknownItem._make(row[1:]), _NOTHING))
    return unknown, items


def _rows(con: DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    rows = con.execute(f"SELECT item_no, {_DISTINCT} FROM every_item")
    while chunk := rows.fetchmany(_CHUNK):
        yield from chunk


def _by_makers(con: DuckDBPyConnection, makers: Makers) -> list[tuple[Any, ...]]:
    """Return the items of makers of controlled apps, as rows."""
    texts = {
        column: [
            text
            for (text,) in con.execute(
                f"SELECT DISTINCT {column} FROM every_item WHERE {column} IS NOT NULL"
            ).fetchall()
            if makers.knows(column, text)
        ]
        for column in ("publisher", "signer")
    }
    return con.execute(
        f"SELECT item_no, {_DISTINCT} FROM every_item"
        " WHERE publisher IN (SELECT unnest(CAST($publisher AS VARCHAR[])))"
        " OR signer IN (SELECT unnest(CAST($signer AS VARCHAR[])))",
        texts,
    ).fetchall()


def _undenied(
    apps: Iterable[str], item: UnknownItem, denials: Denials, catalogue: Catalogue
) -> set[str]:
    """Leave out the apps that somebody said it is not, and those of denied categories."""
    no_app, no_category = denials.of(
        item.kind, item.identifier, item.identifier_type, item.name, item.publisher
    )
    return {
        app
        for app in apps
        if app not in no_app and not no_category.issuperset(catalogue.apps[app].categories)
    }


def _join(group: _Group, found: _Group, number: int, item: UnknownItem) -> None:
    group.suspected.update(found.suspected)
    group.looks_like |= found.looks_like
    group.signs.update(found.signs)
    group.neighbours |= found.neighbours
    group.members[number] = item


def _counted(con: DuckDBPyConnection, groups: list[_Group]) -> Iterator[Candidate]:
    """Count devices: of each group, and of each name that it goes by."""
    counted = count_devices(con, [group.members for group in groups])
    for place, devices, platforms, item_no in counted:
        group = groups[place]
        yield Candidate(
            item=group.members[item_no],
            devices=devices,
            platforms=tuple(platforms or ()),
            suspected=tuple(sorted(group.suspected)),
            looks_like=tuple(sorted(group.looks_like)),
            neighbours=tuple(sorted(group.neighbours)),
            reasons=group.reasons,
        )


def _rank(candidate: Candidate) -> tuple[int, tuple[str, ...]]:
    return -candidate.devices, candidate.item.key
