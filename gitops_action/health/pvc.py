"""Health of a PersistentVolumeClaim: its phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gitops_action.health.status import HealthStatus, HealthStatusCode
from gitops_action.health.typed import text

if TYPE_CHECKING:
    from gitops_action.resource import Resource

_PHASES: Final = {
    "Lost": HealthStatusCode.DEGRADED,
    "Pending": HealthStatusCode.PROGRESSING,
    "Bound": HealthStatusCode.HEALTHY,
}


def assess_pvc(live: Resource) -> HealthStatus:
    """Return the health of a ``v1`` PersistentVolumeClaim."""
    return HealthStatus(code=_PHASES.get(text(live.object, "status", "phase"), HealthStatusCode.UNKNOWN))
