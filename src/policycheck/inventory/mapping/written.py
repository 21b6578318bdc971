"""Mapping files as they are written: the class is the schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, create_model
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from policycheck.inventory.mapping.times import DateOrder
from policycheck.model import DEVICE_COLUMNS, ITEM_COLUMNS, PERSON_COLUMNS, Column
from policycheck.problems import quote
from policycheck.yamlfile import Boolean, Language, Model, OneOrMany, mistake
from policycheck.yamlfile.schema import schema_of

Text = Annotated[str, Field(min_length=1)]
Kind = Literal["app", "browser_extension", "web_app", "payment_channel", "account"]
Visibility = Literal["all", "managed"]
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_SET_BY_US = ("received_at",)


class FieldFile(Model):
    """Where one of our columns comes from, where its header alone does not say it."""

    column: OneOrMany[Text] | None = None
    """Headers, the first that says something counts; in JSON paths such as `user.email`."""
    value: Text | None = None
    """The same for every record, instead of a column."""
    words: Mapping[str, Text] = {}
    """Their word -> ours; `unknown` is null."""
    otherwise: Text | None = None
    """What stands for every word that is not known; without it such a record is rejected."""


def _from_header(value: object) -> object:
    """Read a header, or several, as the field that has nothing else to say."""
    return {"column": value} if isinstance(value, str | list) else value


class _FieldSchema:
    """Says in the JSON Schema that a field may be written as its header only."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        text = {"type": "string", "minLength": 1}
        return {
            "anyOf": [text, {"type": "array", "items": text, "minItems": 1}, handler(core_schema)]
        }


def _check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise mistake(f"{quote(name)} is not a name like my-export")
    return name


Name = Annotated[str, AfterValidator(_check_name)]
FieldEntry = Annotated[FieldFile, BeforeValidator(_from_header), _FieldSchema()]


def _make_section(name: str, columns: Mapping[str, Column], doc: str) -> type[Model]:
    fields: dict[str, Any] = {
        column: (FieldEntry | None, None)
        for column in columns
        if column not in _SET_BY_US and column != "attributes"
    }
    return create_model(
        name, __base__=Model, __doc__=doc, attributes=(Mapping[str, FieldEntry], {}), **fields
    )


DeviceFile = _make_section("DeviceFile", DEVICE_COLUMNS, "Columns of the device.")
ItemFile = _make_section("ItemFile", ITEM_COLUMNS, "Columns of the item.")
PersonFile = _make_section("PersonFile", PERSON_COLUMNS, "Columns of the person.")


class MappingFile(Model):
    """A mapping as it is written."""

    language: Language
    mapping: Name
    title: Text | None = None
    source: Text | None = None
    listing: Mapping[Kind, Visibility]
    listing_of_personal: Mapping[Kind, Visibility] | None = None
    partial: Boolean = False
    timezone: Text = "UTC"
    dates: DateOrder = "year-first"
    empty: OneOrMany[Text] = ()
    records: Text | None = None
    items: Text | None = None
    device: DeviceFile  # type: ignore[valid-type]
    item: ItemFile | None = None  # type: ignore[valid-type]


class PeopleMappingFile(Model):
    """A mapping of a people file as it is written."""

    language: Language
    mapping: Name
    title: Text | None = None
    empty: OneOrMany[Text] = ()
    records: Text | None = None
    person: PersonFile  # type: ignore[valid-type]


def mapping_schema() -> dict[str, Any]:
    """Make the JSON Schema of a mapping file, of reports or of people, for editors."""
    reports = schema_of(MappingFile, "A policycheck mapping")
    people = schema_of(PeopleMappingFile, "A policycheck mapping of people")
    definitions = {**reports.pop("$defs"), **people.pop("$defs")}
    head = {name: reports.pop(name) for name in ("$schema", "title")}
    del people["$schema"]
    return {**head, "anyOf": [reports, people], "$defs": definitions}
