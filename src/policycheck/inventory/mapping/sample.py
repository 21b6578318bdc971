"""A look at the first records of a report that nobody knows."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice

from policycheck.inventory.base import Source
from policycheck.inventory.documents.json_document import ENVELOPE, split_document
from policycheck.inventory.mapping.headers import match_headers

_RECORDS = 2000

Sample = Mapping[str, Sequence[str]]
"""A column's header (in JSON its path) -> its values in the first records."""


def sample_tables(sources: Sequence[Source]) -> Sample:
    """Return the values of the columns of tables that have the same ones."""
    values: dict[str, list[str]] = {name: [] for name in sources[0].head.columns if name}
    share = 1 + _RECORDS // len(sources)
    for source in sources:
        lines = (line.decode(errors="replace") for line in islice(source.lines(), share))
        rows = csv.reader(lines, delimiter=source.head.delimiter)
        next(rows, None)
        with suppress(csv.Error):  # a look at what came before is enough
            for row in rows:
                for name, cell in zip(source.head.columns, row, strict=False):
                    if name:
                        values[name].append(cell.strip())
    return values


def sample_json(source: Source) -> tuple[Sample, str, str]:
    """Return the values by path, the path of the items, and that of the records."""
    records = next((path for path in _list_paths(source) if path), "")
    elements = split_document(source, [records] if records else [])
    values: dict[str, list[str]] = {}
    items = ""
    for element in islice(elements, _RECORDS):
        if element.where == ENVELOPE or not isinstance(element.value, dict):
            continue
        for path, value in _flatten(element.value):
            if isinstance(value, list):
                items = items or path
                entries = [entry for entry in value if isinstance(entry, dict)]
                for below, text in (pair for entry in entries for pair in _flatten(entry)):
                    values.setdefault(f"{path}.{below}", []).append(_show(text))
            else:
                values.setdefault(path, []).append(_show(value))
    return values, items, records


def _show(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str("" if value is None else value)


def _list_paths(source: Source) -> Iterator[str]:
    """Yield the keys of an envelope's lists of records."""
    for element in islice(split_document(source, []), 1):
        value = element.value
        if isinstance(value, dict) and not match_headers(value):
            for path, below in _flatten(value):
                if isinstance(below, list):
                    yield path


def _flatten(value: Mapping[str, object], start: str = "") -> Iterator[tuple[str, object]]:
    """Yield the paths of texts and of lists of objects."""
    for key, below in value.items():
        path = f"{start}{key}"
        if isinstance(below, dict) and start.count(".") < 3:
            yield from _flatten(below, f"{path}.")
        elif isinstance(below, list):
            if any(isinstance(entry, dict) for entry in below):
                yield path, below
        elif not isinstance(below, dict):
            yield path, below
