"""What the oracle makes of single items, and of what the reports could have shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kleene import Row, Truth, any_of, as_list, folded, glob_matches, holds, reads_app, version_in
from oracle_question import App, Meaning, Question

APP_KEYS = ("app", "category", "vendor", "vendor_group", "list")
GLOB_KEYS = ("name", "identifier", "publisher")
CARRIED_BY_SERVICE = ("payment_channel", "account")
BROWSER_KINDS = ("browser_extension", "web_app")
BROWSER_TYPES = ("chromium_app_id", "firefox_addon_id")
UNCLASSIFIED = "unclassified"
DISGUISES = ("lookalike_name", "renamed_copy")
"""By these something is recognised that may be another's build of the app."""


def classes(question: Question, item: dict, row: Row) -> Iterable[tuple[str, str]]:
    """Yield what the control makes of an item, and the subject, for each of its meanings.

    What it makes of it: found, violation, indication, suspected, missing_field, unclassified.
    """
    meanings, looks_like = question.world.recognise(item)
    if any(is_approved(question, meaning) for meaning in meanings):
        return
    for meaning in list(meanings) or [None]:
        item_row = {**row, "item": item, "app": app_columns(question, meaning)}
        names = {
            name
            for term in question.selector
            for name in term_classes(question, term, item_row, set(looks_like))
        }
        for name in sorted(names):
            found_name = found_as(question, item_row) if name == "found" else name
            yield found_name, subject_of(question, meaning, item)


def is_approved(question: Question, meaning: Meaning) -> bool:
    """Tell whether this app may be there; something named so, or in disguise, is not approved."""
    sure = meaning.confidence in ("exact", "likely") and meaning.basis not in DISGUISES
    return sure and meaning.app_id in question.approved


def app_columns(question: Question, meaning: Meaning | None) -> dict | None:
    if meaning is None:
        return None
    row = question.app_row(question.world.apps[meaning.app_id])
    return {**row, "basis": meaning.basis, "confidence": meaning.confidence}


def subject_of(question: Question, meaning: Meaning | None, item: dict) -> str:
    if meaning is not None:
        return meaning.app_id
    if item.get("identifier") is not None:
        return item["identifier"]
    return folded(item["name"]) if item.get("name") is not None else question.subject


def found_as(question: Question, row: Row) -> str:
    if "require" in question.control or "attest" in question.control:
        return "found"
    indication = question.control.get("indication")
    if indication is not None and holds(indication, row, question.zone) is True:
        return "indication"
    return "violation"


def term_classes(question: Question, term: dict, row: Row, looks_like: set[str]) -> set[str]:
    """Return what one map of a selector makes of a row: nothing, or what it is taken for."""
    answers = [
        key_answer(question, key, asked, row, looks_like)
        for key, asked in {"kind": "app", **term}.items()
    ]
    if False in answers:
        return {"suspected"} if may_hide(question, term, row) else set()
    if UNCLASSIFIED in answers:
        return {UNCLASSIFIED}
    uncertain = row["app"] is not None and row["app"]["confidence"] == "possible"
    suspected = uncertain and any(uses_app(question, key, term[key]) for key in term)
    if None in answers:
        return {"missing_field", "suspected"} if suspected else {"missing_field"}
    return {"suspected"} if suspected else {"found"}


def may_hide(question: Question, term: dict, row: Row) -> bool:
    """Tell whether the item is a host inside which a banned app may run unseen.

    Only where the map asks for nothing but apps, and of the kind of the host.
    """
    app = row["app"] and question.world.apps[row["app"]["app_id"]]
    if not question.bans or app is None or app.hides is None:
        return False
    keys = {key: asked for key, asked in term.items() if key != "kind"}
    if not keys or not set(keys) <= set(APP_KEYS) or row["item"]["kind"] not in kinds_of(term):
        return False
    return any(
        app.hides in question.app_row(banned)["categories"]
        and all(meant(question, key, keys[key], question.app_row(banned)) for key in keys)
        for banned in question.world.apps.values()
    )


def uses_app(question: Question, key: str, asked: object) -> bool:
    if key == "where":
        return reads_app(question.world.wheres[asked])
    return key in APP_KEYS or key.startswith("app.")


def key_answer(
    question: Question, key: str, asked: object, row: Row, looks_like: set[str]
) -> Truth | str:
    """Answer one key of a selector's map: true, false, null, or UNCLASSIFIED."""
    item, app = row["item"], row["app"]
    if key == "kind":
        return item["kind"] in as_list(asked)
    if key in APP_KEYS:
        if app is None:
            return UNCLASSIFIED if may_be(question, key, asked, looks_like) else False
        return meant(question, key, asked, app, with_clients=question.bans)
    if uses_app(question, key, asked) and app is None:
        return False
    if key == "where":
        return question.world.wheres[asked].answer(row)
    if key in GLOB_KEYS:
        value = item.get(key)
        return None if value is None else any(glob_matches(each, value) for each in as_list(asked))
    if key == "version":
        return any_of(version_in(item.get("version"), spec) for spec in as_list(asked))
    return holds({key: asked}, row, question.zone)


