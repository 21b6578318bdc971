"""From the installs in Parquet to the few that some control could mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb

from policycheck.catalogue.catalogue import Catalogue
from policycheck.engine.matching import ControlMatcher, DistinctItem, Match, match_items
from policycheck.engine.session import insert_columns
from policycheck.inventory.staging.columns import quote_text
from policycheck.inventory.staging.table import escape_glob
from policycheck.model import DISTINCT_COLUMNS, ITEM_COLUMNS
from policycheck.text import fold_text

SPACE = (
    "coalesce(profile, CASE WHEN identifier_type = 'android_package'"
    " AND regexp_full_match(os_user, '[1-9][0-9]{0,4}') THEN os_user END)"
)
"""Where on a device an item lies: its profile; of Android, where no report says that, its user.

Few values, and null for nearly all items, so that there are hardly more distinct items for it."""
_KEY = (*DISTINCT_COLUMNS, "space")
_SPACE_COLUMNS = frozenset({"profile", "os_user"})
_DISTINCT = ", ".join(_KEY)
_OWN = ", ".join(name for name in ITEM_COLUMNS if name not in DISTINCT_COLUMNS)
_CHUNK = 10_000
_PART_ROWS = 1 << 40
"""More rows than any part has: a hit's number is its place in the facts."""


def read_items(con: duckdb.DuckDBPyConnection) -> None:
    """Lay the item parts out as the view `installed_item`, each row with its record's number.

    Reads `part_file(part, path)`. Without parts the view is empty.
    """
    parts = con.execute("SELECT part, path FROM part_file ORDER BY part").fetchall()
    con.execute("CREATE OR REPLACE TEMP VIEW item_row AS " + _read_parts([p for _, p in parts]))
    con.execute("CREATE OR REPLACE TEMP TABLE part_index(file_index UBIGINT, part INTEGER)")
    numbers = [part for part, _ in parts]
    insert_columns(con, "part_index", [("UBIGINT", range(len(parts))), ("INTEGER", numbers)])
    con.execute(
        "CREATE OR REPLACE TEMP VIEW installed_item AS"
        " SELECT p.part, x.file_row_number AS row_no, x.device_ref,"
        " coalesce(x.record, x.file_row_number + 1) AS record,"
        f" {', '.join(f'x.{name}' for name in (*ITEM_COLUMNS, 'space'))}"
        " FROM item_row AS x JOIN part_index AS p ON p.file_index = x.file_index"
    )


def _read_parts(paths: Sequence[str]) -> str:
    """Write the query that reads all parts, with each row's place in them."""
    if not paths:
        names = ("device_ref", "record", "file_index", "file_row_number", *ITEM_COLUMNS, "space")
        return f"SELECT {', '.join(f'NULL AS {name}' for name in names)} WHERE FALSE"
    quoted = ", ".join(quote_text(escape_glob(Path(path))) for path in paths)
    return (
        f"SELECT *, {SPACE} AS space, file_index FROM"
        f" read_parquet([{quoted}], file_row_number = true, union_by_name = true)"
    )


def match_fleet(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    controls: Sequence[ControlMatcher],
    days: Sequence[date],
) -> None:
    """Recognise the distinct items and fill `match`, `distinct_item` and `hit`.

    `days` holds, for every control, the date that it is in its policy's zone.
    """
    told = list_items(con)
    matches = list(match_items(distinct_items(con), catalogue.recogniser, controls))
    _insert_matches(con, matches)
    meant = {(m.meaning.app_id, days[m.control_no]) for m in matches if m.meaning}
    _insert_apps(con, catalogue, meant)
    _lay_out_hits(con, told)


def list_items(con: duckdb.DuckDBPyConnection) -> Sequence[str]:
    """Leave the distinct items in `every_item`; return the columns that tell them apart."""
    told = _told_columns(con)
    columns = ", ".join(n if n in told else f"CAST(NULL AS VARCHAR) AS {n}" for n in _KEY)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE every_item AS SELECT"
        f" CAST(row_number() OVER (ORDER BY {_DISTINCT}) AS INTEGER) AS item_no, {_DISTINCT}"
        f" FROM (SELECT {columns} FROM (SELECT DISTINCT {', '.join(told)} FROM item_row))"
    )
    return told


def _told_columns(con: duckdb.DuckDBPyConnection) -> Sequence[str]:
    """Return the columns of the key that are anything but null in some part; kind always.

    What the parts' own statistics say is null costs no look at millions of rows.
    """
    parts = con.execute("SELECT path FROM part_file").fetchall()
    if not parts:
        return ["kind"]
    rows = con.execute(
        "SELECT DISTINCT path_in_schema FROM parquet_metadata(?)"
        " WHERE stats_null_count IS DISTINCT FROM num_values",
        [[escape_glob(Path(path)) for (path,) in parts]],
    )
    told = {name for (name,) in rows.fetchall()}
    if told & _SPACE_COLUMNS:
        told.add("space")
    return ["kind", *(name for name in _KEY if name in told and name != "kind")]


def distinct_items(con: duckdb.DuckDBPyConnection) -> Iterator[DistinctItem]:
    """Yield what `list_items` left."""
    rows = con.execute(f"SELECT item_no, {_DISTINCT} FROM every_item ORDER BY item_no")
    while chunk := rows.fetchmany(_CHUNK):
        for row in chunk:
            yield DistinctItem(*row)


