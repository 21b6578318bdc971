"""The floor of an answer over a nested fleet: a hand-written count, as `floor_count.py` makes it.

One scan of JSON lines, one device with all its items a line, joined to the people: how many
employees' corporate devices carry which unapproved messenger. It recognises only the names in its
own list, rejects nothing, keeps nothing and gives no evidence. Its columns are spelled out, which
takes half the CPU of letting DuckDB find them (`--found`: what somebody writes in an evening),
though no less time.

    python benchmarks/floor_nested.py benchmarks/data/70000 [--found]
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
from known_apps import MESSENGERS

COLUMNS = """, columns = {device_id: 'VARCHAR', ownership: 'VARCHAR', user_id: 'VARCHAR',
    items: 'STRUCT(name VARCHAR)[]'}"""
COUNT = """
WITH messenger(app, name) AS (
    SELECT DISTINCT unnest($apps), unnest($names)
), install AS (
    SELECT device_id, user_id, ownership, unnest(items) AS item
    FROM read_json($fleet, format = 'newline_delimited'{columns})
), found AS (
    SELECT DISTINCT install.device_id, install.user_id, messenger.app
    FROM install JOIN messenger ON messenger.name = install.item.name
    WHERE install.ownership = 'corporate'
)
SELECT count(*)
FROM found
JOIN read_csv($people, header = true, all_varchar = true) person
    ON lower(person.email) = lower(found.user_id)
WHERE person.type = 'employee'
"""


def main() -> None:
    """Count in the fleet that the first argument names, and print the number alone."""
    folder = Path(sys.argv[1])
    query = COUNT.format(columns="" if "--found" in sys.argv else COLUMNS)
    answer = duckdb.connect().execute(query, {
        "apps": [app for app, *_ in MESSENGERS],
        "names": [name for _, name, *_ in MESSENGERS],
        "fleet": str(folder / "fleet.ndjson"),
        "people": str(folder / "people.csv"),
    }).fetchone()  # fmt: skip
    assert answer is not None
    print(answer[0])


if __name__ == "__main__":
    main()
