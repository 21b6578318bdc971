"""An attestation as a file's text."""

from __future__ import annotations

from collections.abc import Sequence

from policycheck.text import visible


def write_attestation(
    name: str,
    policy: str,
    control: str,
    attested_by: Sequence[str],
    devices: Sequence[str],
    *,
    date: str,
    valid_until: str,
    note: str | None,
) -> str:
    """Write an attestation; whether it is right is for its reader to say."""
    lines = [
        "language: 1",
        f"attestation: {name}",
        f"policy: {_quoted(policy)}",
        f"control: {_quoted(control)}",
        f"attested_by: [{', '.join(map(_quoted, attested_by))}]",
        *([f"device: [{', '.join(map(_quoted, devices))}]"] if devices else []),
        f"date: {_quoted(date)}",
        f"valid_until: {_quoted(valid_until)}",
        *([f"note: {_quoted(note)}"] if note else []),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + visible(text).replace("'", "''") + "'"
