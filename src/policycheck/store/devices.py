"""Devices, by whatever word people or systems call them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, String, bindparam, text

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


_DEVICES = """
SELECT d.device_key, d.device_id, d.name, d.serial, d.udid, d.platform, d.person_id, d.first_seen,
    s.source, coalesce(s.reported_at, r.received_at)
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
            " UNION SELECT device_key FROM device WHERE device_key = :word ORDER BY 1"
        ),
        given,
    )
    return tuple(str(key) for (key,) in rows)


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
    for *columns, first_seen, source, aged_from in rows:
        reported = from_nullable(aged_from)
        if device and device.device_key == columns[0]:
            device = _join(device, source, reported)
            continue
        if device:
            yield device
        sources = (source,) if source else ()
        device = Device(*[*columns, from_stored(first_seen), reported, sources])
    if device:
        yield device


def _join(device: Device, source: str, reported: datetime | None) -> Device:
    times = [moment for moment in (device.last_reported, reported) if moment]
    return replace(
        device, sources=(*device.sources, source), last_reported=max(times, default=None)
    )
