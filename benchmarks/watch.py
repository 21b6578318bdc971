"""From drop to committed: `policycheck watch --once` over single-device reports.

Beside it, in the same run, a bare loop over the same files: json.loads, and one insert into
SQLite, committed once a thousand. Not part of `make bench`:

    python benchmarks/watch.py 5000
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

APPS = 110
"""Makes a report of 15 kB."""
DISTINCT = 3000
"""Apps in the whole fleet."""


def write(inbox: Path, number: int) -> None:
    items = [
        {
            "kind": "app",
            "identifier": f"com.example.app{app}",
            "identifier_type": "android_package",
            "name": f"App {app}",
            "version": f"{app % 40}.1",
        }
        for app in ((number * 7 + k) % DISTINCT for k in range(APPS))
    ]
    device = {
        "device_id": f"d-{number}", "name": f"PHONE-{number}", "serial": f"S{number:07}",
        "platform": "android", "form": "phone", "reported_at": "2025-11-02T08:00:00Z",
        "listing": {"app": "all"}, "items": items,
    }  # fmt: skip
    (inbox / f"{number}.ndjson").write_text(json.dumps(device) + "\n", encoding="utf-8")


def bare(inbox: Path, store: Path) -> float:
    began = time.perf_counter()
    with sqlite3.connect(store) as connection:
        connection.execute("CREATE TABLE report(device TEXT, items INTEGER, text BLOB)")
        for count, path in enumerate(sorted(inbox.iterdir())):
            text = path.read_bytes()
            device = json.loads(text)
            row = (device["device_id"], len(device["items"]), text)
            connection.execute("INSERT INTO report VALUES (?, ?, ?)", row)
            if count % 1000 == 999:
                connection.commit()
    connection.close()
    return time.perf_counter() - began


def watched(home: Path) -> tuple[float, float]:
    """Return seconds and the greatest memory in MB."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "policycheck", "watch", "inbox", "--once"]
    with subprocess.Popen(command, cwd=home, stderr=subprocess.DEVNULL) as watcher:
        _, status, usage = os.wait4(watcher.pid, 0)
        watcher.returncode = os.waitstatus_to_exitcode(status)
    assert watcher.returncode == 0
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        inbox = home / "inbox"
        inbox.mkdir()
        settings = "language: 1\npolicies: [jd-business-im]\nassume: {person.type: employee}\n"
        (home / "policycheck.yaml").write_text(settings, encoding="utf-8")
        for number in range(count):
            write(inbox, number)
        floor = bare(inbox, home / "bare.db")
        seconds, memory = watched(home)
        assert len(list((inbox / "done").rglob("*.ndjson"))) == count
    print(f"{count:,} reports: {seconds:.1f} s ({count / seconds:,.0f} a second), {memory:,.0f} MB")
    print(f"bare loop: {floor:.2f} s; ratio {seconds / floor:.1f}")


if __name__ == "__main__":
    main()
