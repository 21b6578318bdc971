r"""Canonical JSON, and digests of it: the same values give the same bytes, here and in DuckDB.

No blanks, keys sorted, and of characters only those are escaped that have to be: `"`, `\`,
and those below U+0020, which have two-letter forms or `\u00XX` with capital digits.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime

_ESCAPE = re.compile(r"\\\\|\\u00[01][0-9a-f]")
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def canonical(value: object) -> str:
    """Return a value as canonical JSON; a time as its moment in UTC, with microseconds."""
    text = _encoder.encode(value)
    if "\\u00" in text:
        return _ESCAPE.sub(_with_capitals, text)
    return text


def digest(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON, as hex digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def format_moment(moment: datetime) -> str:
    """Return an aware time as canonical JSON holds it."""
    return moment.astimezone(UTC).strftime(_TIME_FORMAT)


def _with_capitals(escape: re.Match[str]) -> str:
    text = escape.group()
    return text if text == "\\\\" else "\\u" + text[2:].upper()


def _encode_other(value: object) -> str:
    if isinstance(value, datetime):
        return format_moment(value)
    raise TypeError(f"no canonical JSON for {type(value).__name__}")


_encoder = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_encode_other
)
