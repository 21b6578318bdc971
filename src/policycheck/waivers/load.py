"""Waiver files to waivers: everything that is wrong with all of them, at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from policycheck.policy.calendar import end_of_day, start_of_day
from policycheck.policy.map_reader import FLEET, read_condition
from policycheck.policy.model import Attest, Condition, Waivers
from policycheck.policy.reader import Reader
from policycheck.policy.reference import (
    Policies,
    Reference,
    load_all,
    read_all,
    refer,
    zone_of,
)
from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.text import fold_text
from policycheck.waivers.file import WaiverFile
from policycheck.waivers.model import Waiver
from policycheck.yamlfile import Document, Mapping, decode


def load(paths: Iterable[Path], policies: Policies) -> tuple[Waiver, ...]:
    """Load waivers, in the order of the paths.

    policies: all that a waiver can be of. Raises PolicycheckError with every problem of every
    file: an audit never goes by half the waivers.
    """
    documents, problems = read_all(paths)
    waivers, found = load_all(documents, policies, read_waiver, "waiver")
    if problems or found:
        raise PolicycheckError([*problems, *found])
    return waivers


def read_waiver(document: Document, policies: Policies) -> tuple[Waiver | None, list[Problem]]:
    """Read one parsed file. Returns the waiver, or None and all that is wrong."""
    written, problems = decode(document, WaiverFile)
    root = document.root
    if not isinstance(root, Mapping):
        return None, list(problems)
    reader = Reader(document, None, zone_of(document, policies), list(problems))
    when = _condition(reader, root, "when")
    provided = _condition(reader, root, "provided")
    reference = refer(reader, policies)
    if written is not None:
        _check_people(reader, root, written)
        _check_days(reader, root, written)
    if written is not None and reference is not None:
        _check_reference(reader, root, reference)
        _check_terms(reader, root, written, reference.policy.waivers)
    if written is None or reference is None or when is None or reader.problems:
        return None, reader.problems
    return _waiver(document, written, reference, when, provided), []


def _condition(reader: Reader, root: Mapping, key: str) -> Condition | None:
    node = root.get(key)
    return None if node is None else read_condition(reader, node, FLEET)


def _check_people(reader: Reader, root: Mapping, written: WaiverFile) -> None:
    """Refuse a waiver that somebody approved for themselves."""
    if fold_text(written.requested_by) == fold_text(written.approved_by):
        message = f"{quote(written.approved_by)} requested it, and cannot approve it"
        reader.refuse(root.get("approved_by") or root, message, "two people answer for a waiver")


def _check_days(reader: Reader, root: Mapping, written: WaiverFile) -> None:
    if written.expires < written.granted:
        message = f"it expires before it is granted ({written.granted})"
        hint = "'expires' is the last day on which it holds"
        reader.refuse(root.get("expires") or root, message, hint)


def _check_reference(reader: Reader, root: Mapping, reference: Reference) -> None:
    if isinstance(reference.control.demand, Attest):
        message = f"{quote(reference.control.id)} asks for an attestation: nothing breaks it"
        hint = "put an attestation on file: 'policycheck attestation add'"
        reader.refuse(root.get("control") or root, message, hint)


def _check_terms(reader: Reader, root: Mapping, written: WaiverFile, terms: Waivers) -> None:
    """Check what the policy says of waivers: whether, by whom, for how long."""
    if not terms.allowed:
        message = f"policy {quote(written.policy)} allows no waivers"
        reader.refuse(root.get("policy") or root, message)
        return
    approvers = {fold_text(name) for name in terms.approved_by}
    given = {fold_text(written.approved_by), fold_text(written.approved_as)}
    if approvers and not approvers & given:
        key = "approved_as" if written.approved_as else "approved_by"
        word = written.approved_as or written.approved_by
        hint = f"the policy allows: {', '.join(terms.approved_by)}; say an office in 'approved_as'"
        reader.refuse(root.get(key) or root, f"{quote(word)} cannot approve it", hint)
    days = (written.expires - written.granted).days + 1
    if terms.max_days is not None and days > terms.max_days:
        message = f"it is granted for {days} days, more than {terms.max_days}"
        hint = f"the policy allows {terms.max_days} days; both days count"
        reader.refuse(root.get("expires") or root, message, hint)


def _waiver(
    document: Document,
    written: WaiverFile,
    reference: Reference,
    when: Condition,
    provided: Condition | None,
) -> Waiver:
    policy, control = reference
    return Waiver(
        id=written.waiver,
        policy=policy.policy,
        control=control.id,
        when=when,
        provided=provided,
        subjects=written.subject,
        reason=written.reason,
        ticket=written.ticket,
        requested_by=written.requested_by,
        approved_by=written.approved_by,
        approved_as=written.approved_as,
        granted=written.granted,
        expires=written.expires,
        starts=start_of_day(written.granted, policy.timezone),
        ends=end_of_day(written.expires, policy.timezone),
        max_share=policy.waivers.max_share,
        path=document.path,
        sha256=document.sha256,
    )
