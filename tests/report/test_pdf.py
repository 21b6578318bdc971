"""The PDF: its pages, what pypdf reads in them, PDF/A's mark, the same bytes twice."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from held_content import HOSTILE, POLICY, SMALL, TALLY, HeldContent, breach, hostile

import policycheck
from policycheck.report import pdf
from policycheck.report.forms import PLAIN
from policycheck.report.pdf.font import coverage, legible

GOLDEN = Path(__file__).with_name("golden") / "small.pdf.txt"


def written(content: HeldContent, language: str = "en") -> bytes:
    buffer = io.BytesIO()
    with io.TextIOWrapper(buffer, "utf-8") as stream:
        pdf.write(content, stream, PLAIN._replace(language=language))
        stream.flush()
        return buffer.getvalue()


def pages_of(content: HeldContent, language: str = "en") -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(written(content, language)))
    return [page.extract_text() for page in reader.pages]


def words_of(content: HeldContent, language: str = "en") -> str:
    """Return all text without blanks: where lines are broken does not count."""
    return "".join("".join(pages_of(content, language)).replace("\u200b", "").split())


def test_the_text_against_its_golden_file(regenerate: bool) -> None:
    text = "\n---\n".join(pages_of(SMALL)).replace(policycheck.__version__, "@@VERSION@@") + "\n"
    if regenerate:
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_it_says_that_it_is_pdf_a_and_is_tagged() -> None:
    made = written(SMALL)
    reader = pypdf.PdfReader(io.BytesIO(made))
    assert b"<pdfaid:part>2</pdfaid:part>" in made
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in made
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert "/OpenAction" not in reader.trailer["/Root"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_content_gives_the_same_bytes(language: str) -> None:
    assert written(SMALL, language) == written(SMALL, language)


def test_chinese_is_read_as_it_was_written() -> None:
    text = words_of(SMALL, "zh")
    for words in ("合规声明", "1项违规已逾期", "张伟的手机", "wechat(微信)", "签字"):
        assert words in text


def test_hostile_names_are_shown_and_do_nothing() -> None:
    text = words_of(hostile())
    for name in HOSTILE:
        shown = "".join(legible(name, 60).replace("\u200b", "").split())
        assert shown.rstrip("…") in text
    reader = pypdf.PdfReader(io.BytesIO(written(hostile())))
    assert all("/Annots" not in page for page in reader.pages)


def test_what_the_font_cannot_show_is_written_out() -> None:
    assert coverage().has("信")
    assert not coverage().has("\U0001f600")
    assert legible("ok 😀 한") == "ok \\u1f600 \\ud55c"
    assert "PC\\u1f600" in words_of(HeldContent(lines=[breach(device_name="PC😀")]))


def many_policies(count: int) -> HeldContent:
    names = [f"policy-{n:02}" for n in range(count)]
    return HeldContent(
        policies=[POLICY._replace(policy=name) for name in names],
        tallies=[TALLY._replace(policy=name) for name in names],
        lines=[
            breach(fingerprint=f"{n:032x}", device_name="很长的名字" * 30, person_id="x" * 200)
            for n in range(500)
        ],
        waivers=SMALL.waivers * 40,
        inputs=SMALL.inputs * 100,
        rejections=SMALL.rejections * 50,
    )


@pytest.mark.parametrize("content", [HeldContent(), SMALL, many_policies(80)])
def test_it_has_two_to_ten_pages(content: HeldContent) -> None:
    assert 2 <= len(pages_of(content)) <= 10


def test_what_is_left_out_is_said() -> None:
    text = words_of(many_policies(80))
    assert "Thefirst30of500" in text
    assert "60more" in text
