"""The kinds whose health Argo CD decides in Go: live object → health, or ``None`` for every other kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from gitops_action.health.apiservice import assess_apiservice
from gitops_action.health.daemonset import assess_daemonset
from gitops_action.health.deployment import assess_deployment
from gitops_action.health.hpa import assess_hpa
from gitops_action.health.ingress import assess_ingress
from gitops_action.health.job import assess_job
from gitops_action.health.pod import assess_pod
from gitops_action.health.pvc import assess_pvc
from gitops_action.health.replicaset import assess_replicaset
from gitops_action.health.service import assess_service
from gitops_action.health.statefulset import assess_statefulset
from gitops_action.health.typed import CannotAssess
from gitops_action.health.workflow import assess_workflow
from gitops_action.resource import GroupKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.health.status import HealthStatus
    from gitops_action.resource import Resource


class _Check(NamedTuple):
    assess: Callable[[Resource], HealthStatus]
    versions: frozenset[str] | None
    """Versions that the check knows; ``None`` for any."""
    name: str = ""
    """What Argo CD calls the kind in its messages, where that is not the kind itself."""


_V1: Final = frozenset({"v1"})
_CHECKS: Final[dict[GroupKind, _Check]] = {
    GroupKind("apps", "Deployment"): _Check(assess_deployment, _V1),
    GroupKind("apps", "ReplicaSet"): _Check(assess_replicaset, _V1),
    GroupKind("apps", "StatefulSet"): _Check(assess_statefulset, _V1),
    GroupKind("apps", "DaemonSet"): _Check(assess_daemonset, _V1),
    GroupKind("batch", "Job"): _Check(assess_job, _V1),
    GroupKind("", "Pod"): _Check(assess_pod, _V1),
    GroupKind("", "Service"): _Check(assess_service, _V1),
    GroupKind("", "PersistentVolumeClaim"): _Check(assess_pvc, _V1),
    GroupKind("networking.k8s.io", "Ingress"): _Check(assess_ingress, None),
    GroupKind("extensions", "Ingress"): _Check(assess_ingress, None),
    GroupKind("autoscaling", "HorizontalPodAutoscaler"): _Check(assess_hpa, frozenset({"v1", "v2"}), "HPA"),
    GroupKind("apiregistration.k8s.io", "APIService"): _Check(assess_apiservice, frozenset({"v1", "v1beta1"})),
    GroupKind("argoproj.io", "Workflow"): _Check(assess_workflow, None),
}


def assess_builtin(live: Resource) -> HealthStatus | None:
    """Return the health by the built-in check of the kind, or ``None`` where there is none.

    Raises ``CannotAssess`` for a version that the check does not know, and for fields of another type.
    """
    check = _CHECKS.get(live.group_kind)
    if check is None:
        return None
    name = check.name or live.kind
    version = live.api_version.rpartition("/")[2]
    if check.versions is not None and version not in check.versions:
        gvk = f"{live.group}/{version}, Kind={live.kind}"
        raise CannotAssess(f"unsupported {name} GVK: {gvk}")
    try:
        return check.assess(live)
    except CannotAssess as error:
        if str(error).startswith("failed to"):
            raise
        raise CannotAssess(f"failed to convert unstructured {name} to typed: {error}") from error
