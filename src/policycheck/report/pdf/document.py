"""What the PDF says: texts that the font can show, in the order of `report.typ`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files

import typst

from policycheck.report.content import Content, in_language
from policycheck.report.html.summary import judged_of
from policycheck.report.json_report import format_time
from policycheck.report.pdf.font import FOLDER, legible
from policycheck.report.pdf.proof import proof_of
from policycheck.report.pdf.standing import standing_part, summary_of
from policycheck.report.phrases import Phrases
from policycheck.report.rows import Finding
from policycheck.report.words import STANDINGS, device_of, item_of, standing_of

_FINDINGS = 30
_CELL = 60
_WORDS = (
    "policies", "history", "no_history", "day", "opened", "closed", "open", "findings", "none",
    "waivers", "waivers_note", "unknowns", "unknowns_note", "rejected", "evidence", "rules",
    "digest", "pdf_evidence", "pdf_signatures", "pdf_signing", "pdf_prepared", "pdf_reviewed",
    "pdf_approved", "pdf_name", "pdf_signature",
)  # fmt: skip


class Told:
    """What a pass over all findings tells: how many stand how, and the most urgent of them."""

    def __init__(self, content: Content) -> None:
        """Read the findings, of which few stay in memory."""
        self.standings = dict.fromkeys(STANDINGS, 0)
        self.urgent: list[Finding] = []
        overdue: set[tuple[str | None, ...]] = set()
        for verdict in ("violation", "unknown"):
            for chunk in content.held_findings(verdict):
                for finding, _ in chunk:
                    standing = standing_of(finding)
                    self.standings[standing] += 1
                    if standing == "overdue":
                        overdue.add((finding.device_id, finding.device_name, finding.person_id))
                    if verdict == "violation" and len(self.urgent) < _FINDINGS:
                        self.urgent.append(finding)
        self.overdue_units = len(overdue)


def compile_pdf(content: Content, language: str) -> bytes:
    """Return the PDF; the same content gives the same bytes."""
    say = Phrases(language)
    data = json.dumps(_document(content, say), ensure_ascii=False)
    source = (files("policycheck.report.pdf") / "report.typ").read_bytes()
    made: bytes = typst.compile(
        source,
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FOLDER)]),
        sys_inputs={"data": data},
        pdf_standards=["a-2b"],
        timestamp=int(content.as_of.timestamp()),
    )
    return made


def _document(content: Content, say: Phrases) -> dict[str, object]:
    told = Told(content)
    moment = format_time(content.as_of).replace("T", " ").replace("Z", " UTC")
    as_of = say("as_of", moment=moment)
    titles = [in_language(line.titles, say.language) or line.title for line in content.policies]
    return {
        "language": say.language,
        "date": [content.as_of.year, content.as_of.month, content.as_of.day],
        "title": say("pdf_title"),
        "subtitle": legible("; ".join(titles) or say("no_policy"), 300),
        "moment": legible(say("sentences", first=as_of, second=judged_of(content, say)), 400),
        "footer": legible(f"{say('pdf_title')}, {as_of}"),
        "say": {key: legible(say(key).removeprefix("#"), 500) for key in _WORDS},
        **summary_of(content, told.standings, told.overdue_units, say),
        **standing_part(content, say),
        **_findings(content, told.urgent, say),
        **proof_of(content, say),
    }


def _findings(content: Content, urgent: Sequence[Finding], say: Phrases) -> dict[str, object]:
    """Return the most urgent violations as rows."""
    total = content.total("violation")
    heads = ("status", "severity", "device", "person", "what", "first_seen", "due")
    rows = [
        [
            say.word("status", standing_of(finding)),
            say.word("severity", finding.severity),
            legible(device_of(finding), _CELL),
            legible(finding.person_id, _CELL),
            legible(item_of(finding), _CELL),
            format_time(finding.first_seen)[:10] if finding.first_seen else "-",
            format_time(finding.due)[:10] if finding.due else "-",
        ]
        for finding in urgent
    ]
    more = say("pdf_more", n=f"{len(rows):,}", total=f"{total:,}") if total > len(rows) else ""
    return {
        "finding_heads": [say(f"column_{head}") for head in heads],
        "findings": rows,
        "findings_more": more,
    }
