"""`policycheck device`: the fleet as it is recorded."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck import __version__
from policycheck.cli import options
from policycheck.cli.clock import moment_of, now
from policycheck.cli.listing import ListFormat, Listing, Row, print_listing
from policycheck.cli.output import say
from policycheck.cli.request import policies_at_hand, stored_judgements, zones_of

if TYPE_CHECKING:
    from policycheck.store.devices import Device

_COLUMNS = (
    "device_key", "device_id", "name", "serial", "udid", "platform", "person_id", "status",
    "first_seen", "last_seen", "left_at", "merged_into", "sources", "aliases",
)  # fmt: skip
_HEADS = ("device", "name", "person", "status", "last seen", "sources")
_SHOWN = tuple(
    map(_COLUMNS.index, ("device_key", "name", "person_id", "status", "last_seen", "sources"))
)
_commands = typer.Typer(
    name="device", help="Recorded devices.", no_args_is_help=True, rich_markup_mode=None
)


class _Status(StrEnum):
    PRESENT = "present"
    LEFT = "left"
    MERGED = "merged"
    ALL = "all"


def register(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(_commands)


@_commands.command("list")
def list_devices(
    *,
    status: Annotated[_Status, typer.Option("--status", help="Which.")] = _Status.PRESENT,
    form: ListFormat = "terminal",
    store: options.StoreUrl = None,
    no_color: options.NoColor = False,
) -> None:
    """List the devices that are in the fleet, or others.

    With whose they are, and when and by which systems they were last reported; as JSON and CSV with
    all words by which they are called.
    """
    from policycheck.store import devices
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(store=store), Path.cwd(), needs_facts=False)
    with stored_judgements(settings).reading() as connection:
        aliases = {} if form == "terminal" else devices.read_aliases(connection)
        rows = (
            _row(device, aliases.get(device.device_key, ()))
            for device in devices.list_devices(connection)
            if status in (_Status.ALL, device.status)
        )
        listing = Listing(_COLUMNS, rows, _HEADS, _cells, "no devices")
        print_listing(listing, form, no_color=no_color)


@_commands.command("retire")
def retire_device(
    *,
    word: Annotated[
        str,
        typer.Argument(metavar="DEVICE", callback=options.sound, help="Id, serial, udid or name."),
    ],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="When it left: a date means its end (now)."),
    ] = None,
    store: options.StoreUrl = None,
) -> None:
    """Say that a device has left the fleet.

    What is open of it is closed as device_left. What is reported of it later brings it back.
    """
    from policycheck.report.words import counted
    from policycheck.store.devices import find_device
    from policycheck.store.leaving import retire
    from policycheck.text import visible
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(store=store), Path.cwd(), needs_facts=False)
    policies = policies_at_hand(settings)
    with stored_judgements(settings).writing() as connection:
        at = moment_of(as_of, zones_of(connection, policies))
        device = find_device(connection, word)
        closed = retire(connection, device, at, __version__)
    say(f"{visible(device.device_key)} has left: {counted(closed, 'violation')} closed")


@_commands.command("merge")
def merge_devices(
    *,
    kept: Annotated[
        str,
        typer.Argument(metavar="DEVICE", callback=options.sound, help="The one that is kept."),
    ],
    gone: Annotated[
        str,
        typer.Argument(metavar="OTHER", callback=options.sound, help="What is the same device."),
    ],
    store: options.StoreUrl = None,
) -> None:
    """Say that two devices are one.

    It keeps all words by which either is called, the newest facts of each system, and the lives of
    the violations of both; the earlier first sight stays.
    """
    from policycheck.report.words import counted
    from policycheck.store.devices import find_device
    from policycheck.store.merging import merge
    from policycheck.text import visible
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(store=store), Path.cwd(), needs_facts=False)
    with stored_judgements(settings).writing() as connection:
        first, second = find_device(connection, kept), find_device(connection, gone)
        joined = merge(connection, first, second, now(), __version__)
    keys = (visible(first.device_key), visible(second.device_key))
    say(f"{keys[0]} is now {keys[1]}, too, with its {counted(joined, 'violation')}")


def _row(device: Device, aliases: tuple[str, ...]) -> Row:
    return (
        device.device_key,
        device.device_id,
        device.name,
        device.serial,
        device.udid,
        device.platform,
        device.person_id,
        device.status,
        device.first_seen,
        device.last_reported,
        device.left_at,
        device.merged_into,
        device.sources,
        aliases,
    )


def _cells(row: Row) -> list[str]:
    return [_told(row[place]) for place in _SHOWN]


def _told(value: object) -> str:
    from datetime import datetime

    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
