"""What is done with each file of a batch once its fate is known, and what is said of it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from policycheck.watch.backoff import write_traceback
from policycheck.watch.batch import Fate
from policycheck.watch.claims import Claims
from policycheck.watch.figures import Figures, now
from policycheck.watch.held import Held
from policycheck.watch.in_place import InPlace
from policycheck.watch.log import Log

_MOST_TOLD = 100
"""So many rejections of a batch are told each in a line: thousands would bury all else."""


class Filing:
    """Files files away, counts, and tells."""

    def __init__(self, held: Held, figures: Figures, log: Log) -> None:
        self._held = held
        self._figures = figures
        self._log = log
        self._rejected = 0
        """Files of the batch in hand."""

    def file_away(self, claims: Claims | InPlace, fate: Fate) -> None:
        """Put a file where it belongs now, and say so where somebody may want to know."""
        at = now()
        place = claims.place_of(fate.drop)
        if fate.held:
            if self._held.hold(place, time.monotonic()):
                bug = {"traceback": write_traceback(fate.bug)} if fate.bug else {}
                self._log.error(
                    "kept, to be tried again", file=fate.drop.name, reason=fate.held, **bug
                )
            return
        self._held.release(place)
        if fate.reason:
            claims.reject(fate.drop, fate.reason, at)
            self._figures.reject(at)
            self._rejected += 1
            if self._rejected <= _MOST_TOLD:
                self._log.warning("rejected", file=fate.drop.name, reason=fate.reason)
        elif fate.changed:
            claims.give_back(fate.drop)
            self._log.warning("changed while it was read, taken again", file=fate.drop.name)
        else:
            claims.finish(fate.drop, at)

    def tell(self, fates: Sequence[Fate], seconds: float) -> None:
        """Count what was recorded, and say so."""
        self._figures.batches += 1
        self._figures.seconds += seconds
        self._figures.held = len(self._held)
        if self._rejected > _MOST_TOLD:
            self._log.warning(
                "rejected more", files=self._rejected - _MOST_TOLD,
                hint="each has its reason beside it in rejected/",
            )  # fmt: skip
        self._rejected = 0
        recorded = [fate for fate in fates if not fate.reason and not fate.held]
        runs = sorted({fate.run_id for fate in recorded if fate.run_id is not None})
        known = sum(fate.run_id is None for fate in recorded)
        self._figures.recorded += len(recorded) - known
        self._figures.known += known
        for run_id in runs:
            self.tell_of_run(run_id)
        if recorded:
            self._log.info(
                "recorded", files=len(recorded) - known, known=known, runs=runs,
                seconds=round(seconds, 3),
            )  # fmt: skip

    def tell_of_run(self, run_id: int) -> None:
        """Count a run that is committed: whom it concerns may be told of it now."""
        self._figures.run(run_id, now())
