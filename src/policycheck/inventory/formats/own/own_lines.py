"""Our own format as JSON lines: one device a line, its items under `items`.

What it lists is what its `listing` says (`{"app": "all"}`); without one it lists nothing. A
line is one record: if anything in it cannot be used, the whole line is rejected, because half a
device proves nothing. `docs/formats.md` has every key.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from policycheck.inventory.base import MAX_LINE, MAX_RECORD, Facts, Head, Source
from policycheck.inventory.files.decode import not_in
from policycheck.inventory.formats.own.plain_lines import Line, scan_plain
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.columns import (
    DEVICE_TEXTS,
    ITEM_TEXTS,
    UNSET_SERIALS,
    join_ref,
)
from policycheck.model import IDENTIFIER_TYPES
from policycheck.problems import did_you_mean, quote

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "policycheck-lines"
SOURCE = "policycheck"
TITLE = "policycheck's own JSON lines"
_IDENTITIES = ("device_id", "serial", "udid", "name")
LOOKS_FOR = "JSON lines with device_id, serial or udid, and one of items, listing, platform"
FACTS = Facts(
    forms="json",
    reports="both",
    names_device="yes",
    listing="app=all browser_extension=all web_app=all payment_channel=all account=all",
    says=(
        "user_id ownership managed reported_at identifier name version publisher "
        "signer profile path os_user install_source"
    ),
    identifiers=" ".join(IDENTIFIER_TYPES),
)

_SHORT = 1000
_FEW = 256 * 1024
"""So many bytes are read line by line: DuckDB takes its time to begin."""
_DEVICE_KEYS = frozenset(DEVICE_TEXTS)
_ITEM_KEYS = frozenset(ITEM_TEXTS)
_OTHER_KEYS = ("items", "listing", "source", "partial", "attributes", "received_at")


class _LineError(Exception):
    """What is wrong with a line."""


def claims(head: Head) -> bool:
    """Claim JSON whose first object is a device as we write it."""
    keys = set(head.keys)
    if {"serial_number", "last_check_in"} <= keys:
        return False  # Kandji's words for a device; none of them is ours
    named = keys.intersection(("device_id", "serial", "udid", "name"))
    return bool(named) and bool(keys.intersection(("items", "listing", "platform")))


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read every line; a line that is no device as we write it is rejected by itself."""
    unknown: dict[int, set[str]] = {source.input_no: set() for source in sources}
    failed: list[tuple[Source, UnreadableError]] = []  # refused here: lines come from a thread
    lines: Iterator[Line] = chain.from_iterable(_lines(source, failed) for source in sources)
    if sum(source.size for source in sources) > _FEW:
        lines = scan_plain(lines, staging)
    for source, record, line in lines:
        try:
            device = _parse(line, source.encoding)
            unknown[source.input_no] |= _add_device(source, record, device, staging)
        except _LineError as fault:
            staging.reject(source, record, str(fault))
            staging.records[source.input_no] += 1
    for source, error in failed:
        staging.refuse(source.input_no, source.path, error)
    refused = {source.input_no for source, _ in failed}
    for source in sources:
        _warn_of_keys(source, unknown[source.input_no], staging)
        if source.cut and source.input_no not in refused:
            message = "ends in the middle; the devices that came before are used"
            staging.warn(source.path, message, "export it once more")


def _lines(source: Source, failed: list[tuple[Source, UnreadableError]]) -> Iterator[Line]:
    """Yield a source's lines; add it to those that failed where it is none of lines."""
    try:
        if _is_one_document(source):
            raise UnreadableError(
                "is JSON laid out over lines or as a list, where each device has a line of its own",
                "make lines of it, as jq -c does: jq -c '.[]' of a list",
            )
        for record, line in enumerate(filter(bytes.strip, source.lines()), 1):
            yield Line(source, record, line)
    except UnreadableError as error:
        failed.append((source, error))


def _is_one_document(source: Source) -> bool:
    first = next(filter(bytes.strip, source.lines()), b"").strip()
    return first.startswith(b"[") or first == b"{"


def _parse(line: bytes, encoding: str) -> dict[str, object]:
    if len(line) >= MAX_LINE:
        raise _LineError(f"longer than {MAX_LINE >> 20} MiB")
    try:
        value = json.loads(
            line,
            parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_read_object,
        )  # fmt: skip
    except UnicodeDecodeError:
        raise _LineError(not_in(encoding)) from None
    except json.JSONDecodeError as error:
        raise _LineError(f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]}") from None
    except RecursionError:
        raise _LineError("is nested too deeply") from None
    if not isinstance(value, dict):
        raise _LineError("is not an object")
    if b"\\u" in line:
        _check_characters(value)
    return value


