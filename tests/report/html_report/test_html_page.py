"""The page as it is written: its parts, its numbers, and that nothing in it can run or fetch."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from held_content import HOSTILE, SMALL, TALLY, HeldContent, breach, hostile, unknown
from html_pages import BILINGUAL, FULL, Page, many, page_of, source_of

from policycheck import __version__
from policycheck.report.forms import LANGUAGES
from policycheck.report.html.columns import COLUMNS
from policycheck.report.html.parts import sum_up
from policycheck.report.phrases import Phrases
from policycheck.report.trend import Day, days_of
from policycheck.report.words import STANDINGS

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_against_its_golden_file(language: str, regenerate: bool) -> None:
    path = GOLDEN / f"full.{language}.html"
    text = masked(source_of(FULL, language))
    if regenerate:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode()


def masked(source: str) -> str:
    """Take out what changes with the assets, and show what lies compressed in the page."""
    page = Page()
    page.feed(source)
    data = json.dumps(page.data, ensure_ascii=False, indent=1)
    for island, shown in (
        ("style", "@@STYLE@@"), ("script", "@@PROGRAM@@"), ("phrases", "@@PHRASES@@"),
        ("data", data),
    ):  # fmt: skip
        source = source.replace(page.islands[island], shown)
    source = re.sub(r"sha256-[\w+/=]+", "@@HASH@@", source)
    lines = re.sub(r"(<(?:section|article|tr|li|p|h\d|div|nav|details)\b)", r"\n\1", source)
    return lines.replace(__version__, "@@VERSION@@")


def test_the_same_content_gives_the_same_bytes() -> None:
    assert source_of(FULL) == source_of(FULL)


@pytest.mark.parametrize("content", [FULL, hostile(), HeldContent()], ids=["full", "bad", "empty"])
def test_nothing_can_run_or_be_fetched(content: HeldContent) -> None:
    page = page_of(content)
    policy = next(
        attributes["content"] or ""
        for tag, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'{digest(page.islands['script'])}'"
    assert rules["style-src"] == f"'{digest(page.islands['style'])}'"
    assert rules["require-trusted-types-for"] == "'script'"
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "data"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,"))
    assert [tag for tag, _ in page.elements].count("script") == 3
    assert not {"iframe", "img", "object", "embed", "form"} & {tag for tag, _ in page.elements}
    assert not re.search(r"url\((?!#)|@import", page.islands["style"])


def digest(source: str) -> str:
    return f"sha256-{b64encode(sha256(source.encode()).digest()).decode()}"


def test_the_program_makes_no_html_and_asks_nobody() -> None:
    program = page_of(FULL).islands["script"]
    forbidden = ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(",
                 "fetch(", "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "import(",
                 "localStorage")  # fmt: skip
    assert [word for word in forbidden if word in program] == []


def test_hostile_texts_are_texts() -> None:
    page = page_of(hostile())
    assert "alert(1)" not in page.islands["phrases"] + page.islands["script"]
    assert page.text.count("<script>alert(1)</script>") > 5
    assert "\\x1b[2J" in page.text
    assert "\\u202e" in page.text
    assert "\u202e" not in source_of(hostile())
    assert "N" * 201 not in page.text
    names = [row["device"] for row in page.rows()]
    assert sorted(map(len, names))[-1] == 10_000
    assert {"lone \\ud83d surrogate", HOSTILE[1]} <= set(names)


def test_every_finding_is_in_the_page() -> None:
    rows = page_of(FULL).rows()
    assert list(rows[0]) == list(COLUMNS)
    assert [row["fingerprint"] for row in rows] == [
        line.fingerprint[:12] for verdict in ("violation", "unknown") for line in
        FULL.worst(verdict, 9)
    ]  # fmt: skip
    assert [row["status"] for row in rows] == ["overdue", "waived", "advice", "unknown", "unknown"]
    first = rows[0]
    assert (first["device"], first["department"]) == ("张伟的手机", "销售部")
    assert (first["due"], first["record"]) == ("2026-11-01T07:00:00Z", 17)
    assert first["recognised"] == "identifier (exact)"
    assert rows[-1]["reasons"] == "partial_visibility; stale"
    assert rows[-1]["app"] is None


def test_values_stand_in_their_order() -> None:
    columns = page_of(many()).data["columns"]
    assert columns["severity"]["values"] == ["high", "low"]
    assert columns["status"]["values"] == ["overdue", "in_grace", "unknown"]
    assert columns["department"]["values"] == [*(f"Dept {n}" for n in range(6)), None]
    assert columns["device"]["values"] == sorted(columns["device"]["values"], key=str.lower)


def test_the_numbers_agree_with_the_content() -> None:
    content = many()
    page = page_of(content)
    rows = page.rows()
    counts = {name: sum(row["status"] == name for row in rows) for name in STANDINGS}
    assert counts["overdue"] + counts["in_grace"] == content.total("violation") == 120
    assert counts["unknown"] == content.total("unknown") == 7
    assert "80 violations are overdue on 80 devices" in page.text
    assert "80 overdue past the grace, not waived on 80 devices" in page.text
    assert "40 in grace not due yet on 40 devices" in page.text
    assert "140 devices in scope" in page.text
    assert "13 pass (9.3%) 120 violation (85.7%) 7 unknown (5.0%)" in page.text
    assert "wechat 40 violation 40 40" in page.text


def test_what_the_policy_says_and_since_when() -> None:
    text = page_of(FULL).text
    assert "Issued by JD.com (Jingdong), issued 2013-08-26, in effect since 2013-08-26" in text
    assert "the only mobile instant messenger is Yixin." in text
    assert "Remedy: Remove the app and use Yixin." in text
    assert "3 pass (37.5%) 2 violation (25.0%) 1 advice (12.5%) 2 unknown (25.0%)" in text
    assert "75.0% of 8 have a fresh, definite answer. 4 more not addressed, of these 1" in text


def test_in_chinese() -> None:
    text = page_of(FULL, "zh").text
    assert "业务沟通只用易信" in text
    assert "移动即时通讯工具只能是易信。" in text
    assert "整改：请卸载 该应用。" in text
    assert "1 项违规已逾期" in text
    assert "最近的报告过旧" in text


def test_what_changed() -> None:
    text = page_of(FULL).text
    assert "Audit of 2026-11-02 Last 7 days Last 30 days" in text
    assert "new 1 1 1" in text
    assert "came back 1 1 1" in text
    assert "resolved 0 7 7" in text
    assert "closed: out of scope 1 1 1" in text
    assert "From 9 open violations on 2026-10-01 to 3 on 2026-11-02; the most was 9." in text


def test_days_sum_up() -> None:
    assert days_of(FULL.past) == [
        Day("2026-10-01", 9, 0, 9),
        Day("2026-10-29", 0, 7, 2),
        Day("2026-11-02", 2, 1, 3),
    ]


def test_parts_sum_over_controls_and_stand_in_order() -> None:
    found = sum_up(FULL.parts["department"])
    assert [(part.value, part.counts["violation"], part.in_scope) for part in found] == [
        ("Legal", 1, 3), ("销售部", 1, 3), (None, 0, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "headline"),
    [
        (HeldContent(), "Nothing was judged"),
        (replace(SMALL, lines=(breach(),)), "1 violation is overdue on 1 device"),
        (replace(SMALL, lines=(breach(in_grace=True),)), "No violation is overdue 1 finding is"),
        (
            replace(SMALL, lines=(unknown("stale"),), tallies=(
                TALLY._replace(in_scope=8, pass_=7, violation=0, advice=0, unknown=1),)),
            "No violation found, but not all is known 1 of 8 checks in scope",
        ),
        (
            replace(SMALL, lines=(unknown("stale"),), tallies=(
                TALLY._replace(in_scope=8, pass_=0, violation=0, advice=0, unknown=8),)),
            "Nothing is known yet Of 8 checks in scope none",
        ),
        (
            replace(SMALL, lines=(), tallies=(
                TALLY._replace(in_scope=8, pass_=8, violation=0, advice=0, unknown=0,
                               unknown_reasons={}),)),
            "Everyone in scope complies 8 checks in scope, and all of them pass.",
        ),
    ],
    ids=["empty", "one", "grace", "gaps", "unknown", "clean"],
)  # fmt: skip
def test_the_headline(content: HeldContent, headline: str) -> None:
    assert headline in page_of(content).text


def test_several_policies_share_a_page() -> None:
    other = BILINGUAL._replace(policy="other", titles={}, title="Second", controls=())
    text = page_of(replace(FULL, policies=(BILINGUAL, other))).text
    assert "JD.com (Jingdong): 2 policies" in text
    assert "Second" in text


def test_evidence_and_rejections() -> None:
    text = page_of(FULL).text
    told = ("3 could not be used", "person.type = employee", "whole file")
    for words in ("5e" * 32, "ab" * 32, "ca" * 32, "be" * 32, *told, f"policycheck {__version__}"):
        assert words in text


def test_waivers_with_their_last_day_and_contradictions() -> None:
    text = page_of(FULL).text
    assert "pilot lapsed only-yixin 2 2026-10-31" in text
    assert "liaison in force only-yixin" in text
    assert "Where reports contradict each other" in text
    assert [row["waiver"] for row in page_of(FULL).rows()][:2] == [None, "liaison"]
    assert "Waivers" not in page_of(HeldContent()).text


def test_the_program_says_what_it_has_phrases_for() -> None:
    program = page_of(FULL).islands["script"]
    told = set(re.findall(r"\bjs_\w+\b", program)) - {"js_"}
    known = {key for key in Phrases("en").for_the_program() if key.startswith("js_")}
    assert told | {"js_violations", "js_unknowns"} == known | {"js_violations", "js_unknowns"}
