"""Health of an APIService: whether the aggregated API is available."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.health.status import HealthStatus, healthy, progressing
from gitops_action.health.typed import condition, text

if TYPE_CHECKING:
    from gitops_action.resource import Resource


def assess_apiservice(live: Resource) -> HealthStatus:
    """Return the health of an APIService of ``apiregistration.k8s.io/v1`` or ``v1beta1``."""
    available = condition(live.object, "Available")
    if available is None:
        return progressing("Waiting to be processed")
    message = f"{text(available, 'reason')}: {text(available, 'message')}"
    return healthy(message) if text(available, "status") == "True" else progressing(message)
