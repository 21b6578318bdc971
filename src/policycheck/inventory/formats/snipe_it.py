"""Snipe-IT, a register of assets: whose a device is and who has it, and nothing of what is on it.

The API's answer (`/hardware`: JSON) and the register as it is imported and exported (CSV with
`Checked Out To: ...`). A device is called by its asset tag in both. Its texts come escaped for
HTML. It tells when a record was edited, in a zone that it does not tell, so its age counts from
receipt.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import ROSTER, Facts, Head, Source
from policycheck.inventory.documents.values import Section, filled, raw_text, section, text
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.managers.reader import Api, ApiReader, marks
from policycheck.inventory.staging.columns import list_words, quote_text
from policycheck.inventory.staging.scanning import scan_tables
from policycheck.inventory.staging.table import Relation, Shape

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "snipe-it"
SOURCE = "snipe-it"
TITLE = "Snipe-IT (register of assets, JSON and CSV)"
LOOKS_FOR = "JSON rows with asset_tag and assigned_to, or a table with Asset Tag and Checked Out To"
FACTS = Facts(
    forms="json table",
    reports="state",
    names_device="yes",
    listing="",
    says="user_id ownership",
)

_FORMS = {
    "laptop": ("laptop", "laptops", "notebook", "notebooks"),
    "phone": ("phone", "phones", "mobile phone", "mobile phones", "smartphone", "smartphones"),
    "tablet": ("tablet", "tablets"),
    "desktop": ("desktop", "desktops"),
}
"""Categories that leave no doubt; a register holds chairs, too."""
_TAG = re.compile(r"<[^<>]{0,1000}>")
_TABLE = {
    "device_id": ("Asset Tag",),
    "name": ("Name", "Asset Name"),
    "serial": ("Serial", "Serial Number"),
    "manufacturer": ("Manufacturer",),
    "model": ("Model",),
    "user_id": ("Checked Out To: Email", "Checked Out To: Username"),
    "form": ("Category",),
    "ownership": ("BYOD",),
}
_ATTRIBUTES = {"company": "Company", "category": "Category", "location": "Location"}
_OWNERS = {"true": "personal", "false": "corporate"}
_OWNERSHIP = (
    "CASE WHEN lower(ownership) IN ('1', 'true', 'yes') THEN 'personal'"
    " WHEN lower(ownership) IN ('0', 'false', 'no') THEN 'corporate' END"
)
_FORM = (
    "CASE "
    + " ".join(f"WHEN lower(form) IN {list_words(n)} THEN '{form}'" for form, n in _FORMS.items())
    + " END"
)


def claims(head: Head) -> bool:
    """Claim assets in JSON, and a register with who has them."""
    names = set(head.columns)
    is_table = "Asset Tag" in names and bool(names.intersection(_TABLE["user_id"]))
    return is_table or _JSON.claims(head)


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read every source; each asset is a device that lists nothing."""
    scan_tables([s for s in sources if s.head.form == "table"], staging, _make_shape)
    _JSON.read([s for s in sources if s.head.form != "table"], staging)


def _read_asset(value: Section) -> DeviceReport | None:
    holder = section(value, "assigned_to")
    is_person = text(holder, "type") == "user" or "username" in holder
    category = _said(value, "category", "name")
    device = filled(
        device_id=_said(value, "asset_tag"),
        name=_said(value, "name"),
        serial=_said(value, "serial"),
        manufacturer=_said(value, "manufacturer", "name"),
        model=_said(value, "model", "name"),
        form=_tell_form(category),
        ownership=_OWNERS.get(raw_text(value, "byod"), ""),
        user_id=(_said(holder, "email") or _said(holder, "username")) if is_person else "",
    )
    attributes = filled(
        company=_said(value, "company", "name"),
        category=category,
        location=_said(value, "location", "name"),
        status=_said(value, "status_label", "name"),
    )
    return DeviceReport(device, attributes=attributes)


def _said(value: object, *keys: str) -> str:
    """Return a text as it was before it was escaped, without markup."""
    return html.unescape(_TAG.sub("", text(value, *keys))).replace("\x00", "").strip()


def _tell_form(category: str) -> str:
    word = category.lower()
    return next((form for form, names in _FORMS.items() if word in names), "")


def _make_shape(head: Head, relation: Relation) -> tuple[Relation, Shape]:
    at = {name: f"nullif(trim(c{number}), '')" for number, name in enumerate(head.columns)}
    device = {
        ours: f"coalesce({', '.join(at[name] for name in theirs if name in at)}, NULL)"
        for ours, theirs in _TABLE.items()
        if any(name in at for name in theirs)
    }
    pairs = [f"'{ours}', {at[theirs]}" for ours, theirs in _ATTRIBUTES.items() if theirs in at]
    if pairs:
        device["attributes"] = f"CAST(json_object({', '.join(pairs)}) AS VARCHAR)"
    device["source"] = quote_text(SOURCE + ROSTER)
    refined = {"form": _FORM, "ownership": _OWNERSHIP}
    refined = {name: sql for name, sql in refined.items() if name in device}
    ref = f"coalesce({device['device_id']}, {device.get('serial', 'NULL')})"
    fault = "CASE WHEN device_ref IS NULL THEN 'no Asset Tag' END"
    return relation, Shape(ref, device, {}, refined=refined, part_fault=fault, bare="true")


_JSON = ApiReader(
    NAME,
    TITLE,
    LOOKS_FOR,
    FACTS,
    Api(
        marks("rows.asset_tag rows.assigned_to", "asset_tag assigned_to status_label"),
        ["rows"],
        _read_asset,
    ),
)
