"""(a) The floor of an answer: a hand-written count of the employees' unapproved messengers.

One scan of the installs, joined to the devices and the people: what a good administrator
writes in an evening. It recognises only the names in its own list, keeps nothing, knows no
`unknown` and gives no evidence.

    python benchmarks/floor_count.py benchmarks/data/70000
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
from known_apps import MESSENGERS

COUNT = """
WITH messenger(app, name) AS (
    SELECT DISTINCT unnest($apps), unnest($names)
), found AS (
    SELECT DISTINCT install.DeviceId, install.EmailAddress, messenger.app
    FROM read_csv($installs, header = true, all_varchar = true, delim = ',', quote = '"') install
    JOIN messenger ON messenger.name = install.ApplicationName
)
SELECT count(*)
FROM found
JOIN read_csv($devices, header = true, all_varchar = true) device USING (DeviceId)
JOIN read_csv($people, header = true, all_varchar = true) person
    ON lower(person.email) = lower(found.EmailAddress)
WHERE person.type = 'employee' AND device.Ownership = 'Corporate'
"""


def main() -> None:
    """Count in the fleet that the first argument names, and print the number alone."""
    folder = Path(sys.argv[1])
    answer = duckdb.connect().execute(COUNT, {
        "apps": [app for app, *_ in MESSENGERS],
        "names": [name for _, name, *_ in MESSENGERS],
        "installs": str(folder / "AppInvRawData.csv"),
        "devices": str(folder / "Devices.csv"),
        "people": str(folder / "people.csv"),
    }).fetchone()  # fmt: skip
    assert answer is not None
    print(answer[0])


if __name__ == "__main__":
    main()
