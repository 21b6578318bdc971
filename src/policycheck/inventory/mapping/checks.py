"""What has to fit together in a mapping file, beyond the shape of each of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from policycheck.inventory.mapping.words import UNKNOWN
from policycheck.inventory.mapping.written import MappingFile
from policycheck.model import DEVICE_COLUMNS, ITEM_COLUMNS, PERSON_COLUMNS, Column
from policycheck.problems import Problem, did_you_mean, quote
from policycheck.yamlfile import Document, Node
from policycheck.yamlfile import Mapping as MapNode

IDENTITIES = ("device_id", "serial", "udid", "name")
"""One of these must be mapped: what a device is called, best first."""


def check_mapping(document: Document, file: MappingFile) -> Iterator[Problem]:
    """Find what is wrong with a mapping that has its shape."""
    root = document.root
    assert isinstance(root, MapNode)
    try:
        ZoneInfo(file.timezone)
    except (KeyError, ValueError, OSError):
        node = root.get("timezone") or root
        message = f"{quote(file.timezone)} is not a time zone like Asia/Shanghai"
        yield document.problem(node, message)
    device, item = _keys(root.get("device")), _keys(root.get("item"))
    if not set(IDENTITIES).intersection(device):
        node = root.get("device") or root
        message = "nothing names the device"
        yield document.problem(node, message, f"map one of {', '.join(IDENTITIES)}")
    if item and not {"name", "identifier"}.intersection(item):
        node = root.get("item") or root
        yield document.problem(node, "an item needs a name or an identifier", "map one of them")
    if file.listing and not item:
        node = root.get("listing") or root
        message = "a report without items lists nothing"
        yield document.problem(node, message, "write 'listing: {}', or map the items")
    yield from _check_fields(document, root, "device", DEVICE_COLUMNS)
    yield from _check_fields(document, root, "item", ITEM_COLUMNS)


def check_people_mapping(document: Document) -> Iterator[Problem]:
    """Find what is wrong with a mapping of people that has its shape."""
    root = document.root
    assert isinstance(root, MapNode)
    if not {"email", "person_id"}.intersection(_keys(root.get("person"))):
        node = root.get("person") or root
        yield document.problem(node, "nothing names the person", "map one of email, person_id")
    yield from _check_fields(document, root, "person", PERSON_COLUMNS)


def _check_fields(
    document: Document, root: MapNode, section: str, columns: Mapping[str, Column]
) -> Iterator[Problem]:
    entries = root.get(section)
    for key, node in entries.entries if isinstance(entries, MapNode) else ():
        if not isinstance(node, MapNode) or key.text == "attributes":
            continue
        if (node.get("column") is None) == (node.get("value") is None):
            hint = "a column of the report, or one value for all records"
            yield document.problem(key, "needs either 'column' or 'value'", hint)
        yield from _check_words(document, node, columns[key.text])


def _check_words(document: Document, node: MapNode, column: Column) -> Iterator[Problem]:
    """Check that our words are of the column's vocabulary."""
    vocabulary = ("true", "false") if column.type == "boolean" else column.vocabulary
    words = node.get("words")
    ours = [value for _, value in words.entries] if isinstance(words, MapNode) else []
    ours += [other for key in ("value", "otherwise") if (other := node.get(key)) is not None]
    for word in ours:
        text = getattr(word, "text", "")
        if vocabulary and text not in (*vocabulary, UNKNOWN):
            message = f"unknown {column.name} {quote(text)}"
            yield document.problem(word, message, did_you_mean(text, (*vocabulary, UNKNOWN)))


def _keys(node: Node | None) -> set[str]:
    return {key.text for key, _ in node.entries} if isinstance(node, MapNode) else set()
