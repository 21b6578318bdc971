"""Devices that leave the fleet: what is open of them is closed as `device_left`.

What was reported of a device up to then counts no more; what is reported later brings it back, and
its violations, if they are still there, are reopened.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, text, update

from policycheck.store.chain import Deed, record_deeds
from policycheck.store.devices import PRESENT, Device
from policycheck.store.faults import fault
from policycheck.store.tables import metadata
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
_OTHERS = text(
    f"SELECT count(*) FROM device AS d WHERE d.person_id = :person AND d.device_key <> :key"
    f" AND {PRESENT}"
)


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
