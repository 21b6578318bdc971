"""What must hold between the rules: every reference leads somewhere, no string means two apps.

Each check yields the problems of one kind. All of them stop a run: half a catalogue
would find half the violations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from policycheck.catalogue.app import PLATFORMS_BY_TYPE
from policycheck.catalogue.denial_checks import check_denials
from policycheck.catalogue.draft import Draft, M, Rule
from policycheck.catalogue.names import plain
from policycheck.catalogue.shapes import SHAPES
from policycheck.problems import Problem, did_you_mean, quote


def check(draft: Draft) -> Iterator[Problem]:
    """Yield everything that is wrong between the files."""
    for one in (
        _check_references,
        _check_categories,
        _check_groups,
        _check_identifiers,
        _check_shapes,
        _check_platforms,
        _check_names,
        _check_former_ids,
        _check_lists,
        check_denials,
        _check_techniques,
    ):
        yield from one(draft)


def _check_references(draft: Draft) -> Iterator[Problem]:
    for app in draft.apps.values():
        yield from _known(draft, app, "vendors", "vendor", [app.content.vendor])
        yield from _known(draft, app, "apps", "client_of", app.content.client_of)
        if app.content.app in app.content.client_of:
            yield app.problem("an app is no client of itself", "client_of")
        yield from _known_categories(draft, app, app.content.category)
    for vendor in draft.vendors.values():
        yield from _known(draft, vendor, "vendors", "affiliates", vendor.content.affiliates)
        for at, team in enumerate(vendor.content.teams):
            yield from _known(draft, vendor, "apps", "seen_on", team.seen_on, "teams", at)


def _check_categories(draft: Draft) -> Iterator[Problem]:
    for id_, rule in draft.categories.items():
        parent = rule.content.parent
        if parent is None:
            continue
        if parent not in draft.categories:
            yield _unknown(rule, "category", parent, draft.categories, "parent")
        elif id_ in _line(draft, parent):
            yield rule.problem(f"the category {quote(id_)} lies below itself", "parent")


def _line(draft: Draft, id_: str | None) -> list[str]:
    """Return a category and those above it, each once."""
    line: list[str] = []
    while id_ and id_ in draft.categories and id_ not in line:
        line.append(id_)
        id_ = draft.categories[id_].content.parent
    return line


def _check_groups(draft: Draft) -> Iterator[Problem]:
    for vendor in draft.vendors.values():
        for at, row in enumerate(vendor.content.groups):
            head = draft.vendors.get(row.group)
            if head is None and not draft.knows("vendors", row.group):
                yield _unknown(vendor, "vendor", row.group, draft.vendors, "groups", at, "group")
            elif head is not None and head.content.groups:
                owner = head.content.groups[-1].group
                message = f"{quote(row.group)} belongs to a group itself"
                hint = f"name the group at the top: {owner}"
                yield vendor.problem(message, "groups", at, "group", hint=hint)
            yield from _check_order(vendor, row.from_, row.until, "groups", at)


def _check_identifiers(draft: Draft) -> Iterator[Problem]:
    users: dict[tuple[str, str], set[str]] = {}
    for app_id, app in draft.apps.items():
        for row in app.content.identifiers:
            users.setdefault((row.type, row.value), set()).add(app_id)
    for app_id, app in draft.apps.items():
        given: set[tuple[str, str]] = set()
        for at, row in enumerate(app.content.identifiers):
            place = ("identifiers", at, "value")
            if (row.type, row.value) in given:
                yield app.problem(f"{quote(row.value)} is given twice", *place)
            given.add((row.type, row.value))
            others = users[row.type, row.value] - {app_id}
            if row.type != "apple_team_id":
                yield from _check_sharing(app, place, row.value, others, set(row.shared_with))


def _check_sharing(
    app: Rule[M], place: tuple[str | int, ...], value: str, others: set[str], said: set[str]
) -> Iterator[Problem]:
    for other in sorted(others - said):
        message = f"{quote(value)} is an identifier of {quote(other)} too"
        hint = f"if both really use it, add 'shared_with: [{other}]' here, and the like there"
        yield app.problem(message, *place, hint=hint)
    for other in sorted(said - others):
        message = f"{quote(other)} has no identifier {quote(value)} to share"
        yield app.problem(message, *place[:-1], "shared_with")


def _check_shapes(draft: Draft) -> Iterator[Problem]:
    for app in draft.apps.values():
        for at, row in enumerate(app.content.identifiers):
            shape = SHAPES[row.type]
            if not shape.fits(row.value):
                message = f"{quote(row.value)} cannot be of type {row.type}"
                yield app.problem(
                    message, "identifiers", at, "value", hint=f"expected {shape.words}"
                )


def _check_platforms(draft: Draft) -> Iterator[Problem]:
    for app in draft.apps.values():
        for at, row in enumerate(app.content.identifiers):
            home = PLATFORMS_BY_TYPE[row.type]
            for platform in row.platform or ():
                if platform not in home:
                    message = f"an identifier of type {row.type} is never on {platform}"
                    hint = f"it is on {', '.join(home)}" if home else "leave 'platform' out"
                    yield app.problem(message, "identifiers", at, "platform", hint=hint)


def _check_names(draft: Draft) -> Iterator[Problem]:
    bearers: dict[str, set[str]] = {}
    for app in draft.apps.values():
        for name in app.content.names:
            bearers.setdefault(plain(name), set()).add(app.content.app)
    for app in draft.apps.values():
        for at, name in enumerate(app.content.distinctive):
            others = sorted(bearers.get(plain(name), set()) - {app.content.app})
            if name not in app.content.names:
                hint = did_you_mean(name, app.content.names)
                message = f"{quote(name)} is not among the names"
                yield app.problem(message, "distinctive", at, hint=hint)
            for other in others:
                message = f"{quote(name)} is not distinctive: {quote(other)} has it as well"
                yield app.problem(message, "distinctive", at)


def _check_former_ids(draft: Draft) -> Iterator[Problem]:
    heirs: dict[str, str] = {}
    for app in draft.apps.values():
        for at, former in enumerate(app.content.formerly):
            heir = heirs.setdefault(former, app.content.app)
            if former in draft.apps:
                yield app.problem(f"{quote(former)} is an app of today", "formerly", at)
            elif heir != app.content.app:
                message = f"{quote(former)} is said to have become {quote(heir)} already"
                yield app.problem(message, "formerly", at)


def _check_lists(draft: Draft) -> Iterator[Problem]:
    for rule in draft.lists.values():
        for at, row in enumerate(rule.content.entries):
            place = ("entries", at)
            by_owner = row.category or row.vendor or row.vendor_group
            if not row.app and not by_owner:
                keys = "app, category, vendor or vendor_group"
                yield rule.problem(f"this line selects nothing: it needs {keys}", *place)
            if row.app and by_owner:
                hint = "make them two lines: keys of one line must all hold"
                message = "'app' beside a category or a vendor finds less than it says"
                yield rule.problem(message, *place, "app", hint=hint)
            yield from _known(draft, rule, "apps", "app", row.app, *place)
            yield from _known(draft, rule, "vendors", "vendor", row.vendor, *place)
            yield from _known(draft, rule, "vendors", "vendor_group", row.vendor_group, *place)
            yield from _known_categories(draft, rule, row.category, *place)
            yield from _check_order(rule, row.from_, row.until, *place)


_SIGNS = (
    "profiles", "android_user", "identifiers", "signed_by_another", "named_by_another", "names",
    "distinctive_names", "looks", "spelling", "host",
)  # fmt: skip


def _check_techniques(draft: Draft) -> Iterator[Problem]:
    for rule in draft.evasion.values():
        file = rule.content
        if not any(getattr(file, sign) for sign in _SIGNS):
            hint = f"it needs one of {', '.join(_SIGNS)}"
            yield rule.problem("this technique has no sign to be told by", "technique", hint=hint)
        yield from _known_categories(draft, rule, file.imitated, key="imitated")
        if file.host:
            yield from _known_categories(draft, rule, file.host.category, "host")
            yield from _known_categories(draft, rule, file.host.hides, "host", key="hides")


def _check_order(
    rule: Rule[M], from_: date | None, until: date | None, *path: str | int
) -> Iterator[Problem]:
    if from_ is not None and until is not None and until < from_:
        yield rule.problem(f"'until' is before 'from' ({from_.isoformat()})", *path, "until")


def _known(
    draft: Draft, rule: Rule[M], folder: str, key: str, ids: Iterable[str], *above: str | int
) -> Iterator[Problem]:
    """Yield a problem for each id that no file of the folder holds; `key` is where they stand."""
    known = draft.apps if folder == "apps" else draft.vendors
    for at, id_ in enumerate(ids):
        if not draft.knows(folder, id_):
            yield _unknown(rule, folder.rstrip("s"), id_, known, *above, key, at)


def _known_categories(
    draft: Draft, rule: Rule[M], ids: Iterable[str], *above: str | int, key: str = "category"
) -> Iterator[Problem]:
    if (".", "categories") in draft.unreadable:
        return
    for at, id_ in enumerate(ids):
        if id_ not in draft.categories:
            yield _unknown(rule, "category", id_, draft.categories, *above, key, at)


def _unknown(rule: Rule[M], kind: str, id_: str, known: Iterable[str], *path: str | int) -> Problem:
    where = "rules/categories.yaml" if kind == "category" else f"rules/{kind}s/{id_}.yaml"
    hint = did_you_mean(id_, known) or f"describe it in {where}"
    return rule.problem(f"unknown {kind} {quote(id_)}", *path, hint=hint)
