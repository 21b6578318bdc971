"""Asks the program what the oracle was asked, by the way that an audit takes.

The case is written down as files, which are read as a user's are. Only what the store would
say of the devices is said here: each is its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from duckdb import DuckDBPyConnection
from report_files import write_people, write_replaced, write_reports

from cases import Case, yaml_text
from oracle import Assessment, Finding, Verdict
from policycheck.attestations.load import load as load_attestations
from policycheck.catalogue.load import load as load_catalogue
from policycheck.engine.judge import Question, assess
from policycheck.engine.session import insert_columns, naive_utc, open_session
from policycheck.engine.waive import waive
from policycheck.inventory.people import no_people, read_people
from policycheck.inventory.read import read_reports
from policycheck.model import Tally
from policycheck.policy.load import load as load_policies
from policycheck.policy.model import Policy
from policycheck.waivers.load import load as load_waivers

CATALOGUE = load_catalogue([Path(__file__).parent / "rules"])


def ask_engine(case: Case) -> Assessment:
    """Judge a case by the program, and tell it as the oracle tells it."""
    with tempfile.TemporaryDirectory() as name, open_session(Path(name)) as con:
        folder = Path(name)
        _lay_out_people(con, folder, case.people)
        _lay_out_reports(con, folder, case)
        policies = _policies(folder, case)
        attestations = _records(folder, case.attestations, load_attestations, policies)
        question = Question(policies, case.as_of, case.drafts, case.assume, attestations)
        tallies = assess(con, question, CATALOGUE).tallies
        waive(con, _records(folder, case.waivers, load_waivers, policies), question)
        return _as_oracle(con, tallies)


def _policies(folder: Path, case: Case) -> tuple[Policy, ...]:
    paths = [folder / f"{policy['policy']}.yaml" for policy in case.policies]
    for path, policy in zip(paths, case.policies, strict=True):
        path.write_text(yaml_text(policy), encoding="utf-8")
    return load_policies(paths)


def _records(
    folder: Path, records: Iterable[dict], load: Callable[..., tuple], policies: Iterable[Policy]
) -> tuple:
    """Write waivers or attestations, and read them."""
    paths = []
    for number, record in enumerate(records):
        paths.append(folder / f"record-{number}.yaml")
        paths[-1].write_text(yaml_text(record), encoding="utf-8")
    return load(paths, {policy.policy: policy for policy in policies})


def _lay_out_people(con: DuckDBPyConnection, folder: Path, people: list[dict]) -> None:
    if not people:
        no_people(con)
        return
    path = folder / "people.csv"
    write_people(path, people)
    read_people(path, con)


def _lay_out_reports(con: DuckDBPyConnection, folder: Path, case: Case) -> None:
    """Write and read the reports; then say what the pipeline and the store would say."""
    reports = [
        (device["device_id"], report)
        for device in case.devices
        for report in device["reports"]
        if report.get("reported_at") is None or report["reported_at"] <= case.as_of
    ]
    parts = folder / "parts"
    parts.mkdir()
    paths = [*write_reports(folder, reports), *write_replaced(folder, reports)]
    read = read_reports(paths, con, parts, case.as_of)
    rejected = con.execute("SELECT record, reason FROM rejected").fetchall()
    assert (read.problems, rejected) == ((), [])
    con.execute("CREATE TEMP TABLE part_file(part INTEGER, path VARCHAR)")
    files = _with_equal_refs(con, read.parts)
    insert_columns(con, "part_file", [("INTEGER", range(len(files))), ("VARCHAR", files)])
    con.execute("ALTER TABLE report ADD COLUMN report_sha256 VARCHAR")
    _set_received(con, reports)
    con.execute(
        "CREATE TEMP TABLE identity AS"
        " SELECT report_no, device_id AS device_key, input_no <= ? AS current FROM report",
        [len({report["source"] for _, report in reports})],
    )


def _with_equal_refs(con: DuckDBPyConnection, parts: Iterable[Path]) -> list[str]:
    """Let reports of different parts bear one name, as those of different audits do.

    Readers begin a report's name with the number of its file in the audit.
    """
    without_number = "regexp_replace(device_ref, '^[0-9]+/', '')"
    con.execute(f"UPDATE report SET device_ref = {without_number}")
    renamed = []
    for part in parts:
        renamed.append(f"{part}.renamed")
        con.execute(
            f"COPY (SELECT * REPLACE ({without_number} AS device_ref)"
            f" FROM read_parquet('{part}')) TO '{renamed[-1]}' (FORMAT parquet)"
        )
    return renamed


def _set_received(con: DuckDBPyConnection, reports: list[tuple[str, dict]]) -> None:
    """Give each report the time at which it was received; of one audit's files it is the same."""
    con.execute("CREATE TEMP TABLE received(device_id VARCHAR, source VARCHAR, moment TIMESTAMP)")
    columns = [
        ("VARCHAR", [device_id for device_id, _ in reports]),
        ("VARCHAR", [report["source"] for _, report in reports]),
        ("TIMESTAMP", [naive_utc(report["received_at"]) for _, report in reports]),
    ]
    insert_columns(con, "received", columns)
    con.execute(
        "UPDATE report SET received_at = r.moment FROM received AS r"
        " WHERE r.device_id = report.device_id AND r.source = report.source"
    )


