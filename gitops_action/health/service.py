"""Health of a Service: a load balancer waits for its address, every other type is fine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.health.status import HealthStatus, healthy, progressing
from gitops_action.health.typed import items, text

if TYPE_CHECKING:
    from gitops_action.resource import Resource


def assess_service(live: Resource) -> HealthStatus:
    """Return the health of a ``v1`` Service."""
    is_load_balancer = text(live.object, "spec", "type") == "LoadBalancer"
    if is_load_balancer and not items(live.object, "status", "loadBalancer", "ingress"):
        return progressing()
    return healthy()
