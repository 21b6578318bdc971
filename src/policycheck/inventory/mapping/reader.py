"""Reads any table, and JSON, by a mapping file: a reader for each mapping that is given.

Everything is converted by the SQL of one scan, as fast as our own tables. JSON is first laid
out as a table of the columns that the mapping names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from policycheck.inventory.base import ROSTER, Head, Source
from policycheck.inventory.mapping.checks import IDENTITIES
from policycheck.inventory.mapping.file import FileMapping, MappedField
from policycheck.inventory.mapping.json_table import lay_out
from policycheck.inventory.mapping.shape import make_shape, squeeze
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.scanning import scan_tables
from policycheck.inventory.staging.table import Relation, Shape, relate_csv

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

_LONGEST = 8 * 1024 * 1024


class MappedReader:
    """Reads by one mapping. Fits `Reader`."""

    def __init__(self, mapping: FileMapping) -> None:
        self.mapping = mapping
        self.NAME = mapping.name
        self.SOURCE = mapping.source if mapping.item else mapping.source + ROSTER
        self.TITLE = mapping.title
        self.LOOKS_FOR = f"the columns {', '.join(mapping.columns)}"

    def claims(self, head: Head) -> bool:
        """Claim a table with all columns of the mapping, and JSON with its keys."""
        return head.form in ("table", "parquet", "json") and not self.find_missing(head)

    def find_missing(self, head: Head) -> str:
        """Return what a head lacks to be read by this mapping; "" where nothing."""
        if head.form == "json":
            return self._find_missing_key(head.keys)
        present = set(map(squeeze, head.columns))
        for field in self.mapping.fields:
            if field.columns and not present.intersection(map(squeeze, field.columns)):
                return field.columns[0]
        return ""

    def _find_missing_key(self, keys: Sequence[str]) -> str:
        """Objects may leave out what is null, so only what must be there is asked for."""
        mapping = self.mapping
        if mapping.records:
            start = mapping.records.partition(".")[0]
            return "" if start in keys else start
        wanted: list[Iterable[MappedField]] = [
            [mapping.device[name] for name in IDENTITIES if name in mapping.device]
        ]
        if mapping.items:
            if mapping.items.partition(".")[0] not in keys:
                return mapping.items
        elif mapping.item:
            wanted.append(
                [mapping.item[name] for name in ("name", "identifier") if name in mapping.item]
            )
        for fields in wanted:
            columns = [column for field in fields for column in field.columns]
            starts = {column.partition(".")[0] for column in columns}
            if columns and not starts.intersection(keys) and not set(columns).intersection(keys):
                return columns[0]
        return ""

    def read(self, sources: Sequence[Source], staging: Staging) -> None:
        """Read every table and every document."""
        tables = [self._keep_mapped(source) for source in sources if source.head.form != "json"]
        scan_tables(tables, staging, self._make_shape)
        for source in sources:
            if source.head.form == "json":
                try:
                    self._read_json(source, staging)
                except UnreadableError as error:
                    staging.refuse(source.input_no, source.path, error)

    def _keep_mapped(self, source: Source) -> Source:
        """Forget the names of columns that are not read: they may stand there twice."""
        wanted = set(map(squeeze, self.mapping.columns))
        columns = tuple(name if squeeze(name) in wanted else "" for name in source.head.columns)
        return replace(source, head=replace(source.head, columns=columns))

    def _make_shape(self, head: Head, relation: Relation) -> tuple[Relation, Shape]:
        typed = head.form == "parquet"
        columns = {
            squeeze(name): f"CAST(c{number} AS VARCHAR)" if typed else f"c{number}"
            for number, name in enumerate(head.columns)
            if name
        }
        first = "" if typed or head.columns[0] else "c0"
        return relation, make_shape(self.mapping, columns, first)

    def _read_json(self, source: Source, staging: Staging) -> None:
        prepared = lay_out(source, self.mapping, staging)
        columns = {squeeze(name): f"c{n}" for n, name in enumerate(self.mapping.columns)}
        relation = relate_csv(prepared, len(columns), ",", numbered=True, longest=_LONGEST)
        staging.add_table(relation, make_shape(self.mapping, columns), source)
        prepared.unlink()
