"""Measure policycheck against what hand-written scripts need: `make bench`.

    python benchmarks/run.py [--rounds 5] [--devices 70000] [--only audit start bombs]

Prints a Markdown report and writes it to `benchmarks/results.md`. What is measured, and
why so, stands in `benchmarks/README.md`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import bombs
from measure import Case, Took, cpu, interleave, peak, wall

HERE = Path(__file__).parent
DATA = HERE / "data"
POLICYCHECK = [sys.executable, "-m", "policycheck"]
POLICIES = ["-p", "jd-business-im", "-p", "jd-payment-channels"]
AS_OF = ["--as-of", "2026-06-30"]
COUNT, DURABLE, AUDIT = "(a) bare count", "(b) bare record", "(c) audit"
JSON, AGAIN, SMALL = "(c) with --format json", "(c) again, same store", "(c) a tenth"
HELP, TYPER = "policycheck --help", "import typer, rich.table"
ONE, IMPORTS = "audit of one device", "import sqlmodel, duckdb, sqlglot"


def main() -> None:
    """Make what is missing, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--devices", type=int, default=70_000)
    parser.add_argument("--only", nargs="+", default=["audit", "start", "bombs"])
    arguments = parser.parse_args()
    parts = {"audit": audits, "start": starts, "bombs": limits}
    report = [f"# Results\n\n{machine()}\n"]
    for name in arguments.only:
        print(f"{name}:", flush=True)
        report.append(parts[name](arguments.devices, arguments.rounds))
    text = "\n".join(report)
    (HERE / "results.md").write_text(text, encoding="utf-8")
    print(text)


