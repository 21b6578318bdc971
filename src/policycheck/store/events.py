"""Which events are a violation's."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, literal_column

from policycheck.store.tables import metadata
from policycheck.store.tables.lives import MARK, MARK_LENGTH

EVENT = metadata.tables["event"]


def is_about(names: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that events are about violations of some names.

    There is an index of the names' beginnings only (see EventRow), which SQLite would not use if
    it knew the whole of a name: it would put that in the place of the column everywhere.
    """
    marks = {name[:MARK_LENGTH] for name in names}
    whole = EVENT.c.fingerprint + literal_column("''")
    return and_(literal_column(MARK).in_(sorted(marks)), whole.in_(names))
