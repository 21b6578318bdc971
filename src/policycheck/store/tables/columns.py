"""Columns that several tables have alike."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, String

from policycheck.store.times import UtcTime


def time_column(*, nullable: bool = False) -> Column[datetime]:
    """Return a column of aware times."""
    return Column(UtcTime(), nullable=nullable)


def json_column() -> Column[object]:
    """Return a column of JSON values, which are never null."""
    return Column(JSON(), nullable=False)


def device_column() -> Column[str]:
    """Return part of a key: a device."""
    return Column(String(), primary_key=True)
