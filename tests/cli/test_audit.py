"""`policycheck audit`: what it tells, where it records, and how it ends."""

from __future__ import annotations

import csv
import json
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from small_fleet import WECHAT, YIXIN, Fleet, Run, device, write_lines, write_people, write_policy
from test_main import imported

from policycheck import __version__
from policycheck.text import display_width

GOLDEN = Path(__file__).with_name("golden")
SCHEMA = json.loads((files("policycheck.report") / "audit.schema.json").read_text("utf-8"))
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example","x")',
    "abc\u202egnp.exe",
    "N" * 10_000,
    "two\r\nlines",
)
FORMS = {"terminal": ".txt", "json": ".json", "csv": ".csv", "markdown": ".md"}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_against_its_golden_file(
    run: Run, fleet: Fleet, form: str, regenerate: bool
) -> None:
    done = run(*fleet.words, "-f", form)
    assert done.code == 1
    text = done.out.replace(__version__, "@@VERSION@@")
    path = GOLDEN / f"audit{FORMS[form]}"
    if regenerate:
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode()


def test_the_json_fits_its_schema_and_adds_up(run: Run, fleet: Fleet) -> None:
    document = json.loads(run(*fleet.words, "-f", "json").out)
    jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
    (tally,) = document["tallies"]
    assert tally["all"] == tally["in_scope"] + tally["not_applicable"] == 5
    parts = ("pass", "violation", "advice", "unknown")
    assert tally["in_scope"] == sum(tally[part] for part in parts)
    assert [(f["device_id"], f["verdict"], f["reasons"]) for f in document["findings"]] == [
        ("d-1", "violation", []),
        ("d-4", "unknown", ["scope"]),
        ("d-5", "unknown", ["partial_visibility"]),
    ]
    evidence = document["findings"][0]["evidence"]
    assert (evidence["record"], evidence["report"]) == (1, document["inputs"][0]["sha256"])
    assert document["findings"][1]["evidence"]["missing"] == ["person.type"]


def test_the_same_input_gives_the_same_bytes(run: Run, fleet: Fleet) -> None:
    for form in FORMS:
        assert run(*fleet.words, "-f", form).out == run(*fleet.words, "-f", form).out


def test_exports_are_chosen_by_their_suffix(run: Run, fleet: Fleet, folder: Path) -> None:
    words = [word for name in ("o.json", "o.csv", "o.md", "o.txt") for word in ("--export", name)]
    done = run(*fleet.words, *words, "-f", "json")
    assert done.code == 1
    assert (folder / "o.json").read_text("utf-8") == done.out
    raw = (folder / "o.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8").splitlines()))
    assert [row["device_id"] for row in rows] == ["d-1", "d-4", "d-5"]
    assert (folder / "o.md").read_text("utf-8").startswith("# Policy audit as of 2026-11-03")
    assert "Who breaks the rules" in (folder / "o.txt").read_text("utf-8")
    assert not list(folder.glob(".o.*"))


def test_csv_for_excel_begins_with_its_mark(run: Run, fleet: Fleet, folder: Path) -> None:
    assert run(*fleet.words, "--export", "o.csv", "--bom", "-q").code == 1
    plain = run(*fleet.words, "-f", "csv").out.encode()
    assert (folder / "o.csv").read_bytes() == b"\xef\xbb\xbf" + plain


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("o.doc", "cannot tell from the name 'o.doc' what to export"),
        ("nowhere/o.json", "cannot write 'nowhere/o.json': No such file or directory"),
    ],
)
def test_what_cannot_be_exported_ends_with_2(
    run: Run, fleet: Fleet, name: str, message: str
) -> None:
    done = run(*fleet.words, "--export", name)
    assert done.code == 2
    assert message in done.err


def test_quiet_prints_nothing_but_problems(run: Run, fleet: Fleet) -> None:
    done = run(*fleet.words, "--quiet")
    assert (done.code, done.out, done.err) == (1, "", "")


