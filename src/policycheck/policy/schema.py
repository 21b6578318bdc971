"""The JSON Schema of policy files, made from the models, for editors and other tools.

An editor that reads the first line of a policy shows what may stand where:

    # yaml-language-server: $schema=policy.schema.json

It checks the shape. Places, ids of the catalogue, and what has to fit together are checked by
`policy lint` only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from policycheck.model import KINDS, TABLES, Column
from policycheck.policy.checks import BESIDE
from policycheck.policy.controls import READERS
from policycheck.policy.file import PolicyFile
from policycheck.policy.map_reader import EVERYTHING, FLEET
from policycheck.policy.selector_reader import GLOB_KEYS, ID_KEYS
from policycheck.policy.written import SHAPE
from policycheck.yamlfile import Model

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$"}


def policy_schema() -> Schema:
    """Make the schema of a policy file, as a JSON object (draft 2020-12)."""
    schema = _tidy(PolicyFile.model_json_schema(by_alias=True))
    schema["$defs"]["ControlFile"] |= {
        "oneOf": [{"required": [kind]} for kind in READERS],
        "dependentRequired": {key: [kind] for key, kind in BESIDE.items()},
    }
    schema["$defs"] |= {
        "Map": _map_schema(EVERYTHING),
        "FleetMap": _map_schema(FLEET),
        "Selector": _one_or_list(_term_schema()),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A policycheck policy",
        **schema,
    }


def record_schema(model: type[Model], title: str) -> Schema:
    """Make the schema of a file that refers to a policy: a waiver, an attestation."""
    schema = _tidy(model.model_json_schema(by_alias=True))
    schema["$defs"] = {**schema.get("$defs", {}), "FleetMap": _map_schema(FLEET)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": title,
    }


def _tidy(schema: Any) -> Any:  # noqa: ANN401 (JSON)
    """Put references where the models mark a shape, and leave out what says nothing.

    That is: titles made of the keys, defaults, and null, which a file cannot hold.
    """
    if isinstance(schema, list):
        return [_tidy(each) for each in schema if each != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    tidied = {
        key: _tidy(value)
        for key, value in schema.items()
        if key not in ("default", SHAPE) and not (key == "title" and isinstance(value, str))
    }
    if SHAPE in schema:
        tidied["$ref"] = f"#/$defs/{schema[SHAPE]}"
    alternatives = tidied.get("anyOf", ())
    return {**alternatives[0], **_without_any(tidied)} if len(alternatives) == 1 else tidied


def _without_any(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "anyOf"}


def _map_schema(tables: Iterable[str]) -> Schema:
    return {"anyOf": [{"const": "always"}, *_one_or_list(_columns_schema(tables))["anyOf"]]}


def _one_or_list(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


def _columns_schema(tables: Iterable[str]) -> Schema:
    """Make the schema of a map whose keys are the columns of tables."""
    columns = [(table, column) for table in tables for column in TABLES[table].values()]
    return {
        "type": "object",
        "properties": {
            f"{table}.{column.name}": _column_schema(column)
            for table, column in columns
            if column.type != "attributes"
        },
        "patternProperties": {
            rf"^{table}\.attributes\..+$": _column_schema(column)
            for table, column in columns
            if column.type == "attributes"
        },
        "additionalProperties": False,
    }


def _column_schema(column: Column) -> Schema:
    if column.type == "boolean":
        flags = _one_or_list({"type": "boolean"})
        return {"anyOf": [flags, _operators({"not": flags})]}
    if column.type == "time":
        return _operators({"before": _one_or_list(_TIME), "after": _one_or_list(_TIME)})
    words = _one_or_list({"enum": list(column.vocabulary)} if column.vocabulary else _TEXT)
    operators = {"not": words, "like": _one_or_list(_TEXT)}
    if column.type != "list":
        operators |= {"below": _one_or_list(_TEXT), "at_least": _one_or_list(_TEXT)}
    return {"anyOf": [words, _operators(operators)]}


def _operators(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
    }


def _term_schema() -> Schema:
    """Make the schema of one map of a selector."""
    columns = _columns_schema(("item", "app"))
    del columns["properties"]["item.kind"]
    named = {key: _one_or_list(_TEXT) for key in (*ID_KEYS, *GLOB_KEYS, "version")}
    own = {**named, "kind": _one_or_list({"enum": list(KINDS)}), "where": _TEXT}
    return {**columns, "properties": {**own, **columns["properties"]}, "minProperties": 1}