_FINDINGS = """
SELECT v.policy, v.control, v.unit,
    CASE WHEN v.grain <> 'device' AND f.reasons = ['contradicted']
        THEN f.device_key || ' ' || f.subject ELSE f.subject END,
    f.verdict, f.reasons, f.stale, f.fingerprint
FROM finding AS f
JOIN verdict AS v ON v.policy = f.policy AND v.control = f.control
LEFT JOIN device AS d ON d.device_key = f.device_key
LEFT JOIN device_person AS o ON o.device_no = d.device_no
LEFT JOIN person AS p ON p.person_no = o.person_no
WHERE v.unit = CASE v.grain
    WHEN 'issuer' THEN 'issuer'
    WHEN 'device' THEN f.device_key
    ELSE CASE WHEN f.device_key IS NULL THEN f.person_id
        ELSE coalesce(p.person_id, p.email, f.device_key) END
    END
"""


_WAIVED = f"""
SELECT t.policy, t.control, t.unit, t.subject, w.waiver, w.waived
FROM ({_FINDINGS}) AS t(policy, control, unit, subject, verdict, reasons, stale, fingerprint)
JOIN waiving AS w ON w.fingerprint = t.fingerprint
"""


def _as_oracle(con: DuckDBPyConnection, tallies: tuple[Tally, ...]) -> Assessment:
    verdicts = con.execute(
        "SELECT policy, control, unit, verdict, excused, stale, reasons, missing FROM verdict"
    ).fetchall()
    findings = con.execute(_FINDINGS).fetchall()
    assert len(findings) == con.execute("SELECT count(*) FROM finding").fetchall()[0][0]
    assessment = Assessment()
    for policy, control, unit, verdict, excused, stale, reasons, missing in verdicts:
        answer = Verdict(verdict, excused, stale, frozenset(reasons), tuple(missing))
        assessment.verdicts[policy, control, unit] = answer
    for policy, control, unit, subject, verdict, reasons, stale, _ in findings:
        found = Finding(verdict, frozenset(reasons), stale)
        assessment.findings[policy, control, unit, subject] = found
    assert (len(verdicts), len(findings)) == (len(assessment.verdicts), len(assessment.findings))
    for policy, control, unit, subject, waiver, holds in con.execute(_WAIVED).fetchall():
        assessment.waived[policy, control, unit, subject] = (waiver, holds)
    for tally in tallies:
        assessment.tallies[tally.policy, tally.control] = _sums(tally)
    return assessment


def _sums(tally: Tally) -> dict[str, object]:
    return {
        "all": tally.all,
        "not_applicable": tally.not_applicable,
        "excused": tally.excused,
        "in_scope": tally.in_scope,
        "pass": tally.pass_,
        "violation": tally.violation,
        "advice": tally.advice,
        "unknown": tally.unknown,
        "unknown_reasons": dict(tally.unknown_reasons),
        "stale": tally.stale,
        "coverage": tally.coverage,
    }
