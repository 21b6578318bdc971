"""Who watches, and whom something is told: none of this is in the chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from policycheck.store.tables.columns import time_column
from policycheck.store.times import UtcTime


class WatcherRow(SQLModel, table=True):
    """A watcher's heartbeat: no part of what is judged, and not in the chain (see watchers.py)."""

    __tablename__ = "watcher"

    name: str = Field(primary_key=True)
    inbox: str
    started_at: datetime = Field(sa_column=time_column())
    beat_at: datetime = Field(sa_column=time_column())
    state: str
    last_run: int | None
    last_run_at: datetime | None = Field(sa_column=time_column(nullable=True))
    backlog: int
    held: int
    rejected_today: int
    trouble: str
    refused: str


class NoticeRow(SQLModel, table=True):
    """What the clock or a run's sums brought about, to be told: no event of the chain says it."""

    __tablename__ = "notice"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    """due_soon, overdue, waiver_lapsing, coverage_low or coverage_back."""
    moment: datetime = Field(sa_column=time_column())
    """When it is due, or the waiver's last moment; of coverage: as of when."""
    fingerprint: str | None = Field(index=True)
    """Of the violation; null for coverage."""
    number: int
    """How often the violation had been reopened; of coverage: the run."""
    policy: str | None
    """Of coverage only, as are the next two."""
    control: str | None
    share: float | None


class ChannelRow(SQLModel, table=True):
    """How far a channel has been told. There is no row before somebody let it begin."""

    __tablename__ = "channel"

    name: str = Field(primary_key=True)
    event_id: int
    """The last event that is told, or in a message that waits; so with the next."""
    notice_id: int
    told_at: datetime = Field(sa_column=time_column())
    """When its last digest was made."""


class MessageRow(SQLModel, table=True):
    """A digest for one recipient: the outbox. The very same is sent again until it is taken."""

    __tablename__ = "message"

    key: str = Field(primary_key=True)
    """By which the recipient can tell that one came twice."""
    channel: str
    recipient: str
    """An address; empty where the channel is one place, and once it is sent."""
    made_at: datetime = Field(sa_column=time_column())
    notices: int
    title: str
    """Empty, as is the body, once it is sent: nobody needs it any more."""
    body: str
    tries: int
    try_at: datetime | None = Field(sa_column=Column(UtcTime(), nullable=True, index=True))
    """Not before then; null once it is sent."""
    sent_at: datetime | None = Field(sa_column=time_column(nullable=True))
    trouble: str | None
    """Why the last try failed."""
