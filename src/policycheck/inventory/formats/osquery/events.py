"""osquery's result log as events: who says what was added, removed or is there, and when.

Three shapes: an event for each row, a batch of added and removed rows, a snapshot of all rows.
Numbers come as text or as numbers; an empty side of a batch may be an empty text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from policycheck.inventory.documents.values import Section, find, section, text
from policycheck.inventory.files.decode import not_in
from policycheck.inventory.formats.osquery.tables import table_of_name, tell_table

_NUMBER = re.compile(r"\d{1,18}")
_WORDS = (
    "host_uuid", "uuid", "hardware_serial", "serial_number", "serial", "hostname",
    "computer_name", "username", "user", "logged_in_user", "platform", "os_version", "version",
    "hardware_model", "hardware_vendor",
)  # fmt: skip
"""The decorations that tell of the device; a configuration may add any others."""
_LONGEST = 1000

Row = tuple[str, str, str]
"""What it stands for ("+" added, "-" removed), its table, and its columns as JSON."""


@dataclass(frozen=True)
class Event:
    """One result of a query on a host. -1 stands for a number that is not told."""

    host: str
    query: str
    epoch: int
    counter: int
    time: int
    """Seconds since 1970."""
    is_snapshot: bool
    table: str
    """The table that the query's name or its rows tell; "" for none of ours."""
    rows: tuple[Row, ...]
    decorations: dict[str, str]


class EventError(Exception):
    """Why a line is no result."""


class LostLineError(EventError):
    """Why nobody knows what a line said."""


def read_line(line: bytes, encoding: str = "UTF-8") -> Event:
    """Return a line of a log as an event; `encoding` is what the log was decoded from.

    Raises:
        LostLineError: where it cannot be read, so that nobody knows what it said.
        EventError: where it is no result of a query.
    """
    try:
        value = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise LostLineError(not_in(encoding)) from None
    except UnicodeEncodeError:
        raise LostLineError("holds half a character (a lone surrogate)") from None
    except json.JSONDecodeError as error:
        message = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise LostLineError(f"is not JSON: {message}") from None
    except RecursionError:
        raise LostLineError("is nested too deeply") from None
    if b"\\u0000" in line:
        raise LostLineError("holds a NUL character")
    return read_event(value)


def read_event(value: object) -> Event:
    """Return a line of the log as an event.

    Raises:
        EventError: where it is no result of a query.
    """
    host = text(value, "hostIdentifier") or text(value, "hostname")
    if not host:
        raise EventError("is no result of osquery: it has no hostIdentifier")
    query = text(value, "name")
    rows = tuple(_list_rows(value, query))
    tables = {table for _, table, _ in rows if table}
    said = section(value, "decorations")
    return Event(
        host=host[:_LONGEST],
        query=query[:_LONGEST],
        epoch=_read_number(value, "epoch"),
        counter=_read_number(value, "counter"),
        time=_read_number(value, "unixTime"),
        is_snapshot=isinstance(find(value, "snapshot"), list),
        table=tables.pop() if len(tables) == 1 else table_of_name(query),
        rows=tuple(row for row in rows if row[1]),
        decorations={word: text(said, word)[:_LONGEST] for word in _WORDS if text(said, word)},
    )


def _list_rows(value: object, query: str) -> list[Row]:
    action = text(value, "action")
    found: list[tuple[str, object]] = []
    if isinstance(snapshot := find(value, "snapshot"), list):
        found = [("+", row) for row in snapshot]
    elif isinstance(find(value, "diffResults"), dict):
        for sign, side in (("-", "removed"), ("+", "added")):
            rows = find(value, "diffResults", side)
            found += [(sign, row) for row in rows] if isinstance(rows, list) else []
    elif isinstance(find(value, "columns"), dict) and action in ("added", "removed"):
        found = [("+" if action == "added" else "-", find(value, "columns"))]
    else:
        raise EventError("is no result of osquery: it has no columns, snapshot or diffResults")
    return [
        (sign, tell_table(query, row), json.dumps(row, ensure_ascii=False, sort_keys=True))
        for sign, row in found
        if isinstance(row, dict)
    ]


def _read_number(value: Section | object, key: str) -> int:
    said = text(value, key)
    return int(said) if _NUMBER.fullmatch(said) else -1
