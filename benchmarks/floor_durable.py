"""(b) The floor of a record: a hand-written script that does the durable work only.

Whatever keeps an audit's evidence must at least hash the report, know its distinct
devices and items, and store every install. This script does that and nothing else, the
fastest way we found: one wide scan into dictionary-coded Parquet in file order (so that a
row's place is its record number), the SHA-256 beside it in a thread (hashlib lets go of
the interpreter lock), and the distinct rows out of the Parquet's dictionary columns. Two
scans of the CSV, with joins to number the devices and items, took twice as long.

    python benchmarks/floor_durable.py benchmarks/data/70000 OUT
"""

from __future__ import annotations

import hashlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
from fleet import COLUMNS

INSTALLS = f"""
COPY (
    SELECT DeviceId, DeviceName, EmailAddress, OSDescription, OSVersion, Platform,
           ApplicationName, ApplicationPublisher, ApplicationVersion
    FROM read_csv($csv, header = true, delim = ',', quote = '"', escape = '"',
                  auto_detect = false, columns = {dict.fromkeys(COLUMNS, "VARCHAR")})
) TO $out (FORMAT parquet, COMPRESSION zstd)
"""
ITEMS = """
COPY (
    SELECT DISTINCT ApplicationName, ApplicationPublisher, ApplicationVersion, Platform
    FROM read_parquet($installs)
) TO $out (FORMAT parquet)
"""
DEVICES = """
COPY (
    SELECT DISTINCT DeviceId, DeviceName, EmailAddress, OSDescription, OSVersion, Platform
    FROM read_parquet($installs)
) TO $out (FORMAT parquet)
"""


def main() -> None:
    """Store the fleet of the first argument's folder in the second's; print the digest."""
    report, out = Path(sys.argv[1]) / "AppInvRawData.csv", Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    with ThreadPoolExecutor(1) as pool:
        digest = pool.submit(sha256, report)
        installs = str(out / "installs.parquet")
        connection.execute(INSTALLS, {"csv": str(report), "out": installs})
        for what, name in ((ITEMS, "items"), (DEVICES, "devices")):
            file = str(out / f"{name}.parquet")
            connection.execute(what, {"installs": installs, "out": file})
        print(json.dumps({"sha256": digest.result()}))


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
