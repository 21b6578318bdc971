"""A policy as it is written. The classes are the schema of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from policycheck.model import Severity
from policycheck.policy.controls import DemandKeys
from policycheck.policy.fields import Id, Remediation, Text, Zone
from policycheck.policy.model import DEFAULT_MAX_SHARE, Obligation, Status
from policycheck.policy.written import FleetMapNode, MapNode
from policycheck.problems import quote
from policycheck.yamlfile import (
    Boolean,
    Date,
    Duration,
    Integer,
    Language,
    Model,
    OneOrMany,
    Share,
    Texts,
    mistake,
)

JsonSchema = dict[str, Any]


class ExceptionFile(Model):
    """What the memo itself excuses."""

    when: FleetMapNode
    until: Date | None = None
    reason: Texts = Field(default={})


class WaiversFile(Model):
    """On what terms the memo allows waivers."""

    approved_by: OneOrMany[Text] = ()
    max_days: Integer | None = None
    max_share: Share = DEFAULT_MAX_SHARE


NO_WAIVERS = WaiversFile(max_days=0)


def _none(value: object) -> object:
    if value == "none":
        return NO_WAIVERS
    if isinstance(value, str):
        hint = "write 'none', or {approved_by: [...], max_days: 90}"
        raise mistake(f"unknown waivers {quote(value)}", hint)
    return value


def _none_or_map(schema: JsonSchema) -> None:
    terms = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"const": "none"}, terms]


class ControlFile(DemandKeys):
    """One demand of the memo."""

    id: Id
    clause: Texts
    severity: Severity
    obligation: Obligation = "must"
    grace: Duration | None = None
    deadline: Date | None = None
    remediation: Remediation = Field(default={})
    maps_to: Mapping[Text, OneOrMany[Text]] = {}
    applies_to: FleetMapNode | None = None
    indication: MapNode | None = None
    except_: tuple[ExceptionFile, ...] = Field(default=(), alias="except")
    effective_from: Date | None = None
    effective_until: Date | None = None
    formerly: OneOrMany[Id] = ()


class PolicyFile(Model):
    """A memo on communication, as a file."""

    language: Language
    policy: Id
    title: Texts
    issuer: Text
    status: Status
    applies_to: FleetMapNode
    controls: tuple[ControlFile, ...] = Field(min_length=1)
    issued: Date | None = None
    source: Text = ""
    superseded_by: Text | None = None
    effective_from: Date | None = None
    effective_until: Date | None = None
    timezone: Zone = "UTC"
    stale_after: Duration | None = None
    waivers: (
        Annotated[WaiversFile, BeforeValidator(_none), Field(json_schema_extra=_none_or_map)] | None
    ) = None
    except_: tuple[ExceptionFile, ...] = Field(default=(), alias="except")
    formerly: OneOrMany[Id] = ()
    overrides: Boolean = False
