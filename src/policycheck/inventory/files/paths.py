"""Which files the arguments of a command mean: files, folders with all below them, globs."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from policycheck.inventory.report_file import UnreadableError, cannot_read, look_at

_TEMPORARY = (
    ".tmp", ".part", ".partial", ".filepart", ".crdownload", ".opdownload", ".download", ".swp",
    "~",
)  # fmt: skip
"""How names end while browsers, rsync, WinSCP and editors still write."""


def expand_paths(paths: Iterable[Path | str]) -> Iterator[Path]:
    """Yield the files that are meant, each once: files, folders (all below them), globs.

    Sorted within a folder or a glob. Hidden files, and names that programs give to what is
    still being written, are left out of folders and globs; a file that is named is read. A folder
    that cannot be listed comes itself.
    """
    seen: set[Path] = set()
    for path in paths:
        for file in _expand(path if isinstance(path, Path) else Path(path)):  # to copy it is dear
            if file not in seen:
                seen.add(file)
                yield file


def _expand(path: Path) -> Sequence[Path]:
    known = look_at(path)
    if known is not None and stat.S_ISDIR(known.st_mode):
        files = _walk(path)
        return sorted(file for file in files if is_finished(file.relative_to(path)))
    if known is None and glob.has_magic(str(path)):
        found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        files = (
            file for match in found for file in (_expand(match) if is_folder(match) else [match])
        )
        return [file for file in files if is_finished_name(file.name)] or [path]
    return [path]


def _walk(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder, and the folders whose files nobody may see."""
    unseen: list[Path] = []
    for above, _, names in os.walk(
        folder, onerror=lambda error: unseen.append(Path(error.filename))
    ):
        files = (Path(above, name) for name in names)
        yield from (file for file in files if is_file(file))
    yield from unseen


def is_folder(path: Path) -> bool:
    """Tell whether a path is a folder, as far as anybody may see it."""
    known = look_at(path)
    return known is not None and stat.S_ISDIR(known.st_mode)


def is_file(path: Path) -> bool:
    """Tell whether a path is an ordinary file, as far as anybody may see it."""
    known = look_at(path)
    return known is not None and stat.S_ISREG(known.st_mode)


def is_finished(path: Path) -> bool:
    """Tell whether no part of a name is such as programs give to what they still write or hide."""
    return is_finished_name(path.name) and not any(map(_is_hidden, path.parts))


def is_finished_name(name: str) -> bool:
    """Tell the same of the name of a file in a folder."""
    return not _is_hidden(name) and not name.lower().endswith(_TEMPORARY)


def _is_hidden(part: str) -> bool:
    return part.startswith((".", "~$"))


def explain_folder(folder: Path) -> UnreadableError:
    """Say why the files in a folder are not known."""
    try:
        os.scandir(folder).close()
    except OSError as error:
        return cannot_read(error)
    return UnreadableError("changed while it was read", "try again")
