"""Contents: texts and tables that runs went by, each kept once, by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import zstandard
from sqlalchemy import Connection, insert, select

from policycheck.store.chain import Kept
from policycheck.store.tables import ContentRow, metadata

_LEVEL = 3
LARGEST = 1 << 30
"""No content is larger, unpacked."""


class Content(NamedTuple):
    """What is to be kept: what it is, which one of its kind, and its bytes."""

    kind: str
    name: str
    bytes: bytes

    @property
    def sha256(self) -> str:
        """The digest by which it is found again."""
        return hashlib.sha256(self.bytes).hexdigest()


def keep(connection: Connection, contents: Iterable[Content]) -> list[Kept]:
    """Write the contents that are not there yet; say by which digests all of them are found."""
    kept: dict[str, Kept] = {}
    new: list[dict[str, object]] = []
    for content in contents:
        each = Kept(content.kind, content.name, content.sha256)
        if each.sha256 not in kept and not _is_there(connection, each.sha256):
            packed = zstandard.ZstdCompressor(level=_LEVEL).compress(content.bytes)
            new.append({"sha256": each.sha256, "kind": content.kind, "packed": packed})
        kept[each.sha256] = each
    if new:
        connection.execute(insert(ContentRow), new)
    return list(kept.values())


def _is_there(connection: Connection, sha256: str) -> bool:
    table = metadata.tables["content"]
    asked = select(table.c.sha256).where(table.c.sha256 == sha256)
    return connection.execute(asked).first() is not None


def read_content(connection: Connection, sha256: str) -> bytes | None:
    """Return a content, None where it is not there. Raises ValueError where it is damaged."""
    table = metadata.tables["content"]
    packed = connection.execute(
        select(table.c.packed).where(table.c.sha256 == sha256)
    ).scalar_one_or_none()
    return None if packed is None else unpack(packed)


def unpack(packed: bytes) -> bytes:
    """Unpack a content. Raises ValueError where it is damaged."""
    try:
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=LARGEST)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error
