"""Whom messages are sent to: a real HTTP server and a real mail server, on this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Post:
    """What somebody posted."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class HttpReceiver:
    """An HTTP server: keeps what is posted, and answers as it is told to."""

    url: str
    answer: Callable[[int], tuple[int, str]] = lambda _: (200, "{}")
    """The number of a post -> status and body."""
    posts: list[Post] = field(default_factory=list)
    location: str = ""
    """Where a redirection leads."""


@contextmanager
def http_receiver() -> Iterator[HttpReceiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.posts.append(Post(self.path, dict(self.headers), body))
            status, answer = receiver.answer(len(receiver.posts))
            self.send_response(status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = HttpReceiver(f"http://127.0.0.1:{server.server_port}/hook?key=token-1234")
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class MailReceiver:
    """A mail server: keeps what it takes, and refuses when it is told to."""

    port: int = 0
    refuses: Callable[[int], bool] = lambda _: False
    """The number of a mail -> whether it is refused."""
    arrived: int = 0
    raw: list[tuple[list[str], bytes]] = field(default_factory=list)
    """Of each mail that was taken: to whom, and as it is."""

    @property
    def mails(self) -> list[tuple[str, EmailMessage]]:
        return [
            (address, message_from_bytes(content, policy=default))
            for addresses, content in self.raw
            for address in addresses
        ]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.arrived += 1
        if self.refuses(self.arrived):
            return "451 try again later"
        self.raw.append((list(envelope.rcpt_tos), bytes(envelope.content)))
        return "250 taken"


@contextmanager
def mail_receiver() -> Iterator[MailReceiver]:
    """Run a server on a port of the system's choice: one looked for before may be taken by then.

    Not by aiosmtpd's Controller, which gives up where a busy machine takes a second to answer.
    """
    loop = asyncio.new_event_loop()
    serving = loop.create_server(lambda: SMTP(receiver, loop=loop), "127.0.0.1", 0)
    server = loop.run_until_complete(serving)
    receiver = MailReceiver(server.sockets[0].getsockname()[1])
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
