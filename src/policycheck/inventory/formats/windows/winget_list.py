r"""What `winget list` printed, redirected into a file: a table for eyes, in any language.

Columns are found by the header's place, not by its words; long cells are cut with `…`; spinner
frames and lost bytes are what redirecting leaves (see `console_table`). Where a line does not
keep its columns it is read by its Id, which is unlike any other word.

It shows what is registered for the machine and for whoever ran it, with and without a source. A
list without both classic programs (`ARP\`) and packages was filtered, and counts as `managed`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.formats.item_list import Entry, ItemList, add_list
from policycheck.inventory.formats.windows.console_table import (
    LOST,
    cut_cells,
    find_columns,
    is_broken,
    repair,
    settle,
)
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "winget-list"
SOURCE = "winget-list"
TITLE = "winget list (redirected text)"
LOOKS_FOR = "a line of dashes below a header of four or five words of which the second is Id"
FACTS = Facts(
    forms="text",
    reports="state",
    names_device="no",
    listing="app=all",
    says="identifier name version install_source",
    identifiers="msix_pfn msstore_id win_uninstall_key winget_id",
)

_HEADER = re.compile(r"\S.{0,500}? {1,500}(?:I[Dd]\.?|ИД|識別碼) {1,500}\S.{0,500}")
_DASHES = re.compile(r"-{20,}\s*")
_MORE = re.compile(r"<.{1,300}>\s*")
_REMARK = re.compile(r"(?:\d|\S+ ).{1,300}[.:。：]")
"""What it says below the list: how many upgrades there are, and which it left out."""
_MATCH = re.compile(r"(?:Moniker|Tag|Command|ProductCode|PackageFamilyName): \S")
"""What `winget search` writes into a column of its own, behind name, id and version."""
_CUT = "…"
_MOST = 2000
"""How much of a line counts: no console is as wide."""
_ID = re.compile(
    r"(?:^| )(ARP\\(?:Machine|User)\\\w+\\.+?|MSIX\\\S+|XP[0-9A-Z]{12}|9[0-9A-Z]{11}"
    r"|(?![\d.]+(?: |$))[\w+-]+(?:\.[\w+-]+)+(?:_[a-z0-9]{13})?[…\ufffd]?)(?=  | *$| <? ?\d)"
)
_MSIX = re.compile(r"(?:MSIX\\)?([^_\\]+)_(?:[\d.]+_[^_]*_[^_]*_)?([a-z0-9]{13})")
_STORE = re.compile(r"XP[0-9A-Z]{12}|9[0-9A-Z]{11}")
_STORES = ("winget", "msstore")


@dataclass(frozen=True)
class Row:
    """A line of the list, as far as it can be told."""

    name: str
    identifier: str
    version: str
    store: str

    @property
    def is_lost(self) -> bool:
        """Whether neither its id nor its name came through whole."""
        return _is_cut(self.identifier) and _is_cut(self.name)


def claims(head: Head) -> bool:
    """Claim text with winget's header and the line below it."""
    if head.form not in ("text", "table"):
        return False
    lines = [settle(line) for line in head.start.split("\n")]
    return any(_is_header(header, dashes) for header, dashes in pairwise(lines))


