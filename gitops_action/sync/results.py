"""What is reported of tasks that were never carried out: refused before the first change, or only tried.

In: planned tasks. Out: a result for each that there is something to say of. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.sync.model import OperationPhase, ResourceResult, ResultCode, SyncPhase
from gitops_action.sync.operation import object_word
from gitops_action.sync.state import TaskState
from gitops_action.sync.tasks import Action, Task, TaskId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.resource import ResourceKey


def refused_result(key: ResourceKey, phase: SyncPhase, message: str, now: float) -> ResourceResult:
    """Return the result of one object that cannot be synced."""
    return ResourceResult(
        key=key,
        phase=phase,
        code=ResultCode.SYNC_FAILED,
        message=message,
        hook_phase=OperationPhase.FAILED,
        started=now,
        finished=now,
    )


def refused_results(tasks: Iterable[Task], refused: Mapping[TaskId, str], now: float) -> tuple[ResourceResult, ...]:
    """Return the results of the tasks that were refused; nothing is said of the others (5.5)."""
    return tuple(
        TaskState(task=task).ended(OperationPhase.FAILED, refused[task.id], now, code=ResultCode.SYNC_FAILED).result()
        for task in tasks
        if task.id in refused
    )


def tried_results(tasks: Iterable[Task], now: float) -> tuple[ResourceResult, ...]:
    """Return the results of a dry run: what a sync would do, and nothing done (SYN-29)."""
    return tuple(_tried(task, now).result() for task in tasks)


def _tried(task: Task, now: float) -> TaskState:
    match task.action:
        case Action.PRUNE:
            code, message = ResultCode.PRUNED, "pruned (dry run)"
        case Action.PRUNE_SKIPPED:
            code, message = ResultCode.PRUNE_SKIPPED, task.message
        case Action.UNCHANGED:
            code, message = ResultCode.SYNCED, f"{object_word(task.key)} unchanged"
        case _:
            word = "configured" if task.live else "created"
            code, message = ResultCode.SYNCED, f"{object_word(task.key)} {word} (dry run)"
    return TaskState(task=task).ended(OperationPhase.SUCCEEDED, message, now, code=code)
