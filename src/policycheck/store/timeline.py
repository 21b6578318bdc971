"""Any moment of the past, told from events alone: what was open then, and what changed between.

Events are read in the order in which they were recorded, those after the moment left out. What an
event is about may have been renamed since: `told` gives it the fingerprint that it has today.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, String, bindparam, text

from policycheck.store.times import from_stored, to_stored

TOLD = """
WITH RECURSIVE mark AS (
    SELECT id, fingerprint AS name, 'born' AS what FROM event WHERE kind IN ('opened', 'renamed')
    UNION ALL
    SELECT id, detail, 'left' FROM event WHERE kind = 'renamed'
),
stay AS (
    SELECT id AS born, name, until, next
    FROM (
        SELECT id, name, what, lead(id) OVER by_name AS until, lead(what) OVER by_name AS next
        FROM mark
        WINDOW by_name AS (PARTITION BY name ORDER BY id)
    ) AS ordered
    WHERE what = 'born' AND until IS NOT NULL
),
lineage(name, born, until, step, pruned) AS (
    SELECT name, born, until, until, next = 'born' FROM stay
    UNION ALL
    SELECT l.name, l.born, l.until, s.until, s.next = 'born'
    FROM lineage AS l
    JOIN stay AS s ON s.born = l.step
    WHERE NOT l.pruned
),
today AS (
    SELECT l.name, l.born, l.until, l.pruned, e.fingerprint AS became
    FROM lineage AS l
    JOIN event AS e ON e.id = l.step
    LEFT JOIN stay AS s ON s.born = l.step
    WHERE l.pruned OR s.born IS NULL
),
told AS (
    SELECT e.id, e.at, e.run_id, e.kind, e.cause, e.detail,
        coalesce(t.became, e.fingerprint) AS fingerprint
    FROM event AS e
    LEFT JOIN today AS t ON t.name = e.fingerprint AND e.id >= t.born AND e.id < t.until
    WHERE e.at <= :at AND NOT coalesce(t.pruned, FALSE)
)"""
"""A `stay` is a violation's time under a name, as far as it is over: from the event that gave it
the name to the next that tells of that name. Either it leaves for another one, or somebody else is
born under it, which shows that it was pruned. `lineage` follows it by these events from name to
name, `today` tells its last: of what was pruned nothing is told, under none of its names."""

THEN = f"""{TOLD},
turn AS (
    SELECT fingerprint,
        min(CASE WHEN kind = 'opened' THEN at END) AS first_seen,
        min(CASE WHEN kind = 'merged' THEN substr(detail, 45, 27) END) AS merged_since,
        max(CASE WHEN kind IN ('opened', 'reopened', 'closed') THEN id END) AS state,
        max(CASE WHEN kind IN ('waived', 'waiver_lapsed', 'unwaived', 'closed') THEN id END)
            AS waiver,
        max(CASE WHEN kind IN ('opened', 'reopened', 'reassigned', 'merged') THEN id END) AS due,
        sum(CASE WHEN kind = 'reopened' THEN 1 ELSE 0 END) AS reopened
    FROM told
    GROUP BY fingerprint
),
violation_then AS (
    SELECT v.fingerprint, v.policy, v.control, v.device_key, v.person_id, v.subject,
        CASE WHEN s.kind = 'closed' THEN 'closed' ELSE 'open' END AS status,
        coalesce(t.merged_since, CAST(coalesce(t.first_seen, v.first_seen) AS TEXT)) AS first_seen,
        coalesce(substr(d.detail, length(d.detail) - 19),
            substr(replace(CAST(v.due AS TEXT), ' ', 'T'), 1, 19) || 'Z') AS due,
        CASE WHEN s.kind = 'closed' THEN s.at END AS closed_at,
        CASE WHEN s.kind = 'closed' THEN s.detail END AS cause,
        CASE WHEN w.kind = 'waived' THEN substr(w.detail, 1, length(w.detail) - 27) END AS waiver,
        CASE WHEN w.kind = 'waived' THEN substr(w.detail, length(w.detail) - 19) END
            AS waived_until,
        CAST(t.reopened AS INTEGER) AS reopened,
        CASE WHEN p.fingerprint IS NULL THEN v.item_id ELSE p.item_id END AS item_id,
        CASE WHEN p.fingerprint IS NULL THEN v.source ELSE p.source END AS source,
        CASE WHEN p.fingerprint IS NULL THEN v.report_id ELSE p.report_id END AS report_id,
        CASE WHEN p.fingerprint IS NULL THEN v.reported_at ELSE p.reported_at END AS reported_at,
        CASE WHEN p.fingerprint IS NULL THEN v.record ELSE p.record END AS record
    FROM turn AS t
    JOIN violation AS v ON v.fingerprint = t.fingerprint
    JOIN event AS s ON s.id = t.state
    LEFT JOIN event AS w ON w.id = t.waiver
    LEFT JOIN event AS d ON d.id = t.due
    LEFT JOIN episode AS p ON p.fingerprint = t.fingerprint AND p.number = t.reopened
)"""
"""`violation_then`: the violations as they stood at `:at`, with what that episode was proven by.

