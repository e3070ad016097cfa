"""Health of an Argo Workflow: its phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gitops_action.health.status import HealthStatus, HealthStatusCode
from gitops_action.health.typed import text

if TYPE_CHECKING:
    from gitops_action.resource import Resource

_PHASES: Final = {
    "": HealthStatusCode.PROGRESSING,
    "Pending": HealthStatusCode.PROGRESSING,
    "Running": HealthStatusCode.PROGRESSING,
    "Succeeded": HealthStatusCode.HEALTHY,
    "Failed": HealthStatusCode.DEGRADED,
    "Error": HealthStatusCode.DEGRADED,
}


def assess_workflow(live: Resource) -> HealthStatus:
    """Return the health of an ``argoproj.io`` Workflow."""
    code = _PHASES.get(text(live.object, "status", "phase"), HealthStatusCode.UNKNOWN)
    return HealthStatus(code=code, message=text(live.object, "status", "message"))
