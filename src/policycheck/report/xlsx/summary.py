"""The first sheet: how things stand, and the sums of each control as table and chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from policycheck import __version__
from policycheck.report.content import Content
from policycheck.report.words import read_line
from policycheck.report.xlsx.table import Formats, Value, Writer

HEADS = (
    "policy", "control", "severity", "obligation", "counts", "all", "not applicable",
    "of these excused", "in scope", "pass", "violation", "advice", "unknown", "of these waived",
    "in grace", "stale", "coverage", "clause",
)  # fmt: skip
"""`waived` and `in grace` are of the violations."""
_PARTS = {"pass": "#2e7d32", "violation": "#c0392b", "advice": "#e0a030", "unknown": "#8a8f98"}
_WIDTHS = (24, 20, 10, 11, 10, *[11] * 12, 60)


def write_summary(
    book: Workbook,
    sheet: Worksheet,
    formats: Formats,
    content: Content,
    standings: Mapping[str, int],
) -> None:
    """Write the sheet from top to bottom."""
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    writer = Writer(sheet, formats)
    row = 0
    for row, line in enumerate(_heading(content, standings)):
        if row == 0:
            sheet.write_string(0, 0, str(line[0]), formats.title)
        else:
            writer.write(row, line)
    head = row + 2
    for place, name in enumerate(HEADS):
        sheet.write_string(head, place, name, formats.head)
    last = head
    for last, line in enumerate(_controls(content), start=head + 1):
        writer.write(last, line)
    sheet.autofilter(head, 0, max(last, head + 1), len(HEADS) - 1)
    for row, line in enumerate(_evidence(content), start=last + 2):
        writer.write(row, line)
    if last > head:
        _chart(book, sheet, head, last)


def _heading(content: Content, standings: Mapping[str, int]) -> Iterator[Sequence[Value]]:
    yield ("Compliance report",)
    yield "as of (UTC)", content.as_of
    yield "read", read_line(content)
    yield ()
    yield "findings", "number"
    yield from ((name.replace("_", " "), count) for name, count in standings.items())


def _controls(content: Content) -> Iterator[Sequence[Value]]:
    lines = {
        (policy.policy, control.control): control
        for policy in content.policies
        for control in policy.controls
    }
    for tally in content.tallies:
        line = lines[tally.policy, tally.control]
        yield (
            tally.policy,
            tally.control,
            line.severity,
            line.obligation,
            tally.grain,
            tally.all,
            tally.not_applicable,
            tally.excused,
            tally.in_scope,
            tally.pass_,
            tally.violation,
            tally.advice,
            tally.unknown,
            tally.waived,
            tally.in_grace,
            tally.stale,
            tally.coverage,
            line.clause,
        )


def _evidence(content: Content) -> Iterator[Sequence[Value]]:
    """Say what all numbers follow from, beside the sheet Inputs."""
    yield "Evidence", "SHA-256"
    yield from ((f"policy {policy.policy}", policy.sha256) for policy in content.policies)
    yield from ((name, digest) for name, digest in sorted(content.digests.items()))
    for column, value in sorted(content.assumed.items()):
        yield f"assumed person.{column}", value
    yield "made by", f"policycheck {__version__}"


def _chart(book: Workbook, sheet: Worksheet, head: int, last: int) -> None:
    """Draw how the units in scope of each control divide, beside the heading."""
    chart = book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    for name, colour in _PARTS.items():
        place = HEADS.index(name)
        chart.add_series(
            {
                "name": ["Summary", head, place],
                "categories": ["Summary", head + 1, 1, last, 1],
                "values": ["Summary", head + 1, place, last, place],
                "fill": {"color": colour},
            }
        )
    chart.set_title({"name": "In scope, by control", "name_font": {"size": 11}})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 620, "height": 180})
    words = "How the units in scope of each control divide; the table below has the numbers"
    sheet.insert_chart(0, 3, chart, {"description": words})
