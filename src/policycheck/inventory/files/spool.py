"""Where unpacked and decoded bytes go: memory while they are few, then a file, with an end."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from policycheck.inventory.report_file import UnreadableError

SMALL = 4 * 1024 * 1024
"""Sources up to this size are kept in memory and read together."""
MAX_RATIO = 200
"""A stream may grow to this many times its packed size; real exports stay under 60."""
FREE_BYTES = 64 * 1024 * 1024
"""Up to this size no ratio counts."""
MAX_BYTES = 32 * 1024**3


class Spool:
    """Collects chunks: in memory while they are few, then in a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chunks: list[bytes] = []
        self._file: IO[bytes] | None = None
        self.path: Path | None = None
        self.size = 0

    def write(self, chunk: bytes, packed: int) -> None:
        """Take a chunk; `packed` is how many bytes all chunks so far were unpacked from.

        Raises:
            UnreadableError: where the whole has outgrown what its packed size can explain.
        """
        self.size += len(chunk)
        check_growth(self.size, packed)
        if self._file is None and self.size > SMALL:
            self._spill()
        if self._file is None:
            self._chunks.append(chunk)
        else:
            self._file.write(chunk)

    def _spill(self) -> None:
        self.path = unused_path(self._folder, "plain")
        self._file = self.path.open("xb")
        self._file.writelines(self._chunks)
        self._chunks.clear()

    def close(self) -> bytes | None:
        """Return all of it, if it is small; else it stands in `path`."""
        if self._file is None:
            return b"".join(self._chunks)
        self._file.close()
        return None


def check_growth(size: int, packed: int) -> None:
    """Check that what unpacks to so many bytes may be a report.

    Raises:
        UnreadableError: where it is a bomb, or more than anybody exports.
    """
    if size > FREE_BYTES and size > MAX_RATIO * packed:
        raise UnreadableError(
            f"unpacks to more than {MAX_RATIO} times its size: a bomb, not a report",
            "if it is a real export, unpack it yourself and name the unpacked file",
        )
    if size > MAX_BYTES:
        raise UnreadableError(f"unpacks to more than {MAX_BYTES >> 30} GiB", "split the export")


def unused_path(folder: Path, stem: str, suffix: str = "") -> Path:
    """Return a path in the folder of the run that nothing uses yet."""
    number = 0
    while (path := folder / f"{stem}-{number:03}{suffix}").exists():
        number += 1
    return path
