"""One device in several inputs of one system: pages of its apps, views of it, undated exports.

Of a device and its source the newest report counts. Where none is newer, for they say the same
time or none at all, it is the one that was named first: a union might join what was installed
yesterday with what is today, and its evidence would lie in two files. If another one lists what
the first does not, that is told, and the first is no complete list: nothing is fulfilled, and
nothing resolved, by what it leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policycheck.engine.items import read_items
from policycheck.problems import Problem

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_INPUTS = "SELECT count(DISTINCT input_no) FROM report SEMI JOIN listing USING (report_no)"
_REPEATED = """
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT report_no, part, device_ref, input_no, first_no, first_part, first_ref, first_input
FROM (
    SELECT *,
        first_value(report_no) OVER same AS first_no,
        first_value(part) OVER same AS first_part,
        first_value(device_ref) OVER same AS first_ref,
        first_value(input_no) OVER same AS first_input
    FROM report SEMI JOIN listing USING (report_no)
    WHERE coalesce(device_id, serial, udid, name) IS NOT NULL
    WINDOW same AS (
        PARTITION BY source, device_id, serial, udid, name, reported_at ORDER BY report_no
    )
)
WHERE input_no <> first_input
"""
_MORE = """
CREATE OR REPLACE TEMP TABLE more AS
SELECT DISTINCT r.first_no, r.first_input, r.input_no
FROM repeated AS r
JOIN installed_item AS x ON x.part = r.part AND x.device_ref = r.device_ref
ANTI JOIN (
    SELECT DISTINCT r.report_no, y.kind, y.identifier, y.name
    FROM repeated AS r
    JOIN installed_item AS y ON y.part = r.first_part AND y.device_ref = r.first_ref
) AS y
    ON y.report_no = r.report_no AND y.kind = x.kind
    AND y.identifier IS NOT DISTINCT FROM x.identifier AND y.name IS NOT DISTINCT FROM x.name
"""
_TOLD = """
SELECT other.path, first.path, count(*)
FROM more AS m
JOIN input_file AS other ON other.input_no = m.input_no
JOIN input_file AS first ON first.input_no = m.first_input
GROUP BY ALL
ORDER BY ALL
"""


def leave_open_repeats(con: DuckDBPyConnection) -> list[Problem]:
    """Let no report be complete that another of equal age adds to; say where they are.

    Changes `report` and `listing`; reads also part_file and input_file.
    """
    if (con.execute(_INPUTS).fetchone() or (0,))[0] < 2:
        return []
    con.execute(_REPEATED)
    if not con.execute("SELECT 1 FROM repeated LIMIT 1").fetchone():
        return []
    read_items(con)
    con.execute(_MORE)
    firsts = "report_no IN (SELECT first_no FROM more)"
    con.execute(f"UPDATE report SET partial = TRUE WHERE {firsts}")
    con.execute(f"UPDATE listing SET visibility = 'managed' WHERE {firsts}")
    return [_describe(*row) for row in con.execute(_TOLD).fetchall()]


def _describe(path: str, first: str, devices: int) -> Problem:
    who = "a device" if devices == 1 else f"{devices:,} devices"
    message = (
        f"{path} lists other items of {who} than {first}, and nothing says which is newer:"
        " only what the latter lists counts, and not as complete"
    )
    hint = "if one is older, leave it out; else put both into one file"
    return Problem(message, None, hint, severity="warning")
