"""How things stand: the sums of each control, its waivers, and how many were open day by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from policycheck.model import Tally
from policycheck.report.content import in_language
from policycheck.report.phrases import Phrases
from policycheck.report.rows import ControlLine, PolicyLine, WaiverLine
from policycheck.report.terminal.lines import (
    linked,
    print_heading,
    print_paragraph,
    print_table,
    shown,
)
from policycheck.report.trend import DAY, count_changes, last_of, open_by_day
from policycheck.report.waivers import shout, standing
from policycheck.report.words import reason_rows, sums

if TYPE_CHECKING:
    from policycheck.store.history import Happening

_BARS = "▁▂▃▄▅▆▇█"
_DAYS = 30
_COUNT = 9
"""Columns of a count, which stands to the right."""


def print_lapsed(console: Console, waivers: Iterable[WaiverLine], say: Phrases) -> None:
    """Shout about waivers that have lapsed, until somebody removes them."""
    for line in waivers:
        if line.state == "lapsed":
            print_paragraph(console, shown(shout(line, say), "bold red"), 0)


def print_waivers(console: Console, waivers: Sequence[WaiverLine], say: Phrases) -> None:
    """Print the waivers that are in force."""
    lines = [line for line in waivers if line.state != "lapsed"]
    if not lines:
        return
    console.print()
    print_heading(console, say("terminal_waived", told=say("n_waivers", len(lines))))
    for line in lines:
        print_paragraph(console, shown(standing(line, say)), 2)


def print_policy(
    console: Console, policy: PolicyLine, tallies: Sequence[Tally], say: Phrases
) -> None:
    """Print the sums of a policy's controls; its issuer is a link to the memo."""
    console.print()
    title = in_language(policy.titles, say.language) or policy.title
    print_heading(console, f"{policy.policy}: {title}")
    print_paragraph(console, linked(shown(_origin(policy, say), "dim"), policy.source), 0)
    lines = {line.control: line for line in policy.controls}
    for tally in tallies:
        if tally.policy == policy.policy:
            _print_control(console, lines[tally.control], tally, say)


def _origin(policy: PolicyLine, say: Phrases) -> str:
    """Say whose a policy is, where it stands and from when to when it holds."""
    days = (("since", policy.effective_from), ("until", policy.effective_until))
    told = [say(key, day=day.isoformat()) for key, day in days if day]
    return say("comma").join([policy.issuer, say.word("policy_status", policy.status), *told])


def _print_control(console: Console, control: ControlLine, tally: Tally, say: Phrases) -> None:
    console.print()
    severity = say.word("severity", control.severity)
    must = say.word("obligation", control.obligation)
    print_heading(console, f"  {control.control} ({severity}{say('comma')}{must})")
    clause = in_language(control.clauses, say.language) or control.clause
    print_paragraph(console, shown(f'"{clause}"', "italic"), 4)
    for line in sums(tally, say):
        print_paragraph(console, Text(line), 4)
    rows = [
        (Text(f"{count:>{_COUNT},}"), Text(reason), Text(words))
        for count, reason, words in reason_rows(tally, say)
    ]
    if rows:
        unknown = Text(say("part_unknown"))
        unknown.pad_left(_COUNT - unknown.cell_len)
        heads = (unknown.plain, say("reason"), say("terminal_in_words"))
        print_table(console, heads, rows)


def print_history(
    console: Console, happenings: Sequence[Happening], as_of: datetime, say: Phrases
) -> None:
    """Print what the last audit changed, and how many violations were open day by day."""
    if not happenings:
        return
    last = last_of(happenings)
    changes = count_changes(line for line in happenings if line.run_id == last.run_id)
    told = say("comma").join(f"{count:,} {say(key)}" for key, count in changes.items())
    console.print()
    print_heading(console, say("terminal_changed", day=last.at.strftime(DAY), told=told))
    days = open_by_day(happenings, as_of, _DAYS)
    if len(days) < 2:
        return
    most = max(days)
    bars = "".join(_BARS[day * (len(_BARS) - 1) // most] if most else _BARS[0] for day in days)
    numbers = say("terminal_numbers", first=f"{days[0]:,}", last=f"{days[-1]:,}", most=f"{most:,}")
    print_heading(console, say("terminal_trend", days=len(days)))
    print_paragraph(console, Text(f"{bars}  {numbers}"), 2)
