"""What is to be told: events of violations, and what the clock and the sums of runs brought about.

Events are in the store already. Of the rest (due soon, overdue, a waiver that is about to lapse,
coverage) a row is kept in `notice`, once for each fact, by whoever looks first. Both are numbered
under the store's write lock, so a reader that remembers the last number of each misses nothing
and gets nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, text

from policycheck.store.devices import PRESENT
from policycheck.store.session import CHUNK
from policycheck.store.timeline import TOLD
from policycheck.store.times import from_nullable, from_stored, to_stored

NoticeKind = Literal[
    "opened", "reopened", "due_soon", "overdue", "resolved", "waiver_lapsing",
    "coverage_low", "coverage_back",
]  # fmt: skip


class Notice(NamedTuple):
    """One thing to be told. Times are aware. Of coverage all is null that is of a violation."""

    key: str
    """What it is called in this store, for ever."""
    kind: NoticeKind
    at: datetime
    """When it happened; of due dates and waivers: the moment that it is about."""
    policy: str
    control: str
    severity: str
    fingerprint: str | None = None
    subject: str | None = None
    item: str | None = None
    """What the reports called it."""
    device_id: str | None = None
    device_name: str | None = None
    person_id: str | None = None
    """Who uses the device now, else did when it was opened."""
    due: datetime | None = None
    waiver: str | None = None
    waived_until: datetime | None = None
    share: float | None = None
    """The coverage, from 0 to 1."""


class Leads(NamedTuple):
    """How long before it happens a thing is told, and which coverage is too low."""

    due_soon: timedelta
    lapsing: timedelta
    min_coverage: float | None
    """From 0 to 1; None: coverage is not told of."""


class Mark(NamedTuple):
    """How far somebody has been told: the last event, and the last row of `notice`."""

    event: int
    notice: int


_RENAMED = text("""
SELECT e.detail, e.fingerprint
FROM (SELECT max(id) AS id FROM event WHERE kind = 'renamed' GROUP BY detail) AS r
JOIN event AS e ON e.id = r.id
WHERE e.detail IN (SELECT fingerprint FROM notice)
    AND e.detail NOT IN (SELECT fingerprint FROM violation)
""")
_RENAME = text("UPDATE notice SET fingerprint = :became WHERE fingerprint = :was")
_MOST_RENAMINGS = 10
_NOTE = text("""
INSERT INTO notice(kind, moment, fingerprint, number)
SELECT f.kind, f.moment, f.fingerprint, f.reopened
FROM (
    SELECT 'overdue' AS kind, due AS moment, fingerprint, reopened FROM violation
    WHERE status = 'open' AND due <= :now AND coalesce(waived_until < :now, TRUE)
    UNION ALL
    SELECT 'due_soon', due, fingerprint, reopened FROM violation
    WHERE status = 'open' AND due > :now AND due <= :soon AND coalesce(waived_until < due, TRUE)
    UNION ALL
    SELECT 'waiver_lapsing', waived_until, fingerprint, reopened FROM violation
    WHERE status = 'open' AND waived_until BETWEEN :now AND :lapsing
) AS f
WHERE NOT EXISTS (
    SELECT 1 FROM notice AS n
    WHERE n.fingerprint = f.fingerprint AND n.kind = f.kind AND n.moment = f.moment
        AND n.number = f.reopened)
ORDER BY f.moment, f.fingerprint, f.kind
""")
_COVERAGE = text(f"""
SELECT t.policy, t.control, t.coverage, t.in_scope, CAST(t.unknown_reasons AS TEXT), r.id, r.as_of
FROM (
    SELECT t.policy, t.control, max(t.run_id) AS run_id
    FROM tally AS t
    JOIN run AS r ON r.id = t.run_id
    WHERE CAST(r.options AS TEXT) LIKE '%"all": "yes"%'
        OR t.grain = 'device' AND t."all" >= (
            SELECT count(*) FROM device AS d WHERE {PRESENT})
    GROUP BY t.policy, t.control
) AS l
JOIN tally AS t ON t.policy = l.policy AND t.control = l.control AND t.run_id = l.run_id
JOIN run AS r ON r.id = l.run_id
WHERE t.coverage IS NOT NULL
ORDER BY t.policy, t.control
""")
"""The sums of the last run that judged the whole fleet: a run of some devices proves nothing."""
_LOW = text("""
SELECT policy, control FROM notice WHERE kind = 'coverage_low' AND id IN (
    SELECT max(id) FROM notice WHERE fingerprint IS NULL GROUP BY policy, control)
