"""Where an application can be visited: the addresses that its Ingresses, Gateways' routes and links name.

In: live objects. Out: ``http`` and ``https`` URLs, best first. Addresses are foreign text: what is no plain host name
or URL is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.resource import Resource

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)
_LINK = "link.argocd.argoproj.io/"
_LIMIT = 10


def external_urls(live: Iterable[Resource]) -> tuple[str, ...]:
    """Return the addresses of an application's live objects, ``https`` ones first, each once."""
    found = dict.fromkeys(url for resource in live for url in _urls(resource))
    return tuple(sorted(found, key=lambda url: not url.startswith("https://")))[:_LIMIT]


def _urls(resource: Resource) -> Iterator[str]:
    for name, value in sorted(resource.annotations.items()):
        # Argo CD takes ``Title|URL`` too.
        url = str(value).rpartition("|")[2].strip()
        if name.startswith(_LINK) and _is_url(url):
            yield url
    match (resource.group, resource.kind):
        case ("networking.k8s.io" | "extensions", "Ingress"):
            yield from _of_ingress(_mapping(resource.object.get("spec")))
        case ("gateway.networking.k8s.io", "HTTPRoute"):
            hosts = _list(_mapping(resource.object.get("spec")).get("hostnames"))
            yield from (f"https://{host}" for host in hosts if _is_host(host))
        case ("gateway.networking.k8s.io", "Gateway"):
            yield from _of_gateway(_mapping(resource.object.get("spec")))


def _of_ingress(spec: dict[str, Any]) -> Iterator[str]:
    secured = {host for entry in _list(spec.get("tls")) for host in _list(_mapping(entry).get("hosts"))}
    for rule in _list(spec.get("rules")):
        host = _mapping(rule).get("host")
        if _is_host(host):
            yield f"{'https' if host in secured else 'http'}://{host}"


def _of_gateway(spec: dict[str, Any]) -> Iterator[str]:
    for listener in map(_mapping, _list(spec.get("listeners"))):
        host, protocol = listener.get("hostname"), str(listener.get("protocol", "")).lower()
        if _is_host(host) and protocol in ("http", "https"):
            yield f"{protocol}://{host}"


def _is_host(value: object) -> bool:
    return isinstance(value, str) and _HOST.fullmatch(value) is not None


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and _is_host(parts.hostname) and "@" not in parts.netloc


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
