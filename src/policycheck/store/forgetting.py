"""Forgetting a person: what was found and when stays, and the chain; about whom it was goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection, String, TextClause, bindparam, select, text

from policycheck.store.faults import fault
from policycheck.store.opened import list_people, without_people
from policycheck.store.outbox import drop_messages
from policycheck.store.retention import put_personal
from policycheck.store.stock import Use
from policycheck.store.tables import metadata
from policycheck.text import fold_text

_PERSONAL = metadata.tables["personal"]
_AT_ONCE = 200
_HELD = {"violation": ("person_id", "holder"), "device": ("person_id",)}
"""The columns that name people."""
_NAMES = (
    "SELECT name FROM device WHERE name IS NOT NULL GROUP BY name"
    " HAVING min(CASE WHEN person_id IN :words THEN 1 ELSE 0 END) = 1"
)
"""What only their devices are called."""
_UNNAMED = (
    "DELETE FROM alias WHERE kind = 'name' AND device_key IN"
    " (SELECT device_key FROM device WHERE person_id IN :words)",
    "UPDATE device SET name = NULL WHERE person_id IN :words",
)


class Called(NamedTuple):
    """What a person is called. All words are folded."""

    words: frozenset[str]
    """The given one, and those that are nobody else's."""
    doubtful: tuple[str, ...] = ()
    """Those that may be somebody else's, sorted."""


NOBODY = Called(frozenset())


class Forgotten(NamedTuple):
    """In how many places it is no longer told about whom something is."""

    rows: int
    """Devices and violations."""
    messages: int
    """Messages that told of the person, and are gone with all that they told."""


NOTHING_FORGOTTEN = Forgotten(0, 0)


def find_words(connection: Connection, person: str, uses: Iterable[Use]) -> Called:
    """Return the words for a person: the given one, and what else the store knows them by.

    An id has user names: those of the reports that were judged as of that person. Those that no
    other id has are forgotten with the id. The id is forgotten with a user name if it has no
    other one: of a device that two people use, the other one's is not to be told apart from a
    second name of the same person. Raises PolicycheckError where no word is given.
    """
    given = fold_text(person)
    if not given:
        raise fault("nobody is called nothing", "name the person by id, mail or user name")
    pairs, ids = _read_pairs(connection, uses)
    users, persons = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for one, user in pairs:
        users[one].add(user)
        persons[user].update({one}, {user} & ids)
    words, doubtful = {given}, set[str]()
    for one in persons[given]:
        same = persons[given] == {one} and users[one] == {given}
        (words if same else doubtful).add(one)
    for one in frozenset(words):
        for user in users[one]:
            (words if persons[user] == {one} else doubtful).add(user)
    return Called(frozenset(words), tuple(sorted(doubtful - words)))


def _read_pairs(
    connection: Connection, uses: Iterable[Use]
) -> tuple[set[tuple[str, str]], set[str]]:
    """Return which id has which user name, where the two differ, and the ids of today's devices.

    Who holds the device of a violation is no name of whom it was found with: devices change hands.
    """
    rows = connection.execute(text("SELECT device_key, person_id FROM device"))
    ids = {key: fold_text(person) for key, person in rows if person}
    pairs = {
        (ids.get(use.current.device_key, ""), use.user) for use in uses if use.current is not None
    }
    for _, people in _read_personal(connection):
        pairs |= people
    return {pair for pair in pairs if all(pair) and len({*pair}) > 1}, {*ids.values()}


def _read_personal(connection: Connection) -> Iterator[tuple[int, set[tuple[str, str]]]]:
    """Yield the runs that opened something, and about whom: id and user, folded."""
    runs = (
        connection.execute(select(_PERSONAL.c.run_id).order_by(_PERSONAL.c.run_id)).scalars().all()
    )
    for start in range(0, len(runs), _AT_ONCE):
        some = _PERSONAL.c.run_id.in_(runs[start : start + _AT_ONCE])
        told = connection.execute(select(_PERSONAL.c.run_id, _PERSONAL.c.packed).where(some)).all()
        people = list_people([packed for _, packed in told])
        yield from zip([run_id for run_id, _ in told], people, strict=True)


def forget(connection: Connection, words: frozenset[str]) -> Forgotten:
    """Remove who some violations and devices were of, in the writer's transaction.

    words: those for one person, folded. The names of their devices go too: they tell whose they
    are. So do messages that wait and name any of these.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")  # what goes is overwritten
    spelt = {"words": _find_spellings(connection, words)}
    names = {fold_text(name) for name in connection.execute(_asking(_NAMES), spelt).scalars()}
    for statement in _UNNAMED:
        connection.execute(_asking(statement), spelt)
    rows = 0
    for table, columns in _HELD.items():
        kept = ", ".join(f"{c} = CASE WHEN {c} NOT IN :words THEN {c} END" for c in columns)
        theirs = " OR ".join(f"{column} IN :words" for column in columns)
        changed = _asking(f"UPDATE {table} SET {kept} WHERE {theirs}")
        rows += connection.execute(changed, spelt).rowcount
    told = [run for run, people in _read_personal(connection) if words & set(chain(*people))]
    for run_id in told:
        asked = select(_PERSONAL.c.packed).where(_PERSONAL.c.run_id == run_id)
        packed = connection.execute(asked).scalar_one()
        put_personal(connection, run_id, without_people(packed, words))
    return Forgotten(rows, drop_messages(connection, {*words, *names}))


def _find_spellings(connection: Connection, words: Collection[str]) -> list[str]:
    """Return the words as they are written in the columns that name people."""
    asked = " UNION ".join(
        f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"
        for table, columns in _HELD.items()
        for column in columns
    )
    found = connection.execute(text(asked)).scalars()
    return [word for word in found if fold_text(word) in words]


def _asking(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("words", expanding=True, type_=String()))
