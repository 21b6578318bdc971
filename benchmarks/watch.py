"""From drop to committed: `policycheck watch` over single-device reports of 15 kB.

    python benchmarks/watch.py                                        # all of it: some ten minutes
    python benchmarks/watch.py --watchers 1 --lone 0 --stream 0       # throughput alone: --once
    python benchmarks/watch.py --reports 0 --lone 20 --stream 60      # how long a report takes

Beside the throughput, in the same run, a bare loop over the same files: json.loads, and one insert
into SQLite, committed once a thousand. Prints a Markdown report and writes it to `watch.md`. Not
part of `make bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from run import HERE, verdict

APPS = 110
"""Makes a report of 15 kB."""
DISTINCT = 3000
"""Apps in the whole fleet."""
MEMORY = 500.0
"""In MB, of all watchers together."""


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


@dataclass(frozen=True)
class Throughput:
    """What some watchers took for all that lay in their inbox, from start to exit."""

    reports: int
    watchers: int
    seconds: float
    cpu: float
    memory: float
    """The greatest of each, together, in MB."""
    bare: float
    """Seconds of the bare loop."""


def watched(home: Path, watchers: int, files: int) -> tuple[float, float, float]:
    """Return seconds, CPU seconds, and the greatest memory of all watchers together in MB."""
    began = time.perf_counter()
    running = [start(home, "--once", "--batch-files", str(files)) for _ in range(watchers)]
    cpu = memory = 0.0
    for watcher in running:
        _, status, usage = os.wait4(watcher.pid, 0)
        watcher.returncode = os.waitstatus_to_exitcode(status)
        assert watcher.returncode == 0
        cpu += usage.ru_utime + usage.ru_stime
        memory += usage.ru_maxrss / 1024
    return time.perf_counter() - began, cpu, memory


def make_home(home: Path) -> Path:
    inbox = home / "inbox"
    inbox.mkdir(parents=True)
    settings = "language: 1\npolicies: [jd-business-im]\nassume: {person.type: employee}\n"
    (home / "policycheck.yaml").write_text(settings, encoding="utf-8")
    return inbox


def fill(home: Path, count: int) -> None:
    inbox = make_home(home)
    for number in range(count):
        write(inbox, number)


def measure_throughput(home: Path, watchers: int, files: int) -> Throughput:
    inbox = home / "inbox"
    count = sum(1 for _ in inbox.iterdir())
    floor = bare(inbox, home / "bare.db")
    seconds, cpu, memory = watched(home, watchers, files)
    assert len(list((inbox / "done").rglob("*.ndjson"))) == count
    return Throughput(count, watchers, seconds, cpu, memory, floor)


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


def measure_delay(home: Path, lone: int, seconds: int) -> tuple[list[float], list[float]]:
    """Return how long lone reports took, and those of a stream of 100 a second."""
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
        watcher.terminate()
    return sorted(alone.values()), sorted(taken.values())


def tell_throughput(measured: Sequence[Throughput]) -> Iterator[str]:
    yield "## Throughput\n"
    yield "| watchers | reports | s | CPU, s | reports a second | MB | to the bare loop |"
    yield "|---|---|---|---|---|---|---|"
    for took in measured:
        yield (
            f"| {took.watchers} | {took.reports:,} | {took.seconds:.1f} | {took.cpu:.1f} |"
            f" {took.reports / took.seconds:,.0f} | {took.memory:.0f} |"
            f" {took.seconds / took.bare:.1f} ({took.bare:.1f} s) |"
        )
    yield ""
    for took in measured:
        who = "one watcher" if took.watchers == 1 else f"{took.watchers} watchers"
        least = 1000 * took.seconds / took.reports
        yield f"- Goal: 2,000 a second, {who}: at most 0.5 ms a report: {verdict(least, 0.5)}."
        yield f"- Goal: at most {MEMORY:.0f} MB, {who}: {verdict(took.memory, MEMORY)}."
    yield ""


def tell_delay(lone: Sequence[float], stream: Sequence[float], seconds: int) -> Iterator[str]:
    yield "## Delay\n"
    yield "| reports | median, s | p99, s | longest, s |"
    yield "|---|---|---|---|"
    goals = []
    if lone:
        yield f"| {len(lone)} lone ones | {_row(lone)} |"
        goals.append(f"- Goal: a lone report within 1 s: {verdict(lone[-1], 1)}.")
    if stream:
        yield f"| {len(stream):,}: 100 a second for {seconds} s | {_row(stream)} |"
        goals.append(f"- Goal: p99 within 2 s: {verdict(at(stream, 0.99), 2)}.")
    yield from ("", *goals, "")


def _row(ordered: Sequence[float]) -> str:
    figures = (at(ordered, 0.5), at(ordered, 0.99), ordered[-1])
    return " | ".join(f"{figure:.2f}" for figure in figures)


def at(ordered: Sequence[float], share: float) -> float:
    return ordered[int(len(ordered) * share)]


def write_report(parts: Iterable[str]) -> None:
    text = "\n".join(["# Watching\n", f"{environment_told()}\n", *parts])
    (HERE / "watch.md").write_text(text, encoding="utf-8")
    print(text)


def environment_told() -> str:
    return (
        f"Measured with {os.cpu_count()} cores, Python {platform.python_version()}, DuckDB "
        f"{metadata.version('duckdb')}, {platform.system()}. One run each, of whole processes from "
        "start to exit, on files in the page cache; the delay is from rename to commit, at default "
        "settings."
    )


def main() -> None:
    """Measure, tell, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=60_000)
    parser.add_argument("--watchers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--batch-files", type=int, default=4000)
    parser.add_argument("--lone", type=int, default=20)
    parser.add_argument("--stream", type=int, default=300, metavar="SECONDS")
    given = parser.parse_args()
    parts: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        measured = []
        for watchers in given.watchers if given.reports else ():
            home = Path(folder) / f"throughput-{watchers}"
            fill(home, given.reports)
            measured.append(measure_throughput(home, watchers, given.batch_files))
            shutil.rmtree(home)
        if measured:
            parts += tell_throughput(measured)
        if given.lone or given.stream:
            lone, stream = measure_delay(Path(folder) / "delay", given.lone, given.stream)
            parts += tell_delay(lone, stream, given.stream)
    write_report(parts)


if __name__ == "__main__":
    main()
