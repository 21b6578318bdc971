"""Rows from documents (JSON, XML): one flat file in our own table format, scanned like any other.

A document names its device once and its items after it. Both become lines of one table: a line
with the device's columns and no item, then a line for each item with the device's columns
empty. What is wrong with a value is found by the same SQL as in a table.

The file is scanned and begun anew whenever it has grown large, so that neither memory nor the
disk holds all rows as text.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from policycheck.inventory.base import MAX_RECORD
from policycheck.inventory.formats.own.columns import make_document_shape
from policycheck.inventory.staging.columns import DEVICE_TEXTS, ITEM_TEXTS
from policycheck.inventory.staging.table import Relation, Shape, relate_csv

HEADER = (
    "ref", "source", "partial", "listing", "device_attributes",
    *(f"device_{name}" if name == "name" else name for name in DEVICE_TEXTS),
    *ITEM_TEXTS, "item_attributes",
)  # fmt: skip
DEVICE_HEADER = HEADER[: 5 + len(DEVICE_TEXTS)]
"""The columns that tell of devices, each under the name that `Rows.use` knows."""
_LONGEST = 8 * 1024 * 1024
"""The longest line of the file, in bytes: what the readers let through, quoted and escaped."""
_FULL = 64 * 1024 * 1024
"""Characters after which the file is scanned: some hundred thousand items."""
_NO_DEVICE = ("",) * (4 + len(DEVICE_TEXTS))
_NO_ITEM = ("",) * (len(ITEM_TEXTS) + 1)


def list_cells(
    ref: str,
    device: Mapping[str, str],
    attributes: Mapping[str, str],
    *,
    listing: str = "",
    source: str = "",
    partial: str = "",
) -> tuple[str, ...]:
    """Return the cells of a device under `DEVICE_HEADER`; empty where nothing is said."""
    packed = pack(attributes)
    texts = [device.get(name, "") for name in DEVICE_TEXTS]
    return (ref, source, partial, listing, packed, *texts)


def pack(attributes: Mapping[str, str]) -> str:
    """Return attributes as they stand in a cell."""
    return json.dumps(attributes, ensure_ascii=False) if attributes else ""


class Rows:
    """Writes devices and items to a file, and knows which columns anything was written to.

    `scan` is called when the file is full; it must read what `relation` and `shape` describe.
    """

    def __init__(self, path: Path, scan: Callable[[], None]) -> None:
        self.path = path
        self._scan = scan
        self._used = {"ref", "reported_at"}
        self._begin()

    def _begin(self) -> None:
        self._file = self.path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._size = self._longest = 0
        self._write(("input_no", "record", *HEADER))

    def _write(self, row: Iterable[object]) -> None:
        written = self._writer.writerow(row)
        self._size += written
        self._longest = max(self._longest, written)

    def _make_room(self) -> None:
        """Have a full file scanned. What is packed of devices must look alike in all of them."""
        if self._size < _FULL:
            return
        self.use(DEVICE_HEADER)
        self.close()
        self._scan()
        self._begin()

    def use(self, names: Iterable[str]) -> None:
        """Take note that something is written to these columns."""
        self._used.update(names)

    def add_device(
        self,
        input_no: int,
        record: int,
        ref: str,
        device: Mapping[str, str],
        attributes: Mapping[str, str],
        *,
        listing: str = "",
        source: str = "",
        partial: str = "",
    ) -> None:
        """Add a device; `ref` names it within its input."""
        self._make_room()
        cells = list_cells(ref, device, attributes, listing=listing, source=source, partial=partial)
        self._used.update(name for name, text in zip(DEVICE_HEADER, cells, strict=True) if text)
        self._write((input_no, record, *cells, *_NO_ITEM))

    def add_item(
        self,
        input_no: int,
        record: int,
        ref: str,
        item: Mapping[str, str],
        attributes: Mapping[str, str],
    ) -> None:
        """Add an item of the device that is called `ref`."""
        self._make_room()
        packed = pack(attributes)
        if packed:
            self._used.add("item_attributes")
        self._used.update(item)
        values = [item.get(name, "") for name in ITEM_TEXTS]
        self._write((input_no, record, ref, *_NO_DEVICE, *values, packed))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    @property
    def relation(self) -> Relation:
        """The file as a table that holds several sources."""
        longest = min(max(self._longest * 4, MAX_RECORD), _LONGEST)  # four bytes a character
        return relate_csv(self.path, len(HEADER), ",", numbered=True, longest=longest)

    @property
    def shape(self) -> Shape:
        """How its columns become ours; those that nobody wrote to are left out."""
        used = [name if name in self._used else "" for name in HEADER]
        return make_document_shape(used)
