"""Version specs: `>=8.0.30,<9`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from policycheck.problems import quote
from policycheck.text import version_key

Comparison = Literal["<", "<=", ">", ">=", "=", "!="]
Key = tuple[int, ...]

_COMPARE: Mapping[str, Callable[[Key, Key], bool]] = MappingProxyType(
    {
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "=": operator.eq,
        "!=": operator.ne,
    }
)
_PART = re.compile(r"\s*(<=|>=|==|!=|<|>|=)?\s*(\S.*?)\s*")


@dataclass(frozen=True)
class VersionBound:
    """One comparison, with the version as it is written and as it is ordered."""

    comparison: Comparison
    version: str
    key: Key


@dataclass(frozen=True)
class VersionSpec:
    """Comparisons that must all hold."""

    text: str
    bounds: tuple[VersionBound, ...]

    def matches(self, version: str | None) -> bool | None:
        """Answer for a version; None where it is null or does not start with a number."""
        key = None if version is None else version_key(version)
        if key is None:
            return None
        return all(_COMPARE[bound.comparison](key, bound.key) for bound in self.bounds)


def parse_version_spec(text: str) -> VersionSpec:
    """Parse a spec; a bare version means that very one. Raises ValueError with a sentence."""
    return VersionSpec(text, tuple(_parse_bound(part) for part in text.split(",")))


def _parse_bound(part: str) -> VersionBound:
    match = _PART.fullmatch(part)
    key = version_key(match[2]) if match else None
    if match is None or key is None:
        raise ValueError(f"{quote(part.strip())} is not a version bound like >=8.0.30")
    comparison = {None: "=", "==": "="}.get(match[1], match[1])
    return VersionBound(comparison, match[2], key)  # type: ignore[arg-type]
