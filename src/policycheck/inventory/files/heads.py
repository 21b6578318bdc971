"""What a source looks like from outside: its form, and the names at its top."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import cast

import orjson

from policycheck.inventory.base import HEAD_BYTES, Form, Head
from policycheck.inventory.documents.delimited import read_header
from policycheck.inventory.files.decode import looks_binary

_XML_PROLOGUE = re.compile(
    r"\s*(?:<\?.{0,2000}?\?>|<!--.{0,20000}?-->|<!DOCTYPE[^>\[]{0,2000}(?:\[.{0,20000}?\])?\s*>)",
    re.DOTALL,
)
_XML_ROOT = re.compile(r"\s*<([A-Za-z_][\w.:-]{0,200})")
_JSON_START = re.compile(r'\{\s*(?:["}]|\Z)|\[\s*(?:[\[{"\]\d-]|\Z)')
_JSON_TOKEN = re.compile(r'"((?:[^"\\]|\\[\s\S])*+)(?:"|\\?\Z)|[{}\[\]:]')
"""A string that the head cuts off runs to its end: to look for others in it takes for ever."""
_PLIST_KEYS = (
    "InstalledApplicationList", "ManagedApplicationList", "QueryResponses",
    "_dataType", "SPApplicationsDataType", "bundleid", "CFBundleName",
)  # fmt: skip
"""The keys that property lists are told by."""
_DECODER = json.JSONDecoder()
_MAX_KEYS = 200
_MAX_PATHS = 1000
_MAX_DEPTH = 6
_NESTS = frozenset({dict, list})


def make_head(start: bytes) -> Head:
    """Return the head of a text that starts so (UTF-8, perhaps cut in the middle)."""
    text = start.decode("utf-8", errors="replace").removeprefix("\ufeff")
    stripped = text.lstrip()
    if not stripped:
        return Head("empty")
    if looks_binary(start):
        return Head("binary")
    if _JSON_START.match(stripped):
        keys, paths = _read_keys(stripped)
        return Head("json", keys=keys, paths=paths, start=_shorten(stripped))
    if stripped[0] == "<":
        root = _read_root(stripped)
        keys = tuple(name for name in _PLIST_KEYS if f"<key>{name}</key>" in text)
        return Head("xml", root=root, keys=keys if root == "plist" else (), start=stripped[:4096])
    columns, delimiter = read_header(text) if "\n" in text or len(start) < HEAD_BYTES else ((), ",")
    form: Form = "table" if columns else "text"
    return Head(form, columns, delimiter, start=_shorten(_settle(stripped)))


def make_plist_head(start: bytes) -> Head:
    """Return the head of a binary property list: the keys it holds somewhere."""
    keys = tuple(name for name in _PLIST_KEYS if name.encode() in start)
    return Head("binary", root="plist", keys=keys)


def _settle(text: str) -> str:
    """Return the first lines as a console shows them: without what a spinner overwrote."""
    lines = text[:65536].split("\n")
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines).lstrip()


def _shorten(text: str) -> str:
    return text[:4096]


def _read_root(text: str) -> str:
    position = 0
    while prologue := _XML_PROLOGUE.match(text, position):
        position = prologue.end()
    root = _XML_ROOT.match(text, position)
    return root[1] if root else ""


def _read_keys(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys of the first object, and the paths of all keys in it.

    As far as the text goes; never fails.
    """
    start = text.find("{")
    if start < 0:
        return (), ()
    value = _read_line(text) if start == 0 else None
    try:
        value = value or _DECODER.raw_decode(text, start)[0]
    except (ValueError, RecursionError):  # it is cut, or damaged
        return _scan_keys(text, start)
    paths: dict[str, None] = {}
    _walk(value, "", 1, paths)
    return tuple(value)[:_MAX_KEYS], tuple(paths)[:_MAX_PATHS]


