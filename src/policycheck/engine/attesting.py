"""Whose word is on file: attestations, joined to the devices and people that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import duckdb

from policycheck.attestations.model import Attestation
from policycheck.engine.session import insert_columns, naive_utc
from policycheck.policy.model import Control, Policy
from policycheck.text import fold_text

Given = dict[tuple[int, int | None], datetime]
"""Control and device -> when the newest word about it was given; without a device: the issuer."""


def note_attested(
    con: duckdb.DuckDBPyConnection,
    controls: Sequence[tuple[Policy, Control]],
    attestations: Sequence[Attestation],
    as_of: datetime,
) -> None:
    """Fill `attested` from the attestations that are valid at a moment.

    Of several about one unit the newest counts: what was reported before it contradicts nothing.
    """
    numbers = {(p.policy, c.id): number for number, (p, c) in enumerate(controls)}
    given: Given = {}
    for grain, find in (("issuer", None), ("person", _by_person), ("device", _by_device)):
        valid = [
            each
            for each in attestations
            if each.grain == grain
            and (each.policy, each.control) in numbers
            and each.state(as_of) == "valid"
        ]
        devices = find(con) if find and valid else {}
        for each in valid:
            for device_no in _about(each, devices):
                key = (numbers[each.policy, each.control], device_no)
                given[key] = max(each.given, given.get(key, each.given))
    rows = sorted(given, key=str)
    insert_columns(
        con,
        "attested",
        [
            ("INTEGER", [control_no for control_no, _ in rows]),
            ("INTEGER", [device_no for _, device_no in rows]),
            ("TIMESTAMP", [naive_utc(given[row]) for row in rows]),
        ],
    )


def _about(attestation: Attestation, devices: Mapping[str, Sequence[int]]) -> Iterator[int | None]:
    if attestation.grain == "issuer":
        yield None
    for word in attestation.about:
        yield from devices.get(fold_text(word), ())


def _by_person(con: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """Return the devices of each person by the words for them: e-mail, else person_id.

    A device whose user is in no people file is its user's, by what it calls them.
    """
    rows = con.execute(
        "SELECT o.device_no, o.person_no, d.user_id FROM device_person AS o"
        " JOIN device AS d ON d.device_no = o.device_no"
    ).fetchall()
    of_person: dict[int, list[int]] = {}
    found: dict[str, list[int]] = {}
    for device_no, person_no, user_id in rows:
        if person_no is not None:
            of_person.setdefault(person_no, []).append(device_no)
        elif user_id is not None:
            found.setdefault(fold_text(user_id), []).append(device_no)
    owners = con.execute(
        "SELECT folded, person_no FROM key_owner ORDER BY matched_by = 'email'"
    ).fetchall()
    return found | {folded: of_person.get(person_no, []) for folded, person_no in owners}


def _by_device(con: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """Return devices by their words: id, serial, udid or name; what two share means neither."""
    rows = con.execute("SELECT device_no, device_id, serial, udid, name FROM device").fetchall()
    found: dict[str, set[int]] = {}
    for device_no, *words in rows:
        for word in words:
            if word is not None:
                found.setdefault(fold_text(word), set()).add(device_no)
    return {word: list(devices) for word, devices in found.items() if len(devices) == 1}
