"""Health of a Job, read from its conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.health.status import HealthStatus, degraded, healthy, progressing, suspended
from gitops_action.health.typed import conditions, text

if TYPE_CHECKING:
    from gitops_action.resource import Resource


def assess_job(live: Resource) -> HealthStatus:
    """Return the health of a ``batch/v1`` Job.

    As in Argo CD the presence of ``Failed`` and ``Complete`` decides, whatever their status, and any ``Suspended``
    counts as the end of the job: a sole ``Suspended=False`` is Healthy.
    """
    complete = is_suspended = False
    failure: str | None = None
    message = ""
    for condition in conditions(live.object):
        match text(condition, "type"):
            case "Failed":
                failure = text(condition, "message")
            case "Complete":
                complete, message = True, text(condition, "message")
            case "Suspended":
                complete, message = True, text(condition, "message")
                is_suspended = is_suspended or text(condition, "status") == "True"
    if failure is not None:
        return degraded(failure)
    if not complete:
        return progressing(message)
    return suspended() if is_suspended else healthy(message)
