"""Files from the web: chart indexes, charts, registries' manifests and blobs, single manifests.

In: a URL and what opens it. Out: status, headers and content. Each address is vetted before a connection is made to
just that address, again for every redirection; a credential goes to the host that it is for and to no other. Answers
are limited in size and time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.util import Timeout

from gitops_action.adapters.connection import Tls
from gitops_action.adapters.fetch_access import proxy_of
from gitops_action.adapters.tls import ssl_context
from gitops_action.application.fetch_hosts import shown
from gitops_action.errors import ApplicationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from urllib3.response import BaseHTTPResponse

    from gitops_action.adapters.fetch_access import Access

LARGEST = 100 * 1024 * 1024
_REDIRECTIONS = 5
_CONNECT_SECONDS, _WHOLE_SECONDS = 10.0, 120.0
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered; ``url`` is where the last redirection led. Header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


def download(
    url: str,
    access_to: Callable[[str], Access],
    *,
    headers: Mapping[str, str] | None = None,
    limit: int = LARGEST,
    seconds: float = _WHOLE_SECONDS,
) -> Answer:
    """Return the answer for a URL, whatever its status; redirections are followed.

    ``access_to`` opens each URL on the way; it gives credentials only to hosts that they are meant for.
    Raises ``ApplicationError`` where no whole answer comes.
    """
    deadline = time.monotonic() + seconds
    for _ in range(_REDIRECTIONS + 1):
        access = access_to(url)
        try:
            answer = _request(access, headers or {}, limit, deadline)
        except (ReadTimeoutError, ConnectTimeoutError, TimeoutError) as error:
            raise _too_slow(url, seconds) from error
        except HTTPError as error:
            reason = access.scrub(str(getattr(error, "reason", None) or error))[:300]
            raise ApplicationError(
                f"{shown(url)} cannot be fetched", detail=reason, remedy="Check that the runner reaches the server."
            ) from error
        target = answer.headers.get("location", "") if answer.status in (301, 302, 303, 307, 308) else ""
        if not target:
            return answer
        following = urljoin(answer.url, target)
        if urlsplit(answer.url).scheme == "https" and urlsplit(following).scheme != "https":
            raise ApplicationError(f"{shown(url)} redirects to {shown(following)}, which is not encrypted")
        url = following
    raise ApplicationError(f"{shown(url)}: more than {_REDIRECTIONS} redirections")


def _too_slow(url: str, seconds: float) -> ApplicationError:
    return ApplicationError(
        f"{shown(url)} did not answer within {seconds:g} s",
        remedy="Check that the runner reaches the server, and that it is up.",
    )


def _request(access: Access, headers: Mapping[str, str], limit: int, deadline: float) -> Answer:
    parts = urlsplit(access.url)
    sent = {"User-Agent": "gitops-action", "Accept-Encoding": "identity", **headers}
    if access.authorization and "Authorization" not in sent:
        sent["Authorization"] = access.authorization
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    sent["Host"] = parts.netloc
    for number, host in enumerate(access.pins or ("",), start=1):
        with _pool(access, host, deadline) as pool:
            where = target if isinstance(pool, urllib3.HTTPConnectionPool) else access.url
            try:
                response = pool.urlopen(
                    "GET", where, headers=sent, redirect=False, retries=False, preload_content=False
                )
            except (NewConnectionError, ConnectTimeoutError):
                if number < len(access.pins):
                    continue
                raise
            try:
                body = _content(response, access, limit, deadline)
            finally:
                response.close()
            break
    named = {name.lower(): value for name, value in response.headers.items()}
    return Answer(url=access.url, status=response.status, headers=named, body=body)


def _content(response: BaseHTTPResponse, access: Access, limit: int, deadline: float) -> bytes:
    body = bytearray()
    for chunk in response.stream(_CHUNK, decode_content=False):
        body += chunk
        if len(body) > limit:
            raise ApplicationError(
                f"{shown(access.url)} is larger than {limit // (1024 * 1024)} MB", remedy="Nothing so large is fetched."
            )
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(body)


def _pool(access: Access, pin: str, deadline: float) -> Any:
    """Return a pool of connections to the vetted address, or to the proxy that resolves the name itself."""
    left = max(0.1, deadline - time.monotonic())
    options: dict[str, Any] = {"timeout": Timeout(connect=min(_CONNECT_SECONDS, left), read=left)}
    if access.address.scheme == "https":
        options["ssl_context"] = _context(access)
    proxy = access.proxy or proxy_of(access.environment, access.address)
    if proxy:
        return urllib3.ProxyManager(proxy, **options)
    host = pin or access.address.host
    if access.address.scheme != "https":
        return urllib3.HTTPConnectionPool(host, access.address.port, **options)
    options["server_hostname"] = access.address.host
    if not access.is_insecure:
        options["assert_hostname"] = access.address.host
    return urllib3.HTTPSConnectionPool(host, access.address.port, **options)


def _context(access: Access) -> Any:
    credential = access.credential
    tls = Tls(
        ca=access.authority,
        certificate=credential.tls_client_cert if credential else "",
        key=credential.tls_client_key if credential else "",
        insecure=access.is_insecure,
    )
    try:
        return ssl_context(tls)
    except UsageError as error:
        raise ApplicationError(f"{shown(access.url)}: the certificates of its Secret cannot be used") from error
