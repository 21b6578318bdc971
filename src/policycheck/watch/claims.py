"""Claims: whose a file is while it is read, and where it goes after.

A claim is a rename into a folder of the watcher's own, `INBOX/processing/HOST-PID-NUMBER/`, in
which it holds a lock for as long as it lives. What lies in the folder of a watcher that is gone is
taken back by the next one. Nothing is ever renamed over anything.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from policycheck.text import writable
from policycheck.watch.drop import Drop, describe
from policycheck.watch.inbox import DONE, MARKER, PROCESSING, REJECTED, Candidate
from policycheck.watch.places import Place, parent_of, take_in

_LOCK = ".lock"
_OWNER = re.compile(r"(?P<host>.+)-\d+-\d+")
_ABANDONED_SECONDS = 600
"""So long a watcher on another machine may not have touched its lock, and is taken for gone."""


class Claims:
    """The files of one watcher, in a folder that it has locked."""

    def __init__(self, inbox: Path) -> None:
        self._inbox = inbox
        self._taken = 0
        self._places: dict[str, Place] = {}
        self._processing = Place(inbox / PROCESSING, private=True)
        owner = f"{name_watcher()}-{time.time_ns()}"
        unready = self._processing.path / f".{owner}"
        unready.mkdir(mode=0o700)
        self._lock = (unready / _LOCK).open("wb")
        _try_lock(self._lock)
        self.folder = self._processing.path / owner
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
        try:
            if not _folders(self.folder):
                shutil.rmtree(self.folder)
        finally:
            self._lock.close()
            self._let_go()
            self._processing.close()

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
        for left in sorted(self._processing.path.iterdir()):
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
            with parent_of(self._inbox, file.name) as place:
                os.rename(place, path)  # noqa: PTH104 - half as long as by Path
                if file.marked:
                    Path(f"{place}{MARKER}").unlink(missing_ok=True)
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
                return None  # gone, or something else by now
            raise
        return describe(path, file.name)

    def finish(self, drop: Drop, day: datetime) -> None:
        """Put a file that is recorded into `done/`, under its day."""
        self._put(drop, DONE, day.date().isoformat())

    def reject(self, drop: Drop, reason: str, at: datetime) -> None:
        """Put a file that cannot be used into `rejected/`, with the reason beside it."""
        told = {
            "name": writable(drop.name),
            "sha256": drop.sha256 or None,
            "bytes": drop.size,
            "reason": reason,
            "rejected_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        }
        self._put(drop, REJECTED, note=partial(_write_reason, told))

    def give_back(self, drop: Drop) -> None:
        """Put a file back into the inbox: it changed while it was read."""
        self._put(drop)

    def _put(self, drop: Drop, *folders: str, note: Callable[[Path], None] | None = None) -> None:
        """Move a file into a folder of the inbox, which stays open until the batch is over."""
        at = self._inbox
        try:
            for folder in folders:
                name = f"{at}/{folder}"
                if name not in self._places:
                    self._places[name] = Place(at / folder)
                at = self._places[name].path
            take_in(at, drop.path, drop.name.rpartition("/")[2], drop.sha256[:12], note)
        except OSError:
            self._let_go()  # somebody removed one of them
            raise

    def _let_go(self) -> None:
        """Close the folders: the next batch goes to those that have their names then."""
        for place in self._places.values():
            place.close()
        self._places.clear()

    def clear(self) -> None:
        """Remove the folders of batches that are over."""
        for folder in _folders(self.folder):
            if not any(_files(folder)):
                shutil.rmtree(folder)
        self._let_go()


def _write_reason(told: Mapping[str, object], place: Path) -> None:
    """Write beside a rejected file why it was."""
    unfinished = place.with_name(f".{place.name}.reason.json")
    unfinished.unlink(missing_ok=True)
    with unfinished.open("x", encoding="utf-8") as file:
        file.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    unfinished.replace(place.with_name(f"{place.name}.reason.json"))


def name_watcher() -> str:
    """Return how this process is called as a watcher: `HOST-PID`."""
    return f"{socket.gethostname()}-{os.getpid()}"


def _folders(folder: Path) -> list[Path]:
    """Return the batches in a watcher's folder, the first one first."""
    batches = (each for each in folder.iterdir() if each.name.isdecimal() and each.is_dir())
    return sorted(batches, key=lambda batch: int(batch.name))


def _files(folder: Path) -> Iterator[Path]:
    """Yield what lies below a folder and is none itself, by name."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path


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
