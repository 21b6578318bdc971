"""The text of a registry export: keys, and their values decoded.

Texts are quoted with backslashes escaped; what may hold variables (`hex(2)`) is UTF-16 in bytes
that go on over lines ending in a backslash. Nothing else is needed to know what is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policycheck.inventory.base import MAX_RECORD

Values = dict[str, str]

_VALUE = re.compile(r'"((?:[^"\\]|\\.)*+)"=(.*)', re.DOTALL)
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*+)"\s*', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MOST_LINES = 10_000


def read_keys(lines: Iterator[bytes]) -> Iterator[tuple[str, Values | None]]:
    """Yield each key with its values, named in lower case; None where bytes are no text."""
    key, values, sound = "", Values(), True
    for raw in _join(lines):
        try:
            line = raw.decode()
        except UnicodeDecodeError:
            line, sound = raw.decode(errors="replace"), False
        if line.startswith("["):
            if key:
                yield key, values if sound else None
            key, values, sound = line.rstrip().removeprefix("[").removesuffix("]"), Values(), True
            sound = "\ufffd" not in key
        elif found := _VALUE.match(line):
            name = _ESCAPE.sub(r"\1", found[1]).lower()
            values[name] = _read_value(found[2].strip())
    if key:
        yield key, values if sound else None


def _join(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield lines, joined where a value goes on: after a backslash, or in an open text."""
    pending = b""
    joined = 0
    for raw in lines:
        line = raw.rstrip(b"\r\n")
        starts_anew = pending and line.startswith(b"[HKEY_")
        if starts_anew or joined > _MOST_LINES or len(pending) > MAX_RECORD:
            yield pending[:MAX_RECORD]
            pending, joined = b"", 0
        line = pending + (line.lstrip() if pending.endswith(b",") else line)
        pending, joined = b"", joined + 1
        if line.endswith(b"\\") and b"=hex" in line[:2000]:
            pending = line[:-1].rstrip()
        elif _is_open(line):
            pending = line + b"\n"
        else:
            yield line
            joined = 0
    if pending:
        yield pending


def _is_open(line: bytes) -> bool:
    """Tell whether a text that began here has not ended: it holds the line break itself."""
    start = line.find(b'"="')
    if not line.startswith(b'"') or start < 0:
        return False
    return not _TEXT.fullmatch(line[start + 2 :].decode(errors="replace"))


def _read_value(text: str) -> str:
    """Return a value as text; "" for bytes that are none."""
    if text.startswith('"'):
        found = _TEXT.match(text)
        return _ESCAPE.sub(r"\1", found[1]).strip() if found else ""
    kind, _, rest = text.partition(":")
    if kind == "dword":
        return str(int(rest, 16)) if re.fullmatch(r"[0-9a-fA-F]{1,8}", rest) else ""
    if kind in ("hex(2)", "hex(1)"):
        digits = re.sub(r"[^0-9a-fA-F]", "", rest)
        raw = bytes.fromhex(digits[: len(digits) // 2 * 2])
        return raw.decode("utf-16-le", errors="ignore").replace("\x00", "").strip()
    return ""
