"""The sentences that reports share: sums, flags, how a finding stands, what was read.

The words are those of the program's glossary. Forms for people say them in a language; all others
in English.
"""

from __future__ import annotations

from collections.abc import Sequence

from policycheck.model import Tally
from policycheck.report.content import Content
from policycheck.report.phrases import ENGLISH, Phrases
from policycheck.report.rows import Bystander, Conflict, Finding


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number of things in words: `1 finding`, `2,000 findings`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def units(grain: str, count: int, say: Phrases = ENGLISH) -> str:
    """Return a number of a control's units in words: `1 device`, `3 people`, `0 issuers`."""
    return say(f"grain_{grain}", count)


def percent(share: float | None, say: Phrases = ENGLISH) -> str:
    """Return a share as a percentage, or what it means that there is none."""
    return say("sum_nothing") if share is None else f"{share:.1%}"


def read_line(content: Content, say: Phrases = ENGLISH) -> str:
    """Say what was read and judged."""
    judged = say("read_judged", units=units("device", content.judged, say))
    if content.selection:
        judged = say("read_selected", judged=judged, selection=content.selection)
    if not content.inputs:
        return say("read_nothing", judged=judged)
    return say(
        "read_files",
        files=say("n_files", len(content.inputs)),
        items=say("n_items", sum(line.items for line in content.inputs)),
        rejected=say("n_records", sum(line.rejected for line in content.inputs)),
        judged=judged,
    )


def sums(tally: Tally, say: Phrases = ENGLISH) -> list[str]:
    """Say how a control's units divide; both lines add up."""
    lines = [
        say(
            "sum_all",
            units=units(tally.grain, tally.all, say),
            in_scope=f"{tally.in_scope:,}",
            not_applicable=f"{tally.not_applicable:,}",
            excused=f"{tally.excused:,}",
        ),
        say(
            "sum_scope",
            in_scope=f"{tally.in_scope:,}",
            pass_=f"{tally.pass_:,}",
            violation=f"{tally.violation:,}",
            advice=f"{tally.advice:,}",
            unknown=f"{tally.unknown:,}",
        ),
    ]
    marked = (("sum_waived", tally.waived), ("sum_in_grace", tally.in_grace))
    flags = [say(key, count) for key, count in marked if count]
    if flags:
        lines.append(say("sum_flags", told=say("sum_and").join(flags)))
    key = "sum_stale" if tally.stale else "sum_coverage"
    return [*lines, say(key, tally.stale, share=percent(tally.coverage, say))]


def aside_heading(total: int, excused: int, say: Phrases = ENGLISH) -> str:
    """Say how many are left alone; a device counts once for each control."""
    return say("aside_heading", total, excused=f"{excused:,}")


def reason_rows(tally: Tally, say: Phrases = ENGLISH) -> list[tuple[int, str, str]]:
    """List why units are unknown: how many, the reason, the reason in words; most first."""
    ordered = sorted(tally.unknown_reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        (count, say.word("note", reason), say.word("reason", reason)) for reason, count in ordered
    ]


def device_of(line: Finding | Bystander | Conflict) -> str:
    """Name a device as people know it."""
    return line.device_name or line.device_id or "-"


def conflict_heading(conflicts: Sequence[Conflict], say: Phrases = ENGLISH) -> str:
    """Return the heading above the contradictions: how many, and of how many devices."""
    devices = len({(line.device_id, line.device_name) for line in conflicts})
    columns = say("n_columns", len(conflicts))
    return say("conflict_heading", columns=columns, devices=units("device", devices, say))


def others_of(conflict: Conflict) -> str:
    """Return what was said and does not count, with who said it."""
    others = [claim for claim in conflict.said if claim.value != conflict.used]
    return ", ".join(f"{claim.value} ({claim.source})" for claim in others)


def item_of(finding: Finding) -> str:
    """Name what was found: the app, and what the device calls it if that is something else.

    What is about the device itself is `-`.
    """
    name = finding.name or finding.identifier
    if finding.app_id is None or name is None:
        known = finding.app_id or name or finding.subject
        return "-" if known == finding.control else known
    return finding.app_id if name.casefold() == finding.app_id else f"{finding.app_id} ({name})"


def recognised_of(basis: str | None, confidence: str | None, say: Phrases) -> str | None:
    """Say by what an app was recognised and how surely; null for what is no app."""
    if confidence is None:
        return None
    told = say.word("basis", basis or "name")
    return say("recognised", basis=told, confidence=say.word("confidence", confidence))


def words_of(basis: str | None) -> str:
    """Name by what an app was recognised: `publisher_and_name` is its publisher and name."""
    return (basis or "name").replace("_", " ")


STANDINGS = ("overdue", "in_grace", "waived", "advice", "unknown")
"""How a finding stands, most urgent first."""


def standing_of(finding: Finding) -> str:
    """Say how a finding stands: one of `STANDINGS`. What is overdue fails an audit."""
    if finding.verdict != "violation":
        return "unknown"
    if finding.waived:
        return "waived"
    if finding.obligation == "should":
        return "advice"
    return "in_grace" if finding.in_grace else "overdue"


def sentence_of(finding: Finding) -> str:
    """Tell a finding in a sentence without a full stop: what, where, how it stands and why."""
    where = device_of(finding) if finding.device_name or finding.device_id else "no one device"
    whose = f" of {finding.person_id}" if finding.person_id else ""
    version = f" {finding.version}" if finding.version else ""
    item = item_of(finding)
    what = "" if item == "-" else f"{item}{version} on "
    notes = notes_of(finding)
    return f"{finding.control}: {what}{where}{whose}, {finding.verdict}{notes and f' ({notes})'}"


def notes_of(finding: Finding, say: Phrases = ENGLISH) -> str:
    """Say what stands beside a finding: its reasons, what was missing, its flags."""
    waiver = finding.waiver or ""
    flags = (
        ("note_advice", finding.verdict == "violation" and finding.obligation == "should"),
        ("note_waived", finding.waived),
        ("note_lapsed", finding.waiver is not None and not finding.waived),
        ("note_in_grace", finding.in_grace),
        ("note_stale", finding.stale and "stale" not in finding.reasons),
    )
    notes = [say.word("note", reason) for reason in finding.reasons]
    notes += [say("note_missing", column=column) for column in finding.evidence.missing]
    notes += [say(key, waiver=waiver) for key, holds in flags if holds]
    return say("comma").join(notes) if notes else ""


def head_lines(content: Content, digits: int, say: Phrases = ENGLISH) -> list[str]:
    """Return the line that names the head of the chain of what is recorded, if anything is."""
    head = content.digests.get("chain")
    return [say("chain_head", head=head[:digits])] if head else []
