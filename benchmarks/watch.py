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
from contextlib import closing, suppress
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
class Taken:
    """What some watchers needed for all that lay in their inbox, from start to exit."""

    seconds: float
    cpu: float
    memory: float
    """The most that they had together, in MB; the pages of files, which they share, count once."""
    resident: float
    """The most of each, added up, in MB: what they share counts for each."""


@dataclass(frozen=True)
class Throughput:
    """How some watchers took so many reports."""

    reports: int
    watchers: int
    files: int
    """How many are taken at once, at most."""
    taken: Taken
    bare: float
    """Seconds of the bare loop."""


def watched(home: Path, watchers: int, files: int) -> Taken:
    """Let watchers take what lies there."""
    began = time.perf_counter()
    running = [start(home, "--once", "--batch-files", str(files)) for _ in range(watchers)]
    pids = {watcher.pid: watcher for watcher in running}
    cpu = memory = resident = 0.0
    while pids:
        memory = max(memory, memory_of(pids))
        time.sleep(0.05)
        for pid, watcher in list(pids.items()):
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if not ended:
                continue
            del pids[pid]
            watcher.returncode = os.waitstatus_to_exitcode(status)
            assert watcher.returncode == 0
            cpu += usage.ru_utime + usage.ru_stime
            resident += usage.ru_maxrss / 1024
    return Taken(time.perf_counter() - began, cpu, memory, resident)


def memory_of(pids: Iterable[int]) -> float:
    """Return what processes of one program have now, in MB: its files' pages count once."""
    own = files = 0
    for pid in pids:
        with suppress(OSError, ValueError):
            _, resident, of_files, *_ = map(int, Path(f"/proc/{pid}/statm").read_text().split())
            own += resident - of_files
            files = max(files, of_files)
    return (own + files) * os.sysconf("SC_PAGE_SIZE") / 2**20


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
    taken = watched(home, watchers, files)
    assert len(list((inbox / "done").rglob("*.ndjson"))) == count
    return Throughput(count, watchers, files, taken, floor)


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
    yield (
        "| watchers | at once | reports | s | CPU, s | reports a second | MB | resident |"
        " to bare loop |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for each in measured:
        taken = each.taken
        yield (
            f"| {each.watchers} | {each.files:,} | {each.reports:,} |"
            f" {taken.seconds:.1f} | {taken.cpu:.1f} |"
            f" {each.reports / taken.seconds:,.0f} | {taken.memory:.0f} | {taken.resident:.0f} |"
            f" {taken.seconds / each.bare:.1f} ({each.bare:.1f} s) |"
        )
    yield ""
    for each in measured:
        who = "one watcher" if each.watchers == 1 else f"{each.watchers} watchers"
        least = 1000 * each.taken.seconds / each.reports
        yield f"- Goal: 2,000 a second, {who}: at most 0.5 ms a report: {verdict(least, 0.5)}."
        yield f"- Goal: at most {MEMORY:.0f} MB, {who}: {verdict(each.taken.memory, MEMORY)}."
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
        "start to exit, on reports in the page cache. Of the memory (MB) the pages of programs and "
        "libraries count once, of what is resident for each watcher. The delay is from rename to "
        "commit, at default settings."
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
