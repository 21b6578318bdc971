"""An inventory as a text to be compared: every device, listing, item and reject, nulls left out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from policycheck.model import ITEM_COLUMNS

_NOT_SAID = ("report_no", "input_no", "part", "device_ref", "received_at", "source")


def describe(reading, folder: Path | None = None) -> str:
    """Return what was read as lines; paths are told without the folder."""
    lines = [_describe_input(line) for line in reading.result.inputs]
    items: dict[int, list[tuple]] = {}
    for number, *item in reading.items("report_no, record, " + ", ".join(ITEM_COLUMNS)):
        items.setdefault(number, []).append(tuple(item))
    listings: dict[int, list[str]] = {}
    for number, kind, visibility in reading.listings():
        listings.setdefault(number, []).append(f"{kind}={visibility}")
    for device in reading.devices():
        number = device["report_no"]
        said = {name: value for name, value in device.items() if name not in _NOT_SAID}
        lines.append("device " + _join(said.items()))
        lines.append("  lists " + (" ".join(listings.get(number, [])) or "nothing"))
        lines += [
            "  item " + _join(zip(("record", *ITEM_COLUMNS), item, strict=True))
            for item in sorted(items.get(number, []), key=str)
        ]
    lines += [f"rejected {record or 'all'}: {reason}" for record, reason in reading.rejected()]
    for problem in reading.result.problems:
        message = problem.message.replace(f"{folder}{os.sep}", "") if folder else problem.message
        lines.append(f"{problem.severity}: {message}")
    return "\n".join(lines) + "\n"


def _describe_input(line) -> str:
    return (
        f"{line.format or 'refused'}: {line.devices} devices, {line.items} items,"
        f" {line.used} of {line.records} records used"
    )


def _join(pairs: Iterable[tuple[str, object]]) -> str:
    return " ".join(f"{name}={_tell(value)}" for name, value in pairs if value not in (None, {}))


def _tell(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {text}" for key, text in sorted(value.items())) + "}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value!r}" if isinstance(value, str) else str(value)
