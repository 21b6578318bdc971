"""The values that a MAP compares columns with, each read by its column's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from policycheck.model import Column
from policycheck.policy.calendar import as_moment, end_of_day, start_of_day
from policycheck.policy.condition import Operator, Value
from policycheck.policy.reader import Reader
from policycheck.policy.vocabulary import FAMILY_OF_COLUMN
from policycheck.problems import did_you_mean, quote
from policycheck.text import fold_text, version_key
from policycheck.yamlfile import Scalar, parse_moment

_BOUND: Mapping[str, Callable[[date, str], datetime]] = MappingProxyType(
    {"before": start_of_day, "after": end_of_day}
)


def read_value(
    reader: Reader, key: Scalar, column: Column, operator: Operator, node: Scalar
) -> Value | None:
    """Read a value by its column's type and its operator. None, and a problem, if it is wrong."""
    if operator in ("before", "after"):
        return _read_time(reader, operator, node)
    if column.type == "boolean":
        return _read_boolean(reader, key, node)
    if operator in ("below", "at_least"):
        return _read_version(reader, node)
    if operator == "like":
        return node.text
    return _read_word(reader, key.text, column, node)


def _read_word(reader: Reader, name: str, column: Column, node: Scalar) -> str | None:
    if family := FAMILY_OF_COLUMN.get(name):
        return reader.ids([node], family)[0]
    folded = fold_text(node.text)
    if not column.vocabulary:
        return node.text
    if folded in column.vocabulary:
        return folded
    hint = did_you_mean(node.text, column.vocabulary)
    reader.refuse(node, f"unknown {name} {quote(node.text)}", hint)
    return None


def _read_boolean(reader: Reader, key: Scalar, node: Scalar) -> bool | None:
    if node.text in ("true", "false"):
        return node.text == "true"
    hint = "write true or false"
    reader.refuse(node, f"{quote(key.text)} is either true or false, not {quote(node.text)}", hint)
    return None


def _read_version(reader: Reader, node: Scalar) -> str | None:
    if version_key(node.text) is not None:
        return node.text
    hint = "versions start with dotted numbers, as in 8.0.30"
    reader.refuse(node, f"{quote(node.text)} is not a version", hint)
    return None


def _read_time(reader: Reader, operator: Operator, node: Scalar) -> datetime | None:
    try:
        moment = parse_moment(node.text)
    except ValueError as error:
        reader.refuse(node, str(error))
        return None
    return as_moment(moment, reader.zone, _BOUND[operator])
