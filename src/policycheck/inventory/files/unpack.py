"""From a path to plain bytes: gzip, zlib, Zstandard, ZIP and Excel, with bounds.

A bomb is told by its ratio as soon as it has grown past what is harmless, long before it fills
a disk. Small streams stay in memory, larger ones become a file in the folder of the run.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from policycheck.inventory.base import UnreadableError, open_report
from policycheck.inventory.files.spool import SMALL, Spool, check_growth
from policycheck.inventory.files.workbook import is_workbook, read_sheets

if TYPE_CHECKING:
    import zipfile

MAX_MEMBERS = 10_000
_CHUNK = 1024 * 1024
_ZSTD_CHUNK = 1024
"""So much is unpacked at once: a block of four bytes may hold 128 KiB."""
_WINDOW = 128 * 1024 * 1024
_OFFICE = ("[Content_Types].xml", "mimetype")


@dataclass(frozen=True)
class Stream:
    """Plain bytes, in memory or in a file, and where they came from."""

    path: str
    content: bytes | None
    file: Path | None
    size: int
    sha256: str | None
    """None where the file is large: it is hashed while it is read."""
    packed: Path | None
    """The file to hash then."""
    cut: bool = False

    @property
    def start(self) -> bytes:
        """The first bytes, enough to tell an encoding and a format."""
        if self.content is not None:
            return self.content
        assert self.file is not None
        with open_report(self.file) as handle:
            return handle.read(256 * 1024)


def open_streams(path: Path, folder: Path) -> Iterator[Stream | tuple[str, UnreadableError]]:
    """Yield the plain streams of a file: one, or one for each member of a ZIP.

    A stream that cannot be unpacked comes as its path and the reason; the others still come.
    """
    stream = _open_plain(path)
    kind = _packed_kind(stream.start[:4])
    if kind == "zip":
        yield from _open_zip(stream, path, folder)
    elif kind == "deflate":
        yield _open_deflated(stream, path, folder)
    elif kind == "zstd":
        yield _open_zstd(stream, path, folder)
    else:
        yield stream


def _open_plain(path: Path) -> Stream:
    with open_report(path) as handle:
        size = os.fstat(handle.fileno()).st_size
        if size > SMALL:
            return Stream(str(path), None, path, size, None, path)
        content = handle.read()
    digest = hashlib.sha256(content).hexdigest()
    return Stream(str(path), content, path, len(content), digest, None)


def _packed_kind(magic: bytes) -> str:
    if magic.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if magic.startswith(b"\x1f\x8b"):
        return "deflate"
    if magic == b"\x28\xb5\x2f\xfd":
        return "zstd"
    zlib_header = magic[:1] == b"\x78" and len(magic) > 1 and int.from_bytes(magic[:2]) % 31 == 0
    return "deflate" if zlib_header and magic[1:2] in b"\x01\x5e\x9c\xda" else ""


def _open_deflated(
    stream: Stream, path: Path, folder: Path
) -> Stream | tuple[str, UnreadableError]:
    spool = Spool(folder)
    cut = False
    with open_report(path) as handle:
        try:
            for chunk in _inflate(handle):
                spool.write(chunk, handle.tell())
        except EOFError:
            cut = True
        except zlib.error:
            if spool.size == 0:
                return stream if stream.start[:1] == b"x" else _damaged(stream.path)
            cut = True
        except UnreadableError as error:
            return stream.path, error
        finally:
            content = spool.close()
    return replace(stream, content=content, file=spool.path, size=spool.size, cut=cut)


def _open_zstd(stream: Stream, path: Path, folder: Path) -> Stream | tuple[str, UnreadableError]:
    import zstandard  # only .zst needs it

    spool = Spool(folder)
    cut = False
    with open_report(path) as handle:
        try:
            for chunk in _decompress_zstd(handle):
                spool.write(chunk, handle.tell())
        except (zstandard.ZstdError, EOFError):
            cut = True
        except UnreadableError as error:
            return stream.path, error
        finally:
            content = spool.close()
    if cut and spool.size == 0:
        return stream.path, UnreadableError(
            "is damaged: it starts like Zstandard and does not unpack"
        )
    return replace(stream, content=content, file=spool.path, size=spool.size, cut=cut)


def _decompress_zstd(handle: IO[bytes]) -> Iterator[bytes]:
    """Unpack Zstandard, frame after frame, in a window of at most 128 MiB.

    Raises:
        EOFError: where the data ends in the middle.
    """
    import zstandard

    unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    frame = unpacker.decompressobj()
    is_open = False
    for packed in iter(lambda: handle.read(_ZSTD_CHUNK), b""):
        data = packed
        while data:
            is_open = True
            yield frame.decompress(data)
            data = frame.unused_data
            if frame.eof:
                frame = unpacker.decompressobj()
                is_open = False
    if is_open:
        raise EOFError


def _damaged(path: str) -> tuple[str, UnreadableError]:
    return path, UnreadableError("is damaged: it starts like gzip and does not unpack")


def _inflate(handle: IO[bytes]) -> Iterator[bytes]:
    """Inflate gzip or zlib, member after member.

    Raises:
        EOFError: where the data ends in the middle.
    """
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    for packed in iter(lambda: handle.read(_CHUNK), b""):
        data = packed
        while data:
            if inflater.eof:
                data = data.lstrip(b"\x00")  # gzip files may be padded
                if not data:
                    break
                inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
            yield inflater.decompress(data, _CHUNK)
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    if not inflater.eof:
        yield inflater.flush()
        raise EOFError


def _open_zip(
    stream: Stream, path: Path, folder: Path
) -> Iterator[Stream | tuple[str, UnreadableError]]:
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
