"""What is kept of an audit as evidence: the texts that it went by, and the rows that prove it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.model import (
    DEVICE_COLUMNS,
    DISTINCT_COLUMNS,
    ITEM_COLUMNS,
    PERSONAL_OF_DEVICES,
    PERSONAL_OF_ITEMS,
)
from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.request import AuditRequest
from policycheck.store.canonical import canonical
from policycheck.store.session import texts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from policycheck.store.contents import Content

_APPS = """
SELECT DISTINCT f.app_id FROM life AS l JOIN finding AS f ON f.fingerprint = l.fingerprint
WHERE l.change IS NOT NULL AND f.app_id IS NOT NULL
ORDER BY f.app_id
"""


def lay_out_evidence(con: DuckDBPyConnection, request: AuditRequest) -> None:
    """Leave for the store what proves what opens or comes back: the rows as they were reported.

    And, by column, what the policy's conditions and waivers were asked of: the device as all its
    systems report it, and its person. To be called after lives.compute_lives.
    """
    device = [name for name in DEVICE_COLUMNS if name not in PERSONAL_OF_DEVICES]
    item = [name for name in ITEM_COLUMNS if name not in PERSONAL_OF_ITEMS]
    personal = {
        "person_id": "f.person_id",
        **{f"device_{name}": f"r.{name}" for name in PERSONAL_OF_DEVICES},
        **{f"item_{name}": f"h.{name}" for name in PERSONAL_OF_ITEMS},
        "asked": _asked(request),
    }
    con.execute(
        "CREATE OR REPLACE TEMP VIEW copied AS"
        " SELECT f.fingerprint, f.report_sha256, f.app_id, f.basis, f.confidence,"
        f" {_struct({name: f'r.{name}' for name in device})} AS device,"
        f" {_struct({name: f'{_holder(name)}.{name}' for name in item})} AS item,"
        f" CAST(to_json({_struct(personal)}) AS VARCHAR) AS personal"
        " FROM finding AS f"
        " SEMI JOIN (FROM life WHERE change IN ('opened', 'reopened')) AS l"
        " ON l.fingerprint = f.fingerprint"
        " LEFT JOIN report AS r ON r.report_no = f.report_no"
        " LEFT JOIN hit AS h ON h.hit_no = f.hit_no"
        " LEFT JOIN distinct_item AS i ON i.item_no = h.item_no"
        " LEFT JOIN device ON device.device_key = f.device_key"
        " LEFT JOIN judged_person AS person ON person.device_no = device.device_no"
    )


def _asked(request: AuditRequest) -> str:
    """Return the SQL of what each policy's conditions asked of a device, as a JSON object."""
    from sqlglot import exp

    from policycheck.policy.sql import column_to_sql

    chosen = exp.Case(this=exp.column("policy", "f"))
    for policy in request.policies:
        waivers = [waiver.when for waiver in request.waivers if waiver.policy == policy.policy]
        conditions = [*policy.conditions, *waivers]
        names = sorted({name for each in conditions for name in each.columns})
        members = [
            part
            for name in names
            if name.partition(".")[0] in ("device", "person")
            for part in (exp.Literal.string(name), column_to_sql(name))
        ]
        told = exp.func("json_object", *members)
        chosen = chosen.when(exp.Literal.string(policy.policy), told)
    return f"CASE WHEN f.device_key IS NOT NULL THEN {chosen.sql('duckdb')} END"


def _holder(name: str) -> str:
    return "i" if name in DISTINCT_COLUMNS else "h"


def _struct(members: Mapping[str, str]) -> str:
    return f"struct_pack({', '.join(f'{name} := {value}' for name, value in members.items())})"


def contents_of(request: AuditRequest, con: DuckDBPyConnection) -> Iterator[Content]:
    """Yield what a run went by: policies, waivers, attestations, and the apps that it named.

    An app is what the catalogue says of it and its vendor. Raises PolicycheckError where a file
    is no longer what was read, and the request does not hold its text.
    """
    from policycheck.store.contents import Content

    def text(path: str, sha256: str) -> bytes:
        return request.texts.get(sha256) or _read(path, sha256)

    for policy in request.policies:
        yield Content("policy", policy.policy, text(policy.path, policy.sha256))
    for waiver in request.waivers:
        yield Content("waiver", waiver.id, text(waiver.path, waiver.sha256))
    for each in request.attestations:
        yield Content("attestation", each.id, text(each.path, each.sha256))
    for app_id in texts(con, _APPS):
        app = request.catalogue.apps[app_id]
        entry = {"app": _plain(app), "vendor": _plain(request.catalogue.vendors.get(app.vendor))}
        yield Content("app", app_id, canonical(entry).encode())


def _read(path: str, sha256: str) -> bytes:
    try:
        content = Path(path).read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != sha256:
        message = f"{quote(path)} was changed while it was audited by"
        raise PolicycheckError([Problem(message, None, "run the audit again")])
    return content


def _plain(value: object) -> object:
    """Return frozen data as what JSON knows."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, str):
        return value
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)
