"""Texts of a policy file with rules of their own: ids, time zones, remediation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, WithJsonSchema

from policycheck.problems import did_you_mean, quote
from policycheck.yamlfile import ByLanguage, mistake

_ID = r"^[a-z0-9]([a-z0-9._-]{0,78}[a-z0-9])?$"
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

_PEKING = ("Asia/Beijing", "Asia/Peking", "Beijing", "PRC time", "CST")
"""What is often written for the zone of China, and near to nothing but wrong zones."""

PLACEHOLDERS = (
    "item.name", "item.identifier", "item.version", "app.app_id", "device.name",
    "device.device_id", "device.platform", "person.person_id", "policy", "control",
)  # fmt: skip
"""What a remediation may name, each in braces."""


def _check_id(text: str) -> str:
    if re.fullmatch(_ID, text):
        return text
    hint = "an id is made of a-z, 0-9, '-', '_' and '.', as in only-yixin"
    raise mistake(f"{quote(text)} cannot be an id", hint)


def is_zone(name: str) -> bool:
    """Tell whether a name is a time zone of the IANA database, as in `Asia/Shanghai`."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # KeyError: there is none of that name
        return False
    return True


def _check_zone(name: str) -> str:
    if is_zone(name):
        return name
    from zoneinfo import available_timezones  # reads hundreds of files

    if name in _PEKING:
        raise mistake(f"unknown time zone {quote(name)}", "China's zone is 'Asia/Shanghai'")
    hint = did_you_mean(name, available_timezones()) or "zones are named as in Asia/Shanghai"
    raise mistake(f"unknown time zone {quote(name)}", hint)


def _check_placeholders(text: str) -> str:
    for match in _PLACEHOLDER.finditer(text):
        if match[1] not in PLACEHOLDERS:
            hint = did_you_mean(match[1], PLACEHOLDERS)
            raise mistake(f"unknown placeholder {quote(match[0])}", hint, match.span())
    return text


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """Fill a remediation's placeholders in; one without a value stays as it is written.

    values: by the words of `PLACEHOLDERS`. Nothing in a value is ever read as a placeholder.
    """
    return _PLACEHOLDER.sub(lambda match: values.get(match[1]) or match[0], text)


Id = Annotated[str, AfterValidator(_check_id), WithJsonSchema({"type": "string", "pattern": _ID})]
Text = Annotated[str, Field(min_length=1)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Remediation = ByLanguage[Annotated[str, AfterValidator(_check_placeholders)]]
