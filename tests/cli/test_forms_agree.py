"""All forms of one report, read by other programs, against each other and against the store."""

from __future__ import annotations

import base64
import csv
import json
import re
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path

import junitparser
import pypdf
import pytest
from python_calamine import CalamineWorkbook
from small_fleet import WECHAT, YIXIN, Fleet, Run, device, write_lines, write_people, write_policy

from policycheck.report import REPORTS

Numbers = dict[str, int]


def read_json(path: Path) -> Numbers:
    document = json.loads(path.read_text("utf-8"))
    (tally,) = document["tallies"]
    return verdicts(document["findings"]) | sums(tally)


def read_lines(path: Path) -> Numbers:
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    (tally,) = (line for line in lines if line["type"] == "tally")
    return verdicts([line for line in lines if line["type"] == "finding"]) | sums(tally)


def read_csv(path: Path) -> Numbers:
    return verdicts([*csv.DictReader(path.read_text("utf-8").splitlines())])


def read_sarif(path: Path) -> Numbers:
    (run,) = json.loads(path.read_text("utf-8"))["runs"]
    kinds = [result["kind"] for result in run["results"]]
    (tally,) = run["properties"]["tallies"]
    return {"violations": kinds.count("fail"), "unknowns": kinds.count("open")} | sums(tally)


def read_junit(path: Path) -> Numbers:
    (suite,) = junitparser.JUnitXml.fromfile(str(path))
    messages = [result.message for case in suite for result in case.result]
    unknown = sum(message.startswith("unknown") for message in messages)
    tally = {each.name: each.value for each in suite.properties()}
    return {"violations": len(messages) - unknown, "unknowns": unknown} | sums(tally)


def read_ocsf(path: Path) -> Numbers:
    types = [event["finding_info"]["types"][0] for event in json.loads(path.read_text("utf-8"))]
    return {"violations": types.count("violation"), "unknowns": types.count("unknown")}


def read_oscal(path: Path) -> Numbers:
    (result,) = json.loads(path.read_text("utf-8"))["assessment-results"]["results"]
    told = [props(each)["standing"] for each in result.get("observations", ())]
    unknown = told.count("unknown")
    (finding,) = result["findings"]
    tally = {name.replace("-", "_"): value for name, value in props(finding).items()}
    return {"violations": len(told) - unknown, "unknowns": unknown} | sums(tally)


def props(thing: dict) -> dict[str, str]:
    return {each["name"]: each["value"] for each in thing["props"]}


def read_xlsx(path: Path) -> Numbers:
    book = CalamineWorkbook.from_path(str(path))
    rows = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    head = next(n for n, row in enumerate(rows["Summary"]) if row[0] == "policy")
    names = [str(name).replace(" ", "_") for name in rows["Summary"][head]]
    tally = dict(zip(names, rows["Summary"][head + 1], strict=True))
    return {
        "violations": len(rows["Violations"]) - 1,
        "unknowns": len(rows["Unknown"]) - 1,
    } | sums(tally)


def read_html(path: Path) -> Numbers:
    (data,) = re.findall(r'<script[^>]*id="data"[^>]*>([^<]*)<', path.read_text("utf-8"))
    column = json.loads(zlib.decompress(base64.b64decode(data), 31))["columns"]["status"]
    told = [column["values"][code] for code in column["codes"]]
    unknown = told.count("unknown")
    return {"violations": len(told) - unknown, "unknowns": unknown}


def read_told(path: Path) -> Numbers:
    """Read the sentences that terminal, Markdown and PDF share."""
    text = path.read_text("utf-8")
    violations = re.search(r"Who breaks the rules: (\d+) finding", text)
    unknowns = re.search(r"About whom nothing is known: (\d+) finding", text)
    tally = re.search(
        r"(\d+) in scope = (\d+) pass \+ (\d+) violation \+ \d+ advice \+ (\d+) unknown", text
    )
    assert violations
    assert unknowns
    assert tally
    names = ("in_scope", "pass", "violation", "unknown")
    numbers = dict(zip(names, map(int, tally.groups()), strict=True))
    return {"violations": int(violations[1]), "unknowns": int(unknowns[1])} | numbers


