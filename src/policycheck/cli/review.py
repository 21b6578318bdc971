"""`policycheck app review`: what no rule knows, and what somebody says it is."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options
from policycheck.cli.clock import now
from policycheck.cli.dialogue import Dialogue
from policycheck.cli.listing import ListFormat, Listing, Row, print_listing
from policycheck.cli.output import print_problems, say, unfinished_file
from policycheck.cli.progress import progress_bar
from policycheck.cli.request import Asked, request_of, stored
from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.text import visible

if TYPE_CHECKING:
    from policycheck.review.answer_file import Answer
    from policycheck.review.candidate import Candidate
    from policycheck.review.queue import Queue
    from policycheck.rulebook import Rulebook
    from policycheck.workspace import Settings

_COLUMNS = (
    "devices", "name", "identifier", "identifier_type", "kind", "publisher", "signer",
    "store_category", "platforms", "suspected", "looks_like", "neighbours", "reasons",
)  # fmt: skip
_HEADS = ("devices", "what", "identifier", "why")
_ON_TERMINAL = 20
_MAKERS = 5

Inputs = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE|DIR", help="Reports to look through, instead of the store."),
]
Decisions = Annotated[
    Path | None,
    typer.Option("--decisions", metavar="FILE", help="Write what this file decides into rules/."),
]
WriteDecisions = Annotated[
    Path | None,
    typer.Option("--write-decisions", metavar="FILE", help="Write the queue as such a file."),
]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides (your login name).")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, help="At most so many (20 on a terminal, else all)."),
]


def review(
    *,
    inputs: Inputs = None,
    form: ListFormat = "terminal",
    decisions: Decisions = None,
    write_decisions: WriteDecisions = None,
    by: By = None,
    limit: Limit = None,
    policy: options.Policies = None,
    mapping: options.Mappings = None,
    device: options.Device = None,
    store: options.StoreUrl = None,
    facts: options.FactsFolder = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Rank the unknown items that matter, and decide what they are.

    Those which look like what the policies control, on most devices first. On a terminal, in a
    workspace, it asks what each is; elsewhere --write-decisions makes a file to be filled in, and
    --decisions takes it. What is decided becomes files in the workspace's rules/, and counts from
    the next audit on.
    """
    from policycheck.workspace import Given, resolve

    mappings = tuple(mapping or ())
    given = Given(tuple(policy or ()), store=store, facts=facts, mappings=mappings)
    settings = resolve(given, Path.cwd())
    if decisions is not None:
        from policycheck.review.answer_file import read_answers

        _write_rules(read_answers(decisions, by or _login()), settings)
        return
    rulebook = _rulebook(settings)
    queue = _queue(tuple(inputs or ()), device, settings, rulebook, quiet=quiet)
    print_problems(queue.problems)
    if write_decisions is not None:
        _write_template(write_decisions, queue.candidates[:limit], by or _login())
    elif form == "terminal" and settings.workspace and sys.stdin.isatty() and sys.stdout.isatty():
        dialogue = Dialogue(rulebook.catalogue, by or _login(), _prompt, say)
        _write_rules(list(dialogue.ask(queue.candidates[:limit])), settings)
    else:
        _print(queue, form, limit, no_color=no_color)


def print_schema() -> None:
    """Print the JSON Schema of files of decisions, for editors."""
    import json

    from policycheck.review.answer_file import answers_schema

    say(json.dumps(answers_schema(), indent=2, ensure_ascii=False))


def _rulebook(settings: Settings) -> Rulebook:
    """Load the rules, and the policies that there are: without any, everything is controlled."""
    from policycheck.catalogue.load import load
    from policycheck.policy.load import in_folder
    from policycheck.rulebook import Rulebook, load_rulebook

    own = settings.workspace and in_folder(settings.workspace / "policies")
    if settings.named is None and not own:
        return Rulebook(load(settings.rule_folders), ())
    return load_rulebook(settings, drafts=True)