A waiver's event ends with ` until 2013-11-30T15:59:59Z`, that of a due date with `due ` and such a
time, and what was merged was first seen at the time in the middle of its; as texts these times sort
like moments.
"""

_HAPPENED = text(f"""{TOLD}
SELECT v.policy, v.control, t.at, t.run_id, t.kind,
    CASE WHEN t.kind = 'closed' THEN t.detail END, count(*)
FROM told AS t
JOIN violation AS v ON v.fingerprint = t.fingerprint
WHERE t.kind <> 'renamed' AND v.policy IN :policies
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 3, 4, 1, 2, 5, 6
""").bindparams(bindparam("policies", expanding=True, type_=String()))

_STANDING = text(f"""{THEN}
SELECT policy, control, count(*),
    sum(CASE WHEN waived_until >= :moment THEN 1 ELSE 0 END),
    sum(CASE WHEN due > :moment AND coalesce(waived_until < :moment, TRUE) THEN 1 ELSE 0 END),
    sum(CASE WHEN due <= :moment AND coalesce(waived_until < :moment, TRUE) THEN 1 ELSE 0 END)
FROM violation_then
WHERE status = 'open' AND policy IN :policies
GROUP BY policy, control
ORDER BY policy, control
""").bindparams(bindparam("policies", expanding=True, type_=String()))


class Change(NamedTuple):
    """So many violations of a control changed in one way at a moment, by a run or by hand."""

    policy: str
    control: str
    at: datetime
    run_id: int | None
    kind: str
    """opened, reopened, closed, reassigned, waived, waiver_lapsed, unwaived."""
    how: str | None
    """How they were closed: resolved, withdrawn ..."""
    violations: int


class Standing(NamedTuple):
    """How the open violations of a control stood at a moment: `open` is the sum of the others."""

    policy: str
    control: str
    open: int
    waived: int
    in_grace: int
    overdue: int


def read_changes(
    connection: Connection, policies: Sequence[str], until: datetime
) -> tuple[Change, ...]:
    """Count what happened to the violations of some policies up to an aware moment, by time.

    Opened + reopened - closed up to a moment are open at that moment.
    """
    asked = {"policies": list(policies), "at": to_stored(until)}
    return tuple(
        Change(policy, control, from_stored(at), *rest)
        for policy, control, at, *rest in connection.execute(_HAPPENED, asked)
    )


def count_standing(
    connection: Connection, policies: Sequence[str], at: datetime
) -> tuple[Standing, ...]:
    """Count the violations of some policies that were open at an aware moment, by control."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = {"policies": list(policies), "at": to_stored(at), "moment": moment}
    return tuple(
        Standing(policy, control, *map(int, counts))
        for policy, control, *counts in connection.execute(_STANDING, asked)
    )


def list_policies(connection: Connection) -> tuple[str, ...]:
    """Return the policies that any violation was ever of."""
    return tuple(
        connection.execute(text("SELECT DISTINCT policy FROM violation ORDER BY 1")).scalars()
    )
