"""From the database into the session: what is known of the devices at hand.

A run of few devices asks for just these; a run of many reads whole tables, which is quicker
from half of them on, and of very many it reads them ahead (see asking.py). Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, text

from policycheck.store.asking import Ahead, Question, ask, has
from policycheck.store.session import Session, fill, number

_ALIASES = Question(
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
_DEVICES = Question(
    "stored_device",
    ("VARCHAR", "TIMESTAMP", "VARCHAR", "TIMESTAMP", "BIGINT"),
    "SELECT device_key, first_seen, CAST(judged AS TEXT), left_at, merged_run FROM device"
    " WHERE TRUE",
    "device_key",
    "device",
    paged_by="device_key",
)
_SOURCES = Question(
    "stored_source",
    ("VARCHAR", "VARCHAR", "BIGINT", "INTEGER", "TIMESTAMP", "VARCHAR"),
    "SELECT device_key, source, report_id, report_no, reported_at, segment FROM device_source"
    " WHERE TRUE",
    "device_key",
    "device_source",
    paged_by="device_key",
)
_REPORTS = Question(
    "stored_report",
    ("BIGINT", "BIGINT", "VARCHAR", "TIMESTAMP", "VARCHAR"),
    "SELECT id, run_id, sha256, received_at, segment FROM report WHERE TRUE",
    "id",
    "report",
    "BIGINT",
)
_RUNS = Question(
    "stored_run",
    ("BIGINT", "VARCHAR", "VARCHAR", "VARCHAR"),
    "SELECT id, CAST(policies AS TEXT), catalogue_sha256, people_sha256 FROM run WHERE TRUE",
    "id",
    "run",
    "BIGINT",
)
_OPEN = Question(
    "prior_life(fingerprint, device_key, first_seen, due, reopened, holder, waiver, waived_until)",
    ("VARCHAR", "VARCHAR", "TIMESTAMP", "TIMESTAMP", "INTEGER", "VARCHAR", "VARCHAR", "TIMESTAMP"),
    "SELECT fingerprint, device_key, first_seen, due, reopened, holder, waiver, waived_until"
    " FROM violation"
    " WHERE status = 'open' AND policy IN (:policies) AND device_key IS NOT NULL",
    "device_key",
    "violation",
    paged_by="rowid",
    few=24,  # of each device there are several, here and there in the table, also closed ones
)
_OPEN_OF_PEOPLE = replace(_OPEN, query=_OPEN.query.replace("IS NOT NULL", "IS NULL"))
_LIFE_OF_CLOSED = (
    "fingerprint, device_key, first_seen, due, reopened, holder, status, cause, item_id, source,"
    " report_id, reported_at, record"
)
_CLOSED = Question(
    f"prior_life({_LIFE_OF_CLOSED})",
    (
        *("VARCHAR", "VARCHAR", "TIMESTAMP", "TIMESTAMP", "INTEGER", "VARCHAR", "VARCHAR"),
        *("VARCHAR", "BIGINT", "VARCHAR", "BIGINT", "TIMESTAMP", "BIGINT"),
    ),
    f"SELECT {_LIFE_OF_CLOSED} FROM violation WHERE status = 'closed' AND policy IN (:policies)",
    "fingerprint",
    "violation",
)
_CLOSED_OF_CONTROL = replace(_CLOSED, key="control", few=0)  # a life more might be there twice
_DETAILS = Question(
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
    con: Session,
    connection: Connection,
    ahead: Ahead | None = None,
    *,
    everything: bool = False,
    devices: Sequence[str] = (),
    policies: Sequence[str] = (),
) -> None:
    """Fill the `stored_` tables with what is known of the devices that `report` names.

    Also of those whose keys are in `devices`, or (`everything`) of all. To be called after
    session.create_tables and before identity.identify. `policies` are those that lives will be
    loaded for.
    """
    if connection.execute(text("SELECT 1 FROM device LIMIT 1")).first() is None:
        return  # a new store knows none
    if ahead:
        _begin(con, connection, ahead, everything=everything, policies=policies)
    con.execute(f"CREATE OR REPLACE TEMP TABLE word_of_source AS {_WORDS}")
    ask(con, connection, _ALIASES, "SELECT DISTINCT word FROM word_of_source")
    ask(con, connection, _NAMES, _NEW_NAMES)
    con.execute(f"CREATE OR REPLACE TEMP TABLE asked AS {_KEYS}")
    fill(con, "asked", ("VARCHAR",), ((key,) for key in devices))
    keys = None if everything else "SELECT device_key FROM asked"
    ask(con, connection, _DEVICES, keys, ahead=ahead)
    ask(con, connection, _SOURCES, keys, ahead=ahead)
    ask(con, connection, _REPORTS, "SELECT DISTINCT report_id FROM stored_source")
    ask(con, connection, _RUNS, _RUN_IDS)
    con.execute("DROP TABLE word_of_source; DROP TABLE asked")


def _begin(
    con: Session,
    connection: Connection,
    ahead: Ahead,
    *,
    everything: bool,
    policies: Sequence[str],
) -> None:
    """Begin to read ahead what will be asked for whole: who they are, and what is open."""
    reports = number(con, "SELECT count(*) FROM report")
    if reports < ahead.least:
        return
    if everything or not has(connection, "device", reports * _DEVICES_PER_REPORT):
        ahead.begin(con, _DEVICES)
        ahead.begin(con, _SOURCES)
    if everything or not has(connection, "violation", reports * _OPEN.few):
        ahead.begin(con, _OPEN, policies)


_DEVICES_PER_REPORT = 3
"""Where no more are stored for each report, all are read: by keys it would take as long."""


def load_lives(
    con: Session, connection: Connection, policies: Sequence[str], ahead: Ahead | None = None
) -> None:
    """Fill `prior_life` and `prior_detail` for the judged devices under some policies.

    To be called after judging and before lives.compute_lives. Of most lives only the state is
    read; what they were about only of those that no finding shows.
    """
    if connection.execute(text("SELECT 1 FROM violation LIMIT 1")).first() is None:
        return
    ask(con, connection, _OPEN, _DEVICES_AT_HAND, policies, ahead=ahead)
    con.execute(f"DELETE FROM prior_life WHERE device_key NOT IN ({_DEVICES_AT_HAND})")
    ask(con, connection, _OPEN_OF_PEOPLE, None, policies)
    ask(con, connection, _CLOSED, _NOT_OPEN, policies)
    con.execute(f"DELETE FROM prior_life WHERE status = 'closed' AND NOT {_FOUND}")
    ask(con, connection, _CLOSED_OF_CONTROL, _FORMERLY, policies)
    ask(con, connection, _DETAILS, _NOT_FOUND)
    con.execute(f"DELETE FROM prior_detail WHERE fingerprint NOT IN ({_NOT_FOUND})")
