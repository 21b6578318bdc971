"""Which device each report is about, and which reports count.

Pure SQL over the session. With a store, `load.load_devices` has filled the `stored_` tables;
without one they are empty, and the same rules hold among the reports of the run itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from policycheck.store.session import Session, number, program

_STATIONS = """
SELECT count(*) FROM (
    SELECT any_value(m.report_no)
    FROM mark AS m JOIN station AS s ON s.report_no = m.report_no
    GROUP BY m.kind, m.value
    HAVING count(DISTINCT s.station) > 1
)
"""

_SYSTEMS = "SELECT count(DISTINCT system_of(source)) FROM named"


def identify(con: Session) -> None:
    """Give every row of `report` its device, and say which reports are the newest.

    Reads report(report_no, device_ref, source, report_sha256, <device columns>) and the
    `stored_` tables (see session.create_tables). Leaves behind

    - identity(report_no, device_key, new, current, late): `new` devices are not stored yet; for
      each (device, source) only the newest report is `current`, counting the stored one too. All
      others are `late` and change nothing but the ledger; equal age is not newer;
    - alias(kind, value, device_key): new words by which these reports call the devices;
    - conflict(report_no, device_key, other_key): stored devices that a report shows to be one;
    - joined_by_name(name, ...): names by which devices of several systems were taken for one.
    """
    con.execute(program("marks.sql"))
    while number(con, _STATIONS):
        _travel(con)
    if number(con, _SYSTEMS) > 1:
        con.execute(program("names.sql"))
    else:
        con.execute("CREATE OR REPLACE TEMP TABLE joined_by_name(name VARCHAR)")
    con.execute(program("identity.sql"))


def _travel(con: Session) -> None:
    """Move every report to the lowest station that a report with a common mark is at."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE station AS"
        " WITH lowest AS ("
        "   SELECT m.kind, m.value, min(s.station) AS station"
        "   FROM mark AS m JOIN station AS s ON s.report_no = m.report_no"
        "   GROUP BY m.kind, m.value)"
        " SELECT m.report_no, min(l.station) AS station"
        " FROM mark AS m"
        " JOIN lowest AS l ON l.kind = m.kind AND l.value = m.value"
        " GROUP BY m.report_no"
    )


def hold(
    con: Session, as_of: datetime, *, everything: bool = False, devices: Sequence[str] = ()
) -> None:
    """Say what else is to be judged: the stored facts that this run's reports do not replace.

    Of the run's devices, of those whose keys are in `devices`, or (`everything`) of all that
    were loaded; never facts newer than `as_of` (aware). Leaves behind

    - held(device_key, source, segment, report_no, reported_at, received_at, report_sha256,
      aged_from, run_id): `report_no` counts within the segment, `run_id` brought it
    - judged(device_key, source, report_no, reported_at, received_at, report_sha256, aged_from,
      newer, run_id): those and the run's current reports, which are `newer`
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE wanted AS SELECT CAST($1 AS TIMESTAMP) AS as_of,"
        " CAST($2 AS BOOLEAN) AS everything, CAST($3 AS VARCHAR[]) AS devices",
        [as_of.astimezone(UTC).replace(tzinfo=None), everything, list(devices)],
    )
    con.execute(program("judged.sql"))
