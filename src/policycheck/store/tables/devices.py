"""Devices, what they are called, and which facts of them count."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from policycheck.store.tables.columns import device_column, json_column, time_column


class DeviceRow(SQLModel, table=True):
    """A device as its newest reports describe it. Its key never changes."""

    __tablename__ = "device"
    __table_args__ = ({"sqlite_with_rowid": False},)

    device_key: str = Field(primary_key=True)
    device_id: str | None
    name: str | None
    serial: str | None
    udid: str | None
    platform: str | None
    person_id: str | None
    first_seen: datetime = Field(sa_column=time_column())
    judged: dict[str, int] = Field(sa_column=json_column())
    """Policy -> the last run that judged this device by it with news: another report, policy,
    catalogue or people file than before."""
    left_at: datetime | None = Field(sa_column=time_column(nullable=True))
    """When it last left the fleet: what was reported of it up to then counts no more."""
    merged_into: str | None
    """The device that it turned out to be; null for one that stands for itself."""
    merged_run: int | None
    """The last run in which another one became this: what that one's reports tell is news since."""


class AliasRow(SQLModel, table=True):
    """One of the words by which reports (and people) call a device."""

    __tablename__ = "alias"
    __table_args__ = ({"sqlite_with_rowid": False},)

    value: str = Field(primary_key=True)
    """device_id as reported; serial, udid and name in lower case."""
    kind: str = Field(primary_key=True)
    """serial, udid, name, or `device_id in SOURCE`: ids are one source's own."""
    device_key: str = Field(sa_column=device_column())


class DeviceSourceRow(SQLModel, table=True):
    """Which facts of a source are current for a device."""

    __tablename__ = "device_source"
    __table_args__ = ({"sqlite_with_rowid": False},)

    device_key: str = Field(sa_column=device_column())
    source: str = Field(primary_key=True)
    report_id: int
    report_no: int
    """Which of the reports in the segment."""
    reported_at: datetime | None = Field(sa_column=time_column(nullable=True))
    """Null where the report does not tell: its age then counts from when it was received."""
    segment: str | None
    """Where the facts were moved to; null: they are in the report's own segment."""
