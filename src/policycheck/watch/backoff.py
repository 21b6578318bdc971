"""What a watcher says and does while nothing can be recorded: once, and ever more rarely."""

from __future__ import annotations

import tempfile
import traceback
from pathlib import Path

from policycheck import __version__
from policycheck.problems import Problem
from policycheck.watch.batch import Trouble
from policycheck.watch.log import Log

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


class Backoff:
    """Tells a trouble when it begins, when it becomes another, and when it is over."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.problem: Problem | None = None
        """What keeps the watcher from working; None where it works."""
        self.pause = _FIRST_PAUSE
        """Seconds after which to try again."""

    def suffer(self, trouble: Trouble) -> None:
        """Say what is wrong, if it is not known; wait longer each time."""
        before, self.problem = self.problem, trouble.problem
        self.pause = _FIRST_PAUSE if before is None else min(_LONGEST_PAUSE, 2 * self.pause)
        if before and before.message == trouble.problem.message:
            return
        told = {"traceback": write_traceback(trouble.bug)} if trouble.bug else {}
        self._log.error(
            "cannot record", reason=trouble.problem.message, hint=trouble.problem.hint, **told
        )

    def recover(self) -> None:
        """Say that it is over, if anything was wrong."""
        if self.problem:
            self._log.info("recording again", was=self.problem.message)
        self.problem = None


def write_traceback(bug: Exception) -> str:
    """Write the traceback of an error of ours to a file of its own; return where that is."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="policycheck-", suffix=".txt", delete=False,
            encoding="utf-8", errors="replace",
        ) as file:  # fmt: skip
            file.write(f"policycheck {__version__}\n{''.join(traceback.format_exception(bug))}")
    except OSError:  # not even room for that
        return "".join(traceback.format_exception(bug))
    return str(Path(file.name))
