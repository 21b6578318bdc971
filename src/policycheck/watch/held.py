"""Files that cannot be recorded for now, though others can: each is tried again later and later."""

from __future__ import annotations

import os
from pathlib import Path

_FIRST_PAUSE = 60.0
_LONGEST_PAUSE = 3600.0


class Held:
    """Which files are held, by where they lie, and until when. In seconds of a steady clock."""

    def __init__(self) -> None:
        self._pauses: dict[Path, tuple[float, float]] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._pauses)

    def hold(self, place: Path, moment: float) -> bool:
        """Hold a file, for twice as long as before; True where it was not held."""
        before, _ = self._pauses.get(place, (0.0, 0.0))
        pause = min(_LONGEST_PAUSE, 2 * before) or _FIRST_PAUSE
        self._pauses[place] = (pause, moment + pause)
        return not before

    def waits(self, place: Path, moment: float) -> bool:
        """Tell whether a file is not to be tried yet."""
        return place in self._pauses and moment < self._pauses[place][1]

    def forget_gone(self) -> None:
        """Forget files that somebody took away."""
        for place in [place for place in self._pauses if not os.path.lexists(place)]:
            del self._pauses[place]

    def release(self, place: Path) -> None:
        """Forget a file: something has become of it."""
        if self._pauses:  # mostly there is none, and to look up a path takes its time
            self._pauses.pop(place, None)
