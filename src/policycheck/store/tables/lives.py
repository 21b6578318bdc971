"""Violations and their lives, and what many of them share."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from policycheck.store.tables.columns import time_column

MARK_LENGTH = 8
MARK = f"substr(fingerprint, 1, {MARK_LENGTH})"


class ControlRow(SQLModel, table=True):
    """A control as the last run that judged it found it."""

    __tablename__ = "control"

    policy: str = Field(primary_key=True)
    control: str = Field(primary_key=True)
    severity: str
    obligation: str


class ItemRow(SQLModel, table=True):
    """A distinct item that some violation was about, as the catalogue saw it then."""

    __tablename__ = "item"

    id: int | None = Field(default=None, primary_key=True)
    kind: str | None
    identifier: str | None
    name: str | None
    version: str | None
    app_id: str | None
    basis: str | None
    confidence: str | None


class ViolationRow(SQLModel, table=True):
    """A violation and its life. What it was opened with stays as it was then."""

    __tablename__ = "violation"

    fingerprint: str = Field(primary_key=True)
    policy: str
    control: str
    device_key: str | None = Field(index=True)
    """Null for what is demanded of a person."""
    person_id: str | None
    """Who held the device at opening."""
    holder: str | None
    """Who holds it now, as reports name them: a new holder has a due date of their own."""
    subject: str
    item_id: int | None
    """Null where something required is absent."""
    status: str
    """open or closed."""
    first_seen: datetime = Field(sa_column=time_column())
    last_seen: datetime | None = Field(sa_column=time_column(nullable=True))
    """Null while it is open: then it follows from the device's current reports."""
    due: datetime = Field(sa_column=time_column())
    closed_at: datetime | None = Field(sa_column=time_column(nullable=True))
    cause: str | None
    """Why it was closed: resolved, policy_changed, out_of_scope ..."""
    waiver: str | None
    """The waiver by which it was waived when it was last judged; null also once it is closed."""
    waived_until: datetime | None = Field(sa_column=time_column(nullable=True))
    """The last moment of that waiver: it lapses by itself."""
    reopened: int
    source: str | None
    report_id: int | None
    reported_at: datetime | None = Field(sa_column=time_column(nullable=True))
    record: int | None
    """The evidence: the record of the report of the source that proved it."""


class EpisodeRow(SQLModel, table=True):
    """What an earlier opening of a violation was proven by; the last one's is the violation's."""

    __tablename__ = "episode"
    __table_args__ = ({"sqlite_with_rowid": False},)

    fingerprint: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    """How often it had been reopened by then."""
    item_id: int | None
    source: str | None
    report_id: int | None
    reported_at: datetime | None = Field(sa_column=time_column(nullable=True))
    record: int | None


class EventRow(SQLModel, table=True):
    """What happened to a violation. Events are only ever added; states follow from them.

    They are found by the beginnings of fingerprints: those of a run lie all over an index, and so
    it is written anew as a whole. This one is a third as large.
    """

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_mark", text(MARK)),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=time_column())
    run_id: int | None
    fingerprint: str
    kind: str
    """opened, closed, reopened, reassigned, renamed, merged, waived, waiver_lapsed, unwaived."""
    cause: str
    """report, policy, catalogue, people, waiver, clock or operator."""
    detail: str | None
    """How it was closed; when it is due (opened, reopened, reassigned: `due 2013-11-30T16:00:00Z`);
    the fingerprint that it had before it was renamed; which violation became one with it
    (`merged`), when they were first seen and when they are due: `ID first seen TIME due TIME`; the
    waiver, and (`waived`) until when it holds: `ID until 2013-11-30T15:59:59Z`."""
    hash: str
    """Of all of the above; see chain.py."""
