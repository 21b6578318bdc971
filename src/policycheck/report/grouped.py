"""Findings counted by who or what they are about: `report --by`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from policycheck.report.content import Content
from policycheck.report.rows import Finding, Holder
from policycheck.report.words import standing_of

GROUPS: Mapping[str, Callable[[Finding, Holder], str | None]] = MappingProxyType(
    {
        "person": lambda finding, holder: finding.person_id,
        "manager": lambda finding, holder: holder.manager,
        "department": lambda finding, holder: holder.department,
        "app": lambda finding, holder: _app(finding),
        "control": lambda finding, holder: f"{finding.policy}/{finding.control}",
    }
)
"""By what findings can be counted."""


class Group(NamedTuple):
    """The findings that have something in common, by how they stand."""

    name: str | None
    """Null: nobody knows."""
    overdue: int
    in_grace: int
    waived: int
    advice: int
    unknown: int
    devices: int
    """Devices, and people who are judged as such."""


def group(content: Content, by: str) -> list[Group]:
    """Count findings by one of `GROUPS`; most overdue first, then most of all."""
    key = GROUPS[by]
    standings: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    devices: defaultdict[str | None, set[int]] = defaultdict(set)
    for verdict in ("violation", "unknown"):
        for chunk in content.held_findings(verdict):
            for finding, holder in chunk:
                name = key(finding, holder)
                standings[name][standing_of(finding)] += 1
                unit = (finding.device_id, finding.device_name, finding.person_id)
                devices[name].add(hash(unit))
    groups = [
        Group(
            name,
            counts["overdue"],
            counts["in_grace"],
            counts["waived"],
            counts["advice"],
            counts["unknown"],
            len(devices[name]),
        )
        for name, counts in standings.items()
    ]
    return sorted(groups, key=lambda each: (-each.overdue, -sum(each[1:6]), each.name or ""))


def _app(finding: Finding) -> str | None:
    """Name the app; what the rules do not know stands for itself, a device for nothing."""
    return finding.app_id or (None if finding.subject == finding.control else finding.subject)