def _read_line(text: str) -> dict[str, object] | None:
    """Return the first line if it is an object by itself: that takes half the time."""
    try:
        value = orjson.loads(text.partition("\n")[0])
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _walk(value: dict[str, object], prefix: str, depth: int, paths: dict[str, None]) -> None:
    """Add the paths of all keys in an object, those above them being `prefix`.

    depth: how many brackets are open in it.
    """
    if len(paths) >= _MAX_PATHS:
        return
    for key, each in value.items():
        path = prefix + key
        paths[path] = None
        if depth < _MAX_DEPTH and type(each) is dict:
            _walk(each, f"{path}.", depth + 1, paths)
        elif depth < _MAX_DEPTH and type(each) is list:
            _walk_list(each, f"{path}.", depth + 1, paths)


def _walk_list(value: list[object], prefix: str, depth: int, paths: dict[str, None]) -> None:
    if depth >= _MAX_DEPTH:
        return
    if set(map(type, value)) == {dict} and len(paths) < _MAX_PATHS:
        records = cast("list[dict[str, object]]", value)
        if _NESTS.isdisjoint(map(type, chain.from_iterable(map(dict.values, records)))):
            keys: Iterable[str] = records[0]
            if len(set().union(*records)) > len(records[0]):
                keys = dict.fromkeys(chain.from_iterable(records))
            paths.update(dict.fromkeys(prefix + key for key in keys))
            return
    for each in value:
        if type(each) is dict:
            _walk(each, prefix, depth + 1, paths)
        elif type(each) is list:
            _walk_list(each, prefix, depth + 1, paths)


def _scan_keys(text: str, start: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the same of a text that is no JSON, or not all of it, token by token."""
    keys: dict[str, None] = {}
    paths: dict[str, None] = {}
    above: list[str] = []  # for each open bracket, the key that it stands behind
    key = text_before = ""
    for token in _JSON_TOKEN.finditer(text, start):
        mark = token[0]
        if mark in "{[":
            above.append(key)
            key = ""
        elif mark in "}]":
            del above[-1:]
            key = ""
            if not above:
                break
        elif mark == ":":
            key = text_before
            if len(above) == 1 and key:
                keys[key] = None
            if len(above) <= _MAX_DEPTH:
                paths[".".join([*filter(None, above), key])] = None
        else:
            text_before = token[1]
        if len(keys) >= _MAX_KEYS or len(paths) >= _MAX_PATHS:
            break
    return tuple(keys), tuple(paths)


def is_empty_answer(head: Head) -> bool:
    """Tell JSON that lists nothing: `[]`, `{}`, and an envelope whose only lists are empty."""
    try:
        said: object = json.loads(head.start)
        lists = list(_find_lists(said))
    except (ValueError, RecursionError):
        return False
    return said == {} or (bool(lists) and not any(lists))


def _find_lists(value: object) -> Iterator[object]:
    """Yield the lists of a document, and a null that stands for the only thing it has."""
    if isinstance(value, list):
        yield value
    elif isinstance(value, dict):
        if list(value.values()) == [None]:
            yield None
        for held in value.values():
            yield from _find_lists(held)


def is_schema(head: Head) -> bool:
    """Tell a JSON Schema, which says what others look like."""
    return head.form == "json" and {"$schema", "$id", "title"} <= set(head.keys)


def describe(head: Head) -> str:
    """Say what a source looks like, for the message that nobody reads it."""
    if is_schema(head):
        return "a JSON Schema, which says what reports look like and is none"
    names = head.columns or head.keys or ((head.root,) if head.root else ())
    shown = ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
    return {
        "table": f"a table with the columns {shown}",
        "parquet": f"a Parquet file with the columns {shown}",
        "json": f"JSON with the keys {shown}" if shown else "JSON without a key at its top",
        "xml": f"XML with the root element {shown}" if shown else "XML without a root element",
        "text": "plain text",
        "binary": "binary data",
        "empty": "an empty file",
    }[head.form]
