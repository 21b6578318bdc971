"""Taking files from a share that may only be read: they stay, and their digests alone tell.

Each is copied through a descriptor that was checked, and the copy is read: whatever its name is
given to afterwards, nothing else is.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from policycheck.watch.drop import Drop, describe
from policycheck.watch.inbox import Candidate, open_regular
from policycheck.watch.places import parent_of

_CHUNK = 1 << 20


class InPlace:
    """The files of an inbox in which nothing is moved."""

    def __init__(self, inbox: Path, scratch: Path) -> None:
        self.folder = None
        """Nothing in the inbox is this watcher's own."""
        self._inbox = inbox
        self._scratch = scratch
        self._number = 0
        self._over: dict[str, int] = {}
        self._taken: dict[str, int] = {}

    def wants(self, file: Candidate) -> bool:
        """Tell whether a file is not known yet as it lies there now."""
        return self._over.get(file.name) != hash(file)

    def take(self, files: Sequence[Candidate]) -> list[Drop]:
        """Copy files; those that are gone are left out."""
        self._number += 1
        folder = self._scratch / str(self._number)
        return [drop for file in files if (drop := self._take(file, folder))]

    def _take(self, file: Candidate, folder: Path) -> Drop | None:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._taken[file.name] = hash(file)
        try:
            with (
                parent_of(self._inbox, file.name) as place,
                open_regular(place) as handle,
                path.open("wb") as copy,
            ):
                while chunk := os.read(handle, _CHUNK):
                    copy.write(chunk)
        except FileNotFoundError:
            return None
        except OSError as error:
            if path.exists() and error.errno is not None and file.regular:
                raise  # no room for the copy
            return Drop(path, file.name, 0, "", fault="is no ordinary file, or may not be read")
        return replace(describe(path, file.name), path=path)

    def take_back(self) -> list[str]:
        """Do nothing: nothing is ever claimed."""
        return []

    def place_of(self, drop: Drop) -> Path:
        """Return where a file lies that was copied."""
        return self._inbox / drop.name

    def in_hand(self, _: Callable[[Path], bool]) -> Iterator[list[Drop]]:
        """Yield nothing: what could not be recorded still lies in the inbox."""
        return iter(())

    def finish(self, drop: Drop, day: datetime) -> None:
        """Remember that a file is recorded."""
        self._over[drop.name] = self._taken.pop(drop.name, 0)

    def reject(self, drop: Drop, reason: str, at: datetime) -> None:
        """Remember that a file cannot be used, until it changes."""
        self.finish(drop, at)

    def give_back(self, drop: Drop) -> None:
        """Do nothing: it will be seen that it changed."""

    def clear(self) -> None:
        """Remove the copies, and forget what is no longer there."""
        for folder in self._scratch.iterdir():
            shutil.rmtree(folder)
        gone = [name for name in self._over if not os.path.lexists(self._inbox / name)]
        for name in gone:
            del self._over[name]

    def touch(self) -> None:
        """Do nothing: there are no claims."""

    def close(self) -> None:
        """Remove the copies."""
        with suppress(OSError):
            self.clear()
