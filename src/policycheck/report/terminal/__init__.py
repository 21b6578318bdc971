"""The report on a terminal: who breaks a rule, whom it leaves alone, about whom nothing is known.

It fits 80 columns, in English and Chinese. Colours repeat what words say. Texts of other people's
files are shown with their invisible characters made visible, and are never taken for markup.
"""

from __future__ import annotations

from typing import TextIO

from policycheck import __version__
from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look
from policycheck.report.json_report import format_time
from policycheck.report.phrases import Phrases
from policycheck.report.terminal.aside import print_bystanders, print_conflicts, print_rejected
from policycheck.report.terminal.findings import print_unknowns, print_violations
from policycheck.report.terminal.lines import (
    console_for,
    print_heading,
    print_paragraph,
    print_table,
    shown,
)
from policycheck.report.terminal.summary import (
    print_history,
    print_lapsed,
    print_policy,
    print_waivers,
)
from policycheck.report.words import head_lines, read_line

__all__ = [
    "ENCODING", "NEEDS", "SUFFIX", "TITLE", "console_for", "print_table", "shown", "write",
]  # fmt: skip

TITLE = "text, for people"
SUFFIX = ".txt"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()
_DIGEST = 16


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write the summary of a content, and the worst of its findings."""
    console, say = console_for(stream, look), Phrases(look.language)
    moment = format_time(content.as_of)
    print_heading(console, say("terminal_title", version=__version__, moment=moment))
    print_paragraph(console, shown(read_line(content, say)), 0)
    for column, value in sorted(content.assumed.items()):
        assumed = say("terminal_assumed", column=f"person.{column}", value=value)
        print_paragraph(console, shown(assumed), 0)
    print_lapsed(console, content.waivers, say)
    for policy in content.policies:
        print_policy(console, policy, content.tallies, say)
    print_history(console, content.happenings(), content.as_of, say)
    print_violations(console, content, look, say)
    print_waivers(console, content.waivers, say)
    print_bystanders(console, content, look, say)
    print_unknowns(console, content, look, say)
    print_conflicts(console, content.conflicts(), say)
    print_rejected(console, content, say)
    for line in head_lines(content, _DIGEST, say):
        console.print()
        console.print(shown(line, "dim"))
