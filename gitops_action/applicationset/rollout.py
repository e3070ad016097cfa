"""RollingSync: in which step each application of a set is synced, and how many of a step at once.

In: a set's strategy, and the labels of the applications that it generates. Out: a ``Rollout`` for each, and numbers.
Who syncs keeps to them: the next step begins when every application of the one before is healthy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops_action.application.application import Rollout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.applicationset.model import ApplicationSet, RolloutStep

ROLLING_SYNC = "RollingSync"
UNMATCHED = -1
_PERCENT = re.compile(r"([0-9]{1,9})%")
_NUMBER = re.compile(r"[0-9]{1,9}")


def rollout_of(applicationset: ApplicationSet, labels: Mapping[str, str]) -> Rollout | None:
    """Return where an application of the set stands; ``None`` where the set has no RollingSync (APS-23)."""
    strategy = applicationset.strategy
    if strategy.type != ROLLING_SYNC or not strategy.steps:
        return None
    step = next((number for number, each in enumerate(strategy.steps) if _matches(each, labels)), UNMATCHED)
    return Rollout(
        applicationset=applicationset.name,
        step=step,
        steps=len(strategy.steps),
        max_update=strategy.steps[step].max_update if step != UNMATCHED else "",
    )


def at_once(max_update: str, count: int) -> int:
    """Return how many of a step's ``count`` applications may be synced at once; 0 blocks the step (APS-25).

    A percentage is rounded down, and is at least 1 unless it is 0; what cannot be read means 1.
    """
    text = max_update.strip()
    if not text:
        return count
    if percent := _PERCENT.fullmatch(text):
        share = int(percent[1])
        return max(count * share // 100, 1) if share else 0
    return int(text) if _NUMBER.fullmatch(text) else 1


def is_readable(max_update: str) -> bool:
    """Return whether ``maxUpdate`` is a number or a percentage."""
    text = max_update.strip()
    return not text or bool(_PERCENT.fullmatch(text) or _NUMBER.fullmatch(text))


def _matches(step: RolloutStep, labels: Mapping[str, str]) -> bool:
    """Return whether all expressions hold; a label that is absent is in no list."""
    return all((labels.get(each.key) in each.values) is (each.operator != "NotIn") for each in step.matches)
