"""A cluster that a Secret of Argo CD describes, as a ``Connection``.

In: the ``ClusterSecret`` and the rules of the run. Out: how it is reached; an error names the Secret. Opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops_action.adapters.connection import Connection, Tls
from gitops_action.adapters.credentials import Anonymous, BasicAuth, BearerToken
from gitops_action.adapters.exec_login import credentials_of
from gitops_action.adapters.server_url import clean_server, proxy_of
from gitops_action.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from gitops_action.adapters.credentials import Credentials
    from gitops_action.adapters.exec_login import ExecRules
    from gitops_action.application.cluster_secret import AwsLogin, ClusterLogin, ClusterSecret, ExecLogin


def connection_to(cluster: ClusterSecret, rules: ExecRules) -> Connection:
    """Return how the cluster is reached."""
    login = cluster.login
    try:
        server = clean_server(cluster.server)
        return Connection(
            server=server,
            context=cluster.name,
            tls=Tls(
                ca=login.ca,
                certificate=login.certificate,
                key=login.key,
                server_name=login.server_name,
                insecure=login.insecure,
            ),
            credentials=_credentials(login, server, rules),
            proxy=login.proxy_url or proxy_of(server, rules.environ),
            in_container=rules.in_container,
        )
    except (UsageError, ClusterError) as error:
        raise type(error)(f"{cluster.place}: {error.summary}", detail=error.detail, remedy=error.remedy) from error


def _credentials(login: ClusterLogin, server: str, rules: ExecRules) -> Credentials:
    """Return who we are; Argo CD's order: a cloud, a program, and else what stands there."""
    entry = _entry_of_aws(login.aws) if login.aws else _entry_of(login.plugin) if login.plugin else None
    if entry:
        return credentials_of(entry, {"server": server}, server=server, directory=".", rules=rules)
    if login.bearer_token:
        return BearerToken(login.bearer_token)
    if login.username:
        return BasicAuth(login.username, login.password)
    return Anonymous()


def _entry_of_aws(aws: AwsLogin) -> dict[str, Any]:
    arguments = ["aws", "--cluster-name", aws.cluster_name]
    arguments += ["--role-arn", aws.role_arn] if aws.role_arn else []
    arguments += ["--profile", aws.profile] if aws.profile else []
    return {"command": "argocd-k8s-auth", "args": arguments, "apiVersion": "client.authentication.k8s.io/v1"}


def _entry_of(plugin: ExecLogin) -> dict[str, Any]:
    return {
        "command": plugin.command,
        "args": list(plugin.arguments),
        "env": [{"name": name, "value": value} for name, value in plugin.environment],
        "apiVersion": plugin.api_version,
    }