def test_outside_a_workspace_nothing_is_recorded(run: Run, fleet: Fleet, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    run(*fleet.words)
    assert sorted(folder.rglob("*")) == before


def test_outside_a_workspace_no_database_library_is_imported(fleet: Fleet, folder: Path) -> None:
    modules = imported(*fleet.words, cwd=folder)
    assert "duckdb" in modules
    assert modules & {"sqlmodel", "sqlalchemy", "alembic"} == set()


def test_with_a_store_it_is_recorded(run: Run, fleet: Fleet, folder: Path) -> None:
    assert run(*fleet.words, "--store", "sqlite:///audit.db").code == 1
    assert (folder / "audit.db").is_file()
    assert (folder / "audit.facts").is_dir()


def test_a_dry_run_records_nothing_in_a_workspace(run: Run, fleet: Fleet, folder: Path) -> None:
    run("init", "w")
    done = run(*fleet.words, "--store", "sqlite:///w/policycheck.db", "--dry-run")
    assert done.code == 1
    assert not (folder / "w/policycheck.db").exists()


def test_exit_0_when_nothing_is_wrong(run: Run, fleet: Fleet, folder: Path) -> None:
    write_lines(fleet.report, [device(1, YIXIN)])
    done = run(*fleet.words)
    assert (done.code, done.err) == (0, "")


def test_exit_0_below_fail_on(run: Run, fleet: Fleet) -> None:
    assert run(*fleet.words, "--fail-on", "high").code == 1
    assert run(*fleet.words, "--fail-on", "critical").code == 0


def test_exit_0_for_a_violation_in_its_grace(run: Run, fleet: Fleet) -> None:
    fleet.policy.write_text(fleet.policy.read_text() + "    grace: 14d\n")
    done = run(*fleet.words, "-f", "json")
    assert done.code == 0
    assert json.loads(done.out)["findings"][0]["in_grace"] is True


def test_exit_0_for_advice(run: Run, fleet: Fleet) -> None:
    fleet.policy.write_text(fleet.policy.read_text() + "    obligation: should\n")
    done = run(*fleet.words)
    assert done.code == 0
    assert "1 advice" in done.out


def test_exit_3_when_a_file_was_rejected(run: Run, fleet: Fleet, folder: Path) -> None:
    write_lines(fleet.report, [device(1, YIXIN)])
    (folder / "letter.txt").write_text("Dear all,\n")
    done = run(*fleet.words, "letter.txt")
    assert done.code == 3
    assert "warning: not complete: 1 of the files could not be read" in done.err


def test_exit_3_when_too_many_rows_were_rejected(run: Run, fleet: Fleet) -> None:
    write_lines(fleet.report, [device(1, YIXIN), {"items": []}, device(2, YIXIN)])
    done = run(*fleet.words)
    assert done.code == 3
    assert "1 of 3 rows were rejected" in done.err
    assert run(*fleet.words, "--max-rejected", "50%").code == 0


def test_exit_3_when_nothing_is_in_scope(run: Run, fleet: Fleet) -> None:
    write_people(fleet.people, user1="partner")
    write_lines(fleet.report, [device(1, WECHAT)])
    done = run(*fleet.words)
    assert done.code == 3
    assert "nothing was in scope" in done.err


def test_exit_3_when_coverage_is_too_small(run: Run, fleet: Fleet) -> None:
    write_lines(fleet.report, [device(1, YIXIN), device(2, listing={"app": "managed"})])
    assert run(*fleet.words).code == 0
    done = run(*fleet.words, "--min-coverage", "90%")
    assert done.code == 3
    assert "'no-wechat' has a coverage of 50.0%, less than --min-coverage 90.0%" in done.err


def test_exit_1_goes_before_3(run: Run, fleet: Fleet, folder: Path) -> None:
    (folder / "letter.txt").write_text("Dear all,\n")
    assert run(*fleet.words, "letter.txt").code == 1


def test_exit_2_goes_before_all(run: Run, fleet: Fleet) -> None:
    write_policy(fleet.policy, severity="hihg")
    done = run(*fleet.words)
    assert (done.code, done.out) == (2, "")


def test_exit_2_when_no_report_can_be_read(run: Run, fleet: Fleet, folder: Path) -> None:
    fleet.report.write_text("Dear all,\n")
    assert run(*fleet.words).code == 2
    fleet.report.unlink()
    assert run(*fleet.words).code == 2


def test_exit_2_without_a_policy_and_without_a_report(run: Run, fleet: Fleet) -> None:
    done = run("audit", fleet.report)
    assert done.code == 2
    assert "no policy is given" in done.err
    done = run("audit", "-p", fleet.policy)
    assert done.code == 2
    assert "there is nothing to audit" in done.err


def test_exit_2_when_the_people_file_is_not_there(run: Run, fleet: Fleet) -> None:
    fleet.people.unlink()
    done = run(*fleet.words)
    assert done.code == 2
    assert "people.csv" in done.err


@pytest.mark.parametrize(
    "moment", ["2026-13-01", "yesterday", "1793500000", "9999-12-31T23:00:00-23:00"]
)
def test_exit_2_when_as_of_is_no_date(run: Run, fleet: Fleet, moment: str) -> None:
    done = run(*fleet.words[:-1], moment)
    assert done.code == 2
    assert "--as-of" in done.err


def test_a_date_means_its_end_in_the_policys_zone(run: Run, fleet: Fleet) -> None:
    document = json.loads(run(*fleet.words, "-f", "json").out)
    assert document["as_of"] == "2026-11-03T15:59:59Z"
    document = json.loads(run(*fleet.words[:-1], "2026-11-03T08:00+01:00", "-f", "json").out)
    assert document["as_of"] == "2026-11-03T07:00:00Z"


def test_a_date_in_two_zones_is_refused(run: Run, fleet: Fleet, folder: Path) -> None:
    other = write_policy(folder / "other.yaml", "other")
    other.write_text(other.read_text().replace("Asia/Shanghai", "Europe/Berlin"))
    done = run(*fleet.words, "-p", other)
    assert done.code == 2
    assert "several time zones: Asia/Shanghai, Europe/Berlin" in done.err


@pytest.mark.parametrize("form", FORMS)
def test_hostile_texts_of_a_report_are_inert(run: Run, fleet: Fleet, form: str) -> None:
    devices = [
        device(1, WECHAT | {"name": text, "version": text}, name=text, device_id=f"{n} {text}")
        for n, text in enumerate(HOSTILE)
    ]
    write_lines(fleet.report, devices)
    done = run(*fleet.words, "-f", form)
    assert done.code == 1
    assert {c for c in done.out + done.err if not c.isprintable()} <= {"\n", "\r"}
    assert "\r\n" in done.out if form == "csv" else "\r" not in done.out
    assert "<script" not in done.out or form in ("terminal", "csv", "markdown")
    if form == "terminal":
        assert max(map(display_width, done.out.splitlines())) <= 80


def test_a_file_name_with_a_lone_surrogate_is_told(run: Run, fleet: Fleet, folder: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("such names are Linux's")
    bad = folder / "re\udcffport.ndjson"
    fleet.report.rename(bad)
    for form in FORMS:
        assert run(*fleet.words[:1], bad, *fleet.words[2:], "-f", form).code == 1
