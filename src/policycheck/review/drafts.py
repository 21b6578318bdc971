"""The files of a workspace's rules as they will be: edited in memory, checked, then written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from policycheck.catalogue.lint import lint
from policycheck.problems import Place, PolicycheckError, Problem, quote
from policycheck.review.app_text import overriding
from policycheck.yamlfile import Document, parse


@dataclass(frozen=True)
class Change:
    """One file that was written."""

    path: Path
    what: str
    """In words: made, changed, or written to take the place of a shipped one."""
    notes: tuple[str, ...]
    """What was added."""


class Drafts:
    """The files that decisions touch, as they stand after the decisions so far."""

    def __init__(self, shipped: Sequence[Path], rules: Path) -> None:
        self._shipped = shipped
        self._rules = rules
        self._texts: dict[str, str] = {}
        self._whats: dict[str, str] = {}
        self._notes: dict[str, list[str]] = {}

    def exists(self, place: str) -> bool:
        """Say whether there is a file at a place below the rules, be it shipped or new."""
        return place in self._texts or any(
            (folder / place).is_file() for folder in (*self._shipped, self._rules)
        )

    def open(self, place: str) -> Document:
        """Return a file of the workspace, or a shipped one as it is to be overridden."""
        text = self._texts.get(place)
        if text is None:
            own = self._rules / place
            if own.is_file():
                text, what = own.read_text(encoding="utf-8"), "changed"
            else:
                found = next(f / place for f in self._shipped if (f / place).is_file())
                shipped = parse(found.read_bytes(), place)
                text, what = overriding(shipped), "made, which takes the place of the shipped one"
            self._whats[place] = what
        return parse(text.encode(), place)

    def put(self, place: str, text: str, note: str) -> None:
        """Take a new text for a file, and say what is new in it."""
        self._whats.setdefault(place, "made")
        self._texts[place] = text
        self._notes.setdefault(place, []).append(note)

    def write(self) -> tuple[Change, ...]:
        """Check all files together with the other rules, and write them.

        Raises PolicycheckError with what is wrong; then nothing was written.
        """
        if self._texts:
            self._check()
        for place, text in self._texts.items():
            _write(self._rules / place, text)
        return tuple(
            Change(self._rules / place, self._whats[place], tuple(self._notes[place]))
            for place in sorted(self._texts)
        )

    def _check(self) -> None:
        with tempfile.TemporaryDirectory(prefix="policycheck-") as scratch:
            trial = Path(scratch) / "rules"
            if self._rules.is_dir():
                shutil.copytree(self._rules, trial)
            for place, text in self._texts.items():
                _write(trial / place, text)
            problems = lint((*self._shipped, trial))
            errors = [self._moved(p, trial) for p in problems if p.severity == "error"]
        if errors:
            raise PolicycheckError(errors)

    def _moved(self, problem: Problem, trial: Path) -> Problem:
        """Tell of a file in the trial as of the file that it would become."""
        if problem.place is None or not problem.place.path.startswith(trial.as_posix()):
            return problem
        path = self._rules.as_posix() + problem.place.path.removeprefix(trial.as_posix())
        place = Place(path, problem.place.line, problem.place.column)
        return replace(problem, place=place)


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        message = f"cannot write {quote(str(path))}: {error.strerror or error}"
        raise PolicycheckError([Problem(message, None)]) from error
