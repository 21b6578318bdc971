"""What a watcher says while it runs: one line for each thing that happened, to be read or parsed.

Nothing of a report or of a name reaches the log as it is: what a terminal would obey is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Protocol, TextIO, cast

import structlog

from policycheck.problems import Problem
from policycheck.text import visible, writable


class Log(Protocol):
    """Takes what happened, and what is to be said of it."""

    def info(self, event: str, /, **facts: object) -> object:
        """Say that something went as it should."""

    def warning(self, event: str, /, **facts: object) -> object:
        """Say that something is to be looked at."""

    def error(self, event: str, /, **facts: object) -> object:
        """Say that something cannot be done."""


def open_log(stream: TextIO, *, as_json: bool) -> Log:
    """Return a log that writes lines to a stream."""
    lines = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    )
    logger = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _make_inert,
            lines,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    return cast("Log", logger)


def tell_problems(log: Log, problems: Iterable[Problem]) -> None:
    """Say what is wrong with files, a line for each problem."""
    for problem in problems:
        say = log.error if problem.severity == "error" else log.warning
        place = {"place": str(problem.place)} if problem.place else {}
        hint = {"hint": problem.hint} if problem.hint else {}
        say("problem", reason=problem.message, **place, **hint)


def _make_inert(
    _: object, __: str, facts: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    return {
        key: visible(writable(value)) if isinstance(value, str) else value
        for key, value in facts.items()
    }
