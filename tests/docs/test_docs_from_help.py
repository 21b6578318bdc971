"""What the docs repeat of the program is what the program says."""

from __future__ import annotations

import runpy

import pytest
from test_docs_paths import ROOT

MADE = runpy.run_path(str(ROOT / "docs/make_cli.py"))
REMEDY = "run `make docs` and read what changed"


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_the_command_line_document_is_of_today() -> None:
    assert (ROOT / "docs/cli.md").read_text("utf-8") == MADE["document"](), REMEDY


def test_the_readme_shows_help_and_demo_of_today() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "Usage: policycheck [OPTIONS]" in text
    assert "Who breaks the rules" in text
    assert text == MADE["readme"](text), REMEDY


def test_every_command_has_its_words() -> None:
    helps = dict(MADE["helps"]())
    assert "policycheck audit" in helps
    for name, text in helps.items():
        assert "Usage: " in text, name
        assert "...\n" not in text.partition("Commands:")[2] + "\n", f"{name}: cut short"
