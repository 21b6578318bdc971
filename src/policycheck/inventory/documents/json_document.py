"""JSON documents of any size, element by element: an envelope is never held as a whole.

A document is one device, a list of them, or an envelope that holds the list under a key, beside
words on paging. Several documents may follow each other in one file, as pages that somebody
appended or as JSON lines, or stand in a list of pages. Only one element of a list is in memory at
a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policycheck.inventory.base import Source
from policycheck.inventory.documents.json_window import MAX_ELEMENT, DamagedError, Json, Window
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

ENVELOPE = "."
"""Where an envelope's own words stand; no key of a list is called so."""


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
    window = Window(source)
    holds_pages = any(path.partition(".")[0] in source.head.keys for path in lists)
    walk = _Walk(window, frozenset(lists), holds_pages=holds_pages)
    try:
        while window.peek():
            yield from walk.read_document()
    except DamagedError as error:
        yield walk.fail(f"{error}; {_NOTHING_AFTER}")
    finally:
        window.close()


class _Walk:
    """Goes down to the lists of one document after the other, and counts their elements."""

    def __init__(self, window: Window, lists: frozenset[str], *, holds_pages: bool) -> None:
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
