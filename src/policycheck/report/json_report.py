"""The report for programs: one JSON document, described by `audit.schema.json`.

Streamed: a document of 150,000 findings is never in memory. Each finding stands on a line of
its own, so that two reports can be compared by line. The same content gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from json.encoder import JSONEncoder, encode_basestring
from typing import NamedTuple, TextIO

from policycheck import __version__
from policycheck.model import Tally
from policycheck.report.content import Content, json_name
from policycheck.report.forms import PLAIN, Look
from policycheck.report.rows import Conflict, Evidence, Finding, InputLine, Rejection, WaiverLine

TITLE = "JSON, for programs"
SUFFIX = ".json"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()
SCHEMA_VERSION = 1
_REMEMBERED = 50_000
_DUMP = JSONEncoder(ensure_ascii=False, check_circular=False).encode


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write an audit's document."""
    encode = Encoder()
    stream.write("{\n")
    stream.write(f'"schema_version": {SCHEMA_VERSION},\n')
    stream.write(f'"policycheck": {encode[__version__]},\n')
    stream.write(f'"as_of": {encode[content.as_of]}')
    if head := content.digests.get("chain"):
        stream.write(f',\n"head": {encode[head]}')
    if content.selection:
        stream.write(f',\n"selection": {encode[content.selection]}')
    for lines in encode_lists(content, encode):
        write_array(stream, lines.plural, lines.chunks)
    stream.write("\n}\n")


class Lines(NamedTuple):
    """One list of an audit's document: its name, the name of one of it, and chunks of objects."""

    plural: str
    singular: str
    chunks: Iterable[Sequence[str]]


def encode_lists(content: Content, encode: Encoder) -> Iterator[Lines]:
    """Yield the lists of an audit's document, each of which has to be taken before the next."""
    yield Lines("inputs", "input", _objects(encode, InputLine, [content.inputs]))
    policies = [[line[:2] for line in content.policies]]
    yield Lines("policies", "policy", _objects(encode, _PolicyDigest, policies))
    tallies = [[_sorted_reasons(tally) for tally in content.tallies]]
    yield Lines("tallies", "tally", _objects(encode, Tally, tallies))
    yield Lines("findings", "finding", encode_findings(encode, content.findings()))
    yield Lines("waivers", "waiver", _objects(encode, WaiverLine, [content.waivers]))
    yield Lines("conflicts", "conflict", _encode_conflicts(encode, content.conflicts()))
    rejected = _objects(encode, Rejection, _chunked(content.rejected()))
    yield Lines("rejected", "rejection", rejected)


