"""The worst of the findings, below the names of their controls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.text import Text

from policycheck.report.content import Content
from policycheck.report.forms import Look
from policycheck.report.json_report import format_time
from policycheck.report.phrases import Phrases
from policycheck.report.rows import Finding
from policycheck.report.terminal.lines import print_heading, print_table, shown
from policycheck.report.words import device_of, item_of, notes_of

STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_ROOM_FOR_DAYS = 72
"""Columns of a terminal below which a finding's day would cut its device."""


def print_violations(console: Console, content: Content, look: Look, say: Phrases) -> None:
    """Print the worst violations by severity and control, and since when they are known."""
    total = content.total("violation")
    heads = ["column_device", "column_person", "column_what", "head_since", "terminal_notes"]
    if console.width < _ROOM_FOR_DAYS:
        heads.remove("head_since")
    console.print()
    print_heading(console, say("terminal_violations", told=say("n_findings", total)))
    for group in _by_control(content.worst("violation", look.limit)):
        first = group[0]
        severity = say.word("severity", first.severity), STYLES.get(first.severity, "")
        console.print(Text.assemble("  ", severity, " ", shown(first.control)))
        _print_findings(console, group, heads, say)
    _print_more(console, total, look, say)


def print_unknowns(console: Console, content: Content, look: Look, say: Phrases) -> None:
    """Print about whom nothing is known, and why."""
    total = content.total("unknown")
    heads = ["column_device", "column_person", "column_what", "why"]
    console.print()
    print_heading(console, say("terminal_unknowns", told=say("n_findings", total)))
    for group in _by_control(content.worst("unknown", look.limit)):
        console.print(Text("  ") + shown(group[0].control))
        _print_findings(console, group, heads, say)
    _print_more(console, total, look, say)


def _by_control(findings: Iterable[Finding]) -> Iterable[Sequence[Finding]]:
    """Group findings by their control, controls in the order they come."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.policy, finding.control, finding.severity)
        groups.setdefault(key, []).append(finding)
    return groups.values()


def _print_findings(
    console: Console, findings: Iterable[Finding], heads: Sequence[str], say: Phrases
) -> None:
    rows = [
        [
            shown(device_of(finding)),
            shown(finding.person_id or "-"),
            shown(item_of(finding)),
            *([Text(_day(finding.first_seen))] if "head_since" in heads else []),
            shown(notes_of(finding, say)),
        ]
        for finding in findings
    ]
    print_table(console, list(map(say, heads)), rows, indent=4)


def _day(moment: datetime | None) -> str:
    """Return a moment's day (in UTC), as all days of a report are."""
    return "-" if moment is None else format_time(moment)[:10]


def _print_more(console: Console, total: int, look: Look, say: Phrases) -> None:
    if total > look.limit:
        console.print(f"  {say('terminal_more_at', total - look.limit, where=look.more)}")
