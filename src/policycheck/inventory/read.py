"""Read inventory reports: the one way from files to the tables that the engine joins."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.base import Earlier, Input, Progress, ReadResult, Source
from policycheck.inventory.detect import Detector
from policycheck.inventory.files.digest import Digest
from policycheck.inventory.files.opening import Opener
from policycheck.inventory.files.paths import expand_paths
from policycheck.inventory.mapping.file import FileMapping
from policycheck.inventory.mapping.reader import MappedReader
from policycheck.inventory.reader import Reader
from policycheck.inventory.report_file import UnreadableError, look_at
from policycheck.inventory.staging.area import Staging
from policycheck.problems import sort_problems
from policycheck.text import writable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_reports(
    paths: Iterable[Path | str],
    con: DuckDBPyConnection,
    folder: Path,
    received_at: datetime,
    progress: Progress | None = None,
    *,
    device: str = "",
    only_look: bool = False,
    mappings: Sequence[FileMapping] = (),
    earlier: Earlier | None = None,
    base: Path | None = None,
) -> ReadResult:
    """Read reports of any known format into the tables of a connection.

    Makes the temporary tables `report`, `listing` and `rejected` and writes the items to
    `folder` (see `staging`); sets the connection's time zone to UTC. `folder` must exist, be
    empty and stay as long as the items are needed.

    Args:
        paths: Files, folders or globs. A file that is no report is a problem of the result;
            the others are read.
        con: Sessions share nothing: two calls on one connection replace each other's tables.
        folder: For the Parquet parts. What must be unpacked or decoded lies in it meanwhile.
        received_at: When these reports arrived, with its zone; for all of them.
        progress: Told of bytes read so far and in all, from this or another thread.
        mappings: How tables and JSON of other systems become ours.
        device: The id of the device that the reports which name none (winget, adb, `.reg`) are
            about; without it they are refused.
        earlier: Gives what earlier audits kept of devices whose reports tell changes only; what a
            later one will ask for is then written to `folder`, too.
        base: Files below it are told without it.
        only_look: Read such a report all the same: nothing will be judged.
    """
    files = list(expand_paths(paths))
    count = _Count(files, progress)
    with tempfile.TemporaryDirectory(prefix="reading-", dir=folder) as scratch:
        opener = Opener(con, Path(scratch), count.advance)
        staging = Staging(
            con, folder, Path(scratch), device.strip(), only_look=only_look, earlier=earlier
        )
        with closing(staging.rows):
            readers = [MappedReader(mapping) for mapping in mappings if mapping.device]
            untold = f"{base}{os.sep}" if base else ""
            entries = _read_files(files, opener, staging, readers, untold)
            for number, entry in enumerate(entries, 1):
                entry.check(number, staging)
            staging.finish(received_at.astimezone(UTC).replace(tzinfo=None))
        inputs = tuple(entry.finish(number, staging) for number, entry in enumerate(entries, 1))
    return ReadResult(inputs, sort_problems(staging.problems), tuple(staging.parts))


def _read_files(
    files: Iterable[Path],
    opener: Opener,
    staging: Staging,
    mappings: Sequence[MappedReader],
    untold: str,
) -> list[_Entry]:
    """Give every source to its reader, all sources of a reader in one call.

    untold: what is left out where a path is told that begins so.
    """
    entries: list[_Entry] = []
    claimed: dict[str, tuple[Reader, list[Source]]] = {}
    detector = Detector(mappings)
    for file in files:
        for path, sha256, found in opener.open(file):
            told = writable(path.removeprefix(untold))
            size = 0
            if isinstance(found, Source):
                size = found.size
                found = replace(found, path=told, input_no=len(entries) + 1)
            entries.append(_Entry(told, sha256, size))
            try:
                _claim(found, staging, claimed, detector)
            except UnreadableError as error:
                staging.refuse(len(entries), told, error)
    for reader, sources in claimed.values():
        reader.read(sources, staging)
    return entries


class _Count:
    """Adds up the bytes that threads report."""

    def __init__(self, files: Sequence[Path], progress: Progress | None) -> None:
        self._done = 0
        self._progress = progress
        looks = map(look_at, files) if progress else ()
        self._total = sum(known.st_size for known in looks if known)

    def advance(self, size: int) -> None:
        self._done += size
        if self._progress:
            self._progress(min(self._done, self._total), self._total)


@dataclass(frozen=True)
class _Entry:
    """A source on its way to becoming an `Input`."""

    path: str
    sha256: str | Digest
    size: int

    def check(self, input_no: int, staging: Staging) -> None:
        """Refuse the source, whatever was read of it, if its bytes could not all be read."""
        if isinstance(self.sha256, Digest):
            try:
                self.sha256.wait()
            except UnreadableError as error:
                staging.refuse(input_no, self.path, error)

    def finish(self, input_no: int, staging: Staging) -> Input:
        return Input(
            path=self.path,
            sha256=self.sha256 if isinstance(self.sha256, str) else self.sha256.sha256,
            format=staging.formats.get(input_no, ""),
            devices=staging.devices.get(input_no, 0),
            items=staging.items.get(input_no, 0),
            records=staging.records.get(input_no, 0),
            rejected=staging.rejects.get(input_no, 0),
            bytes=self.size,
            encoding=staging.encodings.get(input_no, ""),
        )


def _claim(
    found: Source | UnreadableError,
    staging: Staging,
    claimed: dict[str, tuple[Reader, list[Source]]],
    detector: Detector,
) -> None:
    """Give a source to its reader.

    Raises:
        UnreadableError: where there is no source, or no reader for it.
    """
    if isinstance(found, UnreadableError):
        raise found
    try:
        reader = detector.detect(found.head)
    except UnreadableError as error:
        if found.cut:
            message = "is damaged: its compressed data is cut or broken"
            raise UnreadableError(message, "copy it once more") from error
        raise
    staging.enter(found, reader)
    claimed.setdefault(reader.NAME, (reader, []))[1].append(found)
