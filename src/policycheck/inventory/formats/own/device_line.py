"""One line of ours as values: what it says of its device and of each item, trimmed and checked.

What is wrong with a word, a time or a listing is found later, by the SQL that looks at every
reader's rows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from policycheck.inventory.base import MAX_LINE, MAX_RECORD, Source
from policycheck.inventory.files.decode import not_in
from policycheck.inventory.staging.columns import (
    DEVICE_TEXTS,
    ITEM_TEXTS,
    UNSET_SERIALS,
    join_ref,
)
from policycheck.problems import quote

DEVICE_KEYS = frozenset(DEVICE_TEXTS)
ITEM_KEYS = frozenset(ITEM_TEXTS)
OTHER_KEYS = ("items", "listing", "source", "partial", "attributes", "received_at")
_IDENTITIES = ("device_id", "serial", "udid", "name")
_SHORT = 1000


class LineError(Exception):
    """What is wrong with a line."""


class Line(NamedTuple):
    """One record, and where it stands."""

    source: Source
    record: int
    """Its number in the source."""
    text: bytes


class Device(NamedTuple):
    """What a line says of its device; empty where it says nothing."""

    ref: str
    """What names it within its file."""
    device: Mapping[str, str]
    """Its columns."""
    attributes: Mapping[str, str]
    listing: str
    source: str
    partial: str


class Item(NamedTuple):
    """What a line says of an item."""

    columns: Mapping[str, str]
    attributes: Mapping[str, str]


def parse(line: bytes, encoding: str) -> dict[str, object]:
    """Return a line as it stands, its numbers as texts.

    Raises:
        LineError: where it is no JSON object, says a key twice or holds what no text can.
    """
    if len(line) >= MAX_LINE:
        raise LineError(f"longer than {MAX_LINE >> 20} MiB")
    try:
        value = json.loads(
            line,
            parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_read_object,
        )  # fmt: skip
    except UnicodeDecodeError:
        raise LineError(not_in(encoding)) from None
    except json.JSONDecodeError as error:
        raise LineError(f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]}") from None
    except RecursionError:
        raise LineError("is nested too deeply") from None
    if not isinstance(value, dict):
        raise LineError("is not an object")
    if b"\\u" in line:
        _check_characters(value)
    return value


def _read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key that stands twice: of two lists of items one would be lost."""
    value = dict(pairs)
    if len(value) < len(pairs):
        double, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise LineError(f"says {quote(double)} twice")
    return value


def _check_characters(value: dict[str, object]) -> None:
    """Refuse what JSON can escape but no text can hold."""
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text:
        raise LineError("holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise LineError("holds half a character (a lone surrogate)") from None


def read_device(said: Mapping[str, object]) -> Device:
    """Return the device that a line speaks of. Raises LineError."""
    columns = _read_texts(said, DEVICE_KEYS)
    source = _read_short(said.get("source"), "source")
    identity = next((columns[key] for key in _IDENTITIES if _names(columns.get(key, ""))), "")
    if not identity:
        raise LineError(f"no {', '.join(_IDENTITIES[:-1])} or {_IDENTITIES[-1]}")
    return Device(
        join_ref(source, identity),
        columns,
        _read_attributes(said, "attributes"),
        listing=_read_listing(said.get("listing")),
        source=source,
        partial=_read_short(said.get("partial"), "partial"),
    )


def list_items(said: Mapping[str, object]) -> list[object]:
    """Return a line's items as they stand. Raises LineError where they are no list."""
    items = said.get("items")
    if items is None:
        return []
    if not isinstance(items, list):
        raise LineError("items is not a list")
    return items


def read_item(number: int, said: object) -> Item:
    """Return an item, the `number`th of its line. Raises LineError."""
    where = f"items[{number}]"
    if not isinstance(said, dict):
        raise LineError(f"{where} is not an object")
    texts = _read_texts(said, ITEM_KEYS, f"{where}.")
    if not texts.get("identifier", "").strip() and not texts.get("name", "").strip():
        raise LineError(f"{where} needs an identifier or a name")
    return Item(texts, _read_attributes(said, f"{where}.attributes"))


def find_unknown(said: Mapping[str, object]) -> Iterator[str]:
    """Yield the keys of a line that are not ours; `said` was read without an error."""
    yield from (key for key in said if key not in DEVICE_KEYS and key not in OTHER_KEYS)
    for item in list_items(said):
        assert isinstance(item, dict)
        yield from (f"items.{key}" for key in item if key not in ITEM_KEYS and key != "attributes")


def _names(identity: str) -> bool:
    return identity.strip().lower() not in ("", *UNSET_SERIALS)


def _read_texts(
    value: Mapping[str, object], keys: frozenset[str], where: str = ""
) -> dict[str, str]:
    texts = {key: _read_text(value[key], where + key) for key in value.keys() & keys}
    if sum(map(len, texts.values())) > MAX_RECORD // 4:
        named = where.rstrip(".") or "device"
        raise LineError(f"{named} is longer than {MAX_RECORD // 4} characters")
    return texts


def _read_text(value: object, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    raise LineError(f"{where} is not a text, a number or a boolean")


def _read_short(value: object, where: str) -> str:
    text = _read_text(value, where)
    if len(text) > _SHORT:
        raise LineError(f"{where} is longer than {_SHORT} characters")
    return text


def _read_attributes(value: Mapping[str, object], where: str) -> dict[str, str]:
    attributes = value.get("attributes")
    if attributes is None:
        return {}
    if not isinstance(attributes, dict):
        raise LineError(f"{where} is not an object")
    texts = {key: _read_text(text, f"{where}.{key}") for key, text in attributes.items()}
    if sum(len(key) + len(text) for key, text in texts.items()) > MAX_RECORD // 8:
        raise LineError(f"{where} is longer than {MAX_RECORD // 8} characters")
    return {key: text for key, text in texts.items() if text}


def _read_listing(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, dict):
        raise LineError('listing is not an object such as {"app": "all"}')
    pairs = ((kind, _read_text(text, f"listing.{kind}")) for kind, text in value.items())
    return _read_short(";".join(f"{kind}={text}" for kind, text in pairs), "listing")
