"""From what was asked on the command line to what the pipeline takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.cli.clock import moment_of, now
from policycheck.problems import PolicycheckError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from policycheck.inventory.mapping.file import FileMapping
    from policycheck.policy.model import Policy
    from policycheck.request import AuditRequest
    from policycheck.rulebook import Rulebook
    from policycheck.store.archive import Archive
    from policycheck.store.database import Store
    from policycheck.workspace import Settings


@dataclass(frozen=True)
class Asked:
    """Which devices are to be judged, and as of when."""

    inputs: tuple[Path, ...] = ()
    as_of: str | None = None
    device: str | None = None
    """The id of the device that reports which name none are about."""
    devices: tuple[str, ...] = ()
    """Keys of stored devices."""
    everything: bool = False
    complete: bool = False
    """The inputs name the whole fleet."""
    drafts: bool = False


def request_of(
    asked: Asked,
    settings: Settings,
    rulebook: Rulebook,
    mappings: Sequence[FileMapping] | None = None,
) -> AuditRequest:
    """Put together what to audit. Files count as received at the moment that is asked about.

    mappings: those of the settings, where they are loaded already. Raises PolicycheckError where
    nothing is asked, or a mapping is wrong.
    """
    from policycheck.inventory.mapping.file import load_mappings
    from policycheck.request import AuditRequest

    if not (asked.inputs or asked.devices or asked.everything):
        hint = "name inventory reports, or judge what is stored with --all"
        raise PolicycheckError([Problem("there is nothing to audit", None, hint)])
    started_at = now()
    as_of = started_at if asked.as_of is None else moment_of(asked.as_of, rulebook.zones)
    if mappings is None:
        mappings = load_mappings(settings.mappings)
    read_by = {f"mapping {mapping.name}": mapping.sha256 for mapping in mappings}
    granted = {f"waiver {waiver.id}": waiver.sha256 for waiver in rulebook.waivers}
    granted |= {f"attestation {each.id}": each.sha256 for each in rulebook.attestations}
    return AuditRequest(
        inputs=asked.inputs,
        policies=rulebook.policies,
        catalogue=rulebook.catalogue,
        as_of=as_of,
        received_at=as_of,
        started_at=started_at,
        waivers=rulebook.waivers,
        attestations=rulebook.attestations,
        people=settings.people,
        mappings=tuple(mappings),
        device=asked.device or "",
        drafts=asked.drafts,
        assume=settings.assume,
        devices=asked.devices,
        everything=asked.everything,
        of_now=asked.as_of is None,
        complete=asked.complete,
        minimise=settings.minimise,
        options={**_options(asked, settings), **read_by, **granted},
    )


def _options(asked: Asked, settings: Settings) -> dict[str, str]:
    """Say what is recorded with the run, besides files and policies."""
    options = {
        "as_of": asked.as_of or "",
        "device": asked.device or "",
        "all": "yes" if asked.everything else "",
        "complete": "yes" if asked.complete else "",
        "drafts": "yes" if asked.drafts else "",
        "minimise": "yes" if settings.minimise else "",
        "fail_on": str(settings.fail_on),
        **{f"assume person.{column}": value for column, value in settings.assume.items()},
    }
    return {name: value for name, value in options.items() if value}


def archive_of(settings: Settings, *, writes: bool) -> Archive | None:
    """Return where to record and what is known; None where there is nothing of the kind.

    That is outside a workspace without --store, and where a store that is only to be read has
    not been made yet.
    """
    if settings.store is None or settings.facts is None:
        return None
    if not writes and not settings.store_exists:
        return None
    from policycheck.store.archive import Archive
    from policycheck.store.database import open_store
    from policycheck.store.facts import Facts

    return Archive(open_store(settings.store), Facts(settings.facts), writes=writes)


def stored(settings: Settings) -> Archive:
    """Return what is stored, to be read. Raises PolicycheckError where there is no store."""
    archive = archive_of(settings, writes=False)
    if archive is None:
        raise no_store()
    return archive


def stored_judgements(settings: Settings) -> Store:
    """Return the database, to be read. Raises PolicycheckError where there is none."""
    if settings.store is None or not settings.store_exists:
        raise no_store()
    from policycheck.store.database import open_store

    return open_store(settings.store)


def policies_at_hand(settings: Settings) -> dict[str, Policy]:
    """Load the policies that are at hand, by id: those of the config count, then the own ones."""
    from policycheck.policy.load import in_folder, load

    groups = [in_folder(folder) for folder in reversed(settings.policy_folders)]
    if settings.named:
        groups.append(settings.policy_paths())
    return {policy.policy: policy for paths in groups for policy in load(paths)}


def zones_of(connection: Connection, policies: Mapping[str, Policy]) -> set[str]:
    """Return the time zones of those of the policies that any recorded violation is of."""
    from policycheck.store.timeline import list_policies

    recorded = list_policies(connection)
    return {policies[policy].timezone for policy in recorded if policy in policies}


def no_store() -> PolicycheckError:
    """Say that nothing was recorded here."""
    hint = "run this in a workspace after an audit, or name a store with --store"
    return PolicycheckError([Problem("there is no store", None, hint)])
