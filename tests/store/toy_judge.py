"""The toy's judge: the plainest reading of design section 6, for one control."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from policycheck.engine.session import create_tables

EPOCH = datetime(2013, 8, 1)
NAMES = {"wechat": "com.tencent.mm", "wechat-next": "com.tencent.mm", "qq": "com.tencent.qq"}


def day(number: float) -> datetime:
    """Return the start of a day of August 2013."""
    return (EPOCH + timedelta(days=number - 1)).replace(tzinfo=UTC)


def naive(number: float | None) -> datetime | None:
    return None if number is None else day(number).replace(tzinfo=None)


@dataclass(frozen=True)
class Report:
    """What one source says of one device. An item is an identifier, or `identifier version`.

    One that begins with `only-name` has no identifier.
    """

    items: tuple[str, ...] = ("com.tencent.mm",)
    at: float | None = 1
    device: str | None = "d1"
    source: str = "intune"
    lists: str | None = "all"
    file: str | None = None
    serial: str | None = None
    udid: str | None = None
    name: str | None = None
    person: str | None = None
    platform: str | None = None
    model: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256((self.file or repr(self)).encode()).hexdigest()


@dataclass(frozen=True)
class Rules:
    """One policy of one control, and the catalogue and people file beside it."""

    memo: str = "memo"
    control: str = "no-wechat"
    forbid: tuple[str, ...] = ("wechat",)
    require: str | None = None
    grain: str = "device"
    policy: str = "p1"
    catalogue: str = "c1"
    knows: tuple[str, ...] = ("wechat", "qq")
    people: str = "h1"
    scope: bool | None = True
    status: str = "active"
    in_force: bool = True
    from_day: float | None = None
    deadline: float | None = None
    grace_days: float | None = None
    stale_days: float = 30
    formerly: tuple[str, ...] = ()
    indication: bool = False
    unrecognisable: bool = False
    renamed_apps: tuple[tuple[str, str], ...] = ()
    waived: str | None = None
    waived_until: float = 0


@dataclass(frozen=True)
class Known:
    """A report that is judged, with the device that it turned out to be about."""

    device_key: str
    report: Report
    received: float

    def age(self) -> float:
        return self.received if self.report.at is None else self.report.at


def judge(con: duckdb.DuckDBPyConnection, known: list[Known], on: float, rules: Rules) -> None:
    """Leave what the engine leaves: the plainest reading of design section 6."""
    create_tables(con)
    con.execute(
        "INSERT INTO control BY NAME SELECT 0 AS control_no, ? AS policy, ? AS control,"
        " ? AS kind, ? AS grain, 'high' AS severity, 'must' AS obligation, ? AS status,"
        " ? AS in_force, to_days(?) AS stale_after, ?::TIMESTAMP AS effective_from,"
        " ?::TIMESTAMP AS deadline, ?::BIGINT AS grace_seconds, ?::VARCHAR[] AS formerly",
        [
            rules.memo,
            rules.control,
            "require" if rules.require else "forbid",
            rules.grain,
            rules.status,
            rules.in_force,
            int(rules.stale_days),
            naive(rules.from_day),
            naive(rules.deadline),
            None if rules.grace_days is None else int(rules.grace_days * 86400),
            list(rules.formerly),
        ],
    )
    con.execute(_TABLES)
    con.execute(_COPIED)
    con.executemany("INSERT INTO renamed_app VALUES (?, ?)", rules.renamed_apps or [("-", "-")])
    by_device: dict[str, list[Known]] = {}
    for each in known:
        by_device.setdefault(each.device_key, []).append(each)
    for key, each in sorted(by_device.items()):
        each.sort(key=lambda known: known.report.source)
        _lay_out_device(con, key, each)
        if rules.grain == "device":
            _judge_unit(con, (key, each[0].report.person), each, on, rules)
    if rules.waived:
        con.execute(
            "INSERT INTO waiving BY NAME SELECT fingerprint, ? AS waiver, ?::TIMESTAMP AS ends,"
            " TRUE AS waived FROM finding WHERE verdict = 'violation' AND device_key = 'd1'",
            [rules.waived, naive(rules.waived_until)],
        )
    if rules.grain == "person":
        for person in sorted({e.report.person for e in known if e.report.person}):
            theirs = [e for e in known if e.report.person == person]
            _judge_unit(con, (None, person), theirs, on, rules)


_TABLES = """
CREATE TEMP TABLE judged_device(device_key VARCHAR, device_id VARCHAR, name VARCHAR,
    serial VARCHAR, udid VARCHAR, platform VARCHAR, person_id VARCHAR, holder VARCHAR,
    called VARCHAR[]);
