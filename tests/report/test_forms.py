"""Every form against its golden file, and against texts that mean harm."""

from __future__ import annotations

import importlib
import io
import pkgutil
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from held_content import HOSTILE, SMALL, TALLY, HeldContent, breach, hostile
from python_calamine import CalamineWorkbook
from rich.text import Text

import policycheck.report
from policycheck.model import Reason
from policycheck.report import REPORTS
from policycheck.report.forms import LANGUAGES, Look
from policycheck.report.reasons import REASONS
from policycheck.report.terminal.lines import console_for, linked, print_table
from policycheck.report.words import sums
from policycheck.store.history import Happening
from policycheck.text import display_width

GOLDEN = Path(__file__).with_name("golden")
LOOK = Look(width=80, more="policycheck violation list")
TEXTS = [name for name, form in REPORTS.items() if form.ENCODING is not None]
OF_THEIR_OWN = {"html"}
"""Forms whose golden files stand in folders of their own, with their tests."""
LINK = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\")
DAY = datetime(2026, 10, 30, 12, tzinfo=UTC)
PAST = (
    Happening(DAY, 1, "opened", None, 1),
    Happening(DAY + timedelta(days=1), 2, "opened", None, 14),
    Happening(DAY + timedelta(days=2), 3, "closed", "resolved", 7),
)
NO_FORMS = {
    "phrases",
    "reasons",
    "rows",
    "between",
    "oscal_values",
    "pseudonyms",
    "content",
    "forms",
    "grouped",
    "selection",
    "trend",
    "violations",
    "waivers",
    "words",
    "wrapped",
}


def written(name: str, content: HeldContent, look: Look = LOOK) -> str:
    with io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") as stream:
        REPORTS[name].write(content, stream, look)
        stream.flush()
        return stream.buffer.getvalue().decode()


@pytest.mark.parametrize("name", sorted(set(TEXTS) - OF_THEIR_OWN))
def test_each_form_against_its_golden_file(name: str, regenerate: bool) -> None:
    path = GOLDEN / f"small{REPORTS[name].SUFFIX}"
    text = written(name, SMALL).replace(policycheck.__version__, "@@VERSION@@")
    if regenerate:
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode()


def shown(name: str, content: HeldContent) -> str:
    """Return what a reader is shown; of a form of bytes, what another program reads in it."""
    if name in TEXTS:
        return written(name, content)
    with io.TextIOWrapper(io.BytesIO(), "utf-8") as stream:
        REPORTS[name].write(content, stream, LOOK)
        stream.flush()
        made = io.BytesIO(stream.buffer.getvalue())
    if name == "pdf":
        pages = [page.extract_text() for page in pypdf.PdfReader(made).pages]
        return "\n".join(pages).replace("\u200b", "")
    book = CalamineWorkbook.from_filelike(made)
    sheets = [book.get_sheet_by_name(sheet).to_python() for sheet in book.sheet_names]
    return "\n".join(str(cell) for sheet in sheets for row in sheet for cell in row)


@pytest.mark.parametrize("name", REPORTS)
def test_hostile_texts_are_inert_in_each_form(name: str) -> None:
    text = shown(name, hostile())
    allowed = {"\n", "\r"} if name == "csv" else {"\n"}
    assert {character for character in text if not character.isprintable()} <= allowed
    text.encode("utf-8")
    if name in TEXTS:
        for line in text.splitlines():
            assert not line.startswith(tuple(HOSTILE))
    assert "emoji" in text


@pytest.mark.parametrize("name", REPORTS)
def test_a_content_without_anything_can_be_written(name: str) -> None:
    text = shown(name, HeldContent())
    assert text.endswith("\n") or name not in TEXTS
    assert text.strip()


