"""The report on a terminal: who breaks a rule, whom it leaves alone, about whom nothing is known.

It fits 80 columns. Colours repeat what words say. Texts of other people's files are shown with
their invisible characters made visible, and are never taken for markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TextIO

from rich.console import Console
from rich.text import Text

from policycheck import __version__
from policycheck.model import Tally
from policycheck.report.content import (
    Conflict,
    Content,
    ControlLine,
    Finding,
    PolicyLine,
    WaiverLine,
)
from policycheck.report.forms import PLAIN, Look
from policycheck.report.json_report import format_time
from policycheck.report.waivers import shout, standing
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

TITLE = "text, for people"
SUFFIX = ".txt"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()
STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_LONGEST_CELL = 200
_LONGEST_PATH = 30
_GAP = "  "
_MOST_REJECTIONS = 10
_MOST_CONFLICTS = 10
_MOST_BYSTANDERS = 10
_DIGEST = 16


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write the summary of a content, and the worst of its findings."""
    console = console_for(stream, look)
    print_heading(console, f"policycheck {__version__}, as of {format_time(content.as_of)}")
    console.print(read_line(content))
    for column, value in sorted(content.assumed.items()):
        console.print(shown(f"assumed where nothing says it: person.{column} = {value}"))
    _print_lapsed(console, content.waivers)
    for policy in content.policies:
        _print_policy(console, policy, content.tallies)
    _print_violations(console, content, look)
    _print_waivers(console, content.waivers)
    _print_bystanders(console, content, look)
    _print_unknowns(console, content, look)
    _print_conflicts(console, content.conflicts())
    _print_rejected(console, content)
    for line in head_lines(content, _DIGEST):
        console.print()
        console.print(shown(line, "dim"))


def console_for(stream: TextIO, look: Look) -> Console:
    """Open a console on a stream that takes no text for markup, emoji or numbers to colour."""
    return Console(
        file=stream,
        width=look.width,
        color_system="auto" if look.colour else None,
        markup=False,
        emoji=False,
        highlight=False,
    )


def shown(text: str, style: str = "") -> Text:
    """Make a text from a file fit to be shown: visible, and cut where it is very long."""
    text = visible(text[: _LONGEST_CELL + 1])
    if len(text) > _LONGEST_CELL:
        text = text[:_LONGEST_CELL] + "…"
    return Text(text, style=style)


def print_heading(console: Console, text: str) -> None:
    """Print a line that starts a part."""
    console.print(shown(text, "bold"))


def print_paragraph(console: Console, text: Text, indent: int) -> None:
    """Print a text in as many lines as it needs."""
    for line in text.wrap(console, max(console.width - indent, 20)):
        _print_line(console, indent, line)


def shown_path(path: str) -> Text:
    """Make a path fit to be shown: of a long one its end, which tells files apart."""
    text = visible(path)
    return Text(text if len(text) <= _LONGEST_PATH else "…" + text[1 - _LONGEST_PATH :])


def print_table(
    console: Console, columns: Sequence[str], rows: Iterable[Sequence[Text]], indent: int = 2
) -> None:
    """Print rows below a header; of the columns the widest shrink until all fit.

    What does not fit is cut, but for the last column, which goes on in the next line.
    """
    lines = [[Text(column, style="dim") for column in columns], *map(list, rows)]
    room = max(console.width - indent - len(_GAP) * (len(columns) - 1), len(columns))
    natural = [max(cell.cell_len for cell in column) for column in zip(*lines, strict=True)]
    widths = _fit(natural, room)
    for line in lines:
        for cell, width in zip(line[:-1], widths, strict=False):
            cell.truncate(width, overflow="ellipsis", pad=True)
        first, *rest = line[-1].wrap(console, widths[-1]) or [Text()]
        _print_line(console, indent, Text(_GAP).join([*line[:-1], first]))
        for more in rest:
            _print_line(console, indent + sum(widths[:-1]) + len(_GAP) * len(widths[:-1]), more)


def _print_line(console: Console, indent: int, line: Text) -> None:
    line = Text(" " * indent) + line
    line.rstrip()
    console.print(line, soft_wrap=True)


def _fit(widths: Sequence[int], room: int) -> list[int]:
    """Cap the widest columns, all at the same width, so that the sum fits."""
    cap = max(widths)
    while cap > 1 and sum(min(width, cap) for width in widths) > room:
        cap -= 1
    return [min(width, cap) for width in widths]


def _print_lapsed(console: Console, waivers: Iterable[WaiverLine]) -> None:
    """Shout about waivers that have lapsed, until somebody removes them."""
    for line in waivers:
        if line.state == "lapsed":
            print_paragraph(console, shown(shout(line), "bold red"), 0)


def _print_waivers(console: Console, waivers: Sequence[WaiverLine]) -> None:
    lines = [line for line in waivers if line.state != "lapsed"]
    if not lines:
        return
    console.print()
    print_heading(console, f"What is waived: {counted(len(lines), 'waiver')}")
    for line in lines:
        print_paragraph(console, shown(standing(line)), 2)


def _print_policy(console: Console, policy: PolicyLine, tallies: Sequence[Tally]) -> None:
    console.print()
    print_heading(console, f"{policy.policy}: {policy.title}")
    console.print(shown(f"{policy.issuer}, {policy.status}", "dim"))
    lines = {line.control: line for line in policy.controls}
    for tally in tallies:
        if tally.policy == policy.policy:
            _print_control(console, lines[tally.control], tally)


def _print_control(console: Console, control: ControlLine, tally: Tally) -> None:
    console.print()
    print_heading(console, f"  {control.control} ({control.severity}, {control.obligation})")
    print_paragraph(console, shown(f'"{control.clause}"', "italic"), 4)
    for line in sums(tally):
        console.print(f"    {line}")
    rows = [
        (Text(f"{count:>9,}"), Text(reason), Text(words))
        for count, reason, words in reason_rows(tally)
    ]
    if rows:
        print_table(console, ("  unknown", "reason", "in words"), rows)


def _print_violations(console: Console, content: Content, look: Look) -> None:
    total = content.total("violation")
    console.print()
    print_heading(console, f"Who breaks the rules: {counted(total, 'finding')}")
    _print_findings(console, content.worst("violation", look.limit), "notes", _severity_heading)
    _print_more(console, total, look)


def _print_unknowns(console: Console, content: Content, look: Look) -> None:
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


def _print_bystanders(console: Console, content: Content, look: Look) -> None:
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


def _print_conflicts(console: Console, conflicts: Sequence[Conflict]) -> None:
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


def _print_rejected(console: Console, content: Content) -> None:
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
