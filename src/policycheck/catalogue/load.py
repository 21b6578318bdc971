"""From the files of rules folders to one `Catalogue`, or to everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from policycheck.catalogue.app import PLATFORMS_BY_TYPE, App, Identifier
from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.category import Categories, Category, Looks
from policycheck.catalogue.checks import check
from policycheck.catalogue.decision_file import DenialRow
from policycheck.catalogue.denial import Denial
from policycheck.catalogue.draft import Draft, read_rules
from policycheck.catalogue.evasion_file import EvasionFile
from policycheck.catalogue.files import AppFile, CategoryRow, IdentifierRow, ListFile, VendorFile
from policycheck.catalogue.named_list import ListEntry, NamedList
from policycheck.catalogue.technique import Host, IdentifierPattern, Spelling, Technique
from policycheck.catalogue.vendor import Ownership, SigningTeam, Vendor
from policycheck.model import Confidence
from policycheck.problems import PolicycheckError

V = TypeVar("V")


def load(folders: Iterable[Path]) -> Catalogue:
    """Load rules folders, the shipped one first and a workspace's own after it.

    Raises PolicycheckError with every problem of every file; a catalogue is whole or none.
    """
    draft = read_rules(folders)
    problems = [*draft.problems, *check(draft)]
    if problems:
        raise PolicycheckError(problems)
    return build(draft)


def build(draft: Draft) -> Catalogue:
    """Put together what was read and found to be right."""
    categories = Categories(
        {id_: _category(id_, rule.content) for id_, rule in draft.categories.items()}
    )
    return Catalogue(
        apps=_frozen({id_: _app(rule.content) for id_, rule in sorted(draft.apps.items())}),
        vendors=_frozen(
            {id_: _vendor(rule.content) for id_, rule in sorted(draft.vendors.items())}
        ),
        categories=categories,
        lists=_frozen({id_: _list(rule.content) for id_, rule in sorted(draft.lists.items())}),
        techniques=_frozen(
            {id_: _technique(rule.content) for id_, rule in sorted(draft.evasion.items())}
        ),
        denials=tuple(_denial(rule.content, categories) for rule in draft.denials),
        confusables=_frozen(draft.confusables),
        legal_forms=tuple(draft.legal_forms),
        sha256=draft.digest,
        overrides=tuple(draft.overrides),
    )


def _frozen(table: dict[str, V]) -> Mapping[str, V]:
    return MappingProxyType(table)


def _app(file: AppFile) -> App:
    return App(
        app_id=file.app,
        names=file.names,
        categories=file.category,
        vendor=file.vendor,
        distinctive=file.distinctive,
        identifiers=tuple(map(_identifier, file.identifiers)),
        client_of=file.client_of,
        attributes=MappingProxyType(dict(file.attributes)),
        formerly=file.formerly,
        note=file.note,
    )


def _identifier(row: IdentifierRow) -> Identifier:
    return Identifier(
        type=row.type,
        value=row.value,
        platforms=row.platform or PLATFORMS_BY_TYPE[row.type],
        source=row.source,
        memory=row.memory,
        shared_with=row.shared_with,
    )


def _vendor(file: VendorFile) -> Vendor:
    return Vendor(
        vendor_id=file.vendor,
        name=file.name,
        country=file.country,
        groups=tuple(Ownership(row.group, row.from_, row.until) for row in file.groups),
        affiliates=file.affiliates,
        publishers=file.publishers,
        formerly=file.formerly,
        teams=tuple(SigningTeam(t.id, t.source, t.seen_on, t.memory) for t in file.teams),
    )


def _category(id_: str, row: CategoryRow) -> Category:
    looks = row.looks_like
    return Category(
        category_id=id_,
        title=MappingProxyType(dict(row.title)),
        parent=row.parent,
        looks=Looks(looks.store_categories, looks.words, looks.unless),
    )


def _denial(row: DenialRow, categories: Categories) -> Denial:
    return Denial(
        kind=row.item.kind,
        identifier=row.item.identifier,
        identifier_type=row.item.identifier_type,
        name=row.item.name,
        publisher=row.item.publisher,
        apps=frozenset(row.not_app),
        categories=frozenset().union(*map(categories.within, row.not_category)),
        by=row.by,
        on=row.on,
        why=row.why,
    )


def _list(file: ListFile) -> NamedList:
    entries = (
        ListEntry(
            apps=row.app,
            categories=row.category,
            vendors=row.vendor,
            vendor_groups=row.vendor_group,
            from_=row.from_,
            until=row.until,
            source=row.source,
        )
        for row in file.entries
    )
    title = MappingProxyType(dict(file.title))
    return NamedList(file.list, title, file.source, tuple(entries))


def _technique(file: EvasionFile) -> Technique:
    spelling, host = file.spelling, file.host
    near = Spelling(spelling.ratio, spelling.shortest, spelling.unless) if spelling else None
    return Technique(
        technique=file.technique,
        title=MappingProxyType(dict(file.title)),
        confidence=Confidence(file.confidence),
        tells=MappingProxyType(dict(file.tells)),
        source=file.source,
        genuine=file.genuine,
        imitated=file.imitated,
        profiles=file.profiles,
        android_user=file.android_user,
        identifiers=tuple(IdentifierPattern(r.pattern, r.type, r.known) for r in file.identifiers),
        unless_signed=file.unless_signed,
        signed_by_another=file.signed_by_another,
        named_by_another=file.named_by_another,
        names=file.names,
        distinctive_names=file.distinctive_names,
        looks=file.looks,
        spelling=near,
        host=Host(host.category, host.hides) if host else None,
    )
