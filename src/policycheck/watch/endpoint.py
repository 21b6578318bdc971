"""The figures over HTTP, for Prometheus on the same machine: on the loopback address only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from policycheck.problems import PolicycheckError, Problem
from policycheck.watch.figures import Figures, now, write_metrics

_HOST = "127.0.0.1"
_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SLOWEST_SECONDS = 10.0


@contextmanager
def serving(figures: Figures, port: int) -> Iterator[int]:
    """Answer `GET /metrics` meanwhile; gives the port, which is any free one for 0.

    Raises PolicycheckError where the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = _SLOWEST_SECONDS

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/metrics":
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            body = write_metrics(figures, now()).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", _TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: what is asked is no matter of the watcher's log."""

    try:
        server = ThreadingHTTPServer((_HOST, port), Handler)
    except (OSError, OverflowError) as error:
        message = f"cannot listen on port {port}: {error}"
        raise PolicycheckError([Problem(message, None, "choose another --metrics-port")]) from error
    with server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
