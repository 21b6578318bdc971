"""The user's files as they lie on disk: what cannot be read of one costs nothing but itself."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

_BUFFER = 1024 * 1024


class UnreadableError(Exception):
    """A source that cannot be used at all: a sentence, and what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def open_report(path: Path) -> IO[bytes]:
    """Open a file of the user's for reading.

    What fails there, now or later (a fault of the disk or the network, a right, a file that is
    gone), makes this file unreadable, and nothing else.

    Raises:
        UnreadableError: here, and wherever the file is read.
    """
    try:
        return io.BufferedReader(_ReportFile(path), _BUFFER)
    except OSError as error:
        raise cannot_read(error) from error


def look_at(path: Path) -> os.stat_result | None:
    """Return what the system says of a path; None where there is nothing, or nobody may see it."""
    try:
        return path.stat()
    except (OSError, ValueError):
        return None


def cannot_read(error: OSError) -> UnreadableError:
    """Return what an error of the system says of the file that was to be read."""
    reason = error.strerror or type(error).__name__
    return UnreadableError(f"cannot be read: {reason[:1].lower()}{reason[1:]}")


class _ReportFile(io.FileIO):
    """Tells of a file that cannot be read on in the way of all readers."""

    def readinto(self, buffer: Buffer, /) -> int | None:
        try:
            return super().readinto(buffer)
        except OSError as error:
            raise cannot_read(error) from error

    def readall(self) -> bytes:
        try:
            return super().readall()
        except OSError as error:
            raise cannot_read(error) from error
