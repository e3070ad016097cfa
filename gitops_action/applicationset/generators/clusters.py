"""``clusters``: a set of parameters for each cluster, the local one last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.application.project import IN_CLUSTER_NAME, IN_CLUSTER_SERVER
from gitops_action.applicationset.generators.context import Fields, Unavailable, with_values
from gitops_action.applicationset.params import TextMap, normalize
from gitops_action.applicationset.selector import parse_selector

if TYPE_CHECKING:
    from gitops_action.applicationset.generators.context import Context
    from gitops_action.applicationset.inputs import ClusterEntry
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import JsonObject

_SECRET_TYPE = {"argocd.argoproj.io/secret-type": "cluster"}
_NO_PARAMETERS = frozenset(
    {
        "argocd.argoproj.io/refresh",
        "argocd.argoproj.io/hydrate",
        "argocd.argoproj.io/tracking-id",
        "argocd.argoproj.io/installation-id",
        "kubectl.kubernetes.io/last-applied-configuration",
    }
)
"""Annotations of a Secret that are about the Secret, or hold its content."""


def generate(spec: JsonObject, context: Context) -> list[Params]:
    """Return the clusters that the selector chooses, by name; any selector leaves out a local one without Secret."""
    fields = Fields(spec, "clusters")
    selector, values = parse_selector(fields.mapping("selector")), fields.text_map("values")
    is_flat = fields.boolean("flatList")
    fields.check()
    if context.inputs.clusters is None:
        raise Unavailable(
            "the clusters generator needs a list of clusters, and there is none at hand",
            remedy="Give the run a kubeconfig, or write the clusters as a list generator.",
        )
    by_name = {cluster.name: cluster for cluster in context.inputs.clusters()}
    chosen = [by_name[name] for name in sorted(by_name) if selector.matches({**by_name[name].labels, **_SECRET_TYPE})]
    params = [_params(cluster, is_go=context.engine.is_go) for cluster in chosen]
    if not selector.requirements and all(cluster.server != IN_CLUSTER_SERVER for cluster in chosen):
        local = {"name": IN_CLUSTER_NAME, "nameNormalized": IN_CLUSTER_NAME, "server": IN_CLUSTER_SERVER}
        params.append({**local, "project": ""})
    complete = with_values(values, params, context.engine)
    return [{"clusters": complete}] if is_flat else complete


def _params(cluster: ClusterEntry, *, is_go: bool) -> Params:
    params: Params = {
        "name": cluster.name,
        "nameNormalized": normalize(cluster.name),
        "server": cluster.server,
        "project": cluster.project,
    }
    annotations = {key: value for key, value in cluster.annotations.items() if key not in _NO_PARAMETERS}
    if is_go:
        metadata = {}
        if cluster.annotations:
            metadata["annotations"] = TextMap(annotations)
        if cluster.labels:
            metadata["labels"] = TextMap(cluster.labels)
        return {**params, "metadata": metadata}
    params.update({f"metadata.annotations.{key}": value for key, value in annotations.items()})
    params.update({f"metadata.labels.{key}": value for key, value in cluster.labels.items()})
    return params
