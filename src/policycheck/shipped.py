"""Where the policies, rules and examples that policycheck brings along lie.

In a wheel they are part of the package, in a checkout they stand at the top of the
repository, where people read and change them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def shipped(library: Literal["policies", "rules", "examples/fleet"]) -> Path:
    """Return the folder of a shipped library. Raises FileNotFoundError if it is not there."""
    places = (_PACKAGE / "shipped" / library, _PACKAGE.parents[1] / library)
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"policycheck was installed without its {library}: {places[0]}")
