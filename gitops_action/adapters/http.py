"""Requests to one API server: pooled, authenticated, retried within a budget.

In: method, path and body. Out: the answer's bytes. The server's refusals are raised as ``ApiError``, silence as
``ClusterError``. Redirects are never followed, so that the credentials go nowhere else.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError, SSLError
from urllib3.util import Retry, Timeout

from gitops_action.adapters.passing import passes
from gitops_action.adapters.refusal import refusal
from gitops_action.adapters.server_url import is_loopback
from gitops_action.adapters.tls import ssl_context
from gitops_action.adapters.unreachable import unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from urllib3.response import BaseHTTPResponse

    from gitops_action.adapters.connection import Connection
    from gitops_action.errors import ClusterError

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 70.0
"""More than the API server's own limit of 60 s, so that its answer comes first."""
_PASSING = 24
"""How often in a run refusals that may pass are answered with another attempt."""
_PASSING_ATTEMPTS = 3
_FIRST_SECONDS = 15.0
"""Silence of a server that never answered after which it counts as down: others wait for what becomes of it."""
_FIRST_READ_SECONDS = 20.0
_POOL = 64
"""Idle connections kept; more than ever work at once, so that none is thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; ``verb`` and ``resource`` are its words in RBAC, for the message when it is refused."""

    method: str
    path: str
    verb: str = ""
    resource: str = ""
    group: str = ""
    namespace: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    accept: str = "application/json"
    encoding: str = ""
    """How the answer may be packed; empty for what suits the way to the server."""
    idempotent: bool = False
    """Whether sending it twice does what sending it once does."""
    names_version: bool = False
    """Whether an apply says of which version of the object it is."""

    def may_repeat(self, status: int) -> bool:
        """Return whether to send it again after a refusal that passes.

        Most applies name no version to conflict with; whoever names one must read the object again first.
        """
        is_unconditional = self.content_type == "application/apply-patch+yaml" and not self.names_version
        return self.idempotent and (status != HTTPStatus.CONFLICT or is_unconditional)


