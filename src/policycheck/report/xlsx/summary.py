"""The first sheet: how things stand, and the sums of each control as table and chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlsxwriter.worksheet import Worksheet

from policycheck import __version__
from policycheck.report.content import Content, in_language
from policycheck.report.phrases import Phrases
from policycheck.report.words import read_line
from policycheck.report.xlsx.table import Sheets, Value, Writer

HEADS = (
    "column_policy", "column_control", "column_severity", "head_obligation", "head_counts",
    "head_all", "part_not_applicable", "head_excused", "head_in_scope", "part_pass",
    "part_violation", "part_advice", "part_unknown", "head_waived", "head_in_grace", "head_stale",
    "head_coverage", "head_clause",
)  # fmt: skip
"""Phrases; `waived` and `in grace` are of the violations."""
_PARTS = {
    "part_pass": "#2e7d32", "part_violation": "#c0392b", "part_advice": "#e0a030",
    "part_unknown": "#8a8f98",
}  # fmt: skip
_WIDTHS = (24, 20, 10, 11, 10, *[11] * 12, 60)


def write_summary(
    sheets: Sheets, sheet: Worksheet, content: Content, standings: Mapping[str, int]
) -> None:
    """Write the sheet from top to bottom."""
    say, formats = sheets.say, sheets.formats
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    writer = Writer(sheet, formats)
    sheet.write_string(0, 0, say("page_title"), formats.title)
    row = 0
    for row, line in enumerate(_heading(content, standings, say), start=1):
        writer.write(row, line)
    head = row + 2
    for place, name in enumerate(HEADS):
        sheet.write_string(head, place, say(name), formats.head)
    last = head
    for last, line in enumerate(_controls(content, say), start=head + 1):
        writer.write(last, line)
    sheet.autofilter(head, 0, max(last, head + 1), len(HEADS) - 1)
    for row, line in enumerate(_evidence(content, say), start=last + 2):
        writer.write(row, line)
    if last > head:
        _chart(sheets, sheet, head, last)


def _heading(
    content: Content, standings: Mapping[str, int], say: Phrases
) -> Iterator[Sequence[Value]]:
    yield say("head_as_of"), content.as_of
    yield say("head_read"), read_line(content, say)
    yield ()
    yield say("head_findings"), say("head_number")
    yield from ((say.word("status", name), count) for name, count in standings.items())


def _controls(content: Content, say: Phrases) -> Iterator[Sequence[Value]]:
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
            say.word("severity", line.severity),
            say.word("obligation", line.obligation),
            say.word("unit", tally.grain),
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
            in_language(line.clauses, say.language) or line.clause,
        )


def _evidence(content: Content, say: Phrases) -> Iterator[Sequence[Value]]:
    """Say what all numbers follow from, beside the sheet Inputs."""
    yield say("evidence"), say("digest")
    for policy in content.policies:
        yield say("policy_file", policy=policy.policy), policy.sha256
    for name, digest in sorted(content.digests.items()):
        yield say.word("digest", name), digest
    for column, value in sorted(content.assumed.items()):
        yield say("head_assumed", column=f"person.{column}"), value
    yield say("made_by_cell"), f"policycheck {__version__}"


def _chart(sheets: Sheets, sheet: Worksheet, head: int, last: int) -> None:
    """Draw how the units in scope of each control divide, beside the heading."""
    say = sheets.say
    summary = say("sheet_summary")
    chart = sheets.book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    for name, colour in _PARTS.items():
        place = HEADS.index(name)
        chart.add_series(
            {
                "name": [summary, head, place],
                "categories": [summary, head + 1, 1, last, 1],
                "values": [summary, head + 1, place, last, place],
                "fill": {"color": colour},
            }
        )
    chart.set_title({"name": say("chart_controls"), "name_font": {"size": 11}})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 620, "height": 180})
    sheet.insert_chart(0, 3, chart, {"description": say("chart_controls_words")})
