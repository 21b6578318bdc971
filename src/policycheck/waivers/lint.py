"""What can be wrong with a waiver although every word of it is right: that it is for too many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from policycheck.problems import Problem, quote
from policycheck.waivers.model import Waiver
from policycheck.yamlfile import Mapping, read


class Breadth(Protocol):
    """How many of a control's scope a waiver is for."""

    @property
    def waiver(self) -> Waiver:
        """The waiver."""

    @property
    def covered(self) -> int:
        """The units that it is for."""

    @property
    def in_scope(self) -> int:
        """All units in the control's scope."""


def refuse_broad(broad: Iterable[Breadth]) -> Iterator[Problem]:
    """Say, at their conditions, that waivers are for more of a scope than the policy allows."""
    for each in broad:
        waiver = each.waiver
        document = read(Path(waiver.path))
        root = document.root
        node = root.get("when") if isinstance(root, Mapping) else None
        message = (
            f"it is for {each.covered:,} of the {each.in_scope:,} in the scope of"
            f" {quote(waiver.control)}: more than {waiver.max_share:.1%}"
        )
        hint = "narrow it; what is for so many belongs into the policy"
        yield document.problem(node or root, message, hint)
