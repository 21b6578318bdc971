"""An agent's XML as sections and software entries, read with bounds.

No document type, no entities: nothing expands and nothing is fetched. One device's inventory is
small, so it is parsed in one piece, in which no token can be long enough to hurt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.handler import ContentHandler

from policycheck.inventory.base import Source
from policycheck.inventory.documents.xml_document import parse
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from xml.sax.xmlreader import AttributesImpl

MAX_DOCUMENT = 64 * 1024 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 5_000_000
_MAX_TEXT = 1_000_000
_SECTIONS = ("HARDWARE", "BIOS", "OPERATINGSYSTEM", "ACCESSLOG", "USERS", "ACCOUNTINFO")

Section = Mapping[str, str]


@dataclass(frozen=True)
class Document:
    """What of an agent's XML is read. Names are its own, texts are trimmed."""

    top: Section
    """DEVICEID and QUERY, and VERSIONCLIENT of the content."""
    sections: Mapping[str, tuple[Section, ...]]
    """The sections that tell of the device, in their order."""
    software: tuple[Section, ...]

    def first(self, section: str, name: str) -> str:
        """Return a text of the first section of a name; "" where it is not said."""
        return next((part.get(name, "") for part in self.sections.get(section, ())), "")


def read_document(source: Source) -> Document:
    """Parse an agent's XML.

    Raises:
        UnreadableError: where it is cut, hostile, too large, or no inventory.
    """
    handler = _Handler()
    parse(source, handler, MAX_DOCUMENT)
    return _check(handler)


def _check(handler: _Handler) -> Document:
    query = handler.top.get("QUERY", "")
    if query and query != "INVENTORY":
        raise UnreadableError(f"is an agent's answer to {query[:40]}, not a device's inventory")
    sections = {name: tuple(parts) for name, parts in handler.sections.items()}
    return Document(handler.top, sections, tuple(handler.software))


class _Handler(ContentHandler):
    """Keeps the texts that are wanted: REQUEST/X, REQUEST/CONTENT/X and .../SECTION/X."""

    def __init__(self) -> None:
        super().__init__()
        self.top: dict[str, str] = {}
        self.sections: dict[str, list[Section]] = {}
        self.software: list[Section] = []
        self._path: list[str] = []
        self._texts: list[str] = []
        self._length = 0
        self._entry: dict[str, str] = {}
        self._elements = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 (SAX)
        """Go one level down."""
        self._path.append(name)
        self._elements += 1
        if len(self._path) > MAX_DEPTH:
            raise UnreadableError(f"is nested deeper than {MAX_DEPTH} levels")
        if self._elements > MAX_ELEMENTS:
            raise UnreadableError(f"has more than {MAX_ELEMENTS} elements")
        self._texts.clear()
        self._length = 0
        if len(self._path) == 3:
            self._entry = {}

    def characters(self, content: str) -> None:
        """Collect text, as much as any value may have."""
        if self._length <= _MAX_TEXT:
            self._texts.append(content)
            self._length += len(content)

    def endElement(self, name: str) -> None:  # noqa: N802 (SAX)
        """Keep what ends here, and go one level up."""
        depth = len(self._path)
        if depth == 4:
            self._entry.setdefault(name, "".join(self._texts).strip())
        elif depth == 3 and name == "SOFTWARES":
            self.software.append(self._entry)
        elif depth == 3 and name in _SECTIONS:
            self.sections.setdefault(name, []).append(self._entry)
        elif depth == 5 and self._path[3] == "TIMEZONE":
            self._entry[f"TIMEZONE_{name}"] = "".join(self._texts).strip()
        if depth in (2, 3) and name in ("DEVICEID", "QUERY", "VERSIONCLIENT"):
            self.top.setdefault(name, "".join(self._texts).strip())
        self._path.pop()
        self._texts.clear()
