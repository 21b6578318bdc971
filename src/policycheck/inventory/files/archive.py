"""The members of a ZIP archive, or the sheets of a workbook, each as a stream of plain bytes."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.files.spool import Spool, check_growth
from policycheck.inventory.files.stream import Stream
from policycheck.inventory.files.workbook import is_workbook, read_sheets
from policycheck.inventory.report_file import UnreadableError, open_report

if TYPE_CHECKING:
    import zipfile

MAX_MEMBERS = 10_000
_CHUNK = 1024 * 1024
_OFFICE = ("[Content_Types].xml", "mimetype")


def open_zip(
    stream: Stream, path: Path, folder: Path
) -> Iterator[Stream | tuple[str, UnreadableError]]:
    """Yield what stands in an archive; `stream` is the archive itself.

    Raises:
        UnreadableError: where nothing in it can be used.
    """
    import zipfile  # only archives need it

    try:
        with open_report(path) as packed, zipfile.ZipFile(packed) as archive:
            if is_workbook(archive.infolist()):
                yield from _open_workbook(stream, path, archive.infolist(), folder)
                return
            members = _list_members(archive.infolist())
            unpacked = 0
            for member in members:
                found = _open_member(
                    archive, member, folder,
                    path=path, stream=stream, alone=len(members) == 1, unpacked=unpacked,
                )  # fmt: skip
                unpacked += found.size if isinstance(found, Stream) else 0
                yield found
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableError(
            "is a damaged ZIP archive", "was the download complete? export it once more"
        ) from error


def _open_workbook(
    stream: Stream, path: Path, entries: list[zipfile.ZipInfo], folder: Path
) -> Iterator[Stream]:
    sheets = list(read_sheets(path, entries, folder))
    for name, spool, content, digest in sheets:
        alone = len(sheets) == 1
        sha256, packed = (stream.sha256, stream.packed) if alone else (digest, None)
        yield Stream(f"{path}/{name}", content, spool.path, spool.size, sha256, packed)


def _list_members(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Keep what may be a report, in order of name."""
    if len(entries) > MAX_MEMBERS:
        raise UnreadableError(
            f"holds more than {MAX_MEMBERS} files", "unpack it and name the folder"
        )
    names = {entry.filename for entry in entries}
    if names.intersection(_OFFICE):
        raise UnreadableError(
            "is an office document, not a report", "save it as CSV (UTF-8) or .xlsx and read that"
        )
    kept = [entry for entry in entries if not entry.is_dir() and not _is_hidden(entry.filename)]
    if not kept:
        raise UnreadableError("is an archive without a file in it")
    return sorted(kept, key=lambda entry: entry.filename)


def _is_hidden(name: str) -> bool:
    """Tell what no user put there. `..` hides nothing: nobody unpacks a member to its name."""
    parts = [part for part in name.split("/") if part not in (".", "..")]
    return any(part.startswith((".", "__MACOSX")) for part in parts)


def _open_member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    folder: Path,
    *,
    path: Path,
    stream: Stream,
    alone: bool,
    unpacked: int,
) -> Stream | tuple[str, UnreadableError]:
    """Unpack one member; `unpacked` is what those before it have grown to."""
    import zipfile
    from lzma import LZMAError

    label = f"{path}/{member.filename}"
    if member.flag_bits & 1:
        return label, UnreadableError(
            "is encrypted", "unpack it with its password and read the file"
        )
    spool = Spool(folder)
    digest = hashlib.sha256()
    cut = False
    try:
        check_growth(member.file_size, member.compress_size)
        check_growth(unpacked + member.file_size, stream.size)  # many small bombs are one
        with archive.open(member) as handle:
            for chunk in iter(lambda: handle.read(_CHUNK), b""):
                spool.write(chunk, member.compress_size)
                digest.update(chunk)
    except (zipfile.BadZipFile, zlib.error, LZMAError, EOFError):
        cut = True
    except OSError as error:
        if error.errno is not None:  # the machine's, as a full disk; bzip2's own has no number
            raise
        cut = True
    except (NotImplementedError, RuntimeError):
        return label, UnreadableError("is packed in a way that is not known here", "use plain ZIP")
    except UnreadableError as error:
        return label, error
    finally:
        content = spool.close()
    if cut and spool.size == 0:
        return label, UnreadableError("is damaged inside its archive")
    sha256, packed = (stream.sha256, stream.packed) if alone else (digest.hexdigest(), None)
    return Stream(label, content, spool.path, spool.size, sha256, packed, cut)
