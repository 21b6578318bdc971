"""The second half of the PDF: waivers, what is not known, what was rejected, the evidence."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from policycheck import __version__
from policycheck.report.content import Content
from policycheck.report.pdf.font import legible
from policycheck.report.phrases import Phrases

_WAIVERS = 15
_REJECTED = 10
_INPUTS = 20
_CELL = 60


def proof_of(content: Content, say: Phrases) -> dict[str, object]:
    """Return the rows of the second half, each a list of texts, with their heads."""
    return {
        **_waivers(content, say),
        **_unknowns(content, say),
        **_rejected(content, say),
        **_evidence(content, say),
    }


def _heads(say: Phrases, *keys: str) -> list[str]:
    return [say(key).removeprefix("#") for key in keys]


def _waivers(content: Content, say: Phrases) -> dict[str, object]:
    rows = [
        [
            say(f"waiver_{line.state.replace(' ', '_')}"),
            legible(line.waiver, _CELL),
            legible(line.control, _CELL),
            legible(line.expires),
            legible(line.approved_by, _CELL),
            legible(line.reason, 160),
        ]
        for line in content.waivers[:_WAIVERS]
    ]
    heads = _heads(
        say, "column_status", "waiver", "column_control", "expires", "approved_by", "why"
    )
    return {"waiver_heads": heads, "waivers": rows}


def _unknowns(content: Content, say: Phrases) -> dict[str, object]:
    reasons: Counter[str] = Counter()
    for tally in content.tallies:
        reasons.update(tally.unknown_reasons)
    rows = [
        [
            legible(say(f"reason_{reason}")),
            f"{count:,}",
            legible(say(f"why_{reason}"), 300),
            legible(say(f"remedy_{reason}"), 300),
        ]
        for reason, count in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return {"unknown_heads": _heads(say, "reason", "checks", "why", "remedy"), "unknowns": rows}


def _rejected(content: Content, say: Phrases) -> dict[str, object]:
    rejections = content.rejected()
    first = list(islice(rejections, _REJECTED))
    total = len(first) + sum(1 for _ in rejections)
    note = say("rejected_note", n=f"{total:,}")
    if total > len(first):
        note = f"{note} {say('first_of', n=f'{len(first):,}')}"
    rows = [
        [
            legible(line.path),
            say("whole_file") if line.record is None else f"{line.record:,}",
            legible(line.reason, 160),
        ]
        for line in first
    ]
    heads = _heads(say, "file", "record", "why")
    return {"rejected_heads": heads, "rejected_note": note, "rejected": rows}


def _evidence(content: Content, say: Phrases) -> dict[str, object]:
    lines = content.inputs
    rows = [
        [
            legible(line.path),
            legible(line.format),
            f"{line.devices:,}",
            f"{line.items:,}",
            f"{line.rejected:,}",
            legible(line.sha256),
        ]
        for line in lines[:_INPUTS]
    ]
    digests = [
        *((say("policy_file", policy=line.policy), line.sha256) for line in content.policies),
        *((say.word("digest", name), digest) for name, digest in sorted(content.digests.items())),
    ]
    assumed = [
        legible(say("assumed", column=f"person.{column}", value=value))
        for column, value in sorted(content.assumed.items())
    ]
    more = say("no_inputs") if not lines else ""
    if len(lines) > _INPUTS:
        more = say("first_of", n=f"{_INPUTS:,}")
    heads = ("file", "format", "devices", "items", "rejected_rows", "digest")
    return {
        "input_heads": _heads(say, *heads),
        "inputs": rows,
        "inputs_more": more,
        "digests": [[legible(name), legible(digest)] for name, digest in digests],
        "assumed": assumed,
        "made_by": legible(say("made_by", version=__version__), 400),
    }
