"""What becomes of errors, and what a call imports."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest
from small_fleet import Run

from policycheck import __version__
from policycheck.cli import main as main_module
from policycheck.cli.exits import Exit
from policycheck.report import REPORTS

HEAVY = {"duckdb", "sqlglot", "sqlmodel", "sqlalchemy", "pydantic", "yaml", "alembic", "rapidfuzz"}
LIST_MODULES = (
    "import sys; from policycheck.cli.main import main; code = main(sys.argv[1:]);"
    " print('\\n' + ' '.join(sorted(m for m in sys.modules if '.' not in m)), file=sys.stderr)"
)


def imported(*words: str, cwd: Path) -> set[str]:
    """Return the modules that a call has imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=cwd,
        encoding="utf-8",
    )
    return set(done.stderr.splitlines()[-1].split())


def test_version(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.out) == (0, f"policycheck {__version__}\n")


def test_help_lists_the_commands(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    for noun in ("init", "audit", "report", "violation", "explain", "policy", "app", "store"):
        assert f"  {noun} " in done.out


def test_no_word_at_all_is_answered_with_help(run: Run) -> None:
    assert "Usage: policycheck" in run().out + run().err


def test_a_folder_that_is_gone(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    done = run("violation", "list")
    assert done.code == Exit.COULD_NOT_AUDIT
    assert done.err.startswith("error: the folder that you are in is not there any more\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["polcy"], "error: no such command 'polcy'. Did you mean 'policy'?"),
        (["audit", "--frmat", "json"], "error: no such option: --frmat"),
        (["audit", "-f", "xml"], "'xml' is not one of terminal, json, "),
        (["audit", "--fail-on", "hihg"], "'hihg'"),
        (["audit", "--max-rejected", "200%"], "'200%' is not a share like 1% or 90%"),
        (["explain"], "missing argument"),
    ],
)
def test_usage_errors_end_with_2_and_a_hint(run: Run, words: list[str], message: str) -> None:
    done = run(*words)
    assert done.code == Exit.COULD_NOT_AUDIT
    assert message in done.err
    assert "= help: see 'policycheck" in done.err
    assert done.out == ""


def test_a_bug_ends_with_70_and_says_where_the_traceback_is(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("one by none \x1b[31m")

    monkeypatch.setattr(main_module, "program", break_down)
    done = run("audit")
    assert done.code == Exit.BUG == 70
    assert "this is a bug in policycheck: ZeroDivisionError: one by none \\x1b[31m" in done.err
    path = Path(done.err.strip().rpartition(" ")[2])
    assert "in break_down" in path.read_text("utf-8")
    path.unlink()


def test_an_interruption_ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("policycheck.workspace.resolve", interrupt)
    assert run("policy", "list").code == Exit.INTERRUPTED == 130


def test_an_interruption_in_the_middle_of_a_query_is_one(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB checks for Ctrl-C itself while it works, and raises an error of its own."""

    def interrupt(*_: object, **__: object) -> None:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("policycheck.workspace.resolve", interrupt)
    done = run("policy", "list")
    assert (done.code, done.err) == (Exit.INTERRUPTED, "error: interrupted\n")


def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    command = f"{sys.executable} -m policycheck app lookup wechat -f json | head -c 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[", "")


@pytest.mark.parametrize("words", [["--help"], ["audit", "--help"], ["--version"]])
def test_nothing_heavy_is_imported_for_help(folder: Path, words: list[str]) -> None:
    ours_to_avoid = HEAVY if len(words) == 1 else HEAVY - {"pydantic"}  # typer's own
    assert imported(*words, cwd=folder) & ours_to_avoid == set()


@pytest.mark.parametrize("words", [["policy", "list"], ["app", "lookup", "wechat"]])
def test_no_engine_is_imported_to_look_something_up(folder: Path, words: list[str]) -> None:
    assert imported(*words, cwd=folder) & {"duckdb", "sqlmodel", "sqlalchemy", "sqlglot"} == set()


def test_shell_completion_knows_the_forms(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "policycheck"],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "",
            "_POLICYCHECK_COMPLETE": "complete_bash",
            "COMP_WORDS": "policycheck audit --format ",
            "COMP_CWORD": "3",
        },
    )
    assert done.stdout.split() == list(REPORTS)


def test_a_full_disk_is_no_bug(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "facts/x.parquet")

    monkeypatch.setattr("policycheck.workspace.resolve", write)
    done = run("policy", "list")
    assert done.code == Exit.COULD_NOT_AUDIT
    assert done.err.startswith("error: no space left on device: facts/x.parquet\n")


def test_a_bug_is_told_where_its_traceback_has_no_room(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("one by none")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(main_module, "program", break_down)
    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    done = run("audit")
    assert done.code == Exit.BUG
    assert "in break_down" in done.err
