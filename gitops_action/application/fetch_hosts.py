"""From which hosts a run may fetch, so that a change cannot make the runner ask for what its author wants.

In: a URL. Out: an ``ApplicationError`` where it may not be fetched, else nothing. Pure: whether a name leads to an
address of this machine is for the one to say who resolves it, by ``is_local_address``.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCP: Final = re.compile(r"(?:(?P<user>[^@/:\s]+)@)?(?P<host>\[[^]]+\]|[^@/:\s]+):(?P<path>(?!//)\S+)")
_PORTS: Final = {"https": 443, "http": 80, "ssh": 22, "oci": 443}
_METADATA: Final = frozenset({"100.100.100.200", "192.0.0.192", "fd00:ec2::254", "168.63.129.16"})
"""Addresses of clouds' metadata services that are not link-local."""

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")


class Address(NamedTuple):
    """Where a URL leads: scheme, host in lower case and port; a file has its path instead of a host."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return the host, with its port where that is not the scheme's own."""
        return self.host if self.port == _PORTS.get(self.scheme, 0) else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchHosts:
    """The hosts of a run. ``allowed`` is ``None`` where nobody limits them: outside of a review.

    An entry is a host, a host with its port, or ``*.`` and a domain; for a local repository its whole ``file://`` URL.
    ``allow_local`` also permits this machine's own addresses and plain HTTP.
    """

    allowed: frozenset[str] | None = None
    allow_local: bool = False

    def check(self, url: str) -> Address:
        """Return where a URL leads.

        Raises ``ApplicationError`` where the run may not fetch from there.
        """
        address = address_of(url)
        if address is None or address.scheme not in (*_PORTS, "file"):
            raise ApplicationError(
                f"{shown(url)} is not a URL that is fetched from", remedy="Use https://, ssh:// or oci://."
            )
        if self.allowed is not None and not any(_matches(entry, address) for entry in self.allowed):
            name = shown(url) if address.scheme == "file" else str(address)
            raise ApplicationError(
                f"{name} is not among the hosts that a pull request may fetch from",
                remedy=f"Add {name} to the input allowed-hosts; hosts of the base's applications count by themselves.",
            )
        if address.scheme != "file" and not self.allow_local and is_local_address(address.host):
            raise _local(str(address))
        return address

    def check_resolved(self, address: Address, resolved: Iterable[str]) -> None:
        """Refuse a name that leads to this machine, its link, or a metadata service."""
        if not self.allow_local and any(map(is_local_address, resolved)):
            raise _local(str(address))


def hosts_named(urls: Iterable[str]) -> frozenset[str]:
    """Return the entries that permit these URLs."""
    found = ((url, address_of(url)) for url in urls)
    return frozenset(
        f"file://{address.host}" if address.scheme == "file" else str(address) for _, address in found if address
    )


def address_of(url: str) -> Address | None:
    """Return where a URL leads; ``None`` where it is none. A registry may be written without a scheme."""
    text = url.strip()
    if "://" not in text:
        if text.startswith("/"):
            return Address("file", text.rstrip("/"), 0)
        scp = _SCP.fullmatch(text)
        if scp and not re.match(r"\d+(?:/|$)", scp["path"]):
            host = scp["host"].lower()
            return None if host.endswith(".") else Address("ssh", host, 22)
        text = f"oci://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme == "file":
        return Address("file", parts.path.rstrip("/"), 0) if parts.path else None
    host = (parts.hostname or "").lower()
    # A dot at the end names the same host in another spelling, which what is pinned or permitted would not fit.
    is_host = bool(host) and not host.endswith(".")
    return Address(scheme, host, port or _PORTS.get(scheme, 0)) if is_host else None


def is_local_address(host: str) -> bool:
    """Return whether a host is an address that only this machine or its network's own services answer at."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return bool(re.fullmatch(r"0x[0-9a-f]+|\d+(?:\.(?:0x[0-9a-f]+|\d+)){0,3}", host))  # 127.1, 2130706433 …
    mapped = _within(address) if isinstance(address, ipaddress.IPv6Address) else None
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or str(address) in _METADATA
        or (mapped is not None and is_local_address(str(mapped)))
    )


def _within(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, in whatever way a network may translate it."""
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def shown(url: str) -> str:
    """Return a URL without what a message must not hold: its user and its query."""
    return re.sub(r"://[^/@]*@", "://", url.strip()).partition("?")[0][:300]


def _matches(entry: str, address: Address) -> bool:
    entry = entry.lower() if not entry.startswith("file://") else entry.rstrip("/")
    if address.scheme == "file":
        return entry == f"file://{address.host}"
    if entry.startswith("*."):
        return address.host.endswith(entry[1:]) and str(address) == address.host
    host, _, port = entry.partition(":")
    return host == address.host and (str(address) == address.host if not port else port == str(address.port))


def _local(name: str) -> ApplicationError:
    return ApplicationError(
        f"{name} is an address of this machine or of its network's own services, which is never fetched from",
        remedy="Use the host's public or internal name; for tests there is the input allow-local-hosts.",
    )
