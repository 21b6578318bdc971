"""From drop to committed: `policycheck watch` over single-device reports of 15 kB.

    python benchmarks/watch.py --reports 60000 --watchers 2    # throughput, with --once
    python benchmarks/watch.py --lone 20 --stream 300          # how long a report takes

Beside the throughput, in the same run, a bare loop over the same files: json.loads, and one insert
into SQLite, committed once a thousand. Not part of `make bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
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


def start(home: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "policycheck", "watch", "inbox", *words]
    return subprocess.Popen(command, cwd=home, stderr=subprocess.DEVNULL)


def watched(home: Path, watchers: int, files: int) -> tuple[float, float]:
    """Return seconds, and the greatest memory of all watchers together in MB."""
    began = time.perf_counter()
    running = [start(home, "--once", "--batch-files", str(files)) for _ in range(watchers)]
    memory = 0.0
    for watcher in running:
        _, status, usage = os.wait4(watcher.pid, 0)
        watcher.returncode = os.waitstatus_to_exitcode(status)
        assert watcher.returncode == 0
        memory += usage.ru_maxrss / 1024
    return time.perf_counter() - began, memory


def make_home(home: Path) -> Path:
    inbox = home / "inbox"
    inbox.mkdir(parents=True)
    settings = "language: 1\npolicies: [jd-business-im]\nassume: {person.type: employee}\n"
    (home / "policycheck.yaml").write_text(settings, encoding="utf-8")
    return inbox


def measure_throughput(home: Path, count: int, watchers: int, files: int) -> None:
    inbox = make_home(home)
    for number in range(count):
        write(inbox, number)
    floor = bare(inbox, home / "bare.db")
    seconds, memory = watched(home, watchers, files)
    assert len(list((inbox / "done").rglob("*.ndjson"))) == count
    rate = f"{count / seconds:,.0f} a second"
    print(f"{count:,} reports, {watchers} watchers: {seconds:.1f} s ({rate}), {memory:,.0f} MB")
    print(f"bare loop: {floor:.2f} s; ratio {seconds / floor:.1f}")


def committed(store: Path) -> set[str]:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        return {name for (name,) in connection.execute("SELECT path FROM report")}


def wait_for(store: Path, dropped: dict[str, float], taken: dict[str, float]) -> None:
    """Note when each report that was dropped is committed, until all are."""
    while dropped.keys() - taken.keys():
        seen = committed(store)
        now = time.perf_counter()
        for name in dropped.keys() & seen - taken.keys():
            taken[name] = now - dropped[name]
        time.sleep(0.005)


def measure_delay(home: Path, lone: int, seconds: int) -> None:
    inbox, store = make_home(home), home / "policycheck.db"
    outside = home / "outside"
    outside.mkdir()
    numbers = iter(range(1_000_000))

    def drop(dropped: dict[str, float]) -> None:
        name = f"{(number := next(numbers))}.ndjson"
        write(outside, number)
        (outside / name).replace(inbox / name)
        dropped[name] = time.perf_counter()

    with start(home) as watcher:
        warm: dict[str, float] = {}
        while not store.exists():
            time.sleep(0.1)
        time.sleep(3)
        drop(warm)
        wait_for(store, warm, {})
        alone: dict[str, float] = {}
        for _ in range(lone):
            one: dict[str, float] = {}
            drop(one)
            wait_for(store, one, alone)
            time.sleep(0.2)
        print(f"lone reports: {describe(alone.values())}")
        dropped: dict[str, float] = {}
        taken: dict[str, float] = {}
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            second = time.perf_counter()
            for _ in range(10):
                drop(dropped)
            seen = committed(store)
            now = time.perf_counter()
            taken |= {n: now - dropped[n] for n in dropped.keys() & seen - taken.keys()}
            time.sleep(max(0.0, 0.1 - (time.perf_counter() - second)))
        wait_for(store, dropped, taken)
        if taken:
            print(f"{len(taken):,} at 100 a second: {describe(taken.values())}")
        watcher.terminate()


def describe(delays: Iterable[float]) -> str:
    ordered = sorted(delays)
    if not ordered:
        return "none"
    middle, high = (ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    return f"median {middle:.2f} s, p99 {high:.2f} s, longest {ordered[-1]:.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=0)
    parser.add_argument("--watchers", type=int, default=1)
    parser.add_argument("--batch-files", type=int, default=4000)
    parser.add_argument("--lone", type=int, default=0)
    parser.add_argument("--stream", type=int, default=0, metavar="SECONDS")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.reports:
            home = Path(folder) / "throughput"
            measure_throughput(home, given.reports, given.watchers, given.batch_files)
        if given.lone or given.stream:
            measure_delay(Path(folder) / "delay", given.lone, given.stream)


if __name__ == "__main__":
    main()
