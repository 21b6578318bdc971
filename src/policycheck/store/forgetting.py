"""Forgetting a person: what was found and when stays, and the chain; about whom it was goes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select, text, update

from policycheck.store.opened import without_people, words_for
from policycheck.store.retention import put_personal
from policycheck.store.tables import metadata
from policycheck.text import fold_text

_PERSONAL = metadata.tables["personal"]
_HELD = {"device": ("device_key", "person_id"), "violation": ("fingerprint", "person_id", "holder")}
"""The columns that name people, after the key of their table."""
_UNNAMED = (
    "UPDATE device SET name = NULL WHERE device_key = :key",
    "DELETE FROM alias WHERE device_key = :key AND kind = 'name'",
)


def find_words(connection: Connection, person: str) -> frozenset[str]:
    """Return the words for a person, folded: the given one, and what reports call them."""
    words = frozenset({fold_text(person)})
    for packed in connection.execute(select(_PERSONAL.c.packed)).scalars():
        words |= words_for(packed, words)
    return words


def forget(connection: Connection, words: Collection[str]) -> int:
    """Remove who some violations and devices were of, in the writer's transaction.

    words: those for one person, folded. Returns in how many rows that was. The names of their
    devices go too: they tell whose they are.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")  # what goes is overwritten
    rows = 0
    for table, (key, *columns) in _HELD.items():
        for column in columns:
            theirs = _find(connection, table, key, column, words)
            rows += len(theirs)
            _set_null(connection, table, key, column, theirs)
            if table == "device" and theirs:
                for statement in _UNNAMED:
                    connection.execute(text(statement), [{"key": each} for each in theirs])
    for run_id in connection.execute(select(_PERSONAL.c.run_id)).scalars().all():
        asked = select(_PERSONAL.c.packed).where(_PERSONAL.c.run_id == run_id)
        packed = connection.execute(asked).scalar_one()
        if words_for(packed, words):
            put_personal(connection, run_id, without_people(packed, words))
    return rows


def _find(
    connection: Connection, table: str, key: str, column: str, words: Collection[str]
) -> list[str]:
    rows = connection.execute(
        text(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL")
    )
    return [each for each, word in rows if fold_text(word) in words]


def _set_null(connection: Connection, name: str, key: str, column: str, keys: list[str]) -> None:
    table = metadata.tables[name]
    if keys:
        statement = update(table).where(table.c[key] == bindparam("key_")).values({column: None})
        connection.execute(statement, [{"key_": each} for each in keys])
