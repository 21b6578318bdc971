"""The words of the generator: a person, a device and an item, as any of the reports tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Person:
    """One row of the people file."""

    person_id: str
    email: str
    name: str
    type: str
    department: str
    location: str


@dataclass(frozen=True)
class Item:
    """One thing that a device carries; None is left out of the report."""

    name: str | None
    identifier: str | None = None
    identifier_type: str | None = None
    publisher: str | None = None
    version: str | None = None
    store_category: str | None = None
    install_source: str | None = None
    profile: str | None = None
    kind: str = "app"


@dataclass(frozen=True)
class Device:
    """One device and its items. `listing` is all, managed, or None: its apps are not listed."""

    device_id: str
    name: str
    platform: str
    form: str
    os_version: str | None
    ownership: str | None
    user_id: str | None
    reported_at: datetime
    listing: str | None
    items: list[Item] = field(default_factory=list)
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
