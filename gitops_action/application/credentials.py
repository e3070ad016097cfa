"""What opens a repository or registry: the fields of Argo CD's repository and repo-creds Secrets, as a value.

Never shown: the ``repr`` of a credential names its URL alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit


class RepositoryType(StrEnum):
    """What lives behind a URL."""

    GIT = "git"
    HELM = "helm"
    OCI = "oci"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubApp:
    """A GitHub App whose installation tokens open a repository; ``base_url`` is its API, where not github.com."""

    app_id: int
    installation_id: int = 0
    owner: str = ""
    """The organization or user whose installation is meant, where no id names it."""
    private_key: str = field(repr=False)
    base_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryCredential:
    """How one repository, or (``is_template``) each whose URL begins so, is opened."""

    url: str
    type: RepositoryType = RepositoryType.GIT
    name: str = ""
    is_template: bool = False
    enable_oci: bool = False
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    bearer_token: str = field(default="", repr=False)
    ssh_private_key: str = field(default="", repr=False)
    tls_client_cert: str = field(default="", repr=False)
    tls_client_key: str = field(default="", repr=False)
    insecure: bool = False
    plain_http: bool = False
    """Whether a registry is spoken to without TLS (``insecureOCIForceHttp``)."""
    proxy: str = field(default="", repr=False)
    no_proxy: str = ""
    force_http_basic_auth: bool = False
    github_app: GitHubApp | None = None
    project: str = ""
    """The only project whose applications may use it; empty for all."""

    def secrets(self) -> tuple[str, ...]:
        """Return every text in it that must not be seen."""
        texts = (self.password, self.bearer_token, self.ssh_private_key, self.tls_client_key, self._proxy_password())
        app = (self.github_app.private_key,) if self.github_app else ()
        return tuple(text for text in (*texts, *app) if text)

    def _proxy_password(self) -> str:
        try:
            return urlsplit(self.proxy).password or ""
        except ValueError:
            return self.proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryCredentials:
    """All credentials of a run, with the trust that comes beside them.

    ``known_hosts`` is the text of ``argocd-ssh-known-hosts-cm``, ``authorities`` PEM bundles by host name
    (``argocd-tls-certs-cm``).
    """

    repositories: tuple[RepositoryCredential, ...] = ()
    known_hosts: str = ""
    authorities: tuple[tuple[str, str], ...] = ()
