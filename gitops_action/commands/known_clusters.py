"""Where an application's destination leads: to a cluster Secret of Argo CD, or to a context of the kubeconfig.

In: the kubeconfig, or why there is none, and the cluster Secrets. Out: for a destination a ``Place``, and for a place
how it is reached. Secrets come first, for they are what Argo CD's destinations name. Argo CD's own cluster is always
the kubeconfig's current context. Opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.adapters.cluster_login import connection_to
from gitops_action.adapters.destination import context_of
from gitops_action.adapters.exec_login import ExecRules
from gitops_action.adapters.server_url import same_server
from gitops_action.application.project import IN_CLUSTER_NAME, IN_CLUSTER_SERVER, ClusterIdentity, identity_of
from gitops_action.errors import ClusterError, GitOpsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_action.adapters.connection import Connection
    from gitops_action.adapters.kubeconfig import Kubeconfig
    from gitops_action.application.application import Destination
    from gitops_action.application.cluster_secret import ClusterSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A cluster that a destination means; ``key`` is the same for all that mean it."""

    key: str
    context: str = ""
    secret: ClusterSecret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClusters:
    """The clusters that a run may speak to."""

    kubeconfig: Kubeconfig | GitOpsError
    secrets: Sequence[ClusterSecret] = ()
    rules: ExecRules = field(default=ExecRules(), repr=False)
    failure: GitOpsError | None = None
    """Why there may be cluster Secrets that nobody could read."""

    def place(self, destination: Destination) -> Place:
        """Return the cluster of a destination; raises ``ClusterError`` where nothing leads to it."""
        secret = self._secret(destination)
        if secret and not secret.is_local:
            return Place(key=f"secret {secret.name}", secret=secret)
        kubeconfig = self.kubeconfig
        if isinstance(kubeconfig, GitOpsError):
            raise self._unknown(destination) if self.secrets and not _is_local(destination) else kubeconfig
        try:
            context = context_of(
                server="" if secret else destination.server,
                name="" if secret else destination.name,
                servers=kubeconfig.servers(),
                current=kubeconfig.current,
            )
        except ClusterError as error:
            raise self._unknown(destination) if self.secrets or self.failure else error from error
        return Place(key=f"context {context}", context=context, secret=secret)

    def connection(self, place: Place) -> Connection:
        """Return how a place is reached; raises ``GitOpsError`` where its credentials cannot be used."""
        if place.secret and not place.secret.is_local:
            return connection_to(place.secret, self.rules)
        if isinstance(self.kubeconfig, GitOpsError):
            raise self.kubeconfig
        return self.kubeconfig.connect(place.context)

    def identity(self, destination: Destination) -> ClusterIdentity:
        """Return the URL and the name under which a project knows the cluster of a destination."""
        own = identity_of(destination)
        if own.name == IN_CLUSTER_NAME and not self._secret(destination):
            return own
        place = self.place(destination)
        if place.secret:
            return ClusterIdentity(server=place.secret.server, name=place.secret.name)
        return ClusterIdentity(
            server=self._servers().get(place.context, destination.server).rstrip("/"), name=place.context
        )

    def _secret(self, destination: Destination) -> ClusterSecret | None:
        """Return the Secret of a destination; the one of Argo CD's own cluster, if any, for what means that."""
        if destination.name and destination.name != IN_CLUSTER_NAME:
            return next((each for each in self.secrets if each.name == destination.name), None)
        if _is_local(destination):
            return next((each for each in self.secrets if each.is_local), None)
        found = [each for each in self.secrets if same_server(each.server, destination.server)]
        if len(found) > 1:
            raise ClusterError(
                f"destination {destination.server} is the server of several clusters: "
                f"{', '.join(sorted(each.name for each in found))}",
                remedy="Say `name:` instead of `server:` in the destination.",
            )
        return found[0] if found else None

    def _servers(self) -> Mapping[str, str]:
        return {} if isinstance(self.kubeconfig, GitOpsError) else self.kubeconfig.servers()

    def _unknown(self, destination: Destination) -> ClusterError:
        known = [f"{each.name} ({each.server}, {each.place})" for each in self.secrets]
        known += [f"{name or 'input server'} ({server})" for name, server in self._servers().items()]
        wanted = destination.name or destination.server
        return ClusterError(
            f"no cluster Secret and no context of the kubeconfig is destination {wanted}",
            detail=self.failure.summary if self.failure else "",
            remedy=f"Clusters there are: {'; '.join(sorted(known)) or 'none'}. "
            "A destination is matched with their names and URLs.",
        )


def _is_local(destination: Destination) -> bool:
    return (
        same_server(destination.server, IN_CLUSTER_SERVER)
        or destination.name == IN_CLUSTER_NAME
        or not (destination.server or destination.name)
    )
