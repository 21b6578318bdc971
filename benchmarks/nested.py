"""Nest a fleet, one device with all its apps after the other: `python benchmarks/nested.py lines`.

Writes the installs of `benchmarks/data/DEVICES/` (see `fleet.py`) once more, beside them:

- `lines`: `fleet.ndjson`, policycheck's own JSON lines, one device a line;
- `hosts`: `hosts.json`, one envelope with all hosts, as Fleet answers `GET /hosts`.

The same bytes for the same arguments. `--times` repeats the fleet, each time under other ids.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

from fleet import DATA

Row = dict[str, str]
Device = dict[str, object]
FILES = {"lines": "fleet.ndjson", "hosts": "hosts.json"}


def main() -> None:
    """Read the arguments and write the file, unless it is there already."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("form", choices=FILES)
    parser.add_argument("--devices", type=int, default=70_000)
    parser.add_argument("--times", type=int, default=1)
    arguments = parser.parse_args()
    write(DATA / str(arguments.devices), arguments.form, arguments.times)


def write(folder: Path, form: str, times: int = 1) -> Path:
    """Write the fleet of a folder in this form and return the file."""
    target = folder / (f"{times}-times-{FILES[form]}" if times > 1 else FILES[form])
    if target.exists():
        return target
    unfinished = target.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as file:
        devices = (make(rows, form, turn) for turn in range(times) for rows in installs(folder))
        texts = (
            json.dumps(device, ensure_ascii=False, separators=(",", ":")) for device in devices
        )
        if form == "lines":
            file.writelines(f"{text}\n" for text in texts)
        else:
            file.write('{"hosts":[' + next(texts))
            file.writelines(f",\n{text}" for text in texts)
            file.write("]}\n")
    unfinished.rename(target)
    return target


def installs(folder: Path) -> Iterator[list[Row]]:
    """Yield the rows of each device."""
    with (folder / "AppInvRawData.csv").open(encoding="utf-8", newline="") as file:
        for _, rows in itertools.groupby(csv.DictReader(file), lambda row: row["DeviceId"]):
            yield list(rows)


def make(rows: list[Row], form: str, turn: int) -> Device:
    """Return a device as it stands in the document; `turn` makes its ids its own."""
    first = rows[0]
    ours = first["DeviceId"][:-3] + f"{turn:03}"
    return make_line(first, ours, rows) if form == "lines" else make_host(first, ours, rows)


def make_line(device: Row, ours: str, rows: list[Row]) -> Device:
    return {
        "device_id": ours, "name": device["DeviceName"], "platform": device["Platform"].lower(),
        "os_version": device["OSVersion"], "ownership": "corporate", "managed": True,
        "user_id": device["EmailAddress"], "reported_at": "2026-06-29T08:00:00Z",
        "listing": {"app": "all"},
        "items": [
            {"kind": "app", "name": row["ApplicationName"],
             "version": row["ApplicationVersion"] or row["ApplicationShortVersion"],
             "publisher": row["ApplicationPublisher"] or None,
             "path": f"C:\\Program Files\\{row['ApplicationName']}"}
            for row in rows
        ],
    }  # fmt: skip


def make_host(device: Row, ours: str, rows: list[Row]) -> Device:
    return {
        "id": int(ours[:8] + ours[-3:], 16), "uuid": ours, "hostname": device["DeviceName"],
        "computer_name": device["DeviceName"], "platform": device["Platform"].lower(),
        "os_version": f"{device['Platform']} {device['OSVersion']}",
        "hardware_serial": f"EX{ours[-12:]}", "status": "online",
        "osquery_version": "5.12.1",
        "seen_time": "2026-06-29T08:00:00Z", "detail_updated_at": "2026-06-29T08:00:00Z",
        "software_updated_at": "2026-06-29T08:00:00Z",
        "software": [
            {"id": number, "name": row["ApplicationName"],
             "version": row["ApplicationVersion"] or row["ApplicationShortVersion"],
             "source": "programs", "vendor": row["ApplicationPublisher"],
             "installed_paths": [f"C:\\Program Files\\{row['ApplicationName']}"]}
            for number, row in enumerate(rows)
        ],
    }  # fmt: skip


if __name__ == "__main__":
    main()
