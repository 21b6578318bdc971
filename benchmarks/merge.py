"""Measure the merging of a run into a large store: `python benchmarks/merge.py`.

    python benchmarks/merge.py [--rounds 3] [--only sqlite postgresql]

A run of 170,000 findings, a quarter of them changes, is merged into a store of 1,000,000
violations, and once more. Needs PostgreSQL's server binaries for the second kind of store, and
some 6 GB of disk. Prints a Markdown report and writes it to `merge.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from measure import Case, Took, peak, run
from run import HERE, machine, verdict

DATA = HERE / "data" / "merge"
INSTALLED = DATA / "installed.parquet"
DEVICES = 70_000
GOALS = {"sqlite": 4.0, "postgresql": 10.0}
"""Seconds, chain included."""
PEAK = 500.0
SHOWN = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
VIOLATIONS = "SELECT count(*) FROM violation"


class Files:
    """Stores in SQLite. Those of both kinds are built, copied, settled, and dropped."""

    def url(self, name: str) -> str:
        return f"sqlite:///{DATA / name}.db"

    def copy(self, old: str, new: str) -> None:
        shutil.copy(DATA / f"{old}.db", DATA / f"{new}.db")

    def drop(self, name: str) -> None:
        (DATA / f"{name}.db").unlink()

    def settle(self, name: str) -> int:
        """Do what happens in quiet hours; return how many violations there are."""
        with closing(sqlite3.connect(DATA / f"{name}.db")) as connection:
            return int(connection.execute(VIOLATIONS).fetchone()[0])


class Databases:
    """Stores in PostgreSQL."""

    def __init__(self, server) -> None:
        self.server = server

    def url(self, name: str) -> str:
        return str(self.server.url(name))

    def copy(self, old: str, new: str) -> None:
        self._run(f"CREATE DATABASE {new} TEMPLATE {old}")

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {name}")

    def settle(self, name: str) -> int:
        self._run("VACUUM ANALYZE", name)
        self._run("CHECKPOINT", name)
        with self.server.connect(name) as connection:
            return int(connection.execute(VIOLATIONS).fetchone()[0])

    def _run(self, statement: str, name: str = "postgres") -> None:
        with self.server.connect(name) as connection:
            connection.execute(statement)


Stores = Files | Databases


@contextmanager
def stores_in(kind: str) -> Iterator[Stores]:
    if kind == "sqlite":
        yield Files()
        return
    sys.path.insert(0, str(HERE.parent / "tests"))
    from postgres_server import running_server

    with running_server(durable=True) as server:
        with server.connect() as connection:
            connection.execute("CREATE DATABASE built")
        yield Databases(server)


@dataclass
class Measured:
    """What one kind of store took."""

    first: list[Took] = field(default_factory=list)
    second: list[Took] = field(default_factory=list)
    statements: dict[int, int] = field(default_factory=dict)
    """Devices -> statements."""


def main() -> None:
    """Make what is missing, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=list(GOALS))
    arguments = parser.parse_args()
    DATA.mkdir(parents=True, exist_ok=True)
    if not INSTALLED.exists():
        call("list", INSTALLED)
    report = [f"# Merging 170,000 findings into 1,000,000 violations\n\n{machine()}\n"]
    for kind in arguments.only:
        with stores_in(kind) as stores:
            report.append(tell(kind, measure(kind, stores, arguments.rounds)))
    text = "\n".join(report)
    (HERE / "merge.md").write_text(text, encoding="utf-8")
    print(text)


def measure(kind: str, stores: Stores, rounds: int) -> Measured:
    """Build a store once; then merge into copies of it, twice each."""
    facts = DATA / f"{kind}.facts"
    shutil.rmtree(facts, ignore_errors=True)
    call("build", stores.url("built"), facts)
    assert stores.settle("built") == 1_000_000
    measured = Measured()
    for _ in range(rounds):
        with copied(stores) as url:
            measured.first.append(call("merge", url, facts, "--installed", INSTALLED))
            measured.second.append(call("merge", url, facts, "--installed", INSTALLED))
    for devices in (DEVICES // 10, DEVICES):
        with copied(stores) as url:
            counted = call("merge", url, facts, "--installed", INSTALLED, "--count",
                           "--devices", str(devices))  # fmt: skip
            measured.statements[devices] = json.loads(counted.output)["statements"]
            verify = ["-m", "policycheck", "store", "verify", "--store", url, "--facts", facts]
            run(Case("verify", [sys.executable, *verify]), os.environ)
    stores.drop("built")
    return measured


@contextmanager
def copied(stores: Stores) -> Iterator[str]:
    stores.copy("built", "merged")
    stores.settle("merged")
    try:
        yield stores.url("merged")
    finally:
        stores.drop("merged")


def call(*words: str | Path) -> Took:
    took = run(Case(str(words[0]), [sys.executable, HERE / "merging.py", *words]), os.environ)
    print(f"  {words[0]}: {took.wall:.1f} s, {took.peak_mb:.0f} MB {took.output}", flush=True)
    return took


def tell(kind: str, measured: Measured) -> str:
    runs = {"the run": measured.first, "the same again": measured.second}
    few, many = measured.statements.values()
    statements = {"the run": str(many)}
    rows = [
        f"| {name} | {middle(took, 'wall'):.2f} | {middle(took, 'cpu'):.2f}"
        f" | {peak(took):.0f} | {statements.get(name, '')} |"
        for name, took in runs.items()
    ]
    first, second = (middle(took, "wall") for took in runs.values())
    most = peak([*measured.first, *measured.second])
    return "\n".join([
        f"## {SHOWN[kind]}\n",
        "| what | wall, s | CPU, s | peak of the process, MB | statements |",
        "|---|---|---|---|---|",
        *rows,
        f"| a tenth of the run | | | | {few} |",
        "",
        f"- Goal: at most {GOALS[kind]:.0f} s: {verdict(first, GOALS[kind])}.",
        f"- Goal: the second at most half of the first: {verdict(second / first, 0.5)}.",
        f"- Goal: at most {PEAK:.0f} MB: {verdict(most, PEAK)}.",
        f"- Goal: no more statements for ten times the findings: {verdict(many / few, 1)}.",
        "",
    ])  # fmt: skip


def middle(runs: list[Took], figure: str) -> float:
    """Return the median of what merging took, of processes that first lay the run out."""
    return median(float(json.loads(took.output)[figure]) for took in runs)


if __name__ == "__main__":
    main()
