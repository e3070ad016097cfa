"""An HTTP server that answers as a test says: for what a healthy API server never does.

Each answer is served once, in order; the last one again and again.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. ``cut`` closes the connection: before the status, within the body, or between two chunks."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: str = ""
    silent: bool = False
    """Say nothing until the test ends."""
    silent_after: bool = False
    """Say nothing more after the chunks until the test ends."""
    chunks: tuple[bytes, ...] = ()
    """Sent one by one instead of the body, as a watch does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class StubServer(ThreadingHTTPServer):
    """The server; ``asked`` grows with each request."""

    daemon_threads = True

    def __init__(self, answers: tuple[Answer, ...]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.asked: list[Asked] = []
        self.ends = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            return self.answers[min(len(self.asked), len(self.answers)) - 1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that leave: that is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class' name
        """Log nothing."""

    def _serve(self) -> None:
        server = cast("StubServer", self.server)
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            method=self.command,
            path=self.path,
            headers=dict(self.headers),
            body=self.rfile.read(length) if length else b"",
        )
        answer = server.next_answer(asked)
        if answer.silent:
            server.ends.wait(30)
        if answer.silent or answer.cut == "before":
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        if answer.chunks:
            self._chunks(answer)
            return
        self.send_header("Content-Length", str(len(answer.body) + (100 if answer.cut else 0)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = bool(answer.cut)

    def _chunks(self, answer: Answer) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in answer.chunks:
            self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            self.wfile.flush()
        if answer.silent_after:
            server = cast("StubServer", self.server)
            server.ends.wait(30)
        if answer.cut or answer.silent_after:
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class' names


@contextmanager
def api_server(*answers: Answer, server_type: type[StubServer] = StubServer) -> Iterator[StubServer]:
    """Serve these answers while the block runs."""
    server = server_type(answers or (Answer(),))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.ends.set()
        server.shutdown()
        server.server_close()
        thread.join()


def status(code: int, reason: str, message: str, **details: Any) -> Answer:
    """Return the answer of an API server that refuses."""
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason}
    return Answer(status=code, body=json.dumps({**body, "message": message, "details": details}).encode())


def document(value: object, **headers: str) -> Answer:
    """Return an answer that holds a JSON value."""
    return Answer(body=json.dumps(value).encode(), headers=headers)
