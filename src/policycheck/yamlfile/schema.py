"""The JSON Schema of a file, made from its model, for editors and other tools."""

from __future__ import annotations

from typing import Any

from policycheck.yamlfile.decode import Model


def schema_of(model: type[Model], title: str) -> dict[str, Any]:
    """Make the JSON Schema of a kind of file (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **_tidy(model.model_json_schema(by_alias=True)),
    }


def _tidy(schema: Any) -> Any:  # noqa: ANN401 (JSON)
    """Leave out what says nothing: titles made of the keys, defaults, and null."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema if each != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    tidied = {
        key: _tidy(value)
        for key, value in schema.items()
        if key != "default" and not (key == "title" and isinstance(value, str))
    }
    alternatives = tidied.get("anyOf", ())
    return alternatives[0] if len(alternatives) == 1 and len(tidied) == 1 else tidied