CREATE TEMP TABLE visible(device_key VARCHAR, source VARCHAR, kind VARCHAR, visibility VARCHAR);
CREATE TEMP TABLE installed(device_key VARCHAR, source VARCHAR, kind VARCHAR, identifier VARCHAR,
    name VARCHAR, version VARCHAR);
CREATE TEMP TABLE verdict(policy VARCHAR, control VARCHAR, device_key VARCHAR, person_id VARCHAR,
    verdict VARCHAR, reasons VARCHAR[]);
CREATE TEMP TABLE finding(fingerprint VARCHAR, policy VARCHAR, control VARCHAR, verdict VARCHAR,
    device_key VARCHAR, person_id VARCHAR, subject VARCHAR, app_id VARCHAR, kind VARCHAR,
    identifier VARCHAR, name VARCHAR, version VARCHAR, basis VARCHAR, confidence VARCHAR,
    source VARCHAR, reported_at TIMESTAMP, received_at TIMESTAMP, report_sha256 VARCHAR,
    record BIGINT);
"""
_COPIED = """
CREATE TEMP VIEW copied AS
SELECT fingerprint, report_sha256, app_id, basis, confidence, {'device_id': device_key} AS device,
    {'kind': kind, 'identifier': identifier} AS item,
    CAST(to_json({'person_id': person_id}) AS VARCHAR) AS personal
FROM finding;
"""


def _lay_out_device(con: duckdb.DuckDBPyConnection, key: str, known: list[Known]) -> None:
    first = known[0].report
    con.execute(
        "INSERT INTO judged_device VALUES ($1, $2, $3, $4, $5, 'android', $6, $6, [$6])",
        [key, first.device, first.name, first.serial, first.udid, first.person],
    )
    for each in known:
        if each.report.lists:
            con.execute(
                "INSERT INTO visible VALUES (?, ?, 'app', ?)",
                [key, each.report.source, each.report.lists],
            )
        for item in each.report.items:
            identifier, _, version = item.partition(" ")
            known_by = None if identifier.startswith("only-name") else identifier
            con.execute(
                "INSERT INTO installed VALUES (?, ?, 'app', ?, ?, ?)",
                [key, each.report.source, known_by, identifier.upper(), version or None],
            )


def _judge_unit(con, unit, known: list[Known], on: float, rules: Rules) -> None:
    """Judge a device or a person: (device_key, person_id)."""
    fresh = [e for e in known if on - e.age() <= rules.stale_days]
    proving = [e for e in fresh if e.report.lists == "all"]
    apps = {
        app: (each, item)
        for each in known
        for item in each.report.items
        for app in rules.knows
        if NAMES[app] == item.partition(" ")[0]
    }
    bad = {app: proof for app, proof in apps.items() if app in rules.forbid}
    reasons: list[str] = []
    if not rules.in_force or rules.scope is False:
        verdict = "not_applicable"
    elif rules.scope is None:
        verdict, reasons = "unknown", ["scope"]
    elif rules.require:
        verdict, reasons = _require(rules.require in apps, proving)
    elif bad and not rules.indication:
        verdict = "violation"
    elif bad:
        verdict, reasons = "unknown", ["indication"]
    elif rules.unrecognisable:
        verdict, reasons = "unknown", ["unrecognisable"]
    else:
        verdict, reasons = ("pass", []) if proving else ("unknown", ["partial_visibility"])
    con.execute(
        "INSERT INTO verdict VALUES (?, ?, ?, ?, ?, ?::VARCHAR[])",
        [rules.memo, rules.control, *unit, verdict, reasons],
    )
    if verdict not in {"violation", "unknown"} or reasons in (["scope"], ["partial_visibility"]):
        return
    if rules.require:
        _find(con, unit, rules.control, (known[0], None), verdict, rules)
    for app, proof in bad.items():
        _find(con, unit, app, proof, verdict, rules)


def _require(present: bool, proving: list[Known]) -> tuple[str, list[str]]:
    if present:
        return "pass", []
    return ("violation", []) if proving else ("unknown", ["partial_visibility"])


def _find(con, unit, subject: str, proof: tuple[Known, str | None], verdict, rules) -> None:
    key, person = unit
    each, item = proof
    identifier, _, version = (item or "").partition(" ")
    told = "\x1f".join((rules.memo, rules.control, key or person, subject))
    thing = (subject, "app", identifier, identifier.upper(), version or None, "identifier", "exact")
    con.execute(
        "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        [
            hashlib.sha256(told.encode()).hexdigest()[:32],
            rules.memo,
            rules.control,
            verdict,
            key,
            person,
            subject,
            *(thing if item else (None,) * 7),
            each.report.source,
            naive(each.report.at),
            naive(each.received),
            each.report.sha256,
        ],
    )
