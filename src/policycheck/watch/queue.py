"""What lies in the inbox and is to be taken: looked at from time to time, taken batch by batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policycheck.watch.inbox import Candidate, Inbox

_NEWEST = 10
"""One in so many places of a batch is for what came last: a burst delays no lone report."""
_FEWEST = 200
"""A batch of fewer takes hardly less time: what has to be done for each batch outweighs it."""
_REST = 10
"""So many times as long as a look took is no other one needed, while there is enough to take."""


@dataclass(frozen=True)
class Pace:
    """How much is taken at once, and how often is looked."""

    files: int = 4000
    bytes: int = 64 * 1024 * 1024
    seconds: float = 5.0
    """How long a batch may take: after a longer one the next has half as many files."""
    rescan: float = 10.0
    """Seconds from one look to the next where no event comes earlier."""


class Queue:
    """The files that wait, the oldest first."""

    def __init__(self, inbox: Inbox, pace: Pace) -> None:
        self._inbox = inbox
        self._pace = pace
        self._places = pace.files
        self._files: list[Candidate] = []
        self._fresh_until = 0.0

    def __len__(self) -> int:
        """Return how many waited when they were looked at, but for those taken since."""
        return len(self._files)

    def look(self, wanted: Callable[[Candidate], bool]) -> None:
        """Look at the inbox, unless more than a batch is left of a look that was dear.

        A look at 100,000 files takes as long as recording a thousand. Raises OSError.
        """
        began = time.monotonic()
        if began < self._fresh_until and len(self._files) > self._places:
            return
        self._files = [file for file in self._inbox.look(began) if wanted(file)]
        ended = time.monotonic()
        self._fresh_until = ended + _REST * (ended - began)

    def forget(self) -> None:
        """Look anew in any case."""
        self._files = []

    def choose(self) -> list[Candidate]:
        """Choose a batch of whole files, the oldest and some of the newest; they wait no more."""
        moment = time.monotonic()
        chosen: list[Candidate] = []
        size = 0
        for file in self._order():
            if len(chosen) == self._places or (chosen and size + file.size > self._pace.bytes):
                break
            if self._inbox.is_whole(file, moment):
                chosen.append(file)
                size += file.size
        taken = {file.name for file in chosen}
        self._files = [file for file in self._files if file.name not in taken] if taken else []
        return chosen

    def _order(self) -> Sequence[Candidate]:
        newest = len(self._files) - self._places // _NEWEST
        if len(self._files) <= self._places:
            return self._files
        return [*self._files[newest:], *self._files[:newest]]

    def adapt(self, seconds: float, files: int) -> None:
        """Let a batch take about as long as it may, after one of so many files took so long."""
        if seconds > self._pace.seconds:
            fewest = min(_FEWEST, self._pace.files)
            self._places = max(fewest, min(self._places, files) // 2)
        elif files >= self._places:
            self._places = min(self._pace.files, self._places * 2)
