"""From channels, as they are written in the workspace's file, to what sends through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from policycheck.channels import Channel, NotifyConfig, Secret
from policycheck.notify import posting
from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.store.outbox import Message

Sender = Callable[[Message, datetime], None]
"""Sends a message; raises posting.DeliveryError."""

_BY_APPRISE = frozenset({"mail", "slack", "teams", "apprise"})


@dataclass(frozen=True)
class Surroundings:
    """Where secrets are."""

    folder: Path
    """The workspace, from which the paths of secrets count."""
    environment: Mapping[str, str]


def open_senders(
    config: NotifyConfig, surroundings: Surroundings
) -> tuple[dict[str, Sender], tuple[Problem, ...]]:
    """Return what sends, by channel, and what is wrong with the channels that cannot."""
    senders: dict[str, Sender] = {}
    problems: list[Problem] = []
    for name, channel in config.channels.items():
        try:
            senders[name] = _open(name, channel, config, surroundings)
        except PolicycheckError as error:
            problems += error.problems
    return senders, tuple(dict.fromkeys(problems))


def _open(name: str, channel: Channel, config: NotifyConfig, where: Surroundings) -> Sender:
    if channel.kind in _BY_APPRISE and find_spec("apprise") is None:
        message = "telling by mail, Slack, Teams and others needs apprise, which is not here"
        raise PolicycheckError([Problem(message, None, "pip install 'policycheck[notify]'")])
    if channel.kind == "mail":
        assert config.mail is not None  # check_channels has seen to it
        from policycheck.notify.services import Mail

        return Mail(config.mail, _read(config.mail.password, "the mail server's password", where))
    url = _read(channel.url, f"the url of channel {quote(name)}", where)
    if channel.kind in _BY_APPRISE:
        from policycheck.notify.services import Service, knows

        if not knows(url):
            raise _unfit(name, f"{channel.kind} URL that Apprise knows")
        return Service(url)
    if not posting.is_web_address(url):
        raise _unfit(name, "address that begins with https://")
    secret = _read(channel.secret, f"the secret of channel {quote(name)}", where)
    return _robot(channel, url, secret)


def _robot(channel: Channel, url: str, secret: str) -> Sender:
    if channel.kind == "dingtalk":
        return posting.DingTalk(url, secret)
    if channel.kind == "feishu":
        return posting.Feishu(url, secret)
    return posting.WeCom(url) if channel.kind == "wecom" else posting.Webhook(url)


def _unfit(name: str, what: str) -> PolicycheckError:
    message = f"the url of channel {quote(name)} is no {what}"
    return PolicycheckError([Problem(message, None, "it is not shown, because it is a secret")])


def _read(secret: Secret | None, what: str, where: Surroundings) -> str:
    """Read a secret; none is empty. Raises PolicycheckError, which never holds it."""
    if secret is None:
        return ""
    if secret.env is not None:
        value, source = where.environment.get(secret.env, ""), f"the variable {quote(secret.env)}"
    else:
        source = f"the file {quote(str(secret.file))}"
        try:
            value = (where.folder / str(secret.file)).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            value = ""
    if not value.strip():
        message = f"{what} is to be in {source}, and there is none"
        raise PolicycheckError([Problem(message, None)])
    return value.strip()
