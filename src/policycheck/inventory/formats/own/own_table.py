"""Our own format as a table, CSV or Parquet: one item a line, the device's columns repeated.

What it lists is what its column `listing` says of each device (`app=all;web_app=managed`);
without one it lists nothing. `docs/formats.md` has every column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.formats.own.columns import (
    IDENTITIES,
    ITEM_HEADERS,
    KNOWN_HEADERS,
    is_known,
    make_shape,
    name_attributes,
)
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.scanning import scan_tables
from policycheck.inventory.staging.table import Relation, Shape
from policycheck.model import IDENTIFIER_TYPES
from policycheck.problems import did_you_mean, quote

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "policycheck-table"
SOURCE = "policycheck"
TITLE = "policycheck's own table (CSV, Parquet)"
LOOKS_FOR = f"a table with one of {', '.join(IDENTITIES)} and three or more of our columns in all"
FACTS = Facts(
    forms="table parquet",
    reports="both",
    names_device="yes",
    listing="app=all browser_extension=all web_app=all payment_channel=all account=all",
    says=(
        "user_id ownership managed reported_at identifier name version publisher "
        "signer profile path os_user install_source"
    ),
    identifiers=" ".join(IDENTIFIER_TYPES),
)


def claims(head: Head) -> bool:
    """Claim a table that names a device as we do and has at least two more of our columns."""
    ours = [name for name in head.columns if is_known(name)]
    return bool(set(IDENTITIES).intersection(ours)) and len(ours) >= 3


def is_ambiguous(columns: Sequence[str]) -> bool:
    """Tell a table whose `name` may be that of a device: foreign lists of devices call it so.

    It is an item's where the device has its own, where a list is declared, or where another
    column tells of items. A version beside a model may be the system's. Who writes our device_id
    writes our table, unless what only lists of devices hold stands beside it.
    """
    names = set(columns)
    of_either = {"name", "version"} if "model" in names else {"name"}
    told = names.intersection(ITEM_HEADERS) - of_either
    if "device_id" in names and not names & {"serial", "model", "os_version"}:
        return False
    return "name" in names and not told and not names & {"device_name", "listing"}


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read every table as it stands; columns that are not ours are named in a warning."""
    sound = []
    for source in sources:
        if is_ambiguous(source.head.columns):
            error = UnreadableError(
                "has a column 'name', which in our table is an item's, beside columns of a device:"
                " is it a list of devices?",
                "call the device's name device_name; if it is the app's, add a column listing",
            )
            staging.refuse(source.input_no, source.path, error)
            continue
        sound.append(source)
        for name in source.head.columns:
            if name and not is_known(name):
                staging.warn(
                    source.path,
                    f"has a column {quote(name)} that is not ours; it was not read",
                    did_you_mean(name, KNOWN_HEADERS) or "call it device.attributes.NAME",
                )
    scan_tables(sound, staging, _make_shape)


def _make_shape(head: Head, relation: Relation) -> tuple[Relation, Shape]:
    if head.form == "parquet":  # of text, NUL bytes were looked for when it was read
        shape = make_shape(head.columns, lambda number: f"CAST(c{number} AS VARCHAR)")
        nul = f"contains(concat('', {', '.join(shape.item.values())}), chr(0))"
        reason = f"CASE WHEN {nul} THEN 'holds a NUL character' END"
        shape = replace(shape, faults=(reason, *shape.faults))
    else:
        shape = make_shape(head.columns, lambda number: f"c{number}")
    parameters = {**relation.parameters, **name_attributes(head.columns)}
    return replace(relation, parameters=parameters), shape
