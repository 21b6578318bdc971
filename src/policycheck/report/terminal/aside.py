"""What stands beside the verdicts: who is not addressed, contradictions, rejected records."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from rich.console import Console
from rich.text import Text

from policycheck.report.content import Conflict, Content
from policycheck.report.forms import Look
from policycheck.report.terminal.lines import print_heading, print_table, shown, shown_path
from policycheck.report.words import aside_heading, conflict_heading, device_of, others_of

_MOST_REJECTIONS = 10
_MOST_CONFLICTS = 10
_MOST_BYSTANDERS = 10


def print_bystanders(console: Console, content: Content, look: Look) -> None:
    """Print whom the rules do not address."""
    total = sum(tally.not_applicable for tally in content.tallies)
    excused = sum(tally.excused for tally in content.tallies)
    console.print()
    print_heading(console, aside_heading(total, excused))
    lines = content.bystanders(min(look.limit, _MOST_BYSTANDERS))
    rows = (
        (
            shown(line.control),
            shown(device_of(line)),
            shown(line.person_id or "-"),
            shown(line.person_type or "-"),
            shown("excused" if line.excused else "not addressed"),
        )
        for line in lines
    )
    if lines:
        print_table(console, ("control", "device", "person", "type", "why"), rows)
    if 0 < len(lines) < total:
        console.print(f"  and {total - len(lines):,} more")


def print_conflicts(console: Console, conflicts: Sequence[Conflict]) -> None:
    """Print in what the reports of one device contradict each other, and what counted."""
    if not conflicts:
        return
    console.print()
    print_heading(console, conflict_heading(conflicts))
    rows = (
        (
            shown(device_of(conflict)),
            Text(conflict.column),
            shown(conflict.used or "-"),
            shown(others_of(conflict)),
        )
        for conflict in conflicts[:_MOST_CONFLICTS]
    )
    print_table(console, ("device", "column", "taken", "also said"), rows)
    if len(conflicts) > _MOST_CONFLICTS:
        console.print(f"  and {len(conflicts) - _MOST_CONFLICTS:,} more")


def print_rejected(console: Console, content: Content) -> None:
    """Print what could not be used, and why."""
    rejected = content.rejected()
    first = list(islice(rejected, _MOST_REJECTIONS))
    if not first:
        return
    console.print()
    print_heading(console, "Rejected, and not judged")
    rows = (
        (
            shown_path(line.path),
            Text("whole file" if line.record is None else f"record {line.record:,}"),
            shown(line.reason),
        )
        for line in first
    )
    print_table(console, ("file", "where", "why"), rows)
    rest = sum(1 for _ in rejected)
    if rest:
        console.print(f"  and {rest:,} more")