def _is_header(line: str, below: str) -> bool:
    return bool(_DASHES.fullmatch(below) and _HEADER.fullmatch(line.rstrip()))


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read one device from each source."""
    for source in sources:
        try:
            add_list(source, _read_one(source), staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_one(source: Source) -> ItemList:
    texts = (raw.decode(errors="replace").replace(f"{LOST}?", LOST) for raw in source.lines())
    lines = [settle(text)[:_MOST] for text in texts]
    lines = [line for line in lines if line.strip()]
    found = (at for at in range(1, len(lines)) if _is_header(lines[at - 1], lines[at]))
    start = next(found, 0)
    if not start:
        raise UnreadableError("has no header of winget's where one was seen")
    is_more = any(_MORE.fullmatch(line) for line in lines[start + 1 :])
    body = [line for line in lines[start + 1 :] if not _MORE.fullmatch(line)]
    if is_broken(cell for line in lines for cell in re.split(r" {2,}", line)):
        header, body = repair(lines[start - 1]), [_repair_line(line) for line in body]
    else:
        header = lines[start - 1]
    starts = find_columns(header)
    if any(_MATCH.match(cell) for line in body for cell in (cut_cells(line, starts) or ())[3:]):
        raise UnreadableError(
            "is what winget search found in the stores, not what is installed", "run winget list"
        )
    body = [line for line in body if not _is_remark(line) and line not in lines[: start + 1]]
    rows = [_read_row(line, starts) for line in body]
    entries = [_read_entry(number, row) for number, row in enumerate(rows, 1)]
    is_whole = not is_more and not any(row.is_lost for row in rows)
    visibility = "all" if is_whole and _shows_all(rows) else "managed"
    device = {"platform": "windows"}
    return ItemList(entries, {"app": visibility}, device, partial=is_more)


def _is_remark(line: str) -> bool:
    """Tell a sentence from a row: it has no Id, and no two blanks part anything in it."""
    said = line.strip()
    return bool(_REMARK.fullmatch(said)) and "  " not in said and not _ID.search(said)


def _repair_line(line: str) -> str:
    """Repair a line as a whole, else the cells that can be told apart."""
    whole = repair(line)
    if LOST not in whole:
        return whole
    return "".join(repair(piece) for piece in re.split(r"( {2,})", line))


def _shows_all(rows: Sequence[Row]) -> bool:
    classic = any(row.identifier.startswith("ARP\\") for row in rows)
    return classic and any(_MSIX.fullmatch(row.identifier) for row in rows)


def _read_row(line: str, starts: tuple[int, ...]) -> Row:
    cells = None if LOST in line else cut_cells(line, starts)
    if cells and (" " not in cells[1] or cells[1].startswith("ARP\\")):
        store = cells[-1] if cells[-1] in _STORES else ""
        return Row(cells[0], cells[1], cells[2] if len(cells) > 2 else "", store)
    found = _ID.search(line)
    if found is None:
        return Row(line.strip(), "", "", "")
    rest = line[found.end() :].split()
    store = rest[-1] if rest and rest[-1] in _STORES else ""
    version = " ".join(rest[:2]) if rest[:1] in (["<"], [">"]) else "".join(rest[:1])
    return Row(line[: found.start()].strip(), found[1].strip(), version, store)


def _read_entry(record: int, row: Row) -> Entry:
    kind, identifier = _identify(row)
    item = {
        "kind": "app",
        "name": row.name,
        "identifier": identifier,
        "identifier_type": kind if identifier else "",
        "version": "" if _is_cut(row.version) or row.version == "Unknown" else row.version,
        "install_source": row.store,
    }
    attributes = {}
    if row.identifier.startswith("ARP\\"):
        attributes["scope"] = row.identifier.split("\\")[1].lower()
    if row.identifier and not identifier:
        attributes["winget_id"] = row.identifier
    return Entry(record, item, attributes)


def _identify(row: Row) -> tuple[str, str]:
    """Return the type and the identifier of a row; "" where it is cut or none of ours."""
    said = row.identifier
    if _is_cut(said):
        return "", ""
    if said.startswith("ARP\\"):
        return "win_uninstall_key", said.split("\\", 3)[-1] if said.count("\\") > 2 else ""
    msix = _MSIX.fullmatch(said)
    if msix:
        return "msix_pfn", f"{msix[1]}_{msix[2]}"
    if row.store == "msstore" or _STORE.fullmatch(said):
        return "msstore_id", said
    return "winget_id", said if "." in said else ""


def _is_cut(text: str) -> bool:
    return not text or text.endswith(_CUT) or LOST in text
