"""The queue as a file to fill in: each item with its answer still open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policycheck.report.words import counted
from policycheck.review.candidate import Candidate
from policycheck.review.yaml_text import flow_map, scalar

_HEAD = """\
# Items that no rule knows, most devices first. Give each of them one answer, then run
#
#     policycheck app review --decisions THIS-FILE
#
#   is: wechat                                 it is this app ('policycheck app lookup TEXT')
#   new_app: {app: some-chat, category: im}    an app that is in no rule; also names, vendor
#   not_app: wechat                            it is not that app, whatever it looks like
#   not_category: messaging                    it is nothing of the kind
#   skip: true                                 not now
#
# 'why' stands beside an answer, or once here for all that have none of their own; so does 'by'.
# Editors know the keys by the schema that 'policycheck app schema' prints.
language: 1
"""
_TYPES = {
    "android": "android_package",
    "ios": "ios_bundle",
    "ipados": "ios_bundle",
    "macos": "macos_bundle",
    "harmonyos": "harmony_bundle",
}


def type_of(candidate: Candidate) -> str | None:
    """Return the type of an item's identifier: as reported, else what its platform has only one of.

    Null where that leaves several, as on Windows and Linux.
    """
    item = candidate.item
    if item.identifier is None or item.identifier_type is not None or item.kind != "app":
        return item.identifier_type
    types = {_TYPES.get(platform) for platform in candidate.platforms}
    return types.pop() if len(types) == 1 else None


def write_template(candidates: Iterable[Candidate], by: str) -> Iterator[str]:
    """Yield the file, part by part."""
    yield f"{_HEAD}by: {scalar(by)}\n# why: ...\n"
    rows = [_row(candidate) for candidate in candidates]
    yield "decisions:\n" if rows else "decisions: []\n"
    yield from rows


def about(candidate: Candidate) -> str:
    """Say of an item how many devices have it, and why it is asked about."""
    devices = counted(candidate.devices, "device")
    where = f" ({', '.join(candidate.platforms)})" if candidate.platforms else ""
    return f"{devices}{where}; {'; '.join(candidate.reasons)}"


def _row(candidate: Candidate) -> str:
    item = candidate.item
    shown = flow_map(
        (
            ("kind", None if item.kind == "app" else item.kind),
            ("identifier", item.identifier),
            ("identifier_type", type_of(candidate)),
            ("name", item.name),
            ("publisher", item.publisher),
        )
    )
    return f"  - item: {shown}\n    about: {scalar(about(candidate))}\n    skip: true\n"
