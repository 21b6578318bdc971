"""MAPs as they are written, read into conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from policycheck.model import TABLES, Column, ColumnType
from policycheck.policy.condition import ALWAYS, All, Any_, Compare, Condition, Operator
from policycheck.policy.reader import Reader
from policycheck.policy.value_reader import read_value
from policycheck.problems import did_you_mean, quote
from policycheck.text import fold_text
from policycheck.yamlfile import Mapping as MapNode
from policycheck.yamlfile import Node, Scalar
from policycheck.yamlfile import Sequence as ListNode

Tables = Sequence[str]
FLEET: Tables = ("device", "person")
"""What `applies_to` and `when` see."""
EVERYTHING: Tables = ("device", "person", "item", "app")
"""What `indication` sees."""

OPERATORS: Mapping[ColumnType, tuple[Operator, ...]] = MappingProxyType(
    {
        "text": ("is", "not", "like", "below", "at_least"),
        "boolean": ("is", "not"),
        "time": ("before", "after"),
        "list": ("is", "not", "like"),
        "attributes": ("is", "not", "like", "below", "at_least"),
    }
)
WRITTEN = ("not", "like", "below", "at_least", "before", "after")
"""The operators that are written as a key; `is` is the value itself."""


def column_names(tables: Tables) -> list[str]:
    """List the columns of tables as a MAP writes them, attributes as `device.attributes.NAME`."""
    return [
        f"{table}.attributes.NAME" if column.type == "attributes" else f"{table}.{column.name}"
        for table in tables
        for column in TABLES[table].values()
    ]


def read_condition(reader: Reader, node: Node, tables: Tables) -> Condition | None:
    """Read a MAP, a list of MAPs (ORed), or `always`. None if it cannot be read."""
    if isinstance(node, MapNode):
        return read_map(reader, node.entries, tables)
    if isinstance(node, Scalar) and fold_text(node.text) == "always":
        return ALWAYS
    if isinstance(node, Scalar):
        if not node.is_null:
            hint = "a condition is a map like {person.type: employee}, or 'always'"
            reader.refuse(node, f"{quote(node.text)} is not a condition", hint)
        return None
    if not node.items:
        reader.refuse(node, "the list of conditions is empty", "write 'always', or a map")
        return None
    parts = [_read_one_of_list(reader, item, tables) for item in node.items]
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else Any_(known)


def _read_one_of_list(reader: Reader, node: Node, tables: Tables) -> Condition | None:
    if isinstance(node, MapNode):
        return read_map(reader, node.entries, tables)
    hint = "write it as {person.type: employee}"
    reader.refuse(node, "each entry of a list of conditions is a map", hint)
    return None


def read_map(
    reader: Reader, entries: Sequence[tuple[Scalar, Node]], tables: Tables
) -> Condition | None:
    """Read the entries of one MAP, ANDed."""
    parts: list[Compare] = []
    complete = True
    for key, value in entries:
        compares = read_compares(reader, key, value, tables)
        complete = complete and compares is not None
        parts += compares or ()
    if not complete:
        return None
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def read_compares(
    reader: Reader, key: Scalar, value: Node, tables: Tables
) -> tuple[Compare, ...] | None:
    """Read one entry of a MAP; several operators in it are ANDed. None if it cannot be read."""
    column = find_column(reader, key, tables)
    if column is None:
        return None
    if not isinstance(value, MapNode):
        compare = _read_compare(reader, key, column, "is", value)
        return None if compare is None else (compare,)
    if not value.entries:
        hint = f"one of: {', '.join(WRITTEN)}"
        reader.refuse(key, f"nothing is asked of {quote(key.text)}", hint)
        return None
    compares = [_read_operator(reader, key, column, *entry) for entry in value.entries]
    known = tuple(compare for compare in compares if compare is not None)
    return known if len(known) == len(compares) else None


def find_column(reader: Reader, key: Scalar, tables: Tables) -> Column | None:
    """Find the column that a key names; None, and a problem, if these tables have none."""
    table, _, rest = key.text.partition(".")
    name, _, attribute = rest.partition(".")
    column = TABLES.get(table, {}).get(name)
    if column is not None and table in tables and bool(attribute) == (column.type == "attributes"):
        return column
    if column is not None and column.type == "attributes" and table in tables:
        hint = f"write '{table}.attributes.NAME'"
        reader.refuse(key, f"{quote(key.text)} does not name an attribute", hint)
    elif column is not None and table not in tables and len(column.name) == len(rest):
        reader.refuse(key, *_out_of_sight(key.text, tables))
    elif key.text == "where":
        hint = "it belongs in a selector: 'forbid', 'require' or 'among'"
        reader.refuse(key, "'where' cannot stand here", hint)
    else:
        names = column_names(tables)
        bare = [name for name in names if name.partition(".")[2] == key.text]
        hint = f"did you mean {quote(bare[0])}?" if bare else did_you_mean(key.text, names)
        hint = hint or f"columns are written 'person.type'; tables: {', '.join(tables)}"
        reader.refuse(key, f"unknown column {quote(key.text)}", hint)
    return None


def _out_of_sight(name: str, tables: Tables) -> tuple[str, str]:
    seen = " and ".join((", ".join(tables[:-1]), tables[-1]))
    hint = (
        "ask of devices and people in 'applies_to' or in 'where'"
        if "item" in tables
        else "ask of items and apps in the control's selector"
    )
    return f"{quote(name)} cannot be asked here: only {seen} are seen", hint


def _read_operator(
    reader: Reader, key: Scalar, column: Column, operator: Scalar, value: Node
) -> Compare | None:
    if isinstance(value, MapNode):
        reader.refuse(operator, f"{quote(operator.text)} takes a value, or a list of values")
        return None
    allowed = [known for known in OPERATORS[column.type] if known in WRITTEN]
    for known in WRITTEN:
        if operator.text == known and known in allowed:
            return _read_compare(reader, key, column, known, value)
    if operator.text in WRITTEN:
        kind = "text" if column.type == "attributes" else column.type
        hint = f"of a {kind} column can be asked: {', '.join(allowed)}"
        reader.refuse(operator, f"{quote(key.text)} has no {quote(operator.text)}", hint)
    else:
        hint = did_you_mean(operator.text, allowed)
        if operator.text in ("is", "in", "equals"):
            hint = f"write the value itself, or a list of values, behind {quote(key.text)}"
        reader.refuse(operator, f"unknown operator {quote(operator.text)}", hint)
    return None


def _read_compare(
    reader: Reader, key: Scalar, column: Column, operator: Operator, value: Node
) -> Compare | None:
    if operator not in OPERATORS[column.type]:
        hint = "write {before: DATE} or {after: DATE}"
        reader.refuse(value, f"{quote(key.text)} is a time and equals nothing exactly", hint)
        return None
    nodes = scalars_of(reader, key, value)
    values = [read_value(reader, key, column, operator, node) for node in nodes]
    known = tuple(read for read in values if read is not None)
    if not nodes or len(known) < len(values):
        return None
    table, _, rest = key.text.partition(".")
    attribute = rest.partition(".")[2] or None
    return Compare(table, column.name, attribute, operator, known)


def scalars_of(reader: Reader, key: Scalar, value: Node) -> tuple[Scalar, ...]:
    """Return a key's value, or its list of values; problems where it is neither."""
    nodes = value.items if isinstance(value, ListNode) else (value,)
    if not nodes:
        reader.refuse(key, f"the list of {quote(key.text)} is empty")
    scalars = tuple(node for node in nodes if isinstance(node, Scalar))
    for node in nodes:
        if not isinstance(node, Scalar):
            reader.refuse(node, f"the value of {quote(key.text)} is a text or a list of texts")
    return tuple(node for node in scalars if not node.is_null) if len(scalars) == len(nodes) else ()
