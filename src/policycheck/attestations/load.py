"""Attestation files to attestations: everything that is wrong with all of them, at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from policycheck.attestations.file import AttestationFile
from policycheck.attestations.model import Attestation
from policycheck.policy.calendar import end_of_day, start_of_day
from policycheck.policy.model import Attest, Policy
from policycheck.policy.reader import Reader
from policycheck.policy.reference import Policies, load_all, read_all, refer, zone_of
from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.yamlfile import Document, Mapping, decode


def load(paths: Iterable[Path], policies: Policies) -> tuple[Attestation, ...]:
    """Load attestations, in the order of the paths.

    policies: all that an attestation can be of. Raises PolicycheckError with every problem of
    every file.
    """
    documents, problems = read_all(paths)
    attestations, found = load_all(documents, policies, read_attestation, "attestation")
    if problems or found:
        raise PolicycheckError([*problems, *found])
    return attestations


def read_attestation(
    document: Document, policies: Policies
) -> tuple[Attestation | None, list[Problem]]:
    """Read one parsed file. Returns the attestation, or None and all that is wrong."""
    written, problems = decode(document, AttestationFile)
    root = document.root
    if not isinstance(root, Mapping):
        return None, list(problems)
    reader = Reader(document, None, zone_of(document, policies), list(problems))
    reference = refer(reader, policies)
    if written is not None and written.valid_until < written.date:
        message = f"it is not valid on the day of the attestation ({written.date})"
        hint = "'valid_until' is the last day on which it counts"
        reader.refuse(root.get("valid_until") or root, message, hint)
    demand = None if reference is None else reference.control.demand
    if reference is not None and not isinstance(demand, Attest):
        message = f"{quote(reference.control.id)} asks for no attestation"
        hint = "a violation is waived, not attested away: 'policycheck waiver new'"
        reader.refuse(root.get("control") or root, message, hint)
    if written is not None and isinstance(demand, Attest):
        _check_device(reader, root, written, demand)
    if written is None or reference is None or reader.problems or not isinstance(demand, Attest):
        return None, reader.problems
    return _attestation(document, written, reference.policy, reference.control.id, demand), []


def _check_device(reader: Reader, root: Mapping, written: AttestationFile, demand: Attest) -> None:
    """Check that devices are named where, and only where, the control asks of each device."""
    if demand.by == "device" and not written.device:
        hint = "list their ids, serial numbers, udids or names"
        reader.refuse(root, f"{quote(written.control)} asks of each device: name them", hint)
    elif demand.by != "device" and written.device:
        told = {
            "issuer": "it is about the issuer as a whole",
            "person": "it is about those who are listed in 'attested_by'",
        }[demand.by]
        entry = root.entry("device")
        message = f"{quote(written.control)} asks of no device"
        reader.refuse(entry[0] if entry else root, message, told)


def _attestation(
    document: Document, written: AttestationFile, policy: Policy, control: str, demand: Attest
) -> Attestation:
    return Attestation(
        id=written.attestation,
        policy=policy.policy,
        control=control,
        grain=demand.by,
        attested_by=written.attested_by,
        devices=written.device,
        dated=written.date,
        valid_until=written.valid_until,
        starts=start_of_day(written.date, policy.timezone),
        given=end_of_day(written.date, policy.timezone),
        ends=end_of_day(written.valid_until, policy.timezone),
        note=written.note,
        path=document.path,
        sha256=document.sha256,
    )
