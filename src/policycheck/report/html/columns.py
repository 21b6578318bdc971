"""The findings as columns: how the page carries them.

Each column holds its distinct values once, sorted, and for every row a number among them; so a
number is also the value's rank, and the page sorts a column without comparing texts. All columns
together are one JSON document, compressed and in base64: 170,000 findings take some 9 MB.
"""

from __future__ import annotations

import json
import zlib
from array import array
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from policycheck.model import Severity
from policycheck.report.content import Content
from policycheck.report.json_report import format_time
from policycheck.report.phrases import ENGLISH, Phrases
from policycheck.report.rows import Finding, Holder
from policycheck.report.words import STANDINGS, device_of, item_of, recognised_of, standing_of
from policycheck.text import fold_text, visible

_RANKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"status": STANDINGS, "severity": tuple(map(str, Severity))}
)
"""Columns whose values have an order of their own."""
_FINGERPRINT = 12
"""Digits that tell 170,000 violations apart; `violation show` takes them."""
_AT_ONCE = 20_000


def _app(finding: Finding) -> str | None:
    """Name the app; what the rules do not know stands for itself, a device for nothing."""
    return finding.app_id or (None if finding.subject == finding.control else finding.subject)


class _Row(NamedTuple):
    finding: Finding
    holder: Holder


class _Source(NamedTuple):
    """Where a column's values come from, and how a distinct one is shown."""

    value: Callable[[_Row], Any]
    show: Callable[[Any], str | None] = lambda value: value


def _of(path: str, show: Callable[[Any], str | None] = lambda value: value) -> _Source:
    return _Source(attrgetter(path), show)


def _moment(value: datetime | None) -> str | None:
    return None if value is None else format_time(value)


_SOURCES: Mapping[str, _Source] = MappingProxyType(
    {
        "status": _Source(lambda row: standing_of(row.finding)),
        "severity": _of("finding.severity"),
        "policy": _of("finding.policy"),
        "control": _of("finding.control"),
        "device": _Source(lambda row: device_of(row.finding)),
        "device_id": _of("finding.device_id"),
        "person": _of("finding.person_id"),
        "person_name": _of("holder.name"),
        "department": _of("holder.department"),
        "manager": _of("holder.manager"),
        "platform": _of("finding.platform"),
        "ownership": _of("holder.ownership"),
        "app": _Source(lambda row: _app(row.finding)),
        "what": _Source(lambda row: item_of(row.finding)),
        "identifier": _of("finding.identifier"),
        "version": _of("finding.version"),
        "recognised": _Source(attrgetter("finding.basis", "finding.confidence")),
        "reasons": _of("finding.reasons", "; ".join),
        "missing": _of("finding.evidence.missing", ", ".join),
        "waiver": _of("finding.waiver"),
        "stale": _of("finding.stale", lambda stale: "stale" if stale else None),
        "first_seen": _of("finding.first_seen", _moment),
        "last_seen": _of("finding.last_seen", _moment),
        "due": _of("finding.due", _moment),
        "source": _of("finding.evidence.source"),
        "path": _of("finding.evidence.path"),
        "report": _of("finding.evidence.report"),
    }
)
COLUMNS = (*_SOURCES, "record", "fingerprint")
"""Everything that the page knows of a finding."""
_UNIT = ("device_id", "device", "person")
"""What tells devices apart: a name is that of several, an id that of several sources."""


class _Codes(dict[Any, int]):
    """Values by the order in which they first came; each has its number."""

    def __missing__(self, value: object) -> int:
        """Give a new value its number."""
        self[value] = code = len(self)
        return code


class _Column:
    """A column under construction: codes by first appearance, ranked at the end."""

    def __init__(self, source: _Source, order: Sequence[str]) -> None:
        self._source = source
        self._order = {value: place for place, value in enumerate(order)}
        self.codes = _Codes()
        self.rows = array("i")

    def extend(self, rows: Iterable[_Row]) -> Sequence[int]:
        """Append the values of rows, and return their codes."""
        codes = array("i", map(self.codes.__getitem__, map(self._source.value, rows)))
        self.rows.extend(codes)
        return codes

    def ranked(self) -> tuple[list[str | None], array[int]]:
        """Return the values as they are shown in their order (null last), and rows as ranks."""
        shown = [visible(self._source.show(value) or "") for value in self.codes]
        values = sorted(set(shown), key=self._rank)
        ranks = {value: rank for rank, value in enumerate(values)}
        by_code = [ranks[value] for value in shown]
        return [value or None for value in values], array("i", map(by_code.__getitem__, self.rows))

    def _rank(self, value: str) -> tuple[bool, int, str, str]:
        return (not value, self._order.get(value, 0), fold_text(value), value)


