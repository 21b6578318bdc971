"""Tables as text (CSV): the header, and a careful split into records.

DuckDB scans a sound table by itself. What it refuses, and what is small, goes through
`split_records`, which knows for each record whether it is sound: a record with a wrong number
of fields, a stray or unclosed quote, a NUL byte or a byte that is no UTF-8 is a `Fault` by
itself, and the next line is a record again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policycheck.inventory.base import MAX_RECORD
from policycheck.inventory.files.decode import not_in

DELIMITERS = (",", ";", "\t", "|")
MAX_COLUMNS = 2000
_MAX_LINES = 1000
"""The most lines that one quoted field may span; beyond, its quote counts as unclosed."""


@dataclass(frozen=True)
class Sound:
    """A record that can be used, as its bytes without the line end."""

    number: int
    raw: bytes


@dataclass(frozen=True)
class Fault:
    """A record that cannot."""

    number: int
    reason: str
    last: bool
    """True where the text ends in the middle of this record: the export was cut."""
    raw: bytes
    """What stands there, at least its first line."""


def read_header(text: str) -> tuple[tuple[str, ...], str]:
    """Return the column names of a table and its delimiter; no names if it is no table.

    The delimiter is the one that gives most columns. A header needs two.
    """
    line = text.split("\n", 1)[0].rstrip("\r")
    best: tuple[str, ...] = ()
    delimiter = ","
    for candidate in DELIMITERS:
        fields = _split_header(line, candidate)
        if len(fields) > max(1, len(best)):
            best, delimiter = fields, candidate
    return best, delimiter


def _split_header(line: str, delimiter: str) -> tuple[str, ...]:
    if line.count(delimiter) >= MAX_COLUMNS:
        return ()
    try:
        fields = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return ()
    return tuple(field.strip() for field in fields)


class Grammar:
    """What a sound record looks like: RFC 4180, blanks around quotes allowed.

    `encoding` is what the table was decoded from.
    """

    def __init__(self, delimiter: str, width: int, encoding: str = "UTF-8") -> None:
        self.width = width
        self.encoding = encoding
        self.separator = delimiter.encode()
        self.blank = self.separator + b' "'
        """What a record consists of that a spreadsheet writes for an empty row."""
        comma = re.escape(self.separator)
        field = rb'(?> *"(?:[^"]|"")*+" *|(?! *")[^%b\r\n]*+)' % comma
        self._field = re.compile(field)
        self._record = re.compile(rb"%b(?:%b%b){%d}" % (field, comma, field, width - 1))

    def accepts(self, raw: bytes) -> bool:
        """Tell whether this is one sound record of the right width."""
        if b'"' not in raw and b"\r" not in raw:
            return raw.count(self.separator) == self.width - 1
        return self._record.fullmatch(raw) is not None

    def explain(self, raw: bytes) -> str:
        """Say what is wrong with a record that is not accepted."""
        fields, position = 0, -1
        while position < len(raw):
            found = self._field.match(raw, position + 1)
            fields += 1
            position = len(raw) if found is None else found.end()
            if found is None or raw[position : position + 1] not in (b"", self.separator):
                return "a quote is not closed" if raw.count(b'"') % 2 else "a stray quote"
        noun = "field" if fields == 1 else "fields"
        return f"{fields} {noun}, the header has {self.width}"


def split_records(
    lines: Iterable[bytes], grammar: Grammar, *, cut: bool = False
) -> Iterator[Sound | Fault]:
    r"""Split the lines of a table (without its header) into records, numbered from 1.

    Lines come with their line ends, `\n` or `\r\n`; those without a text are no records. Where
    the table is known to be `cut`, its last line cannot be trusted unless it has its end.
    """
    number = 0
    pending: list[bytes] = []
    stream = iter(lines)
    while (line := pending.pop() if pending else next(stream, None)) is not None:
        raw = line.rstrip(b"\r\n")
        if not raw.strip(grammar.blank) and raw.count(b'"') % 2 == 0:
            continue
        number += 1
        if not grammar.accepts(raw) and raw.count(b'"') % 2:
            raw = _join_quoted(raw, line, stream, pending, grammar)
        ends = line.endswith(b"\n")
        reason = "is cut off" if cut and not ends else _find_fault(raw, grammar)
        if reason:
            yield Fault(number, reason, last=not ends, raw=raw)
        else:
            yield Sound(number, raw)


def guess_fields(raw: bytes, delimiter: bytes) -> Iterator[str]:
    """Yield what may be the fields of a record that is at fault, as far as they can be told."""
    for field in raw[:MAX_RECORD].split(delimiter, MAX_COLUMNS):
        yield field.decode("utf-8", "replace").strip(' \t\r\n"')


def _find_fault(raw: bytes, grammar: Grammar) -> str:
    if not grammar.accepts(raw):
        return grammar.explain(raw)
    if len(raw) > MAX_RECORD:
        return f"longer than {MAX_RECORD} bytes"
    if b"\x00" in raw:
        return "holds a NUL byte"
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError:
            return not_in(grammar.encoding)
    return ""


def _join_quoted(
    raw: bytes, line: bytes, stream: Iterator[bytes], pending: list[bytes], grammar: Grammar
) -> bytes:
    """Join a record whose quoted field spans lines; give all but its first line back if it fails.

    `pending` is a stack: what is to be read next stands at its end.
    """
    taken: list[bytes] = []
    joined = [line]
    size = len(line)
    while len(taken) < _MAX_LINES and size <= MAX_RECORD:
        following = pending.pop() if pending else next(stream, None)
        if following is None:
            break
        taken.append(following)
        joined.append(following)
        size += len(following)
        if following.count(b'"') % 2:
            candidate = b"".join(joined).rstrip(b"\r\n")
            if grammar.accepts(candidate):
                return candidate
            break
    pending.extend(reversed(taken))
    return raw
