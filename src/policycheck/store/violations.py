"""What is stored of violations: lists of them, and one by its fingerprint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Row, String, TextClause, bindparam, text

from policycheck.model import Severity
from policycheck.problems import quote
from policycheck.store.devices import find_devices
from policycheck.store.faults import fault
from policycheck.store.session import CHUNK
from policycheck.store.timeline import THEN
from policycheck.store.times import from_nullable, from_stored, to_stored

Status = Literal["open", "closed"]


class Proof(NamedTuple):
    """Where to look up what a violation was opened (or reopened) with."""

    report: str | None
    """SHA-256 of the report's file."""
    path: str | None
    source: str | None
    record: int | None
    reported_at: datetime | None
    received_at: datetime | None


class Violation(NamedTuple):
    """A violation with its life. Times are aware. A tuple, because there are so many.

    Device and severity are today's, person and item those of the day it was opened.
    """

    fingerprint: str
    policy: str
    control: str
    severity: str
    obligation: str
    device_key: str | None
    device_id: str | None
    device_name: str | None
    person_id: str | None
    platform: str | None
    subject: str
    app_id: str | None
    kind: str | None
    identifier: str | None
    name: str | None
    version: str | None
    basis: str | None
    confidence: str | None
    status: Status
    first_seen: datetime
    last_seen: datetime | None
    """While it is open, the age of the newest report of the source that proved it, but never
    before it was first seen. Null for a moment of the past: events do not tell."""
    aged_from: datetime | None
    """That report's age itself: what is stale is counted from here."""
    due: datetime
    closed_at: datetime | None
    cause: str | None
    """Why it was closed; null while it is open."""
    reopened: int
    waiver: str | None
    """The waiver by which it was waived when it was last judged."""
    waived_until: datetime | None
    proof: Proof

    def in_grace(self, at: datetime) -> bool:
        """Tell whether it is open and not due yet."""
        return self.status == "open" and at < self.due

    def is_waived(self, at: datetime) -> bool:
        """Tell whether its waiver, if it has one, has not lapsed."""
        return self.waived_until is not None and at <= self.waived_until


@dataclass(frozen=True)
class Filter:
    """Which violations; what is None or empty does not matter."""

    status: Status | None = "open"
    policy: str | None = None
    control: str | None = None
    severities: tuple[str, ...] = ()
    device: str | None = None
    """Any word for it: id, serial, udid, name."""
    person: str | None = None
    at: datetime | None = None
    """As they stood at this aware moment, told from events; None as they stand now."""


_SELECT = """
SELECT v.fingerprint, v.policy, v.control, coalesce(c.severity, ''), coalesce(c.obligation, ''),
    v.device_key, d.device_id, d.name, v.person_id, d.platform, v.subject, i.app_id, i.kind,
    i.identifier, i.name, i.version, i.basis, i.confidence, v.status, v.first_seen,
    {last_seen}, v.due,
    v.closed_at, v.cause, v.reopened, v.waiver, v.waived_until, r.sha256, r.path, v.source,
    v.record, v.reported_at, r.received_at
FROM {violation} AS v
LEFT JOIN control AS c ON c.policy = v.policy AND c.control = v.control
LEFT JOIN device AS d ON d.device_key = v.device_key
LEFT JOIN item AS i ON i.id = v.item_id
LEFT JOIN report AS r ON r.id = v.report_id
LEFT JOIN device_source AS s ON s.device_key = v.device_key AND s.source = v.source
LEFT JOIN report AS n ON n.id = s.report_id
WHERE TRUE
"""
_LAST_SEEN = "coalesce(v.last_seen, s.reported_at, n.received_at, v.reported_at, v.first_seen)"
_NOW = _SELECT.format(violation="violation", last_seen=_LAST_SEEN)
_THEN = THEN + _SELECT.format(violation="violation_then", last_seen="NULL")
_ORDER = " ORDER BY v.policy, v.control, d.device_id, v.device_key, v.subject"
_RANKS = " ".join(f"WHEN '{severity}' THEN {rank}" for rank, severity in enumerate(Severity))
_WORST_FIRST = (
    f" ORDER BY CASE c.severity {_RANKS} END, v.policy, v.control,"
    " lower(coalesce(d.name, d.device_id)), v.device_key, v.subject"
)
_CONDITIONS = {
    "status": " AND v.status = :status",
    "policy": " AND v.policy = :policy",
    "control": " AND v.control = :control",
    "person": " AND lower(v.person_id) = lower(:person)",
    "severities": " AND c.severity IN :severities",
    "devices": " AND v.device_key IN :devices",
}
_LISTS = ("severities", "devices")


