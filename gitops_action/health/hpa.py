"""Health of a HorizontalPodAutoscaler, read from the conditions that its version keeps in one place or another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from gitops_action.health.status import HealthStatus, degraded, healthy, progressing
from gitops_action.health.typed import CannotAssess, conditions, text

if TYPE_CHECKING:
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import JsonObject

CONDITIONS_ANNOTATION: Final = "autoscaling.alpha.kubernetes.io/conditions"
_FAILURES: Final = frozenset(
    {
        ("AbleToScale", "FailedGetScale"),
        ("AbleToScale", "FailedUpdateScale"),
        ("ScalingActive", "FailedGetResourceMetric"),
        ("ScalingActive", "FailedGetObjectMetric"),
        ("ScalingActive", "FailedGetPodsMetric"),
        ("ScalingActive", "FailedGetExternalMetric"),
        ("ScalingActive", "FailedComputeMetricsReplicas"),
        ("ScalingActive", "InvalidSelector"),
    }
)


def assess_hpa(live: Resource) -> HealthStatus:
    """Return the health of an ``autoscaling/v1`` or ``v2`` autoscaler; the status of a failure does not count."""
    found = _annotated_conditions(live) if live.api_version == "autoscaling/v1" else conditions(live.object)
    for condition in found:
        if (text(condition, "type"), text(condition, "reason")) in _FAILURES:
            return degraded(text(condition, "message"))
    for condition in found:
        if text(condition, "type") in ("AbleToScale", "ScalingLimited") and text(condition, "status") == "True":
            return healthy(text(condition, "message"))
    return progressing("Waiting to Autoscale")


def _annotated_conditions(live: Resource) -> list[JsonObject]:
    try:
        found = orjson.loads(live.annotations.get(CONDITIONS_ANNOTATION, "[]"))
    except orjson.JSONDecodeError as error:
        raise CannotAssess(f"failed to convert conditions annotation to typed: {error}") from error
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(condition, dict) for condition in found):
        raise CannotAssess("failed to convert conditions annotation to typed: not a list of mappings")
    return found
