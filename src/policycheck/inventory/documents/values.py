"""Values out of documents that others wrote: whatever stands there, a text comes out, or "".

A section may be absent, null or of another type; that is "not said" and never an error. The
texts of JSON, XML and property lists are read by the same functions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

Section = Mapping[str, object]

NOTHING: Section = MappingProxyType({})
_OBJECTS = (dict, MappingProxyType)
"""What documents are made of, and `NOTHING`; to ask for any Mapping is much slower."""
_NO_TEXT = frozenset((
    "", "-", "--", "n/a", "none", "null", "nil", "not present", "not available", "undefined",
    "00000000-0000-0000-0000-000000000000",
))  # fmt: skip
"""What systems write where nothing is known (lower case)."""
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BARE_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")
_OS_USER = re.compile(r"(?:/Users/|/home/|[A-Za-z]:\\Users\\)([^/\\]+)[/\\]")
_NO_USERS = ("shared", "public", "default", "all users")


def find(value: object, *keys: str) -> object:
    """Return what stands under these keys; None where nothing does."""
    for key in keys:
        value = value.get(key) if isinstance(value, _OBJECTS) else None
    return value


def section(value: object, *keys: str) -> Section:
    """Return the object under these keys; an empty one where there is none."""
    found = find(value, *keys)
    return found if isinstance(found, _OBJECTS) else NOTHING


def entries(value: object, *keys: str) -> list[Section] | None:
    """Return the list of objects under these keys; None where nobody listed anything.

    One object alone counts as a list of one, which is what XML becomes on its way to JSON.
    """
    found = find(value, *keys)
    if isinstance(found, _OBJECTS):
        found = [found]
    if not isinstance(found, list):
        return None
    return [entry if isinstance(entry, _OBJECTS) else NOTHING for entry in found]


def raw_text(value: object, *keys: str) -> str:
    """Return the text under these keys, trimmed; a boolean as "true" or "false"."""
    for key in keys:  # as `find` does; this is called ten times for each item
        value = value.get(key) if isinstance(value, _OBJECTS) else None
    if isinstance(value, str):
        return value.strip()
    return ("true" if value else "false") if isinstance(value, bool) else ""


def text(value: object, *keys: str) -> str:
    """Return the text under these keys, or "" for what only fills the place of one."""
    found = raw_text(value, *keys)
    return "" if found.lower() in _NO_TEXT else found


def first_text(value: object, *names: str) -> str:
    """Return the first of these fields that says something."""
    return next(filter(None, (text(value, name) for name in names)), "")


def flag(value: object, *keys: str) -> str:
    """Return a boolean under these keys as "true" or "false", whatever it is written as."""
    found = raw_text(value, *keys).lower()
    if found in ("true", "yes", "1", "managed"):
        return "true"
    return "false" if found in ("false", "no", "0", "unmanaged") else ""


def time(value: object, *keys: str) -> str:
    """Return a time as ISO 8601; "" for a placeholder and for what is no such time.

    Reads ISO, with or without a zone (then UTC), and milliseconds since 1970.
    """
    found = raw_text(value, *keys)
    if not found:
        return ""
    if found.isdecimal() and 12 <= len(found) <= 13:
        return datetime.fromtimestamp(int(found) // 1000, UTC).isoformat()
    if not _DAY.match(found):
        return ""
    try:
        read = datetime.fromisoformat(_BARE_OFFSET.sub(r"\1:\2", found) if "T" in found else found)
    except ValueError:
        return ""
    return found if 1971 <= read.year <= 9998 else ""


def version_number(words: str) -> str:
    """Return the dotted numbers of a system's version ("macOS 14.5 (23F79)" is 14.5).

    What holds none stays as it is.
    """
    numbers = _NUMBERS.findall(words)
    kernel = next((number for number in numbers if number.startswith("10.0.")), "")
    return kernel or (numbers[0] if numbers else words)


def apple_form(model: str) -> str:
    """Return the form of an Apple device where its model leaves no doubt."""
    squeezed = model.lower().replace(" ", "")
    forms = {
        "phone": ("iphone",), "tablet": ("ipad",), "laptop": ("macbook",),
        "desktop": ("imac", "macmini", "macstudio", "macpro"),
    }  # fmt: skip
    return next((form for form, starts in forms.items() if squeezed.startswith(starts)), "")


def user_of_path(path: str) -> str:
    """Return the login in whose home a path lies, or ""."""
    home = _OS_USER.match(path)
    return home[1] if home and home[1].lower() not in _NO_USERS else ""


def filled(**columns: str) -> dict[str, str]:
    """Return the columns that say something."""
    return {name: said for name, said in columns.items() if said}
