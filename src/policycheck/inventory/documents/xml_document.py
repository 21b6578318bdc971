"""A small XML document as nested objects, read with bounds.

An element with elements in it becomes an object, another its text; what is repeated becomes a
list. Attributes are left out, but for those that the caller asks for. No document type, no
entities: nothing expands and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from policycheck.inventory.base import Source
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from xml.sax.xmlreader import AttributesImpl

MAX_DOCUMENT = 32 * 1024 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 2_000_000
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,500}\?>")


def read_xml(source: Source, keep: Sequence[str] = ()) -> object:
    """Return what stands in the root element.

    Args:
        source: The document.
        keep: The names of attributes that are read like elements.

    Raises:
        UnreadableError: where it is cut, hostile or too large.
    """
    tree = _Tree(keep)
    parse(source, tree, MAX_DOCUMENT)
    return tree.root


def parse(source: Source, handler: ContentHandler, most: int) -> None:
    """Hand a document of at most so many bytes to a handler, in one piece.

    So no token can be long enough to hurt. Raises UnreadableError where it is cut, hostile or too
    large.
    """
    from defusedxml.common import DefusedXmlException  # only XML needs it
    from defusedxml.expatreader import create_parser

    if source.size > most:
        raise UnreadableError(f"is XML larger than {most >> 20} MiB", "split the export")
    if source.cut:
        raise UnreadableError("ends in the middle of its compressed data", "copy it once more")
    parser = create_parser(forbid_dtd=True)
    parser.setContentHandler(handler)
    try:
        parser.feed(_DECLARATION.sub(b"", b"".join(source.lines()), count=1))
        parser.close()
    except DefusedXmlException as error:
        raise UnreadableError("declares a document type, which no export does") from error
    except (LookupError, ValueError) as error:  # of an encoding that is declared and unknown
        raise UnreadableError(f"is cut or damaged: {error}", "was it copied whole?") from error
    except SAXParseException as error:
        line = error.getLineNumber()
        raise UnreadableError(
            f"is cut or damaged: {error.getMessage()} in line {line}", "was it copied whole?"
        ) from error


class _Tree(ContentHandler):
    """Builds the objects from the innermost outwards."""

    def __init__(self, keep: Sequence[str]) -> None:
        super().__init__()
        self._keep = keep
        self.root: object = ""
        self._open: list[dict[str, object]] = [{}]
        self._texts: list[str] = []
        self._elements = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 (SAX)
        """Go one level down."""
        self._elements += 1
        if len(self._open) > MAX_DEPTH:
            raise UnreadableError(f"is nested deeper than {MAX_DEPTH} levels")
        if self._elements > MAX_ELEMENTS:
            raise UnreadableError(f"has more than {MAX_ELEMENTS} elements")
        kept: dict[str, object] = {
            name: attrs.getValue(name) for name in self._keep if name in attrs
        }
        self._open.append(kept)
        self._texts.clear()

    def characters(self, content: str) -> None:
        """Collect text."""
        self._texts.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 (SAX)
        """Put what ends here into what holds it."""
        children = self._open.pop()
        value: object = children or "".join(self._texts).strip()
        self._texts.clear()
        self.root = value
        around = self._open[-1]
        if name not in around:
            around[name] = value
            return
        held = around[name]
        if isinstance(held, list):
            held.append(value)
        else:
            around[name] = [held, value]
