"""One value of JSON after the other out of a text of any size: a window that moves over it.

The standard library's decoder reads one value from the middle of a text and says where it ends.
That is as quick as an event parser in C, and it bounds what is built: a value's length and depth
are known, and a text can be checked as it stood in the file.
"""

from __future__ import annotations

import codecs
import json
import re

from policycheck.inventory.base import Source
from policycheck.inventory.files.decode import not_in

Json = object
"""A text, a boolean, None, a list or an object of these. Numbers come as their text."""


MAX_ELEMENT = 32 * 1024 * 1024
"""The longest element, in characters: a device with all its items."""
_CHUNK = 1024 * 1024
_BLANKS = re.compile(r"[ \t\n\r\ufeff]*")
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_NEARLY_CUT = 32
"""An error this near to the end of the window may be only the window's end."""


class DamagedError(Exception):
    """Nothing can be read from here on."""


class Window:
    """A stretch of a text, with the place that reading has come to."""

    def __init__(self, source: Source) -> None:
        self._raw = source.open()
        self._encoding = source.encoding
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._json = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
        self._text = ""
        self._at = 0
        self._is_last = False

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def _grow(self) -> bool:
        """Take more text in, dropping what was read; False where there is none."""
        if self._is_last:
            return False
        wanted = max(_CHUNK, len(self._text) - self._at)
        chunk = self._raw.read(wanted)
        self._is_last = not chunk
        more = self._decoder.decode(chunk, final=self._is_last)
        self._text, self._at = self._text[self._at :] + more, 0
        return True

    def peek(self) -> str:
        """Return the next character that is not blank, without taking it; "" at the end."""
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def take(self, mark: str) -> None:
        """Take a mark that must stand here."""
        found = self.peek()
        if found != mark:
            raise DamagedError(f"has {found!r} where {mark!r} belongs" if found else "is cut off")
        self._at += 1

    def take_comma(self, end: str) -> None:
        """Take the comma between two values, or nothing before the end."""
        if self.peek() == end:
            return
        self.take(",")
        if self.peek() == end:
            raise DamagedError("has a comma too many, which strict JSON does not allow")

    def read_key(self) -> str:
        """Take a key and its colon."""
        if self.peek() not in ('"', ""):
            raise DamagedError("has no key where one belongs")
        key, _, fault = self.read_value()
        if fault:
            raise DamagedError(fault)
        self.take(":")
        return str(key)

    def read_value(self) -> tuple[Json, int, str]:
        """Take a value; return it, its length and what is wrong with its texts.

        Raises:
            DamagedError: where it is cut, too long, too deep or no JSON: its end is unknown.
        """
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except RecursionError:
                raise DamagedError("is nested too deeply") from None
            except json.JSONDecodeError as error:
                self._grow_or_fail(error)
                continue
            if end == len(self._text) and self._grow():  # a number may go on
                continue
            length, start = end - self._at, self._at
            self._at = end
            if length > MAX_ELEMENT:
                return None, length, f"longer than {MAX_ELEMENT >> 20} MiB"
            fault = _find_bad_text(self._text[start:end], value, self._encoding)
            return (None if fault else value), length, fault

    @property
    def _doubtful(self) -> int:
        """From where on an error may be no more than the end of the window."""
        if self._is_last:
            return len(self._text.rstrip())
        return len(self._text) - _NEARLY_CUT

    def _grow_or_fail(self, error: json.JSONDecodeError) -> None:
        """Take more text in if the value may only be cut by the window."""
        unfinished = error.msg.startswith("Unterminated") or error.pos >= self._doubtful
        if not unfinished or self._is_last:
            message = f"{error.msg[:1].lower()}{error.msg[1:]}"
            raise DamagedError("is cut off" if unfinished else f"is not JSON: {message}")
        if len(self._text) - self._at > MAX_ELEMENT:
            raise DamagedError(f"longer than {MAX_ELEMENT >> 20} MiB")
        self._grow()


def _find_bad_text(raw: str, value: Json, encoding: str) -> str:
    """Tell what no text can hold: bytes that its encoding has not, NULs, halves of characters."""
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:
            return not_in(encoding)
    if not _SUSPECT.search(raw):
        return ""
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text:
        return "holds a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds half a character (a lone surrogate)"
    return ""
