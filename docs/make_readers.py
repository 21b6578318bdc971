"""Write docs/readers.md, what each format can say, from the readers' own facts: `make docs`.

A test compares it with the facts of today, and the facts with the examples of each format.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from policycheck.inventory.base import Facts
from policycheck.inventory.detect import READERS
from policycheck.inventory.reader import FormatReader
from policycheck.model import IDENTIFIER_TYPES

DOCUMENT = Path(__file__).with_name("readers.md")
_HEAD = """# What each format can say

Made from the readers by `make docs`; do not edit. [formats.md](formats.md) tells each one in full.

- **files**: what a report looks like. Every text may be UTF-8, UTF-16 (both with and without a byte
  order mark), GB18030 or windows-1252, and every file may be packed (gzip, zlib, Zstandard, ZIP).
- **reports**: *state* says all that is there, so what is missing from it is not there. *state or
  changes*: some reports tell only what changed since an earlier one; they prove presence only.
- **lists**: the kinds of item, and how far at best: *all*, or *managed* (some of them, which proves
  no absence). Nothing: the report tells of devices only.
- **device**: whether a report says whose it is; where it does not, `--device ID` does.
- **user**, **owner**, **managed**, **time**: whether the report fills these columns of a device:
  `user_id`, `ownership`, `managed`, `reported_at`.
- **identifiers**: what identifies an item; without any, apps are known by their names alone.
- **and of an item**: what else it may say.

A mapping reads any other table or JSON, and says what its author made it say.

"""
_TITLES = (
    "format", "files", "reports", "lists", "device", "user", "owner", "managed", "time",
    "identifiers", "and of an item",
)  # fmt: skip
_FORMS = {
    "json": "JSON", "xml": "XML", "table": "CSV, Excel", "parquet": "Parquet", "text": "text",
    "binary": "binary plist",
}  # fmt: skip
_DEVICE = ("user_id", "ownership", "managed", "reported_at")
_BARE = "identifiers of no certain type"


def document() -> str:
    """Return the text of docs/readers.md."""
    return _HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in _rows())


def _rows() -> Iterator[tuple[str, ...]]:
    yield _TITLES
    yield ("---",) * len(_TITLES)
    for reader in sorted(READERS, key=lambda reader: reader.NAME):
        yield (f"`{reader.NAME}`: {_describe(reader)}", *_cells(reader.FACTS))


def _describe(reader: FormatReader) -> str:
    return reader.TITLE.replace("|", "\\|")


def _cells(facts: Facts) -> Iterator[str]:
    says = facts.says.split()
    yield ", ".join(_FORMS[form] for form in facts.forms.split())
    yield {"state": "state", "both": "state or changes"}[facts.reports]
    yield ", ".join(_listing(facts)) or "nothing"
    yield {"yes": "yes", "no": "`--device`", "some": "some do"}[facts.names_device]
    for column in _DEVICE:
        yield "yes" if column in says else "-"
    yield _identifiers(facts)
    rest = [column for column in says if column not in (*_DEVICE, "identifier")]
    yield ", ".join(rest) or "-"


def _listing(facts: Facts) -> Iterator[str]:
    for entry in facts.listing.split():
        kind, _, visibility = entry.partition("=")
        yield f"{kind} ({visibility})"


def _identifiers(facts: Facts) -> str:
    types = facts.identifiers.split()
    if types == list(IDENTIFIER_TYPES):
        return "all that there are"
    bare = _BARE if "identifier" in facts.says.split() else "-"
    return ", ".join(f"`{name}`" for name in types) or bare


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
