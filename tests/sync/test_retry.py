"""When a failed sync is tried again: the policy's waits, and what is never tried again."""

from __future__ import annotations

import pytest

from gitops_action.application.application import Retry
from gitops_action.sync.model import OperationPhase, OperationResult
from gitops_action.sync.retry import wait_before_retry, with_retries

FAILED = OperationResult(phase=OperationPhase.FAILED, message="no")
POLICY = Retry(limit=5, duration=5.0, factor=2, max_duration=180.0)


@pytest.mark.parametrize(
    ("retry", "waits"),
    [
        (POLICY, [5.0, 10.0, 20.0, 40.0, 80.0, None]),
        (Retry(limit=-1, duration=100.0, factor=3, max_duration=180.0), [100.0, 180.0, 180.0]),
        (Retry(limit=3, duration=5.0, factor=10, max_duration=0.0), [5.0, 50.0, 500.0, None]),
        (Retry(limit=0), [None]),
    ],
)
def test_waits_grow_by_the_factor_up_to_the_cap_and_stop_at_the_limit_ops_7(
    retry: Retry, waits: list[float | None]
) -> None:
    assert [wait_before_retry(retry, FAILED, retried=number) for number in range(len(waits))] == waits


def test_without_a_cap_a_wait_still_ends() -> None:
    endless = Retry(limit=-1, duration=5.0, factor=10, max_duration=0.0)
    assert wait_before_retry(endless, FAILED, retried=5000) == 24 * 3600.0


@pytest.mark.parametrize(
    ("result", "is_retried"),
    [
        (FAILED, True),
        (OperationResult(phase=OperationPhase.ERROR, message=""), True),
        (OperationResult(phase=OperationPhase.SUCCEEDED, message=""), False),
        (OperationResult(phase=OperationPhase.FAILED, message="", timed_out=True), False),
        (OperationResult(phase=OperationPhase.FAILED, message="", terminated=True), False),
    ],
)
def test_what_timed_out_or_was_ended_is_not_tried_again_ops_8(result: OperationResult, *, is_retried: bool) -> None:
    assert (wait_before_retry(POLICY, result, retried=0) is not None) is is_retried


def test_the_last_message_counts_the_retries_ops_9() -> None:
    assert with_retries(FAILED, 0) is FAILED
    assert with_retries(FAILED, 2).message == "no (retried 2 times)."
