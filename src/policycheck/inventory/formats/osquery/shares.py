"""The results of all logs, dealt out to files on disk: all of a host to the same.

So that only some of the hosts are in memory at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zlib import crc32

from policycheck.inventory.base import MAX_LINE, Source
from policycheck.inventory.documents.json_document import read_elements
from policycheck.inventory.files.spool import unused_path
from policycheck.inventory.formats.osquery.events import (
    Event,
    EventError,
    LostLineError,
    read_event,
    read_line,
)
from policycheck.inventory.formats.osquery.state import Place
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

_LINE = re.compile(r"\{\s*\"[^\n]*(?:\}\s*(?:\n|\Z)|\Z)")
"""A first line that holds a whole result, or more than is looked at."""
T = TypeVar("T")
_SHARE = 16 * 1024 * 1024
_MOST_SHARES = 200


def deal_out(sources: Sequence[Source], staging: Staging, lossy: set[int]) -> list[Path]:
    """Write the results of all sources to files, all of a host to the same."""
    size = sum(source.size for source in sources)
    count = min(_MOST_SHARES, 1 + size // _SHARE)
    shares: list[Path] = []
    with ExitStack() as files:
        handles = []
        for _ in range(count):
            shares.append(unused_path(staging.scratch, "share"))
            handles.append(files.enter_context(shares[-1].open("x", encoding="utf-8")))
        for source in sources:
            try:
                for record, event in _read_events(source, staging, lossy):
                    line = json.dumps([source.input_no, record, vars(event)])
                    handles[crc32(event.host.encode()) % count].write(line + "\n")
                    staging.records[source.input_no] += 1
            except UnreadableError as error:
                staging.refuse(source.input_no, source.path, error)
    return shares


def _read_events(source: Source, staging: Staging, lossy: set[int]) -> Iterator[tuple[int, Event]]:
    """Yield the results of a source with the numbers of their records, and reject the others.

    A source that lost anything is added to `lossy`.
    """
    if source.cut:
        lossy.add(source.input_no)
    sound = 0
    for record, found in _split(source, staging):
        if isinstance(found, Event):
            sound += 1
            yield record, found
            continue
        if isinstance(found, LostLineError):
            lossy.add(source.input_no)
        staging.records[source.input_no] += 1
        staging.reject(source, record, str(found))
    if not sound:
        raise UnreadableError("holds no result of osquery that can be used")


def _split(source: Source, staging: Staging) -> Iterator[tuple[int, Event | EventError]]:
    """Yield each line; of results that somebody laid out over several lines, each result."""
    if not _LINE.match(source.head.start):
        for element in read_elements(source, staging, ()):
            yield element.record, _try(read_event, element.value)
        return
    record = 0
    read = partial(read_line, encoding=source.encoding)
    for line in source.lines():
        if line.strip():
            record += 1
            is_long = len(line) >= MAX_LINE
            error = LostLineError(f"longer than {MAX_LINE >> 20} MiB")
            yield (
                record,
                error if is_long else _try(read, line),
            )


def _try(read_one: Callable[[T], Event], value: T) -> Event | EventError:
    try:
        return read_one(value)
    except EventError as error:
        return error


def read_share(share: Path) -> Iterator[tuple[Event, Place]]:
    """Yield the results of a share, with where each stands."""
    with share.open(encoding="utf-8") as lines:
        for line in lines:
            input_no, record, fields = json.loads(line)
            rows = tuple((sign, table, columns) for sign, table, columns in fields["rows"])
            yield Event(**{**fields, "rows": rows}), (input_no, record)
