"""Whether a sync that failed is tried again, and when (OPS-7, OPS-8).

In: the application's policy and how an attempt ended. Out: seconds to wait, or ``None``. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.sync.model import OperationPhase

if TYPE_CHECKING:
    from gitops_action.application.application import Retry
    from gitops_action.sync.model import OperationResult


def wait_before_retry(retry: Retry, result: OperationResult, *, retried: int) -> float | None:
    """Return how long to wait before the next attempt; ``None`` where there is none.

    What timed out or was told to end is not tried again. ``retried`` counts the retries that there were.
    """
    has_failed = result.phase in (OperationPhase.FAILED, OperationPhase.ERROR) and not result.timed_out
    if not has_failed or result.terminated or 0 <= retry.limit <= retried:
        return None
    try:
        wait = retry.duration * float(retry.factor) ** retried
    except OverflowError:
        wait = float("inf")
    if retry.max_duration > 0:
        return min(wait, retry.max_duration)
    return min(wait, _LONGEST)


def with_retries(result: OperationResult, retried: int) -> OperationResult:
    """Return the result of the last attempt, whose message counts the retries (OPS-9)."""
    return replace(result, message=f"{result.message} (retried {retried} times).") if retried else result


_LONGEST = 24 * 3600.0
"""Seconds; where the policy has no cap, a wait is at least one that ends."""
