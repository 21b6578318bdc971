"""Measure the report forms with 170,000 violations: `python benchmarks/reports.py`.

    python benchmarks/reports.py [--violations 170000] [--rounds 3] [--only html json csv]

Each form is written by a process of its own, from `big_content.py`, whose making is measured too
(`nothing`). With Debian's chromium and the package playwright the HTML page is opened as well, and
its table searched and filtered. Prints a Markdown report and writes it to `reports.md`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from measure import Case, cpu, interleave, peak, wall

HERE = Path(__file__).parent
DATA = HERE / "data" / "reports"
WRITE = """
import gc, sys
gc.set_threshold(100_000)  # as the program does
from big_content import BigContent
from policycheck.report import REPORTS
name, path, violations = sys.argv[1], sys.argv[2], int(sys.argv[3])
content = BigContent(violations)
if name == "nothing":
    print(sum(len(chunk) for verdict in ("violation", "unknown")
              for chunk in content.held_findings(verdict)))
else:
    form = REPORTS[name]
    with open(path, "w", encoding=form.ENCODING, newline="") as stream:
        form.write(content, stream)
"""
SEARCHES = ("w", "wec", "wecom", "employee.00", "北京", "feedbeef", "yixin nobody")
GOALS = (
    "Goals: each form under 10 s and 500 MB (the workbook: see workbook.md); the page under 15 MB,"
    " open in 3 s, filtered in 200 ms."
)


def main() -> None:
    """Write every form, open the page, tell."""
    from policycheck.report import REPORTS

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--violations", type=int, default=170_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=["nothing", *REPORTS])
    arguments = parser.parse_args()
    DATA.mkdir(parents=True, exist_ok=True)
    paths = {name: DATA / f"report{REPORTS[name].SUFFIX if name in REPORTS else ''}"
             for name in arguments.only}  # fmt: skip
    cases = [
        Case(name, [sys.executable, "-c", WRITE, name, path, str(arguments.violations)], cwd=HERE)
        for name, path in paths.items()
    ]
    runs = interleave(cases, arguments.rounds, {**os.environ, "PYTHONPATH": str(HERE)})
    lines = [
        f"# Reports of {arguments.violations:,} violations\n",
        "| form | wall, s | CPU, s | peak, MB | file, MB |\n|---|---|---|---|---|",
    ]
    for name, path in paths.items():
        size = f"{path.stat().st_size / 1e6:.1f}" if path.exists() else "-"
        took = runs[name]
        lines.append(f"| {name} | {wall(took):.2f} | {cpu(took):.2f} | {peak(took):.0f} | {size} |")
    lines += ["", GOALS]
    if "html" in paths:
        lines += ["", *in_browser(paths["html"])]
    text = "\n".join([*lines, ""])
    (HERE / "reports.md").write_text(text, encoding="utf-8")
    print(text)


def in_browser(path: Path) -> Iterator[str]:
    """Open the page and use its table; the page itself says how long a filter took."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        yield "The page was not opened: chromium and playwright are not both here."
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        started = time.perf_counter()
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]")
        yield f"In Chromium the page opens in {time.perf_counter() - started:.2f} s."
        yield "\n| in the page | ms |\n|---|---|"
        taken = "() => document.documentElement.dataset.filtered"
        page.wait_for_timeout(3000)  # a reader looks before typing
        for word in SEARCHES:
            page.fill("#search", word)
            yield f"| search `{word}` | {page.evaluate(taken)} |"
        page.fill("#search", "")
        page.select_option("#facet-department", index=2)
        yield f"| one department | {page.evaluate(taken)} |"
        page.select_option("#facet-app", index=1)
        yield f"| and one app | {page.evaluate(taken)} |"
        page.click("text=Clear filters")
        page.click("[data-sort=device]")
        yield f"| all sorted by device | {page.evaluate(taken)} |"
        browser.close()


if __name__ == "__main__":
    main()
