"""From files to sources: unpacked, decoded, with their heads."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.base import HEAD_BYTES, Head, Source
from policycheck.inventory.files.decode import find_encoding, find_unmarked, to_utf8
from policycheck.inventory.files.digest import Digest
from policycheck.inventory.files.heads import make_head, make_plist_head
from policycheck.inventory.files.paths import explain_folder
from policycheck.inventory.files.spool import SMALL, Spool, unused_path
from policycheck.inventory.files.stream import Stream
from policycheck.inventory.files.titles import count_lines_above, mend_lines
from policycheck.inventory.files.unpack import open_streams
from policycheck.inventory.report_file import UnreadableError, look_at, open_report
from policycheck.inventory.staging.table import escape_glob

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CHUNK = 1024 * 1024
_MOST_HELD = 64 * 1024 * 1024


class Opener:
    """Opens files as sources, and knows the SHA-256 of each."""

    def __init__(
        self, con: DuckDBPyConnection, folder: Path, advance: Callable[[int], None]
    ) -> None:
        self._con = con
        self._folder = folder
        self._advance = advance
        self._digests: dict[Path, Digest] = {}
        self._held = 0

    def open(self, path: Path) -> Iterator[tuple[str, str | Digest, Source | UnreadableError]]:
        """Yield path, SHA-256 and source of each stream in a file, or why there is none."""
        known = look_at(path)
        if known and stat.S_ISDIR(known.st_mode):  # it was looked into, and could not be listed
            yield str(path), "", explain_folder(path)
            return
        if known and not stat.S_ISREG(known.st_mode):  # a pipe might never end
            yield str(path), "", UnreadableError("is no ordinary file", "name a file or a folder")
            return
        try:
            for stream in open_streams(path, self._folder):
                if not isinstance(stream, Stream):
                    yield stream[0], self._digest_file(path), stream[1]
                    continue
                sha256 = stream.sha256 or self._digest_file(stream.packed or path)
                if stream.sha256:
                    self._advance(stream.size)
                yield stream.path, sha256, self._make_source(stream)
        except UnreadableError as error:
            yield str(path), self._digest_file(path), error

    def _digest_file(self, path: Path) -> Digest:
        if path not in self._digests:
            self._digests[path] = Digest(path, self._advance)
        return self._digests[path]

    def _make_source(self, stream: Stream) -> Source | UnreadableError:
        start = stream.start
        if start[:4] == b"PAR1":
            return self._make_parquet(stream)
        if start[:6] == b"bplist":
            head, content = make_plist_head(start), stream.content
            return Source(0, stream.path, head, content, stream.file, "binary", stream.cut)
        whole = len(start) == stream.size
        encoding, mark = find_encoding(start, whole)
        content, file = stream.content, stream.file
        if encoding == "UTF-8" and not whole and start.isascii():
            encoding = _look_further(stream)
        if encoding != "UTF-8":
            content, file = self._decode(stream, encoding, mark)
        elif content is not None:
            content = content.removeprefix(b"\xef\xbb\xbf")
        if content is not None:
            content = mend_lines(content)
        start = _read_start(content, file)
        if above := count_lines_above(start):
            content, file = self._drop_lines(content, file, above)
            start = _read_start(content, file)
        head = make_head(start)
        content, file = self._hold(content, file, pristine=content is stream.content)
        digest = None
        if content is None and file is not None and file.stat().st_size > SMALL:
            digest = self._digest_file(file) if file == stream.file else Digest(file, _ignore)
        return Source(0, stream.path, head, content, file, encoding, stream.cut, digest)

    def _drop_lines(
        self, content: bytes | None, file: Path | None, count: int
    ) -> tuple[bytes | None, Path | None]:
        """Drop the first lines; of what lies on disk, a copy is made."""
        if content is not None:
            return content.split(b"\n", count)[-1], file
        assert file is not None
        rest = unused_path(self._folder, "plain")
        with open_report(file) as handle, rest.open("xb") as copy:
            for _ in range(count):
                handle.readline()
            shutil.copyfileobj(handle, copy, _CHUNK)
        return None, rest

    def _hold(
        self, content: bytes | None, file: Path | None, pristine: bool
    ) -> tuple[bytes | None, Path | None]:
        """Keep small contents in memory until they are many; then leave them on disk."""
        if content is None or self._held + len(content) <= _MOST_HELD:
            self._held += len(content or b"")
            return content, file
        if not pristine or file is None:
            file = unused_path(self._folder, "plain")
            file.write_bytes(content)
        return None, file

    def _decode(self, stream: Stream, encoding: str, mark: int) -> tuple[bytes | None, Path | None]:
        spool = Spool(self._folder)
        for chunk in to_utf8(_skip(_read_chunks(stream), mark), encoding):
            spool.write(chunk, stream.size)
        return spool.close(), spool.path

    def _make_parquet(self, stream: Stream) -> Source | UnreadableError:
        import duckdb

        file = stream.file
        if file is None:
            file = unused_path(self._folder, "plain", ".parquet")
            file.write_bytes(stream.content or b"")
        try:
            rows = self._con.execute(
                "SELECT column_name FROM (DESCRIBE FROM read_parquet($1))", [escape_glob(file)]
            ).fetchall()
        except duckdb.Error:
            return UnreadableError("is a damaged Parquet file", "was the export complete?")
        head = Head("parquet", tuple(name for (name,) in rows))
        return Source(0, stream.path, head, None, file, "", stream.cut, self._digest_file(file))


def _look_further(stream: Stream) -> str:
    """Return the encoding of a large document that starts with nothing but ASCII.

    Of a large table whoever scans it finds out, at no cost where it is sound.
    """
    if stream.start.lstrip()[:1] not in (b"{", b"[", b"<"):
        return "UTF-8"
    for chunk in _read_chunks(stream):
        if not chunk.isascii():
            return find_unmarked([chunk], whole=False) or "UTF-8"
    return "UTF-8"


def _read_start(content: bytes | None, file: Path | None) -> bytes:
    if content is not None:
        return content[:HEAD_BYTES]
    assert file is not None
    with open_report(file) as handle:
        return handle.read(HEAD_BYTES)


def _read_chunks(stream: Stream) -> Iterator[bytes]:
    if stream.content is not None:
        yield stream.content
        return
    assert stream.file is not None
    with open_report(stream.file) as handle:
        yield from iter(lambda: handle.read(_CHUNK), b"")


def _skip(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    yield next(chunks, b"")[size:]
    yield from chunks


def _ignore(size: int) -> None:
    """Count nothing: these bytes were counted when they were unpacked."""
