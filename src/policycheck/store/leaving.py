"""Devices that leave the fleet: what is open of them is closed as `device_left`.

An operator says so of one (`retire`), or a complete roster of all that it leaves out (`let_leave`).
What was reported of a device up to then counts no more; what is reported later brings it back, and
its violations, if they are still there, are reopened.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, text, update

from policycheck.store import bulk
from policycheck.store.chain import Deed, record_deeds
from policycheck.store.devices import PRESENT, Device
from policycheck.store.faults import fault
from policycheck.store.session import Session, fill, texts
from policycheck.store.tables import metadata
from policycheck.store.times import to_stored
from policycheck.store.violations import Filter, Violation, list_violations

RETIRE = "retire"
"""The kind of the runs that an operator retired a device by."""
LEFT = "device_left"
"""How the violations are closed."""
_VIOLATION = metadata.tables["violation"]
_DEVICE = metadata.tables["device"]
_CLOSED = (
    update(_VIOLATION)
    .where(_VIOLATION.c.fingerprint == bindparam("closed"))
    .values(status="closed", waiver=None, waived_until=None)
)
_FLEET = text(f"""
SELECT d.device_key, d.person_id FROM device AS d
WHERE {PRESENT} AND d.first_seen <= :at AND NOT EXISTS (
    SELECT 1 FROM device_source AS s JOIN report AS r ON r.id = s.report_id
    WHERE s.device_key = d.device_key AND coalesce(s.reported_at, r.received_at) > :at)
""")
_STILL_OPEN = text("""
SELECT v.fingerprint, v.device_key, v.person_id, CAST(coalesce(
    CASE WHEN coalesce(s.reported_at, r.received_at) > v.first_seen
        THEN coalesce(s.reported_at, r.received_at) END,
    v.first_seen) AS TEXT)
FROM violation AS v
LEFT JOIN device_source AS s ON s.device_key = v.device_key AND s.source = v.source
LEFT JOIN report AS r ON r.id = s.report_id
WHERE v.status = 'open'
""")
_ABSENT = f"""
CREATE OR REPLACE TEMP TABLE absent AS SELECT * FROM fleet ANTI JOIN identity USING (device_key);
INSERT INTO closing
SELECT fingerprint, '{LEFT}', 'report', last_seen FROM still_open
WHERE device_key IN (SELECT device_key FROM absent);
INSERT INTO closing
SELECT fingerprint, '{LEFT}', 'report', last_seen FROM still_open
WHERE device_key IS NULL
    AND person_id IN (SELECT person_id FROM absent)
    AND person_id NOT IN (
        SELECT person_id FROM fleet ANTI JOIN absent USING (device_key)
        WHERE person_id IS NOT NULL
        UNION SELECT person_id FROM judged_device WHERE person_id IS NOT NULL
    );
"""
_OTHERS = text(
    f"SELECT count(*) FROM device AS d WHERE d.person_id = :person AND d.device_key <> :key"
    f" AND {PRESENT}"
)


def let_leave(con: Session, connection: Connection, at: datetime) -> tuple[str, ...]:
    """Let the devices leave that a run, which was given the whole fleet, does not name.

    Not those of which anything newer than the run is known. Reads identity and judged_device;
    adds what that closes to `closing` (see lives.compute_lives). Returns the devices' keys.
    """
    given = {"at": to_stored(at)}
    con.execute("CREATE OR REPLACE TEMP TABLE fleet(device_key VARCHAR, person_id VARCHAR)")
    fill(con, "fleet", ("VARCHAR",) * 2, map(tuple, connection.execute(_FLEET, given)))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE still_open(fingerprint VARCHAR, device_key VARCHAR,"
        " person_id VARCHAR, last_seen TIMESTAMP)"
    )
    types = ("VARCHAR", "VARCHAR", "VARCHAR", "TIMESTAMP")
    fill(con, "still_open", types, map(tuple, connection.execute(_STILL_OPEN)))
    con.execute(_ABSENT)
    left = f"SELECT '{to_stored(at)}', device_key FROM absent ORDER BY device_key"
    bulk.update(con, connection, "device", "left_at", left, key="device_key")
    return tuple(texts(con, "SELECT device_key FROM absent ORDER BY 1"))


def retire(connection: Connection, device: Device, at: datetime, version: str) -> int:
    """Let a device leave the fleet at an aware moment; return how many violations that closes.

    Where it is its person's last one, that is also what is open of the person. Raises
    PolicycheckError where it is not in the fleet, or was reported after that moment. To be called
    last in its transaction.
    """
    if device.status != "present":
        raise fault(f"device {device.device_key} has left the fleet already")
    if device.last_reported and device.last_reported > at:
        hint = "what is reported of a device after it left brings it back"
        raise fault(f"device {device.device_key} was reported after that", hint)
    gone = [*_open_of(connection, device), *_open_of_person(connection, device)]
    close(connection, gone, LEFT, at)
    connection.execute(
        update(_DEVICE).where(_DEVICE.c.device_key == device.device_key).values(left_at=at)
    )
    deeds = [Deed(violation.fingerprint, "closed", LEFT) for violation in gone]
    options = {"device": device.device_key}
    record_deeds(connection, RETIRE, deeds, at=at, version=version, options=options)
    return len(gone)


def close(connection: Connection, violations: list[Violation], how: str, at: datetime) -> None:
    """Write that open violations are closed; their events are the caller's."""
    rows = [
        {"closed": v.fingerprint, "cause": how, "closed_at": at, "last_seen": v.last_seen}
        for v in violations
    ]
    if rows:
        connection.execute(_CLOSED, rows)


def _open_of(connection: Connection, device: Device) -> list[Violation]:
    key = device.device_key
    found = list_violations(connection, Filter(device=key))
    return [violation for violation in found if violation.device_key == key]


def _open_of_person(connection: Connection, device: Device) -> list[Violation]:
    """Return what is demanded of a person and open, if they have no other device."""
    asked = {"person": device.person_id, "key": device.device_key}
    if device.person_id is None or connection.execute(_OTHERS, asked).scalar_one():
        return []
    found = list_violations(connection, Filter(person=device.person_id))
    return [violation for violation in found if violation.device_key is None]
