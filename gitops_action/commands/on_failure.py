"""What follows a sync that failed, or after which the application is not healthy: nothing, or a rollback.

In: what came of the sync. Out: the same, and where the inputs ask for it the application as it is after it went back to
its last good operation. The result stays that of the failure, whose exit code counts, and tells of both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.commands.rollback import go_back, named
from gitops_action.health import HealthStatusCode
from gitops_action.sync.history import last_good
from gitops_action.sync.model import OperationPhase

if TYPE_CHECKING:
    from gitops_action.commands.syncer import Synced, Syncer
    from gitops_action.sync.model import OperationResult

_SETTLED = frozenset({HealthStatusCode.HEALTHY, HealthStatusCode.SUSPENDED})


def after_failure(synced: Synced, syncer: Syncer) -> Synced:
    """Return what came of a sync, with the rollback that follows its failure."""
    result = synced.result
    if syncer.session.inputs.on_failure != "rollback" or result is None or not result.changed:
        return synced  # what changed nothing left nothing to undo
    if succeeded(result) or syncer.stop.is_set():
        return synced
    record = synced.after.record
    operation = last_good(record.operations) if record else None
    if operation is None:
        return _telling(synced, result, "not rolled back, for no earlier sync with other content succeeded")
    back = go_back(synced.after, operation, syncer, after_failure=True)
    return replace(_telling(synced, result, _outcome(back, named(operation))), after=replace(back.after, error=None))


def succeeded(result: OperationResult) -> bool:
    """Return whether an operation left the application synced and, as far as anybody waited, healthy."""
    is_settled = result.health is None or result.health.code in _SETTLED
    return result.phase is OperationPhase.SUCCEEDED and is_settled and not result.timed_out


def _telling(synced: Synced, result: OperationResult, words: str) -> Synced:
    return replace(synced, result=replace(result, message=f"{result.message}; {words}"))


def _outcome(back: Synced, name: str) -> str:
    if back.after.error is not None:
        return f"the rollback to {name} failed: {back.after.error.summary}"
    if back.result is None:
        return f"the rollback to {name} could not be compared"
    if succeeded(back.result):
        return f"rolled back to {name}"
    health = f", {back.result.health.code}" if back.result.health else ""
    return f"the rollback to {name} failed: {back.result.message}{health}"
