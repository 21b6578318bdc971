"""JSON documents of any size, element by element: an envelope is never held as a whole.

A document is one device, a list of them, or an envelope that holds the list under a key, beside
words on paging. Several documents may follow each other in one file, as pages that somebody
appended or as JSON lines, or stand in a list of pages. Only one element of a list is in memory at
a time.

The standard library's decoder reads one value from the middle of a text and says where it ends.
That is as quick as an event parser in C, and it bounds what is built: an element's length and
depth are known, and a text can be checked as it stood in the file.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policycheck.inventory.base import Source, UnreadableError
from policycheck.inventory.files.decode import not_in

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

Json = object
"""A text, a boolean, None, a list or an object of these. Numbers come as their text."""

MAX_ELEMENT = 32 * 1024 * 1024
"""The longest element, in characters: a device with all its items."""
ENVELOPE = "."
"""Where an envelope's own words stand; no key of a list is called so."""

_CHUNK = 1024 * 1024
_BLANKS = re.compile(r"[ \t\n\r\ufeff]*")
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_NEARLY_CUT = 32
"""An error this near to the end of the window may be only the window's end."""


@dataclass(frozen=True)
class Element:
    """One value of a document."""

    where: str
    """The list that it stands in, as keys joined by dots; "" for a document by itself or an
    element of a bare list; ENVELOPE for what an envelope says beside its lists."""
    record: int
    """Its number in the source, from 1, counted over all lists; 0 for an envelope."""
    value: Json
    fault: str = ""
    """Why it cannot be used; then the value is None."""


class _DamagedError(Exception):
    """Nothing can be read from here on."""


def read_elements(source: Source, staging: Staging, lists: Collection[str]) -> Iterator[Element]:
    """Yield the sound elements of a source, and reject the others.

    Args:
        source: JSON text, perhaps cut.
        staging: Told of every record that could not be used, and that a document was cut.
        lists: The keys that hold lists of records, nested ones joined by dots ("data.items").

    Raises:
        UnreadableError: where not one element could be read.
    """
    sound, fault = 0, ""
    for element in split_document(source, lists):
        if element.fault:
            staging.records[source.input_no] += 1
            staging.reject(source, element.record, element.fault)
            fault = fault or element.fault
            continue
        sound += 1
        yield element
    if fault and not sound:
        raise UnreadableError(f"is no JSON that can be used: {fault}", "was it exported whole?")
    if fault.endswith(_NOTHING_AFTER) or source.cut:
        message = "ends in the middle; the devices that came before are used"
        staging.warn(source.path, message, "export it once more")


_NOTHING_AFTER = "nothing after it can be read"


def split_document(source: Source, lists: Collection[str]) -> Iterator[Element]:
    """Yield all elements of a source in their order, those at fault too.

    An envelope follows its lists, for what it says may stand behind them. Where a document holds
    none of the lists, it is itself the one element.
    """
    window = _Window(source)
    holds_pages = any(path.partition(".")[0] in source.head.keys for path in lists)
    walk = _Walk(window, frozenset(lists), holds_pages=holds_pages)
    try:
        while window.peek():
            yield from walk.read_document()
    except _DamagedError as error:
        yield walk.fail(f"{error}; {_NOTHING_AFTER}")
    finally:
        window.close()


class _Walk:
    """Goes down to the lists of one document after the other, and counts their elements."""

    def __init__(self, window: _Window, lists: frozenset[str], *, holds_pages: bool) -> None:
        self._window = window
        self._lists = lists
        self._holds_pages = holds_pages
        """Whether the elements of a bare list are envelopes themselves."""
        self._above = {path[:at] for path in lists for at, mark in enumerate(path) if mark == "."}
        self._record = 0
        self._has_lists = False
        self._room = 0
        self._fault = ""

    def fail(self, reason: str) -> Element:
        self._record += 1
        return Element("", self._record, None, reason)

    def read_document(self) -> Iterator[Element]:
        mark = self._window.peek()
        if mark == "[":
            yield from self._read_list("")
        elif mark == "{":
            yield from self._read_envelope()
        else:
            yield self._read_element("")

    def _read_envelope(self) -> Iterator[Element]:
        """Read an object whose lists are streamed; what else it says is kept for the end."""
        self._has_lists, self._room, self._fault = False, MAX_ELEMENT, ""
        said: dict[str, Json] = {}
        yield from self._read_object("", said)
        if self._has_lists:
            yield Element(ENVELOPE, 0, said)
        else:
            self._record += 1
            yield Element("", self._record, None if self._fault else said, self._fault)

    def _read_object(self, path: str, said: dict[str, Json]) -> Iterator[Element]:
        window = self._window
        window.take("{")
        while window.peek() != "}":
            key = window.read_key()
            below = f"{path}.{key}" if path else key
            mark = window.peek()
            if mark == "[" and below in self._lists:
                self._has_lists = True
                yield from self._read_list(below)
            elif mark == "{" and below in self._above:
                inner: dict[str, Json] = {}
                yield from self._read_object(below, inner)
                said[key] = inner
            else:
                self._keep_value(key, said)
            window.take_comma("}")
        window.take("}")

    def _keep_value(self, key: str, said: dict[str, Json]) -> None:
        value, length, fault = self._window.read_value()
        self._room -= length
        if self._room < 0:
            fault = f"longer than {MAX_ELEMENT >> 20} MiB"
        if fault:
            self._fault = self._fault or fault
        else:
            said[key] = value

    def _read_list(self, path: str) -> Iterator[Element]:
        window = self._window
        window.take("[")
        while window.peek() != "]":
            if self._holds_pages and not path and window.peek() == "{":
                yield from self._read_envelope()
            else:
                yield self._read_element(path)
            window.take_comma("]")
        window.take("]")

    def _read_element(self, path: str) -> Element:
        value, _, fault = self._window.read_value()
        self._record += 1
        return Element(path, self._record, value, fault)


