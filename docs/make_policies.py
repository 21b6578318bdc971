"""Write the parts of docs/policies.md that the program knows itself: `make docs`.

The keys are those of the models of a policy file, the kinds of control tell of themselves in
their docstrings, the columns, words and reasons are the program's. A test compares what is
written with the program of today.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from policycheck.catalogue.load import load
from policycheck.model import TABLES, Column, Reason
from policycheck.policy.checks import BESIDE
from policycheck.policy.controls import READERS
from policycheck.policy.fields import PLACEHOLDERS
from policycheck.policy.map_reader import OPERATORS, WRITTEN
from policycheck.policy.schema import policy_schema
from policycheck.report.reasons import REASONS
from policycheck.shipped import shipped

DOCUMENT = Path(__file__).with_name("policies.md")
_BLOCK = "<!-- {0}: made by docs/make_policies.py -->\n\n{1}\n<!-- end of {0} -->"
_SHAPES = {
    "FleetMap": "a condition",
    "Map": "a condition",
    "Selector": "a selector",
    "ControlFile": "a map",
    "OnlyFile": "a map",
    "AttestFile": "a map",
    "ExceptionFile": "a map",
    "WaiversFile": "a map",
}
_DURATION, _SHARE = r"^\d{1,5}[hd]$", r"^\d{1,3}(\.\d{1,6})?\s*%$"
_PATTERNS = {_DURATION: "hours or days: `48h`, `14d`", _SHARE: "a share: `10%`"}
_KIND_KEYS = frozenset({*READERS, *BESIDE})
Schema = dict[str, Any]


def document(text: str) -> str:
    """Return the page with its made parts of today."""
    for name, make in _PARTS.items():
        fresh = _BLOCK.format(name, "".join(f"{line}\n" for line in make()))
        pattern = _BLOCK.format(name, "").replace("\n\n\n", "\n.*?")
        text, found = re.subn(pattern, lambda _, fresh=fresh: fresh, text, flags=re.DOTALL)
        assert found == 1, name
    return text


def _policy_keys() -> Iterator[str]:
    return _keys(policy_schema(), ())


def _control_keys() -> Iterator[str]:
    return _keys(policy_schema()["$defs"]["ControlFile"], _KIND_KEYS)


def _other_keys(name: str) -> Callable[[], Iterator[str]]:
    return lambda: _keys(policy_schema()["$defs"][name], ())


def _keys(schema: Schema, without: Iterable[str]) -> Iterator[str]:
    """Tell the keys of a map: what may stand there, and what it means."""
    needed = schema.get("required", ())
    yield "| key | is | means |\n|---|---|---|"
    for key, value in schema["properties"].items():
        if key not in without:
            star = " (needed)" if key in needed else ""
            yield f"| `{key}`{star} | {_value(value)} | {_one_line(value['description'])} |"


def _value(schema: Schema) -> str:
    """Say in words what a value is."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _SHAPES.get(name) or _value(policy_schema()["$defs"][name])
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "anyOf" in schema:
        return _alternatives(schema["anyOf"])
    if schema["type"] == "array":
        return f"a list, each {_value(schema['items'])}"
    if schema["type"] == "object":
        return "a map"
    return _scalar(schema)


def _alternatives(schemas: list[Schema]) -> str:
    first, second = schemas
    if second.get("type") == "array":
        return f"{_value(first)}, or a list"
    if second.get("type") == "object" and "additionalProperties" in second:
        return "a text, or one by language: `{en: ..., zh: ...}`"
    return f"{_value(first)}, or {_value(second)}"


def _scalar(schema: Schema) -> str:
    if pattern := schema.get("pattern"):
        return _PATTERNS.get(pattern, "an id: `a-z`, `0-9`, `-`, `_`, `.`")
    if schema.get("format") == "date":
        return "a date: `2026-01-31`"
    return {"boolean": "`true`, `false`", "integer": "a number", "string": "a text"}[schema["type"]]


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _categories() -> Iterator[str]:
    """Tell the tree of categories."""
    yield "| category | is | below |\n|---|---|---|"
    for id_, category in sorted(load([shipped("rules")]).categories.items()):
        above = f"`{category.parent}`" if category.parent else ""
        yield f"| `{id_}` | {category.title['en']} | {above} |"


def _kinds() -> Iterator[str]:
    for read in READERS.values():
        module = inspect.getmodule(read)
        head, *parts = inspect.cleandoc(module.__doc__ or "").split("\n\n")
        yield f"### {_one_line(head)}\n"
        for part in parts:
            title, _, body = part.partition(":\n")
            body = textwrap.dedent(body)
            yield f"```yaml\n{body}\n```\n" if title == "Example" else f"*{title}.* {body}\n"
        model = re.match(r"`(\w+)`", head)
        assert model
        yield from _kind_keys(model[1])
        yield ""


def _kind_keys(kind: str) -> Iterator[str]:
    """Tell the keys of a kind, those below its own and those beside it."""
    schema = policy_schema()["$defs"]
    own = schema["ControlFile"]["properties"]
    beside = {key: own[key] for key, owner in BESIDE.items() if owner == kind}
    below = own[kind].get("$ref", "").rpartition("/")[2]
    if below != "Selector":
        inner = schema[below]
        yield from _keys({**inner, "properties": inner["properties"] | beside}, ())
    else:
        yield from _keys({"properties": {kind: own[kind], **beside}, "required": [kind]}, ())


def _columns() -> Iterator[str]:
    yield "| column | is | words |\n|---|---|---|"
    for table, columns in TABLES.items():
        for column in columns.values():
            words = ", ".join(f"`{word}`" for word in column.vocabulary)
            yield f"| `{table}.{_written(column)}` | {_TYPES[column.type]} | {words or 'any'} |"


def _written(column: Column) -> str:
    return "attributes.NAME" if column.type == "attributes" else column.name


_TYPES = {
    "text": "text",
    "boolean": "true or false",
    "time": "time",
    "list": "list of texts",
    "attributes": "text",
}


def _operators() -> Iterator[str]:
    yield "| of | may be asked |\n|---|---|"
    for type_, operators in OPERATORS.items():
        if type_ != "attributes":
            asked = [f"`{{{word}: ...}}`" for word in operators if word in WRITTEN]
            value = ["the value itself"] if "is" in operators else []
            yield f"| {_TYPES[type_]} | {', '.join(value + asked)} |"


def _placeholders() -> Iterator[str]:
    yield ", ".join(f"`{{{name}}}`" for name in PLACEHOLDERS)


def _reasons() -> Iterator[str]:
    yield "| reason | why it is not known | what helps |\n|---|---|---|"
    for reason in Reason:
        told = REASONS[reason]
        yield f"| `{reason}` | {told.why} | {told.remedy} |"


_PARTS: Mapping[str, Callable[[], Iterator[str]]] = MappingProxyType(
    {
        "policy keys": _policy_keys,
        "control keys": _control_keys,
        "exception keys": _other_keys("ExceptionFile"),
        "waiver keys": _other_keys("WaiversFile"),
        "kinds": _kinds,
        "categories": _categories,
        "columns": _columns,
        "operators": _operators,
        "placeholders": _placeholders,
        "reasons": _reasons,
    }
)


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text("utf-8")), encoding="utf-8")