def audits(devices: int, rounds: int) -> str:
    """Time the floors and the audits of the large and the small fleet, interleaved."""
    large, small = fleet(devices), fleet(devices // 10)
    store, again = DATA / "store", DATA / "store-again"
    audited = (0, 1, 3)
    interleave([audit_case("warm-up", large, again, fresh=again)], 1, environment())
    cases = [
        Case(COUNT, [sys.executable, HERE / "floor_count.py", large]),
        Case(DURABLE, [sys.executable, HERE / "floor_durable.py", large, DATA / "floor"],
             fresh=DATA / "floor"),
        audit_case(AUDIT, large, store, fresh=store),
        audit_case(JSON, large, DATA / "store-json", "--format", "json",
                   fresh=DATA / "store-json"),
        audit_case(AGAIN, large, again),
        audit_case(SMALL, small, DATA / "store-small", fresh=DATA / "store-small"),
    ]  # fmt: skip
    runs = interleave(cases, rounds, environment())
    assert all(took.code in audited for took in runs[AUDIT])
    return audit_report(runs, large, small, stored(store), stored(again))


def audit_case(
    name: str, folder: Path, store: Path, *options: str, fresh: Path | None = None
) -> Case:
    files = [folder / "AppInvRawData.csv", folder / "Devices.csv"]
    command = [*POLICYCHECK, "audit", *files, *POLICIES, "--people", folder / "people.csv",
               "--store", f"sqlite:///{store}/policycheck.db", *AS_OF, *options]  # fmt: skip
    return Case(name, command, (0, 1, 3), fresh)


def audit_report(
    runs: dict[str, list[Took]], large: Path, small: Path, violations: int, repeated: int
) -> str:
    counted = int(runs[COUNT][0].output)
    size = (large / "AppInvRawData.csv").stat().st_size
    rows = [
        f"| {name} | {wall(took):.2f} | {cpu(took):.2f} | {peak(took):.0f} "
        f"| {wall(took) / wall(runs[COUNT]):.2f} | {wall(took) / wall(runs[DURABLE]):.2f} |"
        for name, took in runs.items()
    ]
    growth = wall(runs[AUDIT]) / wall(runs[SMALL])
    return "\n".join([
        f"## The audit of {large.name} devices ({size / 1e9:.2f} GB of CSV)\n",
        "| what | wall, s | CPU, s | peak, MB | times (a) | times (b) |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
        f"- Goals: (c) at most 7 times (a), 2 times (b), 700 MB: "
        f"{verdict(wall(runs[AUDIT]) / wall(runs[COUNT]), 7)}, "
        f"{verdict(wall(runs[AUDIT]) / wall(runs[DURABLE]), 2)}, "
        f"{verdict(max(peak(runs[AUDIT]), peak(runs[JSON])), 700)}.",
        f"- From {small.name} to {large.name} devices: {growth:.2f} times the time "
        f"(linear is 10.00): {verdict(growth, 10)}.",
        f"- Violations stored: {violations:,}; (a) counted {counted:,} "
        f"({violations / counted:.3f} times); after a second audit {repeated:,}.",
        "",
    ])  # fmt: skip


def stored(store: Path) -> int:
    """Return how many violations the store holds."""
    connection = sqlite3.connect(store / "policycheck.db")
    try:
        return int(connection.execute("SELECT count(*) FROM violation").fetchone()[0])
    finally:
        connection.close()


def starts(devices: int, rounds: int) -> str:
    """Time what a user waits for before anything is judged."""
    one = DATA / "one.ndjson"
    DATA.mkdir(exist_ok=True)
    one.write_text(
        '{"device_id": "d1", "platform": "android", "form": "phone", "user_id": "a@example.com",'
        ' "reported_at": "2026-06-29T08:00:00Z", "listing": {"app": "all"}, "items":'
        ' [{"kind": "app", "identifier": "com.tencent.mm", "identifier_type": "android_package",'
        ' "name": "WeChat", "version": "8.0.50"}]}\n',
        encoding="utf-8",
    )
    cases = [
        Case(TYPER, [sys.executable, "-c", TYPER]),
        Case(HELP, [*POLICYCHECK, "--help"]),
        Case(IMPORTS, [sys.executable, "-c", IMPORTS]),
        Case(ONE, [*POLICYCHECK, "audit", one, "-p", "jd-business-im", *AS_OF], (0, 1, 3),
             cwd=DATA),
    ]  # fmt: skip
    interleave(cases, 2, environment())
    runs = interleave(cases, max(rounds, 15), environment())
    rows = [f"| {name} | {1000 * wall(took):.0f} | {1000 * cpu(took):.0f} | {peak(took):.0f} |"
            for name, took in runs.items()]  # fmt: skip
    return "\n".join([
        "## Start\n",
        "| what | wall, ms | CPU, ms | peak, MB |",
        "|---|---|---|---|",
        *rows,
        "",
        f"- Goal: --help at most 2 times its imports: "
        f"{verdict(wall(runs[HELP]) / wall(runs[TYPER]), 2)}.",
        f"- Goal: one device at most 2.5 times its imports: "
        f"{verdict(wall(runs[ONE]) / wall(runs[IMPORTS]), 2.5)}.",
        "",
    ])  # fmt: skip


def limits(devices: int, rounds: int) -> str:
    """Time how hostile policies are refused; a plain broken one is the yardstick."""
    cases = [
        Case(name, [*POLICYCHECK, "policy", "lint", path], (2,))
        for name, path in bombs.write(DATA / "bombs").items()
    ]
    runs = interleave(cases, rounds, environment())
    rows = [
        f"| {name} | {wall(took):.2f} | {peak(took):.0f} | {first_line(took[0].output)} |"
        for name, took in runs.items()
    ]
    return "\n".join([
        "## Policies that are bombs, through `policy lint`\n",
        "| what | wall, s | peak, MB | says first |",
        "|---|---|---|---|",
        *rows,
        "",
    ])  # fmt: skip


def first_line(text: str) -> str:
    return text.strip().partition("\n")[0].replace("|", "\\|")[:100]


def verdict(value: float, bound: float) -> str:
    shown = f"{value:.0f}" if bound > 100 else f"{value:.2f}"
    return f"{shown} ({'kept' if value <= bound else 'NOT KEPT'})"


def fleet(devices: int) -> Path:
    """Make the fleet in a process of its own: this one must stay small (see `Took`)."""
    subprocess.run([sys.executable, HERE / "fleet.py", "--devices", str(devices)], check=True)
    return DATA / str(devices)


def environment() -> dict[str, str]:
    """Compile all bytecode and return the variables under which it is used."""
    variables = {name: value for name, value in os.environ.items()
                 if not name.startswith(("PYTHON", "POLICYCHECK_"))}  # fmt: skip
    subprocess.run([sys.executable, "-m", "compileall", "-q", HERE.parent / "src"], check=True,
                   env=variables)  # fmt: skip
    return variables


def machine() -> str:
    """Say on what was measured, without naming the machine."""
    return (
        f"Measured with {os.cpu_count()} cores, Python {platform.python_version()}, DuckDB "
        f"{metadata.version('duckdb')}, {platform.system()}. Medians of wall-clock and CPU seconds "
        "of whole processes, runs interleaved; the peak is the largest."
    )


if __name__ == "__main__":
    main()
