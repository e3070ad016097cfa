"""The health of an application over the health of its objects (HLT-11 to HLT-18).

In: target and live object of each row, and how one object is assessed. Out: the application's health and that of each
row. Never sorts or drops a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gitops_action.health.status import HealthStatus, HealthStatusCode
from gitops_action.resource.annotations import is_hook, is_skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.resource import Resource, ResourceKey

IGNORE_HEALTH_CHECK: Final = "argocd.argoproj.io/ignore-healthcheck"
_CAUSES_SHOWN: Final = 3
_APPLICATION: Final = ("argoproj.io", "Application")


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRow:
    """One object of an application: what Git wants and what the cluster has."""

    key: ResourceKey
    target: Resource | None = None
    live: Resource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationHealth:
    """Health of the application, and of each row in order (``None``: the row has no health).

    ``error`` is the text of the ComparisonError condition where an object could not be assessed (HLT-18).
    """

    status: HealthStatus
    rows: tuple[HealthStatus | None, ...] = ()
    error: str = ""


def assess_application(
    rows: Sequence[HealthRow],
    assess: Callable[[Resource], HealthStatus | None],
    *,
    application: ResourceKey | None = None,
) -> ApplicationHealth:
    """Return the worst health of the rows that count; ``application`` is the key of the application's own object."""
    counted = [row for row in rows if not _is_left_out(row)]
    healths = tuple(None if _is_left_out(row) else _row_health(row, assess, application) for row in rows)
    contributions = [
        (row.key, health.code) for row, health in zip(rows, healths, strict=True) if health and _counts(row, health)
    ]
    worst = max((code for _, code in contributions), key=lambda code: code.rank, default=HealthStatusCode.HEALTHY)
    if worst is HealthStatusCode.NONE:
        worst = HealthStatusCode.HEALTHY
    if counted and all(row.live is None for row in counted):
        status = HealthStatus(code=max(worst, HealthStatusCode.MISSING, key=lambda code: code.rank))
    else:
        status = HealthStatus(code=worst, message=_causes([key for key, code in contributions if code is worst], worst))
    return ApplicationHealth(status=status, rows=healths, error=_error(rows, healths))


def _is_left_out(row: HealthRow) -> bool:
    """Return whether the row is no part of the application's health at all (HLT-11)."""
    if row.target is not None and is_skipped(row.target):
        return True
    return row.live is not None and (is_hook(row.live) or is_skipped(row.live))


def _row_health(
    row: HealthRow, assess: Callable[[Resource], HealthStatus | None], application: ResourceKey | None
) -> HealthStatus | None:
    if row.live is None:
        return HealthStatus(code=HealthStatusCode.MISSING)
    if row.live.annotations.get(IGNORE_HEALTH_CHECK) == "true" or row.live.key == application:
        return None
    return assess(row.live)


def _counts(row: HealthRow, health: HealthStatus) -> bool:
    """Return whether a row's health can worsen the application's: not what is missing, nor a child's Unknown."""
    if row.live is None:
        return False
    is_application = row.key.group_kind == _APPLICATION
    return not (is_application and health.code in (HealthStatusCode.MISSING, HealthStatusCode.UNKNOWN))


def _causes(keys: list[ResourceKey], worst: HealthStatusCode) -> str:
    if worst is HealthStatusCode.HEALTHY or not keys:
        return ""
    more = len(keys) - _CAUSES_SHOWN
    named = ", ".join(map(_cause, keys[:_CAUSES_SHOWN]))
    return f"Caused by {named}" + (f" and {more} more" if more > 0 else "")


def _cause(key: ResourceKey) -> str:
    kind = f"{key.group}/{key.kind}" if key.group else key.kind
    name = f"{key.namespace}/{key.name}" if key.namespace else key.name
    return f"{kind}:{name}"


def _error(rows: Sequence[HealthRow], healths: tuple[HealthStatus | None, ...]) -> str:
    failed = [(row.key, health.error) for row, health in zip(rows, healths, strict=True) if health and health.error]
    if not failed:
        return ""
    key, error = failed[0]
    first = (
        f'failed to get resource health for "{key.kind}" with name "{key.name}" in namespace "{key.namespace}": {error}'
    )
    others = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"error setting app health: {first}{others}"