def write_list(stream: TextIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a list of objects of any values as one JSON array, one object a line."""
    encode = Encoder()
    separator = "["
    for row in rows:
        pairs = zip(columns, row, strict=True)
        members = ", ".join(
            f"{encode[name]}: {_encode_any(encode, value)}" for name, value in pairs
        )
        stream.write(f"{separator}\n{{{members}}}")
        separator = ","
    stream.write("[]\n" if separator == "[" else "\n]\n")


def write_object(stream: TextIO, members: Mapping[str, object]) -> None:
    """Write one object of any values, maps and lists."""
    stream.write(f"{_encode_any(Encoder(), members)}\n")


def _sorted_reasons(tally: Tally) -> Tally:
    return tally._replace(unknown_reasons=dict(sorted(tally.unknown_reasons.items())))


def tally_document(tally: Tally) -> dict[str, object]:
    """Return a control's sums by the names that they have outside of Python."""
    return {json_name(name): value for name, value in _sorted_reasons(tally)._asdict().items()}


class _PolicyDigest(NamedTuple):
    policy: str
    sha256: str


class Encoder(dict[object, str]):
    """Values as JSON, each distinct one encoded once; most of a fleet's values repeat.

    The memory is emptied when it has grown large.
    """

    def __missing__(self, value: object) -> str:
        """Encode and remember a value."""
        if len(self) >= _REMEMBERED:
            self.clear()
        # True == 1 and 1.0 == 1: numbers would find each other in the memory
        if isinstance(value, bool | int | float):
            return _encode_number(value)
        self[value] = encoded = _encode(value)
        return encoded


def _encode_number(value: float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def _encode(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return encode_text(value)
    if isinstance(value, datetime):
        return encode_text(format_time(value))
    if isinstance(value, tuple):
        return f"[{', '.join(encode_text(str(part)) for part in value)}]"
    raise TypeError(f"no JSON for {type(value).__name__}")


def encode_text(text: str) -> str:
    r"""Encode a text as JSON; whatever is invisible, and `<`, becomes `\u....`.

    A terminal that prints it obeys nothing, a page that embeds it runs nothing, and a lone
    surrogate can be written in any encoding. A reader of JSON gets the very same text.
    """
    if text.isprintable():
        return encode_basestring(text).replace("<", "\\u003c")
    return "".join(map(_escape, encode_basestring(text)))


def encode_document(document: Mapping[str, object]) -> str:
    """Encode maps, lists and plain values as JSON on one line, its texts as `encode_text` does.

    Quicker than `Encoder` where each document is another one.
    """
    text = _DUMP(document)
    if text.isprintable():
        return text.replace("<", "\\u003c")
    return "".join(map(_escape, text))


def _escape(character: str) -> str:
    if character.isprintable() and character != "<":
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def format_time(moment: datetime) -> str:
    """Format a time in UTC to the second; a naive one is UTC already."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{moment.replace(microsecond=0).isoformat()}Z"


def encode_findings(encode: Encoder, chunks: Iterable[Sequence[Finding]]) -> Iterator[list[str]]:
    """Encode chunks of findings: a list of objects for each chunk."""
    template = _template(Finding) % (*["%s"] * (len(Finding._fields) - 1), _template(Evidence))
    for chunk in chunks:
        yield [template % _encode_finding(encode, finding) for finding in chunk]


def _encode_finding(encode: Encoder, finding: Finding) -> tuple[str, ...]:
    """Encode a finding's values. What rarely repeats, and numbers, go past the memory."""
    fingerprint, *words, in_grace, stale, waived, waiver, evidence = finding
    report, path, source, record, reported_at, missing = evidence
    return (
        encode_text(fingerprint),
        *map(encode.__getitem__, words),
        "true" if in_grace else "false",
        "true" if stale else "false",
        "true" if waived else "false",
        encode[waiver],
        encode[report],
        encode[path],
        encode[source],
        "null" if record is None else str(record),
        encode[reported_at],
        encode[missing],
    )


def _encode_conflicts(encode: Encoder, conflicts: Iterable[Conflict]) -> Iterator[list[str]]:
    for conflict in conflicts:
        said = [claim._asdict() for claim in conflict.said]
        yield [_encode_any(encode, {**conflict._asdict(), "said": said})]


def _objects(
    encode: Encoder,
    kind: type[InputLine | _PolicyDigest | Tally | WaiverLine | Rejection],
    chunks: Iterable[Sequence[tuple[object, ...]]],
) -> Iterator[list[str]]:
    line = _template(kind)
    for chunk in chunks:
        yield [line % tuple(_encode_any(encode, cell) for cell in row) for row in chunk]


def _encode_any(encode: Encoder, value: object) -> str:
    """Encode a value that may be a map or a list of others."""
    if isinstance(value, Mapping):
        pairs = (f"{encode[key]}: {_encode_any(encode, each)}" for key, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_encode_any(encode, each) for each in value)}]"
    return encode[value]


def _template(kind: type[NamedTuple]) -> str:
    """Return the text of an object with one `%s` for each of its fields."""
    fields = ", ".join(f'"{json_name(field)}": %s' for field in kind._fields)
    return f"{{{fields}}}"


def _chunked(rejections: Iterator[Rejection]) -> Iterator[list[Rejection]]:
    while chunk := list(islice(rejections, 10_000)):
        yield chunk


def write_array(stream: TextIO, name: str, chunks: Iterable[Sequence[str]]) -> None:
    """Write one more key of an object; its value is a list of encoded objects, one a line."""
    stream.write(f',\n"{name}": [')
    separator = "\n"
    for chunk in filter(None, chunks):
        stream.write(separator)
        stream.write(",\n".join(chunk))
        separator = ",\n"
    stream.write("]")
