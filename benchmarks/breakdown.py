"""Where an audit's time goes: `python benchmarks/breakdown.py [--devices 70000]`.

Runs one audit of the benchmark fleet under cProfile and lists policycheck's own functions
by the time spent in them and below them, DuckDB's statements included; writes it to
`benchmarks/breakdown.md`. Shares matter: a profiled run takes a little longer.
"""

from __future__ import annotations

import argparse
import pstats
import subprocess
from pathlib import Path

from run import DATA, HERE, audit_case, environment, fleet

PACKAGE = HERE.parent / "src" / "policycheck"
LEAST = 0.01
"""Functions below this share of the whole are left out."""


def main() -> None:
    """Profile, tell, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=70_000)
    devices = parser.parse_args().devices
    dump = DATA / "breakdown.out"
    store = DATA / "store-breakdown"
    subprocess.run(["rm", "-rf", store], check=True)
    store.mkdir(parents=True)
    python, *command = audit_case("breakdown", fleet(devices), store).command
    profiled = [python, "-m", "cProfile", "-o", dump, *command]
    subprocess.run(profiled, check=False, env=environment(), stdout=subprocess.DEVNULL)
    text = table(pstats.Stats(str(dump)), devices)
    (HERE / "breakdown.md").write_text(text, encoding="utf-8")
    print(text)


def table(stats: pstats.Stats, devices: int) -> str:
    """Return policycheck's functions by cumulative seconds, with what they spent themselves."""
    whole = stats.total_tt  # type: ignore[attr-defined]
    rows = []
    for (file, _, name), (_, calls, own, below, _) in stats.stats.items():  # type: ignore[attr-defined]
        path = Path(file)
        if path.is_relative_to(PACKAGE) and below >= LEAST * whole:
            where = path.relative_to(PACKAGE).as_posix()
            rows.append((below, f"| `{where}` {name} | {calls} | {below:.2f} | "
                                f"{100 * below / whole:.0f} % | {own:.2f} |"))  # fmt: skip
    rows.sort(key=lambda row: -row[0])
    return "\n".join([
        f"# Where the audit of {devices:,} devices spends its {whole:.1f} s",
        "",
        "Functions of policycheck with what they call, DuckDB's statements included, from one run",
        "under cProfile. Shares overlap: a caller's holds its callees'.",
        "",
        "| function | calls | seconds | share | itself |",
        "|---|---|---|---|---|",
        *(row for _, row in rows),
        "",
    ])  # fmt: skip


if __name__ == "__main__":
    main()
