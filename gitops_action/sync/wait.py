"""Whether an application has come to rest after a sync, and the words for how it stands.

In: its objects as last seen, with their health. Out: which of them are still waited for, which are Degraded for too
long, the application's health. Pure; watching is the runner's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.health import HealthStatusCode
from gitops_action.health.aggregate import HealthRow, assess_application
from gitops_action.resource.annotations import IGNORE_HEALTHCHECK, is_hook, is_skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.comparison.model import Comparison, ResourceComparison
    from gitops_action.health import HealthStatus
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.sync.state import Seen

_WAITED_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the objects of an application stand; ``look_again`` is when patience with a Degraded one ends."""

    waiting: tuple[ResourceKey, ...]
    degraded: tuple[ResourceKey, ...]
    look_again: float | None = None


def assessed_keys(comparison: Comparison) -> tuple[ResourceKey, ...]:
    """Return the objects whose health is the application's: no hooks and nothing that is skipped (HLT-11)."""
    return tuple(
        row.key
        for row in comparison.resources
        if not (
            row.is_hook
            or (row.target is not None and (is_hook(row.target) or is_skipped(row.target)))
            or (row.live is not None and is_hook(row.live))
        )
    )


def standing(
    keys: Iterable[ResourceKey],
    seen: Mapping[ResourceKey, Seen],
    degraded_since: Mapping[ResourceKey, float],
    *,
    now: float,
    grace: float,
) -> Standing:
    """Return what is waited for; Suspended, and what has no health or does not exist, is not (HLT-13)."""
    waiting: list[ResourceKey] = []
    degraded: list[ResourceKey] = []
    limits: list[float] = []
    for key in keys:
        match _code(seen.get(key)):
            case HealthStatusCode.PROGRESSING | HealthStatusCode.UNKNOWN:
                waiting.append(key)
            case HealthStatusCode.DEGRADED:
                limit = degraded_since.get(key, now) + grace
                (degraded if now >= limit else waiting).append(key)
                limits.append(limit)
            case _:
                pass
    ahead = [limit for limit in limits if limit > now]
    return Standing(waiting=tuple(waiting), degraded=tuple(degraded), look_again=min(ahead, default=None))


def still_degraded(
    since: Mapping[ResourceKey, float], seen: Mapping[ResourceKey, Seen], now: float
) -> dict[ResourceKey, float]:
    """Return since when each object that is Degraded has been so."""
    return {key: since.get(key, now) for key, state in seen.items() if _code(state) is HealthStatusCode.DEGRADED}


def application_health(rows: Iterable[ResourceComparison], seen: Mapping[ResourceKey, Seen]) -> HealthStatus:
    """Return the application's health over its objects as last seen."""
    healths = {id(state.live): state.health for state in seen.values()}
    now = [HealthRow(key=row.key, target=row.target, live=live(seen, row.key)) for row in rows]
    return assess_application(now, lambda found: healths[id(found)]).status


def live(seen: Mapping[ResourceKey, Seen], key: ResourceKey) -> Resource | None:
    """Return an object as last seen."""
    state = seen.get(key)
    return state.live if state else None


def waiting_line(waiting: Iterable[ResourceKey], seen: Mapping[ResourceKey, Seen], total: int) -> str:
    """Return one line that says for what is waited."""
    keys = tuple(waiting)
    words = [_health_words(key, seen.get(key)) for key in keys[:_WAITED_SHOWN]]
    more = f"; and {len(keys) - _WAITED_SHOWN} more" if len(keys) > _WAITED_SHOWN else ""
    return f"waiting for the health of {len(keys)} of {total}: {'; '.join(words)}{more}"


def _health_words(key: ResourceKey, state: Seen | None) -> str:
    if state is None or state.health is None:
        return str(key)
    message = f" ({state.health.message})" if state.health.message else ""
    return f"{key} {state.health.code}{message}"


def _code(state: Seen | None) -> HealthStatusCode | None:
    """Return the health that counts; none for what is gone, whose health is ignored, or a child's Unknown (HLT-12)."""
    if state is None or state.live is None or state.health is None:
        return None
    is_child = state.live.group_kind == ("argoproj.io", "Application")
    if state.live.annotations.get(IGNORE_HEALTHCHECK) == "true" or (
        is_child and state.health.code is HealthStatusCode.UNKNOWN
    ):
        return None
    return state.health.code
