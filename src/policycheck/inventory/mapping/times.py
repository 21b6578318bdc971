"""Times as exports write them, as SQL: ISO 8601, 2025/3/2 8:11, 2025年3月2日, epochs, and so on.

Whether 03/02/2025 is a day in March or in February no text tells; the mapping has to.
"""

from __future__ import annotations

from typing import Literal

from policycheck.inventory.staging.columns import NO_VALUE, list_words, quote_text

DateOrder = Literal["year-first", "day-first", "month-first"]

_ZONED = r".*\d:\d{2}.*(z|[+-]\d{2}(:?\d{2})?| utc| gmt)"
_CLOCKS = (" %H:%M:%S.%f", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %p %I:%M:%S",
           " %p %I:%M", "")  # fmt: skip
_DAYS = {
    "year-first": ("%Y-%m-%d",),
    "day-first": ("%d-%m-%Y", "%Y-%m-%d"),
    "month-first": ("%m-%d-%Y", "%Y-%m-%d"),
}
_USUAL = r"\d{4}-\d{1,2}-\d{1,2}( \d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?"
"""What a cast reads as the forms below would, in a twentieth of their time."""
_WORDY = (
    "%A, %B %d %Y at %I:%M %p", "%d %b %Y %H:%M:%S", "%d %b %Y", "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y %I:%M %p", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%a %b %d %H:%M:%S %Y",
)  # fmt: skip
_DOTTED = (
    (r"(\d{4}), (\d)", r"\1 \2"),
    (r"^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b", r"\3-\2-\1"),
    (r"^(\d{4})\.\s?(\d{1,2})\.\s?(\d{1,2})\b\.?", r"\1-\2-\3"),
)
"""Dots part the day, the month and the year in this order or the other way round, never as in the
United States; a comma may part them from the hour."""
_DIGITS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def read_time(text: str, order: DateOrder, zone: str) -> str:
    """Return the SQL of a time as text, in UTC without a zone; the text itself if it is none.

    Args:
        text: The SQL of a cleaned text.
        order: Of the day, the month and the year, where they are numbers.
        zone: The name of the zone that times without one are in.
    """
    number = f"TRY_CAST({text} AS BIGINT)"
    digits = "".join(
        f" WHEN length({text}) = {length} THEN"
        f" {_to_utc(f'try_strptime({text}, {quote_text(form)})', zone)}"
        for length, form in _DIGITS.items()
    )
    days = f"TRY_CAST({text} AS DOUBLE) * 86400"
    serial = f"TIMESTAMP '1899-12-30' + to_seconds(round({days}))"
    moment = (
        f"CASE WHEN regexp_full_match({text}, '\\d{{5}}(\\.\\d+)?') THEN {_to_utc(serial, zone)}"
        f" WHEN NOT regexp_full_match({text}, '\\d+') THEN {_read_written(text, order, zone)}"
        f" WHEN length({text}) IN (9, 10) THEN make_timestamp({number} * 1000000)"
        f" WHEN length({text}) = 13 THEN make_timestamp({number} * 1000){digits} END"
    )
    return (
        f"CASE WHEN {text} IS NULL OR lower({text}) IN {list_words(NO_VALUE)} THEN NULL"
        f" ELSE coalesce(CAST({moment} AS VARCHAR), {text}) END"
    )


def _read_written(text: str, order: DateOrder, zone: str) -> str:
    """Return the SQL of a time that is more than digits; null if it is none."""
    plain = text
    for theirs, ours in (("上午", " AM "), ("下午", " PM ")):
        plain = f"replace({plain}, '{theirs}', '{ours}')"
    dashed = plain
    for form, ours in _DOTTED:
        dashed = f"regexp_replace({dashed}, {quote_text(form)}, {quote_text(ours)})"
    marked = f"contains(left({text}, 5), '.') OR contains({text}, ', ')"
    plain = f"CASE WHEN {marked} THEN {dashed} ELSE {plain} END"
    plain = f"translate({plain}, '/年月时分日秒', '---::  ')"
    plain = f"regexp_replace({plain}, '(\\d)T(\\d)', '\\1 \\2')"
    plain = f"rtrim(regexp_replace({plain}, '\\s+', ' ', 'g'), ': ')"
    forms = [f"{day}{clock}" for day in _DAYS[order] for clock in _CLOCKS]
    listed = ", ".join(map(quote_text, (*forms, *_WORDY)))
    local = (
        f"CASE WHEN regexp_full_match({plain}, {quote_text(_USUAL)})"
        f" THEN TRY_CAST({plain} AS TIMESTAMP)"
        f" ELSE try_strptime({plain}, [{listed}]) END"
    )
    zoned = f"regexp_full_match(lower({text}), {quote_text(_ZONED)})"
    told = f"TRY_CAST({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    return f"CASE WHEN {zoned} THEN {told} ELSE {_to_utc(local, zone)} END"


def _to_utc(moment: str, zone: str) -> str:
    return f"(({moment}) AT TIME ZONE {quote_text(zone)}) AT TIME ZONE 'UTC'"
