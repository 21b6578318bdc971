"""Folders in an inbox, held open while they are used.

Who may write in the inbox may also put a link where a folder was. A folder that is open stays the
one that it was when it was looked at, whatever has its name by then; so nothing outside is reached.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_LONGEST_NAME = 200
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_HELD = Path("/proc/self/fd") if sys.platform == "linux" else None
"""Where an open folder has a name that nobody else can give to another."""
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS})


class Place:
    """A folder, made where it is missing."""

    def __init__(self, path: Path, *, private: bool = False) -> None:
        """Open it. Raises OSError where it is a link, or `private` and another user's."""
        path.mkdir(mode=0o700 if private else 0o777, exist_ok=True)
        self._handle: int | None = None
        self.path = path
        """As it is to be called."""
        if _HELD is None:
            if path.is_symlink():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
            return
        self._handle = os.open(path, _FOLDER)
        if private and os.fstat(self._handle).st_uid != os.geteuid():
            self.close()
            raise PermissionError(errno.EPERM, "belongs to another user", str(path))
        self.path = _HELD / str(self._handle)

    def close(self) -> None:
        """Let it go."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle = None


def take_in(
    folder: Path, path: Path, name: str, mark: str, note: Callable[[Path], None] | None = None
) -> Path:
    """Move a file into a folder, under a name or one that is like it; `mark` ends one that is cut.

    Never over what is there. `note` writes something beside the file at its new place, before it
    leaves the old one: whoever dies in between finds it there and does both again.
    """
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = f"{os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])}~{mark}"
    number = 0
    while True:
        stem, dot, suffix = name.partition(".")
        place = folder / (f"{stem}~{number}{dot}{suffix}" if number else name)
        if _move_unless_there(path, place, note or _note_nothing):
            return place
        number += 1


@contextmanager
def parent_of(folder: Path, name: str) -> Iterator[str]:
    """Give a path for `name`, of a file below a folder, that leads through no link.

    Only the file itself may be one. Raises OSError where a folder on the way is a link, or gone.
    """
    *above, base = name.split("/")
    if not above or _HELD is None:
        yield f"{folder}/{name}"
        return
    with ExitStack() as stack:
        handle = os.open(folder, _FOLDER)
        stack.callback(os.close, handle)
        for part in above:
            handle = os.open(part, _FOLDER, dir_fd=handle)
            stack.callback(os.close, handle)
        yield f"{_HELD}/{handle}/{base}"


def _note_nothing(_: Path) -> None:
    pass


def _move_unless_there(path: Path, place: Path, note: Callable[[Path], None]) -> bool:
    """Rename, but never over what is there; False where something else is."""
    try:
        os.link(path, place, follow_symlinks=False)
    except FileExistsError:
        if not os.path.samestat(path.lstat(), place.lstat()):
            return False  # else a watcher was killed between the two halves of this
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(place):
            return False
        path.rename(place)
        note(place)
        return True
    note(place)
    os.unlink(path)  # noqa: PTH108 - half as long as by Path
    return True
