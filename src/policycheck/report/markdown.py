"""The report as Markdown, to be handed on: the same story as on the terminal, in tables.

Nothing in a text of other people's files is taken for Markdown or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TextIO

from policycheck import __version__
from policycheck.model import Tally
from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look
from policycheck.report.json_report import format_time
from policycheck.report.rows import Conflict, ControlLine, Finding, WaiverLine
from policycheck.report.waivers import shout
from policycheck.report.words import (
    aside_heading,
    conflict_heading,
    counted,
    device_of,
    head_lines,
    item_of,
    notes_of,
    others_of,
    read_line,
    reason_rows,
    sums,
)
from policycheck.text import visible

TITLE = "Markdown, to be handed on"
SUFFIX = ".md"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()
_MOST_FINDINGS = 500
_LONGEST_CELL = 200
_REJECTIONS = 100
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$:])")
"""Whatever means something within a line; no text of a file is written at a line's start."""
_DIGEST = 12
_HEAD = 64


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write the summary of a content and up to 500 findings of each verdict."""
    stream.write(f"# Policy audit as of {format_time(content.as_of)}\n\n")
    stream.write(f"policycheck {__version__}. {read_line(content)}.\n")
    for column, value in sorted(content.assumed.items()):
        stream.write(f"\nAssumed where nothing says it: {escape(f'person.{column} = {value}')}\n")
    for line in content.waivers:
        if line.state == "lapsed":
            stream.write(f"\n**{escape(shout(line))}**\n")
    _write_inputs(stream, content)
    for policy in content.policies:
        stream.write(f"\n## {escape(policy.title)}\n\n")
        issued = f"{policy.policy}, {policy.issuer}, {policy.status}"
        stream.write(f"{escape(issued)}; SHA-256 {policy.sha256[:_DIGEST]}\n")
        controls = {line.control: line for line in policy.controls}
        for tally in content.tallies:
            if tally.policy == policy.policy:
                _write_control(stream, controls[tally.control], tally)
    _write_findings(stream, content, "violation", "Who breaks the rules")
    _write_waivers(stream, content.waivers)
    _write_bystanders(stream, content, look)
    _write_findings(stream, content, "unknown", "About whom nothing is known")
    _write_conflicts(stream, content.conflicts())
    _write_rejected(stream, content)
    stream.writelines(f"\n{line}\n" for line in head_lines(content, _HEAD))


def escape(text: str) -> str:
    r"""Make a text inert: on one line, visible, cut where very long, every special escaped."""
    text = visible(text)
    if len(text) > _LONGEST_CELL:
        text = text[:_LONGEST_CELL] + "…"
    return _SPECIAL.sub(r"\\\1", text)


def _table(stream: TextIO, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    stream.write(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n")
    for row in rows:
        stream.write(f"| {' | '.join(map(escape, row))} |\n")


def _write_inputs(stream: TextIO, content: Content) -> None:
    rows = (
        (
            line.path,
            line.sha256[:_DIGEST],
            line.format,
            f"{line.devices:,}",
            f"{line.items:,}",
            f"{line.rejected:,}",
        )
        for line in content.inputs
    )
    _table(stream, ("file", "SHA-256", "format", "devices", "items", "rejected"), rows)


def _write_control(stream: TextIO, control: ControlLine, tally: Tally) -> None:
    heading = f"{control.control} ({control.severity}, {control.obligation})"
    stream.write(f"\n### {escape(heading)}\n\n")
    stream.write(f'> "{escape(control.clause)}"\n\n')
    stream.writelines(f"- {line}\n" for line in sums(tally))
    rows = reason_rows(tally)
    if rows:
        cells = ((f"{count:,}", reason, words) for count, reason, words in rows)
        _table(stream, ("unknown", "reason", "in words"), cells)


def _write_findings(stream: TextIO, content: Content, verdict: str, heading: str) -> None:
    total = content.total(verdict)
    stream.write(f"\n## {heading}: {counted(total, 'finding')}\n")
    if total:
        columns = (
            "severity", "policy", "control", "device", "person", "what", "notes", "evidence",
        )  # fmt: skip
        _table(stream, columns, map(_finding_row, content.worst(verdict, _MOST_FINDINGS)))
    if total > _MOST_FINDINGS:
        stream.write(f"\nand {total - _MOST_FINDINGS:,} more, in the JSON and CSV forms\n")


def _finding_row(finding: Finding) -> tuple[str, ...]:
    evidence = finding.evidence
    record = "" if evidence.record is None else f" record {evidence.record}"
    digest = (evidence.report or "")[:_DIGEST]
    return (
        finding.severity,
        finding.policy,
        finding.control,
        device_of(finding),
        finding.person_id or "-",
        item_of(finding),
        notes_of(finding),
        f"{evidence.path or evidence.source or '-'}{record} {digest}".rstrip(),
    )


def _write_waivers(stream: TextIO, waivers: Sequence[WaiverLine]) -> None:
    if not waivers:
        return
    stream.write(f"\n## Waivers: {len(waivers)}\n")
    columns = (
        "waiver", "state", "policy", "control", "violations", "granted", "expires", "approved by",
        "ticket", "reason",
    )  # fmt: skip
    rows = (
        (
            line.waiver,
            line.state,
            line.policy,
            line.control,
            f"{line.violations:,}",
            line.granted,
            line.expires,
            line.approved_by,
            line.ticket,
            line.reason,
        )
        for line in waivers
    )
    _table(stream, columns, rows)


def _write_bystanders(stream: TextIO, content: Content, look: Look) -> None:
    total = sum(tally.not_applicable for tally in content.tallies)
    excused = sum(tally.excused for tally in content.tallies)
    stream.write(f"\n## {aside_heading(total, excused)}\n")
    lines = content.bystanders(_MOST_FINDINGS)
    rows = (
        (
            line.policy,
            line.control,
            device_of(line),
            line.person_id or "-",
            line.person_type or "-",
            "excused" if line.excused else "not addressed",
        )
        for line in lines
    )
    if lines:
        _table(stream, ("policy", "control", "device", "person", "type", "why"), rows)
    if 0 < len(lines) < total:
        stream.write(f"\nand {total - len(lines):,} more\n")


def _write_conflicts(stream: TextIO, conflicts: Sequence[Conflict]) -> None:
    if not conflicts:
        return
    stream.write(f"\n## {conflict_heading(conflicts)}\n")
    rows = (
        (device_of(line), line.column, line.used or "-", others_of(line))
        for line in conflicts[:_MOST_FINDINGS]
    )
    _table(stream, ("device", "column", "taken", "also said"), rows)
    if len(conflicts) > _MOST_FINDINGS:
        stream.write(f"\nand {len(conflicts) - _MOST_FINDINGS:,} more, in the JSON form\n")


def _write_rejected(stream: TextIO, content: Content) -> None:
    rejected = content.rejected()
    first = list(islice(rejected, _REJECTIONS))
    if not first:
        return
    stream.write("\n## Rejected, and not judged\n")
    rows = (
        (line.path, "whole file" if line.record is None else f"{line.record:,}", line.reason)
        for line in first
    )
    _table(stream, ("file", "record", "why"), rows)
    rest = sum(1 for _ in rejected)
    if rest:
        stream.write(f"\nand {rest:,} more, in the JSON form\n")
