"""How things stand: the sums of each control, its waivers, and how many were open day by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from policycheck.model import Tally
from policycheck.report.content import ControlLine, PolicyLine, WaiverLine
from policycheck.report.terminal.lines import (
    linked,
    print_heading,
    print_paragraph,
    print_table,
    shown,
)
from policycheck.report.trend import open_by_day
from policycheck.report.waivers import shout, standing
from policycheck.report.words import counted, reason_rows, sums

if TYPE_CHECKING:
    from policycheck.store.history import Happening

_BARS = "▁▂▃▄▅▆▇█"
_DAYS = 30


def print_lapsed(console: Console, waivers: Iterable[WaiverLine]) -> None:
    """Shout about waivers that have lapsed, until somebody removes them."""
    for line in waivers:
        if line.state == "lapsed":
            print_paragraph(console, shown(shout(line), "bold red"), 0)


def print_waivers(console: Console, waivers: Sequence[WaiverLine]) -> None:
    """Print the waivers that are in force."""
    lines = [line for line in waivers if line.state != "lapsed"]
    if not lines:
        return
    console.print()
    print_heading(console, f"What is waived: {counted(len(lines), 'waiver')}")
    for line in lines:
        print_paragraph(console, shown(standing(line)), 2)


def print_policy(console: Console, policy: PolicyLine, tallies: Sequence[Tally]) -> None:
    """Print the sums of a policy's controls; its issuer is a link to the memo."""
    console.print()
    print_heading(console, f"{policy.policy}: {policy.title}")
    line = shown(f"{policy.issuer}, {policy.status}", "dim")
    console.print(linked(line, policy.source))
    lines = {line.control: line for line in policy.controls}
    for tally in tallies:
        if tally.policy == policy.policy:
            _print_control(console, lines[tally.control], tally)


def _print_control(console: Console, control: ControlLine, tally: Tally) -> None:
    console.print()
    print_heading(console, f"  {control.control} ({control.severity}, {control.obligation})")
    print_paragraph(console, shown(f'"{control.clause}"', "italic"), 4)
    for line in sums(tally):
        print_paragraph(console, Text(line), 4)
    rows = [
        (Text(f"{count:>9,}"), Text(reason), Text(words))
        for count, reason, words in reason_rows(tally)
    ]
    if rows:
        print_table(console, ("  unknown", "reason", "in words"), rows)


def print_trend(console: Console, happenings: Sequence[Happening], as_of: datetime) -> None:
    """Print how many violations were open on each of the last days, as bars and in numbers."""
    days = open_by_day(happenings, as_of, _DAYS)
    if len(days) < 2:
        return
    most = max(days)
    bars = "".join(_BARS[day * (len(_BARS) - 1) // most] if most else _BARS[0] for day in days)
    numbers = f"{days[0]:,} then, {days[-1]:,} now, at most {most:,}"
    console.print()
    print_heading(console, f"Open violations in {len(days)} days")
    print_paragraph(console, Text(f"{bars}  {numbers}"), 2)
