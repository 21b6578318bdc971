"""How the tables of one format are read: small ones together, large ones each in one scan.

DuckDB is strict: it reads a table whole or not at all. What it refuses is read once more,
record by record, so that only the records that are at fault are lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from policycheck.inventory.base import Head, Source
from policycheck.inventory.files.decode import find_unmarked, to_utf8
from policycheck.inventory.files.digest import Digest
from policycheck.inventory.files.spool import SMALL, unused_path
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.records import add_records
from policycheck.inventory.staging.table import (
    Relation,
    Shape,
    UnsoundTableError,
    has_empty_rows,
    relate_csv,
    relate_parquet,
)

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

MakeShape = Callable[[Head, Relation], tuple[Relation, Shape]]
_CHUNK = 1024 * 1024


def scan_tables(sources: Sequence[Source], staging: Staging, make_shape: MakeShape) -> list[int]:
    """Read tables into parts and return the parts' numbers.

    `make_shape` says how a header becomes ours; it may add parameters to the relation.
    """
    parts: list[int] = []
    together: dict[Head, list[Source]] = {}
    for source in sources:
        if _find_double(source.head.columns):
            error = UnreadableError(f"has two columns {_find_double(source.head.columns)!r}")
            staging.refuse(source.input_no, source.path, error)
        elif source.head.form == "parquet":
            parts += _scan_parquet(source, staging, make_shape)
        elif source.size > SMALL:
            try:
                parts.append(_scan_large(source, staging, make_shape))
            except UnreadableError as error:
                staging.refuse(source.input_no, source.path, error)
        else:
            key = replace(source.head, start="")
            together.setdefault(key, []).append(source)
    for head, group in together.items():
        parts.append(_scan_records(head, group, staging, make_shape))
    return parts


def _find_double(columns: Sequence[str]) -> str:
    return next((name for name in columns if name and columns.count(name) > 1), "")


def _scan_parquet(source: Source, staging: Staging, make_shape: MakeShape) -> list[int]:
    import duckdb

    assert source.file is not None
    relation = relate_parquet(source.file, len(source.head.columns))
    try:
        return [staging.add_table(*make_shape(source.head, relation), source)]
    except duckdb.Error:
        staging.refuse(source.input_no, source.path, UnreadableError("is a damaged Parquet file"))
        return []


def _scan_large(source: Source, staging: Staging, make_shape: MakeShape) -> int:
    """Scan a large CSV in one go; if it is not sound, find out in which encoding or record."""
    import duckdb

    assert source.file is not None
    head = source.head
    relation = relate_csv(source.file, len(head.columns), head.delimiter)
    relation, shape = make_shape(head, relation)
    try:
        if not source.cut:
            return staging.add_table(
                relation,
                shape,
                source,
                unless=lambda part: source.has_nul() or has_empty_rows(staging.con, part, shape),
            )
    except (duckdb.Error, UnsoundTableError):
        encoding = find_unmarked(_read_chunks(source)) if source.encoding == "UTF-8" else ""
        if encoding:
            return _scan_large(_transcode(source, encoding, staging), staging, make_shape)
    return _scan_records(head, [source], staging, make_shape)


def _scan_records(
    head: Head, group: Sequence[Source], staging: Staging, make_shape: MakeShape
) -> int:
    relation = relate_csv(staging.folder, len(head.columns), head.delimiter, numbered=True)
    relation, shape = make_shape(head, relation)
    return add_records(group, head, relation, shape, staging)


def _read_chunks(source: Source) -> Iterator[bytes]:
    with source.open() as handle:
        yield from iter(lambda: handle.read(_CHUNK), b"")


def _transcode(source: Source, encoding: str, staging: Staging) -> Source:
    target = unused_path(staging.scratch, "plain")
    with target.open("xb") as handle:
        handle.writelines(to_utf8(_read_chunks(source), encoding))
    staging.encodings[source.input_no] = encoding
    digest = Digest(target, lambda size: None)
    return replace(source, file=target, encoding=encoding, digest=digest)
