"""A stream of plain bytes on its way to a source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from policycheck.inventory.report_file import open_report


@dataclass(frozen=True)
class Stream:
    """Plain bytes, in memory or in a file, and where they came from."""

    path: str
    content: bytes | None
    file: Path | None
    size: int
    sha256: str | None
    """None where the file is large: it is hashed while it is read."""
    packed: Path | None
    """The file to hash then."""
    cut: bool = False

    @property
    def start(self) -> bytes:
        """The first bytes, enough to tell an encoding and a format."""
        if self.content is not None:
            return self.content
        assert self.file is not None
        with open_report(self.file) as handle:
            return handle.read(256 * 1024)
