"""Points in time, in the database: UTC, and one text for one moment.

SQLite has no type for times: it compares and sorts text. So every path that writes a time,
the ORM, raw bulk inserts and DuckDB (`SQL_FORMAT`), writes the very same text.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

SQL_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
"""The stored text of a time, in the notation of both strftime and DuckDB."""


class UtcTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC without its zone (on PostgreSQL: `timestamptz`)."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """Let PostgreSQL keep the zone; SQLite has none."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into what the database holds; a naive one is a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a stored time its zone back."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def to_stored(moment: datetime) -> str:
    """Return the text that `UtcTime` stores on SQLite, for statements written by hand."""
    return moment.astimezone(UTC).strftime(SQL_FORMAT)


def from_stored(moment: str | datetime) -> datetime:
    """Read a stored time, as statements written by hand return it: text, or a PostgreSQL time."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def from_nullable(moment: str | datetime | None) -> datetime | None:
    """Read a stored time that may be null."""
    return None if moment is None else from_stored(moment)
