"""What every part of the inventory speaks of: sources, heads, readers, results.

A *source* is one readable stream of bytes: a file, or one member of an archive. Its *head* is
what detection may look at. A *reader* is a module that claims heads and turns its sources into
rows; `readers.py` lists them all.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, Protocol

from policycheck.inventory.report_file import look_at, open_report
from policycheck.problems import Problem

if TYPE_CHECKING:
    from policycheck.inventory.files.digest import Digest

Form = Literal["table", "parquet", "json", "xml", "text", "binary", "empty"]
Progress = Callable[[int, int], None]
"""Called with bytes read so far and bytes in all; may be called from another thread."""

Earlier = Callable[[str, Sequence[str]], Mapping[str, str]]
"""Given a source and its ids of devices, returns the states that earlier audits kept of them."""

STATES = "states.parquet"
"""The file of such states, beside the items: device and state, each a text."""

HEAD_BYTES = 1024 * 1024
"""How much of a source detection looks at."""

MAX_LINE = 64 * 1024 * 1024
"""The longest line that is taken as one: a device with all its items, in JSON."""

MAX_RECORD = 1024 * 1024
"""The longest record of a table, and the longest item of a document, in bytes."""

ROSTER = " roster"
"""Ends the source of what a system says of a device without listing anything that is on it."""


@dataclass(frozen=True)
class Head:
    """What detection sees of a source. Only the fields of its form are filled."""

    form: Form
    columns: tuple[str, ...] = ()
    """The header of a table, or the schema of a Parquet file."""
    delimiter: str = ","
    keys: tuple[str, ...] = ()
    """The keys at the top of the first JSON object."""
    paths: tuple[str, ...] = ()
    """All keys of that object with those above them, `devices.user.name`; lists do not show."""
    root: str = ""
    """The name of an XML document's root element."""
    start: str = ""
    """The first characters, for formats that are told by their text."""


@dataclass(frozen=True)
class Source:
    """One stream of bytes to read: UTF-8 text, or Parquet, in memory or on disk."""

    input_no: int
    path: str
    """The path as the user gave it; a member of an archive stands behind a slash."""
    head: Head
    content: bytes | None
    """All of it, where it is small."""
    file: Path | None
    """Where it lies, where it is not: the user's file itself or a decoded copy."""
    encoding: str = "UTF-8"
    """What it was decoded from."""
    cut: bool = False
    """True where compressed data ended too early: more records were in it once."""
    digest: Digest | None = None
    """Of the bytes to read; None where they are small and at hand."""

    @property
    def size(self) -> int:
        """Bytes to read; 0 of a file that is gone, which whoever reads it will say."""
        if self.content is not None:
            return len(self.content)
        known = look_at(self.file) if self.file else None
        return known.st_size if known else 0

    def open(self) -> IO[bytes]:
        """Open its bytes.

        Raises:
            UnreadableError: here, and wherever they are read, where that fails.
        """
        if self.content is not None:
            return io.BytesIO(self.content)
        assert self.file is not None
        return open_report(self.file)

    def lines(self) -> Iterator[bytes]:
        """Yield its lines with their line ends, without a byte order mark."""
        if self.content is not None:
            text = self.content.removeprefix(codecs.BOM_UTF8)
            if 0 <= text.find(b"\n") == len(text) - 1:  # one line: thousands of such are not copied
                yield text
            else:
                yield from io.BytesIO(text)
            return
        with self.open() as handle:
            yield handle.readline(MAX_LINE).removeprefix(codecs.BOM_UTF8)
            while line := handle.readline(MAX_LINE):
                yield line

    def has_nul(self) -> bool:
        """Tell whether a NUL byte stands in it; waits for the digest of a large file."""
        if self.digest is not None:
            return self.digest.has_nul
        return self.content is not None and b"\x00" in self.content


@dataclass(frozen=True)
class Input:
    """What came of one source."""

    path: str
    sha256: str
    """Of the file as it lies on disk; of the member, where an archive holds several."""
    format: str
    """The reader's name; empty where nothing could be read."""
    devices: int
    items: int
    records: int
    """Records in the source; `rejected` of them could not be used."""
    rejected: int
    bytes: int
    encoding: str = ""

    @property
    def used(self) -> int:
        """Records that were used: `used + rejected = records`, always."""
        return self.records - self.rejected


@dataclass(frozen=True)
class ReadResult:
    """What a call of `read_reports` read. The rows stand in the connection's tables."""

    inputs: tuple[Input, ...]
    problems: tuple[Problem, ...]
    """Errors are sources that could not be read at all; warnings are columns that were not."""
    parts: tuple[Path, ...]
    """The Parquet files with the items; part 0 is always there."""


@dataclass(frozen=True)
class Facts:
    """What the reports of a format can say, at best; words with blanks between them.

    `docs/readers.md` tells it. A test compares it with the inventories of the format's examples:
    what stands here is in one of them, and what does not is null in all.
    """

    forms: str
    """What its files look like (see `Form`)."""
    reports: Literal["state", "both"]
    """Whether each report says all that is there, or some only what changed."""
    names_device: Literal["yes", "no", "some"]
    """Whether a report says whose it is; else `--device` does."""
    listing: str
    """Kinds and their visibility, as in `app=all`."""
    says: str
    """The columns of `TOLD` that it fills."""
    identifiers: str = ""
    """What an item's identifier may be; without any, its type is not said."""


TOLD = (
    "user_id", "ownership", "managed", "reported_at",
    "identifier", "name", "version", "publisher", "signer", "profile", "path", "os_user",
    "install_source",
)  # fmt: skip
"""The columns that formats differ in, of the device and of the item."""


class Format(Protocol):
    """What a reader's module says of itself."""

    NAME: str
    """The format's name."""
    SOURCE: str
    """The source of the reports that do not name their own."""
    TITLE: str
    """For people: "Microsoft Intune, discovered apps and devices"."""
    LOOKS_FOR: str
    """What `claims` looks for, in words, for the message that nothing was found."""
