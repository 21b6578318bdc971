"""`policycheck waiver`: approved, dated exemptions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options
from policycheck.cli.clock import now
from policycheck.cli.listing import ListFormat, Listing, print_listing
from policycheck.cli.output import print_problems, say, unfinished_file
from policycheck.cli.request import Asked, archive_of, no_store, request_of, stored_judgements
from policycheck.problems import PolicycheckError, Problem, quote

if TYPE_CHECKING:
    from policycheck.policy.model import Policy
    from policycheck.rulebook import Rulebook
    from policycheck.waivers.model import Waiver
    from policycheck.workspace import Settings

_commands = typer.Typer(
    name="waiver",
    help="Waivers: dated exemptions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
COLUMNS = (
    "waiver", "policy", "control", "state", "granted", "expires", "requested_by", "approved_by",
    "ticket", "reason", "violations", "path",
)  # fmt: skip


def register(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(_commands)


def _parse_days(text: str) -> timedelta:
    from policycheck.yamlfile import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


@_commands.command("list")
def list_waivers(
    *,
    expiring: Annotated[
        timedelta | None,
        typer.Option(
            "--expiring", parser=_parse_days, metavar="30d", help="In force, but not for longer."
        ),
    ] = None,
    unused: Annotated[
        bool, typer.Option("--unused", help="Those that waive nothing that is recorded.")
    ] = False,
    lapsed: Annotated[bool, typer.Option("--lapsed", help="Those that are over.")] = False,
    as_of: options.AsOf = None,
    store: options.StoreUrl = None,
    form: ListFormat = "terminal",
    no_color: options.NoColor = False,
) -> None:
    """List the waivers.

    With how many violations each waived when they were last judged.
    """
    from policycheck.cli.clock import moment_of
    from policycheck.rulebook import load_rulebook
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(store=store), Path.cwd(), needs_facts=False)
    rulebook = load_rulebook(settings, drafts=True)
    at = moment_of(as_of, rulebook.zones)
    counts = _counts(settings)
    if unused and counts is None:
        raise no_store()
    rows = [
        _row(waiver, waiver.state(at), counts)
        for waiver in sorted(rulebook.waivers, key=lambda waiver: (waiver.expires, waiver.id))
        if (expiring is None or at <= waiver.ends <= at + expiring)
        and not (unused and counts and counts.get(waiver.id))
        and not (lapsed and waiver.state(at) != "lapsed")
    ]
    listing = Listing(
        columns=COLUMNS,
        rows=rows,
        heads=("waiver", "control", "state", "expires", "approved by", "violations"),
        cells=lambda row: [
            "-" if row[place] is None else str(row[place]) for place in (0, 2, 3, 5, 7, 10)
        ],
        empty="no waivers",
    )
    print_listing(listing, form, no_color=no_color)


def _counts(settings: Settings) -> dict[str, int] | None:
    """Count the open violations that are waived, by waiver; None where nothing is recorded."""
    from policycheck.store.violations import count_waived

    if settings.store is None or not settings.store_exists:
        return None
    with stored_judgements(settings).reading() as connection:
        return count_waived(connection)


def _row(waiver: Waiver, state: str, counts: dict[str, int] | None) -> tuple[object, ...]:
    return (
        waiver.id,
        waiver.policy,
        waiver.control,
        state,
        waiver.granted.isoformat(),
        waiver.expires.isoformat(),
        waiver.requested_by,
        waiver.approved_by,
        waiver.ticket,
        waiver.reason,
        None if counts is None else counts.get(waiver.id, 0),
        waiver.path,
    )


@_commands.command("lint")
def lint_waivers(
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Waivers; by default the workspace's own."),
    ] = None,
    store: options.StoreUrl = None,
) -> None:
    """Check waivers: every mistake with its place and a hint.

    Where something is recorded it is judged again, to see which are for too many.
    """
    from dataclasses import replace

    from policycheck.pipeline import audit
    from policycheck.report.words import counted
    from policycheck.rulebook import load_rulebook, load_waiver_files
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(store=store), Path.cwd())
    rulebook = load_rulebook(settings, drafts=True, records=False)
    waivers = load_waiver_files(settings, rulebook, tuple(files or settings.waiver_paths))
    archive = archive_of(settings, writes=False)
    if archive is not None and waivers:
        request = request_of(Asked(everything=True, drafts=True), settings, rulebook)
        with audit(replace(request, waivers=waivers), archive) as outcome:
            broad = [effect for effect in outcome.effects if effect.too_broad]
        from policycheck.waivers.lint import refuse_broad

        if broad:
            raise PolicycheckError(refuse_broad(broad))
    print_problems(rulebook.remarks)
    say(f"{counted(len(waivers), 'waiver')}: no mistakes")


@_commands.command("new")
def new_waiver(
    *,
    fingerprint: Annotated[
        str, typer.Argument(metavar="ID", callback=options.sound, help="Or how it begins.")
    ],
    name: Annotated[
        str | None, typer.Option("--id", metavar="NAME", help="What to call the waiver.")
    ] = None,
    store: options.StoreUrl = None,
) -> None:
    """Draft a waiver of a violation, to be completed.

    The draft counts once it is complete and its name ends in .yaml.
    """
    from policycheck.rulebook import load_rulebook
    from policycheck.store.violations import find_violation
    from policycheck.waivers.draft import draft
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(store=store), Path.cwd(), needs_facts=False)
    rulebook = load_rulebook(settings, drafts=True)
    with stored_judgements(settings).reading() as connection:
        violation = find_violation(connection, fingerprint)
    policy = _policy(rulebook, violation.policy)
    called = name or f"{violation.control}-{violation.fingerprint[:8]}"
    path = (settings.workspace or Path.cwd()) / "waivers" / f"{called}.yaml.draft"
    text = draft(
        called,
        policy,
        violation.control,
        device_id=violation.device_id,
        person_id=violation.person_id,
        subject=violation.subject,
        today=now().date(),
    )
    write_new(path, text)
    say(f"made {path}: complete it, check it with 'policycheck waiver lint', name it {called}.yaml")


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises PolicycheckError where it is."""
    if path.exists():
        raise PolicycheckError([Problem(f"{quote(str(path))} is there already", None)])
    path.parent.mkdir(parents=True, exist_ok=True)
    with unfinished_file(path, "utf-8") as stream:
        stream.write(text)


def _policy(rulebook: Rulebook, name: str) -> Policy:
    for policy in rulebook.policies:
        if policy.policy == name:
            return policy
    raise PolicycheckError([Problem(f"there is no policy {quote(name)} here any more", None)])


@_commands.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of waivers, for editors."""
    import json

    from policycheck.policy.schema import record_schema
    from policycheck.waivers.file import WaiverFile

    schema = record_schema(WaiverFile, "A policycheck waiver")
    say(json.dumps(schema, indent=2, ensure_ascii=False))
