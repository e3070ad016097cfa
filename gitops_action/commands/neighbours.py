"""Argo CD in the same cluster: asked before the first change whether it syncs the same on its own.

In: an application, its cluster and the inputs. Out: the refusal, or ``None``. Who may not read Applications asks no
further, and so does a cluster that has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import Forbidden
from gitops_action.resource import GroupKind
from gitops_action.sync.neighbour import automated_twin, twin_refusal

if TYPE_CHECKING:
    from gitops_action.application.application import Application
    from gitops_action.errors import Refused
    from gitops_action.inputs import Inputs
    from gitops_action.ports import Cluster

_APPLICATION = GroupKind("argoproj.io", "Application")


def argocd_refusal(application: Application, cluster: Cluster, inputs: Inputs) -> Refused | None:
    """Return the refusal of a sync that a live, automated Application does already (input ``argocd``)."""
    kind = cluster.catalog().preferred.get(_APPLICATION)
    if kind is None or inputs.argocd == "coexist":
        return None
    try:
        live = cluster.list(kind).items
    except Forbidden:
        return None
    twin = automated_twin(application, live, server=cluster.server)
    return twin_refusal(application, twin) if twin else None
