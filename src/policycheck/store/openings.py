"""Openings: the evidence of the violations that a run opened, copied from their reports.

Facts may be pruned one day; what a violation was opened with stays. All of a run's are one
Parquet table, a content like others. What a person can be told by stands in another table
(`personal`), which is not sealed and can be forgotten: the sealed one holds a salted digest of
it. The salts are made of a secret that is thrown away.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert

from policycheck.store.contents import Content
from policycheck.store.session import Session, number
from policycheck.store.tables import PersonalRow
from policycheck.store.tree import root_in

_OPENINGS = """
SELECT
    p.fingerprint,
    p.change,
    p.policy,
    p.control,
    p.device_key,
    p.subject,
    strftime(p.due, '%Y-%m-%dT%H:%M:%S.%fZ') AS due,
    p.source,
    c.report_sha256,
    p.record,
    strftime(p.reported_at, '%Y-%m-%dT%H:%M:%S.%fZ') AS reported_at,
    c.app_id,
    c.basis,
    c.confidence,
    c.device,
    c.item,
    sha256(p.salt || c.personal) AS personal_sha256,
    p.salt,
    c.personal
FROM (SELECT *, substr(sha256($secret || fingerprint), 1, 32) AS salt FROM proof) AS p
JOIN copied AS c ON c.fingerprint = p.fingerprint
WHERE hash(p.fingerprint) % $slices = $slice AND hash(c.fingerprint) % $slices = $slice
"""
_SLICE = 200_000
"""So many are joined at once: of all, with all that their reports say, the joins would need more
memory than a session has."""
SEALED = "* EXCLUDE (salt, personal)"
_LEAVES = f"""
SELECT row_number() OVER (ORDER BY fingerprint) - 1 AS n, hash
FROM (
    SELECT fingerprint, sha256(CAST(to_json(o) AS VARCHAR)) AS hash
    FROM (SELECT {SEALED} FROM opening) AS o
)
"""
_PERSONAL = "fingerprint, salt, personal"


@dataclass(frozen=True)
class Openings:
    """What a run opens or reopens: its seal, and its two tables as Parquet."""

    seal: Mapping[str, object]
    sealed: bytes = b""
    personal: bytes = b""
    """Both empty where nothing was opened."""


def pack_openings(con: Session) -> Openings:
    """Copy the evidence of what a run opens or reopens, by fingerprint; seal and pack it.

    Reads proof (see changes.sql) and copied(fingerprint, report_sha256, app_id, basis,
    confidence, device, item, personal): the rows of report and item that prove a violation,
    without what is `personal`, which is the text of a JSON object.
    """
    slices = number(con, "SELECT count(*) FROM proof") // _SLICE + 1
    asked = {"secret": secrets.token_hex(32), "slices": slices}
    con.execute(f"CREATE OR REPLACE TEMP TABLE opening AS {_OPENINGS}", {**asked, "slice": 0})
    for place in range(1, slices):
        con.execute(f"INSERT INTO opening {_OPENINGS}", {**asked, "slice": place})
    rows = number(con, "SELECT count(*) FROM opening")
    seal = {"rows": rows, "sha256": root_in(con, _LEAVES)}
    if not rows:
        return Openings(seal)
    sealed = _as_parquet(con, SEALED, "uncompressed")  # as a content it is packed anyway
    return Openings(seal, sealed, _as_parquet(con, _PERSONAL, "zstd"))


def write_openings(connection: Connection, run_id: int, openings: Openings) -> list[Content]:
    """Write what can be forgotten of a run's openings; return what is to be kept of them."""
    if not openings.sealed:
        return []
    connection.execute(insert(PersonalRow).values(run_id=run_id, packed=openings.personal))
    return [Content("openings", str(run_id), openings.sealed)]


def _as_parquet(con: Session, columns: str, compression: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="policycheck-") as folder:
        path = Path(folder) / "table.parquet"
        con.execute(
            f"COPY (SELECT {columns} FROM opening) TO $path"
            f" (FORMAT parquet, COMPRESSION {compression})",
            {"path": str(path)},
        )
        return path.read_bytes()