def _queue(
    inputs: tuple[Path, ...],
    device: str | None,
    settings: Settings,
    rulebook: Rulebook,
    *,
    quiet: bool,
) -> Queue:
    from policycheck.review.controlled import Controlled
    from policycheck.review.queue import review_queue

    asked = Asked(inputs=inputs, device=device, everything=not inputs, drafts=True)
    request = replace(request_of(asked, settings, rulebook), people=None)
    day = request.as_of.date()
    controlled = Controlled.by(rulebook.policies, rulebook.catalogue, day)
    archive = None if inputs else stored(settings)
    with progress_bar("reading", wanted=bool(inputs) and not quiet) as progress:
        return review_queue(request, controlled, day, archive, progress)


def _print(queue: Queue, form: str, limit: int | None, *, no_color: bool) -> None:
    if limit is None and form == "terminal":
        limit = _ON_TERMINAL
    shown = queue.candidates[:limit]
    empty = f"nothing to review among {queue.items:,} different items"
    listing = Listing(_COLUMNS, map(_row, shown), _HEADS, _cells, empty)
    print_listing(listing, form, no_color=no_color)
    rest = len(queue.candidates) - len(shown)
    if form != "terminal":
        return
    if rest:
        say(f"and {rest:,} more: --limit")
    if queue.many:
        say(visible(f"left out, as from makers of many products: {_left_out(queue.many)}"))
    if shown:
        say("\n--write-decisions FILE makes a file to decide in, --decisions FILE takes it")


def _left_out(many: Mapping[str, int]) -> str:
    largest = sorted(many, key=lambda maker: (-many[maker], maker))
    told = [f"{many[maker]:,} by {maker}" for maker in largest[:_MAKERS]]
    if len(largest) > _MAKERS:
        told.append(f"those by {len(largest) - _MAKERS:,} others")
    return ", ".join(told)


def _row(candidate: Candidate) -> Row:
    item = candidate.item
    return (
        candidate.devices,
        item.name,
        item.identifier,
        item.identifier_type,
        item.kind,
        item.publisher,
        item.signer,
        item.store_category,
        candidate.platforms,
        candidate.suspected,
        candidate.looks_like,
        candidate.neighbours,
        candidate.reasons,
    )


def _cells(row: Row) -> Sequence[str]:
    devices, name, identifier, *_, reasons = row
    return (
        f"{devices:,}",
        str(name or "-"),
        str(identifier or "-"),
        "; ".join(reasons) if isinstance(reasons, tuple) else "",
    )


def _write_template(path: Path, candidates: Iterable[Candidate], by: str) -> None:
    from policycheck.review.template import write_template

    if path.exists():
        message = f"{quote(str(path))} is there already"
        raise PolicycheckError([Problem(message, None, "name a new file")])
    with unfinished_file(path, "utf-8") as stream:
        stream.writelines(write_template(candidates, by))
    say(f"wrote {path}: answer there, then 'policycheck app review --decisions {path}'")


def _write_rules(answers: Sequence[Answer], settings: Settings) -> None:
    from policycheck.catalogue.load import load
    from policycheck.review.drafts import Drafts
    from policycheck.review.rules import write_rules
    from policycheck.shipped import shipped

    if settings.workspace is None:
        hint = "run this in a folder with policycheck.yaml ('policycheck init' makes one)"
        raise PolicycheckError([Problem("decisions need a workspace", None, hint)])
    drafts = Drafts((shipped("rules"),), settings.workspace / "rules")
    changes = write_rules(answers, load(settings.rule_folders), drafts, now().astimezone().date())
    skipped = sum(answer.row.skip for answer in answers)
    for change in changes:
        say(f"{change.path.relative_to(settings.workspace)}: {change.what}")
        for note in change.notes:
            say(f"  {visible(note)}")
    say(f"{len(answers) - skipped:,} decided, {skipped:,} skipped")
    if changes:
        say("they count from the next audit on: 'policycheck audit --all' judges what is stored")


def _prompt(question: str, default: str) -> str:
    return str(typer.prompt(f"   {question}", default=default, show_default=bool(default)))


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # nobody, as in some containers
        return "somebody"
