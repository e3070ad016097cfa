"""What the sources of cloud tokens share: the workflow's environment, its masks, the time, and requests that fail well.

In: one request to a cloud's token service. Out: its answer. Every secret that an answer holds is masked by who asked,
before it is used. Nothing is sent without TLS, except to the machine itself; redirects are never followed. Where the
services are is the environment's word, never that of a file.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
import urllib3
from urllib3.util import Retry, Timeout

from gitops_action.adapters.connection import Tls
from gitops_action.adapters.server_url import host_of, is_loopback, proxy_of
from gitops_action.adapters.tls import ssl_context
from gitops_action.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TIMEOUT = Timeout(connect=10.0, read=20.0)
_LONG = 300
_XML = re.compile(r"<(?:Code|Message)>([^<]+)</")
"""What AWS says in its errors: their code, then their message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """A token that was made for us, and when it ends (seconds since the epoch; ``None`` where nobody says)."""

    token: str = field(repr=False)
    expires: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request to a token service; ``service`` is its name in messages."""

    service: str
    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """The surroundings in which tokens are made."""

    environ: Mapping[str, str] = field(repr=False)
    mask: Callable[[str], None]
    now: Callable[[], float] = time.time
    pause: float = 0.3
    """Seconds before a busy service is asked again, doubled each time."""

    def text(self, *names: str) -> str:
        """Return the first of these environment variables that is set."""
        return next((value for name in names if (value := self.environ.get(name, "").strip())), "")

    def ask(self, question: Question) -> str:
        """Return the text of an answer; raises ``ClusterError`` for silence and for refusal."""
        url = question.url
        if not url.startswith("https://") and not (url.startswith("http://") and is_loopback(url)):
            raise ClusterError(f"{question.service}: {host_of(url) or 'its address'} is not an https:// URL")
        body, kind = _body(question)
        try:
            response = self._pool(url).request(
                question.method,
                url,
                body=body,
                headers={"Accept": "application/json", "User-Agent": "gitops-action", **kind, **question.headers},
                redirect=False,
                timeout=_TIMEOUT,
                retries=_patience(self.pause),
            )
        except urllib3.exceptions.HTTPError as error:
            # The error's own words hold the URL, which may be signed.
            raise ClusterError(
                f"{question.service} cannot be reached at {host_of(url)} ({type(error).__name__})",
                remedy="Can the runner reach this address, also through its proxy?",
            ) from None
        text = response.data.decode("utf-8", "replace")
        if response.status >= 300:
            raise ClusterError(
                f"{question.service} refuses: {response.status} {refusal_of(text)}".rstrip(), remedy=question.remedy
            )
        return text

    def ask_json(self, question: Question) -> Mapping[str, Any]:
        """Return the mapping that an answer is."""
        try:
            value = orjson.loads(self.ask(question))
        except orjson.JSONDecodeError:
            value = None
        if not isinstance(value, dict):
            raise ClusterError(
                f"{question.service}: the answer of {host_of(question.url)} is not JSON",
                remedy="Does a proxy answer in its place?",
            )
        return value

    def _pool(self, url: str) -> urllib3.PoolManager:
        options: dict[str, Any] = {"ssl_context": ssl_context(Tls())} if url.startswith("https://") else {}
        proxy = proxy_of(url, self.environ)
        return urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)


def required(answer: Mapping[str, Any], name: str, service: str) -> str:
    """Return a text of an answer; its absence is a ``ClusterError``."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise ClusterError(f"{service}: the answer has no {name}", remedy="Does a proxy answer in its place?")
    return value


def refusal_of(text: str) -> str:
    """Return what a token service says to its refusal, shortened; empty where it is not its own answer."""
    if text.lstrip().startswith("<"):
        return ": ".join(" ".join(each.split()) for each in _XML.findall(text)[:2])[:_LONG]
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(value, dict):
        return ""
    error = value.get("error")
    if isinstance(error, dict):
        parts = [error.get("status"), error.get("message")]
    else:
        parts = [error, value.get("error_description") or value.get("message")]
    return ": ".join(" ".join(part.split()) for part in parts if isinstance(part, str) and part)[:_LONG]


def _body(question: Question) -> tuple[bytes | None, dict[str, str]]:
    if question.form is not None:
        return urlencode(question.form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    if question.json is not None:
        return orjson.dumps(question.json), {"Content-Type": "application/json"}
    return None, {}


def _patience(pause: float) -> Retry:
    return Retry(
        total=4,
        connect=2,
        read=1,
        redirect=False,
        allowed_methods=None,
        status_forcelist=(429, 500, 502, 503, 504),
        raise_on_status=False,
        backoff_factor=pause,
        backoff_max=5.0,
    )
