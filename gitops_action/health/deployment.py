"""Health of a Deployment: whether its rollout is through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.health.status import HealthStatus, degraded, healthy, progressing, suspended
from gitops_action.health.typed import condition, flag, integer, optional_integer, text

if TYPE_CHECKING:
    from gitops_action.resource import Resource

_WAITING = "Waiting for rollout to finish: "


def assess_deployment(live: Resource) -> HealthStatus:
    """Return the health of an ``apps/v1`` Deployment."""
    obj = live.object
    if flag(obj, "spec", "paused"):
        return suspended("Deployment is paused")
    if integer(obj, "metadata", "generation") > integer(obj, "status", "observedGeneration"):
        return progressing(f"{_WAITING}observed deployment generation less than desired generation")
    rollout = condition(obj, "Progressing")
    if rollout is not None and text(rollout, "reason") == "ProgressDeadlineExceeded":
        return degraded(f'Deployment "{live.name}" exceeded its progress deadline')
    return _assess_replicas(live)


def _assess_replicas(live: Resource) -> HealthStatus:
    obj = live.object
    desired = optional_integer(obj, "spec", "replicas")
    replicas = integer(obj, "status", "replicas")
    updated = integer(obj, "status", "updatedReplicas")
    available = integer(obj, "status", "availableReplicas")
    if desired is not None and updated < desired:
        return progressing(f"{_WAITING}{updated} out of {desired} new replicas have been updated...")
    if replicas > updated:
        return progressing(f"{_WAITING}{replicas - updated} old replicas are pending termination...")
    if available < updated:
        return progressing(f"{_WAITING}{available} of {updated} updated replicas are available...")
    return healthy()
