"""The page put together: one template, our style and program, and what there is to tell."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from importlib.resources import files
from string import Template
from typing import TextIO

from policycheck.report.content import Content, in_language
from policycheck.report.html.chart import PATTERNS
from policycheck.report.html.columns import Rows
from policycheck.report.html.history import history
from policycheck.report.html.markup import Markup, element, foreign, join, table, text
from policycheck.report.html.parts import parts
from policycheck.report.html.proof import bystanders, evidence, rejected, unknowns
from policycheck.report.html.summary import headline, judged_of, policies
from policycheck.report.html.waivers import conflicts, waivers
from policycheck.report.json_report import format_time
from policycheck.report.phrases import Phrases
from policycheck.report.words import device_of, item_of

PROGRAM = (
    "elements.js", "rows.js", "links.js", "facets.js", "body.js", "export.js", "table.js",
    "start.js",
)  # fmt: skip
"""The page's program, in order."""
_DATA = "<!-- the findings -->"
_WITHOUT_PROGRAM = 20


def write_page(content: Content, stream: TextIO, language: str) -> None:
    """Write the page in a language (one of `forms.LANGUAGES`).

    The findings are in memory as columns of numbers meanwhile, some 200 bytes each.
    """
    say = Phrases(language)
    rows = Rows(content, say)
    page = Template(_asset("page.html")).substitute(_places(content, rows, say))
    before, after = page.split(_DATA)
    stream.write(before)
    for piece in rows.encoded():
        stream.write(piece)
    stream.write(after)


def _places(content: Content, rows: Rows, say: Phrases) -> dict[str, str]:
    """Return what stands in the template's places."""
    style, program = _asset("page.css"), _program()
    moment = say("as_of", moment=format_time(content.as_of).replace("T", " ").replace("Z", " UTC"))
    title = _title(content, say)
    return {
        "language": say.language,
        "policy": text(
            "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none';"
            f" style-src '{_digest(style)}'; script-src '{_digest(program)}';"
            " require-trusted-types-for 'script'; trusted-types 'none'"
        ),
        "title": f"{title}, {text(moment)}",
        "style": style,
        "program": program,
        "phrases": _island(say.for_the_program()),
        "data": _DATA,
        "skip": text(say("skip")),
        "theme": text(say("theme")),
        "kind": text(say("page_title")),
        "heading": title,
        "moment": text(say("sentences", first=moment, second=judged_of(content, say))),
        "patterns": PATTERNS,
        "headline": headline(content, rows, say),
        **_sections(content, rows, say),
    }


def _title(content: Content, say: Phrases) -> Markup:
    if not content.policies:
        return text(say("no_policy"))
    if len(content.policies) > 1:
        issuers = sorted({policy.issuer for policy in content.policies})
        several = say("several_policies", len(content.policies))
        return text(f"{issuers[0]}{say('colon')}{several}" if len(issuers) == 1 else several)
    (policy,) = content.policies
    return text(in_language(policy.titles, say.language) or policy.title)


def _sections(content: Content, rows: Rows, say: Phrases) -> dict[str, str]:
    """Return the sections below the headline and the contents that lead to them."""
    found = {
        "policies": list(policies(content, say)),
        "history": list(history(content.happenings(), content.as_of, say)),
        "parts": list(parts(content, rows, say)),
        "findings": _findings(content, say),
        "waivers": waivers(content.waivers, say),
        "unknowns": unknowns(content, say),
        "conflicts": conflicts(content.conflicts(), say),
        "bystanders": bystanders(content, say),
        "rejected": rejected(content, say),
        "evidence": list(evidence(content, say)),
    }
    sections = {key: _section(key, body, say) for key, body in found.items() if body}
    links = [element("li", element("a", say(key), href=f"#{key}")) for key in sections]
    contents = element("nav", element("ul", links), aria_label=say("contents"), class_="contents")
    return {**dict.fromkeys(found, ""), **sections, "contents": contents}


def _section(key: str, body: Markup | Iterable[Markup], say: Phrases) -> Markup:
    inner = body if isinstance(body, Markup) else join(body)
    if key in ("history", "parts"):
        inner = element("div", inner, class_="halves")
    heading = element("h2", say(key), id=f"{key}-heading")
    note = element("p", say("parts_note"), class_="note") if key == "parts" else ""
    return element("section", heading, note, inner, id=key, aria_labelledby=f"{key}-heading")


def _findings(content: Content, say: Phrases) -> Markup:
    """Leave the place that the program fills; without a program, show the worst."""
    worst = content.worst("violation", _WITHOUT_PROGRAM)
    lines = [
        [
            foreign(device_of(line)),
            foreign(line.person_id),
            foreign(item_of(line)),
            text(say.word("severity", line.severity)),
        ]
        for line in worst
    ]
    heads = [say(f"column_{name}") for name in ("device", "person", "what", "severity")]
    shown = table(heads, lines, say("findings")) if lines else ""
    without = element("noscript", element("p", say("findings_noscript")), shown)
    return Markup(element("div", id="table") + without)


def _island(phrases: dict[str, str]) -> str:
    """Return JSON that can stand in a script element: it holds no `<`."""
    return json.dumps(phrases, ensure_ascii=False).replace("<", "\\u003c")


def _program() -> str:
    """Return the page's program, which leaves no names behind."""
    return "".join(['\n(() => {\n"use strict";\n', *map(_asset, PROGRAM), "})();\n"])


def _digest(source: str) -> str:
    """Return the hash by which the content security policy knows a style or a program."""
    return f"sha256-{b64encode(sha256(source.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return (files("policycheck.report.html") / "assets" / name).read_text(encoding="utf-8")
