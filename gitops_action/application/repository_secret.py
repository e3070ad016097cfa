"""Argo CD's repository and repo-creds Secrets → ``RepositoryCredential``.

In: the fields of one Secret. Out: the value, checked for what could never work; a ``UsageError`` names the Secret and
its field. Which URL a credential fits is decided where something is fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gitops_action.application.credentials import GitHubApp, RepositoryCredential, RepositoryType

if TYPE_CHECKING:
    from gitops_action.application.secret_fields import SecretFields

_NO_EFFECT = ("enableLfs", "depth", "webhookManifestCacheWarmDisabled")
"""Fields that say how Argo CD fetches, and open nothing."""
_UNSUPPORTED = ("gcpServiceAccountKey", "useAzureWorkloadIdentity")


def parse_repository(fields: SecretFields, *, is_template: bool) -> tuple[RepositoryCredential, tuple[str, ...]]:
    """Return the credential, and notes about what has no effect; raises ``UsageError``."""
    credential = RepositoryCredential(
        url=fields.required("url"),
        type=_type(fields),
        name=fields.text("name"),
        is_template=is_template,
        enable_oci=fields.flag("enableOCI"),
        username=fields.text("username"),
        password=fields.exact("password"),
        bearer_token=fields.text("bearerToken"),
        ssh_private_key=_key(fields, "sshPrivateKey"),
        tls_client_cert=_certificate(fields, "tlsClientCertData"),
        tls_client_key=_key(fields, "tlsClientCertKey"),
        insecure=fields.flag("insecure") or fields.flag("insecureIgnoreHostKey"),
        plain_http=fields.flag("insecureOCIForceHttp"),
        proxy=_proxy(fields),
        no_proxy=fields.text("noProxy"),
        force_http_basic_auth=fields.flag("forceHttpBasicAuth"),
        github_app=_github_app(fields),
        project=fields.text("project"),
    )
    _check(credential, fields)
    unsupported = [name for name in _UNSUPPORTED if fields.text(name)]
    for name in _NO_EFFECT:
        fields.text(name)
    notes = [f"{fields.place}: {name} is not supported, so this Secret opens nothing by it" for name in unsupported]
    notes += [f"{fields.place}: field {name} has no effect" for name in fields.unknown()]
    return credential, tuple(notes)


def _type(fields: SecretFields) -> RepositoryType:
    text = fields.text("type") or RepositoryType.GIT
    try:
        return RepositoryType(text)
    except ValueError as error:
        raise fields.wrong("type", "is none of git, helm and oci") from error


def _check(credential: RepositoryCredential, fields: SecretFields) -> None:
    if bool(credential.tls_client_cert) != bool(credential.tls_client_key):
        raise fields.wrong("tlsClientCertData", "and tlsClientCertKey need each other", "Set both, or neither.")
    if credential.bearer_token and credential.password:
        raise fields.wrong("bearerToken", "and password exclude each other", "Keep the one that is meant.")
    if credential.password and not credential.username and credential.type is not RepositoryType.GIT:
        raise fields.wrong("username", "is missing beside the password")


def _github_app(fields: SecretFields) -> GitHubApp | None:
    app_id, installation = fields.number("githubAppID"), fields.number("githubAppInstallationID")
    key, base_url = _key(fields, "githubAppPrivateKey"), fields.text("githubAppEnterpriseBaseUrl")
    if not (app_id or installation or key):
        return None
    if not app_id:
        raise fields.wrong("githubAppID", "is missing beside githubAppPrivateKey")
    if not key:
        raise fields.wrong("githubAppPrivateKey", "is missing beside githubAppID")
    if base_url and not base_url.startswith("https://") and not _is_local(base_url):
        raise fields.wrong("githubAppEnterpriseBaseUrl", "is not an https:// URL")
    owner = "" if installation else _owner(fields.text("url"))
    if not (installation or owner):
        raise fields.wrong("githubAppInstallationID", "is missing, and the url names no organization")
    return GitHubApp(app_id=app_id, installation_id=installation, owner=owner, private_key=key, base_url=base_url)


def _owner(url: str) -> str:
    """Return the first part of a URL's path; empty where it has none."""
    try:
        return urlsplit(url).path.strip("/").partition("/")[0]
    except ValueError:
        return ""


def _is_local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "http://localhost:"))


def _proxy(fields: SecretFields) -> str:
    proxy = fields.text("proxy")
    if proxy and "://" not in proxy:
        raise fields.wrong("proxy", "is not a URL", "Write it with its scheme: http://proxy.example.com:3128")
    return proxy


def _key(fields: SecretFields, name: str) -> str:
    text = fields.exact(name)
    if text.strip() and "PRIVATE KEY-----" not in text:
        raise fields.wrong(name, "is not a PEM private key", "It begins with a line -----BEGIN … PRIVATE KEY-----.")
    return text if text.strip() else ""


def _certificate(fields: SecretFields, name: str) -> str:
    text = fields.exact(name)
    if text.strip() and "-----BEGIN CERTIFICATE-----" not in text:
        raise fields.wrong(name, "is not a PEM certificate", "It begins with a line -----BEGIN CERTIFICATE-----.")
    return text if text.strip() else ""
