"""Health of a ReplicaSet: whether its replicas are available."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.health.status import HealthStatus, degraded, healthy, progressing
from gitops_action.health.typed import condition, integer, optional_integer, text

if TYPE_CHECKING:
    from gitops_action.resource import Resource

_WAITING = "Waiting for rollout to finish: "


def assess_replicaset(live: Resource) -> HealthStatus:
    """Return the health of an ``apps/v1`` ReplicaSet."""
    obj = live.object
    if integer(obj, "metadata", "generation") > integer(obj, "status", "observedGeneration"):
        return progressing(f"{_WAITING}observed replica set generation less than desired generation")
    failure = condition(obj, "ReplicaFailure")
    if failure is not None and text(failure, "status") == "True":
        return degraded(text(failure, "message"))
    desired = optional_integer(obj, "spec", "replicas")
    available = integer(obj, "status", "availableReplicas")
    if desired is not None and available < desired:
        return progressing(f"{_WAITING}{available} out of {desired} new replicas are available...")
    return healthy()
