"""The workbook's sheets, in their order: sums first, then everything one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from policycheck.report.content import Content
from policycheck.report.phrases import Phrases
from policycheck.report.rows import Finding, Holder
from policycheck.report.trend import days_of
from policycheck.report.words import STANDINGS, device_of, item_of, recognised_of, standing_of
from policycheck.report.xlsx.summary import write_summary
from policycheck.report.xlsx.table import Column, Sheets, Value

_WHO = (
    Column("column_policy", 18),
    Column("column_control", 18),
    Column("column_device", 24),
    Column("column_device_id", 20),
    Column("column_person", 26),
    Column("column_person_name"),
    Column("column_department", 18),
    Column("column_manager", 20),
    Column("column_platform", 10),
    Column("column_ownership"),
)
_WHERE = (
    Column("column_source", 12),
    Column("column_path", 26),
    Column("column_record", 9),
    Column("column_report", 18),
    Column("column_fingerprint", 18),
)
VIOLATIONS = (
    Column("column_status", 10, coloured=True),
    Column("column_severity", 10, coloured=True),
    *_WHO,
    Column("column_what", 24),
    Column("column_identifier", 24),
    Column("column_version", 10),
    Column("column_recognised", 18),
    Column("column_first_seen", 16),
    Column("column_last_seen", 16),
    Column("column_due", 16),
    Column("head_stale", 8),
    Column("column_waiver", 16),
    *_WHERE,
)
UNKNOWN = (
    Column("column_severity", 10, coloured=True),
    *_WHO,
    Column("column_what", 24),
    Column("head_reasons", 20),
    Column("head_in_words", 44),
    Column("column_missing", 18),
    *_WHERE,
)
WAIVERS = (
    Column("head_state", 10, coloured=True),
    Column("column_waiver", 20),
    Column("column_policy", 18),
    Column("column_control", 18),
    Column("head_violations", 10),
    Column("head_granted", 12),
    Column("expires", 12),
    Column("approved_by", 20),
    Column("ticket"),
    Column("why_waived", 50),
    Column("column_path", 26),
)
CHANGES = (Column("day", 12), Column("opened"), Column("closed"), Column("open_now", 16))
INPUTS = (
    Column("column_path", 40),
    Column("format"),
    Column("devices", 10),
    Column("items", 12),
    Column("rejected_rows", 10),
    Column("digest", 66),
)
REJECTED = (Column("column_path", 40), Column("column_record", 12), Column("why", 60))


def write_book(content: Content, stream: BinaryIO, language: str) -> None:
    """Write the whole workbook; rows wait in files until the end, never in memory.

    The same content gives the same bytes.
    """
    say = Phrases(language)
    book = Workbook(stream, {"constant_memory": True, "in_memory": False})
    book.set_properties({"title": say("page_title"), "created": content.as_of.replace(tzinfo=None)})
    sheets = Sheets(book, say)
    summary = book.add_worksheet(say("sheet_summary"))
    standings: Counter[str] = Counter()
    sheets.add("sheet_violations", VIOLATIONS, _rows(content, "violation", standings, say))
    sheets.add("sheet_unknown", UNKNOWN, _rows(content, "unknown", standings, say))
    sheets.add("sheet_waivers", WAIVERS, _waivers(content, say))
    changes = _changes(content)
    (sheet, *_) = sheets.add("sheet_changes", CHANGES, iter(changes))
    _chart_changes(book, sheet, len(changes), say)
    sheets.add("sheet_inputs", INPUTS, _inputs(content))
    sheets.add("sheet_rejected", REJECTED, _rejected(content, say))
    write_summary(sheets, summary, content, {name: standings[name] for name in STANDINGS})
    book.close()


def _rows(
    content: Content, verdict: str, standings: Counter[str], say: Phrases
) -> Iterator[Sequence[Value]]:
    row = _violation if verdict == "violation" else _unknown
    for chunk in content.held_findings(verdict):
        standings.update(standing_of(finding) for finding, _ in chunk)
        yield from (row(finding, holder, say) for finding, holder in chunk)


def _violation(finding: Finding, holder: Holder, say: Phrases) -> Sequence[Value]:
    return (
        say.word("status", standing_of(finding)),
        say.word("severity", finding.severity),
        *_who(finding, holder, say),
        item_of(finding),
        finding.identifier,
        finding.version,
        recognised_of(finding.basis, finding.confidence, say),
        finding.first_seen,
        finding.last_seen,
        finding.due,
        finding.stale or None,
        finding.waiver,
        *_where(finding),
    )


def _unknown(finding: Finding, holder: Holder, say: Phrases) -> Sequence[Value]:
    return (
        say.word("severity", finding.severity),
        *_who(finding, holder, say),
        item_of(finding),
        ", ".join(finding.reasons),
        "; ".join(say.word("reason", reason) for reason in finding.reasons),
        ", ".join(finding.evidence.missing) or None,
        *_where(finding),
    )


def _who(finding: Finding, holder: Holder, say: Phrases) -> Sequence[Value]:
    return (
        finding.policy,
        finding.control,
        device_of(finding),
        finding.device_id,
        finding.person_id,
        holder.name,
        holder.department,
        holder.manager,
        finding.platform and say.word("platform", finding.platform),
        holder.ownership and say.word("ownership", holder.ownership),
    )


def _where(finding: Finding) -> Sequence[Value]:
    evidence = finding.evidence
    return (evidence.source, evidence.path, evidence.record, evidence.report, finding.fingerprint)


def _waivers(content: Content, say: Phrases) -> Iterator[Sequence[Value]]:
    for line in content.waivers:
        yield (
            say.word("waiver", line.state.replace(" ", "_")),
            line.waiver,
            line.policy,
            line.control,
            line.violations,
            date.fromisoformat(line.granted),
            date.fromisoformat(line.expires),
            line.approved_by,
            line.ticket,
            line.reason,
            line.path,
        )


def _changes(content: Content) -> list[Sequence[Value]]:
    return [
        (date.fromisoformat(day.day), day.opened, day.closed, day.open)
        for day in days_of(content.happenings())
    ]


def _chart_changes(book: Workbook, sheet: Worksheet, days: int, say: Phrases) -> None:
    """Draw how many violations were open, beside their table."""
    if not days:
        return
    name = say("sheet_changes")
    chart = book.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": [name, 0, 3],
            "categories": [name, 1, 0, days, 0],
            "values": [name, 1, 3, days, 3],
            "line": {"color": "#c0392b"},
            "marker": {"type": "circle", "size": 4},
        }
    )
    chart.set_title({"name": say("chart_open")})
    chart.set_x_axis({"date_axis": True, "num_format": "yyyy-mm-dd"})
    chart.set_y_axis({"min": 0})
    chart.set_legend({"none": True})
    sheet.insert_chart(1, 5, chart, {"description": say("chart_open_words")})


def _inputs(content: Content) -> Iterator[Sequence[Value]]:
    for line in content.inputs:
        yield line.path, line.format, line.devices, line.items, line.rejected, line.sha256


def _rejected(content: Content, say: Phrases) -> Iterator[Sequence[Value]]:
    for line in content.rejected():
        where = say("whole_file") if line.record is None else line.record
        yield line.path, where, line.reason
