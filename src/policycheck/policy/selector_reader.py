"""Selectors as they are written, read into terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from policycheck.model import KINDS
from policycheck.policy.condition import Condition
from policycheck.policy.map_reader import column_names, read_map, scalars_of
from policycheck.policy.reader import Reader
from policycheck.policy.selector import Selector, Term
from policycheck.policy.versions import VersionSpec, parse_version_spec
from policycheck.policy.where import Where, read_where
from policycheck.problems import did_you_mean, quote
from policycheck.text import fold_text
from policycheck.yamlfile import Mapping as MapNode
from policycheck.yamlfile import Node, Scalar
from policycheck.yamlfile import Sequence as ListNode

Entry = tuple[Scalar, Node]

ID_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "app": "apps",
        "category": "categories",
        "vendor": "vendors",
        "vendor_group": "vendor_groups",
        "list": "lists",
    }
)
GLOB_KEYS: Mapping[str, str] = MappingProxyType(
    {"name": "names", "identifier": "identifiers", "publisher": "publishers"}
)
KEYS = (*ID_KEYS, "kind", *GLOB_KEYS, "version", "where")
"""The keys of a selector besides `item.*` and `app.*`."""

_SHORT_KEYS = {"item.kind": "kind"}


def read_selector(reader: Reader, node: Node) -> Selector | None:
    """Read a selector: a map, or a list of maps (ORed). None if it cannot be read."""
    if isinstance(node, Scalar) and node.is_null:
        return None
    nodes = node.items if isinstance(node, ListNode) else (node,)
    if not nodes:
        reader.refuse(node, "the list of the selector is empty")
        return None
    terms = [_read_term(reader, each) for each in nodes]
    known = tuple(term for term in terms if term is not None)
    return known if len(known) == len(terms) else None


def _read_term(reader: Reader, node: Node) -> Term | None:
    if isinstance(node, Scalar):
        hint = f"write {{app: {node.text}}} if an app is meant"
        reader.refuse(node, "a selector is a map, or a list of maps", hint)
        return None
    if not isinstance(node, MapNode) or not node.entries:
        hint = "say what it finds, as in {category: messaging}"
        reader.refuse(node, "this selector says nothing", hint)
        return None
    before = len(reader.problems)
    _refuse_narrow_app(reader, node)
    columns = [entry for entry in node.entries if entry[0].text.startswith(("item.", "app."))]
    named = [entry for entry in node.entries if entry not in columns]
    fields: dict[str, Any] = {}
    for key, value in named:
        fields.update(_read_key(reader, key, value))
    term = Term(
        **fields,
        item_conditions=_read_columns(reader, columns, "item"),
        app_conditions=_read_columns(reader, columns, "app"),
    )
    return term if len(reader.problems) == before else None


def _refuse_narrow_app(reader: Reader, node: MapNode) -> None:
    """Refuse `app` beside a category or a vendor: it would find less than its author thinks."""
    app = node.entry("app")
    wider = [key for key in ("category", "vendor", "vendor_group") if node.entry(key)]
    if app is None or not wider:
        return
    hint = "to find either, write a list of two maps; to leave an app out, use 'except_apps'"
    message = f"'app' beside {quote(wider[0])} finds only apps that are both"
    reader.refuse(app[0], message, hint)


def _read_columns(reader: Reader, entries: Sequence[Entry], table: str) -> Condition | None:
    own = [entry for entry in entries if entry[0].text.startswith(f"{table}.")]
    for key, _ in own:
        if key.text in _SHORT_KEYS:
            hint = f"write '{_SHORT_KEYS[key.text]}', which else is 'app'"
            reader.refuse(key, f"{quote(key.text)} has a key of its own", hint)
    return read_map(reader, own, ("item", "app")) if own else None


def _read_key(reader: Reader, key: Scalar, value: Node) -> Mapping[str, object]:
    """Read one key into the field of `Term` that it fills; empty, and a problem, if unknown."""
    word = key.text
    if word == "where":
        where = _read_where(reader, key, value)
        return {"where": where} if where else {}
    if word not in KEYS:
        _refuse_key(reader, key)
        return {}
    scalars = scalars_of(reader, key, value)
    if word in ID_KEYS:
        return {ID_KEYS[word]: reader.ids(scalars, word)}
    if word in GLOB_KEYS:
        return {GLOB_KEYS[word]: tuple(scalar.text for scalar in scalars)}
    read = _READERS[word]
    return {f"{word}s": tuple(one for node in scalars if (one := read(reader, node)) is not None)}


def _refuse_key(reader: Reader, key: Scalar) -> None:
    if key.text.startswith(("device.", "person.")):
        hint = "ask of devices and people in 'applies_to' or in 'where'"
        reader.refuse(key, f"a selector asks of items and apps, not {quote(key.text)}", hint)
        return
    hint = did_you_mean(key.text, [*KEYS, *column_names(("item", "app"))])
    hint = hint or f"one of: {', '.join(KEYS)}, or a column of 'item' or 'app'"
    reader.refuse(key, f"unknown key {quote(key.text)}", hint)


def _read_where(reader: Reader, key: Scalar, value: Node) -> Where | None:
    if isinstance(value, Scalar):
        return None if value.is_null else read_where(reader, value)
    reader.refuse(key, "'where' is one text", "join its parts by AND or OR")
    return None


def _read_kind(reader: Reader, node: Scalar) -> str | None:
    kind = fold_text(node.text)
    if kind in KINDS:
        return kind
    reader.refuse(node, f"unknown kind {quote(node.text)}", did_you_mean(kind, KINDS))
    return None


def _read_version(reader: Reader, node: Scalar) -> VersionSpec | None:
    try:
        return parse_version_spec(node.text)
    except ValueError as error:
        hint = 'bounds are joined by a comma, as in ">=8.0.30,<9"'
        reader.refuse(node, str(error), hint)
        return None


_READERS: Mapping[str, Callable[[Reader, Scalar], object]] = MappingProxyType(
    {"kind": _read_kind, "version": _read_version}
)
