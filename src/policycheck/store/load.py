"""From the database into the session: what is known of the devices at hand.

A run of few devices asks for just these; a run of many reads whole tables, which is quicker
from half of them on. Rows leave the database as JSON or CSV that it writes itself, so that no value
becomes an object here, and keys enter it as one text: a question is one statement, however many are
asked about. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, text

from policycheck.store.copying import copy_out
from policycheck.store.session import CHUNK, Session, fill, fill_objects, number


@dataclass(frozen=True)
class _Question:
    """What a table of the session is filled with. More rows than asked for do no harm."""

    table: str
    types: tuple[str, ...]
    query: str
    """Ends with a condition, to which more can be added."""
    key: str
    counted: str
    """The table of the database that holds the rows."""
    key_type: str = "TEXT"
    few: int = 2
    """Where one row in so many, or fewer, is asked for, they are asked for by their keys."""


_ALIASES = _Question(
    "stored_alias",
    ("VARCHAR",) * 3,
    "SELECT kind, value, device_key FROM alias WHERE kind <> 'name'",
    "value",
    "alias",
)
_NAMES = replace(
    _ALIASES,
    table="stored_name",
    types=("VARCHAR", "VARCHAR"),
    query="SELECT value, device_key FROM alias WHERE kind = 'name'",
)
_DEVICES = _Question(
    "stored_device",
    ("VARCHAR", "TIMESTAMP", "VARCHAR", "TIMESTAMP", "BIGINT"),
    "SELECT device_key, first_seen, CAST(judged AS TEXT), left_at, merged_run FROM device"
    " WHERE TRUE",
    "device_key",
    "device",
)
_SOURCES = _Question(
    "stored_source",
    ("VARCHAR", "VARCHAR", "BIGINT", "INTEGER", "TIMESTAMP", "VARCHAR"),
    "SELECT device_key, source, report_id, report_no, reported_at, segment FROM device_source"
    " WHERE TRUE",
    "device_key",
    "device_source",
)
_REPORTS = _Question(
    "stored_report",
    ("BIGINT", "BIGINT", "VARCHAR", "TIMESTAMP", "VARCHAR"),
    "SELECT id, run_id, sha256, received_at, segment FROM report WHERE TRUE",
    "id",
    "report",
    "BIGINT",
)
_RUNS = _Question(
    "stored_run",
    ("BIGINT", "VARCHAR", "VARCHAR", "VARCHAR"),
    "SELECT id, CAST(policies AS TEXT), catalogue_sha256, people_sha256 FROM run WHERE TRUE",
    "id",
    "run",
    "BIGINT",
)
_OPEN = _Question(
    "prior_life(fingerprint, device_key, first_seen, due, reopened, holder, waiver, waived_until)",
    ("VARCHAR", "VARCHAR", "TIMESTAMP", "TIMESTAMP", "INTEGER", "VARCHAR", "VARCHAR", "TIMESTAMP"),
    "SELECT fingerprint, device_key, first_seen, due, reopened, holder, waiver, waived_until"
    " FROM violation"
    " WHERE status = 'open' AND policy IN (:policies) AND device_key IS NOT NULL",
    "device_key",
    "violation",
    few=24,  # of each device there are several, here and there in the table, also closed ones
)
_OPEN_OF_PEOPLE = replace(_OPEN, query=_OPEN.query.replace("IS NOT NULL", "IS NULL"))
_LIFE_OF_CLOSED = (
    "fingerprint, device_key, first_seen, due, reopened, holder, status, cause, item_id, source,"
    " report_id, reported_at, record"
)
_CLOSED = _Question(
    f"prior_life({_LIFE_OF_CLOSED})",
    (
        *("VARCHAR", "VARCHAR", "TIMESTAMP", "TIMESTAMP", "INTEGER", "VARCHAR", "VARCHAR"),
        *("VARCHAR", "BIGINT", "VARCHAR", "BIGINT", "TIMESTAMP", "BIGINT"),
    ),
    f"SELECT {_LIFE_OF_CLOSED} FROM violation WHERE status = 'closed' AND policy IN (:policies)",
    "fingerprint",
    "violation",
)
_CLOSED_OF_CONTROL = replace(_CLOSED, key="control")
_DETAILS = _Question(
    "prior_detail",
    (*("VARCHAR",) * 10, "TIMESTAMP", "TIMESTAMP"),
    "SELECT v.fingerprint, v.policy, v.control, v.device_key, v.person_id, v.subject, i.kind,"
    " i.identifier, i.name, v.source, v.reported_at, r.received_at"
    " FROM violation AS v"
    " LEFT JOIN item AS i ON i.id = v.item_id"
    " LEFT JOIN report AS r ON r.id = v.report_id"
    " WHERE TRUE",
    "v.fingerprint",
    "violation",
)

_WORDS = """
SELECT DISTINCT source, word FROM (
    SELECT source, unnest([
        trim(device_id), lower(trim(serial)), lower(trim(udid)),
        CASE WHEN nullif(trim(device_id), '') IS NULL THEN coalesce(trim(name), device_ref) END
    ]) AS word
    FROM report
)
WHERE word <> ''
"""
_NEW_NAMES = """
WITH word AS (
    SELECT report_no, unnest([trim(device_id), lower(trim(serial)), lower(trim(udid))]) AS value
    FROM report
)
SELECT DISTINCT lower(trim(name)) AS name
FROM report
WHERE trim(name) <> ''
    AND (SELECT count(DISTINCT source) FROM report) > 1
    AND report_no NOT IN (
        SELECT w.report_no FROM word AS w JOIN stored_alias AS a ON a.value = w.value
    )
