"""One device in several inputs of one system: pages of its list, views of it, undated exports.

For each device and source one report counts, the newest. Where none of them is newer, for they say
the same time or none at all, they are joined: what either lists is there, and the order in which
files were named decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REPEATED = """
CREATE OR REPLACE TEMP TABLE repeated (
    input_no INTEGER, device_ref VARCHAR, first_input INTEGER, first_ref VARCHAR,
    is_dated BOOLEAN, is_joined BOOLEAN);
"""
"""The reports that are not the first of their device, and the first."""

_SAME = """
    coalesce(source, $sources[input_no]), device_id, serial, udid, name, reported_at
"""
_FIND = f"""
INSERT INTO repeated
SELECT input_no, device_ref, first_input, first_ref, reported_at IS NOT NULL, $part IS NOT NULL
FROM (
    SELECT *, first_value(input_no) OVER same AS first_input,
        first_value(device_ref) OVER same AS first_ref
    FROM staged_device
    WHERE coalesce($part, part) = part AND coalesce(listing, '') <> ''
        AND coalesce(device_id, serial, udid, name) IS NOT NULL
        AND NOT list_contains($refused::INTEGER[], input_no)
    WINDOW same AS (PARTITION BY {_SAME} ORDER BY input_no, record)
)
WHERE first_input <> input_no
"""
_JOIN = """
CREATE OR REPLACE TEMP TABLE joined AS
WITH one AS (
    SELECT r.first_input, r.first_ref, s.listing, s.partial
    FROM repeated AS r
    JOIN staged_device AS s ON s.part = $part
        AND s.device_ref IN (r.device_ref, r.first_ref)
    WHERE r.is_joined
),
kind AS (
    SELECT first_input, first_ref, trim(split_part(entry, '=', 1)) AS kind,
        max(coalesce(nullif(trim(split_part(entry, '=', 2)), ''), 'managed')) AS visibility
    FROM (SELECT *, unnest(string_split(lower(listing), ';')) AS entry FROM one)
    WHERE trim(entry) <> ''
    GROUP BY ALL
)
SELECT first_ref, string_agg(kind || '=' || visibility, ';' ORDER BY kind) AS listing,
    (SELECT max(partial) FROM one WHERE one.first_ref = kind.first_ref) AS partial
FROM kind
GROUP BY first_ref
"""


def join_repeats(
    con: DuckDBPyConnection, part: int, sources: Sequence[str], refused: Sequence[int]
) -> bool:
    """Join the devices of a part that several inputs tell of; tell whether there were any.

    `repeated` then says where the items of each are to go. `sources` are those of the inputs.
    """
    several = "SELECT count(DISTINCT input_no) > 1 FROM staged_device WHERE part = ?"
    answer = con.execute(several, [part]).fetchone()
    if not answer or not answer[0]:
        return False
    before = con.execute("SELECT count(*) FROM repeated").fetchone()
    con.execute(_FIND, {"part": part, "sources": list(sources), "refused": list(refused)})
    if con.execute("SELECT count(*) FROM repeated").fetchone() == before:
        return False
    con.execute(_JOIN, {"part": part})
    con.execute(
        "UPDATE staged_device SET listing = joined.listing, partial = joined.partial FROM joined"
        " WHERE staged_device.device_ref = joined.first_ref AND part = $1",
        [part],
    )
    con.execute(
        "DELETE FROM staged_device WHERE part = $1 AND device_ref IN"
        " (SELECT device_ref FROM repeated WHERE is_joined)",
        [part],
    )
    return True


def find_repeats(
    con: DuckDBPyConnection, sources: Sequence[str], refused: Sequence[int]
) -> list[tuple[int, int, int, bool]]:
    """Return what somebody must know: input, first input, of how many devices, whether joined.

    Those that lie in parts of their own, too large to be joined, are none of the joined.
    """
    con.execute(
        "INSERT INTO incomplete SELECT r.first_input, r.first_ref FROM repeated AS r"
        " JOIN incomplete AS i ON i.input_no = r.input_no"
        " AND coalesce(i.device_ref, r.device_ref) = r.device_ref"
    )
    con.execute(_FIND, {"part": None, "sources": list(sources), "refused": list(refused)})
    return con.execute(
        "SELECT input_no, first_input, count(*), is_joined FROM repeated"
        " WHERE NOT (is_joined AND is_dated) GROUP BY ALL ORDER BY ALL"
    ).fetchall()
