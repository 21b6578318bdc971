"""Texts of other people's files, written into YAML so that they are read back as they are."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*", re.ASCII)
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def scalar(text: str) -> str:
    """Write a text: as it is where nobody could take it for anything else, else in quotes.

    What does not show (joiners, directions, control characters) is written as an escape.
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return "".join(map(_shown, json.dumps(text, ensure_ascii=False)))


def flow_map(entries: Iterable[tuple[str, str | None]]) -> str:
    """Write a map on one line; without the keys that have no value."""
    pairs = (f"{key}: {scalar(value)}" for key, value in entries if value is not None)
    return f"{{{', '.join(pairs)}}}"


def flow_list(texts: Iterable[str]) -> str:
    """Write a list on one line."""
    return f"[{', '.join(map(scalar, texts))}]"


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
