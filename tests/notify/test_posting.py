"""Robots and webhooks, against a real HTTP server that answers as they do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
from urllib.parse import parse_qs, urlsplit

import pytest
from notices import MOMENT
from receivers import HttpReceiver

from policycheck.notify.posting import (
    DeliveryError,
    DingTalk,
    Feishu,
    Webhook,
    WeCom,
    is_web_address,
)
from policycheck.store.outbox import Message

MESSAGE = Message("key-1", "room", "", 1, "标题", "一行\n- 二行")
TEXT = "标题\n\n一行\n- 二行"
ROBOTS = [(DingTalk, "errcode"), (WeCom, "errcode"), (Feishu, "code")]


def refused(sender) -> str:
    with pytest.raises(DeliveryError) as caught:
        sender(MESSAGE, MOMENT)
    return str(caught.value)


@pytest.mark.parametrize(("kind", "code"), ROBOTS)
def test_a_robot_is_told_plain_text(kind, code: str, web: HttpReceiver) -> None:
    web.answer = lambda _: (200, f'{{"{code}": 0, "errmsg": "ok"}}')
    kind(web.url)(MESSAGE, MOMENT)
    (post,) = web.posts
    assert post.path == "/hook?key=token-1234"
    assert post.headers["Content-Type"] == "application/json; charset=utf-8"
    feishu = {"msg_type": "text", "content": {"text": TEXT}}
    assert post.told == (
        feishu if kind is Feishu else {"msgtype": "text", "text": {"content": TEXT}}
    )


@pytest.mark.wide
@pytest.mark.parametrize(("kind", "code"), ROBOTS)
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((200, '{"%s": 310000, "errmsg": "keywords not in content"}'), "310000 keywords not"),
        ((200, '{"%s": 45009, "msg": "too many"}'), "45009 too many"),
        ((200, "{}"), "None"),
        ((200, "<html>a proxy's page</html>"), "is not what this kind of robot answers"),
        ((200, "[" * 50_000), "is not what this kind of robot answers"),
        ((500, ""), "HTTP 500"),
    ],
)
def test_an_answer_that_refuses_is_no_delivery(kind, code, answer, reason, web) -> None:
    status, body = answer
    web.answer = lambda _: (status, body.replace("%s", code))
    assert reason in refused(kind(web.url))


@pytest.mark.parametrize(("kind", "code"), ROBOTS)
def test_what_a_robot_answers_is_told_as_one_short_line(kind, code: str, web: HttpReceiver) -> None:
    web.answer = lambda _: (200, f'{{"{code}": 1, "msg": "a\\u0000\\ud800\\n\\u202e{"b" * 9000}"}}')
    reason = refused(kind(web.url))
    assert reason.isprintable()
    assert reason.encode()
    assert len(reason) <= 300


def test_what_a_robot_quotes_of_its_address_is_hidden(web: HttpReceiver) -> None:
    url = web.url.replace("token-1234", "a%2Bb-token") + "&x=1"
    url = url.replace("/hook", "/hook/0f2d6a7c-not-a-real-key")
    quoted = "robot 0f2d6a7c-not-a-real-key of a+b-token, which is a%2Bb-token"
    web.answer = lambda _: (200, f'{{"errcode": 93000, "errmsg": "{quoted}"}}')
    assert refused(WeCom(url)).endswith("93000 robot *** of ***, which is ***")


@pytest.mark.parametrize("address", ["/hook/\u4ee4\u724c", "/a b", "/"])
def test_an_address_that_cannot_be_asked_is_no_bug(address: str) -> None:
    host = "a" * 70 if address == "/" else "127.0.0.1:9"
    reason = refused(Webhook(f"http://{host}.example{address}" if address == "/" else
                             f"http://{host}{address}"))  # fmt: skip
    assert "cannot be reached" in reason


def test_dingtalk_is_signed_in_the_address(web: HttpReceiver) -> None:
    web.answer = lambda _: (200, '{"errcode": 0}')
    DingTalk(web.url, "SEC+1")(MESSAGE, MOMENT)
    asked = parse_qs(urlsplit(web.posts[0].path).query)
    stamp = str(int(MOMENT.timestamp() * 1000))
    sign = hmac.new(b"SEC+1", f"{stamp}\nSEC+1".encode(), hashlib.sha256).digest()
    assert asked["timestamp"] == [stamp]
    assert asked["sign"] == [base64.b64encode(sign).decode()]


def test_feishu_is_signed_in_the_message(web: HttpReceiver) -> None:
    web.answer = lambda _: (200, '{"code": 0}')
    Feishu(web.url, "s3")(MESSAGE, MOMENT)
    stamp = str(int(MOMENT.timestamp()))
    sign = hmac.new(f"{stamp}\ns3".encode(), b"", hashlib.sha256).digest()
    told = web.posts[0].told
    assert (told["timestamp"], told["sign"]) == (stamp, base64.b64encode(sign).decode())


def test_a_webhook_gets_the_body_as_it_is_and_its_key(web: HttpReceiver) -> None:
    web.answer = lambda _: (204, "")
    Webhook(web.url)(MESSAGE._replace(body='{"a": "é"}'), MOMENT)
    (post,) = web.posts
    assert (post.body, post.headers["Idempotency-Key"]) == ('{"a": "é"}', "key-1")


def test_a_redirection_is_not_followed(web: HttpReceiver) -> None:
    web.answer = lambda _: (302, "")
    web.location = web.url
    assert refused(Webhook(web.url)) == "it answered with HTTP 302"
    assert len(web.posts) == 1


def test_nobody_is_there() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]  # held, so that nobody else listens there
        reason = refused(Webhook(f"http://127.0.0.1:{port}/?key=token-1234"))
    assert "cannot be reached" in reason
    assert "token" not in reason


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a/b", "file:///etc/passwd", "https://", "a.b/c", "http://[::1", "http://a/\nb"],
)
def test_what_is_no_web_address(url: str) -> None:
    assert not is_web_address(url)
