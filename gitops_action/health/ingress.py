"""Health of an Ingress: Healthy once a controller answered for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.health.status import HealthStatus, healthy, progressing
from gitops_action.health.typed import items

if TYPE_CHECKING:
    from gitops_action.resource import Resource


def assess_ingress(live: Resource) -> HealthStatus:
    """Return the health of an Ingress of whatever version; an entry without address counts as well."""
    return healthy() if items(live.object, "status", "loadBalancer", "ingress") else progressing()
