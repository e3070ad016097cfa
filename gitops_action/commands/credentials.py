"""The credentials of a run: from the input ``credentials``, and from a namespace of the kubeconfig's cluster.

In: the inputs. Out: ``Credentials``, every secret in them masked. A cluster that cannot be asked is a problem and ends
no run: what needs nothing of it goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.credential_files import CredentialFiles
from gitops_action.application.credential_documents import AUTHORITIES, KNOWN_HOSTS, SECRET_TYPE, Credentials
from gitops_action.application.credential_documents import read_credentials as read_documents
from gitops_action.commands.kubeconfig import kubeconfig_of
from gitops_action.errors import ClusterError, GitOpsError, UsageError
from gitops_action.ports import ApiKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.commands.session import Ports
    from gitops_action.inputs import Inputs
    from gitops_action.resource.resource import Json

_SECRETS = ApiKind(group="", version="v1", kind="Secret", plural="secrets", namespaced=True)
_CONFIG_MAPS = ApiKind(group="", version="v1", kind="ConfigMap", plural="configmaps", namespaced=True)


def open_credentials(inputs: Inputs, ports: Ports, root: str) -> Credentials:
    """Return the credentials that the inputs name; ``root`` is the checkout's folder, empty where there is none.

    Raises ``UsageError`` for a file that cannot be used.
    """
    found = Credentials()
    if inputs.credentials is not None:
        files = CredentialFiles(process=ports.process, environ=ports.environment, root=root)
        read = read_documents(files.documents(inputs.credentials))
        found = found.joined(read if _any(read) else _nothing(read))
    if inputs.credentials_namespace is not None:
        found = found.joined(_of_namespace(inputs.credentials_namespace, inputs, ports))
    for secret in found.secrets():
        ports.workflow.mask(secret)
    return found


def _any(read: Credentials) -> bool:
    return bool(read.problems or read.notes or read.clusters or read.repositories != Credentials().repositories)


def _nothing(read: Credentials) -> Credentials:
    problem = UsageError(
        f"input credentials holds no Secret with the label {SECRET_TYPE}, and no {KNOWN_HOSTS} or {AUTHORITIES}",
        remedy=f"Label each Secret as Argo CD does: `{SECRET_TYPE}: repository`, `repo-creds` or `cluster`.",
    )
    return read.joined(Credentials(problems=(problem,)))


def _of_namespace(namespace: str, inputs: Inputs, ports: Ports) -> Credentials:
    try:
        connection = kubeconfig_of(inputs, ports.environment, ports.workflow.mask).connect()
        for secret in connection.secrets():
            ports.workflow.mask(secret)
        cluster = ApiServer(connection)
    except GitOpsError as error:
        return _unread(namespace, error)
    try:
        return _read_namespace(cluster, namespace)
    finally:
        cluster.close()


def _read_namespace(cluster: ApiServer, namespace: str) -> Credentials:
    """Return what is there; Secrets that cannot be read leave the trust, and the other way round."""

    def secrets() -> list[Json]:
        selector = f"{SECRET_TYPE} in (repository,repo-creds,cluster)"
        return [each.object for each in cluster.list(_SECRETS, namespace=namespace, selector=selector).items]

    def trust() -> list[Json]:
        maps = (cluster.get(_CONFIG_MAPS, namespace=namespace, name=name) for name in (KNOWN_HOSTS, AUTHORITIES))
        return [each.object for each in maps if each]

    return _part(secrets, cluster, namespace).joined(_part(trust, cluster, namespace))


def _part(read: Callable[[], list[Json]], cluster: ApiServer, namespace: str) -> Credentials:
    try:
        objects = read()
    except ClusterError as error:
        return _unread(namespace, error)
    return read_documents((each, cluster.server) for each in objects)


def _unread(namespace: str, error: GitOpsError) -> Credentials:
    problem = type(error)(
        f"input credentials-namespace: {namespace} cannot be read: {error.summary}",
        detail=error.detail,
        remedy=error.remedy,
    )
    return Credentials(problems=(problem,), failure=problem)