""")
_NOTE_COVERAGE = text("""
INSERT INTO notice(kind, moment, number, policy, control, share)
VALUES (:kind, :moment, :number, :policy, :control, :share)
""")


def note_facts(connection: Connection, now: datetime, leads: Leads) -> None:
    """Keep what is true at an aware moment, and was not noted before. Needs the write lock."""
    for _ in range(_MOST_RENAMINGS):
        renamed = [{"was": was, "became": became} for was, became in connection.execute(_RENAMED)]
        if not renamed:
            break
        connection.execute(_RENAME, renamed)
    moments = {"now": now, "soon": now + leads.due_soon, "lapsing": now + leads.lapsing}
    connection.execute(_NOTE, {name: to_stored(moment) for name, moment in moments.items()})
    if leads.min_coverage is not None:
        _note_coverage(connection, leads.min_coverage)


def _note_coverage(connection: Connection, floor: float) -> None:
    """Keep which controls have come to lie below the floor, and which are back."""
    low = {(policy, control) for policy, control in connection.execute(_LOW)}
    rows = connection.execute(_COVERAGE).all()
    for policy, control, share, in_scope, reasons, run, as_of in rows:
        unattested = json.loads(reasons).get("needs_attestation", 0)
        is_low = share < floor and unattested < in_scope
        if is_low == ((policy, control) in low):
            continue
        told = {"policy": policy, "control": control, "share": share}
        kind = "coverage_low" if is_low else "coverage_back"
        given = {"kind": kind, "moment": to_stored(from_stored(as_of)), "number": run, **told}
        connection.execute(_NOTE_COVERAGE, given)


_ABOUT = """coalesce(v.policy, {policy}), coalesce(v.control, {control}), coalesce(c.severity, ''),
    v.fingerprint, v.subject, i.name, d.device_id, d.name, coalesce(d.person_id, v.person_id),
    v.due, CASE WHEN v.waived_until >= :now THEN v.waiver END,
    CASE WHEN v.waived_until >= :now THEN v.waived_until END"""
_JOINED = """
LEFT JOIN violation AS v ON v.fingerprint = {fingerprint}
LEFT JOIN control AS c ON c.policy = coalesce(v.policy, {policy})
    AND c.control = coalesce(v.control, {control})
LEFT JOIN device AS d ON d.device_key = v.device_key
LEFT JOIN item AS i ON i.id = v.item_id
"""
_OF_EVENT = {"policy": "NULL", "control": "NULL", "fingerprint": "t.fingerprint"}
_OF_NOTICE = {"policy": "n.policy", "control": "n.control", "fingerprint": "n.fingerprint"}
_EVENTS = f"""{TOLD}
SELECT e.hash, CASE t.kind WHEN 'closed' THEN 'resolved' ELSE t.kind END, t.at,
    {_ABOUT.format(**_OF_EVENT)}
FROM told AS t
JOIN event AS e ON e.id = t.id
{_JOINED.format(**_OF_EVENT)}
WHERE t.id > :event
    AND (t.kind IN ('opened', 'reopened') OR t.kind = 'closed' AND t.detail = 'resolved')
"""
_NOTICES = f"""
SELECT n.number, n.kind, n.moment, {_ABOUT.format(**_OF_NOTICE)}, n.share
FROM notice AS n
{_JOINED.format(**_OF_NOTICE)}
WHERE n.id > :notice
"""
_STILL_OPEN = """
    AND v.status = 'open' AND t.id IN (
        SELECT max(id) FROM told WHERE kind IN ('opened', 'reopened') GROUP BY fingerprint)
"""
_STILL_TRUE = """
    AND CASE n.kind
        WHEN 'waiver_lapsing' THEN v.status = 'open' AND v.waived_until = n.moment
            AND n.moment >= :now
        WHEN 'due_soon' THEN v.status = 'open' AND v.due = n.moment AND n.moment > :now
        WHEN 'overdue' THEN v.status = 'open' AND v.due = n.moment AND v.reopened = n.number
        WHEN 'coverage_low' THEN n.id IN (
            SELECT max(id) FROM notice WHERE fingerprint IS NULL GROUP BY policy, control)
        ELSE FALSE
    END
"""
_LATEST = "9999-12-31 00:00:00.000000"


def last_mark(connection: Connection) -> Mark:
    """Return the mark of who has been told everything so far."""
    query = text("SELECT (SELECT max(id) FROM event), (SELECT max(id) FROM notice)")
    return Mark(*(int(number or 0) for number in connection.execute(query).one()))


def read_notices(connection: Connection, after: Mark, now: datetime) -> Iterator[Notice]:
    """Yield what is to be told to who has been told up to a mark; events first, in order.

    At an aware moment: a waiver that has lapsed by then is not told any more.
    """
    given = {"now": to_stored(now)}
    asked = {"event": after.event, "at": _LATEST, **given}
    yield from _events(connection, f"{_EVENTS} ORDER BY t.id", asked)
    yield from _facts(connection, f"{_NOTICES} ORDER BY n.id", {"notice": after.notice, **given})


def read_standing(connection: Connection, now: datetime) -> Iterator[Notice]:
    """Yield what still is so of all that was ever to be told: for who has not been told at all."""
    given = {"now": to_stored(now)}
    asked = {"event": 0, "at": _LATEST, **given}
    yield from _events(connection, f"{_EVENTS} {_STILL_OPEN} ORDER BY t.id", asked)
    given_both = {"notice": 0, **given}
    yield from _facts(connection, f"{_NOTICES} {_STILL_TRUE} ORDER BY n.id", given_both)


def _events(connection: Connection, query: str, asked: dict[str, Any]) -> Iterator[Notice]:
    for row in connection.execute(text(query), asked).yield_per(CHUNK):
        yield _notice(f"event {row[0]}", row, None)


def _facts(connection: Connection, query: str, asked: dict[str, Any]) -> Iterator[Notice]:
    for row in connection.execute(text(query), asked).yield_per(CHUNK):
        *cells, share = row
        about = cells[6] or f"{cells[3]} {cells[4]}"
        moment = to_stored(from_stored(cells[2]))
        yield _notice(f"{cells[1]} {about} {moment} {cells[0]}", cells, share)


def _notice(key: str, row: Sequence[Any], share: float | None) -> Notice:
    _, kind, at, policy, control, *about, due, waiver, until = row
    told = (policy or "", control or "", *about, from_nullable(due), waiver, from_nullable(until))
    return Notice._make((key, kind, from_stored(at), *told, share))
