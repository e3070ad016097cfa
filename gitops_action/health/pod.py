"""Health of a Pod; one that ends by itself (a hook) is never Healthy while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gitops_action.health.status import HealthStatus, HealthStatusCode, degraded, healthy, progressing
from gitops_action.health.typed import condition, integer, items, mapping, text
from gitops_action.resource.annotations import is_hook

if TYPE_CHECKING:
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import JsonObject

IGNORE_RESTART_POLICY: Final = "argocd.argoproj.io/ignore-restart-policy"


def assess_pod(live: Resource) -> HealthStatus:
    """Return the health of a ``v1`` Pod.

    Image pull errors of pods that end by themselves are not Degraded: a hook would fail before it could start.
    """
    policy = text(live.object, "spec", "restartPolicy")
    is_long_running = policy == "Always" or (
        live.annotations.get(IGNORE_RESTART_POLICY) == "true" and not is_hook(live)
    )
    if is_long_running:
        stuck = [_waiting(status) for status in _containers(live) if _is_stuck(status)]
        if stuck:
            return degraded(", ".join(text(waiting, "message") for waiting in stuck))
    message = text(live.object, "status", "message")
    match text(live.object, "status", "phase"):
        case "Pending":
            return progressing(message)
        case "Succeeded":
            return healthy(message)
        case "Failed":
            return degraded(message or _failure(live))
        case "Running" if is_long_running:
            return HealthStatus(code=_running(live), message=message)
        case "Running" if policy in ("OnFailure", "Never"):
            return progressing(message)
        case _:
            return HealthStatus(code=HealthStatusCode.UNKNOWN, message=message)


def _containers(live: Resource) -> list[JsonObject]:
    return items(live.object, "status", "containerStatuses")


def _waiting(status: JsonObject) -> JsonObject:
    return mapping(status, "state", "waiting") or {}


def _is_stuck(status: JsonObject) -> bool:
    reason = text(_waiting(status), "reason")
    return reason.startswith("Err") or reason.endswith(("Error", "BackOff"))


def _running(live: Resource) -> HealthStatusCode:
    ready = condition(live.object, "Ready")
    if ready is not None and text(ready, "status") == "True":
        return HealthStatusCode.HEALTHY
    if any(mapping(status, "lastState", "terminated") is not None for status in _containers(live)):
        return HealthStatusCode.DEGRADED
    return HealthStatusCode.PROGRESSING


def _failure(live: Resource) -> str:
    """Return why the first container failed, init containers before the others; empty where none says."""
    statuses = [*items(live.object, "status", "initContainerStatuses"), *_containers(live)]
    return next(filter(None, map(_container_failure, statuses)), "")


def _container_failure(status: JsonObject) -> str:
    terminated = mapping(status, "state", "terminated") or {}
    if message := text(terminated, "message"):
        return message
    if text(terminated, "reason") == "OOMKilled":
        return "OOMKilled"
    if exit_code := integer(terminated, "exitCode"):
        return f'container "{text(status, "name")}" failed with exit code {exit_code}'
    return ""
