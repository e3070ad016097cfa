"""One context of a kubeconfig, with its cluster and user, as a ``Connection``.

Certificates and keys are read from the files that the entries name; no token is shown, and no program is run unless
that is allowed.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import quote

from gitops_action.adapters.connection import Connection, Tls
from gitops_action.adapters.credentials import Anonymous, BasicAuth, BearerToken, TokenFile
from gitops_action.adapters.exec_credentials import ExecCredentials
from gitops_action.adapters.exec_login import credentials_of
from gitops_action.adapters.server_url import clean_server, proxy_of
from gitops_action.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from gitops_action.adapters.credentials import Credentials
    from gitops_action.adapters.exec_login import ExecRules
    from gitops_action.adapters.kubeconfig_file import Entry


def connection_of(
    name: str,
    context: Entry,
    cluster: Entry,
    user: Entry,
    *,
    rules: ExecRules,
) -> Connection:
    """Return how the context is reached, as its entries say."""
    server = clean_server(cluster.text("server"))
    credentials = _credentials(user, cluster, server, rules)
    certificate, key = _pem(user, "client-certificate"), _pem(user, "client-key")
    if isinstance(credentials, ExecCredentials) and not credentials.authorization():
        answer = credentials.answer()
        certificate, key = answer.certificate, answer.key
    return Connection(
        server=server,
        context=name,
        namespace=context.text("namespace"),
        tls=Tls(
            ca=_pem(cluster, "certificate-authority"),
            certificate=certificate,
            key=key,
            server_name=cluster.text("tls-server-name"),
            insecure=cluster.flag("insecure-skip-tls-verify"),
        ),
        credentials=credentials,
        impersonation=_impersonation(user),
        proxy=cluster.text("proxy-url") or proxy_of(server, rules.environ),
        in_container=rules.in_container,
    )


def _credentials(user: Entry, cluster: Entry, server: str, rules: ExecRules) -> Credentials:
    """Return who the user is; kubectl's order: token, password, plug-in."""
    if user.mapping("auth-provider"):
        provider = str(user.mapping("auth-provider").get("name") or "")
        raise ClusterError(
            f"the kubeconfig's user logs in by auth-provider {provider!r}, which Kubernetes has removed",
            remedy="Write the kubeconfig anew with the cloud's current tool, or use a service account's token.",
        )
    if token := user.text("token"):
        return BearerToken(token.strip())
    if path := user.text("tokenFile"):
        return TokenFile(user.directory / path, rules.mask)
    if user.text("username"):
        return BasicAuth(user.text("username"), user.text("password"))
    if plugin := user.mapping("exec"):
        return credentials_of(plugin, cluster.fields, server=server, directory=str(user.directory), rules=rules)
    return Anonymous()


def _pem(entry: Entry, name: str) -> str:
    """Return the PEM text of ``name``-data, else of the file that ``name`` says."""
    if data := entry.text(f"{name}-data"):
        try:
            return base64.b64decode(data, validate=False).decode("ascii")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise UsageError(f"the kubeconfig's {name}-data is not base64 of a PEM text") from error
    if not (path := entry.text(name)):
        return ""
    try:
        return (entry.directory / path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the file {path}, which the kubeconfig names as {name}, cannot be read",
            detail=(isinstance(error, OSError) and error.strerror) or "",
            remedy="`kubectl config view --minify --flatten --raw` puts the files' contents into the kubeconfig.",
        ) from error


def _impersonation(user: Entry) -> tuple[tuple[str, str], ...]:
    headers = [("Impersonate-User", user.text("as")), ("Impersonate-Uid", user.text("as-uid"))]
    headers += [("Impersonate-Group", group) for group in user.texts("as-groups")]
    for key, values in user.mapping("as-user-extra").items():
        listed = values if isinstance(values, list) else []
        headers += [(f"Impersonate-Extra-{quote(str(key).lower(), safe='')}", str(value)) for value in listed]
    return tuple((name, value) for name, value in headers if value)
