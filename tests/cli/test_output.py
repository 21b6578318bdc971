"""Colours and progress: on a terminal only, and only if wanted."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import ModuleType

import pytest

from policycheck.cli import output, progress
from policycheck.cli.output import look, print_problems
from policycheck.cli.progress import progress_bar
from policycheck.problems import PolicycheckError, Problem


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("module", "name"),
    [("xlsxwriter", "o.xlsx"), ("typst", "o.pdf"), ("pylopdf_fonts_zh_cn", "o.pdf")],
)
def test_a_form_whose_package_is_missing_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PolicycheckError) as caught:
        output.exports_of("terminal", [Path("o.json"), Path(name)])
    (problem,) = caught.value.problems
    assert module in problem.message
    assert "policycheck[reports]" in problem.hint


@pytest.mark.parametrize(
    ("stream", "variable", "no_color", "coloured"),
    [
        (Tty(), "", False, True),
        (Tty(), "", True, False),
        (Tty(), "1", False, False),
        (io.StringIO(), "", False, False),
    ],
)
def test_colours(
    monkeypatch: pytest.MonkeyPatch,
    stream: io.StringIO,
    variable: str,
    no_color: bool,
    coloured: bool,
) -> None:
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("NO_COLOR", variable)
    assert look(no_color=no_color).colour is coloured


def test_without_a_terminal_there_are_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.delenv("COLUMNS", raising=False)
    assert look(no_color=False).width == 80
    monkeypatch.setenv("COLUMNS", "200")
    assert look(no_color=False).width == 200
    monkeypatch.setenv("COLUMNS", "wide")
    assert look(no_color=False).width == 80
    monkeypatch.setattr(sys, "stdout", Tty())
    assert look(no_color=False).width is None


def test_no_progress_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar("reading", wanted=True) as advance:
        assert advance is None


def test_no_progress_if_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Tty())
    with progress_bar("reading", wanted=False) as advance:
        assert advance is None


@pytest.mark.parametrize(("patience", "shown"), [(0.0, True), (60.0, False)])
def test_progress_is_shown_to_who_has_to_wait(
    monkeypatch: pytest.MonkeyPatch, patience: float, shown: bool
) -> None:
    stream = Tty()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "_PATIENCE", patience)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("reading", wanted=True) as advance:
        assert advance is not None
        advance(1, 2)
        advance(2, 2)
    assert ("reading" in stream.getvalue()) is shown


def test_a_hint_that_several_share_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    print_problems([Problem("a is bad", None, "look"), Problem("b is bad", None, "look")])
    assert capsys.readouterr().err == "error: a is bad\n  = help: look\n\nerror: b is bad\n"


def test_a_flood_of_problems_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_problems([Problem(f"{number:04} is bad", None) for number in range(1234)])
    assert capsys.readouterr().err.endswith("error: 0199 is bad\nand 1,034 more\n")


class Form(ModuleType):
    """A form that is told by its suffix only."""

    def __init__(self, suffix: str) -> None:
        super().__init__(suffix)
        self.SUFFIX = suffix


def test_the_longest_suffix_chooses_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = {suffix: Form(suffix) for suffix in (".json", ".ocsf.json", ".html")}
    monkeypatch.setattr(output, "REPORTS", forms)
    for name in ("a.json", "A.OCSF.JSON", "b.c.html"):
        assert name.lower().endswith(output.form_of(Path(name)).SUFFIX)
    assert output.form_of(Path("a.ocsf.json")).SUFFIX == ".ocsf.json"
    with pytest.raises(PolicycheckError, match="what to export"):
        output.form_of(Path("json"))
