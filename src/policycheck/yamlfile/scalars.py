"""The types that a text in a file can have: dates, durations, numbers, yes or no.

Parsed here rather than by pydantic, whose `date` takes `1377475200` and whose
`timedelta` takes `-3d` but not `48h`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from policycheck.problems import quote

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_DURATION = re.compile(r"(\d{1,5})([hd])", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_INTEGER = re.compile(r"\d{1,9}", re.ASCII)
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*%", re.ASCII)

Item = TypeVar("Item")


def parse_date(text: str) -> date:
    """Parse `2013-08-26`. Raises ValueError with a sentence for the user."""
    if not _DATE.fullmatch(text):
        raise ValueError(f"{quote(text)} is not a date like 2013-08-26")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"the date {quote(text)} is not in the calendar") from None


def parse_moment(text: str) -> date | datetime:
    """Parse a date, or a time like `2013-08-26T09:00` with or without a zone."""
    if _DATE.fullmatch(text) or not _MOMENT.fullmatch(text):
        return parse_date(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"the time {quote(text)} is not in the calendar") from None


def parse_duration(text: str) -> timedelta:
    """Parse `48h` or `14d`. Raises ValueError with a sentence for the user."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{quote(text)} is not a duration like 48h or 14d")
    count = int(match[1])
    return timedelta(hours=count) if match[2] == "h" else timedelta(days=count)


def parse_share(text: str) -> float:
    """Parse a share like `1%` or `0` into a number from 0 to 1. Raises ValueError."""
    match = _SHARE.fullmatch(text.strip())
    share = 0.0 if text.strip() == "0" else float(match[1]) / 100 if match else 2.0
    if share > 1:
        raise ValueError(f"{quote(text)} is not a share like 1% or 90%")
    return share


def mistake(
    message: str, hint: str = "", span: tuple[int, int] | None = None
) -> PydanticCustomError:
    """Make the error by which a validator says what is wrong with a value, and what to do.

    span: the characters [start, end) of the text that are meant; None for all of it.
    """
    context = {"error": message, "hint": hint}
    where = {"start": span[0], "end": span[1]} if span else {}
    return PydanticCustomError("mistake", "{error}", {**context, **where})


def _boolean(value: object) -> object:
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, str):
        raise mistake(f"{quote(value)} is neither true nor false")
    return value


def _integer(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not _INTEGER.fullmatch(value):
        raise mistake(f"{quote(value)} is not a whole number")
    return int(value)


def _date(value: object) -> object:
    return parse_date(value) if isinstance(value, str) else value


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _share(value: object) -> object:
    return parse_share(value) if isinstance(value, str) else value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _by_language(value: object) -> object:
    return {"": value} if isinstance(value, str) else value


def _language_tag(tag: str) -> str:
    if tag and not _LANGUAGE.fullmatch(tag):
        raise mistake(f"{quote(tag)} is not a language tag like en or zh-Hans")
    return tag


def _version_key(value: object) -> object:
    if isinstance(value, str) and value != "1":
        message = f"the file is written in language {quote(value)}"
        hint = "this version of policycheck reads language 1"
        raise mistake(message, hint)
    return value


class _OneOrManySchema:
    """Says in the JSON Schema that a list may be written as its only element."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        listed = handler(core_schema)
        return {"anyOf": [listed["items"], listed]}


Boolean = Annotated[bool, BeforeValidator(_boolean)]
Integer = Annotated[int, BeforeValidator(_integer)]
Date = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,5}[hd]$"}),
]
Share = Annotated[
    float,
    BeforeValidator(_share),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,6})?\s*%$"}),
]
OneOrMany = Annotated[
    tuple[Item, ...], Field(min_length=1), BeforeValidator(_as_list), _OneOrManySchema()
]
"""One value or a list of them; always a tuple past this point."""
_TEXT = {"type": "string", "minLength": 1}
ByLanguage = Annotated[
    Mapping[Annotated[str, AfterValidator(_language_tag)], Item],
    BeforeValidator(_by_language),
    Field(min_length=1),
    WithJsonSchema(
        {"anyOf": [_TEXT, {"type": "object", "additionalProperties": _TEXT, "minProperties": 1}]}
    ),
]
"""One text, or a map of texts by language; always a map past this point, "" for no language."""
Texts = ByLanguage[Annotated[str, Field(min_length=1)]]
Language = Annotated[Literal["1"], BeforeValidator(_version_key), WithJsonSchema({"const": 1})]
"""The version key that every kind of file starts with: `language: 1`."""