class _Window:
    """A stretch of a text, with the place that reading has come to."""

    def __init__(self, source: Source) -> None:
        self._raw = source.open()
        self._encoding = source.encoding
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._json = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
        self._text = ""
        self._at = 0
        self._is_last = False

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def _grow(self) -> bool:
        """Take more text in, dropping what was read; False where there is none."""
        if self._is_last:
            return False
        wanted = max(_CHUNK, len(self._text) - self._at)
        chunk = self._raw.read(wanted)
        self._is_last = not chunk
        more = self._decoder.decode(chunk, final=self._is_last)
        self._text, self._at = self._text[self._at :] + more, 0
        return True

    def peek(self) -> str:
        """Return the next character that is not blank, without taking it; "" at the end."""
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def take(self, mark: str) -> None:
        """Take a mark that must stand here."""
        found = self.peek()
        if found != mark:
            raise _DamagedError(f"has {found!r} where {mark!r} belongs" if found else "is cut off")
        self._at += 1

    def take_comma(self, end: str) -> None:
        """Take the comma between two values, or nothing before the end."""
        if self.peek() == end:
            return
        self.take(",")
        if self.peek() == end:
            raise _DamagedError("has a comma too many, which strict JSON does not allow")

    def read_key(self) -> str:
        """Take a key and its colon."""
        if self.peek() not in ('"', ""):
            raise _DamagedError("has no key where one belongs")
        key, _, fault = self.read_value()
        if fault:
            raise _DamagedError(fault)
        self.take(":")
        return str(key)

    def read_value(self) -> tuple[Json, int, str]:
        """Take a value; return it, its length and what is wrong with its texts.

        Raises:
            _DamagedError: where it is cut, too long, too deep or no JSON: its end is unknown.
        """
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except RecursionError:
                raise _DamagedError("is nested too deeply") from None
            except json.JSONDecodeError as error:
                self._grow_or_fail(error)
                continue
            if end == len(self._text) and self._grow():  # a number may go on
                continue
            length, start = end - self._at, self._at
            self._at = end
            if length > MAX_ELEMENT:
                return None, length, f"longer than {MAX_ELEMENT >> 20} MiB"
            fault = _find_bad_text(self._text[start:end], value, self._encoding)
            return (None if fault else value), length, fault

    @property
    def _doubtful(self) -> int:
        """From where on an error may be no more than the end of the window."""
        if self._is_last:
            return len(self._text.rstrip())
        return len(self._text) - _NEARLY_CUT

    def _grow_or_fail(self, error: json.JSONDecodeError) -> None:
        """Take more text in if the value may only be cut by the window."""
        unfinished = error.msg.startswith("Unterminated") or error.pos >= self._doubtful
        if not unfinished or self._is_last:
            message = f"{error.msg[:1].lower()}{error.msg[1:]}"
            raise _DamagedError("is cut off" if unfinished else f"is not JSON: {message}")
        if len(self._text) - self._at > MAX_ELEMENT:
            raise _DamagedError(f"longer than {MAX_ELEMENT >> 20} MiB")
        self._grow()


def _find_bad_text(raw: str, value: Json, encoding: str) -> str:
    """Tell what no text can hold: bytes that its encoding has not, NULs, halves of characters."""
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:
            return not_in(encoding)
    if not _SUSPECT.search(raw):
        return ""
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text:
        return "holds a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds half a character (a lone surrogate)"
    return ""
