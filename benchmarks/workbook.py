"""Compare our workbook with a bare XlsxWriter loop that writes the same cells.

    python benchmarks/workbook.py [--violations 170000]

Each is measured by CPU time, in one process after the other; making the findings, which only ours
does while it writes, is told apart. Prints a Markdown table and writes it to `workbook.md`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import xlsxwriter
from big_content import BigContent
from python_calamine import CalamineWorkbook

from policycheck.report import xlsx

HERE = Path(__file__).parent
DATA = HERE / "data" / "reports"


def main() -> None:
    """Write the workbook, read it, write its cells again by the plainest loop."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--violations", type=int, default=170_000)
    content = BigContent(parser.parse_args().violations)
    DATA.mkdir(parents=True, exist_ok=True)
    ours, bare = DATA / "report.xlsx", DATA / "bare.xlsx"
    with ours.open("w") as stream:
        written = seconds(lambda: xlsx.write(content, stream))
    made = seconds(lambda: [len(chunk) for verdict in ("violation", "unknown")
                            for chunk in content.held_findings(verdict)])  # fmt: skip
    book = CalamineWorkbook.from_path(str(ours))
    tables = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    cells = sum(value != "" for table in tables for row in table for value in row)
    plain = seconds(lambda: write_bare(tables, bare))
    text = "\n".join([
        f"# A workbook of {content.violations:,} violations, {cells:,} cells\n",
        "| what | CPU, s | file, MB |\n|---|---|---|",
        f"| our workbook | {written:.1f} | {ours.stat().st_size / 1e6:.1f} |",
        f"| of that, making the findings | {made:.1f} | |",
        f"| a bare loop over the same cells | {plain:.1f} | {bare.stat().st_size / 1e6:.1f} |",
        f"\nOurs takes {written / plain:.2f} times the bare loop. Goal: at most 1.5.\n",
    ])  # fmt: skip
    (HERE / "workbook.md").write_text(text, encoding="utf-8")
    print(text)


def write_bare(tables: list[list[list[object]]], path: Path) -> None:
    """Write cells as XlsxWriter's own examples do, in constant memory."""
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    with xlsxwriter.Workbook(path, options) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for table in tables:
            sheet = book.add_worksheet()
            for number, row in enumerate(table):
                for column, value in enumerate(row):
                    if isinstance(value, datetime):
                        sheet.write_datetime(number, column, value, day)
                    elif value != "":
                        sheet.write(number, column, value)


def seconds(work: Callable[[], object]) -> float:
    """Return how much CPU time something takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