def test_the_registry_holds_every_form() -> None:
    modules = {module.name for module in pkgutil.iter_modules(policycheck.report.__path__)}
    registered = {form.__name__.rpartition(".")[2] for form in REPORTS.values()}
    assert modules - NO_FORMS == registered
    suffixes = [form.SUFFIX for form in REPORTS.values()]
    assert len(set(suffixes)) == len(suffixes)
    for form in REPORTS.values():
        assert importlib.import_module(form.__name__).TITLE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_terminal_report_fits_its_columns(width: int, language: str) -> None:
    seen = LOOK._replace(width=width, language=language)
    for content in (SMALL, hostile(), replace(hostile(), past=PAST)):
        for line in written("terminal", content, seen).splitlines():
            assert display_width(line) <= width
            assert line == line.rstrip()


def test_the_terminal_report_shows_what_was_open_day_by_day() -> None:
    text = written("terminal", replace(SMALL, past=PAST))
    assert "Open violations in 4 days\n  ▁█▄▄  1 then, 8 now, at most 15\n" in text
    assert "Open violations" not in written("terminal", SMALL)


def test_a_wide_letter_that_is_cut_leaves_no_gap() -> None:
    with io.StringIO() as stream:
        console = console_for(stream, LOOK._replace(width=20))
        print_table(console, ("what", "why"), [(Text("wecom (企业微信)"), Text("x" * 8))], 0)
        assert "wecom (企…  xxxxxxxx" in stream.getvalue()


@pytest.mark.parametrize(
    ("address", "links"),
    [
        ("https://intranet.example/memo?id=7", True),
        ("file:///inbox/a%20b.csv", True),
        ("https://a.example/\x1b]8;;evil\x1b\\", False),
        ("https://a.example/ bold red", False),
        ("javascript:alert(1)", False),
        ("Internal e-mail to all employees", False),
        ("", False),
    ],
)
def test_only_an_address_becomes_a_link(address: str, links: bool) -> None:
    assert bool(linked(Text("memo"), address).spans) is links


def test_hostile_texts_stay_inert_on_a_terminal_that_can_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Tty()
    REPORTS["terminal"].write(hostile(), stream, LOOK._replace(colour=True))
    said = stream.getvalue()
    assert "\x1b" not in LINK.sub("", re.sub(r"\x1b\[[0-9;]*m", "", said))
    targets = re.findall(r"\x1b\]8;[^;]*;([^\x1b]*)\x1b", said)
    assert [each for each in targets if not re.fullmatch(r"((https?|file)://[!-~]+)?", each)] == []
    assert "evil" in said
    assert [each for each in targets if each.startswith("http") and "evil" in each] == []


def test_the_terminal_report_says_how_many_it_leaves_out() -> None:
    many = HeldContent(lines=[breach(fingerprint=f"{n:032x}") for n in range(25)])
    text = written("terminal", many)
    assert text.count("zhang.wei@jd.example") == 20
    assert "and 5 more: policycheck violation list" in text


def test_colour_carries_nothing_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Tty()
    REPORTS["terminal"].write(SMALL, stream, LOOK._replace(colour=True))
    plain = LINK.sub("", re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()))
    assert plain != stream.getvalue()
    assert plain == written("terminal", SMALL)


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_no_markdown_or_html_of_a_text_survives() -> None:
    text = written("markdown", hostile())
    assert "<script" not in text.replace("\\<script", "")
    assert "\\[a\\](http\\://evil.example)" in text
    assert "](http:" not in text
    assert "\\`rm -rf\\`" in text
    rows = [line for line in text.splitlines() if line.startswith("| high")]
    assert len(rows) == len(HOSTILE)
    for row in rows:
        assert row.replace("\\|", "").count("|") == 9


def test_the_sums_that_are_told_add_up() -> None:
    first, second, *_ = sums(TALLY)
    assert TALLY.all == TALLY.in_scope + TALLY.not_applicable
    assert first == "12 devices = 8 in scope + 4 not addressed (of these 1 excused)"
    assert second == "8 in scope = 3 pass + 2 violation + 1 advice + 2 unknown"


def test_every_reason_has_its_words() -> None:
    assert set(REASONS) == set(Reason)
    for explained in REASONS.values():
        assert explained.why.endswith(".")
        assert explained.remedy.endswith(".")
