"""Where the program prints: to stdout what was asked for, to stderr what went wrong.

A reader that goes away (`| head`) is no error.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from policycheck.problems import PolicycheckError, Problem, quote, render, sort_problems
from policycheck.report import REPORTS
from policycheck.report.content import Content
from policycheck.report.forms import Form, Look

_MOST_PROBLEMS = 200
_READABLE = 0o644
_PIPE_COLUMNS = 80


def say(text: str) -> None:
    """Print a text to stdout."""
    with standard_output() as stream:
        stream.write(f"{text}\n")


def print_problems(problems: Iterable[Problem]) -> None:
    """Print problems to stderr, by place, a blank line around those that take several lines.

    A hint that several in a row share is told once.
    """
    ordered = sort_problems(problems)
    texts: list[str] = []
    hint = ""
    for problem in ordered[:_MOST_PROBLEMS]:
        told = replace(problem, hint="") if problem.hint == hint else problem
        texts.append(render(told))
        hint = problem.hint
    if len(ordered) > _MOST_PROBLEMS:
        texts.append(f"and {len(ordered) - _MOST_PROBLEMS:,} more")
    if texts:
        sys.stderr.write("".join(map(_apart, texts, texts[1:])) + f"{texts[-1]}\n")


def _apart(text: str, following: str) -> str:
    return f"{text}\n\n" if "\n" in text + following else f"{text}\n"


@contextmanager
def standard_output(encoding: str | None = None) -> Iterator[TextIO]:
    """Give stdout to be written to; a closed pipe silences it for good."""
    if encoding is not None and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace", newline="")
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
        os.close(sink)


def look(
    *,
    no_color: bool,
    limit: int = 20,
    more: str = "",
    language: str = "en",
    raw: bool = False,
    bom: bool = False,
) -> Look:
    """Choose how a report looks: colours on a terminal only, and if wanted."""
    colour = sys.stdout.isatty() and not no_color and not os.environ.get("NO_COLOR")
    width = None if sys.stdout.isatty() else _columns()
    plain = Look(width=width, colour=colour, limit=limit, language=language, raw=raw, bom=bom)
    return plain._replace(more=more) if more else plain


def _columns() -> int:
    """Return how wide a pipe is: 80 columns, unless COLUMNS says otherwise."""
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() and int(columns) else _PIPE_COLUMNS


def hidden(content: Content, key: Path | None) -> Content:
    """Return a content that names devices and people by pseudonyms, if there is a key."""
    from policycheck.report.pseudonyms import Pseudonymised, names_by

    names = names_by(key)
    return content if names is None else Pseudonymised(content, names)


def print_report(content: Content, name: str, look: Look) -> None:
    """Print a content to stdout in a form."""
    form = REPORTS[name]
    if form.ENCODING is None and sys.stdout.isatty():
        message = f"{form.TITLE} is no text for a terminal"
        raise PolicycheckError([Problem(message, None, f"write it by --export FILE{form.SUFFIX}")])
    with standard_output(None if name == "terminal" else "utf-8") as stream:
        form.write(content, stream, look)


def form_of(path: Path) -> Form:
    """Choose a form by how a file's name ends, the longest suffix first (`.ocsf.json`, `.json`).

    Raises PolicycheckError where none fits.
    """
    forms = {form.SUFFIX: form for form in REPORTS.values()}
    for suffix in sorted(forms, key=len, reverse=True):
        if path.name.lower().endswith(suffix):
            return forms[suffix]
    message = f"cannot tell from the name {quote(path.name)} what to export"
    hint = f"let it end in one of {', '.join(sorted(forms))}"
    raise PolicycheckError([Problem(message, None, hint)])


def exports_of(printed: str, paths: Iterable[Path]) -> list[tuple[Path, Form]]:
    """Choose the form of each file; see that these and the printed one can be written.

    Raises PolicycheckError: before anything is read, as an audit may take minutes.
    """
    _ready(REPORTS[printed])
    return [(path, _ready(form_of(path))) for path in paths]


def _ready(form: Form) -> Form:
    """Return a form; raises PolicycheckError where a package that it needs is not here."""
    missing = [module for module in form.NEEDS if find_spec(module) is None]
    if missing:
        message = f"{form.SUFFIX} files need what is not installed: {', '.join(missing)}"
        hint = "install it by pip install 'policycheck[reports]'"
        raise PolicycheckError([Problem(message, None, hint)])
    return form


def export_reports(content: Content, exports: Sequence[tuple[Path, Form]], look: Look) -> None:
    """Write a content to files, each in its form."""
    for path, form in exports:
        with unfinished_file(path, form.ENCODING or "utf-8") as stream:
            form.write(content, stream, look)


@contextmanager
def unfinished_file(path: Path, encoding: str) -> Iterator[TextIO]:
    """Give a file to be written, which takes its place whole or not at all.

    Raises PolicycheckError where it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        unfinished = Path(name)
        try:
            with open(  # noqa: PTH123 - a handle
                handle, "w", encoding=encoding, errors="backslashreplace", newline=""
            ) as stream:
                yield stream
            unfinished.chmod(_READABLE)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        message = f"cannot write {quote(str(path))}: {error.strerror or error}"
        raise PolicycheckError([Problem(message, None)]) from error
