"""A file that is the watcher's own, and what it is from outside: its size, digest and faults."""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from policycheck.watch.inbox import open_regular

_CHUNK = 1 << 16
"""Most reports are small: room for a megabyte costs more than reading them does."""
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Drop:
    """A file that is ours."""

    path: Path
    """Where it lies."""
    name: str
    """Its path in the inbox."""
    size: int
    sha256: str
    """Empty for what is no ordinary file."""
    packed: bool = False
    """A ZIP archive, of which the ledger knows the members."""
    fault: str = ""
    """Why it will never be read."""
    unreadable: str = ""
    """Why it cannot be read for now."""

    @property
    def base(self) -> Path:
        """The folder from which its name counts."""
        return self.path.parents[self.name.count("/")]


def describe(path: Path, name: str) -> Drop:
    """Read a claimed file's size and digest; say what is wrong with it where it is no file."""
    try:
        size, sha256, packed = digest(path)
    except OSError as error:
        if error.errno in {errno.EMFILE, errno.ENFILE, errno.ESTALE}:
            raise
        if error.errno == errno.EIO:
            return Drop(path, name, 0, "", unreadable=f"cannot be read: {error.strerror}")
        return Drop(path, name, 0, "", fault="is no ordinary file, or may not be read")
    return Drop(path, name, size, sha256, packed, "" if size else "is empty")


def digest(path: Path) -> tuple[int, str, bool]:
    """Return a file's size, its SHA-256, and whether it is a ZIP archive."""
    counted = hashlib.sha256()
    with open_regular(path) as handle:
        start = chunk = os.read(handle, _CHUNK)
        size = 0
        while chunk:
            size += len(chunk)
            counted.update(chunk)
            chunk = os.read(handle, _CHUNK)
    return size, counted.hexdigest(), start.startswith(_ZIP)