def _insert_matches(con: duckdb.DuckDBPyConnection, matches: Sequence[Match]) -> None:
    meanings = [match.meaning for match in matches]
    insert_columns(
        con,
        "match",
        [
            ("INTEGER", range(len(matches))),
            ("INTEGER", [match.control_no for match in matches]),
            ("INTEGER", [match.term_no for match in matches]),
            ("INTEGER", [match.item_no for match in matches]),
            ("VARCHAR", [meaning.app_id if meaning else None for meaning in meanings]),
            ("VARCHAR", [meaning.basis if meaning else None for meaning in meanings]),
            ("VARCHAR", [str(meaning.confidence) if meaning else None for meaning in meanings]),
            ("BOOLEAN", [match.holds for match in matches]),
            ("BOOLEAN", [match.unclassified for match in matches]),
            ("BOOLEAN", [match.uses_app for match in matches]),
            ("BOOLEAN", [match.has_condition for match in matches]),
        ],
    )


def _insert_apps(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, apps: Iterable[tuple[str, date]]
) -> None:
    """Fill `app`, by app and day, and join it to the matches, for conditions that ask of it.

    What an app is, is asked on a day because its maker's owner changes.
    """
    rows = sorted(apps)
    ids = [app_id for app_id, _ in rows]
    vendors = [catalogue.vendor_of(app_id) for app_id in ids]
    insert_columns(
        con,
        "app",
        [
            ("VARCHAR", ids),
            ("DATE", [day for _, day in rows]),
            ("VARCHAR[]", [list(catalogue.all_categories(app_id)) for app_id in ids]),
            ("VARCHAR", [vendor.vendor_id for vendor in vendors]),
            ("VARCHAR", [v.group_on(day) for v, (_, day) in zip(vendors, rows, strict=True)]),
            ("VARCHAR", [vendor.country for vendor in vendors]),
            ("MAP(VARCHAR, VARCHAR)", [dict(catalogue.apps[id_].attributes) for id_ in ids]),
        ],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE match_app AS"
        " SELECT m.match_no, a.* EXCLUDE (today), m.basis, m.confidence"
        " FROM match AS m JOIN control AS c ON c.control_no = m.control_no"
        " JOIN app AS a ON a.app_id = m.app_id AND a.today = c.today"
    )


def _lay_out_hits(con: duckdb.DuckDBPyConnection, told: Sequence[str]) -> None:
    """Find the installs of matched items: `hit`, in the order of files and records.

    `told` are the columns of the key by which they are told apart; the others are null.
    """
    same_item = " AND ".join(f"x.{name} IS NOT DISTINCT FROM i.{name}" for name in told)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE distinct_item AS"
        " SELECT *, NULL::VARCHAR AS folded_name FROM every_item"
        " WHERE item_no IN (SELECT item_no FROM match)"
    )
    nameless = con.execute(
        "SELECT item_no, name FROM distinct_item WHERE identifier IS NULL AND name IS NOT NULL"
    ).fetchall()
    con.execute("CREATE OR REPLACE TEMP TABLE item_name(item_no INTEGER, folded VARCHAR)")
    insert_columns(
        con,
        "item_name",
        [
            ("INTEGER", [item_no for item_no, _ in nameless]),
            ("VARCHAR", [fold_text(name) for _, name in nameless]),
        ],
    )
    con.execute(
        "UPDATE distinct_item AS i SET folded_name = n.folded FROM item_name AS n"
        " WHERE n.item_no = i.item_no"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE hit AS SELECT"
        f" CAST(x.part AS BIGINT) * {_PART_ROWS} + x.row_no AS hit_no,"
        " r.device_no, r.report_no, r.source, r.aged_from, i.item_no, x.record,"
        f" {', '.join(f'x.{name}' for name in _OWN.split(', '))}"
        f" FROM installed_item AS x JOIN distinct_item AS i ON {same_item}"
        " JOIN device_report AS r ON r.part = x.part AND r.device_ref = x.device_ref"
    )


def lay_out_conditions(con: duckdb.DuckDBPyConnection) -> None:
    """Give conditions their `item`: a hit with all columns of section 4 of the design."""
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW item AS SELECT h.hit_no, h.device_no, h.item_no,"
        f" {', '.join(f'i.{name}' for name in DISTINCT_COLUMNS)},"
        f" {', '.join(f'h.{name}' for name in _OWN.split(', '))}"
        " FROM hit AS h JOIN distinct_item AS i ON i.item_no = h.item_no"
    )


def find_nameless(con: duckdb.DuckDBPyConnection, kinds: Iterable[str]) -> None:
    """Fill `nameless`: devices whose reports list items of these kinds, but never by name.

    Only asked for kinds of which some control's apps are told by nothing but their names.
    """
    con.execute(
        """
        INSERT INTO nameless
        WITH told AS (
            SELECT r.report_no, x.kind, count(x.name) AS named
            FROM installed_item AS x
            JOIN device_report AS r ON r.part = x.part AND r.device_ref = x.device_ref
            WHERE list_contains($kinds, x.kind)
            GROUP BY r.report_no, x.kind
        ),
        counted AS (
            SELECT
                s.device_no,
                k.kind,
                l.report_no IS NOT NULL AS lists,
                t.report_no IS NULL OR t.named > 0 AS names   -- no items: none is without a name
            FROM device_report AS s
            CROSS JOIN (SELECT unnest($kinds) AS kind) AS k
            LEFT JOIN listing AS l ON l.report_no = s.report_no AND l.kind = k.kind
            LEFT JOIN told AS t ON t.report_no = s.report_no AND t.kind = k.kind
        )
        SELECT device_no, kind
        FROM counted
        GROUP BY device_no, kind
        HAVING NOT CASE
            WHEN bool_or(lists) THEN bool_or(lists AND names)
            ELSE bool_or(names)
        END
        """,
        {"kinds": sorted(kinds)},
    )
