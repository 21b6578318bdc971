"""What `notify:` in a workspace's file may say: through which channels whom is told what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
)

from policycheck.model import Severity
from policycheck.policy.fields import Id, Text, Zone
from policycheck.problems import Problem, quote
from policycheck.yamlfile import (
    Document,
    Duration,
    Integer,
    Model,
    Node,
    OneOrMany,
    Scalar,
    mistake,
)
from policycheck.yamlfile import Mapping as MapNode

ChannelKind = Literal[
    "mail", "slack", "teams", "dingtalk", "feishu", "wecom", "webhook", "apprise"
]  # fmt: skip
Matter = Literal[
    "opened", "reopened", "due_soon", "overdue", "resolved", "waiver_lapsing", "coverage"
]  # fmt: skip
Grouping = Literal["manager", "department"]
Language = Literal["en", "zh"]

MATTERS: tuple[Matter, ...] = get_args(Matter)
_SIGNED = ("dingtalk", "feishu")
"""Kinds whose robots can ask for a signature."""
_SECRETS = ("url", "secret", "password")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_OFTEN = ("hourly", "at_once")
_HOURS_HINT = "write them as in 22:00-07:00"


def is_address(text: str) -> bool:
    """Tell whether a text is one plain mail address, and nothing else: no name, no list."""
    return _ADDRESS.fullmatch(text) is not None and len(text) <= 254


def _check_address(text: str) -> str:
    if is_address(text):
        return text
    raise mistake(f"{quote(text)} is not a mail address", "write it as in ann@example.com")


def _check_slot(text: str) -> str:
    if text in _OFTEN or _TIME.fullmatch(text):
        return text
    hint = "write a time like 09:00, or hourly, or at_once"
    raise mistake(f"{quote(text)} is not when a digest can be made", hint)


class Hours(NamedTuple):
    """A part of each day, from `start` until before `end`, which may be on the next day."""

    start: time
    end: time


def _parse_hours(value: object) -> object:
    if not isinstance(value, str):
        return value
    start, dash, end = (part.strip() for part in value.partition("-"))
    if not (dash and _TIME.fullmatch(start) and _TIME.fullmatch(end)):
        raise mistake(f"{quote(value)} are not hours of a day", _HOURS_HINT)
    if start == end:
        raise mistake(f"{quote(value)} are no hours at all", _HOURS_HINT)
    return Hours(time.fromisoformat(start), time.fromisoformat(end))


_SHAPE: dict[str, JsonValue] = {
    "if": {"properties": {"kind": {"const": "mail"}}},
    "then": {"required": ["to"]},
    "else": {"required": ["url"]},
}
Address = Annotated[str, AfterValidator(_check_address), WithJsonSchema({"type": "string"})]
Slot = Annotated[
    str,
    AfterValidator(_check_slot),
    WithJsonSchema({"type": "string", "pattern": r"^([0-2]\d:[0-5]\d|hourly|at_once)$"}),
]
QuietHours = Annotated[
    Hours,
    BeforeValidator(_parse_hours),
    WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d\s*-\s*\d\d:\d\d$"}),
]


class Secret(Model):
    """Where a secret is: in a variable of the environment, or in a file of its own."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    env: Text | None = None
    file: Text | None = None


class MailServer(Model):
    """The server through which mail is sent."""

    server: Text
    from_: Address = Field(alias="from")
    port: Integer | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Text | None = None
    password: Secret | None = None


class Channel(Model):
    """One way of telling: what, to whom, how, when."""

    model_config = ConfigDict(json_schema_extra=_SHAPE)

    kind: ChannelKind
    url: Secret | None = None
    secret: Secret | None = None
    """With which a robot's messages are signed."""
    to: OneOrMany[Address] = ()
    by: Grouping | None = None
    departments: Mapping[Text, OneOrMany[Address]] = {}
    tell: OneOrMany[Matter] = MATTERS
    severity: Severity = Severity.INFO
    language: Language | None = None
    when: OneOrMany[Slot] = ("09:00",)


