"""What is wrong with a user's file, where, and what would be right.

A `Problem` is a value; `render` turns it into text with an excerpt and a caret:

    error: unknown severity 'hihg'
     --> policies/communications.yaml:5:15
      |
    5 |     severity: hihg
      |               ^^^^
      = help: did you mean 'high'?

Whoever reads a file collects all its problems and raises them as one `PolicycheckError`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from policycheck.text import display_width, fold_text, visible

Severity = Literal["error", "warning"]

_EXCERPT_COLUMNS = 120
_LEAD_COLUMNS = 60
_LONGEST_QUOTE = 60


@dataclass(frozen=True, order=True)
class Place:
    """A character in a file. Line and column count from 1; columns are characters."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return `path:line:column`, which editors and terminals can open."""
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One mistake (or one remark) in a user's file."""

    message: str
    """One sentence without a full stop, in lower case."""
    place: Place | None
    """None where there is no file, or no line in it."""
    hint: str = ""
    """What to do about it; empty where nothing better can be said. Lines part a list."""
    length: int = 1
    """How many characters the caret underlines."""
    severity: Severity = "error"
    excerpt: str = ""
    """The whole line that `place` is in; empty for none."""


class PolicycheckError(Exception):
    """The user's mistakes, all of them, sorted by place. The program ends with exit 2."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sort_problems(problems)
        super().__init__("\n\n".join(map(render, self.problems)))


class ConnectionLostError(PolicycheckError):
    """The database went away in the middle. Nothing was changed: the same may be tried again."""


MAX_PROBLEMS = 200
"""So many are told of one file: who has more has given us the wrong file."""


def count_more(count: int, path: str) -> tuple[Problem, ...]:
    """Return the problem that says how many more a file has, if it has any."""
    return (Problem(f"{count} more problems in {path}", None),) if count > 0 else ()


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by place and drop repetitions; those without a place come first."""
    return tuple(
        sorted(
            set(problems),
            key=lambda problem: (
                problem.place is not None,
                problem.place or Place("", 0, 0),
                problem.message,
            ),
        )
    )


def quote(word: str) -> str:
    """Put a user's word into a message: quoted, on one line, cut where it is very long."""
    shown = visible(word)
    if len(shown) > _LONGEST_QUOTE:
        shown = shown[:_LONGEST_QUOTE] + "…"
    return f"'{shown}'"


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that the user most likely meant by `word`, if any is near."""
    from rapidfuzz import process  # only a mistake needs it
    from rapidfuzz.distance import DamerauLevenshtein

    best = process.extractOne(
        fold_text(word),
        sorted(choices),
        processor=fold_text,
        scorer=DamerauLevenshtein.normalized_similarity,
        score_cutoff=0.6,
    )
    return None if best is None else str(best[0])


def did_you_mean(word: str, choices: Iterable[str], few: int = 20) -> str:
    """Return a hint that names the nearest choice, else all of them if they are few, else ""."""
    known = sorted(choices)
    near = nearest(word, known)
    if near is not None:
        return f"did you mean {quote(near)}?"
    if 0 < len(known) <= few:
        return f"one of: {', '.join(known)}"
    return ""


def render(problem: Problem) -> str:
    """Render a problem as text of one to six lines, without a line end at the last."""
    lines = [f"{problem.severity}: {visible(problem.message)}"]
    gutter = " "
    if problem.place is not None:
        gutter = " " * len(str(problem.place.line))
        lines.append(f"{gutter}--> {visible(str(problem.place))}")
        if problem.excerpt:
            lines += _render_excerpt(problem, problem.place, gutter)
    if problem.hint:
        first, *others = problem.hint.split("\n")
        lines.append(f"{gutter} = help: {visible(first)}")
        lines += [f"{gutter}         {visible(other)}" for other in others]
    return "\n".join(lines)


def _render_excerpt(problem: Problem, place: Place, gutter: str) -> list[str]:
    """Render the line and the caret below it; of a long line, the part around the caret."""
    start, length = place.column - 1, max(problem.length, 1)
    end = min(start + length, start + _EXCERPT_COLUMNS)
    # of a very long line no more is looked at than could be shown
    before = visible(problem.excerpt[max(0, start - _EXCERPT_COLUMNS) : start])
    marked = visible(problem.excerpt[start:end])
    after = visible(problem.excerpt[end : end + _EXCERPT_COLUMNS])
    too_long = display_width(before + marked + after) > _EXCERPT_COLUMNS
    if too_long and display_width(before) > _LEAD_COLUMNS:
        before = "…" + _last_columns(before, _LEAD_COLUMNS - 1)
    room = _EXCERPT_COLUMNS - display_width(before)
    shown = _first_columns(marked + after, room)
    carets = min(max(display_width(marked), 1), max(display_width(shown), 1))
    indent = " " * display_width(before)
    return [
        f"{gutter} |",
        f"{place.line} | {before}{shown}".rstrip(),
        f"{gutter} | {indent}{'^' * carets}",
    ]


def _first_columns(text: str, columns: int) -> str:
    if display_width(text) <= columns:
        return text
    while display_width(text) > columns - 1:
        text = text[: min(len(text) - 1, columns)]
    return text + "…"


def _last_columns(text: str, columns: int) -> str:
    while display_width(text) > columns:
        text = text[max(1, len(text) - columns) :]
    return text
