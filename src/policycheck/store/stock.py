"""Which facts count, and who uses the devices that they tell of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import closing
from typing import NamedTuple

from sqlalchemy import Connection, text

from policycheck.engine.session import open_session
from policycheck.inventory.staging.table import escape_glob
from policycheck.store.facts import Facts
from policycheck.text import fold_text

_CURRENT = text(
    "SELECT s.device_key, s.source, coalesce(s.segment, r.segment), s.report_no"
    " FROM device_source AS s JOIN report AS r ON r.id = s.report_id"
    " WHERE coalesce(s.segment, r.segment) IS NOT NULL ORDER BY 3, 4"
)
_IDS = text(
    "SELECT s.device_key, s.source, a.value FROM alias AS a JOIN device_source AS s"
    " ON s.device_key = a.device_key AND a.kind = 'device_id in ' || s.source"
    " ORDER BY 1, 2, 3"
)


class Current(NamedTuple):
    """Where the facts that count lie, of a device and source."""

    device_key: str
    source: str
    segment: str
    report_no: int


class Stock(NamedTuple):
    """All facts that count, by segment, and what sources call the devices."""

    current: list[Current]
    ids: list[tuple[str, str, str]]
    """Device, source, and an id of the device there: it may have had several."""


class Use(NamedTuple):
    """That a report says who uses a device."""

    segment: str
    user: str
    """Folded."""
    current: Current | None
    """None: the report counts no more."""


class Private(NamedTuple):
    """What is to be left out of the facts."""

    segments: frozenset[str] = frozenset()
    """Where somebody is told of."""
    hidden: frozenset[Current] = frozenset()
    """Facts that are kept without what tells whose they are."""


NOTHING = Private()


def read_stock(connection: Connection) -> Stock:
    """Return which facts count."""
    current = [Current(*row) for row in connection.execute(_CURRENT)]
    ids = [(key, source, name) for key, source, name in connection.execute(_IDS)]
    return Stock(current, ids)


def read_users(facts: Facts, stock: Stock) -> list[Use]:
    """Return who uses devices, as all reports say that lie in segments of which something counts.

    Raises PolicycheckError where a segment is not what was written.
    """
    held = {(each.segment, each.report_no): each for each in stock.current}
    segments = sorted({each.segment for each in stock.current})
    facts.check(segments)
    uses = []
    with closing(open_session()) as con:
        for segment in segments:
            con.execute(
                "SELECT report_no, user_id FROM read_parquet($1) WHERE user_id IS NOT NULL",
                [escape_glob(facts.segment(segment) / "devices.parquet")],
            )
            for number, user in con.fetchall():
                uses.append(Use(segment, fold_text(user), held.get((segment, number))))
    return uses


def find_private(stock: Stock, uses: Iterable[Use], words: Collection[str]) -> Private:
    """Return what tells of a person by some words, folded.

    That is what reports say of their devices, but not a report that names another user.
    """
    theirs, devices, others = set[str](), set[str](), set[Current]()
    for segment, user, current in uses:
        if user in words:
            theirs.add(segment)
            devices.update({current.device_key} if current else ())
        elif current:
            others.add(current)
    hidden = {e for e in stock.current if e.device_key in devices and e not in others}
    return Private(frozenset(theirs | {each.segment for each in hidden}), frozenset(hidden))
