"""Property lists as plain values, read with bounds.

The standard library reads them, XML and binary, but a binary list may hold itself, or the same
object a billion times over. So what it returns is copied with a budget of values and of depth;
numbers become texts and dates ISO 8601, as in JSON.
"""

from __future__ import annotations

import plistlib
import re
from datetime import datetime
from xml.parsers.expat import ExpatError

from policycheck.inventory.base import Source
from policycheck.inventory.report_file import UnreadableError

MAX_SIZE = 32 * 1024 * 1024
MAX_VALUES = 1_000_000
MAX_DEPTH = 32
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,500}\?>")
_LONG_TAG = re.compile(rb"<[^<>]{10000}")
_LONGEST_COMMENT = 100_000


def read_plist(source: Source) -> object:
    """Return the value of a property list.

    Raises:
        UnreadableError: where it is cut, hostile or too large.
    """
    if source.size > MAX_SIZE:
        raise UnreadableError(f"is a property list larger than {MAX_SIZE >> 20} MiB")
    return parse_plist(b"".join(source.lines()))


def parse_plist(content: bytes) -> object:
    """Return the value of a property list in memory.

    Raises:
        UnreadableError: as above.
    """
    if _LONG_TAG.search(content) and not content.startswith(b"bplist"):
        raise UnreadableError("has a tag longer than 10,000 bytes, which no property list has")
    if not content.startswith(b"bplist") and _has_long_comment(content):
        raise UnreadableError("has a comment longer than 100,000 bytes")
    try:
        if content.startswith(b"bplist"):
            value = plistlib.loads(content, fmt=plistlib.FMT_BINARY)
        else:
            plain = _DECLARATION.sub(b"", content, count=1)
            value = plistlib.loads(plain, fmt=plistlib.FMT_XML)
    except (
        plistlib.InvalidFileException, ExpatError, ValueError, TypeError, AttributeError,
        LookupError, OverflowError, RecursionError, MemoryError,
    ) as error:  # fmt: skip
        message = "is a damaged property list, or one that is none"
        raise UnreadableError(message, "was it copied whole?") from error
    return _Copy().copy(value, 0)


def _has_long_comment(content: bytes) -> bool:
    start = content.find(b"<!--")
    while start >= 0:
        end = content.find(b"-->", start)
        if end < 0 or end - start > _LONGEST_COMMENT:
            return True
        start = content.find(b"<!--", end)
    return False


class _Copy:
    """Copies a value while its budget lasts."""

    def __init__(self) -> None:
        self._left = MAX_VALUES

    def copy(self, value: object, depth: int) -> object:
        self._left -= 1
        if self._left < 0:
            raise UnreadableError(f"holds more than {MAX_VALUES} values")
        if depth > MAX_DEPTH:
            raise UnreadableError(f"is nested deeper than {MAX_DEPTH} levels, or holds itself")
        if isinstance(value, dict):
            return {str(key): self.copy(held, depth + 1) for key, held in value.items()}
        if isinstance(value, list):
            return [self.copy(held, depth + 1) for held in value]
        return _copy_scalar(value)


def _copy_scalar(value: object) -> object:
    if isinstance(value, str):
        if "\x00" in value:
            raise UnreadableError("holds a NUL character")
        return value
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    return str(value) if isinstance(value, int | float) else None
