"""The rest of the page: what is not known, who is left alone, what was rejected, the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from policycheck import __version__
from policycheck.report.content import Content
from policycheck.report.html.markup import Markup, element, foreign, table
from policycheck.report.phrases import Phrases
from policycheck.report.words import device_of

_BYSTANDERS = 100
_REJECTIONS = 100
_INPUTS = 500


def unknowns(content: Content, say: Phrases) -> Markup | None:
    """List why checks are unknown, most first, and what helps."""
    reasons: Counter[str] = Counter()
    for tally in content.tallies:
        reasons.update(tally.unknown_reasons)
    if not reasons:
        return None
    rows = [
        (
            element("a", say(f"reason_{reason}"), href=f"#verdict=unknown&reasons={reason}"),
            Markup(f"{count:,}"),
            say(f"why_{reason}"),
            say(f"remedy_{reason}"),
        )
        for reason, count in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    heads = (say("reason"), say("checks"), say("why"), say("remedy"))
    return table(heads, rows, say("unknowns_note"))


def bystanders(content: Content, say: Phrases) -> Markup | None:
    """List whom the rules do not address, the excused first."""
    total = sum(tally.not_applicable for tally in content.tallies)
    excused = sum(tally.excused for tally in content.tallies)
    lines = content.bystanders(_BYSTANDERS)
    if not lines:
        return None
    rows = [
        (
            foreign(device_of(line)),
            foreign(line.person_id),
            foreign(line.person_type),
            foreign(line.control),
            say("excused" if line.excused else "not_addressed"),
        )
        for line in lines
    ]
    heads = (
        say("column_device"), say("column_person"), say("person_type"), say("column_control"),
        say("why"),
    )  # fmt: skip
    note = say("bystanders_note", n=f"{total:,}", excused=f"{excused:,}")
    more = f" {say('first_of', n=f'{len(lines):,}')}" if len(lines) < total else ""
    summary = element("summary", note + more)
    return element("details", summary, table(heads, rows, say("bystanders")))


def rejected(content: Content, say: Phrases) -> Markup | None:
    """List what could not be used."""
    rejections = content.rejected()
    first = list(islice(rejections, _REJECTIONS))
    if not first:
        return None
    total = len(first) + sum(1 for _ in rejections)
    rows = [
        (
            foreign(line.path),
            Markup(say("whole_file") if line.record is None else f"{line.record:,}"),
            foreign(line.reason),
        )
        for line in first
    ]
    note = say("rejected_note", n=f"{total:,}")
    more = f" {say('first_of', n=f'{len(first):,}')}" if len(first) < total else ""
    heads = (say("file"), say("record"), say("why"))
    return Markup(element("p", note + more) + table(heads, rows, say("rejected")))


def evidence(content: Content, say: Phrases) -> Iterator[Markup]:
    """Say what every number follows from: files, rules, assumptions and this program."""
    yield element("p", say("evidence_note"))
    yield _inputs(content, say)
    digests = [
        *((say("policy_file", policy=line.policy), line.sha256) for line in content.policies),
        *((say.word("digest", name), digest) for name, digest in sorted(content.digests.items())),
    ]
    if digests:
        rows = [(foreign(name), element("code", digest)) for name, digest in digests]
        yield table((say("rules"), say("digest")), rows, say("rules"))
    for column, value in sorted(content.assumed.items()):
        yield element("p", say("assumed", column=f"person.{column}", value=value))
    yield element("p", say("made_by", version=__version__))


def _inputs(content: Content, say: Phrases) -> Markup:
    lines = content.inputs
    if not lines:
        return element("p", say("no_inputs"))
    rows = [
        (
            foreign(line.path),
            foreign(line.format),
            *(Markup(f"{number:,}") for number in (line.devices, line.items, line.rejected)),
            element("code", line.sha256),
        )
        for line in lines[:_INPUTS]
    ]
    heads = (
        say("file"), say("format"), say("devices"), say("items"), say("rejected_rows"),
        say("digest"),
    )  # fmt: skip
    found = table(heads, rows, say("inputs"))
    if len(lines) <= _INPUTS:
        return found
    return Markup(found + element("p", say("first_of", n=f"{_INPUTS:,}")))
