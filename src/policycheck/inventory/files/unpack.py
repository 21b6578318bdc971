"""From a path to plain bytes: gzip, zlib, Zstandard and archives, with bounds.

A bomb is told by its ratio as soon as it has grown past what is harmless, long before it fills
a disk. Small streams stay in memory, larger ones become a file in the folder of the run.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from policycheck.inventory.files.archive import open_zip
from policycheck.inventory.files.spool import SMALL, Spool
from policycheck.inventory.files.stream import Stream
from policycheck.inventory.report_file import UnreadableError, open_report

_CHUNK = 1024 * 1024
_ZSTD_CHUNK = 1024
"""So much is unpacked at once: a block of four bytes may hold 128 KiB."""
_WINDOW = 128 * 1024 * 1024


def open_streams(path: Path, folder: Path) -> Iterator[Stream | tuple[str, UnreadableError]]:
    """Yield the plain streams of a file: one, or one for each member of a ZIP.

    A stream that cannot be unpacked comes as its path and the reason; the others still come.
    """
    stream = _open_plain(path)
    kind = _packed_kind(stream.start[:4])
    if kind == "zip":
        yield from open_zip(stream, path, folder)
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
