"""The sentences of the reports that people read: sums, flags, what a reason means.

The words are those of the program's glossary; `model.Reason` lists the reasons, and a test
compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from policycheck.model import Reason, Tally
from policycheck.report.content import Bystander, Conflict, Content, Finding


class Explained(NamedTuple):
    """A reason in words."""

    short: str
    """For a table: what is not known."""
    why: str
    """A sentence: why it is not known."""
    remedy: str
    """A sentence: what would make it known."""


REASONS: Mapping[str, Explained] = MappingProxyType(
    {
        Reason.SCOPE: Explained(
            "nobody knows whether the policy applies",
            "The policy's scope asks about a column that no report and no people file fills.",
            "Report that column, or add the person to the people file.",
        ),
        Reason.INDICATION: Explained(
            "found where it is a sign, not a breach",
            "It is on a device where the policy takes it for a sign only (a personal one, say).",
            "Ask the person; it passes once the item is gone.",
        ),
        Reason.SUSPECTED: Explained(
            "something looks like it, but is not surely it",
            "An item resembles the app by its name only, and nothing proves that it is the app.",
            "Look at the item; if it is the app, add its identifier to the rules.",
        ),
        Reason.MISSING_FIELD: Explained(
            "a field that decides is not reported",
            "An item matches in everything that is reported, and a field that decides is empty.",
            "Have the device manager report that field.",
        ),
        Reason.UNCLASSIFIED: Explained(
            "an unknown app that looks like one of these",
            "An item is in no rule, and looks like the kind of app that the control is about.",
            "Write a rule for the app (rules/apps/), or add it to one.",
        ),
        Reason.NOT_LISTED: Explained(
            "no report lists such items",
            "No report of this device lists items of this kind, so that none of them is no proof.",
            "Have the device manager collect this kind of item.",
        ),
        Reason.PARTIAL_VISIBILITY: Explained(
            "the device manager sees only what it installed",
            "The report lists managed items only, so that what is not in it may be there.",
            "Collect the full list (for Intune: only corporate devices give it).",
        ),
        Reason.STALE: Explained(
            "the last report is too old",
            "The newest report that could show it is older than the policy's stale_after.",
            "Have the device report again.",
        ),
        Reason.UNRECOGNISABLE: Explained(
            "the rules could not have told it there",
            "The rules know the app by no identifier of this platform and no distinctive name.",
            "Add the app's identifier for this platform to rules/apps/.",
        ),
        Reason.NEEDS_ATTESTATION: Explained(
            "no inventory can tell; somebody has to attest",
            "The control is about what no inventory shows; no valid attestation is on file.",
            "Have the attestation given, and put it on file.",
        ),
        Reason.CONTRADICTED: Explained(
            "a report contradicts somebody's word",
            "An attestation is on file, and a report made after it shows what it denies.",
            "Ask who attested; then remove the item and attest anew, or withdraw the attestation.",
        ),
    }
)


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number of things in words: `1 finding`, `2,000 findings`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def units(grain: str, count: int) -> str:
    """Return a number of a control's units in words: `1 device`, `3 people`, `0 issuers`."""
    return counted(count, "person", "people") if grain == "person" else counted(count, grain)


def percent(share: float | None) -> str:
    """Return a share as a percentage, or what it means that there is none."""
    return "none, nothing is in scope" if share is None else f"{share:.1%}"


def read_line(content: Content) -> str:
    """Say what was read and judged."""
    devices = f"{counted(content.judged, 'device')} judged"
    if content.selection:
        devices += f"; told are only findings with {content.selection}, the sums count all"
    if not content.inputs:
        return f"nothing read, {devices} from what is stored"
    files = counted(len(content.inputs), "file")
    items = counted(sum(line.items for line in content.inputs), "item")
    rejected = counted(sum(line.rejected for line in content.inputs), "record")
    return f"{files} read with {items}, {rejected} rejected; {devices}"


def sums(tally: Tally) -> list[str]:
    """Say how a control's units divide; both lines add up."""
    lines = [
        f"{units(tally.grain, tally.all)} = {tally.in_scope:,} in scope"
        f" + {tally.not_applicable:,} not addressed (of these {tally.excused:,} excused)",
        f"{tally.in_scope:,} in scope = {tally.pass_:,} pass + {tally.violation:,} violation"
        f" + {tally.advice:,} advice + {tally.unknown:,} unknown",
    ]
    parts = (("waived", tally.waived), ("in grace", tally.in_grace))
    told = " and ".join(f"{count:,} {word}" for word, count in parts if count)
    if told:
        lines.append(f"of the violations {told}")
    stale = f", {tally.stale:,} stale" if tally.stale else ""
    lines.append(f"coverage {percent(tally.coverage)}{stale}")
    return lines


def aside_heading(total: int, excused: int) -> str:
    """Say how many are left alone; a device counts once for each control."""
    return f"Whom the rules do not address, by control: {total:,} (of these {excused:,} excused)"


def reason_rows(tally: Tally) -> list[tuple[int, str, str]]:
    """List why units are unknown: how many, the reason, the reason in words; most first."""
    ordered = sorted(tally.unknown_reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(count, reason, REASONS[reason].short) for reason, count in ordered]


def device_of(line: Finding | Bystander | Conflict) -> str:
    """Name a device as people know it."""
    return line.device_name or line.device_id or "-"


def conflict_heading(conflicts: Sequence[Conflict]) -> str:
    """Return the heading above the contradictions: how many, and of how many devices."""
    devices = len({(line.device_id, line.device_name) for line in conflicts})
    told = f"{counted(len(conflicts), 'column')} of {counted(devices, 'device')}"
    return f"Where reports contradict each other: {told}"


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


def notes_of(finding: Finding) -> str:
    """Say what stands beside a finding: its reasons, what was missing, its flags."""
    flags = (
        ("advice", finding.verdict == "violation" and finding.obligation == "should"),
        (f"waived ({finding.waiver})", finding.waived),
        (f"waiver lapsed ({finding.waiver})", finding.waiver is not None and not finding.waived),
        ("in grace", finding.in_grace),
        ("stale", finding.stale and "stale" not in finding.reasons),
    )
    missing = [f"no {column}" for column in finding.evidence.missing]
    return ", ".join([*finding.reasons, *missing, *(flag for flag, holds in flags if holds)])


def head_lines(content: Content, digits: int) -> list[str]:
    """Return the line that names the head of the chain of what is recorded, if anything is."""
    head = content.digests.get("chain")
    return [f"head of the record: {head[:digits]}"] if head else []
