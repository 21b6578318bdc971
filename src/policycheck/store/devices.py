"""Devices, by whatever word people or systems call them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, String, bindparam, text

from policycheck.problems import quote
from policycheck.store.faults import fault
from policycheck.store.times import from_nullable, from_stored


@dataclass(frozen=True, slots=True)
class Device:
    """A device as its newest reports describe it. Times are aware."""

    device_key: str
    device_id: str | None
    name: str | None
    serial: str | None
    udid: str | None
    platform: str | None
    person_id: str | None
    first_seen: datetime
    last_reported: datetime | None
    """The age of its newest report; null for a device without facts."""
    sources: tuple[str, ...]
    left_at: datetime | None = None
    """When it last left the fleet."""
    merged_into: str | None = None
    """The device that it turned out to be."""

    @property
    def status(self) -> str:
        """Whether it is in the fleet: `present`, `left` or `merged`.

        What is reported of it after it left brings it back.
        """
        if self.merged_into is not None:
            return "merged"
        if self.left_at is None or (self.last_reported and self.last_reported > self.left_at):
            return "present"
        return "left"


PRESENT = """
d.merged_into IS NULL AND (d.left_at IS NULL OR EXISTS (
    SELECT 1 FROM device_source AS f JOIN report AS g ON g.id = f.report_id
    WHERE f.device_key = d.device_key AND coalesce(f.reported_at, g.received_at) > d.left_at))
"""
"""The condition that a `device AS d` is in the fleet."""
_DEVICES = """
SELECT d.device_key, d.device_id, d.name, d.serial, d.udid, d.platform, d.person_id, d.first_seen,
    d.left_at, d.merged_into, s.source, coalesce(s.reported_at, r.received_at)
FROM device AS d
LEFT JOIN device_source AS s ON s.device_key = d.device_key
LEFT JOIN report AS r ON r.id = s.report_id
"""


def find_devices(connection: Connection, word: str) -> tuple[str, ...]:
    """Return the keys of the devices that are called so: by key, id, serial, udid or name."""
    given = {"word": word.strip(), "folded": word.strip().lower()}
    rows = connection.execute(
        text(
            "SELECT device_key FROM alias WHERE value IN (:word, :folded)"
            " UNION SELECT device_key FROM device WHERE device_key = :word"
            " AND merged_into IS NULL ORDER BY 1"
        ),
        given,
    )
    return tuple(str(key) for (key,) in rows)


def find_devices_of(connection: Connection, person_id: str) -> tuple[str, ...]:
    """Return the keys of all devices that a person was last reported to use, sorted."""
    asked = text("SELECT device_key FROM device WHERE person_id = :person ORDER BY 1")
    return tuple(connection.execute(asked, {"person": person_id}).scalars())


def list_devices(connection: Connection, keys: Sequence[str] | None = None) -> Iterator[Device]:
    """Yield the devices of some keys, or all, sorted by key."""
    if keys is None:
        rows = connection.execute(text(_DEVICES + "ORDER BY d.device_key, s.source"))
    else:
        some = text(_DEVICES + "WHERE d.device_key IN :keys ORDER BY d.device_key, s.source")
        rows = connection.execute(
            some.bindparams(bindparam("keys", expanding=True, type_=String())), {"keys": list(keys)}
        )
    device: Device | None = None
    for *columns, first_seen, left_at, merged_into, source, aged_from in rows:
        reported = from_nullable(aged_from)
        if device and device.device_key == columns[0]:
            device = _join(device, source, reported)
            continue
        if device:
            yield device
        sources = (source,) if source else ()
        life = [from_stored(first_seen), reported, sources, from_nullable(left_at), merged_into]
        device = Device(*[*columns, *life])
    if device:
        yield device


def find_device(connection: Connection, word: str) -> Device:
    """Return the one device that is called so.

    Raises PolicycheckError where none or several are.
    """
    keys = find_devices(connection, word)
    if not keys:
        hint = "an id, a serial number, a udid or a name will do, as they were reported"
        raise fault(f"no device in the store is called {quote(word)}", hint)
    if len(keys) > 1:
        hint = f"name one of them: {', '.join(keys)}"
        raise fault(f"{len(keys)} devices are called {quote(word)}", hint)
    (device,) = list_devices(connection, keys)
    return device


def read_aliases(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Return all words by which each device is called, sorted, by its key."""
    words: dict[str, list[str]] = {}
    rows = connection.execute(text("SELECT DISTINCT device_key, value FROM alias ORDER BY 1, 2"))
    for key, value in rows:
        words.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in words.items()}


def _join(device: Device, source: str, reported: datetime | None) -> Device:
    times = [moment for moment in (device.last_reported, reported) if moment]
    return replace(
        device, sources=(*device.sources, source), last_reported=max(times, default=None)
    )
