"""A plain HTTP proxy in front of a real API server, which counts requests and lets one of them fail.

Every request is forwarded with its own credentials, watches as they stream. ``FaultProxy.fail`` names the requests that
fail, and how; ``FaultProxy.hooks`` are called at a request, before the server sees it or when it has answered and the
client does not know yet: the two moments at which a client may be killed.

    with fault_proxy(cluster) as proxy:
        proxy.fail(3, refused(503))                       # the fourth request, once
        proxy.fail(5, TRUNCATED, again=True)              # the sixth, and whatever repeats its method and path
        proxy.hooks[7] = Hook(answered=process.kill)      # written on the server, never told to the client
        run(kubeconfig=proxy.kubeconfig(tmp_path / "config"))
        assert [each.method for each in proxy.seen] == [...]

Requests are numbered from 0 in the order of their arrival; what the client repeats is a request of its own.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tools.cluster import Cluster

_HOP_BY_HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding", "host"})
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How a request fails: it is answered here, or the server's answer is cut or held back.

    ``cut`` closes the connection: ``before`` the server sees the request, ``after`` it has answered, or ``within`` the
    body of its answer, whose length was announced.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: str = ""
    delay: float = 0.0
    """Seconds to wait before the server is asked."""


CUT = Fault(cut="before")
ANSWER_LOST = Fault(cut="after")
TRUNCATED = Fault(cut="within")

_REASONS = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


def refused(status: int, message: str = "refused by a test", **headers: str) -> Fault:
    """Return the fault that answers as an API server refuses; ``Retry_After`` is the header ``Retry-After``."""
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": status}
    return Fault(
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=json.dumps({**body, "reason": _REASONS.get(status, ""), "message": message}).encode(),
    )


def slow(seconds: float) -> Fault:
    """Return the fault that answers rightly, but late."""
    return Fault(delay=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """What is called at a request: before the server sees it, and when it has answered but the client has nothing."""

    arrived: Callable[[], object] | None = None
    answered: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request that came."""

    number: int
    method: str
    path: str
    query: Mapping[str, str]

    @property
    def is_watch(self) -> bool:
        return self.query.get("watch") in ("true", "1")

    @property
    def writes(self) -> bool:
        """Whether it changes what the server stores."""
        return self.method != "GET" and "dryRun" not in self.query


class FaultProxy(ThreadingHTTPServer):
    """The proxy; ``seen`` grows with each request."""

    daemon_threads = True

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cluster = cluster
        self.trust = ssl.create_default_context(cafile=str(cluster.ca_file))
        self.seen: list[Seen] = []
        self.hooks: dict[int, Hook] = {}
        self.before: Callable[[Seen], object] = lambda seen: None
        """Called at each request before the server sees it."""
        self.ends = threading.Event()
        self._faults: dict[int, tuple[Fault, bool]] = {}
        self._failing: dict[tuple[str, str], Fault] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fail(self, number: int, fault: Fault, *, again: bool = False) -> None:
        """Let a request fail; with ``again``, every later one of its method and path as well."""
        self._faults[number] = (fault, again)

    def forget(self) -> None:
        """Begin to count anew, without faults and hooks."""
        with self._lock:
            self.seen.clear()
            self.hooks.clear()
            self._faults.clear()
            self._failing.clear()

    def kubeconfig(self, path: Path, user: str = "admin") -> Path:
        """Write a kubeconfig that leads here, as one of the cluster's users."""
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": user,
            "clusters": [{"name": "proxy", "cluster": {"server": self.url}}],
            "users": [{"name": user, "user": {"token": self.cluster.token(user)}}],
            "contexts": [{"name": user, "context": {"cluster": "proxy", "user": user}}],
        }
        path.write_text(json.dumps(config))
        return path

    def arrived(self, method: str, target: str) -> tuple[Seen, Fault | None]:
        """Count a request, and say how it fails."""
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        with self._lock:
            seen = Seen(number=len(self.seen), method=method, path=parts.path, query=query)
            self.seen.append(seen)
            fault, again = self._faults.get(seen.number, (None, False))
            if fault is not None and again:
                self._failing[method, parts.path] = fault
            return seen, fault or self._failing.get((method, parts.path))

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that leave: that is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    _upstream: http.client.HTTPSConnection | None = None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class' name
        """Log nothing."""

    def finish(self) -> None:
        super().finish()
        if self._upstream is not None:
            self._upstream.close()

    def _serve(self) -> None:
        proxy = cast("FaultProxy", self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen, fault = proxy.arrived(self.command, self.path)
        proxy.before(seen)
        hook = proxy.hooks.get(seen.number, Hook())
        if hook.arrived is not None:
            hook.arrived()
        if fault is not None:
            proxy.ends.wait(fault.delay)
            if fault.status:
                self._answer(fault.status, fault.headers, fault.body)
                return
            if fault.cut == "before":
                self.close_connection = True
                return
        response = self._forwarded(proxy, body)
        if seen.is_watch and response.status < 300:
            self._stream(response, proxy)
            return
        content = response.read()
        if hook.answered is not None:
            hook.answered()
        if fault is not None and fault.cut == "after":
            self.close_connection = True
            return
        headers = {name: value for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP}
        self._answer(response.status, headers, content, is_cut=fault is not None and fault.cut == "within")

    def _forwarded(self, proxy: FaultProxy, body: bytes) -> http.client.HTTPResponse:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        if self._upstream is None:
            address = urlsplit(proxy.cluster.server)
            self._upstream = http.client.HTTPSConnection(
                str(address.hostname), address.port, timeout=70, context=proxy.trust
            )
        self._upstream.request(self.command, self.path, body or None, headers)
        return self._upstream.getresponse()

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes, *, is_cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if is_cut else body)
        self.close_connection = is_cut

    def _stream(self, response: http.client.HTTPResponse, proxy: FaultProxy) -> None:
        self.send_response_only(response.status)
        self.send_header("Content-Type", response.getheader("Content-Type", "application/json"))
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while chunk := response.read1(_CHUNK):
            if proxy.ends.is_set():
                break
            self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class' names


@contextmanager
def fault_proxy(cluster: Cluster) -> Iterator[FaultProxy]:
    """Stand in front of a cluster while the block runs."""
    proxy = FaultProxy(cluster)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.ends.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join()
