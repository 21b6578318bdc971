"""Claims: whose a file is while it is read, and where it goes after.

A claim is a rename into a folder of the watcher's own, `INBOX/processing/HOST-PID-NUMBER/`, in
which it holds a lock for as long as it lives. What lies in the folder of a watcher that is gone is
taken back by the next one. Nothing is ever renamed over anything.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from policycheck.text import writable
from policycheck.watch.inbox import DONE, MARKER, PROCESSING, REJECTED, Candidate, open_regular

_LOCK = ".lock"
_OWNER = re.compile(r"(?P<host>.+)-\d+-\d+")
_LONGEST_NAME = 200
_ABANDONED_SECONDS = 600
"""So long a watcher on another machine may not have touched its lock, and is taken for gone."""
_CHUNK = 1 << 20
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


class Claims:
    """The files of one watcher, in a folder that it has locked."""

    def __init__(self, inbox: Path) -> None:
        self._inbox = inbox
        self._taken = 0
        processing = inbox / PROCESSING
        processing.mkdir(mode=0o700, exist_ok=True)
        owner = f"{name_watcher()}-{time.time_ns()}"
        unready = processing / f".{owner}"
        unready.mkdir(mode=0o700)
        self._lock = (unready / _LOCK).open("wb")
        _try_lock(self._lock)
        self.folder = processing / owner
        unready.rename(self.folder)

    def wants(self, _: Candidate) -> bool:
        """Tell whether a file is to be taken: whatever lies in the inbox is."""
        return True

    def place_of(self, drop: Drop) -> Path:
        """Return where a file lies."""
        return drop.path

    def touch(self) -> None:
        """Tell watchers on other machines that this one lives."""
        os.utime(self.folder / _LOCK)

    def close(self) -> None:
        """Give up the folder; what is left in it is for the next watcher."""
        if not _folders(self.folder):
            shutil.rmtree(self.folder)
        self._lock.close()

    def take(self, files: Sequence[Candidate]) -> list[Drop]:
        """Claim files; those that another was quicker to take are left out."""
        folder = self._next_folder()
        folder.mkdir()
        taken = [drop for file in files if (drop := self._take(file, folder))]
        if not taken:
            shutil.rmtree(folder)
        return taken

    def take_back(self) -> list[str]:
        """Claim what watchers that are gone had claimed: it is in hand then.

        Returns their names, `HOST-PID`.
        """
        gone: list[str] = []
        for left in sorted((self._inbox / PROCESSING).iterdir()):
            if left == self.folder or left.name.startswith(".") or not left.is_dir():
                continue
            with suppress(FileNotFoundError), (left / _LOCK).open("r+b") as lock:
                if _is_abandoned(left, self.folder) and _try_lock(lock):
                    for folder in _folders(left):
                        folder.rename(self._next_folder())
                    shutil.rmtree(left)
                    gone.append(left.name.rpartition("-")[0])
        return gone

    def in_hand(self, wanted: Callable[[Path], bool]) -> Iterator[list[Drop]]:
        """Yield the batches that are claimed and not filed away, of each the files wanted."""
        for folder in _folders(self.folder):
            if files := [path for path in _files(folder) if wanted(path)]:
                yield [describe(path, path.relative_to(folder).as_posix()) for path in files]

    def _next_folder(self) -> Path:
        self._taken += 1
        return self.folder / str(self._taken)

    def _take(self, file: Candidate, folder: Path) -> Drop | None:
        path = folder / file.name
        if "/" in file.name:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.rename(f"{self._inbox}/{file.name}", path)  # noqa: PTH104 - half as long as by Path
        except FileNotFoundError:
            return None
        if file.marked:
            (self._inbox / f"{file.name}{MARKER}").unlink(missing_ok=True)
        return describe(path, file.name)

    def finish(self, drop: Drop, day: datetime) -> Path:
        """Put a file that is recorded into `done/`, under its day."""
        return _move(drop, self._inbox / DONE / f"{day:%Y-%m-%d}")

    def reject(self, drop: Drop, reason: str, at: datetime) -> Path:
        """Put a file that cannot be used into `rejected/`, with the reason beside it."""
        folder = self._inbox / REJECTED
        folder.mkdir(exist_ok=True)
        told = {
            "name": writable(drop.name),
            "sha256": drop.sha256 or None,
            "bytes": drop.size,
            "reason": reason,
            "rejected_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        }
        place = _move(drop, folder)
        unfinished = place.with_name(f".{place.name}.reason.json")
        unfinished.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
        unfinished.replace(place.with_name(f"{place.name}.reason.json"))
        return place

    def give_back(self, drop: Drop) -> None:
        """Put a file back where it was dropped: it changed while it was read."""
        place = self._inbox / drop.name
        place.parent.mkdir(parents=True, exist_ok=True)
        _move(drop, place.parent)

    def clear(self) -> None:
        """Remove the folders of batches that are over."""
        for folder in _folders(self.folder):
            if not any(_files(folder)):
                shutil.rmtree(folder)


def name_watcher() -> str:
    """Return how this process is called as a watcher: `HOST-PID`."""
    return f"{socket.gethostname()}-{os.getpid()}"


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


def _folders(folder: Path) -> list[Path]:
    """Return the batches in a watcher's folder, the first one first."""
    batches = (each for each in folder.iterdir() if each.name.isdecimal() and each.is_dir())
    return sorted(batches, key=lambda batch: int(batch.name))


def _files(folder: Path) -> Iterator[Path]:
    """Yield what lies below a folder and is none itself, by name."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path


def _move(drop: Drop, folder: Path) -> Path:
    """Move a file into a folder, under its own name or one that is like it."""
    name = drop.name.rpartition("/")[2]
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = f"{os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])}~{drop.sha256[:12]}"
    number = 0
    while True:
        stem, dot, suffix = name.partition(".")
        place = folder / (f"{stem}~{number}{dot}{suffix}" if number else name)
        if _move_unless_there(drop.path, place):
            return place
        number += 1


def _move_unless_there(path: Path, place: Path) -> bool:
    """Rename, but never over what is there; False where something is."""
    try:
        os.link(path, place, follow_symlinks=False)
    except FileExistsError:
        return False
    except FileNotFoundError:
        if place.parent.is_dir():
            raise
        place.parent.mkdir(parents=True, exist_ok=True)
        return _move_unless_there(path, place)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS}:
            raise
        if os.path.lexists(place):
            return False
        path.rename(place)
        return True
    os.unlink(path)  # noqa: PTH108
    return True


def _is_abandoned(left: Path, ours: Path) -> bool:
    """Tell whether a watcher may be gone: one of this machine is asked by its lock alone."""
    owner = _OWNER.fullmatch(left.name)
    if owner is None or owner["host"] == socket.gethostname():
        return True
    age = (ours / _LOCK).stat().st_mtime - (left / _LOCK).stat().st_mtime
    return age > _ABANDONED_SECONDS


def _try_lock(file: BinaryIO) -> bool:
    """Take a lock that ends with its process; False where another has it."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
