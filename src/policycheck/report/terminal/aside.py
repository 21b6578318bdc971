"""What stands beside the verdicts: who is not addressed, contradictions, rejected records."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from rich.console import Console
from rich.text import Text

from policycheck.report.content import Content
from policycheck.report.forms import Look
from policycheck.report.phrases import Phrases
from policycheck.report.rows import Conflict, Rejection
from policycheck.report.terminal.lines import print_heading, print_table, shown, shown_path
from policycheck.report.words import aside_heading, conflict_heading, device_of, others_of

_MOST_REJECTIONS = 10
_MOST_CONFLICTS = 10
_MOST_BYSTANDERS = 10


def print_bystanders(console: Console, content: Content, look: Look, say: Phrases) -> None:
    """Print whom the rules do not address."""
    total = sum(tally.not_applicable for tally in content.tallies)
    excused = sum(tally.excused for tally in content.tallies)
    console.print()
    print_heading(console, aside_heading(total, excused, say))
    lines = content.bystanders(min(look.limit, _MOST_BYSTANDERS))
    rows = (
        (
            shown(line.control),
            shown(device_of(line)),
            shown(line.person_id or "-"),
            shown(line.person_type or "-"),
            Text(say("excused" if line.excused else "not_addressed")),
        )
        for line in lines
    )
    if lines:
        heads = ("column_control", "column_device", "column_person", "person_type", "why")
        print_table(console, list(map(say, heads)), rows)
    if lines:
        _print_rest(console, total - len(lines), say)


def print_conflicts(console: Console, conflicts: Sequence[Conflict], say: Phrases) -> None:
    """Print in what the reports of one device contradict each other, and what counted."""
    if not conflicts:
        return
    console.print()
    print_heading(console, conflict_heading(conflicts, say))
    rows = (
        (
            shown(device_of(conflict)),
            Text(conflict.column),
            shown(conflict.used or "-"),
            shown(others_of(conflict)),
        )
        for conflict in conflicts[:_MOST_CONFLICTS]
    )
    heads = ("column_device", "conflict_column", "terminal_taken", "terminal_others")
    print_table(console, list(map(say, heads)), rows)
    _print_rest(console, len(conflicts) - _MOST_CONFLICTS, say)


def print_rejected(console: Console, content: Content, say: Phrases) -> None:
    """Print what could not be used, and why."""
    rejected = content.rejected()
    first = list(islice(rejected, _MOST_REJECTIONS))
    if not first:
        return
    console.print()
    print_heading(console, say("rejected"))
    rows = (
        (
            shown_path(line.path),
            Text(_place(line, say)),
            shown(line.reason),
        )
        for line in first
    )
    print_table(console, [say("file"), say("terminal_where"), say("why")], rows)
    _print_rest(console, sum(1 for _ in rejected), say)


def _place(line: Rejection, say: Phrases) -> str:
    return say("whole_file") if line.record is None else say("terminal_record", line.record)


def _print_rest(console: Console, count: int, say: Phrases) -> None:
    if count > 0:
        console.print(f"  {say('terminal_more', count)}")
