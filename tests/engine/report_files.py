"""Writes drawn people and reports in our own formats, so that they are read as a user's are."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

AS_TABLE = "mdm"
"""The source whose reports are a CSV; those of the others are JSON lines."""
Report = tuple[str, dict]
"""A device's id, and one report about it."""


def write_people(path: Path, people: Iterable[dict]) -> None:
    """Write a people file; groups are parted by `;`, attributes are columns."""
    rows = [
        {f"attributes.{name}": text for name, text in (person.get("attributes") or {}).items()}
        | {name: value for name, value in person.items() if name not in ("attributes", "groups")}
        | {"groups": ";".join(person.get("groups") or [])}
        for person in people
    ]
    _write_csv(path, rows)


def write_reports(folder: Path, reports: Iterable[Report]) -> list[Path]:
    """Write one file for each source."""
    by_source: dict[str, list[Report]] = {}
    for device_id, report in reports:
        by_source.setdefault(report["source"], []).append((device_id, report))
    return [_write_source(folder, *each) for each in by_source.items()]


def write_replaced(folder: Path, reports: Iterable[Report]) -> list[Path]:
    """Write what a source said yesterday, which its report of today replaces: not to be judged."""
    yesterday = folder / "yesterday"
    yesterday.mkdir()
    said = {"kind": "app", "identifier": "com.tencent.mm", "name": "WeChat", "version": "7"}
    return write_reports(
        yesterday,
        [
            (device_id, {**report, "items": [said], "form": "tablet"})
            for device_id, report in reports
            if report["source"] == AS_TABLE
        ],
    )


def _write_source(folder: Path, source: str, reports: list[Report]) -> Path:
    if source == AS_TABLE:
        path = folder / f"{source}.csv"
        _write_csv(path, [row for report in reports for row in _rows(*report)])
    else:
        path = folder / f"{source}.jsonl"
        path.write_text("\n".join(_line(*report) for report in reports), encoding="utf-8")
    return path


def _line(device_id: str, report: dict) -> str:
    """Write a report as one line of JSON; an item that says no kind is an app."""
    items = report["items"]
    if report["source"] == "agent":
        items = [item | ({"kind": None} if item["kind"] == "app" else {}) for item in items]
    return json.dumps({"device_id": device_id} | report | {"items": items}, default=_text_of)


def _rows(device_id: str, report: dict) -> list[dict]:
    """Write a report as rows, one for each item, or one without any."""
    listing = ";".join(f"{kind}={how or ''}" for kind, how in report["listing"].items())
    device = _flat(report, "device") | {"device_id": device_id, "listing": listing}
    return [device | _flat(item, "item") for item in report["items"]] or [device]


def _flat(record: Mapping, table: str) -> dict:
    attributes = record.get("attributes") or {}
    flat = {f"{table}.attributes.{name}": text for name, text in attributes.items()}
    left_out = ("items", "listing", "attributes", "received_at")
    return flat | {name: _cell(value) for name, value in record.items() if name not in left_out}


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return _text_of(value) if isinstance(value, datetime) else value


def _text_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _write_csv(path: Path, rows: list[dict]) -> None:
    header = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, header)
        writer.writeheader()
        writer.writerows(rows)
