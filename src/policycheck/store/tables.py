"""The tables of the database.

Rows (`...Row`) are how things lie in the database, not what the program speaks: SQLModel does
not validate table rows, so queries convert them at the door. Bulk work never builds rows at
all. What repeats in ten thousands of violations (an item, a report, a control's severity) has a
table of its own.

A change here needs a migration: `tests/store/test_database.py` compares the two.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, ForeignKey, LargeBinary, String
from sqlmodel import Field, SQLModel

from policycheck.store.times import UtcTime

metadata = SQLModel.metadata
"""All tables of the database, once this module is imported."""


def _time(*, nullable: bool = False) -> Column[datetime]:
    return Column(UtcTime(), nullable=nullable)


def _device_entered_later() -> Column[str]:
    """Make part of a key of a device that is written after this, in the same transaction."""
    device = ForeignKey("device.device_key", deferrable=True, initially="DEFERRED")
    return Column(String(), device, primary_key=True)


def _json() -> Column[object]:
    return Column(JSON(), nullable=False)


class RunRow(SQLModel, table=True):
    """One audit, or one act of an operator, with digests of all that it went by and wrote."""

    __tablename__ = "run"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = "audit"
    """audit, or what an operator did: retire, merge, prune ..."""
    started_at: datetime = Field(sa_column=_time())
    as_of: datetime = Field(sa_column=_time())
    version: str
    """Of policycheck."""
    catalogue_sha256: str
    people_sha256: str | None
    policies: list[dict[str, str]] = Field(sa_column=_json())
    """`[{"policy": ..., "sha256": ...}]`."""
    options: dict[str, object] = Field(sa_column=_json())
    facts: str | None
    """Digest of the segment with the facts that this run added; null where no report was newer."""
    previous: str | None = None
    """The hash of the run before it."""
    seal: dict[str, object] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    """Counts and digests of the rows that it wrote, and the contents that it went by."""
    hash: str | None = None
    """Of all of the above; see chain.py. Null only while its transaction is open."""


class TallyRow(SQLModel, table=True):
    """The sums of one control in one run."""

    __tablename__ = "tally"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    policy: str = Field(primary_key=True)
    control: str = Field(primary_key=True)
    grain: str
    all: int
    not_applicable: int
    excused: int
    in_scope: int
    passed: int
    violation: int
    advice: int
    unknown: int
    unknown_reasons: dict[str, int] = Field(sa_column=_json())
    stale: int
    waived: int
    in_grace: int
    coverage: float | None


class ReportRow(SQLModel, table=True):
    """The ledger: every report file that a run was given, also late and repeated ones."""

    __tablename__ = "report"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    path: str
    sha256: str = Field(index=True)
    format: str
    devices: int
    items: int
    records: int
    rejected: int
    received_at: datetime = Field(sa_column=_time())
    segment: str | None
    """Digest of the segment with its facts; null where none of them was new."""


class RejectionRow(SQLModel, table=True):
    """An input row (or, without a record, a file) that could not be used, and why."""

    __tablename__ = "rejection"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    path: str
    record: int | None
    reason: str


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
    first_seen: datetime = Field(sa_column=_time())
    judged: dict[str, int] = Field(sa_column=_json())
    """Policy -> the last run that judged this device by it with news: another report, policy,
    catalogue or people file than before."""
    left_at: datetime | None = Field(sa_column=_time(nullable=True))
    """When it last left the fleet: what was reported of it up to then counts no more."""
    merged_into: str | None
    """The device that it turned out to be; null for one that stands for itself."""


class AliasRow(SQLModel, table=True):
    """One of the words by which reports (and people) call a device."""

    __tablename__ = "alias"
    __table_args__ = ({"sqlite_with_rowid": False},)

    value: str = Field(primary_key=True)
    """device_id as reported; serial, udid and name in lower case."""
    kind: str = Field(primary_key=True)
    """serial, udid, name, or `device_id in SOURCE`: ids are one source's own."""
    device_key: str = Field(sa_column=_device_entered_later())


class DeviceSourceRow(SQLModel, table=True):
    """Which facts of a source are current for a device."""

    __tablename__ = "device_source"
    __table_args__ = ({"sqlite_with_rowid": False},)

    device_key: str = Field(sa_column=_device_entered_later())
    source: str = Field(primary_key=True)
    report_id: int = Field(foreign_key="report.id")
    report_no: int
    """Which of the reports in the segment."""
    reported_at: datetime | None = Field(sa_column=_time(nullable=True))
    """Null where the report does not tell: its age then counts from when it was received."""
    segment: str | None
    """Where the facts were moved to; null: they are in the report's own segment."""


