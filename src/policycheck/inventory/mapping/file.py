"""Mapping files: how the columns of an export become ours, written down once.

    language: 1
    mapping: lianruan-emm
    listing: {app: all}
    timezone: Asia/Shanghai
    device:
      device_id: 设备编号
      ownership: {column: 设备归属, words: {外包: contractor}}
    item:
      name: 应用名称
      identifier: 包名

A mapping is a reader like any other; `mapped` is what reads by it. `docs/formats.md` has every
key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policycheck.inventory.mapping.checks import check_mapping, check_people_mapping
from policycheck.inventory.mapping.times import DateOrder
from policycheck.inventory.mapping.written import (
    FieldFile,
    Kind,
    MappingFile,
    PeopleMappingFile,
    Visibility,
)
from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.yamlfile import Document, Model, decode, read
from policycheck.yamlfile import Mapping as MapNode


@dataclass(frozen=True)
class MappedField:
    """Where one of our columns comes from."""

    columns: tuple[str, ...]
    value: str = ""
    words: Mapping[str, str] | None = None
    otherwise: str = ""


@dataclass(frozen=True)
class FileMapping:
    """A mapping, checked."""

    name: str
    title: str
    source: str
    listing: str
    """As in our own tables: `app=all;web_app=managed`."""
    listing_of_personal: str | None
    """What is listed of devices that are not known to be the company's; None: the same."""
    partial: bool
    zone: str
    dates: DateOrder
    empty: tuple[str, ...]
    records: str
    """The path of the list of records within a JSON document; "" where it is the document."""
    items: str
    """The path of the list of items within a JSON record; "" where a record is an item."""
    device: Mapping[str, MappedField]
    item: Mapping[str, MappedField]
    device_attributes: Mapping[str, MappedField]
    item_attributes: Mapping[str, MappedField]
    path: str
    sha256: str
    person: Mapping[str, MappedField] = field(default_factory=dict)
    """Where this is filled, it is a mapping of a people file, and of no report."""
    person_attributes: Mapping[str, MappedField] = field(default_factory=dict)

    @property
    def fields(self) -> Iterator[MappedField]:
        """All fields."""
        for fields in (
            self.device,
            self.item,
            self.person,
            self.device_attributes,
            self.item_attributes,
            self.person_attributes,
        ):
            yield from fields.values()

    @property
    def item_columns(self) -> tuple[str, ...]:
        """The columns that tell of items, in order, each once."""
        fields = (*self.item.values(), *self.item_attributes.values())
        return tuple(dict.fromkeys(column for field in fields for column in field.columns))

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read, in order, each once."""
        return tuple(dict.fromkeys(column for field in self.fields for column in field.columns))


def load_mappings(paths: Iterable[Path]) -> tuple[FileMapping, ...]:
    """Load mapping files. Raises PolicycheckError with everything that is wrong in them."""
    problems: list[Problem] = []
    mappings: dict[str, FileMapping] = {}
    for path in paths:
        try:
            mapping = load_mapping(path)
        except PolicycheckError as error:
            problems += error.problems
            continue
        other = mappings.get(mapping.name)
        if other and other.path != mapping.path:
            message = f"{mapping.path} and {other.path} are both the mapping {quote(mapping.name)}"
            problems.append(Problem(message, None, "give one of them another name"))
        mappings[mapping.name] = mapping
    if problems:
        raise PolicycheckError(problems)
    return tuple(mappings.values())


def load_mapping(path: Path) -> FileMapping:
    """Load a mapping file. Raises PolicycheckError with everything that is wrong in it."""
    document = read(path, str(path))
    if isinstance(document.root, MapNode) and document.root.get("person"):
        return _load_people_mapping(document)
    file, problems = decode(document, MappingFile)
    if file is None or problems:
        raise PolicycheckError(problems)
    found = list(check_mapping(document, file))
    if found:
        raise PolicycheckError(found)
    return _make_mapping(document, file)


def _load_people_mapping(document: Document) -> FileMapping:
    file, problems = decode(document, PeopleMappingFile)
    if file is None or problems:
        raise PolicycheckError(problems)
    found = list(check_people_mapping(document))
    if found:
        raise PolicycheckError(found)
    person, attributes = _read_section(file.person)
    return FileMapping(
        name=file.mapping,
        title=file.title or f"by the mapping {file.mapping}",
        source=file.mapping,
        listing="",
        listing_of_personal=None,
        partial=False,
        zone="UTC",
        dates="year-first",
        empty=file.empty,
        records=file.records or "",
        items="",
        device={},
        item={},
        device_attributes={},
        item_attributes={},
        path=document.path,
        sha256=document.sha256,
        person=person,
        person_attributes=attributes,
    )


def _make_mapping(document: Document, file: MappingFile) -> FileMapping:
    device, device_attributes = _read_section(file.device)
    item, item_attributes = _read_section(file.item)
    personal = file.listing_of_personal
    return FileMapping(
        name=file.mapping,
        title=file.title or f"by the mapping {file.mapping}",
        source=file.source or file.mapping,
        listing=_join_listing(file.listing),
        listing_of_personal=None if personal is None else _join_listing(personal),
        partial=file.partial,
        zone=file.timezone,
        dates=file.dates,
        empty=file.empty,
        records=file.records or "",
        items=file.items or "",
        device=device,
        item=item,
        device_attributes=device_attributes,
        item_attributes=item_attributes,
        path=document.path,
        sha256=document.sha256,
    )


def _join_listing(listing: Mapping[Kind, Visibility]) -> str:
    return ";".join(f"{kind}={visibility}" for kind, visibility in listing.items())


def _read_section(
    section: Model | None,
) -> tuple[dict[str, MappedField], dict[str, MappedField]]:
    if section is None:
        return {}, {}
    given = {name: getattr(section, name) for name in type(section).model_fields}
    attributes: Mapping[str, FieldFile] = given.pop("attributes")
    fields = {name: _make_field(entry) for name, entry in given.items() if entry is not None}
    return fields, {name: _make_field(entry) for name, entry in attributes.items()}


def _make_field(entry: FieldFile) -> MappedField:
    return MappedField(
        entry.column or (), entry.value or "", dict(entry.words), entry.otherwise or ""
    )
