"""The words of reports for people: each language has them all, and no form says others."""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
import yaml
from held_content import SMALL, HeldContent
from python_calamine import CalamineWorkbook

from policycheck.catalogue.recognise import Basis
from policycheck.model import OWNERSHIPS, PLATFORMS, Confidence, Reason, Severity
from policycheck.report import terminal, xlsx
from policycheck.report.forms import LANGUAGES, Look
from policycheck.report.html.columns import COLUMNS
from policycheck.report.phrases import Phrases
from policycheck.report.words import STANDINGS

ROOT = Path(__file__).parents[2]
TECHNIQUES = [
    yaml.safe_load(path.read_text("utf-8"))["technique"].replace("-", "_")
    for path in sorted((ROOT / "rules/evasion").glob("*.yaml"))
]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NO_WORDS = {"bold red", "yyyy-mm-dd hh:mm"}


def catalogue(language: str) -> dict[str, str]:
    path = files("policycheck.report") / f"phrases.{language}.json"
    return json.loads(path.read_text("utf-8"))


def test_english_and_chinese_say_the_same_things() -> None:
    assert Phrases("en").keys() == Phrases("zh").keys()
    chinese = catalogue("zh")
    for key, phrase in catalogue("en").items():
        assert fields(phrase) == fields(chinese[key]), key
        is_word = phrase.isalpha() and phrase.islower()
        assert CHINESE.search(chinese[key]) or not is_word, key


def fields(phrase: str) -> set[str]:
    named = {name for _, name, _, _ in Formatter().parse(phrase) if name}
    return named - {"n"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_vocabulary_has_its_phrase(language: str) -> None:
    keys = Phrases(language).keys()
    words = {
        "column": COLUMNS, "status": STANDINGS, "severity": Severity, "platform": PLATFORMS,
        "ownership": OWNERSHIPS, "reason": Reason, "why": Reason, "remedy": Reason,
        "note": Reason, "basis": [*Basis, *TECHNIQUES], "confidence": Confidence,
        "grain": ("device", "person", "issuer"), "unit": ("device", "person", "issuer"),
    }  # fmt: skip
    assert [f"{kind}_{word}" for kind, all_ in words.items() for word in all_ if
            f"{kind}_{word}" not in keys] == []  # fmt: skip


@pytest.mark.parametrize("form", [terminal, xlsx])
def test_no_form_says_words_of_its_own(form: object) -> None:
    folder = Path(form.__file__ or "").parent
    said = [text for path in folder.glob("*.py") for text in literals(path)]
    assert [text for text in said if re.search(r"[a-z]{2} [a-z]{2}", text) and
            text not in NO_WORDS] == []  # fmt: skip


def literals(path: Path) -> Iterator[str]:
    """Yield the texts in a module's code that a reader could be shown."""
    tree = ast.parse(path.read_text("utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    titles = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "TITLE"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in bare | titles:
            yield str(node.value)


def test_the_workbook_speaks_chinese() -> None:
    buffer = io.BytesIO()
    with io.TextIOWrapper(buffer, "utf-8") as stream:
        xlsx.write(SMALL, stream, Look(language="zh"))
        stream.flush()
        book = CalamineWorkbook.from_filelike(io.BytesIO(buffer.getvalue()))
    heads = [
        head for name in book.sheet_names[1:] for head in
        book.get_sheet_by_name(name).to_python()[0]
    ]  # fmt: skip
    told = [*book.sheet_names, *(str(head) for head in heads)]
    assert [text for text in told if not CHINESE.search(text)] == ["SHA-256"]
    first, *_ = book.get_sheet_by_name("违规").to_python()[1:]
    assert first[:2] == ["已逾期", "高"]
    assert "标识符（确定）" in first


@pytest.mark.parametrize("content", [SMALL, HeldContent()], ids=["small", "empty"])
def test_the_terminal_speaks_chinese(content: HeldContent) -> None:
    lines = shown(content, "zh")
    titles = {f"{policy.policy}: {policy.title}" for policy in content.policies}
    headings = {line for line in lines if line and not line.startswith(" ")} - titles
    assert [line for line in headings if not CHINESE.search(line)] == []
    assert not set(" ".join(lines).split()) & {"scope", "devices", "judged", "why"}


def shown(content: HeldContent, language: str) -> list[str]:
    stream = io.StringIO()
    terminal.write(content, stream, Look(width=80, language=language))
    return stream.getvalue().splitlines()