class ViolationRow(SQLModel, table=True):
    """A violation and its life. What it was opened with stays as it was then."""

    __tablename__ = "violation"

    fingerprint: str = Field(primary_key=True)
    policy: str
    control: str
    device_key: str | None = Field(index=True, foreign_key="device.device_key")
    """Null for what is demanded of a person."""
    person_id: str | None
    """Who held the device at opening."""
    holder: str | None
    """Who holds it now, as reports name them: a new holder has a due date of their own."""
    subject: str
    item_id: int | None = Field(foreign_key="item.id")
    """Null where something required is absent."""
    status: str
    """open or closed."""
    first_seen: datetime = Field(sa_column=_time())
    last_seen: datetime | None = Field(sa_column=_time(nullable=True))
    """Null while it is open: then it follows from the device's current reports."""
    due: datetime = Field(sa_column=_time())
    closed_at: datetime | None = Field(sa_column=_time(nullable=True))
    cause: str | None
    """Why it was closed: resolved, policy_changed, out_of_scope ..."""
    waiver: str | None
    """The waiver by which it was waived when it was last judged; null also once it is closed."""
    waived_until: datetime | None = Field(sa_column=_time(nullable=True))
    """The last moment of that waiver: it lapses by itself."""
    reopened: int
    source: str | None
    report_id: int | None = Field(foreign_key="report.id")
    reported_at: datetime | None = Field(sa_column=_time(nullable=True))
    record: int | None
    """The evidence: the record of the report of the source that proved it."""


class EpisodeRow(SQLModel, table=True):
    """What an earlier opening of a violation was proven by; the last one's is the violation's."""

    __tablename__ = "episode"
    __table_args__ = ({"sqlite_with_rowid": False},)

    fingerprint: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    """How often it had been reopened by then."""
    item_id: int | None = Field(foreign_key="item.id")
    source: str | None
    report_id: int | None = Field(foreign_key="report.id")
    reported_at: datetime | None = Field(sa_column=_time(nullable=True))
    record: int | None


class EventRow(SQLModel, table=True):
    """What happened to a violation. Events are only ever added; states follow from them."""

    __tablename__ = "event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=_time())
    run_id: int | None = Field(foreign_key="run.id")
    fingerprint: str = Field(index=True)
    kind: str
    """opened, closed, reopened, reassigned, renamed, merged, waived, waiver_lapsed, unwaived."""
    cause: str
    """report, policy, catalogue, people, waiver, clock or operator."""
    detail: str | None
    """How it was closed; when it is due (opened, reopened, reassigned: `due 2013-11-30T16:00:00Z`);
    the fingerprint that it had before it was renamed; which violation became one with it
    (`merged`), when that was first seen and when they are due: `ID first seen TIME due TIME`; the
    waiver, and (`waived`) until when it holds: `ID until 2013-11-30T15:59:59Z`."""
    hash: str
    """Of all of the above; see chain.py."""


class ContentRow(SQLModel, table=True):
    """A text or a table that runs went by, kept once, by its digest."""

    __tablename__ = "content"

    sha256: str = Field(primary_key=True)
    """Of the content before it was compressed."""
    kind: str
    """policy, waiver, attestation, app or openings."""
    packed: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    """Compressed by zstd."""


class PersonalRow(SQLModel, table=True):
    """Who the violations were about that a run opened: what can be forgotten.

    The chain holds salted digests of it only (see openings.py).
    """

    __tablename__ = "personal"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    packed: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    """A Parquet table."""


class WatcherRow(SQLModel, table=True):
    """A watcher's heartbeat: no part of what is judged, and not in the chain (see watchers.py)."""

    __tablename__ = "watcher"

    name: str = Field(primary_key=True)
    inbox: str
    started_at: datetime = Field(sa_column=_time())
    beat_at: datetime = Field(sa_column=_time())
    state: str
    last_run: int | None
    last_run_at: datetime | None = Field(sa_column=_time(nullable=True))
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
    moment: datetime = Field(sa_column=_time())
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
    told_at: datetime = Field(sa_column=_time())
    """When its last digest was made."""


class MessageRow(SQLModel, table=True):
    """A digest for one recipient: the outbox. The very same is sent again until it is taken."""

    __tablename__ = "message"

    key: str = Field(primary_key=True)
    """By which the recipient can tell that one came twice."""
    channel: str
    recipient: str
    """An address; empty where the channel is one place."""
    made_at: datetime = Field(sa_column=_time())
    notices: int
    title: str
    """Empty, as is the body, once it is sent: nobody needs it any more."""
    body: str
    tries: int
    try_at: datetime | None = Field(sa_column=Column(UtcTime(), nullable=True, index=True))
    """Not before then; null once it is sent."""
    sent_at: datetime | None = Field(sa_column=_time(nullable=True))
    trouble: str | None
    """Why the last try failed."""