def list_violations(
    connection: Connection, wanted: Filter, *, worst_first: bool = False
) -> Iterator[Violation]:
    """Yield violations sorted by policy, control, device and subject. Reads as it goes.

    `worst_first` sorts them for people: by severity, and devices by their names.
    """
    order = _WORST_FIRST if worst_first else _ORDER
    query, asked = _ask(connection, wanted)
    return _select(connection, query + order, asked)


def count_violations(connection: Connection, wanted: Filter) -> int:
    """Count the violations that would be listed."""
    query, asked = _ask(connection, wanted)
    counted = _statement(f"SELECT count(*) FROM ({query}) AS found", asked)
    return int(connection.execute(counted, asked).scalar_one())


def _ask(connection: Connection, wanted: Filter) -> tuple[str, dict[str, object]]:
    """Return the query of the violations that are wanted, and its parameters."""
    given = {
        "at": None if wanted.at is None else to_stored(wanted.at),
        "status": wanted.status,
        "policy": wanted.policy,
        "control": wanted.control,
        "person": wanted.person,
        "severities": list(wanted.severities) or None,
        "devices": None if wanted.device is None else find_devices(connection, wanted.device),
    }
    asked: dict[str, object] = {name: each for name, each in given.items() if each is not None}
    narrowed = "".join(_CONDITIONS.get(name, "") for name in asked)
    return (_NOW if wanted.at is None else _THEN) + narrowed, asked


def find_violation(connection: Connection, prefix: str) -> Violation:
    """Return the violation whose fingerprint, or one that it had, begins so.

    Raises PolicycheckError where there is none, or more than one.
    """
    low = prefix.strip().lower()
    between = {"low": low, "high": low + "g"}  # the letter after all hexadecimal digits
    found = list(_select(connection, _NOW + _BY_NAME, between))
    if not found:
        found = list(_select(connection, _NOW + _BY_OLD_NAME, between))
    if not found:
        hint = "`policycheck violation list --status all` shows them all"
        raise fault(f"there is no violation {quote(prefix)}", hint)
    if len(found) > 1:
        shown = ", ".join(violation.fingerprint[:12] for violation in found[:5])
        raise fault(f"{quote(prefix)} could be several violations", f"name one: {shown}")
    return found[0]


_BY_NAME = " AND v.fingerprint BETWEEN :low AND :high LIMIT 6"
_BY_OLD_NAME = """
 AND v.fingerprint IN (
    SELECT e.fingerprint FROM event AS e WHERE e.kind = 'renamed'
        AND e.detail BETWEEN :low AND :high
) LIMIT 6
"""


def count_waived(connection: Connection) -> dict[str, int]:
    """Count the open violations by the waiver that waived them when they were last judged."""
    rows = connection.execute(text(_WAIVED))
    return {str(waiver): int(count) for waiver, count in rows}


_WAIVED = (
    "SELECT waiver, count(*) FROM violation WHERE status = 'open' AND waiver IS NOT NULL"
    " GROUP BY waiver"
)


def _select(connection: Connection, query: str, given: Mapping[str, object]) -> Iterator[Violation]:
    rows = connection.execute(_statement(query, given), given)
    for chunk in rows.partitions(CHUNK):
        for row in chunk:
            yield _violation(row)


def _statement(query: str, given: Mapping[str, object]) -> TextClause:
    lists = (name for name in given if name in _LISTS)
    bound = [bindparam(name, expanding=True, type_=String()) for name in lists]
    return text(query).bindparams(*bound)


def _violation(row: Row[Any]) -> Violation:
    """Make a violation of a row: what it is about, its life, its proof."""
    cells = list(row)
    first_seen, last_seen = cells[19:21]
    cells[19:23] = [
        from_stored(first_seen),
        from_nullable(last_seen and max(first_seen, last_seen)),
        from_nullable(last_seen),
        from_stored(cells[21]),
        from_nullable(cells[22]),
    ]
    cells[-2:] = map(from_nullable, cells[-2:])
    cells[27] = from_nullable(cells[27])
    return Violation._make([*cells[:28], Proof._make(cells[28:])])