def read_pdf(path: Path) -> Numbers:
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    found = re.search(
        r"(\d+) devices? in scope: (\d+) pass \([^)]*\), (\d+) violation, \d+ advice, (\d+) unk",
        " ".join(text.split()),
    )
    assert found
    names = ("in_scope", "pass", "violation", "unknown")
    return dict(zip(names, map(int, found.groups()), strict=True))


def verdicts(findings: list[dict]) -> Numbers:
    told = [finding["verdict"] for finding in findings]
    return {"violations": told.count("violation"), "unknowns": told.count("unknown")}


def sums(tally: dict) -> Numbers:
    return {name: int(tally[name]) for name in ("in_scope", "pass", "violation", "unknown")}


READ: dict[str, Callable[[Path], Numbers]] = {
    ".json": read_json,
    ".ndjson": read_lines,
    ".csv": read_csv,
    ".sarif": read_sarif,
    ".xml": read_junit,
    ".ocsf.json": read_ocsf,
    ".oscal.json": read_oscal,
    ".xlsx": read_xlsx,
    ".html": read_html,
    ".md": read_told,
    ".txt": read_told,
    ".pdf": read_pdf,
}


def test_every_form_is_read() -> None:
    assert set(READ) == {form.SUFFIX for form in REPORTS.values()}


def devices(kind: str) -> list[dict[str, object]]:
    if kind == "one device":
        return [device(1, WECHAT)]
    if kind == "no violations":
        return [device(1, YIXIN), device(2, YIXIN)]
    if kind == "everything unknown":
        return [device(n, listing={"app": "managed"}) for n in (1, 2, 3)]
    return [
        device(1, WECHAT, YIXIN),
        device(2, YIXIN),
        device(3, WECHAT),
        device(4, WECHAT, user_id="nobody@example.com"),
        device(5, listing={"app": "managed"}, user_id="user2@example.com"),
    ]


@pytest.mark.parametrize("kind", ["mixed", "one device", "no violations", "everything unknown"])
def test_all_forms_and_the_store_agree(run: Run, folder: Path, kind: str) -> None:
    fleet = Fleet(
        write_lines(folder / "phones.ndjson", devices(kind)),
        write_people(folder / "people.csv", user1="employee", user2="employee", user3="employee"),
        write_policy(folder / "no-wechat.yaml"),
    )
    done = run(*fleet.words, "--store", "sqlite:///audit.db")
    assert done.code in (0, 1, 3)
    paths = {suffix: folder / f"out{suffix}" for suffix in READ}
    words = [word for path in paths.values() for word in ("--export", path)]
    shared = ("-p", fleet.policy, "--people", fleet.people, "--as-of", "2026-11-03")
    done = run("report", *shared, "--store", "sqlite:///audit.db", "-q", *words)
    assert (done.code, done.err) == (0, "")
    numbers = {suffix: READ[suffix](path) for suffix, path in paths.items()}
    expected = numbers[".json"]
    for suffix, told in numbers.items():
        assert told == {name: expected[name] for name in told}, suffix
    with sqlite3.connect(folder / "audit.db") as connection:
        (stored,) = connection.execute("SELECT count(*) FROM violation").fetchone()
    assert stored == expected["violations"]
    assert expected["in_scope"] == sum(expected[name] for name in ("pass", "violation", "unknown"))


def test_a_store_without_anything_makes_sense_in_every_form(run: Run, folder: Path) -> None:
    policy = write_policy(folder / "no-wechat.yaml")
    people = write_people(folder / "people.csv", user1="employee")
    nothing = write_lines(folder / "nothing.ndjson", [device(9, YIXIN)])
    store = ("--store", "sqlite:///audit.db")
    run("audit", nothing, "-p", policy, "--people", people, *store, "--as-of", "2020-01-01")
    words = [word for suffix in READ for word in ("--export", folder / f"out{suffix}")]
    done = run("report", "-p", policy, "--people", people, *store, "--as-of", "2020-01-01", *words)
    assert done.code == 0
    for suffix in READ:
        assert (folder / f"out{suffix}").stat().st_size > 0
    assert "0 devices judged" in done.out
    assert "coverage none, nothing is in scope" in done.out