def may_be(question: Question, key: str, asked: object, looks_like: set[str]) -> bool:
    """Tell whether an item that the catalogue does not know might be what is meant."""
    if key == "category":
        return not looks_like.isdisjoint(as_list(asked))
    return key == "list" and any(
        set(entry) == {"category"} and may_be(question, "category", entry["category"], looks_like)
        for entry in entries(question, asked)
    )


def meant(
    question: Question, key: str, asked: object, app: Mapping, *, with_clients: bool = False
) -> bool:
    """Tell whether an app, by its columns, is one that the key means.

    `with_clients`: an app that is named stands for those that open its service, too.
    """
    if key == "list":
        return any(
            all(
                meant(question, inner, entry[inner], app, with_clients=with_clients)
                for inner in entry
            )
            for entry in entries(question, asked)
        )
    opened = question.world.apps[app["app_id"]].client_of
    if key == "app" and with_clients and not set(opened).isdisjoint(as_list(asked)):
        return True
    column = {"app": "app_id", "category": "categories"}.get(key, key)
    return not set(as_list(app[column])).isdisjoint(as_list(asked))


def entries(question: Question, names: object) -> list[dict]:
    """Return what the named lists hold today, without dates and sources."""
    return [
        {key: entry[key] for key in APP_KEYS if key in entry}
        for name in as_list(names)
        for entry in question.world.lists[name]
        if question.within(entry.get("from"), entry.get("until"))
    ]


# what the reports could have shown


def kinds_of(term: dict) -> list[str]:
    return as_list(term.get("kind", "app"))


def carried(kinds: Iterable[str], device: dict) -> list[str]:
    """Return those kinds that a device of this form can carry."""
    service = device.get("form") == "service"
    return sorted(kind for kind in kinds if not service or kind in CARRIED_BY_SERVICE)


def device_reasons(question: Question, reports: list[dict], device: dict) -> set[str]:
    """Collect why the absence of what is looked for is not proven."""
    kinds = {kind for term in question.selector for kind in kinds_of(term)}
    reasons: set[str] = set()
    for kind in carried(kinds, device):
        reasons |= listing_reasons(question, reports, kind)
    if not all(recognisable(question, term, reports, device) for term in question.selector):
        reasons.add("unrecognisable")
    return reasons


def listing_reasons(question: Question, reports: list[dict], kind: str) -> set[str]:
    def visibility(report: dict) -> str:
        if kind not in report["listing"]:
            return "none"
        return report["listing"][kind] or "managed"

    best = min(map(visibility, reports), key=("all", "managed", "none").index)
    showing = [report for report in reports if visibility(report) == best]
    reasons = {"all": set(), "managed": {"partial_visibility"}, "none": {"not_listed"}}[best]
    if all(question.stale(report) for report in showing):
        reasons = reasons | {"stale"}
    return reasons


def recognisable(question: Question, term: dict, reports: list[dict], device: dict) -> bool:
    """Tell whether the catalogue could have told, for each kind, what the map means.

    An app that is named must be told; of a category, vendor or list one app is enough.
    """
    keys = {key: term[key] for key in APP_KEYS if key in term}

    def told(app: App, kind: str) -> bool:
        return tellable(app, kind, device.get("platform"), carries_names(reports, kind))

    meant_apps = [
        app
        for app in question.world.apps.values()
        if all(meant(question, key, keys[key], question.app_row(app)) for key in keys)
    ]
    enough = all if "app" in keys else any

    def kind_told(kind: str) -> bool:
        return enough(told(app, kind) for app in meant_apps)

    return not keys or all(kind_told(kind) for kind in carried(kinds_of(term), device))


def tellable(app: App, kind: str, platform: str | None, names: bool) -> bool:
    """Tell by an identifier for platform and kind, or by a name that is the app's alone."""
    if kind in CARRIED_BY_SERVICE:
        return names
    if names and app.distinctive:
        return True
    home = "ios" if platform == "ipados" else platform
    return any(
        (names if type_ == "win_uninstall_name" else True)
        for type_, where in app.identifiers
        if where == home and (type_ in BROWSER_TYPES) == (kind in BROWSER_KINDS)
    )


def carries_names(reports: list[dict], kind: str) -> bool:
    """Tell whether a report that lists the kind names its items, or has none to name."""
    for report in [report for report in reports if kind in report["listing"]] or reports:
        names = [item.get("name") for item in report["items"] if item["kind"] == kind]
        if not names or any(name is not None for name in names):
            return True
    return False
