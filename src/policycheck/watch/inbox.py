"""The inbox as it is looked at: which files lie in it, and which of them are whole.

The file system's word is the truth, events only say when to look again. A file is whole when its
`.done` marker stands beside it, when the kernel says that nobody writes it (a read lease is given
to the owner of a local file, or to who has CAP_LEASE), or when it has not changed for a while.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from policycheck.inventory.files.paths import is_finished_name

if sys.platform == "linux":
    import fcntl

PROCESSING = "processing"
DONE = "done"
REJECTED = "rejected"
MARKER = ".done"
_OURS = frozenset({PROCESSING, DONE, REJECTED})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that lies in the inbox, as one look at it found it."""

    changed_ns: int
    """When it last changed, by its own file system's clock."""
    name: str
    """Its path from the inbox on."""
    size: int
    inode: int
    regular: bool
    """False for links, pipes, sockets and devices: they are refused."""
    marked: bool
    """Its marker stands beside it."""


_AGE = attrgetter("changed_ns", "name")


@dataclass(frozen=True)
class Manner:
    """How an inbox is looked at."""

    settle: float = 2.0
    """Seconds for which a file must not have changed, where nothing else says that it is whole."""
    recursive: bool = False
    markers: bool = False
    """Only what has a marker is taken."""


class Inbox:
    """Looks at a folder, and remembers since when each file has looked as it does."""

    def __init__(self, folder: Path, manner: Manner) -> None:
        self.folder = folder
        self._manner = manner
        self._seen: dict[str, tuple[int, float]] = {}

    @property
    def settle(self) -> float:
        """Seconds after which what does not change is whole."""
        return self._manner.settle

    @property
    def recursive(self) -> bool:
        """Whether folders below it are looked at."""
        return self._manner.recursive

    def look(self, moment: float) -> list[Candidate]:
        """Return what lies there, the oldest first. `moment` is in seconds of a steady clock.

        Raises OSError where the folder cannot be read.
        """
        found = sorted(_walk(self.folder, "", self._manner.recursive), key=_AGE)
        seen: dict[str, tuple[int, float]] = {}
        for file in found:
            looks = hash(file)
            before = self._seen.get(file.name)
            seen[file.name] = before if before and before[0] == looks else (looks, moment)
        self._seen = seen
        return found

    def is_whole(self, file: Candidate, moment: float) -> bool:
        """Tell whether nobody writes a file any more, as far as can be known."""
        if file.marked:
            return True
        if not file.regular:
            return self._looks_as(file)
        if self._manner.markers:
            return False
        written = is_written(f"{self.folder}/{file.name}") if file.size else None
        if written is not None:
            return not written
        settled = moment - self._seen[file.name][1] >= self._manner.settle
        return settled and self._looks_as(file)

    def _looks_as(self, file: Candidate) -> bool:
        """Tell whether a file has not changed since it was looked at."""
        try:
            status = Path(f"{self.folder}/{file.name}").lstat()
        except OSError:
            return False
        return _candidate(file.name, status, file.marked) == file


def _walk(folder: Path, below: str, recursive: bool) -> Iterator[Candidate]:
    with os.scandir(folder) as entries:
        found = {each.name: _is_folder(each) for each in entries if is_finished_name(each.name)}
    for name, is_folder in found.items():
        path = f"{below}{name}"
        if is_folder:
            if recursive and not (not below and name in _OURS):
                with suppress(FileNotFoundError):
                    yield from _walk(folder / name, f"{path}/", recursive)
            continue
        if name.endswith(MARKER) and name.removesuffix(MARKER) in found:
            continue
        with suppress(FileNotFoundError):  # another has taken it meanwhile
            status = os.lstat(f"{folder}/{name}")  # which an entry would keep: of 100,000 too much
            yield _candidate(path, status, f"{name}{MARKER}" in found)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _candidate(path: str, status: os.stat_result, marked: bool) -> Candidate:
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    regular = stat.S_ISREG(status.st_mode)
    return Candidate(changed, path, status.st_size, status.st_ino, regular, marked)


def is_written(path: Path | str) -> bool | None:
    """Tell whether some process has a file open for writing; None where that cannot be told.

    Who opens it in that very moment makes the kernel send SIGIO, which must be ignored.
    """
    if sys.platform != "linux":
        return None
    try:
        with open_regular(path) as handle:
            try:
                fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            except BlockingIOError:
                return True
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            return False
    except OSError:
        return None


_READ_ONLY = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


@contextmanager
def open_regular(path: Path | str) -> Iterator[int]:
    """Open an ordinary file to be read; never follows a link, never waits for a pipe.

    Raises OSError for anything else, also where the name was given to something else meanwhile.
    """
    number = os.open(path, _READ_ONLY)
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(f"{path} is no ordinary file")
        yield number
    finally:
        os.close(number)
