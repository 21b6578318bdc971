"""osquery's result logs: differential (a line for each row, or in batches) and snapshots.

All logs of one call are one story: a host's results are put in order of their time and added up,
whatever file they stand in. Its report counts as said by the file with its newest result; what an
earlier file added is shown there, too. They go on from where an earlier audit was left, if one was
kept; else a log that begins in the middle is `partial`.

Hosts are dealt out to files on disk first, so that only some of them are in memory at a time.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import MAX_RECORD, Facts, Head, Source
from policycheck.inventory.documents.values import filled
from policycheck.inventory.files.spool import unused_path
from policycheck.inventory.formats.osquery.events import Event
from policycheck.inventory.formats.osquery.rows import is_rows, read_rows
from policycheck.inventory.formats.osquery.shares import deal_out, read_share
from policycheck.inventory.formats.osquery.state import HostState, Place, fold, pack, unpack
from policycheck.inventory.formats.osquery.tables import (
    PLATFORMS,
    list_kinds,
    read_item,
    read_moment,
)
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.states import keep_states

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "osquery"
SOURCE = "osquery"
TITLE = "osquery result logs (JSON lines), rows of osqueryi (JSON)"
LOOKS_FOR = "JSON with hostIdentifier and one of columns, snapshot, diffResults; or bare rows"
FACTS = Facts(
    forms="json",
    reports="both",
    names_device="some",
    listing="app=all browser_extension=all",
    says="user_id reported_at identifier name version publisher path os_user",
    identifiers=(
        "chromium_app_id deb_package firefox_addon_id homebrew macos_bundle msix_pfn "
        "rpm_package win_uninstall_key win_upgrade_code"
    ),
)

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_LONGEST = MAX_RECORD // 4


def claims(head: Head) -> bool:
    """Claim results, where old versions write hostname for hostIdentifier, and bare rows."""
    if head.form == "json" and is_rows(head):
        return True
    keys = set(head.keys)
    named = "hostIdentifier" in keys or {"hostname", "calendarTime"} <= keys
    return head.form == "json" and named and bool(keys & {"columns", "snapshot", "diffResults"})


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read all logs as one; rows without a host are each a list of their own."""
    for source in filter(_has_rows, sources):
        try:
            read_rows(source, staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)
    _read_logs([source for source in sources if not _has_rows(source)], staging)


def _has_rows(source: Source) -> bool:
    return is_rows(source.head)


def _read_logs(sources: Sequence[Source], staging: Staging) -> None:
    shown, lossy = _Shown(), set[int]()
    shares = deal_out(sources, staging, lossy)
    states, longest = unused_path(staging.scratch, "states"), 0
    unbased = Counter[int]()
    with states.open("x", encoding="utf-8") as kept:
        for share in shares:
            events = list(read_share(share))
            share.unlink()
            for host, state in fold(events, _recall(events, staging)).items():
                is_whole = not state.inputs & lossy
                unbased[state.last[0]] += any(not q.is_whole for q in state.queries.values())
                if not is_whole:
                    state.spoil()
                _add_host(host, state, staging, shown, is_whole=is_whole)
                line = json.dumps({"device": host, "state": json.dumps(pack(state))})
                longest = max(longest, kept.write(f"{line}\n"))
    if staging.earlier and longest:
        keep_states(states, longest, staging)
    _warn_of_gaps(sources, unbased, staging)
    for input_no, records in shown.count().items():
        staging.records[input_no] -= records  # they are counted when they are scanned


def _warn_of_gaps(sources: Sequence[Source], unbased: Counter[int], staging: Staging) -> None:
    for source in sources:
        if hosts := unbased[source.input_no]:
            noun = "host" if hosts == 1 else "hosts"
            message = f"tells changes of {hosts} {noun} without all that went before"
            hint = "name the logs since the last counter 0; until then no list counts as complete"
            staging.warn(source.path, message, hint)


def _recall(events: Sequence[tuple[Event, Place]], staging: Staging) -> dict[str, HostState]:
    """Return where the logs of earlier audits left the hosts of these results."""
    if not staging.earlier:
        return {}
    hosts = sorted({event.host for event, _ in events})
    kept = staging.earlier(SOURCE, hosts)
    return {host: unpack(json.loads(state)) for host, state in kept.items()}


class _Shown:
    """Which records the rows come from: a bit for each, for there may be millions."""

    def __init__(self) -> None:
        self._bits: dict[int, bytearray] = {}

    def add(self, input_no: int, record: int) -> None:
        bits = self._bits.setdefault(input_no, bytearray())
        if len(bits) <= record >> 3:
            bits.extend(bytes((record >> 3) + 1024 - len(bits)))
        bits[record >> 3] |= 1 << (record & 7)

    def count(self) -> dict[int, int]:
        """Return how many records of each input there are."""
        return {
            input_no: int.from_bytes(bits, "little").bit_count()
            for input_no, bits in self._bits.items()
        }


def _add_host(
    host: str, state: HostState, staging: Staging, shown: _Shown, *, is_whole: bool
) -> None:
    input_no, last = state.last
    shown.add(input_no, last)
    places = _list_items(state)
    sizes = [sum(map(len, item.values())) for item, _ in places]
    too_long = any(size > _LONGEST for size in sizes)
    tables = {query.table for query in state.queries.values()}
    is_whole = is_whole and not too_long and all(query.is_whole for query in state.queries.values())
    listing = _list_kinds(state) if is_whole else dict.fromkeys(_list_kinds(state), "managed")
    device = _read_device(host, state, tables)
    staging.rows.add_device(
        input_no,
        last,
        host,
        device,
        {},
        listing=";".join(f"{kind}={visibility}" for kind, visibility in listing.items()),
        partial="" if is_whole else "true",
    )
    for (item, place), size in zip(places, sizes, strict=True):
        if size <= _LONGEST:
            record = place[1] if place[0] == input_no else last
            shown.add(input_no, record)
            staging.rows.add_item(input_no, record, host, item, {})


def _list_items(state: HostState) -> list[tuple[Mapping[str, str], Place]]:
    found = (
        (read_item(table, json.loads(columns)), place)
        for query in state.queries.values()
        for (table, columns), place in query.rows.items()
    )
    return [(item, place) for item, place in found if item.get("identifier") or item.get("name")]


def _list_kinds(state: HostState) -> dict[str, str]:
    whole = {query.table for query in state.queries.values() if query.is_whole}
    return list_kinds({query.table for query in state.queries.values() if query.table}, whole)


def _read_device(host: str, state: HostState, tables: set[str]) -> dict[str, str]:
    said = state.decorations
    platforms = {PLATFORMS[table] for table in tables if table in PLATFORMS}
    is_uuid = _UUID.fullmatch(host) is not None
    return filled(
        device_id=host,
        name=said.get("hostname") or said.get("computer_name") or ("" if is_uuid else host),
        serial=said.get("hardware_serial") or said.get("serial_number") or said.get("serial", ""),
        udid=said.get("host_uuid") or said.get("uuid") or (host if is_uuid else ""),
        platform=platforms.pop() if len(platforms) == 1 else "",
        model=said.get("hardware_model", ""),
        manufacturer=said.get("hardware_vendor", ""),
        os_version=said.get("os_version", ""),
        user_id=said.get("username") or said.get("user") or said.get("logged_in_user", ""),
        reported_at=read_moment(state.time),
    )
