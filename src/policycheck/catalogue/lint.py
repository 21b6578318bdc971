"""What to think twice about in the rules, beside what is plainly wrong (`app lint`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from policycheck.catalogue.checks import check
from policycheck.catalogue.draft import Draft, read_rules
from policycheck.catalogue.load import build
from policycheck.catalogue.names import Lookalikes, plain
from policycheck.catalogue.publishers import Publishers
from policycheck.catalogue.recognise import Recogniser
from policycheck.problems import Problem, quote, sort_problems


def lint(folders: Iterable[Path]) -> tuple[Problem, ...]:
    """Return all errors and warnings of rules folders, sorted by place."""
    draft = read_rules(folders)
    remarks = (_weigh_sources, _weigh_names, _weigh_traces, _weigh_publishers, _weigh_vendors)
    found = [*draft.problems, *check(draft)]
    for weigh in remarks:
        found += weigh(draft)
    if not any(problem.severity == "error" for problem in found):
        found += _weigh_meanings(draft)
    return sort_problems(found)


def _weigh_sources(draft: Draft) -> Iterator[Problem]:
    hint = "add a source; or 'memory: true', if nobody can name a public file"
    for app in draft.apps.values():
        for at, row in enumerate(app.content.identifiers):
            if not row.source and not row.memory:
                message = f"where was {quote(row.value)} read?"
                yield app.remark(message, "identifiers", at, "value", hint=hint)


def _weigh_names(draft: Draft) -> Iterator[Problem]:
    lookalikes = Lookalikes({})
    for app in draft.apps.values():
        for at, name in enumerate(app.content.distinctive):
            if not lookalikes.skeleton(plain(name)):
                message = f"{quote(name)} is short for a name that nobody else would use"
                yield app.remark(message, "distinctive", at)


def _weigh_meanings(draft: Draft) -> Iterator[Problem]:
    """Yield a remark for each name by which another app is recognised, too.

    Two apps that no platform has in common may have one name: Android's Messages and Apple's.
    """
    catalogue = build(draft)
    recogniser = Recogniser(catalogue)
    platforms = {
        id_: {platform for row in app.identifiers for platform in row.platforms}
        for id_, app in catalogue.apps.items()
    }
    for id_, app in draft.apps.items():
        for at, name in enumerate(app.content.names):
            for meaning in recogniser.recognise("app", None, None, name, None, None, None).meanings:
                mine, theirs = platforms[id_], platforms[meaning.app_id]
                if meaning.app_id == id_ or (mine and theirs and mine.isdisjoint(theirs)):
                    continue
                message = f"{quote(name)} recognises {quote(meaning.app_id)}"
                hint = "an item that shows no more than this name may be either of them"
                yield app.remark(message, "names", at, hint=hint)


def _weigh_traces(draft: Draft) -> Iterator[Problem]:
    for app in draft.apps.values():
        file = app.content
        if not file.identifiers and not file.distinctive and not file.note:
            message = f"no report can show {quote(file.app)}: it has no identifier"
            hint = "add one, or a 'note' that says why there is none"
            yield app.remark(message, "app", hint=hint)


def _weigh_publishers(draft: Draft) -> Iterator[Problem]:
    key = Publishers(draft.legal_forms).key
    owners: dict[str, str] = {}
    for id_, vendor in draft.vendors.items():
        file = vendor.content
        for at, name in enumerate(file.publishers):
            owner = owners.setdefault(key(name), id_)
            if owner != id_:
                message = f"{quote(name)} is a name of the vendor {quote(owner)} too"
                yield vendor.remark(message, "publishers", at)


def _weigh_vendors(draft: Draft) -> Iterator[Problem]:
    used = {app.content.vendor for app in draft.apps.values()}
    for vendor in draft.vendors.values():
        used |= {row.group for row in vendor.content.groups} | {*vendor.content.affiliates}
    for id_, vendor in draft.vendors.items():
        if id_ not in used:
            yield vendor.remark(f"nothing refers to the vendor {quote(id_)}", "vendor")
