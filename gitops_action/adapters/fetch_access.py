"""How one URL is opened: the credential, and the network that leads there, as git and HTTP clients want them.

In: a URL, its credential and the run's environment. Out: headers, git's settings and variables. Keys are on disk only
while git runs, in files that no other user opens. Never puts a secret into an argument or a message.
"""

from __future__ import annotations

import base64
import shlex
import socket
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gitops_action.application.credentials import GitHubApp, RepositoryCredential
    from gitops_action.application.fetch_hosts import Address, FetchHosts

_OF_THE_NETWORK = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
_CONNECT_SECONDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """All that opens one URL, which itself holds no credential."""

    url: str
    address: Address
    pins: tuple[str, ...] = ()
    """The vetted addresses of the host; none where a proxy resolves it."""
    credential: RepositoryCredential | None = field(default=None, repr=False)
    authorization: str = field(default="", repr=False)
    known_hosts: str = ""
    authority: str = ""
    """PEM bundle of the host; empty for the system's."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def proxy(self) -> str:
        """The proxy of the credential."""
        return self.credential.proxy if self.credential else ""

    @property
    def is_insecure(self) -> bool:
        """Whether the server need not prove who it is."""
        return bool(self.credential and self.credential.insecure)

    def scrub(self, text: str) -> str:
        """Return a text of git's or a server's without any secret, should one ever be quoted."""
        secrets = list(self.credential.secrets()) if self.credential else []
        for secret in filter(None, (*secrets, self.authorization, self.authorization.partition(" ")[2])):
            text = text.replace(secret, "***")
        return text

    @contextmanager
    def for_git(self, folder: str) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        """Yield git's settings and variables; the files that they name are gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="access-", dir=folder) as place:
            settings = {
                "http.followRedirects": "false",
                "credential.helper": "",
                "core.askPass": "",
                "http.lowSpeedLimit": "1",
                "http.lowSpeedTime": "30",
                "transfer.bundleURI": "false",
            }
            variables = {"GIT_ALLOW_PROTOCOL": self.address.scheme, **self._network()}
            if self.address.scheme in ("https", "http"):
                settings |= self._http_settings(Path(place))
            elif self.address.scheme == "ssh":
                variables["GIT_SSH_COMMAND"] = self._ssh_command(Path(place))
                variables["GIT_SSH_VARIANT"] = "ssh"
            yield settings, variables

    def _http_settings(self, place: Path) -> dict[str, str]:
        settings: dict[str, str] = {}
        if self.authorization:
            settings[f"http.{self.url}.extraHeader"] = f"Authorization: {self.authorization}"
        if self.pins:
            settings["http.curloptResolve"] = f"{self.address.host}:{self.address.port}:{','.join(self.pins)}"
        if self.is_insecure:
            settings["http.sslVerify"] = "false"
        if self.authority:
            settings["http.sslCAInfo"] = _file(place, "ca.pem", self.authority)
        if self.proxy:
            settings["http.proxy"] = self.proxy
        if self.credential and self.credential.tls_client_cert:
            settings["http.sslCert"] = _file(place, "client.pem", self.credential.tls_client_cert)
            settings["http.sslKey"] = _file(place, "client-key.pem", self.credential.tls_client_key)
        return settings

    def _ssh_command(self, place: Path) -> str:
        """Return the command; git gives it to a shell, so that its words are quoted, and all of them are ours."""
        words = ["ssh", "-F", "/dev/null", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={_CONNECT_SECONDS}"]
        words += ["-o", "GlobalKnownHostsFile=/dev/null", "-o", "IdentityAgent=none", "-o", "IdentitiesOnly=yes"]
        if self.credential and self.credential.ssh_private_key:
            words += ["-i", _file(place, "key", f"{self.credential.ssh_private_key.strip()}\n")]
        hosts = _file(place, "known_hosts", self.known_hosts)
        check = "no" if self.is_insecure else "yes"
        words += ["-o", f"UserKnownHostsFile={hosts}", "-o", f"StrictHostKeyChecking={check}"]
        return shlex.join(words)

    def _network(self) -> dict[str, str]:
        known = {
            name: self.environment[name]
            for one in _OF_THE_NETWORK
            for name in (one, one.lower())
            if name in self.environment
        }
        if self.credential and self.credential.no_proxy:
            known["NO_PROXY"] = self.credential.no_proxy
        return known


def open_access(
    url: str,
    credential: RepositoryCredential | None,
    hosts: FetchHosts,
    *,
    authorization: str | None = None,
    fallback: str = "",
    known_hosts: str = "",
    authorities: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    installation_token: Callable[[GitHubApp], str] | None = None,
) -> Access:
    """Return what opens a URL.

    ``authorization`` is sent in place of what the credential says. Without a credential the user counts that the URL
    itself names, and then ``fallback``.

    Raises ``ApplicationError`` where the run may not fetch from there, or the name leads nowhere.
    """
    address = hosts.check(url)
    bare, user = _without_user(url)
    header = authorization
    if header is None:
        header = _authorization(credential, installation_token) or user or fallback
    environment = environment or {}
    is_proxied = bool(credential and credential.proxy) or bool(proxy_of(environment, address))
    pins = () if is_proxied or address.scheme == "file" else resolve_host(address)
    hosts.check_resolved(address, pins)
    return Access(
        url=bare,
        address=address,
        pins=pins,
        credential=credential,
        authorization=header,
        known_hosts=known_hosts,
        authority=(authorities or {}).get(address.host, ""),
        environment=environment,
    )


def resolve_host(address: Address) -> tuple[str, ...]:
    """Return the addresses of a host, each once.

    Raises ``ApplicationError`` where the name leads nowhere.
    """
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ApplicationError(
            f"the host {address.host} cannot be found",
            detail=str(error),
            remedy="Check the spelling of repoURL. If it means this repository, a git remote of the checkout has to "
            "say so, and targetRevision has to be what is checked out.",
        ) from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def basic(user: str, password: str) -> str:
    """Return the value of a header for HTTP's basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _authorization(
    credential: RepositoryCredential | None, installation_token: Callable[[GitHubApp], str] | None
) -> str:
    if credential is None:
        return ""
    if credential.github_app and installation_token:
        return basic("x-access-token", installation_token(credential.github_app))
    if credential.bearer_token:
        return f"Bearer {credential.bearer_token}"
    if credential.username or credential.password:
        return basic(credential.username or "x-access-token", credential.password)
    return ""


def _without_user(url: str) -> tuple[str, str]:
    """Return an HTTP URL without its user, and that as a header; other URLs as they are."""
    if not url.lower().startswith(("https://", "http://")):
        return url, ""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, ""
    name, _, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=host)), basic(unquote(name), unquote(password))


def proxy_of(environment: Mapping[str, str], address: Address) -> str:
    """Return the environment's proxy that leads to an address; empty where one goes there directly.

    Who pins the address and who connects ask here both: what no proxy resolves has to be vetted.
    """
    names = (f"{address.scheme}_proxy", "all_proxy") if address.scheme in ("https", "http") else ()
    found = (environment.get(name) or environment.get(name.upper()) or "" for name in names)
    return "" if _is_excepted(environment, address) else next(filter(None, found), "")


def _is_excepted(environment: Mapping[str, str], address: Address) -> bool:
    """Return whether ``NO_PROXY`` names the host, itself or by a domain."""
    listed = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    names = [name.strip().lstrip("*.").lower() for name in listed.split(",") if name.strip()]
    return "*" in listed.split(",") or any(
        address.host == name or address.host.endswith(f".{name}") for name in names if name
    )


def _file(place: Path, name: str, text: str) -> str:
    path = place / name
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return str(path)
