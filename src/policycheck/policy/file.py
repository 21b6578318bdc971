"""A policy as it is written. The classes are the schema of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from policycheck.model import Severity
from policycheck.policy.controls import DemandKeys
from policycheck.policy.fields import Id, Remediation, Text, Zone
from policycheck.policy.model import DEFAULT_MAX_SHARE, Obligation, Status
from policycheck.policy.written import Described, FleetMapNode, MapNode
from policycheck.problems import quote
from policycheck.yamlfile import (
    Boolean,
    Date,
    Duration,
    Integer,
    Language,
    OneOrMany,
    Share,
    Texts,
    mistake,
)

JsonSchema = dict[str, Any]


class ExceptionFile(Described):
    """What the memo itself excuses."""

    when: FleetMapNode
    """Whom or what it excuses."""
    until: Date | None = None
    """The last day of the excuse."""
    reason: Texts = Field(default={})
    """Why, for who asks in a year."""


class WaiversFile(Described):
    """On what terms the memo allows waivers."""

    approved_by: OneOrMany[Text] = ()
    """The people or offices that may approve one. Left out: anybody."""
    max_days: Integer | None = None
    """For how many days at most."""
    max_share: Share = DEFAULT_MAX_SHARE
    """For which share of a control's scope at most, as in `10%` (the default)."""


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
    """Its name for ever: violations hang on it. Another id goes to `formerly`."""
    clause: Texts
    """The memo's own sentence, for the evidence."""
    severity: Severity
    """How bad a violation is."""
    obligation: Obligation = "must"
    """A broken `should` is advice: reported, counted apart, never exit code 1."""
    grace: Duration | None = None
    """For how long a violation may stand, from first sight on. Not beside `deadline`."""
    deadline: Date | None = None
    """The last day on which a violation may stand, for all, whenever it is first seen."""
    remediation: Remediation = Field(default={})
    """What to do about it, with placeholders such as `{item.name}`."""
    maps_to: Mapping[Text, OneOrMany[Text]] = {}
    """The clauses of standards that it serves, as in `{ISO 27001: [A.5.14]}`."""
    applies_to: FleetMapNode | None = None
    """Narrows the policy's scope."""
    indication: MapNode | None = None
    """Where this is true, what is found is a sign and no breach: `unknown`, not a violation.
    Beside `only` and `forbid`."""
    except_: tuple[ExceptionFile, ...] = Field(default=(), alias="except")
    """Whom the memo excuses from this control."""
    effective_from: Date | None = None
    """Its first day, if later than the policy's."""
    effective_until: Date | None = None
    """Its last day, if earlier than the policy's."""
    formerly: OneOrMany[Id] = ()
    """Ids that it had: the lives of their violations go on."""


class PolicyFile(Described):
    """A memo on communication, as a file."""

    language: Language
    """The version of this language."""
    policy: Id
    """Its name for ever, and the file's: violations hang on it."""
    title: Texts
    """What the report calls it."""
    issuer: Text
    """Who published the memo."""
    status: Status
    """Only what is `active` is judged; a `draft` on request (`--drafts`)."""
    applies_to: FleetMapNode
    """Whom it addresses. Where that is not known, the answer is `unknown` (`scope`)."""
    controls: tuple[ControlFile, ...] = Field(min_length=1)
    """What it demands, one entry each."""
    issued: Date | None = None
    """The memo's date."""
    source: Text = ""
    """Where the memo can be read."""
    superseded_by: Text | None = None
    """The policy that took its place; with `status: superseded`."""
    effective_from: Date | None = None
    """Its first day, from 00:00 on. Left out: it was always in force."""
    effective_until: Date | None = None
    """Its last day, through its end."""
    timezone: Zone = "UTC"
    """The zone of all its dates, as in `Asia/Shanghai`."""
    stale_after: Duration | None = None
    """What has not reported for longer proves no absence. Left out: nothing grows old."""
    waivers: (
        Annotated[WaiversFile, BeforeValidator(_none), Field(json_schema_extra=_none_or_map)] | None
    ) = None
    """Whether the memo allows exemptions, and on what terms. Left out: anybody may approve one."""
    except_: tuple[ExceptionFile, ...] = Field(default=(), alias="except")
    """Whom the memo excuses. They are shown as excused, never dropped."""
    formerly: OneOrMany[Id] = ()
    """Ids that it had: the lives of their violations go on."""
    overrides: Boolean = False
    """Takes the place of a shipped policy of the same name; every audit says so."""
