"""JSON laid out as a table, by a mapping: JSON lines, a list, or a list within a document.

Memory does not grow with the document. A record is an element of the list, and takes a line of
the table for each of its items.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.base import MAX_RECORD, Source
from policycheck.inventory.documents.json_document import ENVELOPE, Element, split_document
from policycheck.inventory.documents.json_window import Json
from policycheck.inventory.files.spool import unused_path
from policycheck.inventory.mapping.file import FileMapping

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging


class RecordError(Exception):
    """What is wrong with a record."""


def lay_out(source: Source, mapping: FileMapping, staging: Staging) -> Path:
    """Write the mapped columns of each record to a numbered CSV, and return its path.

    A record that cannot be used is rejected. Where the text is cut or cannot be read on, no
    list counts as complete.
    """
    path = unused_path(staging.scratch, "json", ".csv")
    layout = _Layout(mapping)
    is_cut = source.cut
    with path.open("x", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\r\n")
        writer.writerow(("input_no", "record", *mapping.columns))
        for element in _read_records(source, mapping.records):
            try:
                rows = list(layout.rows(element))
            except RecordError as error:
                staging.reject(source, element.record, str(error))
                staging.records[source.input_no] += 1
                is_cut = is_cut or element.fault.endswith("can be read")
            else:
                writer.writerows((source.input_no, element.record, *row) for row in rows)
    if is_cut:
        staging.mark_cut(source)
    return path


def _read_records(source: Source, records: str) -> Iterator[Element]:
    """Yield the records of a source; of JSON lines, a damaged one costs only itself."""
    if records or not _is_lines(source):
        found = split_document(source, [records] if records else [])
        yield from (element for element in found if element.where != ENVELOPE)
        return
    number = 0
    for line in source.lines():
        for element in _split_line(source, line):
            number += 1
            fault = element.fault.partition("; nothing after")[0]
            yield replace(element, record=number, fault=fault)


def _is_lines(source: Source) -> bool:
    if not source.head.start.startswith("{"):
        return False
    first = next((line for line in source.lines() if line.strip()), b"")
    return not any(element.fault for element in _split_line(source, first))


def _split_line(source: Source, line: bytes) -> Iterator[Element]:
    return split_document(replace(source, content=line, file=None), [])


class _Layout:
    """Knows where the columns of a mapping stand in a record."""

    def __init__(self, mapping: FileMapping) -> None:
        self._records = mapping.records
        self._items = mapping.items
        of_items = set(mapping.item_columns) if mapping.items else set()
        for fields in (mapping.device, mapping.device_attributes):
            of_items.difference_update(*(field.columns for field in fields.values()))
        start = f"{mapping.items}."
        self._columns = [
            (name, name.removeprefix(start), name in of_items) for name in mapping.columns
        ]

    def rows(self, element: Element) -> Iterator[list[str]]:
        """Yield the cells of each item of a record; of one without items, its own.

        Raises:
            RecordError: where the record cannot be used.
        """
        if element.fault:
            raise RecordError(element.fault)
        if self._records and element.where != self._records:
            raise RecordError(f"has no list {self._records}")
        record = element.value
        if not isinstance(record, dict):
            raise RecordError("is not an object")
        for item in self._list_items(record):
            if not isinstance(item, dict):
                raise RecordError(f"an entry of {self._items} is not an object")
            cells = [
                show_text(find_path(item if of_item else record, path if of_item else name), name)
                for name, path, of_item in self._columns
            ]
            if sum(map(len, cells)) > MAX_RECORD // 4:
                raise RecordError(f"longer than {MAX_RECORD // 4} characters")
            yield cells

    def _list_items(self, record: Json) -> Sequence[Json]:
        if not self._items:
            return [record]
        found = find_path(record, self._items)
        if found is not None and not isinstance(found, list):
            raise RecordError(f"{self._items} is not a list")
        return found or [{}]


def find_path(value: Json, path: str) -> Json:
    """Return what stands at a path such as `user.email`; None where nothing does."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for key in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def show_text(value: Json, name: str) -> str:
    """Return a value as a text; a list of texts as one, parted by commas.

    Raises:
        RecordError: where it is an object, or a list of others.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(entry, list | dict) for entry in value):
        return ", ".join(show_text(entry, name) for entry in value)
    if isinstance(value, list | dict):
        raise RecordError(f"{name} is not a text, a number or a boolean")
    return str(value)
