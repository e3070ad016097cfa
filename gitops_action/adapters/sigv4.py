"""Signature Version 4, by which AWS tells who sends a request.

In: a request, keys and a time. Out: its signature, as headers or within a URL. Pure: no clock, no environment.
Rule: the AWS General Reference, "Create a signed AWS API request".
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsKeys:
    """Who signs. ``session_token`` is there where the keys are for a while."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a signature is for, and when: region, service and seconds since the epoch."""

    region: str
    service: str
    time: float

    @property
    def stamp(self) -> str:
        """``20150830T123600Z``."""
        return datetime.fromtimestamp(self.time, UTC).strftime("%Y%m%dT%H%M%SZ")

    @property
    def text(self) -> str:
        """``20150830/us-east-1/iam/aws4_request``."""
        return f"{self.stamp[:8]}/{self.region}/{self.service}/aws4_request"


def signed_headers(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes, keys: AwsKeys, scope: Scope
) -> dict[str, str]:
    """Return the headers of a request with its signature in ``Authorization``."""
    session = {"x-amz-security-token": keys.session_token} if keys.session_token else {}
    whole = {**headers, "x-amz-date": scope.stamp, **session}
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    payload = hashlib.sha256(body).hexdigest()
    request = _Canonical(method=method, url=url, query=query, headers=whole, payload=payload)
    signature, names = _signature(request, keys, scope)
    credential = f"Credential={keys.access_key_id}/{scope.text}"
    return {**whole, "Authorization": f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"}


def presigned_url(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    keys: AwsKeys,
    scope: Scope,
    seconds: int,
    payload: str = hashlib.sha256(b"").hexdigest(),
) -> str:
    """Return the URL with its signature as parameters; whoever uses it has to send ``headers`` as they are here."""
    names = ";".join(sorted(["host", *(name.lower() for name in headers)]))
    query = [
        *parse_qsl(urlsplit(url).query, keep_blank_values=True),
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", f"{keys.access_key_id}/{scope.text}"),
        ("X-Amz-Date", scope.stamp),
        ("X-Amz-Expires", str(seconds)),
        *([("X-Amz-Security-Token", keys.session_token)] if keys.session_token else []),
        ("X-Amz-SignedHeaders", names),
    ]
    request = _Canonical(method=method, url=url, query=query, headers=headers, payload=payload)
    signature, _ = _signature(request, keys, scope)
    return f"{url.partition('?')[0]}?{_encoded(query)}&X-Amz-Signature={signature}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Canonical:
    """What of a request is signed."""

    method: str
    url: str
    query: Iterable[tuple[str, str]]
    headers: Mapping[str, str]
    payload: str

    def text(self) -> tuple[str, str]:
        """Return the canonical request, and the names of the headers in it."""
        parts = urlsplit(self.url)
        own = {name.lower(): " ".join(value.split()) for name, value in self.headers.items()}
        lines = {"host": parts.netloc, **own}
        names = ";".join(sorted(lines))
        canonical = "\n".join(
            [
                self.method,
                quote(parts.path or "/", safe="/-_.~%"),
                "&".join(sorted(_encoded([pair]) for pair in self.query)),
                *(f"{name}:{lines[name]}" for name in sorted(lines)),
                "",
                names,
                self.payload,
            ]
        )
        return canonical, names


def _signature(request: _Canonical, keys: AwsKeys, scope: Scope) -> tuple[str, str]:
    """Return the signature, and the names of the headers that it covers."""
    canonical, names = request.text()
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{keys.secret_access_key}".encode()
    for part in scope.text.split("/"):
        key = _mac(key, part)
    return _mac(key, f"{ALGORITHM}\n{scope.stamp}\n{scope.text}\n{digest}").hex(), names


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _encoded(query: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query)
