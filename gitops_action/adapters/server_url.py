"""The URL of an API server: its clean form, whether two are the same, and the proxy that leads to it."""

from __future__ import annotations

import base64
import binascii
import importlib
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit, urlunsplit

from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def clean_server(url: str) -> str:
    """Return the URL without credentials, query and trailing slash; a ``UsageError`` where it is none."""
    parts = _split(url.strip())
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            "the API server's address is not a URL with https://",
            remedy="It looks like https://203.0.113.7:6443; `kubectl config view` shows it.",
        )
    if parts.username is not None:
        raise UsageError(
            f"the API server's URL for {parts.hostname} holds a user name", remedy="Credentials go into the user entry."
        )
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path.rstrip("/"), "", ""))


def same_server(one: str, other: str) -> bool:
    """Return whether two URLs mean the same server: case, default port and trailing slash do not count."""
    return _identity(one) == _identity(other)


def is_loopback(url: str) -> bool:
    """Return whether the URL names the machine itself."""
    parts = _split(url)
    host = (parts.hostname if parts else None) or ""
    return host in _LOOPBACK or host.startswith("127.")


def host_of(url: str) -> str:
    """Return host and port for a message."""
    parts = _split(url)
    return parts.netloc.rpartition("@")[2] if parts else ""


def proxy_of(server: str, environ: Mapping[str, str]) -> str:
    """Return the proxy that the environment names for the server; empty for none."""
    parts = urlsplit(server)
    proxies = {name: _either(environ, f"{name}_proxy") for name in (parts.scheme, "no")}
    if not proxies[parts.scheme]:
        return ""
    # Costs 20 ms to import, which only runs behind a proxy pay; typeshed does not know the function on every system.
    bypasses = importlib.import_module("urllib.request").proxy_bypass_environment
    return "" if bypasses(parts.netloc, proxies) else proxies[parts.scheme]


def decoded_pem(text: str) -> str:
    """Return a certificate given as PEM or as base64 of PEM; what is neither is returned as it is."""
    if "-----BEGIN" in text:
        return text
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return text


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where the port is no number
    except ValueError:
        return None
    return parts


def _identity(url: str) -> tuple[str, str, int, str] | None:
    parts = _split(url)
    if parts is None or not parts.hostname:
        return None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, parts.hostname.lower(), port, parts.path.rstrip("/")


def _either(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""
