"""The clusters of a run: each destination's API server, connected once, never another than the one that is meant."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.destination import context_of
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.application.project import IN_CLUSTER_NAME, ClusterIdentity, identity_of
from gitops_action.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.adapters.kubeconfig import Kubeconfig
    from gitops_action.application.application import Destination
    from gitops_action.commands.session import Session
    from gitops_action.inputs import Inputs


def kubeconfig_of(inputs: Inputs, environment: Mapping[str, str]) -> Kubeconfig:
    """Return the contexts that a run can connect to; raises ``GitOpsError`` where what the inputs name is not valid."""
    return load(
        ClusterInputs(
            kubeconfig=inputs.kubeconfig,
            context=inputs.context,
            server=inputs.server,
            ca=inputs.ca,
            token=inputs.token,
            in_cluster=inputs.in_cluster,
            allow_exec=inputs.allow_exec,
            in_container=environment.get("GITOPS_ACTION_CONTAINER") == "true",
        ),
        environment,
    )


class Clusters:
    """Finds and keeps the connection for each destination; safe to use from many threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._open: dict[str, ApiServer] = {}
        self._kubeconfig = kubeconfig_of(session.inputs, session.ports.environment)

    @property
    def requests(self) -> int:
        """HTTP requests made so far, to all API servers."""
        return sum(cluster.requests for cluster in self._open.values())

    def find(self, destination: Destination) -> ApiServer:
        """Return the cluster of a destination.

        Raises ``ClusterError`` where no context leads to it, or the server does not answer, and ``Refused`` where it is
        another cluster than input ``cluster-uid`` says.
        """
        context = self._context(destination)
        with self._lock:
            if context not in self._open:
                self._open[context] = self._connect(context)
            return self._open[context]

    def identity(self, destination: Destination) -> ClusterIdentity:
        """Return the URL and the name under which a project knows the cluster of a destination.

        Raises ``ClusterError`` where no context leads to it.
        """
        own = identity_of(destination)
        if own.name == IN_CLUSTER_NAME:
            return own
        context = self._context(destination)
        server = self._kubeconfig.servers().get(context, destination.server)
        return ClusterIdentity(server=server.rstrip("/"), name=context)

    def _connect(self, context: str) -> ApiServer:
        connection = self._kubeconfig.connect(context)
        for secret in connection.secrets():
            self._session.ports.workflow.mask(secret)
        cluster = ApiServer(connection)
        expected = self._session.inputs.cluster_uid
        if expected and cluster.cluster_uid() != expected:
            raise Refused(
                f"{cluster.server} is not the cluster that input cluster-uid names",
                detail=f"kube-system there has UID {cluster.cluster_uid()}, the input says {expected}.",
                remedy="Check which kubeconfig the job got, or correct the input.",
            )
        return cluster

    def _context(self, destination: Destination) -> str:
        return context_of(
            server=destination.server,
            name=destination.name,
            servers=self._kubeconfig.servers(),
            current=self._kubeconfig.current,
        )
