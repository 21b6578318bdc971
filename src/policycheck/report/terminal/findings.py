"""The worst of the findings, below the names of their controls."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.console import Console
from rich.text import Text

from policycheck.report.content import Content, Finding
from policycheck.report.forms import Look
from policycheck.report.terminal.lines import print_heading, print_table, shown
from policycheck.report.words import counted, device_of, item_of, notes_of

STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}


def print_violations(console: Console, content: Content, look: Look) -> None:
    """Print the worst violations by severity and control."""
    total = content.total("violation")
    console.print()
    print_heading(console, f"Who breaks the rules: {counted(total, 'finding')}")
    _print_findings(console, content.worst("violation", look.limit), "notes", _severity_heading)
    _print_more(console, total, look)


def print_unknowns(console: Console, content: Content, look: Look) -> None:
    """Print about whom nothing is known, and why."""
    total = content.total("unknown")
    console.print()
    print_heading(console, f"About whom nothing is known: {counted(total, 'finding')}")
    _print_findings(console, content.worst("unknown", look.limit), "why", _control_heading)
    _print_more(console, total, look)


def _severity_heading(finding: Finding) -> Text:
    style = STYLES.get(finding.severity, "")
    return Text.assemble("  ", (finding.severity, style), " ", shown(finding.control))


def _control_heading(finding: Finding) -> Text:
    return Text("  ") + shown(finding.control)


def _print_findings(
    console: Console,
    findings: Iterable[Finding],
    notes: str,
    heading: Callable[[Finding], Text],
) -> None:
    """Print findings below the name of their control, controls in the order they come."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.policy, finding.control, finding.severity)
        groups.setdefault(key, []).append(finding)
    for group in groups.values():
        console.print(heading(group[0]))
        rows = (
            (
                shown(device_of(finding)),
                shown(finding.person_id or "-"),
                shown(item_of(finding)),
                shown(notes_of(finding)),
            )
            for finding in group
        )
        print_table(console, ("device", "person", "what", notes), rows, indent=4)


def _print_more(console: Console, total: int, look: Look) -> None:
    if total > look.limit:
        console.print(f"  and {total - look.limit:,} more: {look.more}")