"""
"""Of devices that may be new, and that another system may tell of."""
_KEYS = """
SELECT device_key FROM stored_alias
UNION SELECT word FROM word_of_source
UNION SELECT word || '@' || source FROM word_of_source
"""
_RUN_IDS = """
SELECT DISTINCT CAST(unnest(json_extract_string(judged, '$.*')) AS BIGINT) FROM stored_device
"""
_FORMERLY = "SELECT DISTINCT unnest(formerly) FROM control"
_DEVICES_AT_HAND = "SELECT DISTINCT device_key FROM judged"
_NOT_OPEN = """
SELECT f.fingerprint FROM finding AS f
ANTI JOIN prior_life AS p ON p.fingerprint = f.fingerprint
WHERE f.verdict = 'violation'
"""
_FOUND = "fingerprint IN (SELECT fingerprint FROM finding WHERE verdict = 'violation')"
_NOT_FOUND = f"SELECT fingerprint FROM prior_life WHERE NOT {_FOUND}"


def load_devices(
    con: Session, connection: Connection, *, everything: bool = False, devices: Sequence[str] = ()
) -> None:
    """Fill the `stored_` tables with what is known of the devices that `report` names.

    Also of those whose keys are in `devices`, or (`everything`) of all. To be called after
    session.create_tables and before identity.identify.
    """
    if connection.execute(text("SELECT 1 FROM device LIMIT 1")).first() is None:
        return  # a new store knows none
    con.execute(f"CREATE OR REPLACE TEMP TABLE word_of_source AS {_WORDS}")
    _load(con, connection, _ALIASES, "SELECT DISTINCT word FROM word_of_source")
    _load(con, connection, _NAMES, _NEW_NAMES)
    con.execute(f"CREATE OR REPLACE TEMP TABLE asked AS {_KEYS}")
    fill(con, "asked", ("VARCHAR",), ((key,) for key in devices))
    keys = None if everything else "SELECT device_key FROM asked"
    _load(con, connection, _DEVICES, keys)
    _load(con, connection, _SOURCES, keys)
    _load(con, connection, _REPORTS, "SELECT DISTINCT report_id FROM stored_source")
    _load(con, connection, _RUNS, _RUN_IDS)


def load_lives(con: Session, connection: Connection, policies: Sequence[str]) -> None:
    """Fill `prior_life` and `prior_detail` for the judged devices under some policies.

    To be called after judging and before lives.compute_lives. Of most lives only the state is
    read; what they were about only of those that no finding shows.
    """
    if connection.execute(text("SELECT 1 FROM violation LIMIT 1")).first() is None:
        return
    _load(con, connection, _OPEN, _DEVICES_AT_HAND, policies)
    con.execute(f"DELETE FROM prior_life WHERE device_key NOT IN ({_DEVICES_AT_HAND})")
    _load(con, connection, _OPEN_OF_PEOPLE, None, policies)
    _load(con, connection, _CLOSED, _NOT_OPEN, policies)
    con.execute(f"DELETE FROM prior_life WHERE status = 'closed' AND NOT {_FOUND}")
    _load(con, connection, _CLOSED_OF_CONTROL, _FORMERLY, policies)
    _load(con, connection, _DETAILS, _NOT_FOUND)


def _load(
    con: Session,
    connection: Connection,
    question: _Question,
    keys: str | None,
    policies: Sequence[str] = (),
) -> None:
    """Fill a table of the session with the rows of some keys.

    `keys` is a query of the session; None asks for all rows.
    """
    kind = connection.dialect.name
    asked: dict[str, str] = {}
    query = question.query.replace(":policies", _LISTED[kind].format("policies", "TEXT"))
    if policies:
        asked["policies"] = _texts(con, kind, "SELECT unnest($1)", [list(policies)])
    if keys is not None:
        con.execute(f"CREATE OR REPLACE TEMP TABLE key AS SELECT key FROM ({keys}) AS t(key)")
        size = number(con, "SELECT count(*) FROM key")
        if size == 0:
            return
        if _has(connection, question.counted, size * question.few):
            asked["keys"] = _texts(con, kind, "FROM key ORDER BY key")
            query += f" AND {question.key} IN ({_LISTED[kind].format('keys', question.key_type)})"
    if kind == "sqlite":
        read = _read(connection, query, asked, len(question.types))
        fill_objects(con, question.table, question.types, read)
    else:
        copy_out(con, connection, query, asked, table=question.table, types=question.types)


_LISTED = {
    "sqlite": "SELECT value FROM json_each(:{0})",
    "postgresql": "SELECT unnest(CAST(%({0})s AS {1}[]))",
}
"""The query of what a list holds that is a parameter."""
_QUOTED = r"""'"' || replace(replace(CAST(each AS VARCHAR), '\', '\\'), '"', '\"') || '"'"""
_AS_TEXT = {
    "sqlite": "to_json(list(each))",
    "postgresql": "'{' || string_agg(" + _QUOTED + ", ',') || '}'",
}
"""How such a list is written: PostgreSQL knows how many keys there are in one of its own arrays."""


def _texts(con: Session, kind: str, query: str, given: Sequence[object] = ()) -> str:
    """Return the only column of a query as a list that the database reads."""
    con.execute(f"SELECT {_AS_TEXT[kind]} FROM ({query}) AS t(each)", list(given))
    return str((con.fetchone() or ("",))[0])


def _has(connection: Connection, table: str, rows: int) -> bool:
    """Tell whether a table has so many rows, and count no further."""
    counted = text(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT :rows) AS t")
    return int(connection.execute(counted, {"rows": rows}).scalar_one()) == rows


def _read(
    connection: Connection, query: str, asked: Mapping[str, str], width: int
) -> Iterator[list[str]]:
    """Yield a query's rows in chunks, each row as JSON that SQLite makes of it."""
    names = [f"c{place}" for place in range(width)]
    members = ", ".join(f"'{name}', {name}" for name in names)
    statement = text(
        f"WITH asked({', '.join(names)}) AS ({query}) SELECT json_object({members}) FROM asked"
    )
    with connection.execute(statement, asked) as result:
        while chunk := result.cursor.fetchmany(CHUNK):  # its own rows take half as long
            yield [row for (row,) in chunk]
