"""People in JSON (Microsoft Graph's answers, or by a mapping), laid out as a table."""

from __future__ import annotations

import csv
from pathlib import Path

from policycheck.inventory.base import Source
from policycheck.inventory.documents.json_document import ENVELOPE, Element, split_document
from policycheck.inventory.documents.values import text
from policycheck.inventory.mapping.json_table import RecordError, find_path, show_text
from policycheck.inventory.people_layouts import Layout
from policycheck.problems import Problem

_NEXT = "@odata.nextLink"


def write_records(
    source: Source, layout: Layout, prepared: Path, remarks: list[Problem]
) -> list[tuple[int, str]]:
    """Write the columns of a layout to a numbered CSV; return the records that cannot be used.

    A remark is added where it is one page of several.
    """
    rejected: list[tuple[int, str]] = []
    with prepared.open("x", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\r\n")
        writer.writerow(("input_no", "record", *layout.columns))
        for element in split_document(source, [layout.records] if layout.records else []):
            if element.where == ENVELOPE:
                if text(element.value, _NEXT):
                    remarks.append(_one_page(source))
                continue
            try:
                writer.writerow((0, element.record, *_read(element, layout)))
            except RecordError as error:
                rejected.append((element.record, str(error)))
    return rejected


def _one_page(source: Source) -> Problem:
    message = f"{source.path} is one page of several: the people of the others are not in it"
    return Problem(message, None, f"follow {_NEXT}, and join the pages", severity="warning")


def _read(element: Element, layout: Layout) -> list[str]:
    if element.fault or not isinstance(element.value, dict):
        raise RecordError(element.fault or "is not an object")
    cells = []
    for name in layout.columns:
        said = find_path(element.value, name)
        cells.append("" if isinstance(said, dict) else show_text(said, name))
    return cells
