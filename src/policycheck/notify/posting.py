"""JSON over HTTP: the robots of DingTalk, Feishu and WeCom, and webhooks of one's own.

Not by Apprise, which asks only whether the answer was 200: these robots answer 200 to a message
that they refuse (a word that the group demands is missing, a signature is wrong, too many a
minute), and say so in the answer's JSON alone. It would be lost, and counted as sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from policycheck.store.outbox import Message
from policycheck.text import visible, writable

_SECONDS = 10.0
_LONGEST_ANSWER = 64 * 1024
_LONGEST_REASON = 300
_SHORTEST_SECRET = 4
_LONG_STEP = 12
"""Steps of an address's path that are as long are keys; shorter ones are words of an API."""
_JSON = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "policycheck"}


class DeliveryError(Exception):
    """A message was not taken, or nobody knows whether it was. Says why; holds no secret.

    Servers may say anything: it is kept in the store and told in the log as one short line.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(visible(writable(reason))[:_LONGEST_REASON])


def conceal(text: str, secrets: Iterable[str]) -> str:
    """Return a text without secrets, as they are or as they stand in an address."""
    known = {form for secret in secrets for form in (secret, unquote(secret), quote(secret))}
    for secret in sorted(known, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text


class _NoRedirects(HTTPRedirectHandler):
    """What is sent elsewhere than was asked for is not sent at all."""

    def redirect_request(self, *_: object) -> None:
        """Refuse: the answer then counts as an error."""


_OPENER = build_opener(_NoRedirects)


def is_web_address(url: str) -> bool:
    """Tell whether a text is the address of something that speaks HTTP."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and url.isprintable()
    except ValueError:
        return False


def _post(url: str, content: str, headers: Mapping[str, str]) -> str:
    """Post JSON and return the answer. Raises DeliveryError."""
    request = Request(url, content.encode(), {**_JSON, **headers})  # noqa: S310 - see is_web_address
    try:
        with _OPENER.open(request, timeout=_SECONDS) as answer:
            return str(answer.read(_LONGEST_ANSWER), "utf-8", "replace")
    except HTTPError as error:
        error.close()
        raise DeliveryError(f"it answered with HTTP {error.code}") from None
    except URLError as error:
        raise DeliveryError(f"it cannot be reached: {error.reason}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise DeliveryError(f"it cannot be reached: {type(error).__name__}") from None


@dataclass(frozen=True)
class Webhook:
    """Posts a message's JSON as it is, its key as the header `Idempotency-Key`."""

    url: str

    def __call__(self, message: Message, now: datetime) -> None:
        """Send. Raises DeliveryError."""
        _post(self.url, message.body, {"Idempotency-Key": message.key})


@dataclass(frozen=True)
class DingTalk:
    """DingTalk's group robots, signed where they ask for it (open.dingtalk.com)."""

    url: str
    secret: str = ""

    def __call__(self, message: Message, now: datetime) -> None:
        """Send. Raises DeliveryError."""
        url = self.url
        if self.secret:
            stamp = str(int(now.timestamp() * 1000))
            signed = _sign(self.secret, f"{stamp}\n{self.secret}")
            url = f"{url}&timestamp={stamp}&sign={quote_plus(signed)}"
        _tell(url, {"msgtype": "text", "text": {"content": _text(message)}}, "errcode")


@dataclass(frozen=True)
class WeCom:
    """WeCom's group robots (developer.work.weixin.qq.com)."""

    url: str

    def __call__(self, message: Message, now: datetime) -> None:
        """Send. Raises DeliveryError."""
        _tell(self.url, {"msgtype": "text", "text": {"content": _text(message)}}, "errcode")


@dataclass(frozen=True)
class Feishu:
    """Feishu's and Lark's group robots, signed where they ask for it (open.feishu.cn)."""

    url: str
    secret: str = ""

    def __call__(self, message: Message, now: datetime) -> None:
        """Send. Raises DeliveryError."""
        payload: dict[str, object] = {"msg_type": "text", "content": {"text": _text(message)}}
        if self.secret:
            stamp = str(int(now.timestamp()))
            payload |= {"timestamp": stamp, "sign": _sign(f"{stamp}\n{self.secret}", "")}
        _tell(self.url, payload, "code")


def _text(message: Message) -> str:
    return f"{message.title}\n\n{message.body}"


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def _tell(url: str, payload: Mapping[str, object], code: str) -> None:
    """Post to a robot, whose answer says in `code` whether it took the message: 0 is yes."""
    answer = _post(url, json.dumps(payload, ensure_ascii=False), {})
    try:
        told = json.loads(answer)
        taken = told.get(code)
    except (ValueError, AttributeError, RecursionError):
        raise DeliveryError("its answer is not what this kind of robot answers") from None
    if taken != 0:
        reason = next((told[name] for name in ("errmsg", "msg") if name in told), "")
        said = conceal(f"{taken} {reason}", _secrets_in(url))
        raise DeliveryError(f"it refused the message: {code} {said}".strip())


def _secrets_in(url: str) -> Iterator[str]:
    """Yield the values of an address's query, and the keys in its path."""
    parts = urlsplit(url)
    yield from (value for _, value in parse_qsl(parts.query))
    yield from (step for step in parts.path.split("/") if len(step) >= _LONG_STEP)
