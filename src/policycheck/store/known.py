"""Which files the ledger knows."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, text

from policycheck.store.session import CHUNK

ARCHIVE = "archive"
"""An option of a run, followed by an archive's own digest: the ledger holds its members'."""
_READ = text(
    "SELECT DISTINCT sha256 FROM report WHERE format <> '' AND sha256 IN :digests"
).bindparams(bindparam("digests", expanding=True))
_ARCHIVES = text("SELECT 1 FROM run WHERE CAST(options AS TEXT) LIKE :sign LIMIT 1")


def known_files(connection: Connection, digests: Collection[str]) -> frozenset[str]:
    """Return those SHA-256, in hexadecimal, of files that were read and recorded."""
    ordered = sorted(digests)
    found: set[str] = set()
    for start in range(0, len(ordered), CHUNK):
        chunk = {"digests": ordered[start : start + CHUNK]}
        found.update(connection.execute(_READ, chunk).scalars())
    return frozenset(found)


def knows_archive(connection: Connection, digest: str) -> bool:
    """Tell whether an archive of several reports was recorded (see ARCHIVE)."""
    sign = {"sign": f"%{ARCHIVE} {digest}%"}
    return connection.execute(_ARCHIVES, sign).first() is not None
