"""From decisions to rules: an app, an identifier of an app, or what an item is not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from policycheck.catalogue.app import PLATFORMS_BY_TYPE
from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.decision_file import ItemRow
from policycheck.catalogue.names import plain
from policycheck.catalogue.publishers import Publishers
from policycheck.model import SERVICE_KINDS
from policycheck.problems import PolicycheckError, Problem, did_you_mean, quote
from policycheck.review.answer_file import Answer, NewAppRow
from policycheck.review.app_text import with_identifier, with_name
from policycheck.review.drafts import Change, Drafts
from policycheck.review.yaml_text import flow_list, flow_map, scalar

_NOBODY = "unknown"
_NO_ID = re.compile(r"[^a-z0-9]+")


def write_rules(
    answers: Iterable[Answer], catalogue: Catalogue, drafts: Drafts, day: date
) -> tuple[Change, ...]:
    """Write what was decided on that day into the workspace's rules.

    Raises PolicycheckError with everything that is wrong; then nothing was written.
    """
    writer = _Writer(catalogue, drafts, day)
    for answer in answers:
        writer.take(answer)
    if writer.problems:
        raise PolicycheckError(writer.problems)
    writer.put_denials()
    return drafts.write()


def slug(text: str) -> str:
    """Make an id of a name: small letters, digits, hyphens; empty where it has none of these."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return _NO_ID.sub("-", apart.encode("ascii", "ignore").decode()).strip("-")[:60].strip("-")


