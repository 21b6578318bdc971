"""The workbook's sheets, in their order: sums first, then everything one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from policycheck.report.content import Content, Finding, Holder
from policycheck.report.trend import days_of
from policycheck.report.words import (
    REASONS,
    STANDINGS,
    device_of,
    item_of,
    standing_of,
    words_of,
)
from policycheck.report.xlsx.summary import write_summary
from policycheck.report.xlsx.table import Column, Formats, Value, add_table

_WHO = (
    Column("policy", 18),
    Column("control", 18),
    Column("device", 24),
    Column("device id", 20),
    Column("person", 26),
    Column("name"),
    Column("department", 18),
    Column("manager", 20),
    Column("platform", 10),
    Column("ownership"),
)
_WHERE = (
    Column("source", 12),
    Column("file", 26),
    Column("record", 9),
    Column("SHA-256 of the file", 18),
    Column("fingerprint", 18),
)
VIOLATIONS = (
    Column("standing", 10, coloured=True),
    Column("severity", 10, coloured=True),
    *_WHO,
    Column("what", 24),
    Column("identifier", 24),
    Column("version", 10),
    Column("recognised by", 18),
    Column("first seen", 16),
    Column("last seen", 16),
    Column("due", 16),
    Column("stale", 8),
    Column("waiver", 16),
    *_WHERE,
)
UNKNOWN = (
    Column("severity", 10, coloured=True),
    *_WHO,
    Column("what", 24),
    Column("reasons", 20),
    Column("in words", 44),
    Column("missing columns", 18),
    *_WHERE,
)
WAIVERS = (
    Column("state", 10, coloured=True),
    Column("waiver", 20),
    Column("policy", 18),
    Column("control", 18),
    Column("violations", 10),
    Column("granted", 12),
    Column("last day", 12),
    Column("approved by", 20),
    Column("ticket"),
    Column("reason", 50),
    Column("file", 26),
)
CHANGES = (Column("day", 12), Column("opened"), Column("closed"), Column("open afterwards", 16))
INPUTS = (
    Column("file", 40),
    Column("format"),
    Column("devices", 10),
    Column("items", 12),
    Column("rejected", 10),
    Column("SHA-256", 66),
)
REJECTED = (Column("file", 40), Column("record", 12), Column("why", 60))


def write_book(content: Content, stream: BinaryIO) -> None:
    """Write the whole workbook; rows wait in files until the end, never in memory.

    The same content gives the same bytes.
    """
    book = Workbook(stream, {"constant_memory": True, "in_memory": False})
    book.set_properties(
        {"title": "Compliance report", "created": content.as_of.replace(tzinfo=None)}
    )
    formats = Formats(book)
    summary = book.add_worksheet("Summary")
    standings: Counter[str] = Counter()
    rows = _rows(content, "violation", standings)
    add_table(book, formats, "Violations", VIOLATIONS, rows)
    add_table(book, formats, "Unknown", UNKNOWN, _rows(content, "unknown", standings))
    add_table(book, formats, "Waivers", WAIVERS, _waivers(content))
    changes = _changes(content)
    (sheet, *_) = add_table(book, formats, "Changes", CHANGES, iter(changes))
    _chart_changes(book, sheet, len(changes))
    add_table(book, formats, "Inputs", INPUTS, _inputs(content))
    add_table(book, formats, "Rejected", REJECTED, _rejected(content))
    write_summary(book, summary, formats, content, {name: standings[name] for name in STANDINGS})
    book.close()


def _rows(content: Content, verdict: str, standings: Counter[str]) -> Iterator[Sequence[Value]]:
    row = _violation if verdict == "violation" else _unknown
    for chunk in content.held_findings(verdict):
        standings.update(standing_of(finding) for finding, _ in chunk)
        yield from (row(finding, holder) for finding, holder in chunk)


def _violation(finding: Finding, holder: Holder) -> Sequence[Value]:
    recognised = f"{words_of(finding.basis)} ({finding.confidence})" if finding.confidence else None
    return (
        standing_of(finding).replace("_", " "),
        finding.severity,
        *_who(finding, holder),
        item_of(finding),
        finding.identifier,
        finding.version,
        recognised,
        finding.first_seen,
        finding.last_seen,
        finding.due,
        finding.stale or None,
        finding.waiver,
        *_where(finding),
    )


def _unknown(finding: Finding, holder: Holder) -> Sequence[Value]:
    return (
        finding.severity,
        *_who(finding, holder),
        item_of(finding),
        ", ".join(finding.reasons),
        "; ".join(REASONS[reason].short for reason in finding.reasons),
        ", ".join(finding.evidence.missing) or None,
        *_where(finding),
    )


def _who(finding: Finding, holder: Holder) -> Sequence[Value]:
    return (
        finding.policy,
        finding.control,
        device_of(finding),
        finding.device_id,
        finding.person_id,
        holder.name,
        holder.department,
        holder.manager,
        finding.platform,
        holder.ownership,
    )


def _where(finding: Finding) -> Sequence[Value]:
    evidence = finding.evidence
    return (evidence.source, evidence.path, evidence.record, evidence.report, finding.fingerprint)


def _waivers(content: Content) -> Iterator[Sequence[Value]]:
    for line in content.waivers:
        yield (
            line.state,
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


def _chart_changes(book: Workbook, sheet: Worksheet, days: int) -> None:
    """Draw how many violations were open, beside their table."""
    if not days:
        return
    chart = book.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": ["Changes", 0, 3],
            "categories": ["Changes", 1, 0, days, 0],
            "values": ["Changes", 1, 3, days, 3],
            "line": {"color": "#c0392b"},
            "marker": {"type": "circle", "size": 4},
        }
    )
    chart.set_title({"name": "Open violations"})
    chart.set_x_axis({"date_axis": True, "num_format": "yyyy-mm-dd"})
    chart.set_y_axis({"min": 0})
    chart.set_legend({"none": True})
    sheet.insert_chart(1, 5, chart, {"description": "Open violations, day by day"})


def _inputs(content: Content) -> Iterator[Sequence[Value]]:
    for line in content.inputs:
        yield line.path, line.format, line.devices, line.items, line.rejected, line.sha256


def _rejected(content: Content) -> Iterator[Sequence[Value]]:
    for line in content.rejected():
        yield line.path, "whole file" if line.record is None else line.record, line.reason
