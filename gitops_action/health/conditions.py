"""Health from the conditions that custom resources agree on: for kinds that no rule and no script speaks for.

In: a live object. Out: its health, whose message begins with ``from conditions:``, or ``None`` where the object has
none of these conditions. Beyond Argo CD, which gives such kinds no health; settings can switch it off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gitops_action.health.status import HealthStatus, HealthStatusCode
from gitops_action.health.typed import CannotAssess, condition, integer, text

if TYPE_CHECKING:
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import JsonObject

_BUILT_IN_GROUPS: Final = frozenset({"", "apps", "autoscaling", "batch", "extensions", "policy"})
_CUSTOM_DOMAIN: Final = ("gateway.networking.k8s.io", "snapshot.storage.k8s.io", "metrics.k8s.io")


def is_custom(live: Resource) -> bool:
    """Return whether the kind is none that Kubernetes brings along, nor an Argo CD Application."""
    group = live.group
    if group in _BUILT_IN_GROUPS or (group, live.kind) == ("argoproj.io", "Application"):
        return False
    return not group.endswith(".k8s.io") or group.endswith((".x-k8s.io", *_CUSTOM_DOMAIN))


def assess_conditions(live: Resource) -> HealthStatus | None:
    """Return the health that ``Stalled``, ``Reconciling``, ``Ready`` and ``observedGeneration`` say, or ``None``."""
    try:
        return _assess(live)
    except CannotAssess:
        return None  # what looks different follows other rules than these


def _assess(live: Resource) -> HealthStatus | None:
    stalled, reconciling, ready = (condition(live.object, kind) for kind in ("Stalled", "Reconciling", "Ready"))
    if stalled is None and reconciling is None and ready is None:
        return None
    generation, observed = (
        integer(live.object, "metadata", "generation"),
        integer(live.object, "status", "observedGeneration"),
    )
    if 0 < observed < generation:
        return _health(HealthStatusCode.PROGRESSING, f"generation {generation} is not observed yet, {observed} is")
    if stalled is not None and text(stalled, "status") == "True":
        return _health(HealthStatusCode.DEGRADED, _words(stalled))
    if reconciling is not None and text(reconciling, "status") == "True":
        return _health(HealthStatusCode.PROGRESSING, _words(reconciling))
    if ready is None:
        return _health(HealthStatusCode.HEALTHY, "neither stalled nor reconciling")
    is_ready = text(ready, "status") == "True"
    return _health(HealthStatusCode.HEALTHY if is_ready else HealthStatusCode.PROGRESSING, _words(ready))


def _health(code: HealthStatusCode, words: str) -> HealthStatus:
    return HealthStatus(code=code, message=f"from conditions: {words}")


def _words(found: JsonObject) -> str:
    said = ": ".join(part for part in (text(found, "reason"), text(found, "message")) if part)
    return f"{text(found, 'type')}={text(found, 'status')}" + (f", {said}" if said else "")
