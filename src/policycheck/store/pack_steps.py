"""Why a violation was one: each step of its verdict, with what was asked and of which values.

All of it follows from the other files of a pack: the policy's and the waivers' texts, the sealed
records, and the events. So it can be made again from them, and compared. A value that nobody
reported is null; one that had to be forgotten, or that was recorded by an older program, is not
there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policycheck.yamlfile import parse
from policycheck.yamlfile.decode import plain

_DATES = ("status", "effective_from", "effective_until", "timezone")
_DEMANDS = ("only", "forbid", "require", "attest", "except_apps", "per")
_ITEM = ("kind", "identifier", "name", "publisher", "version")
_RECOGNISED = ("app_id", "basis", "confidence")
_TABLES = ("device.", "person.")


def list_steps(
    events: Sequence[Mapping[str, Any]],
    runs: Sequence[Mapping[str, Any]],
    openings: Sequence[Mapping[str, Any]],
    files: Mapping[str, bytes],
) -> list[dict[str, Any]]:
    """Return the steps of the verdict of each opening, in order; none where no text is kept.

    Each is `{"run": ..., "steps": [{"step": ..., "asked": ..., "of": ..., "answer": ...}]}`.
    """
    by_id = {run["id"]: run for run in runs}
    told = []
    for opening in openings:
        run, sealed = by_id[opening["run"]], json.loads(opening["opening"])
        policy = _text_of(files, run, "policy", sealed["policy"])
        control = _find_control(policy, sealed["control"])
        if control is not None:
            personal = json.loads(opening["personal"][1]) if opening["personal"] else {}
            asked_of = personal.get("asked") or {}
            steps = [
                *_steps(policy, control, sealed, run, asked_of),
                *_waivers(events, run, sealed["fingerprint"], files, asked_of),
            ]
            told.append({"run": run["id"], "steps": steps})
    return told


def _text_of(
    files: Mapping[str, bytes], run: Mapping[str, Any], kind: str, name: str
) -> dict[str, Any]:
    """Return a text that a run went by, as plain values; empty where it is not in the pack."""
    for its_kind, its_name, sha256 in (run["seal"] or {}).get("contents", ()):
        path = f"{kind}/{sha256}.yaml"
        if (its_kind, its_name) == (kind, name) and path in files:
            read = plain(parse(files[path], path).root)
            return read if isinstance(read, dict) else {}
    return {}


def _find_control(policy: Mapping[str, Any], wanted: str) -> Mapping[str, Any] | None:
    controls = policy.get("controls") or ()
    return next((control for control in controls if control.get("id") == wanted), None)


def _steps(
    policy: Mapping[str, Any],
    control: Mapping[str, Any],
    sealed: Mapping[str, Any],
    run: Mapping[str, Any],
    asked_of: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """Yield what had to hold for a violation, in the order in which verdicts are found."""
    of = ("policy", policy), ("control", control)
    for name, part in of:
        if dates := {key: part[key] for key in _DATES if key in part}:
            yield _step(f"{name} in force", dates, {"as_of": run["as_of"]}, "yes")
    for name, part in of:
        if "applies_to" in part:
            scope = part["applies_to"]
            yield _step(f"{name} scope", scope, _values(scope, asked_of), "true")
    for name, part in of:
        for exception in part.get("except") or ():
            values = _values(exception.get("when"), asked_of)
            yield _step(f"{name} exception", exception, values, "not true, or over")
    found = {key: (sealed["item"] or {}).get(key) for key in _ITEM}
    found |= {key: sealed[key] for key in _RECOGNISED}
    demand = {key: control[key] for key in _DEMANDS if key in control}
    told = {key: value for key, value in found.items() if value is not None}
    yield _step("requirement", demand, told, "broken")
    if "indication" in control:
        sign = control["indication"]
        yield _step("indication", sign, _values(sign, asked_of), "not true")


def _waivers(
    events: Sequence[Mapping[str, Any]],
    run: Mapping[str, Any],
    fingerprint: str,
    files: Mapping[str, bytes],
    asked_of: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """Yield the waiver that covered it when it was opened, or that none did."""
    for each in events:
        _, run_id, _, name, kind, _, detail = each["event"]
        if (run_id, name, kind) == (run["id"], fingerprint, "waived"):
            waiver, _, until = detail.partition(" until ")
            when = _text_of(files, run, "waiver", waiver).get("when")
            asked = {"waiver": waiver, "when": when, "until": until}
            yield _step("waiver", asked, _values(when, asked_of), "waived")
            return
    yield _step("waiver", None, {}, "none")


def _step(step: str, asked: object, of: Mapping[str, object], answer: str) -> dict[str, Any]:
    return {"step": step, "asked": asked, "of": dict(of), "answer": answer}


def _values(condition: object, asked_of: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the columns that a MAP, or a list of them, asks."""
    maps = condition if isinstance(condition, list) else [condition]
    names = {key for each in maps if isinstance(each, dict) for key in each}
    return {
        name: asked_of[name]
        for name in sorted(names)
        if name.startswith(_TABLES) and name in asked_of
    }
