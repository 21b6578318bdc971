"""What `osqueryi --json` prints: the rows of one table, of a host that it does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policycheck.inventory.base import Head, Source
from policycheck.inventory.documents.json_document import read_elements
from policycheck.inventory.documents.values import section
from policycheck.inventory.formats.item_list import Entry, ItemList, add_list
from policycheck.inventory.formats.osquery.tables import PLATFORMS, list_kinds, read_item, tell_rows

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging


def is_rows(head: Head) -> bool:
    """Tell a bare list of rows by columns that only one of osquery's tables has together."""
    return head.start.startswith("[") and bool(tell_rows(head.keys))


def read_rows(source: Source, staging: Staging) -> None:
    """Read the rows as the list of one device, which somebody else has to name.

    Raises:
        UnreadableError: where nobody named it.
    """
    table = tell_rows(source.head.keys)
    rows = [(row.record, section(row.value)) for row in read_elements(source, staging, ())]
    is_whole = not staging.records[source.input_no]  # nothing is counted yet but losses
    items = ((record, row, read_item(table, row)) for record, row in rows)
    entries = [Entry(record, item) for record, row, item in items if item or not row]
    staging.records[source.input_no] += len(rows) - len(entries)  # told as not installed
    listing = list_kinds({table}, set())  # a WHERE or a LIMIT leaves no trace
    device = {"platform": PLATFORMS.get(table, "")}
    add_list(source, ItemList(entries, listing, device, partial=not is_whole), staging)