def _read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key that stands twice: of two lists of items one would be lost."""
    value = dict(pairs)
    if len(value) < len(pairs):
        double, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise _LineError(f"says {quote(double)} twice")
    return value


def _check_characters(value: dict[str, object]) -> None:
    """Refuse what JSON can escape but no text can hold."""
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text:
        raise _LineError("holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _LineError("holds half a character (a lone surrogate)") from None


def _add_device(
    source: Source, record: int, device: dict[str, object], staging: Staging
) -> set[str]:
    """Add a device and its items; return the keys that are not ours."""
    columns = _read_texts(device, _DEVICE_KEYS)
    name = _read_short(device.get("source"), "source")
    identity = next((columns[key] for key in _IDENTITIES if _names(columns.get(key, ""))), "")
    if not identity:
        raise _LineError(f"no {', '.join(_IDENTITIES[:-1])} or {_IDENTITIES[-1]}")
    items = device.get("items")
    if items is not None and not isinstance(items, list):
        raise _LineError("items is not a list")
    read_items = [_read_item(number, item) for number, item in enumerate(items or ())]
    ref = join_ref(name, identity)
    staging.rows.add_device(
        source.input_no,
        record,
        ref,
        columns,
        _read_attributes(device, "attributes"),
        listing=_read_listing(device.get("listing")),
        source=name,
        partial=_read_short(device.get("partial"), "partial"),
    )
    for texts, attributes in read_items:
        staging.rows.add_item(source.input_no, record, ref, texts, attributes)
    unknown = {key for key in device if key not in _DEVICE_KEYS and key not in _OTHER_KEYS}
    return unknown.union(*(_find_unknown(item) for item in items or ()))


def _names(identity: str) -> bool:
    return identity.strip().lower() not in ("", *UNSET_SERIALS)


def _read_item(number: int, item: object) -> tuple[dict[str, str], dict[str, str]]:
    where = f"items[{number}]"
    if not isinstance(item, dict):
        raise _LineError(f"{where} is not an object")
    texts = _read_texts(item, _ITEM_KEYS, f"{where}.")
    if not texts.get("identifier", "").strip() and not texts.get("name", "").strip():
        raise _LineError(f"{where} needs an identifier or a name")
    return texts, _read_attributes(item, f"{where}.attributes")


def _find_unknown(item: Mapping[str, object]) -> Iterator[str]:
    return (f"items.{key}" for key in item if key not in _ITEM_KEYS and key != "attributes")


def _read_texts(
    value: Mapping[str, object], keys: frozenset[str], where: str = ""
) -> dict[str, str]:
    texts = {key: _read_text(value[key], where + key) for key in value.keys() & keys}
    if sum(map(len, texts.values())) > MAX_RECORD // 4:
        named = where.rstrip(".") or "device"
        raise _LineError(f"{named} is longer than {MAX_RECORD // 4} characters")
    return texts


def _read_text(value: object, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    raise _LineError(f"{where} is not a text, a number or a boolean")


def _read_short(value: object, where: str) -> str:
    text = _read_text(value, where)
    if len(text) > _SHORT:
        raise _LineError(f"{where} is longer than {_SHORT} characters")
    return text


def _read_attributes(value: Mapping[str, object], where: str) -> dict[str, str]:
    attributes = value.get("attributes")
    if attributes is None:
        return {}
    if not isinstance(attributes, dict):
        raise _LineError(f"{where} is not an object")
    texts = {key: _read_text(text, f"{where}.{key}") for key, text in attributes.items()}
    if sum(len(key) + len(text) for key, text in texts.items()) > MAX_RECORD // 8:
        raise _LineError(f"{where} is longer than {MAX_RECORD // 8} characters")
    return {key: text for key, text in texts.items() if text}


def _read_listing(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, dict):
        raise _LineError('listing is not an object such as {"app": "all"}')
    pairs = ((kind, _read_text(text, f"listing.{kind}")) for kind, text in value.items())
    return _read_short(";".join(f"{kind}={text}" for kind, text in pairs), "listing")


def _warn_of_keys(source: Source, unknown: set[str], staging: Staging) -> None:
    known = [*_DEVICE_KEYS, *_OTHER_KEYS, *(f"items.{key}" for key in _ITEM_KEYS)]
    for key in sorted(unknown):
        hint = did_you_mean(key, known) or "put it under attributes"
        staging.warn(source.path, f"has a key {quote(key)} that is not ours; it was not read", hint)
