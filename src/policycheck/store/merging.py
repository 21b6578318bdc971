"""Two devices that turn out to be one: words, facts and lives of one become the other's.

A violation that only one of them has keeps its life under the fingerprint that it has there. Of two
that become one, the kept device's goes on, open if either is, first seen when the earlier one
was, and due as that one; the other is closed as `device_merged`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, text, update

from policycheck.store.chain import Deed, record_deeds
from policycheck.store.devices import Device
from policycheck.store.faults import fault
from policycheck.store.tables import metadata
from policycheck.store.times import from_stored

MERGE = "merge"
"""The kind of the runs that an operator merged two devices by."""
MERGED = "device_merged"
"""How a violation is closed of which the kept device has the like."""
_VIOLATION, _EPISODE = metadata.tables["violation"], metadata.tables["episode"]
_DEVICE, _ALIAS = metadata.tables["device"], metadata.tables["alias"]
_SOURCE = metadata.tables["device_source"]
_PROOF = ("item_id", "source", "report_id", "reported_at", "record")
_DUE = ("due", "holder")
"""A due date is its holder's."""
_AGES = text(
    "SELECT s.source, coalesce(s.reported_at, r.received_at) FROM device_source AS s"
    " JOIN report AS r ON r.id = s.report_id WHERE s.device_key = :key"
)


def merge(connection: Connection, kept: Device, gone: Device, at: datetime, version: str) -> int:
    """Make two devices one at an aware moment; return how many violations were the other's.

    Raises PolicycheckError where they are one already. To be called last in its transaction.
    """
    if kept.device_key == gone.device_key:
        raise fault(f"both are device {kept.device_key}", "name two devices")
    _join_words(connection, kept.device_key, gone.device_key)
    ages = _join_facts(connection, kept, gone)
    rows = connection.execute(
        select(_VIOLATION).where(_VIOLATION.c.device_key == gone.device_key)
        .order_by(_VIOLATION.c.fingerprint)
    ).mappings().all()  # fmt: skip
    deeds = [deed for row in rows for deed in _join_lives(connection, kept.device_key, row, at)]
    options = {"device": kept.device_key, "merged": gone.device_key}
    run = record_deeds(connection, MERGE, deeds, at=at, version=version, options=options)
    joined = {
        "first_seen": min(kept.first_seen, gone.first_seen),
        "left_at": _left_at(kept, gone, ages),
        "judged": _join_judged(connection, kept.device_key, gone.device_key),
        "merged_run": run,
    }
    _change_device(connection, kept.device_key, **joined)
    _change_device(connection, gone.device_key, merged_into=kept.device_key)
    return len(rows)


def _change_device(connection: Connection, key: str, **values: object) -> None:
    connection.execute(update(_DEVICE).where(_DEVICE.c.device_key == key).values(**values))


def _join_words(connection: Connection, kept: str, gone: str) -> None:
    """Give the kept device the other's words; one that both have stays one."""
    rows = connection.execute(select(_ALIAS).where(_ALIAS.c.device_key.in_((kept, gone)))).all()
    there = {(row.value, row.kind) for row in rows if row.device_key == kept}
    new = {(row.value, row.kind) for row in rows if row.device_key == gone} - there
    connection.execute(delete(_ALIAS).where(_ALIAS.c.device_key == gone))
    if new:
        words = [{"value": v, "kind": k, "device_key": kept} for v, k in sorted(new)]
        connection.execute(insert(_ALIAS), words)


def _join_facts(connection: Connection, kept: Device, gone: Device) -> list[datetime]:
    """Let the newer report of each source count; none of before its device left.

    Returns the ages of those that count.
    """
    own, theirs = _drop_left_behind(connection, kept), _drop_left_behind(connection, gone)
    for source in own.keys() & theirs.keys():
        loser = gone if own[source] >= theirs[source] else kept
        _drop_facts(connection, loser.device_key, source)
    moved = update(_SOURCE).where(_SOURCE.c.device_key == gone.device_key)
    connection.execute(moved.values(device_key=kept.device_key))
    return [max(own.get(each, age), age) for each, age in (own | theirs).items()]


