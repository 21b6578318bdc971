"""The files of one or more rules folders, read and decoded but not yet put together.

A later folder adds to the earlier ones. Where it describes the same thing again it must say
so, by `overrides: true`; what then stands in the shadow is remembered and reported.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from policycheck.catalogue.catalogue import Override
from policycheck.catalogue.decision_file import DecisionsFile, DenialRow
from policycheck.catalogue.evasion_file import EvasionFile
from policycheck.catalogue.files import (
    AppFile,
    CategoriesFile,
    CategoryRow,
    ConfusablesFile,
    LegalFormsFile,
    ListFile,
    VendorFile,
)
from policycheck.problems import PolicycheckError, Problem, did_you_mean, quote
from policycheck.yamlfile import Document, Mapping, Model, Node, Sequence, decode, read

M = TypeVar("M", bound=Model)
F = TypeVar("F", AppFile, VendorFile, ListFile, CategoryRow, EvasionFile)


@dataclass(frozen=True)
class Rule(Generic[M]):
    """One decoded entry, and where it stands."""

    content: M
    document: Document
    root: Node

    def at(self, *path: str | int) -> Node:
        """Return the node at a path of keys and indices, or the nearest one above it."""
        node = self.root
        for part in path:
            below: Node | None = None
            if isinstance(node, Mapping):
                below = node.get(str(part))
            elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
                below = node.items[part]
            if below is None:
                return node
            node = below
        return node

    def problem(self, message: str, *path: str | int, hint: str = "") -> Problem:
        """Make a problem at such a path."""
        return self.document.problem(self.at(*path), message, hint)

    def remark(self, message: str, *path: str | int, hint: str = "") -> Problem:
        """Make a warning at such a path."""
        return self.document.problem(self.at(*path), message, hint, "warning")


@dataclass
class Draft:
    """Everything that was read, by id, and everything that was wrong with it."""

    apps: dict[str, Rule[AppFile]] = field(default_factory=dict)
    vendors: dict[str, Rule[VendorFile]] = field(default_factory=dict)
    lists: dict[str, Rule[ListFile]] = field(default_factory=dict)
    categories: dict[str, Rule[CategoryRow]] = field(default_factory=dict)
    evasion: dict[str, Rule[EvasionFile]] = field(default_factory=dict)
    denials: list[Rule[DenialRow]] = field(default_factory=list)
    confusables: dict[str, str] = field(default_factory=dict)
    legal_forms: list[str] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unreadable: set[tuple[str, str]] = field(default_factory=set)
    """(folder, id) of files with errors, so that references to them raise no second error."""
    digest: str = ""

    def knows(self, folder: str, id_: str) -> bool:
        """Say whether an id of `apps` or `vendors` has a file, even one with errors."""
        known = id_ in self.apps if folder == "apps" else id_ in self.vendors
        return known or (folder, id_) in self.unreadable


def read_rules(folders: Iterable[Path]) -> Draft:
    """Read every file of the folders, the shipped one first. Problems are collected, not raised."""
    draft = Draft()
    digest = hashlib.sha256()
    for folder in folders:
        for path, place in _rule_files(folder):
            try:
                document = read(path)
            except PolicycheckError as error:
                draft.problems += error.problems
                draft.unreadable.add((place.parent.as_posix(), place.stem))
                continue
            digest.update(f"{place.as_posix()}\0{document.sha256}\n".encode())
            _take(draft, document, place)
    draft.digest = digest.hexdigest()
    return draft


def _rule_files(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each YAML file and its place below the folder, sorted by place."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = (name for name in folders if not name.startswith("."))
        above, below = Path(parent), Path(parent).relative_to(folder)
        found += [
            (above / name, below / name)
            for name in names
            if name.endswith((".yaml", ".yml")) and not name.startswith(".")
        ]
    return (
        (path, place)
        for path, place in sorted(found, key=lambda entry: entry[1].as_posix())
        if path.is_file()
    )


def _take(draft: Draft, document: Document, place: Path) -> None:
    take = _TAKERS.get(place.as_posix()) or _TAKERS.get(place.parent.as_posix())
    if take is None or place.suffix != ".yaml":
        hint = f"name it {place.stem}.yaml" if take else did_you_mean(place.as_posix(), _TAKERS)
        message = f"{quote(place.as_posix())} is no place for a rule"
        draft.problems.append(document.problem(document.root, message, hint))
        return
    take(draft, document, place)


def _decoded(draft: Draft, document: Document, place: Path, model: type[M]) -> Rule[M] | None:
    content, problems = decode(document, model)
    draft.problems += problems
    if content is None:
        draft.unreadable.add((place.parent.as_posix(), place.stem))
        return None
    return Rule(content, document, document.root)


def _take_app(draft: Draft, document: Document, place: Path) -> None:
    if rule := _decoded(draft, document, place, AppFile):
        _check_file_name(draft, rule, "app", rule.content.app)
        _enter(draft, draft.apps, rule, "app", rule.content.app)


def _take_vendor(draft: Draft, document: Document, place: Path) -> None:
    if rule := _decoded(draft, document, place, VendorFile):
        _check_file_name(draft, rule, "vendor", rule.content.vendor)
        _enter(draft, draft.vendors, rule, "vendor", rule.content.vendor)


def _take_list(draft: Draft, document: Document, place: Path) -> None:
    if rule := _decoded(draft, document, place, ListFile):
        _check_file_name(draft, rule, "list", rule.content.list)
        _enter(draft, draft.lists, rule, "list", rule.content.list)


def _take_evasion(draft: Draft, document: Document, place: Path) -> None:
    if rule := _decoded(draft, document, place, EvasionFile):
        _check_file_name(draft, rule, "technique", rule.content.technique)
        _enter(draft, draft.evasion, rule, "technique", rule.content.technique)


def _take_categories(draft: Draft, document: Document, place: Path) -> None:
    rule = _decoded(draft, document, place, CategoriesFile)
    if rule is None:
        return
    for id_, row in rule.content.categories.items():
        entry = Rule(row, document, rule.at("categories", id_))
        _enter(draft, draft.categories, entry, "category", id_)


def _take_decisions(draft: Draft, document: Document, place: Path) -> None:
    if rule := _decoded(draft, document, place, DecisionsFile):
        draft.denials += (
            Rule(row, document, rule.at("decisions", at))
            for at, row in enumerate(rule.content.decisions)
        )


def _take_confusables(draft: Draft, document: Document, place: Path) -> None:
    if rule := _decoded(draft, document, place, ConfusablesFile):
        for read_as, characters in rule.content.confusables.items():
            draft.confusables.update(dict.fromkeys(characters, read_as))


def _take_legal_forms(draft: Draft, document: Document, place: Path) -> None:
    if rule := _decoded(draft, document, place, LegalFormsFile):
        draft.legal_forms += rule.content.legal_forms


_TAKERS: dict[str, Callable[[Draft, Document, Path], None]] = {
    "apps": _take_app,
    "vendors": _take_vendor,
    "lists": _take_list,
    "evasion": _take_evasion,
    "decisions": _take_decisions,
    "categories.yaml": _take_categories,
    "confusables.yaml": _take_confusables,
    "confusables-unicode.yaml": _take_confusables,
    "legal-forms.yaml": _take_legal_forms,
}
"""What each folder below `rules/`, and each file beside them, holds."""


def _check_file_name(draft: Draft, rule: Rule[F], kind: str, id_: str) -> None:
    name = Path(rule.document.path).name
    if name != f"{id_}.yaml":
        hint = f"name the file {id_}.yaml"
        draft.problems.append(
            rule.problem(f"{name} holds the {kind} {quote(id_)}", kind, hint=hint)
        )


def _enter(draft: Draft, table: dict[str, Rule[F]], rule: Rule[F], kind: str, id_: str) -> None:
    """Take an entry in; it shadows another exactly where it says so."""
    shadowed = table.get(id_)
    says = rule.content.overrides
    if shadowed is not None and not says:
        message = f"the {kind} {quote(id_)} is there already, in {shadowed.document.path}"
        hint = "if you mean to replace it, add 'overrides: true'"
        draft.problems.append(rule.problem(message, kind, hint=hint))
    elif says and shadowed is None:
        message = f"there is no other {kind} {quote(id_)} to override"
        draft.problems.append(rule.problem(message, "overrides", hint="leave 'overrides' out"))
    elif shadowed is not None:
        override = Override(kind, id_, rule.document.path, shadowed.document.path)
        draft.overrides.append(override)
    table[id_] = rule
