"""What must hold of decisions: they name what there is, and deny nothing that is certain."""

from __future__ import annotations

from collections.abc import Iterator

from policycheck.catalogue.draft import Draft
from policycheck.problems import Problem, did_you_mean, quote


def check_denials(draft: Draft) -> Iterator[Problem]:
    """Yield a problem for each unknown id, and where a catalogue's identifier is denied."""
    owners: dict[str, set[str]] = {}
    for app_id, app in draft.apps.items():
        for identifier in app.content.identifiers:
            owners.setdefault(identifier.value, set()).add(app_id)
    for rule in draft.denials:
        row = rule.content
        for at, app_id in enumerate(row.not_app):
            if not draft.knows("apps", app_id):
                hint = did_you_mean(app_id, draft.apps)
                yield rule.problem(f"unknown app {quote(app_id)}", "not_app", at, hint=hint)
            elif app_id in owners.get(row.item.identifier or "", ()):
                message = f"{quote(row.item.identifier or '')} is an identifier of {quote(app_id)}"
                hint = f"a decision denies no identifier: write {app_id}.yaml without it, with"
                hint += " 'overrides: true'"
                yield rule.problem(message, "item", "identifier", hint=hint)
        for at, category in enumerate(row.not_category):
            if category not in draft.categories and (".", "categories") not in draft.unreadable:
                hint = did_you_mean(category, draft.categories)
                message = f"unknown category {quote(category)}"
                yield rule.problem(message, "not_category", at, hint=hint)
