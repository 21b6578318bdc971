"""A pack's index: what it proves, in Markdown in which no text of others is taken for more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policycheck.store.canonical import canonical
from policycheck.text import visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$:])")


def write_index(
    fingerprint: str,
    events: Sequence[Mapping[str, Any]],
    runs: Sequence[Mapping[str, Any]],
    openings: Sequence[Mapping[str, Any]],
    *,
    steps: Sequence[Mapping[str, Any]],
    files: Sequence[str],
) -> str:
    """Return the index; all that it says is said by the other files."""
    lines = [f"# Evidence of violation {fingerprint}", ""]
    lines.append(f"Head of the chain: {runs[-1]['hash']} (run {runs[-1]['id']})")
    for opening in openings:
        lines += ["", f"## What proved it in run {opening['run']}", ""]
        lines += _members(json.loads(opening["opening"]))
        told = opening["personal"]
        lines += _members(json.loads(told[1])) if told else ["- who: forgotten"]
    for verdict in steps:
        lines += ["", f"## Why it was a violation in run {verdict['run']}", ""]
        lines += [line for step in verdict["steps"] for line in _step(step)]
    lines += ["", "## Its life", ""]
    for event in events:
        number, run_id, at, _, kind, cause, detail = event["event"]
        more = f", {_inert(detail)}" if detail else ""
        lines.append(f"- {at} {_inert(kind)} by {_inert(cause)}{more}"
                     f" (event {number} of run {run_id})")  # fmt: skip
    lines += ["", "## Files", "", *(f"- {name}" for name in files), ""]
    return "\n".join(lines)


def _step(step: Mapping[str, Any]) -> Iterator[str]:
    """Tell a step of the verdict: its answer, what was asked, and of which values."""
    yield f"- {_inert(step['step'])}: {_inert(step['answer'])}"
    if step["asked"]:
        yield f"  - asked: {_inert(canonical(step['asked']))}"
    yield from (f"  - {_inert(name)} = {_inert(value)}" for name, value in step["of"].items())


def _members(told: Mapping[str, Any]) -> Iterator[str]:
    for name, value in told.items():
        if isinstance(value, Mapping):
            yield f"- {_inert(name)}"
            yield from (f"  {line}" for line in _members(value))
        elif value is not None:
            yield f"- {_inert(name)} = {_inert(value)}"


def _inert(value: object) -> str:
    return _SPECIAL.sub(r"\\\1", visible(str(value)))
