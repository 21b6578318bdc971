"""Our columns as SQL: how a text becomes a value, and what is wrong with it if it does not.

Every reader hands over text. These expressions, made from the columns of `model.py`, are the
only place where text becomes a word of a vocabulary, a boolean, a time or a map. They are fixed
words and column names; no text of a report ever becomes SQL.
"""

from __future__ import annotations

from collections.abc import Sequence

from policycheck.model import DEVICE_COLUMNS, ITEM_COLUMNS, KINDS, VISIBILITIES, Column

TRUE_WORDS = ("true", "yes", "1")
FALSE_WORDS = ("false", "no", "0")
NO_VALUE = ("", "-", "--", "n/a", "none", "null", "not present", "-1", "0")
"""What systems write where a time is not known (lower case)."""
UNSET_SERIALS = (
    "0", "00000000-0000-0000-0000-000000000000", "123456789", "default string", "empty",
    "ffffffff-ffff-ffff-ffff-ffffffffffff", "invalid", "n/a", "none", "not applicable",
    "not available", "not present", "not specified", "null", "oem", "system serial number",
    "to be filled by o.e.m.", "unknown", "--", "-",
)  # fmt: skip
"""What stands in firmware where nobody set a serial or an id; two devices may share it."""
_BLANKS = " \t\n\r\u00a0\u3000\ufeff"
DEVICE_TEXTS = tuple(name for name in DEVICE_COLUMNS if name not in ("received_at", "attributes"))
"""The device columns that a report may fill; `received_at` is set by whoever runs the audit."""
ITEM_TEXTS = tuple(name for name in ITEM_COLUMNS if name != "attributes")
SQL_TYPES = {
    "text": "VARCHAR",
    "boolean": "BOOLEAN",
    "time": "TIMESTAMP",
    "list": "VARCHAR[]",
    "attributes": "MAP(VARCHAR, VARCHAR)",
}


def quote_text(text: str) -> str:
    """Return a fixed text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def list_words(words: tuple[str, ...]) -> str:
    """Return fixed words as an SQL list for IN."""
    return "(" + ", ".join(map(quote_text, words)) + ")"


def type_value(column: Column, text: str) -> str:
    """Return the SQL that makes a column's value of a text; null where there is none.

    A time without a zone is UTC. Placeholder times (year 1, 1970, 9999) are null.
    """
    if column.type == "boolean":
        return (
            f"CASE WHEN lower({text}) IN {list_words(TRUE_WORDS)} THEN true"
            f" WHEN lower({text}) IN {list_words(FALSE_WORDS)} THEN false END"
        )
    if column.type == "time":
        return f"CASE WHEN left({text}, 4) BETWEEN '1971' AND '9998' THEN {_as_time(text)} END"
    return f"lower({text})" if column.vocabulary else text


def _as_time(text: str) -> str:
    return f"TRY_CAST({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"


def find_value_fault(column: Column, text: str, label: str) -> str:
    """Return the SQL that says what is wrong with a column's text, or "" where nothing can be.

    `label` is the column as the report calls it.
    """
    if column.vocabulary:
        known = list_words(column.vocabulary)
        expected = f"one of {', '.join(column.vocabulary)}"
        return _fault(f"lower({text}) NOT IN {known}", label, text, expected)
    if column.type == "boolean":
        known = list_words(TRUE_WORDS + FALSE_WORDS)
        return _fault(f"lower({text}) NOT IN {known}", label, text, "true or false")
    if column.type == "time":
        wrong = f"{_as_time(text)} IS NULL AND lower({text}) NOT IN {list_words(NO_VALUE)}"
        return _fault(wrong, label, text, "a time as 2026-03-01T08:30:00Z")
    return ""


def _fault(wrong: str, label: str, text: str, expected: str) -> str:
    start = quote_text(f"{label} is '")
    end = quote_text(f"', expected {expected}")
    return f"CASE WHEN {wrong} THEN {start} || left({text}, 60) || {end} END"


def find_listing_fault(text: str) -> str:
    """Return the SQL that says what is wrong with a listing such as `app=all;web_app=managed`."""
    kind = "|".join(KINDS)
    pair = rf"\s*({kind})\s*=\s*({'|'.join(VISIBILITIES)})?\s*"
    wrong = f"NOT regexp_full_match(lower({text}), {quote_text(f'{pair}(;{pair})*;?')})"
    expected = f"KIND=VISIBILITY;... with {', '.join(KINDS)} and {' or '.join(VISIBILITIES)}"
    return _fault(wrong, "listing", text, expected)


def make_map(entries: Sequence[tuple[str, str]]) -> str:
    """Return the SQL of an attributes map, from the SQL of its names and of their texts."""
    pairs = ", ".join(f"({name}, {text})" for name, text in entries)
    return drop_nulls(f"map_from_entries([{pairs}])")


def read_map(text: str) -> str:
    """Return the SQL of an attributes map, from the SQL of a JSON object's text."""
    return drop_nulls(f"CAST(CAST({text} AS JSON) AS MAP(VARCHAR, VARCHAR))")


def drop_nulls(attributes: str) -> str:
    """Return the SQL of a map without its null values; null where nothing remains."""
    full = f"list_filter(map_entries({attributes}), lambda entry: entry.value IS NOT NULL)"
    return f"CASE WHEN len({full}) > 0 THEN map_from_entries({full}) END"


def trim_text(text: str) -> str:
    """Return the SQL of a text without blanks around it; null where nothing remains.

    Most texts start and end with a visible ASCII character; to see that is much faster.
    """
    visible = f"{text} BETWEEN '!' AND '~' AND ({text})[-1] BETWEEN '!' AND '~'"
    trimmed = f"nullif(trim({text}, {quote_text(_BLANKS)}), '')"
    return f"CASE WHEN {visible} THEN {text} ELSE {trimmed} END"


def drop_placeholder(text: str) -> str:
    """Return the SQL of a serial or hardware id; null where the maker left it unset."""
    return f"CASE WHEN lower({text}) NOT IN {list_words(UNSET_SERIALS)} THEN {text} END"


def join_ref(source: str, identity: str) -> str:
    """Return what names a device within its file: its identity, and the source that speaks of it.

    The source's length stands before it, so that no two pairs make one name, whatever signs
    they hold.
    """
    if source:
        return f"/{len(source.encode())}/{source}/{identity}"
    return f"//{identity}" if identity.startswith("/") else identity


def join_ref_in_sql(source: str, identity: str) -> str:
    """Return the SQL of `join_ref`; a source that is null is none."""
    return (
        f"CASE WHEN {source} IS NOT NULL"
        f" THEN '/' || strlen({source}) || '/' || {source} || '/' || {identity}"
        f" WHEN starts_with({identity}, '/') THEN '//' || {identity} ELSE {identity} END"
    )
