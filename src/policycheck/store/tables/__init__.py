"""The tables of the database.

Rows (`...Row`) are how things lie in the database, not what the program speaks: SQLModel does
not validate table rows, so queries convert them at the door. Bulk work never builds rows at
all. What repeats in ten thousands of violations (an item, a report, a control's severity) has a
table of its own.

What a large run writes most of (devices, violations, events) has no foreign keys: to look them up
took PostgreSQL a fifth of the run.

A change here needs a migration: `tests/store/test_database.py` compares the two.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from policycheck.store.tables.devices import AliasRow, DeviceRow, DeviceSourceRow
from policycheck.store.tables.evidence import ContentRow, PersonalRow
from policycheck.store.tables.ledger import RejectionRow, ReportRow, RunRow, TallyRow
from policycheck.store.tables.lives import ControlRow, EpisodeRow, EventRow, ItemRow, ViolationRow
from policycheck.store.tables.telling import ChannelRow, MessageRow, NoticeRow, WatcherRow

metadata = SQLModel.metadata
"""All tables of the database, once this package is imported."""

__all__ = [
    "AliasRow",
    "ChannelRow",
    "ContentRow",
    "ControlRow",
    "DeviceRow",
    "DeviceSourceRow",
    "EpisodeRow",
    "EventRow",
    "ItemRow",
    "MessageRow",
    "NoticeRow",
    "PersonalRow",
    "RejectionRow",
    "ReportRow",
    "RunRow",
    "TallyRow",
    "ViolationRow",
    "WatcherRow",
    "metadata",
]
