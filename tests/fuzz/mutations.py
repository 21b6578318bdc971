"""Changes to a report that keep most of it: what flipping bytes alone does not come to."""

from __future__ import annotations

import re
from random import Random

_WORD = re.compile(rb'"(?:[^"\\\n]|\\.){0,200}"|<[^<>\n]{0,200}>|[\w.:-]{1,80}|[{}\[\],;\t]')
HOSTILE = (
    b"", b"null", b"true", b"{}", b"[]", b'""', b"[[[[[[[[", b"]", b"}", b"-1", b"1e999", b"0",
    b"99999999999999999999", b'"\\u0000"', b'"\\ud800"', b"\x00", b"\xff\xfe", b"\xc3", b"\r",
    b"\r\n", b'"', b"'", b";", b",", b"\t", b"&lt;", b"&x;", b"<![CDATA[", b"<a", b"</a>",
    b"=cmd|' /C calc'!A0", b'"9999-12-31T23:59:59Z"', b"0001-01-01", b"2026-02-30T25:61:61+99:99",
    "微信".encode(), "微信".encode("gb18030"), "寰\ue1bb俊".encode(), b"x" * 5000, b"\xe2\x80\xae",
    b"--", b"nan", b"Infinity", b"package:", b"\\x", b"hex(2):", b"%s%n", b"$1", b"../../etc",
)  # fmt: skip
"""Words that somebody may find hard to read."""


def mutate(content: bytes, random: Random) -> bytes:
    """Return a report with one to four changes: words swapped, doubled, lost or made hostile."""
    for _ in range(random.randint(1, 4)):
        words = list(_WORD.finditer(content)) if len(content) < 200_000 else []
        if not words:
            return content[: random.randint(0, len(content))]
        word, other = random.choice(words), random.choice(words)
        new = random.choice(
            (
                random.choice(HOSTILE),
                random.choice(HOSTILE),
                other[0],
                word[0] * 2,
                b'"' + random.choice(HOSTILE) + b'"',
                bytes((random.randrange(256),)),
            )
        )
        if random.randrange(10) == 0:  # the rest is lost, or moves
            start = word.start()
            content = content[:start] + content[other.start() :]
            continue
        content = content[: word.start()] + new + content[word.end() :]
    return content
