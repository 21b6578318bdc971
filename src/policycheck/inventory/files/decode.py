"""From bytes to UTF-8: byte order marks, UTF-16 without one, GB18030, Windows' Western letters.

Nothing is replaced and nothing is lost: what does not decode stays as it is, is not UTF-8
afterwards either, and so the record that holds it is rejected by itself.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

_MARKS = (
    (codecs.BOM_UTF8, "UTF-8", 3),
    (codecs.BOM_UTF16_LE, "UTF-16LE", 2),
    (codecs.BOM_UTF16_BE, "UTF-16BE", 2),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARABLE = {
    "gb2312": "GB18030", "gbk": "GB18030", "gb18030": "GB18030",
    "iso8859-1": "ISO-8859-1", "iso8859-15": "ISO-8859-15", "cp1252": "windows-1252",
    "cp1251": "windows-1251", "shift_jis": "Shift_JIS", "cp932": "Shift_JIS",
    "euc_jp": "EUC-JP", "euc_kr": "EUC-KR", "big5": "Big5",
}  # fmt: skip
"""Encodings that an XML declaration may name, by Python's name for them."""
_ODD_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0c\x1b")) + b"\x7f"


_GB2312 = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_BEYOND = re.compile(rb"[\x80-\xff]+")
_WESTERN = re.compile(
    rb"[\x80\x84\x85\x91-\x97\x99\xa0\xa7\xa9\xae\xb0\xb4\xb7\xc0-\xd6\xd8-\xf6\xf8-\xfd]"
)
"""Letters and signs of windows-1252 that stand in the names of people, places and programs."""
_REPLACED = "\ufffd"


def not_in(encoding: str) -> str:
    """Say that something holds bytes which its encoding has not."""
    return f"holds bytes that are not {encoding or 'UTF-8'}"


def find_encoding(start: bytes, whole: bool) -> tuple[str, int]:
    """Return the encoding of a text that starts so, and the length of its byte order mark.

    Only what the bytes prove: a mark, an XML declaration, the zeros of UTF-16, bytes that
    cannot be UTF-8. Else it is UTF-8. `whole` says that nothing follows.
    """
    for mark, encoding, length in _MARKS:
        if start.startswith(mark):
            return encoding, length
    declared = _DECLARED.match(start[:300])
    if declared:
        return _read_declaration(declared[1].decode()), 0
    if b"\x00" in start[:4096]:
        return _find_utf16(start[:4096]), 0
    if _is_utf8(start, whole=whole):
        return "UTF-8", 0
    return find_unmarked([start], whole=whole) or "UTF-8", 0


def _is_utf8(text: bytes, *, whole: bool) -> bool:
    if text.isascii():
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _read_declaration(name: str) -> str:
    try:
        return _DECLARABLE.get(codecs.lookup(name).name, "UTF-8")
    except LookupError:
        return "UTF-8"


def _find_utf16(start: bytes) -> str:
    """Tell UTF-16 by its zeros: many, and nearly all on one side of the character."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) < len(start) // 8 or min(even, odd) * 10 > max(even, odd):
        return "UTF-8"
    return "UTF-16LE" if odd > even else "UTF-16BE"


def find_unmarked(chunks: Iterable[bytes], *, whole: bool = True) -> str:
    """Return the encoding of bytes that are GB18030 or Western rather than UTF-8; else "".

    Sound GB18030 decodes as such, and breaks UTF-8 more often than it keeps it. Damaged, it must
    hold four times as many Chinese characters as faults, and those of GB 2312, whose two bytes
    both lie beyond ASCII. Western letters (windows-1252) would pass for other characters: they are
    told by standing alone among ASCII. A single one may as well be damage.

    Args:
        chunks: The text, in pieces that need not end with a character.
        whole: Whether nothing follows the last of them.
    """
    utf8, gb = (codecs.getincrementaldecoder(name)("replace") for name in ("utf-8", "gb18030"))
    letters = broken = faults = pairs = runs = alone = 0
    for chunk in chain(chunks, (b"",)):
        if chunk.isascii() and not (utf8.getstate()[0] or gb.getstate()[0]):
            continue
        final = whole and not chunk
        pairs += len(_GB2312.findall(chunk))
        found = _BEYOND.findall(chunk)
        runs += len(found)
        alone += sum(_WESTERN.fullmatch(run) is not None for run in found)
        shown = utf8.decode(chunk, final=final)
        letters += len(shown) - len(shown.encode("ascii", "ignore"))
        broken += shown.count(_REPLACED) - chunk.count(_REPLACED.encode())
        faults += gb.decode(chunk, final=final).count(_REPLACED)
    if broken <= letters - broken:
        return ""
    if alone * 3 > runs:
        return "windows-1252" if runs > 1 else ""
    return "GB18030" if faults * 4 <= pairs else ""


def looks_binary(start: bytes) -> bool:
    """Tell bytes that are no text in any encoding, by their control characters."""
    sample = start[:4096]
    return len(sample.translate(None, _ODD_CONTROLS)) < len(sample) * 0.9


def to_utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Decode a stream and yield it as UTF-8; what does not decode comes out as invalid UTF-8."""
    errors = "surrogatepass" if encoding.startswith("UTF-16") else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", errors)
    try:
        yield decoder.decode(b"", final=True).encode("utf-8", errors)
    except UnicodeDecodeError:
        yield b"\xff"  # half a character at the end
