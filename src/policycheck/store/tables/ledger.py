"""What was done: runs with their sums, and the reports that they were given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from policycheck.store.tables.columns import json_column, time_column


class RunRow(SQLModel, table=True):
    """One audit, or one act of an operator, with digests of all that it went by and wrote."""

    __tablename__ = "run"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = "audit"
    """audit, or what an operator did: retire, merge, prune ..."""
    started_at: datetime = Field(sa_column=time_column())
    as_of: datetime = Field(sa_column=time_column())
    version: str
    """Of policycheck."""
    catalogue_sha256: str
    people_sha256: str | None
    policies: list[dict[str, str]] = Field(sa_column=json_column())
    """`[{"policy": ..., "sha256": ...}]`."""
    options: dict[str, object] = Field(sa_column=json_column())
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
    unknown_reasons: dict[str, int] = Field(sa_column=json_column())
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
    received_at: datetime = Field(sa_column=time_column())
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
