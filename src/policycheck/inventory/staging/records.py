"""Tables read record by record: small ones with one header together, and the damaged.

Every record is looked at in Python, and only the sound ones are given to DuckDB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from policycheck.inventory.base import Head, Source
from policycheck.inventory.documents.delimited import Fault, Grammar, split_records
from policycheck.inventory.files.spool import unused_path
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.table import Relation, Shape, escape_glob

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging


def add_records(
    sources: Sequence[Source], head: Head, relation: Relation, shape: Shape, staging: Staging
) -> int:
    """Stage the sound records of tables as one, and reject the others; return the part's number.

    `head` is that of them all; `relation` is numbered, and its path is filled in here.
    """
    prepared = unused_path(staging.scratch, "records", ".csv")
    with prepared.open("xb") as handle:
        handle.write(b"header\n")
        for source in sources:
            try:
                handle.writelines(_sound_records(source, head, staging))
            except UnreadableError as error:
                staging.refuse(source.input_no, source.path, error)
    parameters = {**relation.parameters, "path": escape_glob(prepared)}
    number = staging.add_table(replace(relation, parameters=parameters), shape, sources[0])
    prepared.unlink()
    return number


def _sound_records(source: Source, head: Head, staging: Staging) -> Iterator[bytes]:
    """Yield the sound records, each with the numbers of its source and of itself before it."""
    separator = head.delimiter.encode()
    lines = source.lines()
    next(lines, None)  # the header
    cut = source.cut
    grammar = Grammar(head.delimiter, len(head.columns), source.encoding)
    for record in split_records(lines, grammar, cut=source.cut):
        if isinstance(record, Fault):
            staging.lose(source, record, separator)
            cut = cut or record.last
        else:
            number = b"%d" % record.number
            start = b"%d" % source.input_no
            yield b"%b%b%b%b%b\n" % (start, separator, number, separator, record.raw)
    if cut:
        staging.mark_cut(source)
