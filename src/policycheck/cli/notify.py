"""`policycheck notify`: tell people what is new, and what will be due."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options
from policycheck.cli.clock import now
from policycheck.cli.exits import Exit
from policycheck.cli.output import print_problems, say
from policycheck.cli.request import no_store
from policycheck.problems import PolicycheckError, Problem, quote

if TYPE_CHECKING:
    from policycheck.notify.outgoing import Delivery, Office
    from policycheck.notify.senders import Sender
    from policycheck.store.outbox import Message, Waiting
    from policycheck.workspace import Settings

_WAIT_SECONDS = 60.0
_MOST_LISTED = 20
_WIDEST = 400


class _Begin(StrEnum):
    NOW = "now"
    OPEN = "open"


Dry = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be sent now, and to whom; send nothing.")
]
Begin = Annotated[
    _Begin | None,
    typer.Option(
        "--begin",
        help="Let channels that are new begin: tell only what comes from now on, or first also"
        " what is open.",
    ),
]


def register(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command("notify")(notify)


def notify(
    *,
    dry_run: Dry = False,
    begin: Begin = None,
    people: options.People = None,
    mapping: options.Mappings = None,
    store: options.StoreUrl = None,
) -> None:
    """Tell people what is new, by mail and chat.

    That is violations, due dates, waivers that lapse, and coverage. Sends the digests whose time
    has come, and again what could not be sent: call it from cron, or let `watch` do it. Channels
    stand under `notify:` in policycheck.yaml. One that is new shows what it would send, and sends
    nothing before --begin.

    Ends with 3 if something could not be sent: it is tried again later.
    """
    from policycheck.notify import outgoing
    from policycheck.workspace import Given, resolve

    given = Given(people=people, store=store, mappings=tuple(mapping or ()))
    settings = resolve(given, Path.cwd(), needs_facts=False)
    office, moment = open_office(settings), now()
    begun = outgoing.list_begun(office.store, office.config)
    new = [name for name in office.config.channels if name not in begun]
    senders, problems = open_senders(settings)
    print_problems(problems)
    if begin is not None:
        made = outgoing.begin(office, new, moment, with_standing=begin is _Begin.OPEN)
        say(f"begun: {', '.join(new) or 'nothing, every channel has'}; messages to send: {made:,}")
    elif dry_run or new:
        _show(office, outgoing.preview(office, moment), () if dry_run else new, new)
    if not dry_run:
        outgoing.fill_outbox(office, moment)
        delivery = outgoing.send_waiting(office, senders, moment)
        say(f"sent {_counted(delivery.messages, delivery.notices)}")
        _tell_of_failures(office, delivery)
    if problems:
        raise typer.Exit(Exit.COULD_NOT_AUDIT)
    if not dry_run and delivery.failures:
        raise typer.Exit(Exit.INCOMPLETE)


def open_office(settings: Settings) -> Office:
    """Return what messages are made from. Raises PolicycheckError where there is no such thing."""
    from policycheck.inventory.mapping.file import load_mappings
    from policycheck.notify.outgoing import Office
    from policycheck.notify.people import Directory, read_directory
    from policycheck.store.database import open_store

    if settings.notify is None:
        hint = "write 'notify:' into policycheck.yaml; docs/notifying.md shows how"
        raise PolicycheckError([Problem("nobody is to be told anything", None, hint)])
    if settings.store is None or not settings.store_exists:
        raise no_store()

    def directory() -> Directory:
        if settings.people is None:
            return Directory()
        return read_directory(settings.people, load_mappings(settings.mappings))

    store = open_store(settings.store, wait=_WAIT_SECONDS)
    return Office(store, settings.notify, settings.min_coverage, directory)


def open_senders(settings: Settings) -> tuple[dict[str, Sender], tuple[Problem, ...]]:
    """Return what sends, by channel, and what is wrong with the channels that cannot."""
    from policycheck.notify import senders

    assert settings.notify is not None  # open_office has seen to it
    where = senders.Surroundings(settings.workspace or Path.cwd(), os.environ)
    return senders.open_senders(settings.notify, where)


def _show(
    office: Office, messages: Sequence[Message], only: Sequence[str], new: Sequence[str]
) -> None:
    """Print what would be sent, channel by channel: the first message of each whole."""
    from policycheck.notify.outgoing import list_waiting

    made = {name: list(some) for name, some in groupby(messages, key=lambda m: m.channel)}
    waiting = {line.channel: line for line in list_waiting(office.store)}
    for name, channel in office.config.channels.items():
        if only and name not in only:
            continue
        state = "new, not begun" if name in new else f"when {', '.join(channel.when)}"
        lines = [f"{name} ({channel.kind}; {state})"]
        lines += _told(made.get(name, []))
        if line := waiting.get(name):
            lines.append(_waiting(line))
        say("\n".join([*lines, ""]))
    if new:
        say(_FIRST.format(names=", ".join(new)))


_FIRST = """nothing is sent through what is new: {names}
  policycheck notify --begin open   sends what is shown here, then tells what comes
  policycheck notify --begin now    leaves it out, and tells only what comes"""


def _told(messages: Sequence[Message]) -> Iterator[str]:
    from policycheck.text import visible

    if not messages:
        yield "  nothing to tell"
        return
    yield f"  {_counted(len(messages), sum(message.notices for message in messages))}:"
    for message in messages[:_MOST_LISTED]:
        title = message.title or f"JSON of {len(message.body):,} characters"
        yield f"  {f'to {message.recipient}: ' if message.recipient else ''}{visible(title)}"
    if len(messages) > _MOST_LISTED:
        yield f"  and {len(messages) - _MOST_LISTED:,} more"
    yield "  the first of them:"
    lines = messages[0].body.split("\n")
    for line in lines[:_MOST_LISTED]:
        yield f"    | {visible(line)[:_WIDEST]}".rstrip()
    if len(lines) > _MOST_LISTED:
        yield f"    | ... and {len(lines) - _MOST_LISTED:,} more lines"


def _waiting(line: Waiting) -> str:
    from policycheck.report.words import counted

    why = f", because {line.trouble}" if line.trouble else ""
    messages = counted(line.messages, "message")
    return (
        f"  waiting since before: {messages}, to be tried at {line.try_at:%Y-%m-%d %H:%M} UTC{why}"
    )


def _tell_of_failures(office: Office, delivery: Delivery) -> None:
    """Print what was not taken, a reason for each channel, and what nobody can send any more."""
    from policycheck.notify.outgoing import list_waiting

    problems = {
        Problem(f"could not send through {quote(message.channel)}: {trouble}", None)
        for message, trouble in delivery.failures
    }
    gone = [w for w in list_waiting(office.store) if w.channel not in office.config.channels]
    problems |= {
        Problem(
            f"{line.messages:,} messages wait for the channel {quote(line.channel)},"
            " which is not in policycheck.yaml any more",
            None,
            severity="warning",
        )
        for line in gone
    }
    print_problems(problems)


def _counted(messages: int, notices: int) -> str:
    from policycheck.report.words import counted

    return f"{counted(messages, 'message')} with {counted(notices, 'notice')}"
