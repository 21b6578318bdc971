"""The SQL of the tables that readers fill and that the engine joins.

Those that are left to others are no TEMP tables: every connection to the session sees them.
"""

from __future__ import annotations

from policycheck.inventory.staging.columns import DEVICE_TEXTS, drop_placeholder, type_value
from policycheck.model import DEVICE_COLUMNS

STAGED_TABLES = f"""
CREATE OR REPLACE TEMP TABLE staged_device (
    input_no INTEGER, part INTEGER, device_ref VARCHAR, record BIGINT, source VARCHAR,
    partial VARCHAR, listing VARCHAR, {", ".join(f"{name} VARCHAR" for name in DEVICE_TEXTS)},
    attributes MAP(VARCHAR, VARCHAR));
CREATE OR REPLACE TEMP TABLE incomplete (input_no INTEGER, device_ref VARCHAR);
"""
"""`incomplete` names the devices that lost a row, or with a null all devices of an input."""

_TEXTS_IN_SQL = {
    name: drop_placeholder(name) if name in ("serial", "udid") else name for name in DEVICE_TEXTS
}
REPORT_TABLE = f"""
CREATE OR REPLACE TABLE report AS
SELECT CAST(row_number() OVER (ORDER BY input_no, record, device_ref) AS INTEGER) AS report_no,
    input_no, part, device_ref, record, coalesce(source, $sources[input_no]) AS source,
    coalesce(lower(partial) IN ('true', 'yes', '1'), false) OR is_incomplete AS partial,
    {
    ", ".join(
        "$received_at::TIMESTAMP AS received_at"
        if name == "received_at"
        else name
        if name == "attributes"
        else f"{type_value(column, _TEXTS_IN_SQL[name])} AS {name}"
        for name, column in DEVICE_COLUMNS.items()
    )
},
    listing AS listing_text, is_incomplete
FROM (SELECT *, EXISTS (FROM incomplete WHERE incomplete.input_no = staged_device.input_no
        AND coalesce(incomplete.device_ref, staged_device.device_ref) = staged_device.device_ref)
        AS is_incomplete
    FROM staged_device)
"""
LISTING_TABLE = """
CREATE OR REPLACE TABLE listing AS
SELECT report_no, trim(split_part(entry, '=', 1)) AS kind,
    CASE WHEN trim(split_part(entry, '=', 2)) = 'all' AND NOT is_incomplete THEN 'all'
        ELSE 'managed' END AS visibility
FROM (SELECT report_no, is_incomplete, unnest(string_split(lower(listing_text), ';')) AS entry
    FROM report WHERE listing_text IS NOT NULL)
WHERE trim(entry) <> ''
ORDER BY report_no, kind
"""
"""A visibility that is not said, and a list that lost a row, count as `managed`."""