class _Writer:
    """Takes one decision after another into the drafts."""

    def __init__(self, catalogue: Catalogue, drafts: Drafts, day: date) -> None:
        self.problems: list[Problem] = []
        self._catalogue = catalogue
        self._drafts = drafts
        self._day = day
        self._denials: list[str] = []
        self._denied: list[str] = []
        self._key = Publishers(catalogue.legal_forms).key
        self._owners = {
            (row.type, row.value): app.app_id
            for app in catalogue.apps.values()
            for row in app.identifiers
        }

    def take(self, answer: Answer) -> None:
        row = answer.row
        if row.is_ is not None:
            self._take_known(answer, row.is_)
        elif row.new_app is not None:
            self._take_new(answer, row.new_app)
        elif not row.skip:
            self._deny(answer)

    def put_denials(self) -> None:
        """Put what was denied into a file of its own; older ones stay as they are."""
        if not self._denials:
            return
        number = 1
        place = f"decisions/{self._day.isoformat()}.yaml"
        while self._drafts.exists(place):
            number += 1
            place = f"decisions/{self._day.isoformat()}-{number}.yaml"
        text = "language: 1\ndecisions:\n" + "".join(self._denials)
        self._drafts.put(place, text, "; ".join(self._denied))

    def _take_known(self, answer: Answer, app_id: str) -> None:
        item = answer.row.item
        if app_id not in self._catalogue.apps:
            now = self._catalogue.current(app_id)
            hint = f"it is {quote(now)} now" if now else did_you_mean(app_id, self._catalogue.apps)
            self.problems.append(answer.problem(f"unknown app {quote(app_id)}", "is", hint=hint))
        elif item.identifier is not None:
            self._add_identifier(answer, app_id)
        else:
            self._add_name(item, app_id)

    def _add_identifier(self, answer: Answer, app_id: str) -> None:
        if (row := self._identifier_row(answer)) is not None:
            place = f"apps/{app_id}.yaml"
            text = with_identifier(self._drafts.open(place), row)
            self._drafts.put(place, text, f"{answer.row.item.identifier} is {app_id}")

    def _add_name(self, item: ItemRow, app_id: str) -> None:
        """Let a name, with the publisher if there is one, be enough to tell the app."""
        app, name, place = self._catalogue.apps[app_id], item.name or "", f"apps/{app_id}.yaml"
        if plain(name) not in map(plain, app.names):
            text = with_name(self._drafts.open(place), "names", name)
            self._drafts.put(place, text, f"{name} is a name of {app_id}")
        if item.kind in SERVICE_KINDS:
            return
        if item.publisher is None or app.vendor == _NOBODY:
            text = with_name(self._drafts.open(place), "distinctive", name)
            self._drafts.put(place, text, f"{name} is enough to tell {app_id}")
        elif self._vendor_of(item.publisher) != app.vendor:
            maker = f"vendors/{app.vendor}.yaml"
            text = with_name(self._drafts.open(maker), "publishers", item.publisher)
            self._drafts.put(maker, text, f"{item.publisher} is {app.vendor}")

    def _identifier_row(self, answer: Answer) -> str | None:
        """Write an item's identifier as a row of an app's file; None where it cannot be one."""
        item = answer.row.item
        if item.identifier_type is None:
            types = (type_ for type_, platforms in PLATFORMS_BY_TYPE.items() if platforms)
            hint = f"say its identifier_type: {', '.join(types)}"
            message = f"of what type is {quote(item.identifier or '')}?"
            self.problems.append(answer.problem(message, "item", "identifier", hint=hint))
            return None
        owner = self._owners.get((item.identifier_type, item.identifier or ""))
        if owner is not None:
            message = f"{quote(item.identifier or '')} is an identifier of {quote(owner)} already"
            self.problems.append(answer.problem(message, "item", "identifier"))
            return None
        source = f"decided by {answer.by} on {self._day.isoformat()}: {answer.why}"
        return flow_map(
            (("type", item.identifier_type), ("value", item.identifier), ("source", source))
        )

    def _take_new(self, answer: Answer, new: NewAppRow) -> None:
        item, place = answer.row.item, f"apps/{new.app}.yaml"
        names = new.names or ((item.name,) if item.name else ())
        row = None if item.identifier is None else self._identifier_row(answer)
        self._check_ids(answer, "category", new.category, "new_app", "category")
        if self._drafts.exists(place):
            hint = f"if it is that app, say 'is: {new.app}'; else choose another id"
            message = f"the app {quote(new.app)} is there already"
            self.problems.append(answer.problem(message, "new_app", "app", hint=hint))
        elif not names:
            message, hint = "what is it called?", "say its 'names'"
            self.problems.append(answer.problem(message, "new_app", hint=hint))
        elif vendor := self._vendor(answer, new):
            lines = ["language: 1", f"app: {new.app}", f"names: {flow_list(names)}"]
            if item.identifier is None and item.kind not in SERVICE_KINDS:
                lines.append(f"distinctive: {flow_list(names)}")
            lines += [f"category: {flow_list(new.category)}", f"vendor: {vendor}"]
            note = f"decided by {answer.by} on {self._day.isoformat()}: {answer.why}"
            lines += ["identifiers:", f"  - {row}"] if row else [f"note: {scalar(note)}"]
            self._drafts.put(place, "\n".join(lines) + "\n", f"{names[0]} is a new app")

    def _vendor(self, answer: Answer, new: NewAppRow) -> str | None:
        """Return the vendor of a new app, which is made if nobody knows it yet."""
        publisher = answer.row.item.publisher
        vendor = new.vendor or (self._vendor_of(publisher) if publisher else _NOBODY)
        vendor = vendor or slug(publisher or "") or f"maker-of-{new.app}"
        if not self._drafts.exists(f"vendors/{vendor}.yaml"):
            if publisher is None:
                hint = did_you_mean(vendor, self._catalogue.vendors) or "leave 'vendor' out"
                message = f"unknown vendor {quote(vendor)}"
                self.problems.append(answer.problem(message, "new_app", "vendor", hint=hint))
                return None
            text = f"language: 1\nvendor: {vendor}\nname: {scalar(publisher)}\n"
            self._drafts.put(f"vendors/{vendor}.yaml", text, f"{publisher} is a new vendor")
        return vendor

    def _vendor_of(self, publisher: str) -> str | None:
        """Return the vendor that a publisher is known as."""
        wanted = self._key(publisher)
        known = self._catalogue.vendors.values()
        return next((v.vendor_id for v in known if wanted in map(self._key, v.aliases)), None)

    def _check_ids(self, answer: Answer, kind: str, ids: Iterable[str], *path: str) -> None:
        known = self._catalogue.apps if kind == "app" else self._catalogue.categories
        for at, id_ in enumerate(ids):
            if id_ not in known:
                message, hint = f"unknown {kind} {quote(id_)}", did_you_mean(id_, known)
                self.problems.append(answer.problem(message, *path, at, hint=hint))

    def _deny(self, answer: Answer) -> None:
        row, item = answer.row, answer.row.item
        self._check_ids(answer, "app", row.not_app, "not_app")
        self._check_ids(answer, "category", row.not_category, "not_category")
        meant = (
            ("kind", None if item.kind == "app" else item.kind),
            ("identifier", item.identifier),
            ("identifier_type", item.identifier_type),
            ("name", item.name),
            ("publisher", item.publisher),
        )
        lines = [f"  - item: {flow_map(meant)}"]
        lines += [f"    not_app: {flow_list(row.not_app)}"] if row.not_app else []
        lines += [f"    not_category: {flow_list(row.not_category)}"] if row.not_category else []
        lines += [f"    by: {scalar(answer.by)}", f"    on: {self._day.isoformat()}"]
        lines.append(f"    why: {scalar(answer.why)}")
        self._denials.append("\n".join(lines) + "\n")
        not_these = " or ".join((*row.not_app, *row.not_category))
        self._denied.append(f"{item.identifier or item.name} is not {not_these}")
