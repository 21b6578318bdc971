"""`policycheck explain`: one device, every answer about it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options
from policycheck.cli.output import say
from policycheck.cli.request import Asked, request_of, stored
from policycheck.problems import PolicycheckError, Problem, quote

if TYPE_CHECKING:
    from datetime import datetime

    from policycheck.explanation import Answer, Explanation, SourceReport
    from policycheck.store.archive import Archive

_DIGEST = 12


def register(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command("explain")(explain)


def explain(
    *,
    device: Annotated[
        str,
        typer.Argument(metavar="DEVICE", callback=options.sound, help="Id, serial, udid or name."),
    ],
    control: Annotated[
        str | None, typer.Argument(metavar="CONTROL", help="Only this one, or POLICY/CONTROL.")
    ] = None,
    policy: options.Policies = None,
    people: options.People = None,
    as_of: options.AsOf = None,
    drafts: options.Drafts = False,
    store: options.StoreUrl = None,
    facts: options.FactsFolder = None,
) -> None:
    """Explain a device: its verdicts, why, and what would help."""
    from policycheck.explanation import explain as explain_device
    from policycheck.pipeline import audit
    from policycheck.rulebook import load_rulebook
    from policycheck.text import visible
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(tuple(policy or ()), people, store, facts), Path.cwd())
    rulebook = load_rulebook(settings, drafts=drafts)
    archive = stored(settings)
    key, others = _find(archive, device)
    asked = Asked(as_of=as_of, devices=(key, *others), drafts=drafts)
    with audit(request_of(asked, settings, rulebook), archive) as outcome:
        explanation = explain_device(outcome, rulebook.catalogue, key, control)
    if explanation is None:
        raise PolicycheckError([Problem(f"nothing was reported of {quote(device)} by then", None)])
    if control and not explanation.answers:
        raise PolicycheckError([Problem(f"no policy has a control {quote(control)}", None)])
    say("\n".join(map(visible, _lines(explanation))))


def _find(archive: Archive, word: str) -> tuple[str, list[str]]:
    """Return the key of the device that is called so, and those of its person's other devices.

    Raises PolicycheckError where none or several are.
    """
    from policycheck.store.devices import find_device, find_devices_of

    with archive.store.reading() as connection:
        device = find_device(connection, word)
        if device.person_id is None:
            return device.device_key, []
        theirs = find_devices_of(connection, device.person_id)
    return device.device_key, [key for key in theirs if key != device.device_key]


def _lines(explanation: Explanation) -> Iterator[str]:
    facts = explanation.facts
    yield f"{facts.get('device.name') or facts.get('device.device_id') or explanation.device_key}"
    for name in ("device.device_id", "device.serial", "device.platform", "device.ownership"):
        if name in facts:
            yield f"  {name.removeprefix('device.')}: {facts[name]}"
    person = facts.get("person.person_id") or facts.get("person.email")
    user = facts.get("device.user_id", "nobody is named")
    yield f"  person: {person or f'not known (user: {user})'}"
    for report in explanation.reports:
        yield f"  report: {_report(report)}"
    for answer in explanation.answers:
        yield ""
        yield from _answer_lines(answer)


def _report(report: SourceReport) -> str:
    made = "does not tell when it was made"
    if report.reported_at is not None:
        made = f"made {_time(report.reported_at)}"
    listing = report.listing or "lists nothing"
    return (
        f"{report.path or report.source}, record {report.record or '-'},"
        f" SHA-256 {report.sha256[:_DIGEST]}, {made}; {listing}"
    )


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _answer_lines(answer: Answer) -> Iterator[str]:
    from policycheck.report.content import in_english
    from policycheck.report.words import item_of, notes_of

    control = answer.control
    yield f"{answer.verdict}: {control.id} of {answer.policy} ({control.severity})"
    yield f'  "{in_english(control.clause)}"'
    for sentence in answer.why:
        yield f"  {sentence}"
    for finding in answer.findings:
        proof = finding.evidence
        what = " ".join(filter(None, (item_of(finding), finding.version)))
        notes = notes_of(finding)
        yield (
            f"  evidence: {'' if what == '-' else f'{what} in '}"
            f"{proof.path or proof.source or 'no report'}, record {proof.record or '-'}"
            + (f", SHA-256 {proof.report[:_DIGEST]}" if proof.report else "")
            + (f" ({notes})" if notes else "")
        )
    for sentence in answer.remedies:
        yield f"  to pass: {sentence}"
