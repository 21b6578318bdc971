"""What has to fit together in a policy beyond the shape of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from policycheck.policy.controls import READERS
from policycheck.policy.reader import Reader
from policycheck.problems import nearest, quote
from policycheck.yamlfile import Mapping, Scalar, Sequence, parse_date

BESIDE = {"except_apps": "forbid", "per": "require"}
"""The keys that belong beside one kind only."""


def check_policy(reader: Reader, root: Mapping) -> None:
    """Check a policy's own keys, and its controls' ids against each other."""
    _check_dates(reader, root)
    _check_superseded(reader, root)
    _check_ids(reader, root)


def check_control(reader: Reader, control: Mapping) -> str | None:
    """Check a control's keys against each other. Returns its kind, or None if that is unclear."""
    _check_dates(reader, control)
    if control.entry("grace") and (deadline := control.entry("deadline")):
        message = "a control has either a grace or a deadline"
        reader.refuse(deadline[0], message, "leave one of them out")
    kinds = [key for key, _ in control.entries if key.text in READERS]
    if len(kinds) == 1:
        _check_beside(reader, control, kinds[0].text)
        return kinds[0].text
    if kinds:
        message = f"a control has one kind, here are {' and '.join(quote(k.text) for k in kinds)}"
        reader.refuse(kinds[1], message, "make two controls of it")
    else:
        _refuse_kindless(reader, control)
    return None


def _refuse_kindless(reader: Reader, control: Mapping) -> None:
    if any(nearest(key.text, READERS) for key, _ in control.entries):
        return  # an unknown key, and what was meant by it
    hint = f"it needs one of: {', '.join(READERS)}"
    reader.refuse(control, "the control demands nothing", hint)


def _check_beside(reader: Reader, control: Mapping, kind: str) -> None:
    for key, _ in control.entries:
        owner = BESIDE.get(key.text, kind)
        if owner != kind:
            hint = "list them in 'apps'" if (kind, key.text) == ("only", "except_apps") else ""
            message = f"{quote(key.text)} belongs beside {quote(owner)}, not {quote(kind)}"
            reader.refuse(key, message, hint)
        if key.text == "indication" and kind in ("require", "attest"):
            message = f"{quote(kind)} cannot have an indication"
            hint = "it speaks of what is found: 'only' and 'forbid' can have one"
            reader.refuse(key, message, hint)


def _check_dates(reader: Reader, holder: Mapping) -> None:
    first, last = _date(holder, "effective_from"), _date(holder, "effective_until")
    until = holder.get("effective_until")
    if first and last and until and last < first:
        message = f"effective_until is before effective_from ({first})"
        reader.refuse(until, message, "it is the last day on which it holds")


def _date(holder: Mapping, key: str) -> date | None:
    node = holder.get(key)
    try:
        return parse_date(node.text) if isinstance(node, Scalar) else None
    except ValueError:
        return None


def _check_superseded(reader: Reader, root: Mapping) -> None:
    status, successor = root.get("status"), root.entry("superseded_by")
    word = status.text if isinstance(status, Scalar) else ""
    if status is not None and word == "superseded" and successor is None:
        reader.refuse(status, "a superseded policy says by what", "add 'superseded_by: ID'")
    elif successor is not None and word in ("draft", "active", "withdrawn"):
        hint = "write 'status: superseded', or leave it out"
        reader.refuse(successor[0], f"'superseded_by' beside 'status: {word}'", hint)


def _check_ids(reader: Reader, root: Mapping) -> None:
    lines: dict[str, int] = {}
    for node in _control_scalars(root, "id"):
        if node.text in lines:
            hint = f"it was first used in line {lines[node.text]}"
            reader.refuse(node, f"the control id {quote(node.text)} is used twice", hint)
        lines.setdefault(node.text, node.line + 1)
    for node in _control_scalars(root, "formerly"):
        if node.text in lines:
            message = f"{quote(node.text)} is the id of a control of today"
            reader.refuse(node, message, "'formerly' lists ids that are no longer used")


def _control_scalars(root: Mapping, key: str) -> Iterator[Scalar]:
    controls = root.get("controls")
    for control in controls.items if isinstance(controls, Sequence) else ():
        value = control.get(key) if isinstance(control, Mapping) else None
        for node in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(node, Scalar) and not node.is_null:
                yield node
