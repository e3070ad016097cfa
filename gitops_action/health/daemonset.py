"""Health of a DaemonSet: whether its rollout reached every node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.health.status import HealthStatus, healthy, progressing
from gitops_action.health.typed import integer, text

if TYPE_CHECKING:
    from gitops_action.resource import Resource


def assess_daemonset(live: Resource) -> HealthStatus:
    """Return the health of an ``apps/v1`` DaemonSet."""
    obj = live.object
    if integer(obj, "metadata", "generation") > integer(obj, "status", "observedGeneration"):
        return progressing("Waiting for rollout to finish: observed daemon set generation less than desired generation")
    desired = integer(obj, "status", "desiredNumberScheduled")
    updated = integer(obj, "status", "updatedNumberScheduled")
    available = integer(obj, "status", "numberAvailable")
    if text(obj, "spec", "updateStrategy", "type") == "OnDelete":
        return healthy(f"daemon set {updated} out of {desired} new pods have been updated")
    waiting = f'Waiting for daemon set "{live.name}" rollout to finish:'
    if updated < desired:
        return progressing(f"{waiting} {updated} out of {desired} new pods have been updated...")
    if available < desired:
        return progressing(f"{waiting} {available} of {desired} updated pods are available...")
    return healthy()