class Rows:
    """All findings as columns, and what is counted of them on the way."""

    def __init__(self, content: Content, say: Phrases = ENGLISH) -> None:
        """Read the violations of a content, overdue first, then its unknowns."""
        recognised = _SOURCES["recognised"]._replace(
            show=lambda pair: recognised_of(pair[0], pair[1], say)
        )
        self._columns = {
            name: _Column(source, _RANKS.get(name, ()))
            for name, source in {**_SOURCES, "recognised": recognised}.items()
        }
        self._records: array[int] = array("q")
        self._fingerprints: list[str] = []
        self.standings: Counter[str] = Counter()
        self.apps: Counter[str] = Counter()
        """Violations by app (or subject)."""
        self._standing_units: set[tuple[int, ...]] = set()
        self._app_units: set[tuple[str | int, ...]] = set()
        for verdict in ("violation", "unknown"):
            for chunk in content.held_findings(verdict):
                self._extend([*map(_Row._make, chunk)], verdict)
        names = [*self._columns["status"].codes]
        self.devices = Counter(names[unit[0]] for unit in self._standing_units)
        """Devices (or people) by how their findings stand."""
        self.breakers = Counter(str(unit[0]) for unit in self._app_units)
        """Devices (or people) by the app of a violation."""

    def __len__(self) -> int:
        return len(self._records)

    def _extend(self, rows: Sequence[_Row], verdict: str) -> None:
        codes = {name: column.extend(rows) for name, column in self._columns.items()}
        findings = [row.finding for row in rows]
        records = (finding.evidence.record for finding in findings)
        self._records.extend(-1 if record is None else record for record in records)
        self._fingerprints += [finding.fingerprint[:_FINGERPRINT] for finding in findings]
        self.standings.update(map(standing_of, findings))
        units = [*zip(*(codes[name] for name in _UNIT), strict=True)]
        self._standing_units.update(
            (status, *unit) for status, unit in zip(codes["status"], units, strict=True)
        )
        if verdict == "violation":
            apps = [finding.app_id or finding.subject for finding in findings]
            self.apps.update(apps)
            self._app_units.update((app, *unit) for app, unit in zip(apps, units, strict=True))

    def encoded(self) -> Iterator[str]:
        """Yield the columns as the page carries them: JSON, compressed, in base64."""
        return _packed(self._json())

    def _json(self) -> Iterator[str]:
        yield f'{{"rows":{len(self)},"columns":{{'
        for name, column in self._columns.items():
            values, ranks = column.ranked()
            yield f'"{name}":{{"values":'
            yield from _array(values)
            yield ',"codes":'
            yield from _array(ranks)
            yield "},"
        yield '"record":{"numbers":'
        yield from _array(self._records)
        yield '},"fingerprint":{"texts":'
        yield from _array(self._fingerprints)
        yield "}}}"


def _array(values: Sequence[object]) -> Iterator[str]:
    """Yield a JSON array in pieces."""
    yield "["
    for start in range(0, len(values), _AT_ONCE):
        yield "," if start else ""
        piece = list(values[start : start + _AT_ONCE])
        yield json.dumps(piece, ensure_ascii=False, separators=(",", ":"))[1:-1]
    yield "]"


def _packed(pieces: Iterable[str]) -> Iterator[str]:
    """Compress (gzip, without a time) and encode as base64, three bytes to four characters."""
    packer = zlib.compressobj(level=6, wbits=31)
    rest = b""
    for piece in pieces:
        rest += packer.compress(piece.encode())
        whole = len(rest) - len(rest) % 3
        yield b64encode(rest[:whole]).decode()
        rest = rest[whole:]
    yield b64encode(rest + packer.flush()).decode()