def _drop_left_behind(connection: Connection, device: Device) -> dict[str, datetime]:
    """Drop what was reported of a device before it left; return how old the rest is, by source."""
    rows = connection.execute(_AGES, {"key": device.device_key}).all()
    ages = {str(source): from_stored(age) for source, age in rows}
    for source, age in list(ages.items()):
        if device.left_at and age <= device.left_at:
            _drop_facts(connection, device.device_key, source)
            del ages[source]
    return ages


def _drop_facts(connection: Connection, key: str, source: str) -> None:
    mine = (_SOURCE.c.device_key == key, _SOURCE.c.source == source)
    connection.execute(delete(_SOURCE).where(*mine))


def _left_at(kept: Device, gone: Device, ages: Sequence[datetime]) -> datetime | None:
    """Return when either left last, before all that counts of them: those are there since."""
    leaves = [each.left_at for each in (kept, gone) if each.left_at]
    return max((left for left in leaves if all(age > left for age in ages)), default=None)


def _join_judged(connection: Connection, *keys: str) -> dict[str, int]:
    """Return by which run both were judged by each policy: what either does not know is news."""
    joined: dict[str, int] = {}
    asked = select(_DEVICE.c.judged).where(_DEVICE.c.device_key.in_(keys))
    for judged in connection.execute(asked).scalars():
        joined |= {policy: min(run, joined.get(policy, run)) for policy, run in judged.items()}
    return joined


def _join_lives(connection: Connection, kept: str, old: RowMapping, at: datetime) -> Iterator[Deed]:
    """Give a violation of the other device to the kept one; yield what is to be recorded."""
    name = _fingerprint(old["policy"], old["control"], kept, old["subject"])
    asked = select(_VIOLATION).where(_VIOLATION.c.fingerprint == name)
    like = connection.execute(asked).mappings().one_or_none()
    if like is None:
        _change(connection, old["fingerprint"], fingerprint=name, device_key=kept)
        renamed = update(_EPISODE).where(_EPISODE.c.fingerprint == old["fingerprint"])
        connection.execute(renamed.values(fingerprint=name))
        yield Deed(name, "renamed", old["fingerprint"])
        return
    since = min(old["first_seen"], like["first_seen"])
    leading = old if old["first_seen"] < like["first_seen"] else like
    _change(connection, name, first_seen=since, **{column: leading[column] for column in _DUE})
    told = f"first seen {since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ} {_due(leading)}"
    yield Deed(name, "merged", f"{old['fingerprint']} {told}")
    if old["status"] == "open":
        closed = {"status": "closed", "cause": MERGED, "closed_at": at}
        _change(connection, old["fingerprint"], **closed, waiver=None, waived_until=None)
        yield Deed(old["fingerprint"], "closed", MERGED)
    if (old["status"], like["status"]) == ("open", "closed"):
        _reopen(connection, like, old)
        yield Deed(name, "reopened", _due(old))


def _reopen(connection: Connection, like: RowMapping, old: RowMapping) -> None:
    """Open the kept device's violation by what the other's is proven by."""
    ended = {column: like[column] for column in ("fingerprint", *_PROOF)}
    connection.execute(insert(_EPISODE).values(number=like["reopened"], **ended))
    state = {"status": "open", "last_seen": None, "closed_at": None, "cause": None}
    proof = {column: old[column] for column in (*_PROOF, *_DUE)}
    _change(connection, like["fingerprint"], **state, **proof, reopened=like["reopened"] + 1)


def _change(connection: Connection, name: str, **values: object) -> None:
    changed = update(_VIOLATION).where(_VIOLATION.c.fingerprint == name)
    connection.execute(changed.values(**values))


def _due(row: RowMapping) -> str:
    return f"due {row['due'].astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _fingerprint(*parts: str) -> str:
    """Return a violation's identity, as judge.sql makes it."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
