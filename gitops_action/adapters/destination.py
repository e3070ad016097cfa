"""Which kubeconfig context an application's destination means.

In: a destination's ``server`` or ``name`` and the contexts with their servers. Out: a context's name, or a
``ClusterError`` that lists what there is. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.server_url import same_server
from gitops_action.application.project import IN_CLUSTER_NAME, IN_CLUSTER_SERVER
from gitops_action.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Mapping


def context_of(*, server: str = "", name: str = "", servers: Mapping[str, str], current: str) -> str:
    """Return the context that a destination means.

    Argo CD's name and URL for its own cluster mean the current context; so does a destination that names none. Several
    contexts of one server differ in their user: the current one wins, else nobody can tell.
    """
    if same_server(server, IN_CLUSTER_SERVER) or name == IN_CLUSTER_NAME or not (server or name):
        return current
    if name:
        if name in servers:
            return name
        raise _unknown(name, servers)
    found = [context for context, url in servers.items() if same_server(url, server)]
    if not found:
        raise _unknown(server, servers)
    if current in found or len(found) == 1:
        return current if current in found else found[0]
    raise ClusterError(
        f"destination {server} is the server of several contexts: {', '.join(sorted(found))}",
        remedy="Set input context to the one that is meant, or say `name:` instead of `server:` in the destination.",
    )


def _unknown(wanted: str, servers: Mapping[str, str]) -> ClusterError:
    listed = "; ".join(f"{name or 'input server'} ({url})" for name, url in sorted(servers.items())) or "none"
    return ClusterError(
        f"no context of the kubeconfig is destination {wanted}",
        remedy=f"Contexts there are: {listed}. A destination is matched with a context's name or its cluster's URL.",
    )
