"""The SHA-256 of large files, counted in a thread while DuckDB scans the same bytes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

from policycheck.inventory.report_file import UnreadableError, cannot_read

_CHUNK = 1024 * 1024


class Digest:
    """Reads a file once, beside everything else: its SHA-256, and whether it holds a NUL byte.

    Starts at once. Whoever asks for the result hears of an error while reading.
    """

    def __init__(self, path: Path, advance: Callable[[int], None]) -> None:
        self._path = path
        self._advance = advance
        self._sha256 = ""
        self._has_nul = False
        self._error: UnreadableError | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"digest of {path.name}", daemon=True
        )
        self._thread.start()

    def _run(self) -> None:
        digest = hashlib.sha256()
        buffer = bytearray(_CHUNK)
        view = memoryview(buffer)
        try:
            with self._path.open("rb", buffering=0) as handle:
                while size := handle.readinto(buffer):
                    digest.update(view[:size])
                    self._has_nul = self._has_nul or buffer.find(b"\x00", 0, size) >= 0
                    self._advance(size)
        except OSError as error:
            self._error = cannot_read(error)
        self._sha256 = digest.hexdigest()

    def wait(self) -> None:
        """Wait until all is read.

        Raises:
            UnreadableError: where it could not be.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error

    @property
    def sha256(self) -> str:
        """The digest in hexadecimal; "" of a file that could not be read."""
        self._thread.join()
        return "" if self._error else self._sha256

    @property
    def has_nul(self) -> bool:
        """Whether a NUL byte stands anywhere in the file; raises UnreadableError."""
        self.wait()
        return self._has_nul
