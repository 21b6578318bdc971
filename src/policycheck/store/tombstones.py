"""Tombstones: what was removed on purpose. The runs that did it say so, and are in the chain.

So `store verify` tells what was pruned from what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PRUNE = "prune"
"""The kind of the runs that removed something."""
_SEGMENTS, _CONTENTS, _REJECTIONS = "segments", "contents", "rejections until run"


@dataclass(frozen=True)
class Tombstones:
    """What may be absent."""

    segments: frozenset[str] = frozenset()
    """Digests of segments of facts."""
    contents: frozenset[str] = frozenset()
    """Digests of contents."""
    rejections: int = 0
    """The last run whose rejected rows were removed, with those of all before it."""

    def as_options(self) -> dict[str, str]:
        """Return them as the options of the run that removes it."""
        options = {
            _SEGMENTS: " ".join(sorted(self.segments)),
            _CONTENTS: " ".join(sorted(self.contents)),
            _REJECTIONS: str(self.rejections or ""),
        }
        return {name: value for name, value in options.items() if value}


def read_tombstones(runs: Iterable[Mapping[str, Any]]) -> Tombstones:
    """Gather them from the columns of runs."""
    told = [run["options"] for run in runs if run["kind"] == PRUNE]
    return Tombstones(
        frozenset(digest for each in told for digest in each.get(_SEGMENTS, "").split()),
        frozenset(digest for each in told for digest in each.get(_CONTENTS, "").split()),
        max((int(each.get(_REJECTIONS, 0)) for each in told), default=0),
    )