class NotifyConfig(Model):
    """Who is told, and how: the key `notify` of a workspace's file."""

    channels: Mapping[Id, Channel] = Field(min_length=1)
    timezone: Zone = "UTC"
    language: Language = "en"
    quiet_hours: QuietHours | None = None
    due_soon: Duration = timedelta(days=3)
    lapsing: Duration = timedelta(days=14)
    mail: MailServer | None = None

    def language_of(self, channel: Channel) -> Language:
        """Return in which language a channel is told."""
        return channel.language or self.language


def find_open_secrets(document: Document) -> Iterator[Problem]:
    """Yield where a secret is written instead of where it is; the line itself is not shown."""
    root = document.root.get("notify") if isinstance(document.root, MapNode) else None
    if isinstance(root, MapNode):
        yield from _open_within(document, root)


def _open_within(document: Document, parent: MapNode) -> Iterator[Problem]:
    for key, node in parent.entries:
        if isinstance(node, MapNode):
            yield from _open_within(document, node)
        elif key.text in _SECRETS and not (isinstance(node, Scalar) and node.is_null):
            message = f"{quote(key.text)} is a secret, and does not belong into this file"
            hint = f"write {key.text}: {{env: NAME_OF_A_VARIABLE}}, or {{file: PATH}}"
            yield replace(document.problem(key, message, hint), excerpt="")


def check_channels(document: Document, config: NotifyConfig) -> Iterator[Problem]:
    """Yield what does not fit together in the key `notify` of a document that fits its model."""
    root = document.root.get("notify") if isinstance(document.root, MapNode) else None
    channels = root.get("channels") if isinstance(root, MapNode) else None
    if not (isinstance(root, MapNode) and isinstance(channels, MapNode)):
        return
    if config.mail and isinstance(mail := root.get("mail"), MapNode):
        yield from _check_mail(document, mail, config.mail)
    for key, node in channels.entries:
        if isinstance(node, MapNode):
            channel = config.channels[key.text]
            for at, message, hint in _faults(channel, has_mail=config.mail is not None):
                yield document.problem(_key(node, at) or key, message, hint)
            for name, secret in (("url", channel.url), ("secret", channel.secret)):
                yield from _check_secret(document, node, name, secret)


def _check_mail(document: Document, node: MapNode, mail: MailServer) -> Iterator[Problem]:
    yield from _check_secret(document, node, "password", mail.password)
    if (mail.user is None) != (mail.password is None):
        at = "user" if mail.user else "password"
        message = "'user' and 'password' belong together"
        yield document.problem(_key(node, at) or node, message)


def _check_secret(
    document: Document, parent: MapNode, key: str, secret: Secret | None
) -> Iterator[Problem]:
    if secret is not None and (secret.env is None) == (secret.file is None):
        hint = f"write {key}: {{env: NAME_OF_A_VARIABLE}}, or {{file: PATH}}"
        message = f"{quote(key)} is read from one place, 'env' or 'file'"
        yield document.problem(_key(parent, key) or parent, message, hint)


def _faults(channel: Channel, *, has_mail: bool) -> Iterator[tuple[str, str, str]]:
    """Yield the key where something does not fit a channel, what, and a hint."""
    kind = channel.kind
    if kind == "mail":
        if not has_mail:
            hint = "write notify: {mail: {server: ..., from: ...}}"
            yield "kind", "no server is named to send mail through", hint
        if not channel.to:
            hint = "they get what belongs to no manager and no department, too"
            yield "kind", "'to' is missing: who gets the mail", hint
        if channel.url:
            yield "url", "mail goes through the server under 'mail', not to a 'url'", ""
    else:
        if not channel.url:
            yield "kind", f"'url' is missing: where {kind} is told", "write url: {env: NAME}"
        for key in ("to", "departments"):
            if getattr(channel, key):
                yield key, f"{quote(key)} is for mail only", ""
    if channel.secret and kind not in _SIGNED:
        yield "secret", f"'secret' is for {' and '.join(_SIGNED)} only", ""
    if channel.departments and channel.by != "department":
        yield "departments", "'departments' needs 'by: department'", ""


def _key(node: MapNode, key: str) -> Node | None:
    entry = node.entry(key)
    return entry[0] if entry else None
