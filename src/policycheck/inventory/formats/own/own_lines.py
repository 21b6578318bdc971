"""Our own format as JSON lines: one device a line, its items under `items`.

What it lists is what its `listing` says (`{"app": "all"}`); without one it lists nothing. A
line is one record: if anything in it cannot be used, the whole line is rejected, because half a
device proves nothing. `docs/formats.md` has every key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.formats.own.device_line import (
    DEVICE_KEYS,
    ITEM_KEYS,
    OTHER_KEYS,
    Line,
    LineError,
    find_unknown,
    list_items,
    parse,
    read_device,
    read_item,
)
from policycheck.inventory.formats.own.plain_rows import add_plain
from policycheck.inventory.report_file import UnreadableError
from policycheck.model import IDENTIFIER_TYPES
from policycheck.problems import did_you_mean, quote

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "policycheck-lines"
SOURCE = "policycheck"
TITLE = "policycheck's own JSON lines"
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

_FEW = 256 * 1024
"""So many bytes are read line by line: DuckDB takes its time to begin."""

_KNOWN = (*DEVICE_KEYS, *OTHER_KEYS, *(f"items.{key}" for key in ITEM_KEYS))


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
        lines = add_plain(lines, staging)
    for line in lines:
        input_no = line.source.input_no
        try:
            unknown[input_no] |= _add_line(line, staging)
        except LineError as fault:
            staging.reject(line.source, line.record, str(fault))
            staging.records[input_no] += 1
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


def _add_line(line: Line, staging: Staging) -> set[str]:
    """Add a line's device and its items; return the keys that are not ours."""
    source, record, text = line
    said = parse(text, source.encoding)
    device = read_device(said)
    items = [read_item(number, item) for number, item in enumerate(list_items(said))]
    staging.rows.add_device(source.input_no, record, **device._asdict())
    for item in items:
        staging.rows.add_item(source.input_no, record, device.ref, *item)
    return set(find_unknown(said))


def _warn_of_keys(source: Source, unknown: set[str], staging: Staging) -> None:
    for key in sorted(unknown):
        hint = did_you_mean(key, _KNOWN) or "put it under attributes"
        staging.warn(source.path, f"has a key {quote(key)} that is not ours; it was not read", hint)
