"""What Apprise sends: mail, Slack, Teams, and whatever else it knows. Imported when it is used."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apprise

from policycheck.channels import MailServer
from policycheck.notify.posting import DeliveryError, conceal
from policycheck.store.outbox import Message

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_MODES = {"starttls": "starttls", "tls": "ssl", "none": "insecure"}
logging.getLogger("apprise").propagate = False  # its lines may hold addresses with their tokens
_SECONDS = 15
_ASSET = apprise.AppriseAsset(
    app_id="policycheck", app_desc="policycheck", app_url="", image_url_mask="", async_mode=False
)


@dataclass(frozen=True)
class Mail:
    """Sends mail: plain text, the key in the header `Idempotency-Key`."""

    server: MailServer
    password: str = ""

    def __call__(self, message: Message, now: datetime) -> None:
        """Send to the message's recipient. Raises DeliveryError."""
        server = self.server
        instance = _quietly(
            lambda: apprise.Apprise.instantiate(
                {
                    "schema": "mailto" if server.security == "none" else "mailtos",
                    "host": server.server,
                    "smtp_host": server.server,
                    "port": server.port or _PORTS[server.security],
                    "secure_mode": _MODES[server.security],
                    "user": server.user,
                    "password": self.password or None,
                    "from_addr": f"policycheck <{server.from_}>",
                    "targets": [message.recipient],
                    "format": "text",
                    "cto": _SECONDS,
                    "headers": {"Idempotency-Key": message.key, "Auto-Submitted": "auto-generated"},
                },
                asset=_ASSET,
            ),
            (self.password,),
        )
        _send(instance, message, (self.password,))


@dataclass(frozen=True)
class Service:
    """Sends to what one of Apprise's URLs means."""

    url: str

    def __call__(self, message: Message, now: datetime) -> None:
        """Send. Raises DeliveryError."""
        secrets = tuple(re.split(r"[/:@?&=]+", self.url))
        instance = _quietly(lambda: apprise.Apprise.instantiate(self.url, asset=_ASSET), secrets)
        _send(instance, message, secrets)


def knows(url: str) -> bool:
    """Tell whether Apprise can make anything of a URL."""
    with _captured():
        return apprise.Apprise.instantiate(url, asset=_ASSET) is not None


def _send(instance: Any, message: Message, secrets: tuple[str, ...]) -> None:  # noqa: ANN401
    """Send through one of Apprise's services."""
    text = apprise.NotifyFormat.TEXT
    sent = _quietly(
        lambda: instance.notify(title=message.title, body=message.body, body_format=text), secrets
    )
    if not sent:
        raise DeliveryError("it was not taken")


def _captured() -> AbstractContextManager[io.StringIO]:
    """Take what Apprise logs away from everybody else."""
    capture: AbstractContextManager[io.StringIO] = apprise.LogCapture(  # type: ignore[no-untyped-call]
        level=10, fmt="%(levelname)s %(message)s"
    )
    return capture


def _quietly(act: Callable[[], Any], secrets: tuple[str, ...]) -> Any:  # noqa: ANN401
    """Act, and turn what Apprise logs of a failure into its reason, without secrets.

    Nothing of it reaches anybody's log by itself: it may quote an address with its token.
    """
    with _captured() as log:
        done = act()
        told = log.getvalue()
    if done:
        return done
    lines = [line.partition(" ") for line in told.splitlines()]
    reasons = [
        text.removeprefix("Socket Exception: ").rstrip(".")
        for level, _, text in lines
        if level in {"WARNING", "ERROR"} or text.startswith("Socket Exception: ")
    ]
    reason = "; ".join(reasons) or "no reason is given"
    raise DeliveryError(conceal(reason, secrets))
