"""Damaged, wrongly encoded and hostile variants of a report, made from a sound one."""

from __future__ import annotations

import re
from collections.abc import Iterator

FORMULA = "=cmd|' /C calc'!A0"
_NAME = re.compile(rb"WeChat|\xe5\xbe\xae\xe4\xbf\xa1|com\.tencent\.[A-Za-z.]+")
_LONG = 10_000_000
_DEEP = 10_000
_WIDE = 100_000
_DTD = (
    b'<!DOCTYPE x SYSTEM "http://dtd.example.com/evil.dtd" [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
)


def truncate(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a report that ends too early, in several ways."""
    for part in (3, 6, 9):
        yield f"cut-{part}", content[: len(content) * part // 10]
    yield "cut-end", content.rstrip()[:-1]


def garble(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a report with bytes that are not UTF-8, as Latin-1 has them, or are no text at all."""
    found = _NAME.search(content)
    at = found.end() if found else len(content) // 2
    yield "latin-1", content[:at] + b"M\xfcnchen \xe9\xe8" + content[at:]
    yield "nul", content[:at] + b"\x00" + content[at:]
    yield "half-a-character", content[:at] + "信".encode()[:2] + content[at:]


def make_hostile(content: bytes, form: str) -> Iterator[tuple[str, bytes]]:
    """Yield a report that is still recognised, and made to hurt."""
    yield "formula", _NAME.sub(FORMULA.encode(), content)
    yield "long-name", _NAME.sub(b"x" * _LONG, content, count=1)
    makers = {"json": _hurt_json, "xml": _hurt_xml, "table": _hurt_table, "text": _hurt_text}
    if form in makers:
        yield from makers[form](content)


def _hurt_json(content: bytes) -> Iterator[tuple[str, bytes]]:
    start, _, end = content.rpartition(b"{")  # far from what detection looks at

    def insert(value: bytes) -> bytes:
        return start + b'{"x": ' + value + b", " + end

    yield "long-text", insert(b'"' + b"x" * _LONG + b'"')
    yield "long-number", insert(b"9" * _LONG)
    yield "deep-lists", insert(b"[" * _DEEP + b"]" * _DEEP)
    yield "deep-objects", insert(b'{"a":' * _DEEP + b"1" + b"}" * _DEEP)
    yield "open-lists", insert(b"[" * _DEEP)
    wide = b",".join(b'"k%d":1' % number for number in range(_WIDE))
    yield "wide", insert(b"{" + wide + b"}")
    yield "deep-at-the-top", content.replace(b"{", b'{"x":' * _DEEP + b"{}" + b"}" * _DEEP, 1)
    yield "wide-at-the-top", content.replace(b"{", b"{" + wide + b",", 1)
    yield "nul-in-text", insert(b'"a\\u0000b"')
    yield "half-a-surrogate", insert(b'"\\ud83d"')


def _hurt_xml(content: bytes) -> Iterator[tuple[str, bytes]]:
    declaration, _, body = (
        content.partition(b"?>") if b"?>" in content[:100] else (b"", b"", content)
    )
    start = declaration + b"?>" if declaration else b""
    at = body.rindex(b"</", 0, body.rindex(b"</"))  # inside the root, behind the rest
    yield "entities", start + _DTD + body[:at] + b"&b;&c;" + body[at:]
    for encoding in (b"no-such", b"utf-7", b"utf-16"):
        second = b'<?xml version="1.0" encoding="' + encoding + b'"?>'
        yield f"declared-{encoding.decode()}", b'<?xml version="1.0"?>' + second + body
    yield "long-text", start + body[:at] + b"<X>" + b"x" * _LONG + b"</X>" + body[at:]
    yield "long-tag", start + body[:at] + b"<X " + b"y" * _LONG + b'="1"/>' + body[at:]
    yield "long-comment", start + body[:at] + b"<!--" + b"x" * _LONG + b"-->" + body[at:]
    yield "deep", start + body[:at] + b"<X>" * _DEEP + b"</X>" * _DEEP + body[at:]
    yield "deep-lists", start + body[:at] + b"<array>" * _DEEP + b"</array>" * _DEEP + body[at:]
    yield "deep-and-open", start + body[:at] + b"<X>" * _DEEP
    wide = b" ".join(b'k%d="1"' % number for number in range(_WIDE))
    yield "wide", start + body[:at] + b"<X " + wide + b"/>" + body[at:]
    yield "many", start + body[:at] + b"<X/>" * _WIDE + body[at:]


def _hurt_table(content: bytes) -> Iterator[tuple[str, bytes]]:
    header, end, rest = content.partition(b"\n")
    header = header.rstrip(b"\r")
    mark = b";" if header.count(b";") > header.count(b",") else b","
    more = mark.join(b"k%d" % number for number in range(_WIDE))
    yield "wide", header + mark + more + end + rest
    yield "wide-row", header + end + b"x" + mark * _WIDE + end + rest
    yield "long-field", header + end + b"x" * _LONG + mark * header.count(mark) + end + rest
    yield "long-header", header + mark + b"x" * _LONG + end + rest
    yield "open-quote", header + end + b'"' + rest * 50


def _hurt_text(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "long-line", content + b"x" * _LONG + b"\n"
    yield "long-blank", content + b" " * _LONG + b"x\n"
    yield "many-lines", content + b"a: b\n" * _WIDE
    yield "deep", content + b"".join(b" " * number + b"x:\n" for number in range(0, 3000, 2))
    yield "continued", content.rstrip() + b"\\\n" * _WIDE


def make_plist_cycle(key: str) -> bytes:
    """Return a binary property list with a list under a key that holds itself."""
    name = b"\x5f\x10" + bytes((len(key),)) + key.encode()
    objects = (b"\xd1\x01\x02", name, b"\xa1\x02")  # {1: 2}, the key, [2]
    starts = [8, 8 + 3, 8 + 3 + len(name)]
    numbers = (1).to_bytes(1) + (1).to_bytes(1) + (3).to_bytes(8) + (0).to_bytes(8)
    trailer = bytes(6) + numbers + (starts[2] + 2).to_bytes(8)
    return b"bplist00" + b"".join(objects) + bytes(starts) + trailer