class Patience(Retry):
    """What is sent again, and how long all attempts together may take.

    A busy answer (429) was not processed, so it is repeated whatever it was. An unavailable server (503, 504) and a
    connection that broke after the request may have done the work, so only idempotent requests are repeated.
    """

    def __init__(self, *, idempotent: bool, deadline: float, silence: float, **rest: Any) -> None:
        super().__init__(**rest)
        self.idempotent = idempotent
        self.deadline = deadline
        self.silence = silence

    @classmethod
    def of(cls, request: Request, seconds: float, *, silence: float | None = None) -> Patience:
        """Return the patience for a request, from now on; ``silence`` is for a server that says nothing at all."""
        return cls(
            idempotent=request.idempotent,
            deadline=time.monotonic() + seconds,
            silence=time.monotonic() + (seconds if silence is None else silence),
            total=20,
            connect=2,
            other=2,
            read=3,
            redirect=False,
            allowed_methods=None if request.idempotent else ("NONE",),
            raise_on_status=False,
            backoff_factor=0.1,
            backoff_jitter=0.2,
            backoff_max=5.0,
        )

    def new(self, **changes: Any) -> Self:
        """Return the patience that is left after an attempt."""
        kept = {"idempotent": self.idempotent, "deadline": self.deadline, "silence": self.silence}
        return super().new(**kept, **changes)

    def increment(self, method: str | None = None, url: str | None = None, *rest: Any, **named: Any) -> Self:
        """Return the patience that is left: none for a certificate that does not fit, nor for lasting silence."""
        error = named.get("error")
        is_silent = error is not None and time.monotonic() >= self.silence
        if isinstance(error, SSLError) or is_silent:
            raise MaxRetryError(named["_pool"], url, error) from error
        return super().increment(method, url, *rest, **named)

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: ARG002 - urllib3's signature
        """Return whether an answer is worth another attempt."""
        if status_code == HTTPStatus.TOO_MANY_REQUESTS:
            return True
        return self.idempotent and status_code in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Return the seconds that the server asks for, never beyond the deadline."""
        try:
            asked = super().get_retry_after(response)
        except InvalidHeader:
            return None
        return asked if asked is None else min(asked, max(0.0, self.deadline - time.monotonic()))

    def is_exhausted(self) -> bool:
        """Return whether attempts or time are used up."""
        return super().is_exhausted() or time.monotonic() >= self.deadline


class Http:
    """The connections to one API server; safe to use from many threads."""

    def __init__(
        self, connection: Connection, *, retry_seconds: float = 60.0, read_seconds: float = _READ_SECONDS
    ) -> None:
        self.connection = connection
        self._retry_seconds = retry_seconds
        self._read_seconds = read_seconds
        self._timeout = Timeout(connect=_CONNECT_SECONDS, read=read_seconds)
        # Packed lists are 20 times smaller, which pays on every network but loopback.
        self._encoding = "identity" if is_loopback(connection.server) else "gzip"
        self._pool = _pool(connection)
        self._lock = threading.Lock()
        self._requests = 0
        self._answered = False
        self._passing = _PASSING

    @property
    def requests(self) -> int:
        """How many requests were sent, repeated ones counted each time."""
        return self._requests

    def send(self, request: Request) -> bytes:
        """Send a request and return the body of its answer."""
        body, _ = self.answer(request)
        return body

    def answer(self, request: Request) -> tuple[bytes, str]:
        """Send a request and return body and content type of its answer."""
        timeout, silence = self._timeout, None
        if not self._answered:
            silence = min(_FIRST_SECONDS, self._retry_seconds)
            timeout = Timeout(connect=_CONNECT_SECONDS, read=min(_FIRST_READ_SECONDS, self._read_seconds))
        patience = Patience.of(request, self._retry_seconds, silence=silence)
        while True:
            response = self._open(request, retries=patience, timeout=timeout)
            if response.status < 300:
                return response.data, response.headers.get("Content-Type", "")
            refused = refusal(request, response.status, response.data, self.connection.server)
            if not (request.may_repeat(response.status) and passes(response.status, response.data)):
                raise refused
            patience = self._more_patience(request, response, refused)
            patience.sleep(response)

    def _more_patience(self, request: Request, response: BaseHTTPResponse, refused: ClusterError) -> Patience:
        """Return the patience for another attempt; raises the refusal where it, or that of the whole run, is used up.

        What never passes must not hold up each object anew.
        """
        before = response.retries
        if not isinstance(before, Patience) or len(before.history) >= _PASSING_ATTEMPTS:
            raise refused
        with self._lock:
            self._passing -= 1
            if self._passing < 0:
                raise refused
        try:
            return before.increment(request.method, request.path, response=response)
        except MaxRetryError as error:
            raise refused from error

    def stream(self, request: Request, *, seconds: float) -> BaseHTTPResponse:
        """Send a request and return its answer unread; a silence of so many seconds ends it. The caller closes it."""
        response = self._open(
            request,
            retries=Patience.of(request, min(self._retry_seconds, seconds)),
            timeout=Timeout(connect=_CONNECT_SECONDS, read=seconds),
            preload_content=False,
        )
        if response.status >= 300:
            try:
                data = response.read()
            except HTTPError as error:
                raise unreachable(self.connection, error) from error
            finally:
                response.close()
            raise refusal(request, response.status, data, self.connection.server)
        return response

    def close(self) -> None:
        """Close all idle connections."""
        self._pool.clear()

    def _open(self, request: Request, **options: Any) -> BaseHTTPResponse:
        url = f"{self.connection.server}{request.path}"
        if request.query:
            url = f"{url}?{urlencode(request.query)}"
        credentials = self.connection.credentials
        authorization = credentials.authorization()
        response = self._once(request, url, authorization, options)
        # A token may end while we wait. What was answered so was not done, so it is sent again whatever it was.
        if response.status == HTTPStatus.UNAUTHORIZED and authorization and credentials.renewed(authorization):
            response.drain_conn()
            response = self._once(request, url, credentials.authorization(), options)
        self._answered = True
        return response

    def _once(self, request: Request, url: str, authorization: str, options: Mapping[str, Any]) -> BaseHTTPResponse:
        attempts, earlier = 1, len(options["retries"].history)
        headers = self._headers(request, authorization)
        try:
            response = self._pool.urlopen(
                request.method, url, redirect=False, body=request.body, headers=headers, **options
            )
            attempts += len(response.retries.history) - earlier if response.retries else 0
        except HTTPError as error:
            raise unreachable(self.connection, error) from error
        finally:
            with self._lock:
                self._requests += attempts
        return response

    def _headers(self, request: Request, authorization: str) -> urllib3.HTTPHeaderDict:
        headers = urllib3.HTTPHeaderDict(
            {
                "Accept": request.accept,
                "Accept-Encoding": request.encoding or self._encoding,
                "User-Agent": "gitops-action",
            }
        )
        if authorization:
            headers["Authorization"] = authorization
        for name, value in self.connection.impersonation:
            headers.add(name, value)
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        return headers


def _pool(connection: Connection) -> urllib3.PoolManager:
    options: dict[str, Any] = {"num_pools": 2, "maxsize": _POOL, "block": False}
    if connection.server.startswith("https://"):
        options["ssl_context"] = ssl_context(connection.tls)
        if connection.tls.server_name:
            options["server_hostname"] = connection.tls.server_name
    if connection.proxy:
        return urllib3.ProxyManager(connection.proxy, **options)
    return urllib3.PoolManager(**options)
